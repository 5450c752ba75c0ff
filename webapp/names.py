"""Names that people give to what is theirs."""

LONGEST = 200


def shown(name: str) -> str:
    """What is seen of a name: without line breaks, direction marks and the like, and without blanks around it.
    May be empty.
    """
    return "".join(letter for letter in name if letter.isprintable()).strip()[:LONGEST]
