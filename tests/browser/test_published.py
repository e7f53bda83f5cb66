"""The kitchen deck as a branch of a repository, cloned and served under a path."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from deckwright.browser.chromium import Opened

from .conftest import KITCHEN, Quiet

IDENTITY = ("-c", "user.name=A", "-c", "user.email=a@example.org")


def ran(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the cloned branch, as a host would serve it."""
    project, bare, served = (tmp_path_factory.mktemp(name) for name in ("project", "bare", "served"))
    shutil.copytree(KITCHEN, project, dirs_exist_ok=True, ignore=shutil.ignore_patterns("site", ".deckwright"))
    (project / ".gitignore").write_text("/site/\n/.deckwright/\n")
    ran(bare, "git", "init", "--bare", ".")
    for command in (["init", "."], ["add", "."], ["commit", "-m", "deck"], ["remote", "add", "origin", str(bare)]):
        ran(project, "git", *IDENTITY, *command)
    for key, value in (("user.name", "A"), ("user.email", "a@example.org")):
        ran(project, "git", "config", key, value)
    ran(project, sys.executable, "-m", "deckwright", "publish", "--to", "gh-pages", "--build", "--without-notes")
    ran(served, "git", "clone", "--branch", "gh-pages", str(bare), "some/talk")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(served)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/some/talk/"
    server.shutdown()


def test_the_branch_shows_the_deck_under_a_path(opened: Opened, published: str) -> None:
    page = opened.go(f"{published}#/columns")
    page.evaluate("document.fonts.ready")
    page.wait_for_load_state("networkidle")
    assert page.locator("#columns").is_visible()
    assert page.locator("aside.notes").count() == 0
    assert opened.complaints == []
    assert [address for address in opened.requests if not address.startswith((published, "data:", "blob:"))] == []


def test_the_branch_shows_the_list_and_the_reading_page(opened: Opened, published: str) -> None:
    opened.page.goto(f"{published}decks.html")
    opened.page.wait_for_load_state("networkidle")  # leaving earlier would be a failed request
    assert opened.page.locator(".card").count() == 2
    opened.page.goto(f"{published}reading.html")
    assert opened.page.locator("h1").first.is_visible()
    assert opened.complaints == []
