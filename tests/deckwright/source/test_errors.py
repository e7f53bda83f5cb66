"""Each mistake of an author beside the message it gets. No kernel runs: all are found before."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deckwright.errors import DeckError
from deckwright.pipeline import build
from tests.deckwright.conftest import MakeProject, Memory

CASES = sorted((Path(__file__).parent / "errors").glob("*.md"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_mistake_is_told_with_its_place_and_remedy(
    case: Path, project: MakeProject, watcher: Memory, golden: Callable[[Path, str], str]
) -> None:
    made = project(**{"slides/talk.md": case.read_text("utf-8")})
    with pytest.raises(DeckError) as error:
        build(made, watcher)
    actual = f"{error.value}\n".replace(str(made.root), "ROOT")
    assert actual == golden(case.with_suffix(".txt"), actual)
    assert not made.out.exists()
    assert watcher.ran == []


def test_front_matter_belongs_in_the_first_file(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/1.md": "---\ntitle: T\n---\n\n## A\n", "slides/2.md": "---\ntitle: U\n---\n\n## B\n"})
    with pytest.raises(DeckError, match=r"slides/2\.md:1: front matter .*\n?.*Move it to slides/1\.md"):
        build(made, watcher)


def test_bytes_that_are_no_text_are_told_with_their_line(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/1.md": b"---\ntitle: T\n---\n\n## caf\xe9\n"})
    with pytest.raises(DeckError, match=r"slides/1\.md:5: byte 0xe9 is not UTF-8 text\nSave the file as UTF-8"):
        build(made, watcher)


@pytest.mark.parametrize("files", [{}, {"slides/notes.txt": "x"}, {"slides/_draft.md": "x"}])
def test_a_folder_without_decks_is_an_error(files: dict[str, str], project: MakeProject, watcher: Memory) -> None:
    with pytest.raises(DeckError, match="no such folder|no Markdown files"):
        build(project(**files), watcher)


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("/plan.svg", "Did you mean '/plans.svg'"),
        ("plans.svg", "write /plans.svg"),
        ("static/plans.svg", "write /plans"),
    ],
)
def test_missing_picture_is_looked_for_in_static(
    written: str, remedy: str, project: MakeProject, watcher: Memory
) -> None:
    deck = f"---\ntitle: T\n---\n\n## A\n\n![a plan]({written})\n"
    with pytest.raises(DeckError, match=remedy):
        build(project(**{"slides/1.md": deck, "static/plans.svg": "<svg/>"}), watcher)


def test_without_a_folder_it_is_said_how_to_begin(project: MakeProject, watcher: Memory) -> None:
    with pytest.raises(DeckError, match="begin a deck: deckwright new my-talk"):
        build(project(), watcher)
