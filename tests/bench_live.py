"""Time from saving a file to seeing it in the browser, for each kind of edit: median and 95th percentile.

Run by `make bench`. The deck is small: 12 slides, a cell that takes a while, a plot, a helper module.
"""

import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from deckwright.browser.chromium import chromium

EDITS = 30
REST = 2.5  # seconds between edits that run cells: as quick as anyone looks and types
HELPER = "def words():\n    return 'helper 0'\n"
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

```{python label="plot" fig-alt="plot 0"}
import matplotlib.pyplot as plt
plt.plot(values, label="plot 0");
```
"""
PROSE = "\n\n---\n\n".join(f"## Slide {number}\n\nWords on it: prose {number}-0." for number in range(10))
PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))"
SEEN = {
    "prose": "(wanted) => document.querySelector('.slides').textContent.includes(wanted)",
    "plot": "(wanted) => [...document.images].some((one) => one.alt === wanted && one.complete)"
    " && document.querySelector('[data-label=plot]').dataset.live === 'done'",
    "template": "(wanted) => document.querySelector('.slides').innerHTML.includes(wanted)",
    "CSS": "(wanted) => getComputedStyle(document.querySelector('h2')).getPropertyValue('--mine').includes(wanted)",
    "helper module": "(wanted) => document.querySelector('[data-label=slow] pre.output-stdout').textContent.includes(wanted)",
}


def edits(root: Path, templates: Path) -> dict[str, tuple[Path, Callable[[str, int], str], str, bool]]:
    """Of each kind: the file, what becomes of its text, what is then seen, and whether cells run."""
    deck = root / "slides" / "deck.md"
    cell = root / "templates" / "cell.html"
    cell.parent.mkdir()
    cell.write_text((templates / "cell.html").read_text("utf-8").replace('class="cell', 'class="mine-0 cell'), "utf-8")
    style = root / "static" / "mine.css"
    style.parent.mkdir()
    style.write_text("h2 { --mine: css-0; }")
    return {
        "prose": (
            deck,
            lambda text, n: text.replace("prose-0!", "prose-1000!" if n == 1 else "").replace(
                f"prose-{n + 998}!", f"prose-{n + 999}!"
            ),
            "x",
            False,
        ),
        "plot": (deck, lambda text, n: text.replace(f"plot {n - 1}", f"plot {n}"), "plot {}", True),
        "template": (cell, lambda text, n: text.replace(f"mine-{n - 1} ", f"mine-{n} "), "mine-{} ", False),
        "CSS": (style, lambda text, n: text.replace(f"css-{n - 1};", f"css-{n};"), "css-{}", False),
        "helper module": (root / "helper.py", lambda text, n: text.replace(f"{n - 1}'", f"{n}'"), "helper {}", True),
    }


def seconds(page: Page, file: Path, text: str, seen: str, wanted: str) -> float:
    """How long it takes until a saved text has been painted."""
    began = time.perf_counter()
    file.write_text(text, "utf-8")
    while not page.evaluate(seen, wanted):
        if time.perf_counter() - began > 60:
            raise TimeoutError(wanted)
        time.sleep(0.002)
    page.evaluate(PAINTED)
    return time.perf_counter() - began


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch, chromium() as browser:
        root = Path(scratch)
        (root / "slides").mkdir()
        front = "---\ntitle: Bench\ntheme: static/mine.css\n---\n\n"
        (root / "slides" / "deck.md").write_text(f"{front}{PROSE}\n\n---\n\n{CELLS}", "utf-8")
        (root / "helper.py").write_text(HELPER, "utf-8")
        kinds = edits(root, Path(__file__).parents[1] / "templates")
        command = [sys.executable, "-m", "deckwright", "serve", "--no-open"]
        began = time.perf_counter()
        server = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True)
        assert server.stderr
        address = server.stderr.readline().split()[0]
        print(f"serve: the page is there after {time.perf_counter() - began:.2f} s")
        page = browser.new_page()
        page.goto(address)
        while not page.evaluate("document.querySelectorAll('[data-live=done]').length === 2"):
            time.sleep(0.1)
        for kind, (file, changed, wanted, runs) in kinds.items():
            times = []
            for number in range(1, EDITS + 1):
                time.sleep(REST if runs else 0.5)
                text = changed(file.read_text("utf-8"), number)
                times.append(seconds(page, file, text, SEEN[kind], wanted.format(number)))
            fifth = statistics.quantiles(times, n=20)[-1]
            print(f"{kind}: {statistics.median(times):.2f} s, 95 % within {fifth:.2f} s", flush=True)
        server.send_signal(signal.SIGINT)
        server.wait()


if __name__ == "__main__":
    main()
