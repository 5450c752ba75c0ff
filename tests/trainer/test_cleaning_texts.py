"""Steps that clean texts do what they say, in time in proportion to the text."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trainer.test_cleaning import step
from trainer.catalog import listing
from trainer.cleaning import TextSpec
from trainer.columns.text import Block
from trainer.columns.text.cleaners import CLEANERS, cleaned

SPECS: dict[str, list[dict[str, Any]]] = {
    "unicode_form": [{"form": "NFC"}, {}],
    "remove_punctuation": [{}, {"symbols": True}],
    "remove_stop_words": [{}, {"language": "chinese"}],
}
NAMES = [name for name, entry in listing("cleaning").items() if issubclass(entry.spec, TextSpec)]
ALL = [(name, fields) for name in NAMES for fields in SPECS.get(name, [{}])]
EXAMPLES: list[tuple[str, dict[str, Any], str, str]] = [
    ("unicode_form", {"form": "NFC"}, "cafe\u0301 ＡＢ ﬁ", "café ＡＢ ﬁ"),
    ("unicode_form", {}, "cafe\u0301 ＡＢ ﬁ", "café AB fi"),
    ("lower_case", {}, "Good ÄÖ İ", "good äö i\u0307"),
    ("html_to_text", {}, "<p class='a>b'>Hi<br/>there</p>\n<!-- no --><b>you</b>", "Hi\nthere\nyou"),
    ("html_to_text", {}, "a<script>if (1 < 2) x('</p>')</script>b<style>p {}</style>", "ab"),
    ("html_to_text", {}, "<td>1</td><td>2</td><o:p>3</o:p>", "1  2 3"),
    ("html_to_text", {}, "AT&amp;T &#x4f60; &lt;b&gt; &nbsp;.", "AT&T 你 <b>  ."),
    (
        "html_to_text",
        {},
        "a < b && c > d, AT&T, <url> <3 <me@here.org>",
        "a < b && c > d, AT&T, <url> <3 <me@here.org>",
    ),
    ("html_to_text", {}, "<!-- <![foo &#99999999; &; </ <b", "<!-- <![foo &#99999999; &; </ <b"),
    ("replace_addresses", {}, "看http://a.cn/x很好 www.x.org/a?b=c. a.b@c.co.uk!", "看<url>很好 <url>. <mail>!"),
    ("replace_addresses", {"mail": False}, "HTTPS://X.Y a@b.cd", "<url> a@b.cd"),
    ("replace_numbers", {}, "1,234.5 kg, 10kg, ٣, 三", "<number> kg, <number>kg, <number>, 三"),
    ("remove_punctuation", {}, "你好，世界！don't  $5 😀", "你好 世界 don t $5 😀"),
    ("remove_punctuation", {"symbols": True}, "$5 + 😀!", "5"),
    ("remove_punctuation", {}, "two  spaces\nstay", "two  spaces\nstay"),
    ("remove_stop_words", {}, "The cat isn't ON the mat; it's not mine", "cat isn't mat; not mine"),
    ("remove_stop_words", {"language": "chinese"}, "我的目的是了解这个酒店的位置", "目的了解酒店位置"),
    ("remove_stop_words", {"language": "chinese"}, "服务不是很好", "服务不是很好"),
]
MEGABYTE = 1_000_000
HOSTILE = [
    *("<!--", '<a ">" ', "<a '", "<![foo", "</", "<script>", "<script></script", "<style><p>", "<", "<a "),
    *("&#1", "&lt", "http://!", "www.!", "a@", "a@b.", "a.", "a", "1,", "'", "don't ", " \n", ","),
    *("\u0301\u0327", "Σ'", "的了", "\U0001f600", "\ud83d"),
]
SECONDS = 5  # of which each needs a tenth: on a machine that does much else too


def by_step(name: str, fields: dict[str, Any], block: Block) -> Block:
    changed: Block = listing("cleaning")[name].module.change(step(name, **fields), block, ["note"], None, None)
    return changed


def by(name: str, fields: dict[str, Any], text: str) -> str:
    block = by_step(name, fields, Block(name="text", column="note"))
    return cleaned(text, block.description()["cleaning"])


@pytest.mark.parametrize(("name", "fields", "before", "after"), EXAMPLES)
def test_a_step_does_what_it_says(name: str, fields: dict[str, Any], before: str, after: str) -> None:
    assert by(name, fields, before) == after


def test_every_step_has_an_example_and_every_function_a_step() -> None:
    assert {name for name, *_ in EXAMPLES} == set(NAMES) == CLEANERS.keys()


@pytest.mark.parametrize(("name", "fields"), ALL)
def test_empty_texts_and_halves_of_pairs_are_taken(name: str, fields: dict[str, Any]) -> None:
    assert by(name, fields, "") == ""
    assert by(name, fields, "\ud83d") == "\ud83d"
    assert by(name, fields, "\U0001f600") == ("" if fields == {"symbols": True} else "\U0001f600")


TEXTS = st.text(st.one_of(st.sampled_from("<>&;ab@.:/ 1,'的了我们\u0301Σ!"), st.characters()), max_size=60)


@pytest.mark.parametrize(("name", "fields"), [item for item in ALL if item[0] != "html_to_text"])
@settings(max_examples=150, deadline=None)
@given(text=TEXTS)
def test_a_step_done_twice_changes_nothing_more(name: str, fields: dict[str, Any], text: str) -> None:
    """But for HTML, where &amp;lt; stands for a text that is &lt;, and Chinese stop words, which may meet."""
    once = by(name, fields, text)
    if fields != {"language": "chinese"}:
        assert by(name, fields, once) == once


@settings(max_examples=300, deadline=None)
@given(text=TEXTS)
def test_no_markup_raises(text: str) -> None:
    assert isinstance(by("html_to_text", {}, text), str)


@pytest.mark.parametrize(("name", "fields"), ALL)
def test_a_hostile_megabyte_takes_seconds(name: str, fields: dict[str, Any]) -> None:
    """What takes the square of the length takes an hour."""
    some = HOSTILE if name in ("html_to_text", "replace_addresses") else HOSTILE[-12:]
    for piece in some:
        text = "x" + piece * (MEGABYTE // len(piece.encode("utf-8", "surrogatepass")))
        began = time.perf_counter()
        by(name, fields, text)
        assert time.perf_counter() - began < SECONDS, repr(piece)
