"""Several decks in one project: a list of them, and what happens when one fails."""

import re
from pathlib import Path

import pytest

from deckwright.errors import DeckError, DecksFailed
from deckwright.pipeline import Form, Project, build
from tests.deckwright.conftest import MakeProject, Memory
from tests.deckwright.render.test_prose import DOT
from tests.deckwright.site.test_publish import files_of

FRONT = "---\ntitle: {}\n---\n\n"
CELL = "## A\n\n```{{python}}\n#| label: {0}\nprint('{0} printed')\n```\n"
MAIN, OTHER = FRONT.format("Main") + "## A\n", FRONT.format("Other") + "## B\n\n---\n\n## C\n"
TWO = {"slides/a.md": MAIN, "slides/other/a.md": OTHER}


def list_of(made: Project, name: str = "decks.html") -> str:
    return (made.out / name).read_text("utf-8")


def test_one_deck_has_no_list(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/a.md": MAIN})
    build(made, watcher)
    assert not (made.out / "decks.html").exists()
    assert "All decks" not in list_of(made, "index.html")


def test_the_list_tells_of_each_deck(project: MakeProject, watcher: Memory) -> None:
    facts = OTHER.replace("title: Other", "title: Other <1>\ndescription: What it is about\nduration: 45")
    made = project(**TWO | {"slides/other/a.md": facts, "slides/other/social.png": DOT})
    build(made, watcher)
    page = list_of(made)
    cards = page.split('class="card"')[1:]
    assert [re.findall(r'href="([^"]*)"', page)[-2:]] == [["index.html", "other/index.html"]]
    assert "Main" in cards[0]
    assert "2 slides" in cards[0]
    assert "min" not in cards[0]
    assert "Other &lt;1&gt;" in cards[1]
    assert "What it is about" in cards[1]
    assert "3 slides · 45 min" in cards[1]
    [picture] = re.findall(r'src="(other/media/social[^"]*)"', cards[1])
    assert (made.out / picture).read_bytes() == DOT
    for address in re.findall(r'(?:href|src)="([^"]*)"', page):
        assert (made.out / address).is_file()


def test_each_deck_leads_to_the_list(project: MakeProject, watcher: Memory) -> None:
    made = project(**TWO)
    build(made, watcher)
    assert '<a href="decks.html">All decks</a>' in list_of(made, "index.html")
    assert '<a href="../decks.html">All decks</a>' in list_of(made, "other/index.html")


def test_where_no_deck_lies_at_the_top_the_list_does(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/x/a.md": MAIN, "slides/y z/a.md": OTHER})
    build(made, watcher)
    assert 'href="y%20z/index.html"' in list_of(made, "index.html")
    assert (made.out / "assets/decks.css").is_file()
    assert not (made.out / "decks.html").exists()
    assert '<a href="../index.html">All decks</a>' in list_of(made, "x/index.html")


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(
    "broken",
    [
        "no front matter\n",
        FRONT.format("B") + "## A\n\n```{python}\n1 / 0\n```\n",
        FRONT.format("B") + "## A\n\n```{python}\nprint('x')\n```\n\n![none](none.png)\n",
        b"---\ntitle: \xff\n---\n",
    ],
    ids=["source", "cell", "page", "bytes"],
)
def test_a_deck_that_fails_leaves_the_others_published(
    broken: str | bytes, jobs: int, project: MakeProject, watcher: Memory
) -> None:
    made = project(**TWO | {"slides/broken/a.md": broken})
    with pytest.raises(DecksFailed, match=r"slides/broken/a.md.*") as failure:
        build(made, watcher, jobs=jobs)
    assert str(failure.value).endswith("\n2 other decks are published")
    assert "Main" in list_of(made)
    assert "Other" in list_of(made)
    assert "broken" not in list_of(made)
    assert not (made.out / "broken").exists()


def test_the_old_pages_of_a_deck_that_fails_stay(project: MakeProject, watcher: Memory) -> None:
    made = project(**TWO)
    build(made, watcher)
    before = files_of(made.out)
    (made.slides / "other/a.md").write_text("broken")
    (made.slides / "a.md").write_text(MAIN.replace("Main", "Changed"))
    with pytest.raises(DecksFailed, match="1 other deck is published"):
        build(made, watcher)
    after = files_of(made.out)
    assert {name for name in before if name.startswith("other/")} <= after.keys()
    assert after["other/index.html"] == before["other/index.html"]
    assert "Changed" in list_of(made, "index.html")
    assert "Other" in list_of(made)
    (made.slides / "other/a.md").write_text(OTHER)
    (made.slides / "a.md").write_text(MAIN)
    build(made, watcher)
    assert files_of(made.out) == before


def test_the_old_main_deck_stays_too(project: MakeProject, watcher: Memory) -> None:
    made = project(**TWO)
    build(made, watcher)
    before = files_of(made.out)
    (made.slides / "a.md").write_text("broken")
    (made.slides / "other/a.md").write_text(OTHER.replace("Other", "Changed"))
    with pytest.raises(DecksFailed):
        build(made, watcher)
    assert files_of(made.out)["index.html"] == before["index.html"]
    assert "Changed" in list_of(made)
    assert "Main" in list_of(made)


def test_where_all_fail_the_site_stays_and_all_are_told(project: MakeProject, watcher: Memory) -> None:
    made = project(**TWO)
    build(made, watcher)
    before = files_of(made.out)
    for name in ("a.md", "other/a.md"):
        (made.slides / name).write_text("broken")
    with pytest.raises(DeckError, match=r"(?s)slides/a.md.*slides/other/a.md") as failure:
        build(made, watcher)
    assert "published" not in str(failure.value)
    assert files_of(made.out) == before


def test_decks_side_by_side_give_the_same_site_and_tell_in_order(project: MakeProject) -> None:
    names = ("x", "y", "z")
    made = project(**{f"slides/{name}/a.md": FRONT.format(name) + CELL.format(name) for name in names})
    one, three = Memory(), Memory()
    build(made, one)
    before = files_of(made.out)
    build(made, three, fresh=True, jobs=3)
    assert files_of(made.out) == before
    assert three.ran == one.ran == ["x", "y", "z"]
    assert three.texts == one.texts


def test_frozen_decks_fail_one_by_one_too(project: MakeProject, watcher: Memory) -> None:
    made = project(**TWO | {"slides/cells/a.md": FRONT.format("C") + CELL.format("c")})
    with pytest.raises(DecksFailed, match="2 other decks are published"):
        build(made, watcher, frozen=True)


def test_a_list_is_gone_with_its_second_deck(project: MakeProject, watcher: Memory, tmp_path: Path) -> None:
    made = project(**TWO)
    build(made, watcher)
    (made.slides / "other/a.md").unlink()
    build(made, watcher, form=Form())
    assert not (made.out / "decks.html").exists()
    assert not (made.out / "other").exists()
