"""The kitchen deck and the talk as PDF: a page a slide, nothing blank, nothing lost."""

import re
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from pypdf import PdfReader

from deckwright.browser.chromium import ALL, opened, wait_until
from deckwright.browser.pdf import HANDOUTS, NOTES, NUMBER, READY, finished, pdf
from deckwright.errors import DeckError
from deckwright.model import Deck
from deckwright.source.load import load

from .conftest import KITCHEN, ROOT

CLICKS = f"""() => {ALL}.map((slide) => new Set([...slide.querySelectorAll('.fragment')].map(
    (fragment) => fragment.dataset.fragmentIndex)).size)"""
IN_PLACE = re.compile(r"\s+")


@pytest.fixture(scope="module")
def deck() -> Deck:
    return load(KITCHEN, KITCHEN / "slides")[0]


@pytest.fixture(scope="module")
def printed(browser: Browser, deck: Deck, kitchen_site: Path) -> PdfReader:
    return PdfReader(BytesIO(pdf(browser, deck, kitchen_site)))


def squeezed(text: str) -> str:
    return IN_PLACE.sub("", text)


@pytest.fixture(scope="module")
def titles(browser: Browser, deck: Deck, kitchen_site: Path) -> list[str]:
    with opened(browser, kitchen_site, deck.settings.size) as page:
        found: list[str] = page.page.evaluate(
            f"() => {ALL}.map((slide) => slide.querySelector('h1, h2, h3')?.textContent.trim() ?? '')"
        )
        return found


def test_every_slide_has_its_page_at_the_decks_size(printed: PdfReader, titles: list[str]) -> None:
    assert len(printed.pages) == len(titles)
    assert {(float(page.mediabox.width), float(page.mediabox.height)) for page in printed.pages} == {(960.0, 540.0)}
    for page, title in zip(printed.pages, titles, strict=True):
        text = page.extract_text()
        assert text.strip() or page.images
        if title.isascii():
            assert squeezed(title) in squeezed(text)


def test_the_talk_has_a_page_a_slide(browser: Browser, talk_site: Path) -> None:
    talk = load(ROOT, ROOT / "slides")[0]
    with opened(browser, talk_site, talk.settings.size) as page:
        count = page.page.evaluate(f"{ALL}.length")
    assert len(PdfReader(BytesIO(pdf(browser, talk, talk_site))).pages) == count


def test_the_outline_leads_to_every_slide(printed: PdfReader, titles: list[str]) -> None:
    items = printed.outline
    assert [printed.get_destination_page_number(item) for item in items] == list(range(len(titles)))  # type: ignore[arg-type]
    assert [item["/Title"] for item in items][:2] == titles[:2]  # type: ignore[call-overload]


def test_it_is_tagged_and_says_what_it_is_and_no_date(printed: PdfReader) -> None:
    root = printed.root_object
    assert (root["/Lang"], "/StructTreeRoot" in root, root["/MarkInfo"]["/Marked"]) == ("en", True, True)  # type: ignore[index]
    about = printed.metadata
    assert about is not None
    assert about["/Title"] == "The kitchen sink: one of each"
    assert not {"/CreationDate", "/ModDate"} & about.keys()


def test_links_lead_elsewhere_and_to_slides_but_to_no_file_of_this_machine(printed: PdfReader) -> None:
    actions = [
        note.get_object()["/A"]
        for page in printed.pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object()
    ]
    addresses = [str(action["/URI"]) for action in actions if "/URI" in action]
    assert addresses
    assert [address for address in addresses if address.startswith("file:")] == []
    inside = [note for page in printed.pages for note in page.get("/Annots", []) if "/Dest" in note.get_object()]
    assert inside or any(action["/S"] == "/GoTo" for action in actions)


def test_the_same_deck_gives_the_same_bytes(browser: Browser, deck: Deck, kitchen_site: Path) -> None:
    assert pdf(browser, deck, kitchen_site) == pdf(browser, deck, kitchen_site)


def test_fragments_have_a_page_each(browser: Browser, deck: Deck, kitchen_site: Path, titles: list[str]) -> None:
    with opened(browser, kitchen_site, deck.settings.size) as page:
        clicks: list[int] = page.page.evaluate(CLICKS)
    made = PdfReader(BytesIO(pdf(browser, deck, kitchen_site, fragments=True)))
    assert len(made.pages) == len(titles) + sum(clicks) > len(titles)
    assert len(made.outline) == len(titles)


@pytest.mark.parametrize("per_page", [2, 4, 6])
def test_a_handout_holds_several_slides_a_page(
    browser: Browser, deck: Deck, kitchen_site: Path, titles: list[str], per_page: int
) -> None:
    made = PdfReader(BytesIO(pdf(browser, deck, kitchen_site, HANDOUTS[per_page])))
    assert len(made.pages) == -(-len(titles) // per_page)
    assert [made.get_destination_page_number(item) for item in made.outline] == [  # type: ignore[arg-type]
        number // per_page for number in range(len(titles))
    ]
    for at, page in enumerate(made.pages):
        text = squeezed(page.extract_text())
        assert all(squeezed(title) in text for title in titles[at * per_page :][:per_page] if title.isascii())


def test_notes_stand_below_their_slide(browser: Browser, deck: Deck, kitchen_site: Path, titles: list[str]) -> None:
    made = PdfReader(BytesIO(pdf(browser, deck, kitchen_site, NOTES)))
    assert len(made.pages) == len(titles)
    [page] = [page for page, title in zip(made.pages, titles, strict=True) if title == "One after another"]
    assert "press the key four times" in page.extract_text()
    assert page.mediabox.height > page.mediabox.width


def test_notes_go_on_where_a_page_ends(browser: Browser, tmp_path: Path) -> None:
    listed = [f"item{number}" for number in range(300)]
    spoken = [f"word{number}" for number in range(2_000)]
    slides = tmp_path / "slides"
    slides.mkdir()
    notes = "\n".join(f"- {word}" for word in listed) + "\n\nA *loud* beginning: " + " ".join(spoken)
    (slides / "a.md").write_text(f"---\ntitle: T\n---\n\n## Long\n\n::: notes\n{notes}\n:::\n\n---\n\n## Short\n")
    subprocess.run([sys.executable, "-m", "deckwright", "build"], cwd=tmp_path, check=True)
    [deck] = load(tmp_path, slides)
    made = PdfReader(BytesIO(pdf(browser, deck, tmp_path / "site", NOTES)))
    told = re.findall(r"(?:item|word)\d+", " ".join(page.extract_text() for page in made.pages))
    assert told == listed + spoken
    starts = [made.get_destination_page_number(item) for item in made.outline]  # type: ignore[arg-type]
    assert starts == [0, 1, len(made.pages) - 1]
    assert len(made.pages) > 5


def ground(content: bytes) -> set[str]:
    """The colours that a page fills with."""
    page = PdfReader(BytesIO(content)).pages[1]
    return set(re.findall(r"([\d.]+ [\d.]+ [\d.]+) rg", page.get_contents().get_data().decode("latin-1")))  # type: ignore[union-attr]


def test_a_dark_deck_has_dark_pages(browser: Browser, deck: Deck, kitchen_site: Path) -> None:
    light, dark = (ground(pdf(browser, deck, kitchen_site, scheme=scheme)) for scheme in ("light", "dark"))
    darkest = min(sum(map(float, colour.split())) for colour in dark)
    assert darkest < 0.4
    assert ".9882 .9843 .9725" in light
    assert ".9882 .9843 .9725" not in dark


def test_pages_that_do_not_match_the_slides_are_told(browser: Browser, deck: Deck, kitchen_site: Path) -> None:
    content = pdf(browser, deck, kitchen_site)
    with pytest.raises(DeckError, match=r"2 slides gave \d+ pages where 2 were laid out"):
        finished(deck, content, [[{"number": 0, "title": ""}], [{"number": 1, "title": ""}]], 2)


def test_the_command_prints_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "slides").mkdir()
    (tmp_path / "slides" / "a.md").write_text("---\ntitle: T\nauthor: Ada\nlang: de\n---\n\n## A\n")
    command = [sys.executable, "-m", "deckwright"]
    subprocess.run([*command, "build"], cwd=tmp_path, check=True)
    done = subprocess.run([*command, "pdf"], cwd=tmp_path, check=True, capture_output=True, text=True)
    assert done.stdout == f"{tmp_path / 'build' / 'slides.pdf'}\n"
    assert done.stderr == ""
    made = PdfReader(tmp_path / "build" / "slides.pdf")
    assert (len(made.pages), made.metadata and made.metadata.author, made.root_object["/Lang"]) == (2, "Ada", "de")


LINES = "".join(f"line {number}\n" for number in range(60))
POINTS = "".join(f"1. point{number}\n" for number in range(1, 90))
NOTES_DECK = f"""---
title: T
scheme: dark
---

## Long

::: notes
{POINTS}

In the end [a link](https://example.org/).
:::

---

## Short {{data-notes="Said in an attribute"}}

<div class="outputs"><pre>{LINES}</pre></div>

---

## Code

```python {{code-line-numbers="1|2"}}
one = 1
two = 2
```
"""
SCROLLED = """() => [...document.querySelectorAll('.outputs pre')].map(
    (box) => [box.scrollHeight <= box.clientHeight, box.currentCSSZoom < 1])"""
LIT = """() => ['.step', '.ln[data-s]'].map((part) => document.querySelectorAll(part).length)"""


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("noted")
    (root / "slides").mkdir()
    (root / "slides" / "a.md").write_text(NOTES_DECK)
    subprocess.run([sys.executable, "-m", "deckwright", "build"], cwd=root, check=True)
    return root


def test_a_page_of_further_notes_names_its_slide_and_goes_on_counting_in_ink(browser: Browser, noted: Path) -> None:
    [deck] = load(noted, noted / "slides")
    made = PdfReader(BytesIO(pdf(browser, deck, noted / "site", NOTES)))
    texts = [page.extract_text() for page in made.pages]
    assert [text.startswith("2 Long …") for text in texts] == [False, False, *[True] * (len(texts) - 4), False, False]
    assert re.findall(r"(\d+)\.\s*point(\d+)", " ".join(texts)) == [(str(at), str(at)) for at in range(1, 90)]
    last = made.pages[len(texts) - 3].get_contents()
    assert last is not None
    link = "#0a5f94"  # as the theme has it on light ground
    shares = [f"{int(link[at : at + 2], 16) / 255:.4f}".lstrip("0") for at in (1, 3, 5)]
    assert " ".join(shares) in last.get_data().decode("latin-1")


def test_notes_in_an_attribute_are_notes(browser: Browser, noted: Path) -> None:
    [deck] = load(noted, noted / "slides")
    made = PdfReader(BytesIO(pdf(browser, deck, noted / "site", NOTES)))
    assert "Said in an attribute" in made.pages[-2].extract_text()


def test_what_would_scroll_or_need_clicks_is_all_on_paper(browser: Browser, noted: Path) -> None:
    [deck] = load(noted, noted / "slides")
    for separate, steps in (("false", [0, 0]), ("true", [2, 4])):
        query = f"?print-pdf&pdfSeparateFragments={separate}"
        with opened(browser, noted / "site", deck.settings.size, query=query, script=NUMBER) as printed:
            wait_until(printed.page, READY)
            assert printed.page.evaluate(SCROLLED) == [[True, True]]
            assert printed.page.evaluate(LIT) == steps


def test_what_leads_to_files_beside_the_page_is_not_on_paper(printed: PdfReader) -> None:
    assert "Read as a page" not in printed.pages[0].extract_text()


def left_of(made: PdfReader, page: int, word: str) -> float:
    """How far from the left edge a word stands."""
    found: list[float] = []

    def visit(text: str, outer: list[float], inner: list[float], *_: object) -> None:
        if word in text:
            found.append(outer[0] * inner[4] + outer[2] * inner[5] + outer[4])

    made.pages[page].extract_text(visitor_text=visit)
    return round(found[0])


def test_a_last_slide_alone_in_its_row_stands_where_the_others_do(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "slides").mkdir()
    slides = "\n---\n\n".join(f"## Word{number}\n" for number in range(6))
    (tmp_path / "slides" / "a.md").write_text(f"---\ntitle: T\n---\n\n{slides}")
    subprocess.run([sys.executable, "-m", "deckwright", "build"], cwd=tmp_path, check=True)
    [deck] = load(tmp_path, tmp_path / "slides")
    made = PdfReader(BytesIO(pdf(browser, deck, tmp_path / "site", HANDOUTS[6])))
    assert left_of(made, 1, "Word5") == left_of(made, 0, "Word1") < left_of(made, 0, "Word2")


UNSEEN = "document.querySelectorAll('.slides .fragment:not(.visible, .step)').length"


def test_a_page_that_is_printed_as_it_stands_shows_what_clicks_bring(
    browser: Browser, deck: Deck, kitchen_site: Path
) -> None:
    with opened(browser, kitchen_site, deck.settings.size) as shown:
        page = shown.page
        before = page.evaluate(UNSEEN)
        page.evaluate(f"addEventListener('beforeprint', () => {{ window.unseen = {UNSEEN}; }})")
        page.pdf()
        assert (page.evaluate("window.unseen"), page.evaluate(UNSEEN)) == (0, before)
        assert before > 0


def test_a_sheet_of_a_dark_deck_is_white_to_its_edge(browser: Browser, noted: Path) -> None:
    [deck] = load(noted, noted / "slides")
    made = PdfReader(BytesIO(pdf(browser, deck, noted / "site", NOTES)))
    filled = re.findall(r"([\d.]+ [\d.]+ [\d.]+) rg", made.pages[2].get_contents().get_data().decode("latin-1"))  # type: ignore[union-attr]
    dark = [
        at for at, colour in enumerate(filled) if sum(map(float, colour.split())) < 0.28
    ]  # the browser's own, below
    assert max(dark, default=-1) < filled.index("1 1 1")
    assert filled.count("1 1 1") == 2  # the page's, and the sheet's, which ends a pixel earlier
