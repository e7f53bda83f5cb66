"""Nothing of the original talk is lost, and what is said about it fits into the hour: read from the slides, not from a build."""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path

import pytest

from deckwright.model import Block, Div, Prose, Slide
from deckwright.source.load import load

ROOT = Path(__file__).parents[2]
TITLE = "title"  # the slide that front matter makes
# The original's slides by number, and the ids of ours that teach the same. What stands on ours: their files say it.
PORTED: dict[int, tuple[str, ...]] = {
    1: (TITLE,),
    2: ("paradigm",),
    3: ("machine-learning",),
    4: ("neural-networks",),
    5: ("biological-neuron",),
    6: ("artificial-neuron",),
    7: ("realistic-neuron",),
    8: ("biological-network",),
    9: ("ann",),
    10: ("deep-ann",),
    11: ("threshold-potential",),
    12: ("the-activation",),
    13: ("activation-functions",),
    14: ("the-bias",),
    15: ("bias",),
    16: ("how-networks-learn",),
    17: ("supervised",),
    18: ("unsupervised",),
    19: ("cross-entropy",),
    20: ("gradient-descent",),
    21: ("batch-descent",),
    22: ("stochastic-descent",),
    23: ("mini-batch-descent",),
    24: ("overfitting",),
    25: ("overfitting-solutions",),
    26: ("convolution", "pooling"),
    27: ("rnn",),
    28: ("implementation",),
    29: ("libraries", "autograd"),
    30: ("family",),
    31: ("example",),
    32: ("mnist-pairs",),
    33: ("mnist-pixels",),
    34: ("mnist-goal",),
    35: ("mnist-numbers",),
    36: ("get-started",),
    37: ("a-few-functions",),
    38: ("load",),
    39: ("image-type",),
    40: ("first-image",),
    41: ("one-pixel",),
    42: ("four-images",),
    43: ("label-type",),
    44: ("first-label",),
    45: ("four-labels",),
    46: ("one-hot",),
    47: ("one-hot-labels",),
    48: ("one-hot-matrix",),
    49: ("argmax",),
    50: ("unpacking-error",),
    51: ("unpacking",),
    52: ("relu",),
    53: ("softmax",),
    54: ("softmax-plot",),
    55: (
        "mlp",
        "mlp-recipe",
        "mlp-data",
        "mlp-model",
        "mlp-epoch",
        "mlp-accuracy",
        "mlp-train",
        "mlp-curves",
        "mlp-result",
    ),
    56: (
        "cnn",
        "mlp-shape",
        "cnn-shape",
        "cnn-model",
        "cnn-noise",
        "cnn-rules",
        "cnn-judge",
        "cnn-loop",
        "cnn-train",
        "cnn-curves",
        "cnn-test",
    ),
    57: ("saving",),
    58: ("transfer", "transfer-experiment"),
    59: ("gpu",),
    60: ("questions",),
}
BEYOND = (
    "results",
    "mlp-cnn",
    "confusions",
    "mistakes",
    "filters",
    "feature-maps",
    "more-data",
    "draw",
    "small-weights",
)
TIMING = re.compile(r"^\*\*(?P<whole>\d*)(?P<part>[¼½¾]?) min\.\*\* \S")
CLOCK = re.compile(r"Clock: (?P<whole>\d*)(?P<part>[¼½¾]?) min")  # what the speaker's watch says when the slide comes
PARTS = {"": 0.0, "¼": 0.25, "½": 0.5, "¾": 0.75}


@pytest.fixture(scope="module")
def slides() -> tuple[Slide, ...]:
    """The talk as it is written."""
    (talk,) = (deck for deck in load(ROOT, ROOT / "slides") if not deck.name)
    return talk.slides


def divs(blocks: Iterable[Block]) -> Iterator[Div]:
    """The divs among blocks, and those inside them."""
    for block in blocks:
        if isinstance(block, Div):
            yield block
            yield from divs(block.blocks)


def notes_of(slide: Slide) -> str:
    """What the speaker reads on a slide."""
    notes = (div for div in divs(slide.blocks) if "notes" in div.attributes.classes)
    return "\n".join(block.text.strip() for div in notes for block in div.blocks if isinstance(block, Prose))


def minutes(note: str) -> float:
    """The time that a note begins with; 0 where it begins with none."""
    return read(TIMING.match(note))


def read(found: re.Match[str] | None) -> float:
    """So many minutes, and a part of one."""
    return int(found["whole"] or 0) + PARTS[found["part"]] if found else 0


def test_all_sixty_are_ported() -> None:
    assert list(PORTED) == list(range(1, 61))


@pytest.mark.parametrize("number", PORTED)
def test_a_slide_of_the_original_has_its_slides(number: int, slides: tuple[Slide, ...]) -> None:
    ids = {TITLE, *(slide.attributes.id for slide in slides)}
    assert not set(PORTED[number]) - ids


def test_the_order_is_that_of_the_original(slides: tuple[Slide, ...]) -> None:
    ported = [name for names in PORTED.values() for name in names if name != TITLE]
    assert [slide.attributes.id for slide in slides if slide.attributes.id in ported] == ported


def test_results_stand_between_the_networks_and_their_reuse(slides: tuple[Slide, ...]) -> None:
    ids = [slide.attributes.id for slide in slides]
    assert tuple(ids[ids.index("cnn-test") + 1 : ids.index("saving")]) == BEYOND


def test_the_deck_ends_with_how_it_was_made(slides: tuple[Slide, ...]) -> None:
    assert [slide.attributes.id for slide in slides[-2:]] == ["questions", "made"]


def test_each_slide_has_notes_that_begin_with_their_time(slides: tuple[Slide, ...]) -> None:
    assert not [slide.attributes.id for slide in slides if not minutes(notes_of(slide))]


def test_the_talk_fits_into_the_hour(slides: tuple[Slide, ...]) -> None:
    assert 45 <= sum(minutes(notes_of(slide)) for slide in slides) <= 52


def test_a_clock_in_the_notes_is_the_sum_of_what_came_before(slides: tuple[Slide, ...]) -> None:
    notes = [notes_of(slide) for slide in slides]
    gone = accumulate(map(minutes, notes), initial=0.0)
    clocks = [(CLOCK.search(note), spent) for note, spent in zip(notes, gone, strict=False)]
    assert not [(read(clock), spent) for clock, spent in clocks if clock and read(clock) != spent]
    assert sum(clock is not None for clock, _ in clocks) >= 6
