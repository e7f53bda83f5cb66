"""The kitchen deck and its drawn figures as single files, opened from disk."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from deckwright.browser.chromium import Opened, wait_until
from deckwright.pipeline import Form, Project

from .conftest import KITCHEN, Silent, build_aside, speaker_view

ABOVE_ARROWS = (0, 0, 1280, 660)  # which move


@pytest.fixture(scope="module")
def single_site(kitchen_site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both decks, each as one file."""
    out = tmp_path_factory.mktemp("single") / "site"
    build_aside(Project(KITCHEN, KITCHEN / "slides", out), Silent(), Form(single_file=True))
    return out


@pytest.fixture
def alone(single_site: Path, tmp_path: Path) -> Path:
    """The kitchen deck where nothing else lies."""
    return Path(shutil.copy(single_site / "index.html", tmp_path / "my talk.html"))


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_one_file_holds_every_picture_and_font(opened: Opened, alone: Path) -> None:
    page = opened.go(f"{alone.as_uri()}#/formulas")
    page.evaluate("document.fonts.ready")
    fonts = page.evaluate("[...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)")
    assert any("Source Sans 3" in family for family in fonts)
    assert any("KaTeX_Math" in family for family in fonts)
    shown = page.evaluate(
        """async () => {
            const pictures = [...document.querySelectorAll('.reveal img')];
            for (const one of pictures) one.loading = 'eager', one.dataset.src && (one.src = one.dataset.src);
            await Promise.all(pictures.map((one) => one.decode()));
            return pictures.map((one) => one.naturalWidth > 0);
        }"""
    )
    assert len(shown) > 5
    assert all(shown)
    assert opened.complaints == []
    assert [address for address in opened.requests if not address.startswith((alone.as_uri(), "data:"))] == []


def test_one_file_has_a_speaker_view(opened: Opened, alone: Path) -> None:
    page = opened.go(f"{alone.as_uri()}#/fragments")
    speaker = speaker_view(page)
    assert "press the key four times" in speaker.page.locator(".speaker-controls-notes .value").inner_text()
    speaker.page.frame_locator("#current-slide iframe").locator("#fragments.present h2").wait_for(state="visible")
    assert [*opened.complaints, *speaker.complaints] == []


def test_scripts_of_outputs_run_in_one_file(opened: Opened, single_site: Path) -> None:
    page = opened.go((single_site / "drawn/index.html").as_uri())
    assert page.locator("#told").text_content() == "told by a script"
    assert page.locator("#line .plotly svg.main-svg").count() > 0
    assert opened.complaints == []


def test_one_file_looks_as_the_folder_does(opened: Opened, kitchen_site: Path, alone: Path) -> None:
    seen = []
    for address in ((kitchen_site / "index.html").as_uri(), alone.as_uri()):
        page = opened.go(f"{address}#/columns")
        page.evaluate("document.fonts.ready")
        page.wait_for_load_state("networkidle")
        seen.append(Image.open(BytesIO(page.screenshot())).convert("L").crop(ABOVE_ARROWS))
    differing = ImageChops.difference(*seen).point(lambda value: 255 * (value > 32)).histogram()[255]
    assert differing < 100


def test_one_file_is_no_larger_than_a_fifth_more_than_its_folder(kitchen_site: Path, single_site: Path) -> None:
    pages = [(single_site / "index.html", kitchen_site), (single_site / "drawn/index.html", kitchen_site / "drawn")]
    for single, folder in pages:
        whole = size_of(folder) - (size_of(folder / "drawn") if (folder / "drawn").exists() else 0)
        assert single.stat().st_size <= 1.2 * whole


def test_the_list_of_decks_opens_them(opened: Opened, kitchen_site: Path) -> None:
    page = opened.page
    page.goto((kitchen_site / "decks.html").as_uri())
    assert page.locator(".card").count() == 2
    page.locator(".card").nth(1).click()
    wait_until(page, "window.Reveal?.isReady()")
    page.get_by_role("link", name="All decks").click()
    page.wait_for_url("**/decks.html")
    assert opened.complaints == []
