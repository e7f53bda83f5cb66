"""Pictures of the kitchen deck."""

import subprocess
import sys
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from deckwright.browser.chromium import Opened
from deckwright.browser.extra import require
from deckwright.browser.pictures import contact_sheets, pictures, social_picture, write
from deckwright.browser.slides import matched, shown_slides
from deckwright.errors import DeckError, Place
from deckwright.model import Attributes, Deck, Slide
from deckwright.source.load import load

from .conftest import KITCHEN
from .test_presenting import open_slide


@pytest.fixture(scope="module")
def deck() -> Deck:
    return load(KITCHEN, KITCHEN / "slides")[0]


def size_of(png: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(png)).size


def colours(png: bytes) -> int:
    return len(Image.open(BytesIO(png)).convert("RGB").getcolors(1 << 24) or [])


def test_every_slide_has_a_picture_that_shows_something(browser: Browser, deck: Deck, kitchen_site: Path) -> None:
    taken = pictures(browser, deck, kitchen_site)
    assert len(taken) > 30
    assert {size_of(png) for _, png in taken} == {(1280, 720)}
    assert [one.name for one, png in taken if colours(png) < 20] == []
    sheets = contact_sheets(browser, taken)
    assert [size_of(sheet)[0] for sheet in sheets] == [4 * 328 + 8] * 2


def test_slides_are_chosen_by_id_and_number_and_photographed_at_a_size(
    browser: Browser, deck: Deck, kitchen_site: Path, tmp_path: Path
) -> None:
    taken = pictures(browser, deck, kitchen_site, ["table", "1"], size=(640, 360))
    files = write(tmp_path / "new", taken, contact_sheets(browser, taken))
    assert [file.name for file in files][1:] == ["001-title.png", "contact.png"]
    assert files[0].name.endswith("-table.png")
    assert size_of(files[0].read_bytes()) == (640, 360)


def test_fragments_are_shown(browser: Browser, deck: Deck, kitchen_site: Path, kitchen: Page) -> None:
    [(_, all_shown)] = pictures(browser, deck, kitchen_site, ["fragments"])
    open_slide(kitchen, "fragments")
    assert kitchen.screenshot() != all_shown


def test_pictures_are_the_same_every_time(browser: Browser, deck: Deck, kitchen_site: Path) -> None:
    first, second = (pictures(browser, deck, kitchen_site, ["table", "steps"]) for _ in range(2))
    assert first == second


@pytest.mark.parametrize(("count", "size"), [(1, (1280, 720)), (4, (1288, 728))])
def test_a_link_shows_one_slide_or_several(
    browser: Browser, deck: Deck, kitchen_site: Path, count: int, size: tuple[int, int]
) -> None:
    taken = pictures(browser, deck, kitchen_site, [str(number) for number in range(1, count + 1)])
    assert size_of(social_picture(browser, taken)) == size


def test_an_unknown_slide_is_told_with_the_nearest(browser: Browser, deck: Deck, kitchen_site: Path) -> None:
    with pytest.raises(DeckError, match="no slide is called 'tabel'\nDid you mean 'table'"):
        pictures(browser, deck, kitchen_site, ["tabel"])


def test_a_site_that_is_missing_is_told(browser: Browser, deck: Deck, tmp_path: Path) -> None:
    with pytest.raises(DeckError, match="no such page\nBuild the site first"):
        pictures(browser, deck, tmp_path)


def test_a_site_of_other_slides_is_told(browser: Browser, deck: Deck, drawn_site: Path) -> None:
    with pytest.raises(DeckError, match="the site was not built from these slides"):
        pictures(browser, deck, drawn_site)


def test_each_slide_knows_where_it_was_written(opened: Opened, deck: Deck, kitchen_site: Path) -> None:
    shown = shown_slides(opened.go((kitchen_site / "index.html").as_uri()), deck)
    assert str(shown[0].place) == "slides/10-words.md:1"
    for before, one in pairwise(shown):
        if one.slide and one.slide is before.slide:
            continue  # an output that has a slide of its own
        first_words = one.title.split()[0] if one.title else ""
        lines = (KITCHEN / one.place.path).read_text("utf-8").splitlines()[one.place.line - 1 :]
        heading = next((line for line in lines if line.startswith("#")), "")
        assert not one.id or f"#{one.id}" in heading or first_words in heading


@pytest.mark.parametrize(
    ("seen", "sources"),
    [
        (["title", "a", "", "b"], [None, "a", "", "b"]),
        (["title", "a", "output", "", "b"], [None, "a", "a", "", "b"]),
        (["title", "a", "b", ""], None),
        (["title", "a", ""], None),
        (["title", "a", "", "b", "c"], None),
    ],
)
def test_slides_match_in_order(seen: list[str], sources: list[str | None] | None) -> None:
    slides = [Slide(1, False, Attributes(id), (), Place("a.md", 1, 1), "") for id in ("a", "", "b")]
    on_screen = [
        {"id": "", "classes": ["output-slide"]} if id == "output" else {"id": id, "classes": []} for id in seen
    ]
    found = matched(on_screen, slides, 1)
    assert (found and [slide and slide.attributes.id for slide in found]) == sources


def test_a_library_that_is_missing_is_told() -> None:
    with pytest.raises(DeckError, match=r"no_such_library: is not installed\n.*pip install 'deckwright\[browser\]'"):
        require("playwright", "no_such_library")


def test_the_command_writes_pictures_of_every_deck(tmp_path: Path) -> None:
    (tmp_path / "slides" / "more").mkdir(parents=True)
    (tmp_path / "slides" / "a.md").write_text("---\ntitle: T\n---\n\n## A {#a}\n")
    (tmp_path / "slides" / "more" / "b.md").write_text("---\ntitle: U\n---\n\n## B {#b}\n")
    command = [sys.executable, "-m", "deckwright"]
    subprocess.run([*command, "build"], cwd=tmp_path, check=True)
    subprocess.run([*command, "pictures", "--social"], cwd=tmp_path, check=True)
    names = {path.relative_to(tmp_path / "build" / "pictures").as_posix() for path in tmp_path.glob("build/**/*.png")}
    assert names == {
        f"{deck}{name}.png"
        for deck, slide in (("", "a"), ("more/", "b"))
        for name in ("001-title", f"002-{slide}", "contact")
    }
    assert size_of((tmp_path / "slides" / "social.png").read_bytes()) == (1280, 720)
