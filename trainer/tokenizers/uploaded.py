"""Tokenizer of a file

Cuts texts as somebody's tokenizer.json says, whatever the training rows are: what a model that was trained elsewhere
needs.
"""

from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from trainer.asset import AssetOf
from trainer.errors import TrainerError
from trainer.sentences import gettext_noop as _
from trainer.tokenizers import SPECIAL, Fitted, Texts, TokenizerSpec

if TYPE_CHECKING:
    from trainer.attempt.assets import Assets


class Spec(TokenizerSpec):
    order: ClassVar[int] = 6

    file: Annotated[str | None, AssetOf("tokenizer_json")] = Field(
        None, title="File", description="A tokenizer.json among your assets."
    )

    def check(self, field: str) -> None:
        if self.file is None:
            raise TrainerError(
                "tokenizer_file_missing",
                _("Choose the tokenizer.json that is to cut the texts."),
                field=f"{field}.file",
            )


def fit(spec: Spec, texts: Texts, assets: "Assets") -> Fitted:
    """Raises TrainerError where the library cannot read the file."""
    from trainer.assets.tokenizer_json.reader import load

    assert spec.file is not None, "a resolved spec names it"
    tokenizer = load(assets.read(spec.file))
    size = len(SPECIAL) + max(tokenizer.get_vocab(with_added_tokens=True).values(), default=0) + 1
    return {"library": tokenizer.to_str(), "size": size, "shift": len(SPECIAL)}
