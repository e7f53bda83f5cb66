"""The README's page about themes: its table against the style sheets, its example built."""

import re
from pathlib import Path

from deckwright.pipeline import build
from tests.deckwright.conftest import MakeProject, Memory

ROOT = Path(__file__).parents[3]
STATIC = ROOT / "static"
README = (ROOT / "README.md").read_text("utf-8")
PAGE = README.partition("## Change how it looks")[2].partition("\n## ")[0]
EXAMPLE = PAGE.partition("```css\n")[2].partition("```")[0]
TABLE = PAGE.rpartition("```")[2]
PROPERTY = re.compile(r"(--(?:dw|r)-[\w-]+)")


def set_in_root(css: str) -> set[str]:
    """The properties that style sheets set for the whole page."""
    return {
        name
        for block in re.findall(r"^:root \{(.*?)^\}", css, re.M | re.S)
        for name in re.findall(r"(--(?:dw|r)-[\w-]+):", block)
    }


def test_the_table_names_every_property_and_no_other() -> None:
    assert sorted(PROPERTY.findall(TABLE)) == sorted(set_in_root((STATIC / "deckwright.css").read_text("utf-8")))


def test_every_property_is_used() -> None:
    sheets = [path.read_text("utf-8") for path in STATIC.rglob("*.css")]
    reveal = (ROOT / "node_modules/reveal.js/dist/reveal.css").read_text("utf-8")
    used = {name for sheet in [*sheets, reveal] for name in re.findall(r"var\((--(?:dw|r)-[\w-]+)", sheet)}
    assert set(PROPERTY.findall(TABLE)) - used == set()


def test_our_themes_set_properties_of_the_table_alone() -> None:
    for theme in (STATIC / "themes").glob("*.css"):
        assert set_in_root(theme.read_text("utf-8")) - set(PROPERTY.findall(TABLE)) == set(), theme.name


def test_the_example_is_a_theme_of_thirty_lines_that_is_built(project: MakeProject, watcher: Memory) -> None:
    files = {"slides/talk.md": "---\ntitle: T\ntheme: evening\n---\n\n## A\n", "static/themes/evening.css": EXAMPLE}
    made = project(**files)
    build(made, watcher)
    assert (made.out / "assets/themes/evening.css").read_text("utf-8") == EXAMPLE
    assert 'href="assets/themes/evening.css"' in (made.out / "index.html").read_text("utf-8")
    assert len([line for line in EXAMPLE.splitlines() if line]) <= 30
    assert set(PROPERTY.findall(EXAMPLE)) - set(PROPERTY.findall(TABLE)) == set()
