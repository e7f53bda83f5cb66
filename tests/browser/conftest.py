"""Built decks, a browser, and pages that remember what they asked for and complained of."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, sync_playwright

from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.pipeline import Project, build

from .walk import wait_until

ROOT = Path(__file__).parents[2]
KITCHEN = Path(__file__).parent / "decks" / "kitchen"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
SCREEN: ViewportSize = {"width": 1280, "height": 720}
VIOLATIONS = (
    "document.addEventListener('securitypolicyviolation', (event) => console.error('policy: ' + event.blockedURI))"
)


@dataclass
class Silent:
    """A watcher that keeps the warnings and drops all else."""

    warnings: list[str] = field(default_factory=list)

    def begin(self, steps: int) -> None: ...
    def cached(self, step: Step, trace: Trace) -> None: ...

    def started(self, step: Step, reasons: Sequence[str]) -> None: ...
    def printed(self, step: Step, text: str) -> None: ...
    def finished(self, step: Step, trace: Trace) -> None: ...
    def warn(self, message: str) -> None:
        self.warnings.append(message)


@dataclass
class Opened:
    """A page, the addresses that it asked for, and its complaints: errors, failed requests, policy violations."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("requestfailed", lambda request: self.complaints.append(f"failed: {request.url}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("console", self.console)

    def console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def go(self, address: str) -> Page:
        """Open a deck and wait until it has started."""
        self.page.goto(address)
        wait_until(self.page, "window.Reveal?.isReady()")
        return self.page


def build_aside(project: Project, watcher: Silent) -> None:
    """Build in a thread: in this one playwright's event loop runs, and a thread has but one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(build, project, watcher).result()


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
def talk_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The talk: the folder that DECKWRIGHT_TALK_SITE names, else built now, which takes minutes."""
    if built := os.environ.get("DECKWRIGHT_TALK_SITE"):
        return Path(built).absolute()
    out = tmp_path_factory.mktemp("talk") / "site"
    build_aside(Project(ROOT, ROOT / "slides", out), Silent())
    return out


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, else the one that playwright brought."""
    found = next(filter(None, map(shutil.which, CHROMIUMS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """A fresh page at the size of a slide."""
    # With motion, a fragment's visibility changes only some frames after the click.
    with browser.new_context(viewport=SCREEN, reduced_motion="reduce") as context:
        yield new_page(context.new_page)


def new_page(make: Callable[[], Page]) -> Opened:
    opened = Opened(make())
    opened.page.add_init_script(VIOLATIONS)
    opened.listen()
    return opened


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
