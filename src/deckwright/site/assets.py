"""The files beside a page: web assets, our own styles and scripts, and what a project overrides of them."""

import re
from pathlib import Path

from deckwright.errors import DeckError, Place, nearest
from deckwright.installed import WEB
from deckwright.model import Page
from deckwright.reads import Reads

# The page uses woff2 alone; a browser that never asks for the others must not be promised them.
OLDER_FONTS = re.compile(rb",url\(fonts/[\w-]+\.(woff|ttf)\) format\([\"'](woff|truetype)[\"']\)")


def static_file(folders: list[Path], name: str, reads: Reads) -> Path | None:
    """A file of static/ by name: the project's, else our own."""
    return next((folder / name for folder in folders if reads.has(folder / name)), None)


def asset_files(page: Page, static_folders: list[Path], front_matter: Place, reads: Reads) -> dict[str, bytes]:
    """Everything below assets/ that the page may ask for. Raises DeckError for an unknown theme."""
    files = web_files(formulas=b"assets/katex/" in page.files["index.html"])
    for folder in reversed(static_folders):
        files |= {f"assets/{path.relative_to(folder).as_posix()}": reads.content(path) for path in reads.below(folder)}
    theme = theme_file(page.theme, static_folders, front_matter, reads)
    return files | {f"assets/themes/{theme.stem}.css": reads.content(theme)}


def web_files(formulas: bool) -> dict[str, bytes]:
    """Third-party assets, KaTeX's only for a page that has formulas."""
    files = {}
    for path in sorted(WEB.rglob("*")):
        name = path.relative_to(WEB).as_posix()
        wanted = formulas or not name.startswith("katex/")
        if path.is_file() and wanted and path.suffix not in (".json", ".ttf") and path.name != "katex.min.js":
            files[f"assets/{name}"] = path.read_bytes()
    if formulas:
        files["assets/katex/katex.min.css"] = OLDER_FONTS.sub(b"", files["assets/katex/katex.min.css"])
    return files


def theme_file(theme: str, static_folders: list[Path], front_matter: Place, reads: Reads) -> Path:
    """The style sheet of a theme: a name in static/themes/, or a CSS file of the project."""
    project = static_folders[0].parent
    named = static_file(static_folders, f"themes/{theme}.css", reads)
    for folder in (project, (project / front_matter.path).parent):
        if named is None and theme.endswith(".css") and reads.has(folder / theme):
            named = folder / theme
    if named is None:
        known = {path.stem for folder in static_folders for path in (folder / "themes").glob("*.css")}
        remedy = f"{nearest(theme, known)} A theme of your own is static/themes/NAME.css, or the path of a CSS file."
        raise DeckError(f"there is no theme {theme!r}", front_matter, remedy)
    return named
