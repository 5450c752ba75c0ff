"""Free text: in the prepared file the UTF-8 bytes of all cells, one behind the other, and where each begins; a missing
one has none.
"""

from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from trainer.columns import Block as BaseBlock
from trainer.columns import Column as BaseColumn
from trainer.columns import Layout, Names, Shape
from trainer.columns import Reading as BaseReading
from trainer.component import Lenient, Strict
from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _

LABEL = _("text")
UNSPACED = 12  # characters between spaces from which on a language writes none: German has about 7, Chinese 15 and more

Keep = Literal["beginning", "end"]


class Reading(BaseReading):
    kind: Literal["text"] = "text"


class Column(BaseColumn):
    layout: ClassVar[Layout | None] = "tokens"
    has_texts: ClassVar[bool] = True

    kind: Literal["text"] = "text"
    characters: int = Field(0, ge=0, description="Of all cells together.")
    words: int = Field(0, ge=0, description="The same parted by spaces.")
    longest: int = Field(0, ge=0, description="Characters of the longest cell.")

    @property
    def fits_a_cell(self) -> bool:
        return True

    @property
    def usual_tokenizer(self) -> str:
        is_spaced = self.characters < UNSPACED * max(1, self.words)
        return "byte_pair" if is_spaced else "characters"

    def refusal(self) -> TrainerError:
        return TrainerError(
            "target_text",
            "The column “%(column)s” holds free text; choose a target with numbers or classes.",
            field="task",
            column=self.name,
        )


class Step(Strict):
    """A step of cleaning by its name in ``cleaners``, with its arguments."""

    name: str
    arguments: dict[str, Any] = {}

    def __hash__(self) -> int:
        return hash(self.model_dump_json())


class Tokenizer(Strict):
    """What a tokenizer became on the training rows: its ``characters`` by number from 2 on, or the JSON of the
    ``library`` tokenizers. 0 is padding, 1 what is unknown. Of a text with more than ``longest`` tokens the part
    ``keep`` stays.
    """

    characters: str = ""
    library: str = ""
    size: int = Field(ge=2, description="Tokens, padding and unknown included.")
    shift: int = Field(0, description="What is added to the library's own numbers.")
    longest: int = Field(ge=1)
    keep: Keep = "beginning"


class Block(BaseBlock):
    """One column of texts. Without a tokenizer its raw values are bytes, of which nothing can be learned."""

    dtype: ClassVar[str] = "int64"

    kind: Literal["text"] = "text"
    column: str
    gaps: Names = ()
    steps: Annotated[tuple[Step, ...], Lenient] = ()
    tokenizer: Tokenizer | None = None

    @property
    def column_names(self) -> tuple[str, ...]:
        return (self.column,)

    @property
    def shape(self) -> Shape:
        return (None,)

    @property
    def vocabulary(self) -> int | None:
        return self.tokenizer.size if self.tokenizer else None

    @property
    def longest(self) -> int | None:
        return self.tokenizer.longest if self.tokenizer else None

    @property
    def reader_needs(self) -> dict[str, str]:
        return {"tokenizers": "texts"} if self.tokenizer and self.tokenizer.library else {}

    def arguments(self) -> dict[str, Any]:
        return {}

    def description(self) -> dict[str, Any]:
        return {
            "dtype": self.dtype,
            "shape": ["batch", "length"],
            "columns": [self.column],
            "padding": 0,
            "unknown": 1,
            "spelling": {"missing": list(self.gaps)},
            "cleaning": [step.model_dump(mode="json") for step in self.steps],
            "tokenizer": self.tokenizer.model_dump(mode="json") if self.tokenizer else None,
        }

    def fits(self, others: Sequence[BaseColumn]) -> bool:
        return any(isinstance(column, Column) and column.name == self.column for column in others)
