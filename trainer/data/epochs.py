"""How many steps an epoch has. Plain Python; the web server reads it too."""


def steps_per_epoch(rows: int, batch_size: int) -> int:
    """Of so many rows to train on, each in one batch; the last batch may be smaller."""
    return -(-rows // batch_size)
