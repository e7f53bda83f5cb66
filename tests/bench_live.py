"""Time from saving a file to seeing it in the browser, for each kind of edit: median and 95th percentile.

Run by `make bench`. The deck is small: 12 slides, a cell that takes a while, a plot, a helper module.
"""

import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page

from deckwright.browser.chromium import chromium, wait_until
from deckwright.installed import own

EDITS = 30
REST = 3.0  # seconds between edits that run cells, as people look and type: the next kernel gets ready meanwhile
FRONT = "---\ntitle: Bench\ntheme: static/mine.css\n---\n\n"
CELLS = """## Slow

```{python label="slow"}
import time
from helper import words
time.sleep(0.5)
values = [number % 7 for number in range(200)]
print(words())
```

---

## Plot

```{python label="plot" fig-alt="plot-0-end"}
import matplotlib.pyplot as plt
plt.plot(values, label="plot-0-end");
```
"""
PROSE = "\n\n---\n\n".join(f"## Slide {number}\n\nWords on it: prose-0-end." for number in range(10))
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
SHOWN = "(wanted) => document.querySelector('.slides').innerHTML.includes(wanted)"


class Kind(NamedTuple):
    """A kind of edit: one more in each `NAME-0-end` of a file, which is then seen so."""

    file: str
    seen: str = SHOWN
    runs: bool = False


KINDS = {
    "prose": Kind("slides/deck.md"),
    "plot": Kind(
        "slides/deck.md",
        "(wanted) => document.querySelector(`img[alt=${wanted}]`)?.complete"
        " && document.querySelector('[data-label=plot]').dataset.live === 'done'",
        runs=True,
    ),
    "template": Kind("templates/cell.html"),
    "css": Kind(
        "static/mine.css",
        "(wanted) => getComputedStyle(document.querySelector('h2')).getPropertyValue('--mine').includes(wanted)",
    ),
    "helper": Kind("helper.py", runs=True),
}


def write_deck(root: Path) -> None:
    """A deck, a template, a theme and a module that are edited."""
    cell = own("templates") / "cell.html"
    for name, text in {
        "slides/deck.md": f"{FRONT}{PROSE}\n\n---\n\n{CELLS}",
        "helper.py": "def words():\n    return 'helper-0-end'\n",
        "static/mine.css": "h2 { --mine: css-0-end; }",
        "templates/cell.html": cell.read_text("utf-8").replace('class="cell', 'class="template-0-end cell'),
    }.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, "utf-8")


def seconds(page: Page, file: Path, text: str, seen: str, wanted: str) -> float:
    """How long it takes until a saved text has been painted."""
    began = time.perf_counter()
    file.write_text(text, "utf-8")
    wait_until(page, seen, wanted)
    page.evaluate(PAINTED)
    return time.perf_counter() - began


def edit(page: Page, root: Path, name: str) -> None:
    """Edit a file again and again; say how long that takes to be seen."""
    kind, times = KINDS[name], []
    for number in range(1, EDITS + 1):
        time.sleep(REST if kind.runs else 0.5)
        file, wanted = root / kind.file, f"{name}-{number}-end"
        text = file.read_text("utf-8").replace(f"{name}-{number - 1}-end", wanted)
        times.append(seconds(page, file, text, kind.seen, wanted))
    last = statistics.quantiles(times, n=20)[-1]
    print(f"from saving to seeing, {name}: {statistics.median(times):.2f} s, 95 % within {last:.2f} s", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser, ExitStack() as ending:
        root = Path(scratch)
        write_deck(root)
        command = [sys.executable, "-m", "deckwright", "serve", "--no-open"]
        began = time.perf_counter()
        server = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True)
        ending.callback(server.wait)
        ending.callback(server.send_signal, signal.SIGINT)
        address = server.stderr.readline().split()[0] if server.stderr else ""
        print(f"deckwright serve: the page is there after {time.perf_counter() - began:.2f} s")
        page = browser.new_page()
        page.goto(address)
        wait_until(page, "document.querySelectorAll('[data-live=done]').length === 2")
        for name in KINDS:
            edit(page, root, name)


if __name__ == "__main__":
    main()
