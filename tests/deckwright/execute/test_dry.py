"""What a build would run, and why a cell runs, told without running anything."""

import re
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from deckwright.execute.store.store import Store
from deckwright.execute.walk.accounts import explained, planned
from deckwright.execute.walk.dry import Dry, Forecast
from deckwright.source.parse import parse

from .differential import KEY, STORE, Workshop, deck_of

LOAD = ("load", "rows = [1, 2]\nscale = 2")
TRAIN = ("train", "import math\nmodel = [math.sqrt(row * scale) for row in rows]")
SHOW = ("show", "import math\nprint(model)")
OTHER = ("other", "print('not involved', math.pi)")
DECK = deck_of(LOAD, TRAIN, SHOW, OTHER, "!There are `{python} len(rows)` rows.")
EDITED = DECK.replace("scale = 2", "scale = 3")


@pytest.fixture
def shop() -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory(prefix="dry-") as folder:
        yield Workshop(Path(folder))


def forecasts(shop: Workshop, text: str) -> list[Forecast]:
    deck = parse([("slides/deck.md", text)], "", shop.root, shop.root / "slides")
    with Store.opened(shop.root / STORE, print, key=KEY) as store:
        return Dry(deck, store).forecasts()


def plan(shop: Workshop, text: str) -> str:
    return without_seconds("\n".join(planned(forecasts(shop, text))))


def why(shop: Workshop, label: str, text: str) -> str:
    return without_seconds("\n".join(explained(label, forecasts(shop, text))))


def without_seconds(text: str) -> str:
    return re.sub(r"\d+\.\d s", "0.0 s", text) + "\n"


def kinds(shop: Workshop, text: str) -> dict[str, str]:
    return {found.step.label: found.verdict.value for found in forecasts(shop, text)}


def test_words(shop: Workshop, golden: Callable[[Path, str], str]) -> None:
    told = ["# before the first build", plan(shop, DECK), why(shop, "show", DECK)]
    shop.build(DECK)
    told += ["# after it", plan(shop, DECK), why(shop, "show", DECK)]
    told += ["# edited, not built", plan(shop, EDITED), why(shop, "show", EDITED)]
    shop.build(EDITED)
    told += ["# edited and built", plan(shop, EDITED), why(shop, "show", EDITED)]
    told += ["# back", plan(shop, DECK), why(shop, "show", DECK)]
    actual = "\n".join(told)
    assert actual == golden(Path(__file__).with_name("dry.txt"), actual)


def test_what_is_imported_as_before_stays(shop: Workshop) -> None:
    shop.build(DECK)
    assert kinds(shop, DECK.replace("sqrt(row", "sqrt(1 * row")) == {
        "load": "is as it was",
        "train": "would run",
        "show": "may run",
        "other": "is as it was",
        "inline@2-1": "is as it was",
    }


def test_nothing_is_written_but_the_cache(shop: Workshop) -> None:
    shop.build(DECK)
    before = shop.files()
    plan(shop, EDITED)
    assert shop.files() == before


def test_a_cell_whose_values_are_not_kept_runs_again(shop: Workshop) -> None:
    cells = (("make", "numbers = iter([1, 2, 3])"), ("one", "print(next(numbers))"), ("two", "print(next(numbers))"))
    shop.build(deck_of(*cells))
    assert plan(shop, deck_of(*cells[:2], ("two", "print(next(numbers) + 1)"))) == (
        "would run  make  slides/deck.md:7 (slide 2)  0.0 s (needed again: numbers, an iterator, cannot be stored)\n"
        "would run  one  slides/deck.md:11 (slide 2)  0.0 s (needed again: numbers, an iterator, cannot be stored)\n"
        "would run  two  slides/deck.md:15 (slide 2)  0.0 s (edited)\n"
        "3 steps would run, about 0.0 s\n"
    )


def test_a_file_that_a_cell_writes_may_change(shop: Workshop) -> None:
    write, read = ("write", "open('out.txt', 'w').write('one');"), ("read", "print(open('out.txt').read())")
    shop.build(deck_of(write, read))
    edited = deck_of(("write", write[1].replace("one", "two")), read)
    assert "may run  read  slides/deck.md:11 (slide 2)  0.0 s (out.txt may change: cell write)" in plan(shop, edited)


def test_a_cell_that_reads_the_clock_is_named(shop: Workshop) -> None:
    text = deck_of(("now", "import time\nprint(time.time())"), ("never", "print(1)", "cache=never"))
    shop.build(text)
    assert plan(shop, text) == (
        "would run  never  slides/deck.md:12 (slide 2)  0.0 s (cache: never)\n"
        "1 step would run, about 0.0 s\n"
        "now  slides/deck.md:7 (slide 2)  may read the clock: its last result is kept\n"
    )


def test_more_than_can_be_seen(shop: Workshop) -> None:
    cells = ("import math", "math.sin = lambda v: 'patched'", "print(math.sin(0))")
    shop.build(deck_of(*cells))
    assert kinds(shop, deck_of(*cells)) == dict.fromkeys(("c1", "c2", "c3"), "is as it was")
    edited = deck_of(cells[0], cells[1].replace("patched", "again"), cells[2])
    assert kinds(shop, edited) == {"c1": "is as it was", "c2": "would run", "c3": "may run"}
