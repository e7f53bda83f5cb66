"""What an author sees while writing: pages that come before their results, and edits that arrive in place."""

import http.client
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from deckwright.browser.chromium import Opened, wait_until

DECK = """---
title: Live
---

## First {#first}

Words.

---

## Second

Some words to recognise it by.

- one {.fragment}
- two {.fragment}

---

## Value

```{python label="value"}
print("value", 6 * 7)
```

---

## Last

The end.
"""
GATED = """---
title: Gated
---

## Train

```{python label="train"}
import time
from pathlib import Path
from IPython.display import Markdown, display
print("epoch 1")
display(Markdown("**a figure so far**"))
while not Path("gate").exists():
    time.sleep(0.01)
print("epoch 2")
```

---

## After

```{python label="after"}
print("after all")
```
"""
TITLE = "Reveal.getCurrentSlide().querySelector('h2').textContent"
PLACE = "[Reveal.getCurrentSlide().querySelector('h2').textContent, Reveal.getIndices().f ?? null]"


@dataclass
class Author:
    """Someone who writes a deck, with the server that shows it."""

    root: Path
    server: subprocess.Popen[str]
    address: str
    opened: Opened

    @property
    def page(self) -> Page:
        return self.opened.page

    @property
    def file(self) -> Path:
        return self.root / "slides" / "deck.md"

    def save(self, text: str) -> None:
        self.file.write_text(text, "utf-8")

    def edit(self, old: str, new: str) -> None:
        text = self.file.read_text("utf-8")
        assert old in text
        self.save(text.replace(old, new))

    def sees(self, text: str) -> None:
        """Wait until it stands on some slide."""
        wait_until(self.page, "(text) => document.querySelector('.slides').textContent.includes(text)", text)

    def goes_to(self, title: str, clicks: int = 0) -> None:
        self.page.evaluate(
            """([title, clicks]) => {
                const slide = Reveal.getSlides().find((one) => one.querySelector('h2')?.textContent === title);
                const { h, v } = Reveal.getIndices(slide);
                Reveal.slide(h, v);
                for (; clicks; clicks -= 1) Reveal.next();
            }""",
            [title, clicks],
        )

    def ask(self, path: str, **headers: str) -> http.client.HTTPResponse:
        host, port = re.findall(r"//(.*):(\d+)/", self.address)[0]
        connection = http.client.HTTPConnection(host, int(port), timeout=20)
        connection.putrequest("GET", path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        return connection.getresponse()


Write = Callable[..., Author]


@pytest.fixture
def author(tmp_path: Path, opened: Opened) -> Iterator[Write]:
    """Serves a deck, and opens it."""
    servers = []

    def write(text: str, *, is_deck: bool = True, **files: str) -> Author:
        for name, content in {"slides/deck.md": text, **files}.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(content, "utf-8")
        command = [sys.executable, "-m", "deckwright", "serve", "--no-open", "--port", "8400"]
        server = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
        servers.append(server)
        assert server.stderr
        address = next(line.split()[0] for line in server.stderr if line.startswith("http"))
        (opened.go if is_deck else opened.page.goto)(address)
        return Author(tmp_path, server, address, opened)

    yield write
    for server in servers:
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=20)


def test_page_is_there_before_its_cells_have_run_and_shows_them_running(author: Write) -> None:
    one = author(GATED)
    wait_until(one.page, "document.querySelector('[data-label=train]').dataset.live === 'running'")
    one.sees("epoch 1")
    one.sees("a figure so far")
    assert one.page.evaluate("document.querySelector('[data-label=after] .live-cell').textContent").startswith(
        "after waits"
    )
    (one.root / "gate").touch()
    one.sees("epoch 2")
    one.sees("after all")
    wait_until(one.page, "!document.querySelector('.live-cell')")
    assert one.opened.complaints == []


def test_prose_arrives_while_a_cell_runs_and_does_not_disturb_it(author: Write) -> None:
    one = author(GATED)
    one.sees("epoch 1")
    one.edit("## After", "New words.\n\n## After")
    one.sees("New words.")
    (one.root / "gate").touch()
    one.sees("after all")
    wait_until(one.page, "!document.querySelector('.live-cell')")
    assert one.page.evaluate("document.querySelector('[data-label=train]').textContent.split('epoch 1').length") == 3


def test_an_edit_of_the_cell_that_runs_ends_it(author: Write) -> None:
    one = author(GATED)
    one.sees("epoch 1")
    one.edit('while not Path("gate").exists():\n    time.sleep(0.01)\n', 'print("no waiting")\n')
    one.sees("after all")
    assert one.page.evaluate("document.querySelector('.slides').textContent.includes('epoch 2')")


def test_site_is_written_as_by_build_and_knows_nothing_of_the_server(author: Write) -> None:
    one = author(DECK)
    one.sees("value 42")
    index = one.root / "site" / "index.html"
    wait_until(one.page, "document.querySelector('.live-cell') === null")
    one.page.wait_for_timeout(1000)
    served = index.read_bytes()
    assert b"live" not in served.replace(b"<title>Live", b"").replace(b"Live</h1>", b"")
    subprocess.run([sys.executable, "-m", "deckwright", "build", "--quiet"], cwd=one.root, check=True)
    assert index.read_bytes() == served


def test_mistake_shows_with_its_line_and_clears_itself(author: Write) -> None:
    one = author(DECK)
    one.goes_to("Second")
    one.edit("Words.", "Words, $\\frac{$.")
    one.page.wait_for_selector(".live-error", state="visible")
    told = one.page.inner_text(".live-error")
    assert "slides/deck.md:7" in told
    assert "Words, $\\frac{$." in told
    assert one.page.evaluate(TITLE) == "Second"
    one.edit("Words, $\\frac{$.", "Words again.")
    one.page.wait_for_selector(".live-error", state="hidden")
    one.sees("Words again.")


def test_cell_that_raises_is_told_and_other_slides_stay(author: Write) -> None:
    one = author(DECK)
    one.sees("value 42")
    one.edit("6 * 7", "6 / 0")
    one.page.wait_for_selector(".live-error", state="visible")
    assert "ZeroDivisionError" in one.page.inner_text(".live-error")
    assert 'print("value", 6 / 0)' in one.page.inner_text(".live-error")
    one.edit("6 / 0", "5 * 5")
    one.sees("value 25")
    one.page.wait_for_selector(".live-error", state="hidden")


def test_server_that_begins_with_a_mistake_tells_it_and_the_deck_comes_by_itself(author: Write) -> None:
    one = author(DECK.replace("title: Live", "titel: Live"), is_deck=False)
    one.page.wait_for_selector(".live-error", state="visible")
    told = one.page.inner_text(".live-error")
    assert "slides/deck.md:2" in told
    assert "Did you mean 'title'?" in told
    one.save("words alone\n")
    one.page.wait_for_selector("text=no front matter")
    assert "front matter:\n    ---\n    title: My talk\n" in one.page.inner_text(".live-error")
    one.save(DECK)
    wait_until(one.page, "window.Reveal?.isReady()")
    one.sees("value 42")


def test_results_are_pale_exactly_until_the_cell_that_runs_shows_others(author: Write) -> None:
    code = 'import pathlib, time\nwhile not pathlib.Path("gate").exists():\n    time.sleep(0.01)\nprint("value", 6 * 7)'
    one = author(DECK.replace('print("value", 6 * 7)', code), gate="")
    one.sees("value 42")
    wait_until(one.page, "!document.querySelector('.live-cell')")
    pale = "getComputedStyle(document.querySelector('[data-label=value] .outputs')).opacity"
    assert one.page.evaluate(pale) == "1"
    (one.root / "gate").unlink()
    one.edit("6 * 7", '7 * 7)\nprint("more", 1 / 0')
    wait_until(one.page, "document.querySelector('[data-label=value]').dataset.live === 'running'")
    assert one.page.evaluate(pale) == "0.35"
    (one.root / "gate").touch()
    one.sees("value 49")
    one.page.wait_for_selector(".live-error", state="visible")
    assert one.page.evaluate(pale) == "1"


def test_bar_counts_cells_and_the_line_of_a_build_names_them(author: Write) -> None:
    one = author(GATED.replace("## After", "## After `{python} 6 * 7` and `{python} 6 * 8`"))
    one.page.wait_for_selector("text=cell 1 of 2")
    (one.root / "gate").touch()
    one.sees("after all")
    assert one.server.stderr
    assert re.match(r"ran train, after and 2 inline values in [\d.]+ s\n", one.server.stderr.readline())


def test_mistake_leaves_the_footer_legible(author: Write) -> None:
    one = author(DECK.replace("title: Live", "title: Live\nfooter: At the foot"))
    one.sees("value 42")
    one.edit("6 * 7", "6 / 0")
    one.page.wait_for_selector(".live-error", state="visible")
    assert one.page.inner_text(".live-error code >> nth=-1") == "error: true"
    bottom = "document.querySelector('.live-error').getBoundingClientRect().bottom"
    top = "document.querySelector('.deck-footer').getBoundingClientRect().top"
    assert one.page.evaluate(f"{bottom} <= {top}")


def test_server_without_a_folder_to_serve_ends(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deckwright", "serve", "--no-open", "--port", "8400"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("error: slides: no such folder\n")


EDITS = {
    "a word": lambda text: text.replace("Some words", "Other words"),
    "its title": lambda text: text.replace("## Second", "## New title"),
    "a slide before it": lambda text: text.replace("## Second", "## Inserted\n\n---\n\n## Second"),
    "a slide after it": lambda text: text.replace("## Value", "## Inserted\n\n---\n\n## Value"),
    "the slide before it gone": lambda text: text.replace("## First {#first}\n\nWords.\n\n---\n\n", ""),
    "moved to the end": lambda text: text.replace(SECOND, "") + "\n---\n\n" + SECOND.removesuffix("---\n\n"),
    "a fragment more": lambda text: text.replace("- two {.fragment}", "- two {.fragment}\n- three {.fragment}"),
    "an id": lambda text: text.replace("## Second", "## Second {#two}"),
    "a class": lambda text: text.replace("## Second", "## Second {.center}"),
    "notes": lambda text: text.replace("- one", "::: notes\nSay it.\n:::\n\n- one"),
    "the separator half typed": lambda text: text.replace("Words.\n\n---", "Words.\n\n--"),
    "a slide below it": lambda text: text.replace("## Value", "## Inserted\n\n--\n\n## Value"),
}
SECOND = "## Second\n\nSome words to recognise it by.\n\n- one {.fragment}\n- two {.fragment}\n\n---\n\n"


@pytest.mark.parametrize("name", EDITS)
def test_presenter_stays_on_the_slide_and_its_fragment(author: Write, name: str) -> None:
    one = author(DECK)
    one.sees("value 42")
    one.goes_to("Second", clicks=1)
    title = "New title" if name == "its title" else "Second"
    before = one.page.evaluate("document.currentlyHere = Reveal.getCurrentSlide().textContent")
    changed = EDITS[name](one.file.read_text("utf-8")).replace("The end.", "The very end.")
    assert changed.replace("The very end.", "The end.") != one.file.read_text("utf-8")
    one.save(changed)
    one.sees("The very end.")
    assert one.page.evaluate(PLACE) == [title, 0]
    assert one.page.evaluate("Reveal.getCurrentSlide().querySelectorAll('.fragment.visible').length") == 1
    assert before == one.page.evaluate("document.currentlyHere")  # the page was not loaded anew
    assert one.opened.complaints == []


def test_slide_that_vanished_for_a_while_is_found_again(author: Write) -> None:
    one = author(DECK.replace("Words.", "Words, `{python} 1` of them."))
    one.sees("value 42")
    one.goes_to("Value")
    whole = one.file.read_text("utf-8")
    one.save(whole.replace("## Value", "## Valu").replace("---\n\n## Last", "## Last"))
    one.sees("Valu")
    one.save(whole[: whole.index("## Value")])
    wait_until(one.page, "Reveal.getTotalSlides() === 3")
    one.save(whole)
    wait_until(one.page, "Reveal.getTotalSlides() === 5")
    wait_until(one.page, f"{TITLE} === 'Value'")


def test_slides_that_did_not_change_keep_their_elements(author: Write) -> None:
    one = author(DECK)
    one.sees("value 42")
    wait_until(one.page, "!document.querySelector('.live-cell')")
    one.page.evaluate("Reveal.getSlides().forEach((slide, at) => (slide.mine = at))")
    one.edit("Some words", "Other words")
    one.sees("Other words")
    assert one.page.evaluate("Reveal.getSlides().map((slide) => slide.mine ?? null)") == [0, 1, None, 3, 4]


def test_style_sheet_arrives_without_loading_the_page_anew(author: Write) -> None:
    one = author(DECK, **{"static/deckwright.css": "h2 { color: rgb(1, 2, 3); }"})
    colour = "getComputedStyle(document.querySelector('h2')).color"
    assert one.page.evaluate(colour) == "rgb(1, 2, 3)"
    one.page.evaluate("document.mine = 1")
    (one.root / "static" / "deckwright.css").write_text("h2 { color: rgb(4, 5, 6); }")
    wait_until(one.page, f"{colour} === 'rgb(4, 5, 6)'")
    assert one.page.evaluate("document.mine") == 1


def test_change_of_the_frame_loads_the_page_anew_at_the_same_place(author: Write) -> None:
    one = author(DECK)
    one.sees("value 42")
    one.goes_to("Second", clicks=1)
    one.edit("title: Live", "title: Live\nfooter: At the foot")
    wait_until(
        one.page, "window.Reveal?.isReady() && document.querySelector('.deck-footer')?.textContent === 'At the foot'"
    )
    wait_until(one.page, f"JSON.stringify({PLACE}) === '[\"Second\",0]'")


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("data.txt", "from the file", "from another file"),
        ("helper.py", "WORDS = 'from a module'", "WORDS = 'from another module'"),
        ("src/inside.py", "WORDS = 'from the inside'", "WORDS = 'from another inside'"),
    ],
)
def test_file_that_a_cell_goes_by_is_watched(author: Write, name: str, before: str, after: str) -> None:
    code = "import pathlib\nprint(pathlib.Path('data.txt').read_text())"
    if name.endswith(".py"):
        code = f"from {Path(name).stem} import WORDS\nprint(WORDS)"
    one = author(f"---\ntitle: T\n---\n\n## A\n\n```{{python}}\n{code}\n```\n", **{name: before})
    one.sees(before.removeprefix("WORDS = ").strip("'"))
    wait_until(one.page, "!document.querySelector('.live-cell')")
    one.page.wait_for_timeout(500)
    (one.root / name).write_text(after, "utf-8")
    one.sees(after.removeprefix("WORDS = ").strip("'"))


def test_key_shows_where_the_slide_is_written(author: Write) -> None:
    one = author(DECK)
    one.goes_to("Second")
    one.page.keyboard.press("e")
    assert one.page.inner_text(".live-source") == "slides/deck.md:11"
    one.edit("Words.", "Words.\n\nMore.")
    one.sees("More.")
    one.page.keyboard.press("ArrowLeft")
    assert one.page.inner_text(".live-source") == "slides/deck.md:5"


def test_speaker_view_follows_edits(author: Write) -> None:
    one = author(DECK)
    one.sees("value 42")
    one.goes_to("Second")
    with one.page.context.expect_page() as popped:
        one.page.keyboard.press("s")
    speaker = popped.value
    wait_until(speaker, "document.querySelector('#current-slide iframe')?.contentWindow.Reveal?.isReady()")
    one.edit("Some words", "::: notes\nSay this.\n:::\n\nOther words")
    words = "document.querySelector('#current-slide iframe').contentDocument.querySelector('.present.present h2 ~ p')"
    wait_until(speaker, f"{words}?.textContent.includes('Other words')")
    wait_until(speaker, "document.querySelector('.speaker-controls-notes').textContent.includes('Say this.')")
    assert one.opened.complaints == []


def test_page_that_could_not_be_fetched_once_goes_on_following(author: Write) -> None:
    one = author(DECK)
    one.sees("value 42")
    one.page.route(one.address, lambda route: route.abort())
    with one.page.expect_event("requestfailed"):
        one.edit("Words.", "Other words.")
    one.page.unroute(one.address)
    one.edit("The end.", "The very end.")
    one.sees("The very end.")
    one.sees("Other words.")


def test_foreign_host_and_origin_are_refused(author: Write) -> None:
    one = author(DECK)
    port = one.address.rsplit(":", 1)[1].strip("/")
    assert one.ask("/").status == 200
    assert one.ask("/", Host=f"localhost:{port}").status == 200
    assert one.ask("/", Host="evil.example").status == 403
    assert one.ask("/-live/events", Host=f"evil.example:{port}").status == 403
    assert one.ask("/", Origin="http://evil.example").status == 403
    assert one.ask("/-live/events", Origin="null").status == 403
    assert one.ask("/", Origin=one.address.strip("/")).status == 200


def test_nothing_but_the_site_is_served(author: Write) -> None:
    one = author(DECK, **{"secret.txt": "secret", "slides/secret.txt": "secret"})
    one.sees("value 42")
    wait_until(one.page, "!document.querySelector('.live-cell')")
    for path in (
        "/../secret.txt",
        "/secret.txt",
        "/slides/deck.md",
        "/%2e%2e/secret.txt",
        "/assets/../../secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/-live/../serve.py",
        "/-live/..%2fserve.py",
        "//etc/passwd",
        "/assets/",
        "/assets",
        "/media/",
        "/-live/",
        "/.deckwright/lock",
    ):
        assert one.ask(path).status in (404, 405), path


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="reads Linux's table of sockets")
def test_server_listens_to_this_machine_alone(author: Write) -> None:
    one = author(DECK)
    port = int(one.address.rsplit(":", 1)[1].strip("/"))
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    assert {row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")} == {f"0100007F:{port:04X}"}


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_end_leaves_no_kernel_behind(author: Write) -> None:
    one = author(GATED)
    one.sees("epoch 1")
    one.server.send_signal(signal.SIGINT)
    assert one.server.wait(20) == 0
    found = subprocess.run(
        ["pgrep", "-f", f"deckwright.execute.kernel.launch {one.server.pid} "], capture_output=True, check=False
    )
    assert found.stdout == b""
