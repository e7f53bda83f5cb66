"""What a build prints, line by line. Nothing here is a terminal."""

from pathlib import Path

import pytest

from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.model import steps
from deckwright.progress import Progress
from deckwright.source.parse import parse

TEXT = """---
title: t
---

## A

```{python label="load"}
```

```{python label="train"}
```

```{python label="show"}
```

There are `{python} 1 + 1`.
"""
LOAD, TRAIN, SHOW, INLINE = steps(parse([("deck.md", TEXT)], "", Path("/nowhere"), Path("/nowhere/slides")))


def ran(progress: Progress, step: Step, reason: str, seconds: float = 0.0, **more: object) -> None:
    progress.started(step, (reason,))
    progress.finished(step, Trace({}, {}, seconds=seconds, **more))  # type: ignore[arg-type]


def cached(progress: Progress, *known: Step) -> None:
    for step in known:
        progress.cached(step, Trace({}, {}))


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().err.replace(" (slide 2)", "").replace("deck.md:", "").splitlines()


def test_new_and_quick_is_no_news(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.begin(4)
        ran(progress, LOAD, "new")
        ran(progress, TRAIN, "new", seconds=41.2)
        ran(progress, SHOW, "new", restored=14_000_000)
        ran(progress, INLINE, "new")
        progress.sum_up()
    told, summary = lines(capsys)
    assert told == "train  10  ran 41.2 s (new)"
    assert summary.startswith("ran 3 of 3 cells and 1 of 1 inline value in ")


def test_an_edit_is_told_with_what_was_restored(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.begin(4)
        cached(progress, LOAD, TRAIN)
        ran(progress, SHOW, "edited", restored=14_000_000)
        cached(progress, INLINE)
        progress.sum_up()
    assert lines(capsys) == [
        "show  13  ran 0.0 s (edited), restored 14 MB",
        "ran 1 of 3 cells in 0.0 s; the rest is as it was",
    ]


def test_same_values_and_nothing_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.begin(4)
        ran(progress, LOAD, "edited", same=True)
        cached(progress, TRAIN, SHOW, INLINE)
        progress.sum_up()
    assert lines(capsys)[0] == "load  7  ran 0.0 s (edited), same values, nothing after it ran"


def test_same_values_and_something_after_it(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.begin(4)
        ran(progress, LOAD, "edited", same=True)
        ran(progress, TRAIN, "edited")
        progress.sum_up()
    assert lines(capsys)[:2] == ["load  7  ran 0.0 s (edited), same values", "train  10  ran 0.0 s (edited)"]


def test_a_cell_that_waits_for_another_keeps_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.begin(4)
        progress.started(SHOW, ("edited",))
        ran(progress, LOAD, "needed again: what it gives is not stored")
        progress.finished(SHOW, Trace({}, {}))
    assert lines(capsys) == [
        "load  7  ran 0.0 s (needed again: what it gives is not stored)",
        "show  13  ran 0.0 s (edited)",
    ]


def test_a_walk_that_begins_anew_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(verbose=True) as progress:
        progress.begin(4)
        for _ in range(2):
            cached(progress, LOAD, TRAIN, SHOW, INLINE)
        progress.sum_up()
    assert lines(capsys) == [
        "load  7  cached",
        "train  10  cached",
        "show  13  cached",
        "`1 + 1`  16  cached",
        "nothing had to run",
    ]


def test_what_varies_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.begin(4)
        ran(progress, LOAD, "edited", flags=("clock", "varies"))
    assert lines(capsys) == ["load  7  ran 0.0 s (edited), may read the clock, varies from run to run"]


def test_an_error_comes_after_what_was_held_back(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.begin(4)
        ran(progress, LOAD, "edited", same=True)
        progress.error("train failed")
    assert lines(capsys) == ["load  7  ran 0.0 s (edited), same values", "error: train failed"]


def test_quiet_tells_warnings_alone(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(quiet=True) as progress:
        progress.begin(4)
        ran(progress, LOAD, "edited", seconds=9, same=True)
        progress.warn("odd")
        progress.sum_up()
    assert lines(capsys) == ["warning: odd"]


def test_no_steps_no_words(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress() as progress:
        progress.sum_up()
    assert lines(capsys) == []
