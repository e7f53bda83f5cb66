"""Decks that run in a real kernel, beside their HTML."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deckwright.execute.kernel.kernel import booting_kernel
from deckwright.execute.store.store import Store
from deckwright.execute.walk.walk import Walk
from deckwright.pipeline import CACHE, build
from deckwright.source.load import load
from tests.deckwright.conftest import MakeProject, Memory
from tests.deckwright.render.sections import sections_html

CASES = sorted((Path(__file__).parent / "decks").glob("*.md"))
FRONT = "---\ntitle: T\n---\n\n"
HELPER = "def double(x):\n    return 2 * x\n\n\ndef broken():\n    return double(1) / 0\n"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_cells_become_this_html(
    case: Path, project: MakeProject, watcher: Memory, golden: Callable[[Path, str], str]
) -> None:
    text = FRONT + case.read_text("utf-8")
    made = project(**{"slides/talk.md": text, "helper.py": HELPER, "src/other.py": "VALUE = 21\n"})
    (deck,) = load(made.root, made.slides)
    with Store.opened(made.root / CACHE, watcher.warn) as store:
        walk = Walk(deck, store, watcher, lambda: booting_kernel(made.root))
        with walk.kernels:
            results = walk.run()
    actual = sections_html(deck, made, results)
    assert actual == golden(case.with_suffix(".html"), actual)


def test_seed_is_set_once_before_the_first_cell(project: MakeProject, watcher: Memory) -> None:
    cell = "```{python}\nimport random, numpy as np\nprint(random.random(), np.random.rand())\n```\n"
    made = project(**{"slides/talk.md": "---\ntitle: T\nseed: 5\n---\n\n" + cell + "\n" + cell})
    build(made, watcher)
    import random

    import numpy as np

    random.seed(5)
    np.random.seed(5)
    drawn = [f"{random.random()} {np.random.rand()}\n" for _ in range(2)]
    assert watcher.texts == drawn


def test_torch_is_seeded_when_a_cell_imports_it(project: MakeProject, watcher: Memory) -> None:
    cell = "```{python}\nimport torch\nprint(torch.rand(1).item())\n```\n"
    build(project(**{"slides/talk.md": "---\ntitle: T\nseed: 5\n---\n\n" + cell}), watcher)
    import torch

    torch.manual_seed(5)
    assert watcher.texts == [f"{torch.rand(1).item()}\n"]


def test_printed_lines_arrive_while_the_cell_runs(project: MakeProject, watcher: Memory) -> None:
    cell = "```{python}\nimport time\nfor n in range(3):\n    print(n, flush=True)\n    time.sleep(0.3)\n```\n"
    build(project(**{"slides/talk.md": FRONT + cell}), watcher)
    assert [text.strip() for text in watcher.texts] == ["0", "1", "2"]
    assert watcher.ran == ["slide-2-1"]
