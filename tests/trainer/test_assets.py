"""Every kind of asset: its own examples are recognised by it alone, are read, and are refused when they are damaged."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import pytest
from pydantic import ValidationError

from tests.files import zipped
from trainer.asset import AssetOf, AssetProfile, references
from trainer.catalog import Entry, listing
from trainer.component import Component, Strict
from trainer.errors import TrainerError
from trainer.importing.archives import Source, opened
from trainer.importing.asset_preparation import file_of, guarded
from trainer.limited import Limits

KINDS = listing("assets")
EXAMPLES = [
    pytest.param(entry, name, content, id=f"{entry.name}-{name}")
    for entry in KINDS.values()
    for example in entry.module.examples()
    for name, content in example.items()
]
DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[: len(content) // 2],
    "emptied": lambda content: content[: len(content) // 2] + bytes(len(content) - len(content) // 2),
    "turned": lambda content: bytes(255 - byte if at % 5 == 0 else byte for at, byte in enumerate(content)),
}
examples = pytest.mark.parametrize(("entry", "name", "content"), EXAMPLES)


def read(folder: Path, content: bytes, name: str = "file") -> AssetProfile:
    """The profile of a file, read in a process of its own as an inspection does it."""
    folder.mkdir(exist_ok=True)
    (folder / "upload").write_bytes(content)
    return guarded(folder / "upload", name, folder / "out")


def refusal(folder: Path, content: bytes, name: str = "file") -> TrainerError:
    with pytest.raises(TrainerError) as caught:
        read(folder, content, name)
    assert not list((folder / "out").glob("*")), "nothing is left behind"
    return caught.value


@examples
def test_an_example_is_recognised_by_its_kind_and_no_other(
    entry: Entry, name: str, content: bytes, tmp_path: Path
) -> None:
    (tmp_path / "upload").write_bytes(content)
    (source,) = opened([tmp_path / "upload"], ["another name"], tmp_path / "unpacked").sources
    assert [kind for kind, other in KINDS.items() if other.module.recognises(source)] == [entry.name]


@examples
def test_an_example_is_read(entry: Entry, name: str, content: bytes, tmp_path: Path) -> None:
    profile = read(tmp_path, content, name)
    assert profile.kind == entry.name
    assert profile.message % profile.params and profile.facts and profile.samples and not profile.problems
    assert (tmp_path / "out" / file_of(profile)).exists()
    assert AssetProfile.model_validate_json((tmp_path / "out" / "profile.json").read_bytes()) == profile


@examples
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_told_in_a_sentence(entry: Entry, name: str, content: bytes, damage: str, tmp_path: Path) -> None:
    try:
        read(tmp_path, DAMAGES[damage](content), name)
    except TrainerError as error:
        assert str(error).endswith(".")
    else:
        assert damage == "emptied" or entry.name == "word_vectors", "what is left of these is whole again"


@examples
def test_an_example_is_read_out_of_a_zip_beside_its_licence(
    entry: Entry, name: str, content: bytes, tmp_path: Path
) -> None:
    archive = zipped({"folder/LICENSE": b"free as can be\n", f"folder/{name}": content})
    assert read(tmp_path, archive, "archive.zip").kind == entry.name


def test_an_archive_with_several_is_refused_with_their_names(tmp_path: Path) -> None:
    (vectors, other, _binary) = (dict(example) for example in KINDS["word_vectors"].module.examples())
    error = refusal(tmp_path, zipped({**vectors, **other}), "glove.zip")
    assert error.code == "asset_several"
    assert error.params == {"names": ", ".join([*vectors, *other])}


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\n1,2\n",
        b"hello world\nthis is text\n",
        b"\x89PNG\r\n\x1a\n" + bytes(50),
        b"1 2 3\n4 5 6\n",
        b"\xff\xfe\0\0",
    ],
)
def test_what_is_no_asset_is_told_what_would_be_one(content: bytes, tmp_path: Path) -> None:
    error = refusal(tmp_path, content, "table.csv")
    assert error.code == "asset_unknown"
    assert "Word vectors" in str(error) and "table.csv" in str(error)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"").code == "file_empty"


class Part(Component):
    asset: Annotated[str | None, AssetOf("word_vectors")] = None
    other: str = "this is no asset"

    def require_asset(self, path: str, field: str, measures: Mapping[str, int]) -> None:
        if measures["width"] != 4:
            raise TrainerError("width", "The width must be 4.", field=path)


class Whole(Strict):
    parts: tuple[Part, ...] = ()
    single: Annotated[str, AssetOf("tokenizer_json")]
    within: dict[str, Part] = {}


def test_the_assets_that_a_spec_names_are_found_wherever_they_stand() -> None:
    spec = Whole(parts=(Part(), Part(asset="a")), single="b", within={"x": Part(asset="c")})
    places = {(one.path, one.kind, one.name) for one in references(spec)}
    assert places == {
        ("parts.1.asset", "word_vectors", "a"),
        ("single", "tokenizer_json", "b"),
        ("within.x.asset", "word_vectors", "c"),
    }


def test_the_schema_of_a_field_says_which_assets_it_takes() -> None:
    properties = Whole.model_json_schema()["properties"]
    assert properties["single"]["choices_from"] == "assets" and properties["single"]["kind"] == "tokenizer_json"
    assert Part.model_json_schema()["properties"]["asset"]["kind"] == "word_vectors"


def test_an_empty_name_is_refused_with_what_to_do() -> None:
    with pytest.raises(ValidationError, match="upload one first"):
        Whole(single="")


def test_an_asset_of_another_kind_or_one_that_does_not_suit_is_refused_at_its_place() -> None:
    (reference,) = references(Part(asset="a"), "model.encoders.0")
    reference.require(AssetProfile(kind="word_vectors", message="x", measures={"width": 4}))
    for profile, code in (
        (AssetProfile(kind="tokenizer_json", message="x"), "asset_kind"),
        (AssetProfile(kind="word_vectors", message="x", measures={"width": 5}), "width"),
    ):
        with pytest.raises(TrainerError) as caught:
            reference.require(profile)
        assert (caught.value.code, caught.value.field) == (code, "model.encoders.0.asset")


def test_a_kind_is_told_by_content_whatever_the_name_says(tmp_path: Path) -> None:
    ((_, content),) = KINDS["tokenizer_json"].module.examples()[0].items()
    (tmp_path / "glove.vec").write_bytes(content)
    source = Source.of(tmp_path / "glove.vec", "glove.vec")
    assert KINDS["tokenizer_json"].module.recognises(source)


def test_files_that_were_open_before_do_not_count_for_the_limit(tmp_path: Path) -> None:
    with ExitStack() as stack:
        for _ in range(Limits().files):
            stack.enter_context(Path("/dev/null").open("rb"))
        assert read(tmp_path, b"large 0 1 2 3\ntiny 1 2 3 4\n").kind == "word_vectors"
