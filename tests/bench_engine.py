"""Time what the engine saves: whole processes after an edit, medians of several runs, beside a bare Python in the same run.

Run by `make bench`. Decks A and B are those of bench_builds, C has 1,000 slides and 1,000 cells, and the talk comes last.
"""

import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from deckwright.execute.kernel.kernel import booting_kernel
from deckwright.execute.store.store import Store
from deckwright.execute.trace import Trace
from deckwright.execute.walk.walk import Walk
from deckwright.pipeline import CACHE
from deckwright.source.load import load
from tests.bench_builds import BETWEEN, FRONT, PROSE, cell, decks, seconds

RUNS = 5
ROOT = Path(__file__).parents[1]
DECKWRIGHT = [sys.executable, "-m", "deckwright"]
LAST_PLOTS = {  # what stands in it, and what an edit makes of that
    "A": ("plt.hist(losses", "plt.hist(losses, bins={}"),
    "B": ('plt.title("95"', 'plt.title("95 {}"'),
    "talk": ('"CNN": cnn_history}', '"CNN {}": cnn_history}'),
}

Edit = Callable[[str, int], str]  # the text and the number of the run give another text


def main() -> None:
    """Print one line a deck and edit."""
    bare = statistics.median(seconds([sys.executable, "-c", "pass"]) for _ in range(RUNS))
    print(f"python alone: {bare:.3f} s")
    for name, (slides, codes) in decks().items():
        if codes:
            measure(name[0], name, FRONT + BETWEEN.join(slides), bare)
    cells = [f"{PROSE.format(number=number)}\n\n{cell(f'x{number} = {number}; x{number}')}" for number in range(1000)]
    measure("C", "C: 1,000 slides, 1,000 cells", FRONT + BETWEEN.join(cells), bare)
    talk(bare)


def measure(letter: str, name: str, text: str, bare: float) -> None:
    """A deck of one file, built once and then edited."""
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "slides", "deck.md")
        file.parent.mkdir()
        file.write_text(text, "utf-8")
        print(f"{name}: built from nothing in {seconds(build(scratch)):.2f} s")
        edits(Path(scratch), file, letter, bare)


def build(folder: str | Path) -> list[str]:
    return [*DECKWRIGHT, "build", "--quiet", "--slides", str(Path(folder, "slides"))]


def edits(root: Path, file: Path, letter: str, bare: float) -> None:
    """Nothing changed, one word of prose, and the last plot: each in a new process."""
    tell("nothing changed", lambda text, run: text, root, file, bare)
    tell(
        "one word of prose",
        lambda text, run: re.sub(r"(?m)^(## .*?)( edited \d+)?$", rf"\1 edited {run}", text, count=1),
        root,
        file,
        bare,
    )
    if letter in LAST_PLOTS:
        found, made = LAST_PLOTS[letter]
        tell("the last plot", lambda text, run: text.replace(found, made.replace("{}", str(run + 7))), root, file, bare)


def tell(what: str, edit: Edit, root: Path, file: Path, bare: float) -> None:
    text, times = file.read_text("utf-8"), []
    for run in range(RUNS):
        file.write_text(edit(text, run), "utf-8")
        times.append(seconds(build(root)))
    file.write_text(text, "utf-8")
    subprocess.run(build(root), check=True, capture_output=True)
    middle = statistics.median(times)
    print(
        f"  {what}: {middle:.3f} s ({min(times):.3f} to {max(times):.3f}), {middle / bare:.1f} times a bare Python",
        flush=True,
    )


def talk(bare: float) -> None:
    """The talk: what watching costs its clean build, its cache, and edits after it."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for part in ("slides", "src", "static", "templates"):
            shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__", "web", "deckwright"))
        (root / "node_modules").symlink_to(ROOT / "node_modules")
        traces = clean_build(root)
        ran, watched = sum(trace.seconds for trace in traces), sum(trace.watched for trace in traces)
        size = sum(path.stat().st_size for path in (root / CACHE).rglob("*") if path.is_file())
        print(
            f"the talk: cells {ran:.1f} s, watching them {watched:.2f} s ({watched / ran:.1%}), cache {size / 1e6:.0f} MB"
        )
        subprocess.run(build(root), check=True, capture_output=True)
        edits(root, root / "slides" / "10-convolutions.md", "talk", bare)


def clean_build(root: Path) -> list[Trace]:
    """Run every cell of the talk."""
    (deck,) = load(root, root / "slides")
    with Store.opened(root / CACHE, print) as store, ExitStack() as kernels:
        walk = Walk(deck, store, Silence(), lambda: booting_kernel(root))
        kernels.enter_context(walk.kernels)
        walk.run()
        return list(walk.traces)


class Silence:
    """A Watcher that says nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


if __name__ == "__main__":
    main()
