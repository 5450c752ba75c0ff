"""How a date is entered."""

from typing import Any

from trainer.sentences import gettext_noop as _
from trainer.trying.entries import Entry


def entries(description: dict[str, Any]) -> list[Entry]:
    """A line for each column, for dates come in many forms."""
    hint = _("Such as 2024-03-01 or 2024-03-01 18:30, or as the data have it.")
    return [Entry(column=name, kind=description["kind"], look="line", hint=hint) for name in description["columns"]]
