"""A kernel that was made ready ahead gives what a kernel of the build's own would give."""

import json
from asyncio import CancelledError
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from deckwright.errors import DeckError
from deckwright.execute.analysis.modules import Modules
from deckwright.execute.store.store import Store
from deckwright.execute.walk.present import import_roots
from deckwright.execute.watch import Silence, Step
from deckwright.live.kernels import Ahead, Given, Kernels, Start, leading_imports
from deckwright.model import steps
from deckwright.pipeline import CACHE, Project, build
from deckwright.source.load import load
from tests.deckwright.conftest import MakeProject, Memory
from tests.deckwright.execute.rows import all_traces

DECK = """---
title: T
---

```{python label="values"}
import helper
values, others = [1, 2, 3], [4]
scale = helper.SCALE
```

```{python label="last"}
import fractions
print(fractions.Fraction(sum(values), 2) * scale)
```
"""
ENDS = ("* scale)", "* scale * 1)", "* scale * 1 * 1)")
HELPER = "SCALE = 2\ndef scaled(x):\n    return SCALE * x\n"


@pytest.fixture
def kernels() -> Iterator[Kernels]:
    made = Kernels()
    yield made
    made.close()


def think_ahead(kernels: Kernels, project: Project) -> Ahead:
    [deck] = load(project.root, project.slides)
    blobs = project.root / CACHE / "blobs"
    kernels.think_ahead(Start(deck, list(steps(deck)), Silence(), blobs, import_roots(deck.root)))
    assert kernels.next
    return kernels.next.result()


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def shown(project: Project) -> str:
    return (project.out / "reading.html").read_text("utf-8")


def traces(project: Project) -> list[object]:
    with Store.opened(project.root / CACHE, print) as store:
        found = [json.loads(payload) for rows in all_traces(store).values() for _, payload in rows]
    differing = ("seconds", "watched", "restored", "stored")
    return sorted(({key: value for key, value in one.items() if key not in differing} for one in found), key=repr)


EDITS = {
    "the cell's code": ("slides/deck.md", ", 2)", ", 4)", "3", True),
    "more imports": ("slides/deck.md", "import fractions\n", "import fractions\nimport colorsys\n", "6", True),
    "what the cell reads": ("slides/deck.md", "sum(values)", "sum(others)", "4", False),
    "its first import": ("slides/deck.md", "import fractions\n", "import colorsys, fractions\n", "6", False),
    "the module of a value": ("helper.py", "SCALE = 2", "SCALE = 5", "15", False),
    "a cell before it": ("slides/deck.md", "others = [1, 2, 3], [4]", "others = [1, 2, 3], [5]", "6", False),
    "the seed": ("slides/deck.md", "title: T", "title: T\nseed: 3", "6", False),
}


@pytest.mark.parametrize("name", EDITS)
def test_kernel_made_ready_is_used_exactly_where_it_fits(
    project: MakeProject, watcher: Memory, kernels: Kernels, name: str
) -> None:
    file, old, new, result, fits = EDITS[name]
    made = project(**{"slides/deck.md": DECK, "helper.py": HELPER})
    build(made, watcher, boot=kernels.boot)
    think_ahead(kernels, made)
    change(made.slides / "deck.md", "* scale)", "* scale * 1)")
    build(made, watcher, boot=kernels.boot)
    ahead = think_ahead(kernels, made)
    assert ahead.given.imports == ("fractions",)
    process = ahead.kernel
    change(made.root / file, old, new)
    change(made.slides / "deck.md", "* scale * 1)", "* 1 * scale)")
    watcher.ran.clear()
    build(made, watcher, boot=kernels.boot)
    assert "last" in watcher.ran
    assert (ahead.kernel is process) == fits
    assert f"{result}</code>" in shown(made)


def test_traces_are_as_without_it(project: MakeProject, watcher: Memory, kernels: Kernels) -> None:
    plots = "import fractions\nimport matplotlib.pyplot as plt\nplt.plot(values)\n"
    made = project(**{"slides/deck.md": DECK.replace("import fractions\n", plots), "helper.py": HELPER})
    texts = [(made.slides / "deck.md").read_text("utf-8").replace("* scale)", end) for end in ENDS]
    for text in texts:
        (made.slides / "deck.md").write_text(text, "utf-8")
        build(made, watcher, boot=kernels.boot)
        assert think_ahead(kernels, made).given.plan or text == texts[0]
    ahead = traces(made)
    (made.root / CACHE).rename(made.root / "cache-ahead")
    for text in texts:
        (made.slides / "deck.md").write_text(text, "utf-8")
        build(made, watcher)
    assert ahead == traces(made)


def test_module_edited_after_a_kernel_was_made_ready_is_loaded_anew(
    project: MakeProject, watcher: Memory, kernels: Kernels
) -> None:
    deck = DECK.replace("* scale)", "* scale, helper.scaled(1))")
    made = project(**{"slides/deck.md": deck, "helper.py": HELPER})
    build(made, watcher, boot=kernels.boot)
    change(made.slides / "deck.md", "scaled(1)", "scaled(2)")
    build(made, watcher, boot=kernels.boot)
    ahead = think_ahead(kernels, made)
    assert ahead.kernel.session.modules.keys() == {"helper"}
    process = ahead.kernel
    change(made.root / "helper.py", "return SCALE * x", "return SCALE * x + 100")
    change(made.slides / "deck.md", "scaled(2)", "scaled(3)")
    build(made, watcher, boot=kernels.boot)
    assert ahead.kernel is not process
    assert "6 106" in shown(made)


def test_error_leaves_the_next_build_a_kernel(project: MakeProject, watcher: Memory, kernels: Kernels) -> None:
    made = project(**{"slides/deck.md": DECK, "helper.py": HELPER})
    build(made, watcher, boot=kernels.boot)
    change(made.slides / "deck.md", ", 2)", ", 0)")
    with pytest.raises(DeckError):
        build(made, watcher, boot=kernels.boot)
    process = think_ahead(kernels, made).kernel
    change(made.slides / "deck.md", ", 0)", ", 3)")
    build(made, watcher, boot=kernels.boot)
    assert process.session.steps[1].code.endswith(", 3) * scale)")
    assert "4</code>" in shown(made)


def test_cancelled_before_its_step_begins_runs_nothing(project: MakeProject, watcher: Memory, kernels: Kernels) -> None:
    made = project(**{"slides/deck.md": DECK.replace("import fractions", "import time; time.sleep(600)")})
    (made.root / "helper.py").write_text(HELPER, "utf-8")
    started = watcher.started

    def cancel_at_last(step: Step, reasons: Sequence[str]) -> None:
        started(step, reasons)
        if step.label == "last":
            kernels.cancel()

    watcher.started = cancel_at_last  # type: ignore[method-assign]
    with pytest.raises(CancelledError):
        build(made, watcher, boot=kernels.boot)


def test_end_does_not_wait_for_what_a_kernel_does_ahead(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/deck.md": DECK, "helper.py": HELPER})
    kernels = Kernels()
    build(made, watcher, boot=kernels.boot)
    assert kernels.last.imports == ()
    (made.root / "endless.py").write_text("import time\ntime.sleep(600)\n", "utf-8")
    kernels.last = Given(None, ("endless",))
    [deck] = load(made.root, made.slides)
    blobs = made.root / CACHE / "blobs"
    kernels.think_ahead(Start(deck, list(steps(deck)), Silence(), blobs, import_roots(deck.root)))
    kernels.close()
    assert kernels.next
    assert isinstance(kernels.next.exception(), CancelledError)


@pytest.mark.parametrize(
    ("code", "imports"),
    [
        ("import os.path as p, json\nfrom sys import argv\nx = 1\nimport re", ("os.path", "json", "sys")),
        ("'words'\nimport os", ()),
        ("import os\nos.environ['A'] = 'B'\nimport json", ("os",)),
        ("import os\nimport mine\nimport json", ("os",)),
        ("from . import a", ()),
        ("from __future__ import annotations\nimport os", ()),
        ("%magic", ()),
        ("with open('x'):\n    import os", ()),
    ],
)
def test_only_what_code_imports_before_all_else_comes_ahead(
    tmp_path: Path, code: str, imports: tuple[str, ...]
) -> None:
    (tmp_path / "mine.py").write_text("")
    assert leading_imports(code, Modules([tmp_path])) == imports
