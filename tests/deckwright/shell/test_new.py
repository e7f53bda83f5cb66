"""The deck to begin with."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deckwright.errors import DeckError
from deckwright.pipeline import Project, build
from deckwright.shell.new import new_deck, title_of
from tests.deckwright.conftest import Memory


@pytest.mark.parametrize("has_matplotlib", [True, False])
def test_the_new_deck_builds_at_once_and_without_a_warning(
    has_matplotlib: bool, tmp_path: Path, watcher: Memory
) -> None:
    folder = tmp_path / "my-talk"
    new_deck(folder, has_matplotlib=has_matplotlib)
    build(Project(folder, folder / "slides", folder / "site"), watcher)
    page = (folder / "site/index.html").read_text("utf-8")
    assert watcher.warnings == []
    assert "<title>My talk</title>" in page
    assert ("matplotlib.pyplot" in re.sub("<.*?>", "", page)) == has_matplotlib
    assert len(list((folder / "site/media").glob("plot.*.svg"))) == 1


def test_the_new_deck_needs_no_torch(tmp_path: Path) -> None:
    for name in new_deck(tmp_path / "deck"):
        assert "torch" not in (tmp_path / "deck" / name).read_text("utf-8")


def test_an_empty_folder_will_do_and_a_hidden_gitignore_is_there(tmp_path: Path) -> None:
    assert ".gitignore" in new_deck(tmp_path)
    assert (tmp_path / ".gitignore").read_text("utf-8") == "/site/\n/.deckwright/\n"


def test_a_folder_that_holds_something_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(DeckError, match="already there, and not empty"):
        new_deck(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_a_file_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    with pytest.raises(DeckError, match="already there"):
        new_deck(tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "title"),
    [("my-talk", "My talk"), ("a/b_c", "B c"), ('say "hi": # there', 'Say "hi": # there'), ("-", "My talk")],
)
def test_the_title_is_the_folders_name(name: str, title: str, tmp_path: Path) -> None:
    assert title_of(tmp_path / name) == title


def test_a_title_with_signs_of_yaml_is_quoted(tmp_path: Path) -> None:
    new_deck(tmp_path / 'say "hi": # there')
    text = (tmp_path / 'say "hi": # there' / "slides/10-start.md").read_text("utf-8")
    assert 'title: "Say \\"hi\\": # there"\n' in text


@pytest.mark.parametrize(
    ("name", "following"), [("a deck", "cd 'a deck' && deckwright build"), (".", "deckwright build")]
)
def test_what_comes_next_can_be_typed(name: str, following: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deckwright", "new", name]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stderr == f"next: {following}\n"
