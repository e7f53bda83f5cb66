"""A deck that did not change is read from the notes of the last build, and is the same deck."""

import json
from pathlib import Path

import pytest
from markdown.extensions.toc import slugify_unicode
from markdown.util import BLOCK_LEVEL_ELEMENTS

from deckwright.errors import DeckError
from deckwright.model import Cell, Deck
from deckwright.source.kept import built, plain
from deckwright.source.load import load
from deckwright.source.parse import parse, slug_of
from deckwright.source.scan import HTML_BLOCKS
from deckwright.source.yamls import BadYaml, load_yaml
from tests.deckwright.conftest import MakeProject
from tests.deckwright.notes import Notes

CASES = sorted((Path(__file__).parent / "decks").glob("*.md"))
ROOT = Path(__file__).parents[3]
TEXT = "---\ntitle: T\ndate: 2026-11-24\nreveal: {width: 1.5, list: [1, a]}\n---\n\n## A\n\n```{python}\n#| file: code.py#f\n```\n"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_a_deck_survives_json(case: Path) -> None:
    deck = parse([("slides/talk.md", case.read_text("utf-8"))], "", ROOT, ROOT / "slides")
    again = built(json.loads(json.dumps(plain(deck))))
    assert again == deck
    assert repr(again) == repr(deck)  # also the kinds of numbers, and the order of keys


def cell_code(deck: Deck) -> str:
    (cell,) = deck.slides[0].blocks
    assert isinstance(cell, Cell)
    return cell.code


def test_an_unchanged_deck_is_not_parsed(project: MakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    made, notes = project(**{"slides/talk.md": TEXT, "code.py": "def f(): pass\n"}), Notes()
    first = load(made.root, made.slides, notes)
    monkeypatch.setattr("deckwright.source.parse.parse", lambda *parts: pytest.fail("parsed"))
    assert load(made.root, made.slides, notes) == first


def test_a_change_of_anything_is_noticed(project: MakeProject) -> None:
    files, notes = {"slides/talk.md": TEXT, "code.py": "def f(): pass\n"}, Notes()
    made = project(**files)
    seen = [load(made.root, made.slides, notes)]
    for change in (
        {"code.py": "def f(): past\n"},
        {"slides/talk.md": TEXT.replace("## A", "## B")},
        {"slides/z.md": "## C\n"},
        {"slides/more/deck.md": TEXT},
    ):
        project(**change)
        seen.append(load(made.root, made.slides, notes))
    (made.slides / "z.md").unlink()
    seen.append(load(made.root, made.slides, notes))
    assert [seen.index(one) for one in seen] == list(range(6))
    assert seen[-1] == load(made.root, made.slides)


def test_a_mistake_is_told_each_time(project: MakeProject) -> None:
    made, notes = project(**{"slides/talk.md": TEXT, "code.py": "def f(): pass\n"}), Notes()
    load(made.root, made.slides, notes)
    (made.root / "code.py").unlink()
    for _ in range(2):
        with pytest.raises(DeckError, match=r"there is no file 'code\.py'"):
            load(made.root, made.slides, notes)


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\nb: [true, null, 1.5, .inf, x]",
        "2026: a\ntrue: b",
        "date: 2026-11-24",
        "at: 2026-11-24 10:00:00",
        "- {1: 2}",
        "",
    ],
)
def test_yaml_means_what_pyyaml_reads(text: str) -> None:
    import yaml

    for _ in range(2):
        assert repr(load_yaml(text)) == repr(yaml.safe_load(text))


@pytest.mark.parametrize(
    ("text", "line"), [("a: 1\nb: [", 1), ("a: b: c", 0), ("a: \x07", -1), ("date: 2026-06-31", -1)]
)
def test_bad_yaml_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(BadYaml) as error:
        load_yaml(text)
    assert error.value.line == line
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "title", ["A title", " Ein  Gruß: é! ", "日本 語", "a - b -- c_d", "1.5 × 2", "?!", "tab\tand\nline"]
)
def test_ids_are_those_of_python_markdown(title: str) -> None:
    assert slug_of(title) == slugify_unicode(title, "-")


def test_blocks_of_html_are_those_of_python_markdown() -> None:
    unclosed = {"p", "li", "dt", "dd", "hr", "tr", "td", "th", "thead", "tbody", "tfoot", "colgroup"}
    assert frozenset(BLOCK_LEVEL_ELEMENTS) - unclosed == HTML_BLOCKS
