"""A clean run beside what is kept."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deckwright.execute.store.store import Store
from deckwright.execute.walk.accounts import verified
from deckwright.execute.walk.verify import Difference, Verify, outputs_compared
from deckwright.source.parse import parse

from .differential import KEY, STORE, Diary, Workshop, deck_of
from .test_dry import plan

STEADY = (("a", "x = [1, 2]"), ("b", "print(x)"))
ODD = (*STEADY, ("c", "import os\ny = os.urandom(2)\nprint('seen', y.hex())"), ("d", "print(y.hex())"))


@pytest.fixture
def shop() -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory(prefix="verify-") as folder:
        yield Workshop(Path(folder))


def verify(shop: Workshop, text: str) -> tuple[list[Difference], int]:
    """The differences, and how many entries the store has then."""
    deck = parse([("slides/deck.md", text)], "", shop.root, shop.root / "slides")
    with Store.opened(shop.root / STORE, print, key=KEY) as store:
        walk = Verify(deck, store, Diary(), shop.boot(shop.root))
        with walk.kernels:
            return walk.differences(), store.size()[1]


def test_all_the_same_leaves_the_cache_as_it_was(shop: Workshop) -> None:
    text = deck_of(*STEADY)
    shop.build(text)
    assert verify(shop, text) == ([], len(STEADY))
    assert shop.build(text).ran == []


def test_a_cell_that_varies_is_found_and_noted(shop: Workshop) -> None:
    text = deck_of(*ODD)
    first = shop.build(text).outputs
    differences, _ = verify(shop, text)
    lines = list(verified(differences))
    assert lines[0] == "c  slides/deck.md:15 (slide 2)  varies from run to run"
    assert lines[1].startswith("  -seen ")
    assert lines[2].startswith("  +seen ")
    assert lines[3:5] == ["  other values: y", "d  slides/deck.md:21 (slide 2)  differs, as what it reads does"]
    again = shop.build(text)
    assert (again.ran, again.outputs["c"] == first["c"]) == ([], False)  # the clean run's is kept
    assert (
        "c  slides/deck.md:15 (slide 2)  may read the clock, varies from run to run: its last result is kept"
        in plan(shop, text)
    )


def test_a_cell_that_is_not_up_to_date_is_not_compared(shop: Workshop) -> None:
    shop.build(deck_of(*STEADY))
    assert verify(shop, deck_of(("a", "x = [3]"), STEADY[1]))[0] == []


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def shown(**data: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {key.replace("_", "/"): value for key, value in data.items()}}


OUTPUTS = {
    "text": ([stream("a\nb\nc\n")], [stream("a\nB\nc\n")], ["-b", "+B"]),
    "figure": (
        [shown(image_png="x", text_plain="<Figure>")],
        [shown(image_png="y", text_plain="<Figure>")],
        ["its figure differs"],
    ),
    "table": (
        [shown(text_html="<b>", text_plain="b")],
        [shown(text_html="<i>", text_plain="b")],
        ["its table or HTML differs"],
    ),
    "one more": ([], [stream("a\n")], ["+a"]),
    "another order": (
        [stream("a\n"), shown(image_png="x")],
        [shown(image_png="x"), stream("a\n")],
        ["what it shows differs"],
    ),
}


@pytest.mark.parametrize(("old", "new", "lines"), OUTPUTS.values(), ids=OUTPUTS.keys())
def test_how_outputs_differ(old: list[Any], new: list[Any], lines: list[str]) -> None:
    assert outputs_compared(old, new) == lines
