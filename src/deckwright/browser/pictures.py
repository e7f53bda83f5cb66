"""Pictures of slides, as the audience sees them with all fragments shown, and sheets of many."""

from base64 import b64encode
from collections.abc import Callable, Sequence
from html import escape
from math import ceil, sqrt
from pathlib import Path

from playwright.sync_api import Browser, Page

from deckwright.browser.chromium import Scheme, Size, opened, show
from deckwright.browser.slides import Shown, chosen, shown_slides
from deckwright.model import Deck

THUMB, COLUMNS, SHEET = 320, 4, 24  # CSS pixels; slides on one sheet
SOCIAL_WIDTH, GAP = 1280, 8
STYLE = """
    body { margin: 0; padding: %(edge)dpx; background: #fff; font: 14px sans-serif; color: #333; }
    main { display: grid; grid-template-columns: repeat(%(columns)d, %(width)dpx); gap: 8px; width: min-content; }
    img { display: block; width: 100%%; %(frame)s }
    figure { margin: 0; }
    figcaption { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
"""
Picture = tuple[Shown, bytes]


def pictures(
    browser: Browser,
    deck: Deck,
    site: Path,
    names: Sequence[str] = (),
    size: Size | None = None,
    scheme: Scheme | None = None,
) -> list[Picture]:
    """A PNG of each slide that is asked for."""
    with opened(browser, site, size or deck.settings.size, scheme) as deck_page:
        page = deck_page.page
        return [(one, picture(page, one.number)) for one in chosen(shown_slides(page, deck), names)]


def picture(page: Page, number: int) -> bytes:
    """A PNG of one slide."""
    show(page, number)
    return page.screenshot(animations="disabled")


def contact_sheets(browser: Browser, taken: Sequence[Picture]) -> list[bytes]:
    """PNGs with all slides, small, each with its number and name."""
    sheets = [taken[start : start + SHEET] for start in range(0, len(taken), SHEET)]
    return [sheet(browser, part, min(COLUMNS, len(part)), THUMB, titled) for part in sheets]


def social_picture(browser: Browser, taken: Sequence[Picture]) -> bytes:
    """The picture that a link to the deck shows: a few slides in a square arrangement."""
    columns = ceil(sqrt(len(taken)))
    return sheet(browser, taken, columns, SOCIAL_WIDTH // columns, lambda shown: "")


def titled(shown: Shown) -> str:
    """The line below a small picture."""
    return f"<figcaption>{shown.number + 1} {escape(shown.id or shown.title)}</figcaption>"


def sheet(
    browser: Browser, taken: Sequence[Picture], columns: int, width: int, caption: Callable[[Shown], str]
) -> bytes:
    """Pictures in rows."""
    figures = "".join(
        f'<figure><img src="data:image/png;base64,{b64encode(png).decode()}">{caption(one)}</figure>'
        for one, png in taken
    )
    captioned = "<figcaption>" in figures
    frame = "outline: 1px solid #bbb" if captioned else ""
    style = STYLE % {"columns": columns, "width": width, "edge": GAP if captioned else 0, "frame": frame}
    page = browser.new_page()
    page.set_content(f"<style>{style}</style><main>{figures}</main>")
    across = columns * (width + GAP) + (GAP if captioned else -GAP)
    page.set_viewport_size({"width": across, "height": 100})
    png = page.screenshot(full_page=True)
    page.close()
    return png


def write(folder: Path, taken: Sequence[Picture], sheets: Sequence[bytes]) -> list[Path]:
    """Write pictures and sheets into a folder, and name the files. What else lies there stays."""
    digits = max(3, len(str(len(taken))))
    files = {f"{one.number + 1:0{digits}}{'-' if one.id else ''}{one.id}.png": png for one, png in taken}
    files |= {f"contact{f'-{number}' if number > 1 else ''}.png": png for number, png in enumerate(sheets, 1)}
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]
