"""Built decks, a browser, and pages that remember what they asked for and complained of."""

import os
import shutil
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from deckwright.browser.chromium import Opened, chromium, wait_until
from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.model import Output
from deckwright.pipeline import Form, Project, build

WHOLE = Form()
ROOT = Path(__file__).parents[2]
KITCHEN = Path(__file__).parent / "decks" / "kitchen"
SCREEN: ViewportSize = {"width": 1280, "height": 720}


@dataclass
class Silent:
    """A watcher that keeps the warnings and drops all else."""

    warnings: list[str] = field(default_factory=list)

    def begin(self, steps: int) -> None: ...
    def cached(self, step: Step, trace: Trace) -> None: ...

    def started(self, step: Step, reasons: Sequence[str]) -> None: ...
    def showing(self, step: Step, outputs: Sequence[Output]) -> None: ...
    def printed(self, step: Step, text: str) -> None: ...
    def finished(self, step: Step, trace: Trace) -> None: ...
    def warn(self, message: str) -> None:
        self.warnings.append(message)


def build_aside(project: Project, watcher: Silent, form: Form = WHOLE) -> None:
    """Build in a thread: in this one playwright's event loop runs, and a thread has but one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(build, project, watcher, form=form).result()


@pytest.fixture(scope="session")
def kitchen_warnings() -> list[str]:
    return []


@pytest.fixture(scope="session")
def kitchen_site(tmp_path_factory: pytest.TempPathFactory, kitchen_warnings: list[str]) -> Path:
    """The deck with one of each, built once."""
    out = tmp_path_factory.mktemp("kitchen") / "site"
    build_aside(Project(KITCHEN, KITCHEN / "slides", out), Silent(kitchen_warnings))
    return out


@pytest.fixture(scope="session")
def drawn_site(kitchen_site: Path) -> Path:
    """The deck beside it whose figures are drawn by a script in the page."""
    return kitchen_site / "drawn"


@pytest.fixture(scope="session")
def lecture_site(kitchen_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kitchen deck in the theme `lecture`."""
    out = tmp_path_factory.mktemp("lecture") / "site"
    shutil.copytree(kitchen_site, out)
    page, house = out / "index.html", '<link rel="stylesheet" href="assets/themes/deckwright.css">'
    page.write_text(page.read_text().replace(house, house + house.replace("themes/deckwright", "themes/lecture")))
    return out


@pytest.fixture(scope="session")
def talk_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The talk: the folder that DECKWRIGHT_TALK_SITE names, else built now, which takes minutes."""
    if built := os.environ.get("DECKWRIGHT_TALK_SITE"):
        return Path(built).absolute()
    out = tmp_path_factory.mktemp("talk") / "site"
    build_aside(Project(ROOT, ROOT / "slides", out), Silent())
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """A fresh page at the size of a slide."""
    with browser.new_context(viewport=SCREEN, reduced_motion="reduce") as context:
        fresh = Opened(context.new_page())
        fresh.listen()
        yield fresh


@pytest.fixture(params=["from a file", "over http"])
def kitchen_address(request: pytest.FixtureRequest, kitchen_site: Path) -> str:
    """The kitchen deck's page, opened from disk and from a server that has it under a path."""
    if request.param == "from a file":
        return (kitchen_site / "index.html").as_uri()
    server: str = request.getfixturevalue("kitchen_server")
    return server


@pytest.fixture
def kitchen(opened: Opened, kitchen_site: Path) -> Page:
    """The kitchen deck, opened from disk."""
    return opened.go((kitchen_site / "index.html").as_uri())


@pytest.fixture(scope="session")
def kitchen_server(kitchen_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the kitchen deck below a sub-path of a local server."""
    served = tmp_path_factory.mktemp("served")
    (served / "some").mkdir()
    (served / "some" / "path").symlink_to(kitchen_site)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(served)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/some/path/"
    server.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    """A file server that does not log."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def speaker_view(page: Page) -> Opened:
    """The window that the key S opens, once it shows the notes of a slide that has some."""
    with page.context.expect_page() as popup:
        page.keyboard.press("s")
    speaker = Opened(popup.value)
    speaker.listen()
    wait_until(speaker.page, "document.querySelector('.speaker-controls-notes .value')?.textContent.trim()")
    return speaker
