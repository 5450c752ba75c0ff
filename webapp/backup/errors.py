"""What can be wrong with a backup."""


class BackupError(Exception):
    """A backup that cannot be made, read or restored; the message says what to do."""


class OccupiedError(BackupError):
    """The database has what the restore did not put there; the message says what to do."""


class DamageError(Exception):
    """Bytes that are not those which their name, a SHA-256, says; ``reason`` in words."""
