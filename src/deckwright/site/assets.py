"""The files beside a page: web assets, our own styles and scripts, and what a project overrides of them."""

import re
from pathlib import Path

from deckwright.errors import DeckError, Place, nearest
from deckwright.installed import WEB
from deckwright.model import Page

# The page uses woff2 alone; a browser that never asks for the others must not be promised them.
OLDER_FONTS = re.compile(rb",url\(fonts/[\w-]+\.(woff|ttf)\) format\([\"'](woff|truetype)[\"']\)")


def static_file(folders: list[Path], name: str) -> Path | None:
    """A file of static/ by name: the project's, else our own."""
    found = (folder / name for folder in folders if (folder / name).is_file())
    return next(found, None)


def asset_files(page: Page, static_folders: list[Path], front_matter: Place) -> dict[str, bytes]:
    """Everything below assets/ that the page may ask for. Raises DeckError for an unknown theme."""
    files = web_files(formulas=b"assets/katex/" in page.files["index.html"])
    for folder in reversed(static_folders):
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
                files[f"assets/{path.relative_to(folder).as_posix()}"] = path.read_bytes()
    theme = theme_file(page.theme, static_folders, front_matter)
    return files | {f"assets/themes/{theme.stem}.css": theme.read_bytes()}


def web_files(formulas: bool) -> dict[str, bytes]:
    """Third-party assets, KaTeX's only for a page that has formulas."""
    files = {}
    for path in sorted(WEB.rglob("*")):
        name = path.relative_to(WEB).as_posix()
        wanted = formulas or not name.startswith("katex/")
        if path.is_file() and wanted and path.suffix != ".json" and path.name != "katex.min.js":
            files[f"assets/{name}"] = path.read_bytes()
    if formulas:
        files["assets/katex/katex.min.css"] = OLDER_FONTS.sub(b"", files["assets/katex/katex.min.css"])
    return files


def theme_file(theme: str, static_folders: list[Path], front_matter: Place) -> Path:
    """The style sheet of a theme: a name in static/themes/, or a CSS file of the project."""
    project = static_folders[0].parent
    named = static_file(static_folders, f"themes/{theme}.css")
    for folder in (project, (project / front_matter.path).parent):
        if named is None and theme.endswith(".css") and (folder / theme).is_file():
            named = folder / theme
    if named is None:
        known = {path.stem for folder in static_folders for path in (folder / "themes").glob("*.css")}
        remedy = f"{nearest(theme, known)} A theme of your own is static/themes/NAME.css, or the path of a CSS file."
        raise DeckError(f"there is no theme {theme!r}", front_matter, remedy)
    return named
