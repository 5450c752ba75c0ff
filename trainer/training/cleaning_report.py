"""What cleaning did with the data of a training, for its log and its report."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from trainer import catalog
from trainer.cleaning import NAMED
from trainer.data.cleaned import ChangeCount
from trainer.data.rows import Rows
from trainer.report import Heading, Table
from trainer.sentences import gettext_noop as _

Sentence = tuple[str, dict[str, Any]]  # a message identifier, and what fills its gaps


MOST_COLUMNS = 20  # of a step, in the table


def sentences(data: Rows) -> Iterator[Sentence]:
    """What was done, one for each step that did something."""
    for effect in data.effects:
        if effect.count:
            yield effect.message, {"count": effect.count, **effect.params}
    for step, changes in _by_step(data):
        yield _sentence(step, changes)
    if _did_nothing(data):
        yield _("The steps of cleaning found nothing to change."), {}


def _by_step(data: Rows) -> Iterator[tuple[str, Sequence[ChangeCount]]]:
    """The label of each step, and what it changed, the most first."""
    for step, changes in groupby(data.changes, key=lambda changed: changed.step):
        yield (
            catalog.entry("cleaning", step).label,
            sorted(changes, key=lambda changed: (-changed.count, changed.column)),
        )


def _sentence(step: str, changes: Sequence[ChangeCount]) -> Sentence:
    named = ", ".join(f"{changed.column} {changed.count}" for changed in changes[:NAMED])
    return _("“%(step)s” changed %(count)s values, by column: %(columns)s."), {
        "step": step,
        "count": sum(changed.count for changed in changes),
        "columns": named + (", …" if len(changes) > NAMED else ""),
    }


def _did_nothing(data: Rows) -> bool:
    has_steps = bool(data.effects or data.value_steps)
    return has_steps and not data.changes and not any(effect.count for effect in data.effects)


def table(data: Rows) -> Iterator[Table]:
    """Each step with its counts; none where nothing was to be cleaned."""
    rows: list[tuple[str, str | None, int]] = [(label, None, count) for (_name, label), count in data.cleaned.items()]
    for step, changes in _by_step(data):
        rows += [(step, changed.column, changed.count) for changed in changes[:MOST_COLUMNS]]
        if rest := changes[MOST_COLUMNS:]:
            rows.append((step, "…", sum(changed.count for changed in rest)))
    if rows or data.value_steps:
        yield Table(
            title=_("What cleaning did"),
            note=_("Values are counted in all rows that are used"),
            headings=(
                Heading(label=_("Step"), unit=None, is_message=True),
                Heading(label=_("Column"), unit=None),
                Heading(label=_("Count")),
            ),
            rows=tuple(rows) or ((_("The steps of cleaning found nothing to change."), None, 0),),
        )
