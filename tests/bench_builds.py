"""Time whole builds, as a person waits for them: medians of several runs, and ratios within one run.

Run by `make bench`. The decks: A trains a small network in 8 cells on 12 slides; B has 100 slides,
100 light cells and 20 plots; P is 60 slides of prose; K is 1,000 of them. Beside A and B stands
nbclient alone: the same cells, nothing rendered.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.model import Output
from deckwright.pipeline import Project, build

RUNS = 5
ENVIRONMENT = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}  # as people have it
FRONT = "---\ntitle: Bench\n---\n\n"
BETWEEN = "\n\n---\n\n"
PROSE = """## Slide {number}

Some *prose* with **bold** and `code`, a [link](https://example.org), and words enough to fill a line.

- one
- two
- three
"""
TRAINING = [
    "import torch\nfrom torch import nn",
    "x = torch.randn(4000, 20)\ny = (x.sum(1) > 0).long()",
    "net = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))",
    "optimizer = torch.optim.SGD(net.parameters(), lr=0.1)\nlosses = []\nfor epoch in range(3):\n"
    "    for a, b in zip(x.split(64), y.split(64)):\n        loss = nn.functional.cross_entropy(net(a), b)\n"
    "        optimizer.zero_grad()\n        loss.backward()\n        optimizer.step()\n        losses.append(loss.item())",
    "print(losses[-1])",
    "import matplotlib.pyplot as plt\nplt.plot(losses)",
    "net",
    "plt.hist(losses)",
]
NBCLIENT = """
import json, sys
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_notebook
cells = [new_code_cell(code) for code in json.loads(sys.argv[1])]
NotebookClient(new_notebook(cells=cells)).execute()
"""


def cell(code: str) -> str:
    return f"```{{python}}\n#| fig-alt: a plot\n{code}\n```"


def light(number: int) -> str:
    if number % 5:
        return f"x{number} = sum(range({number}))\nprint(x{number})"
    return f'import matplotlib.pyplot as plt\nplt.plot([1, 2, {number}])\nplt.title("{number}")'


def decks() -> dict[str, tuple[list[str], list[str]]]:
    """Slides of each deck, and the code of its cells."""
    light_cells = [light(number) for number in range(100)]
    words = [PROSE.format(number=number) for number in range(1000)]
    return {
        "A: 12 slides, 8 cells, training": ([*map(cell, TRAINING), *words[:4]], TRAINING),
        "B: 100 slides, 100 cells, 20 plots": (
            [f"## Slide\n\nWords.\n\n{cell(code)}" for code in light_cells],
            light_cells,
        ),
        "P: 60 slides of prose": (words[:60], []),
        "K: 1,000 slides of prose": (words, []),
    }


def seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
    return time.perf_counter() - began


def main() -> None:
    deckwright = [sys.executable, "-m", "deckwright"]
    helps = [seconds([*deckwright, "--help"]) for _ in range(RUNS)]
    print(f"deckwright --help: {statistics.median(helps):.2f} s")
    for name, (slides, codes) in decks().items():
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch, "slides")
            folder.mkdir()
            (folder / "deck.md").write_text(FRONT + BETWEEN.join(slides), "utf-8")
            ours, alone = [], []
            for _ in range(RUNS):
                ours.append(seconds([*deckwright, "build", "--quiet", "--slides", str(folder)]))
                if codes:
                    alone.append(seconds([sys.executable, "-c", NBCLIENT, json.dumps(codes)]))
        line = f"{name}: {statistics.median(ours):.2f} s"
        if alone:
            ratios = [one / other for one, other in zip(ours, alone, strict=True)]
            line += f"; nbclient alone {statistics.median(alone):.2f} s; ratio {statistics.median(ratios):.2f}"
        print(line, flush=True)
    print("build process:", heavy_modules())
    print(f"the talk, apart from its cells: {talk_without_cells():.2f} s")


@dataclass
class Clock:
    """A Watcher that adds up the seconds of the cells."""

    seconds: float = 0.0

    def begin(self, steps: int) -> None: ...
    def cached(self, step: Step, trace: Trace) -> None: ...
    def started(self, step: Step, reasons: Sequence[str]) -> None: ...
    def showing(self, step: Step, outputs: Sequence[Output]) -> None: ...
    def printed(self, step: Step, text: str) -> None: ...
    def finished(self, step: Step, trace: Trace) -> None:
        self.seconds += trace.seconds

    def warn(self, message: str) -> None:
        print(message)


def talk_without_cells() -> float:
    """Seconds of the talk's build that the kernel does not spend in cells."""
    clock, root = Clock(), Path(__file__).parents[1]
    with tempfile.TemporaryDirectory() as scratch:
        began = time.perf_counter()
        build(Project(root, root / "slides", Path(scratch, "site")), clock)
        return time.perf_counter() - began - clock.seconds


def heavy_modules() -> str:
    """Which slow modules a build of prose loads."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "slides")
        folder.mkdir()
        (folder / "deck.md").write_text(FRONT + "## A\n", "utf-8")
        command = [sys.executable, "-X", "importtime", "-m", "deckwright", "build", "--quiet", "--slides", str(folder)]
        report = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    loaded = {
        found for found in ("torch", "matplotlib", "nbconvert", "nbclient") if re.search(rf"\| +{found}\n", report)
    }
    return f"{', '.join(sorted(loaded))} loaded" if loaded else "no torch, matplotlib, nbconvert or nbclient loaded"


if __name__ == "__main__":
    main()
