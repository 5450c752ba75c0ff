"""What the pages read of assets, made ready to show."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from trainer.asset import AssetProfile, Distribution, Fact, Sample
from trainer.catalog import listing
from trainer.importing.problems import Problem
from webapp import words
from webapp.accounts.models import User
from webapp.assets import queries
from webapp.assets.models import Asset
from webapp.formatting import shares, short

BARS = 32.0  # pixels of the highest bar of a small histogram


@dataclass(frozen=True)
class Listed:
    """An asset with its kind and what it is in words, and the number of training runs that read it."""

    asset: Asset
    kind: str
    description: str
    used: int


@dataclass(frozen=True)
class Statement:
    severity: str
    text: str
    remedy: str


@dataclass(frozen=True)
class Bars:
    """Heights in pixels, and what the first and the last bar stand for."""

    label: str
    heights: Sequence[float]
    least: str
    most: str


@dataclass(frozen=True)
class ProfileView:
    """What the inspection told, ready for the template."""

    facts: Sequence[tuple[str, str]]
    problems: Sequence[Statement]
    samples: Sequence[tuple[str, Sequence[str]]]
    bars: Sequence[Bars]


def overview(user: User) -> list[Listed]:
    """A person's assets, the newest first."""
    assets = list(queries.assets(user).order_by("-id"))
    used = queries.uses(assets)
    return [
        Listed(asset, kind_label(asset.kind), queries.description(asset), used.get(asset.pk, 0)) for asset in assets
    ]


def kind_label(kind: str) -> str:
    """The word for a kind of asset."""
    entry = listing("assets").get(kind)
    return words.translated(entry.label) if entry else kind


def profile(asset: Asset) -> ProfileView | None:
    """None before it was inspected."""
    if asset.profile is None:
        return None
    contents = AssetProfile.model_validate(asset.profile)
    return ProfileView(
        facts=[(words.translated(fact.label), _value(fact)) for fact in contents.facts],
        problems=list(_statements(contents.problems)),
        samples=[_sample(sample) for sample in contents.samples],
        bars=[_bars(distribution) for distribution in contents.distributions],
    )


def _value(fact: Fact) -> str:
    if isinstance(fact.value, str):
        return words.translated(fact.value) if fact.unit == "message" else fact.value
    return shares(fact.value) if isinstance(fact.value, tuple) else short(fact.value)


def _statements(problems: Sequence[Problem]) -> Iterator[Statement]:
    for problem in problems:
        text, remedy = (words.sentence(sentence, problem.params) for sentence in (problem.message, problem.remedy))
        yield Statement(problem.severity, text, remedy)


def _sample(sample: Sample) -> tuple[str, Sequence[str]]:
    return words.translated(sample.label), sample.items


def _bars(distribution: Distribution) -> Bars:
    counts, edges = distribution.histogram.counts, distribution.histogram.edges
    most = max((*counts, 1))
    heights = [BARS * count / most for count in counts]
    return Bars(words.translated(distribution.label), heights, short(edges[0]), short(edges[-1]))
