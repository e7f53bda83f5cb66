"""Slides beside their HTML: everything that needs no cell."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deckwright.pipeline import NOTHING_RAN
from deckwright.source.load import load
from tests.deckwright.conftest import MakeProject
from tests.deckwright.render.sections import sections_html

CASES = sorted((Path(__file__).parent / "slides").glob("*.md"))
DOT = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU"
    b"\x00\x00\x00\nIDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)
DRAWING = b"""<?xml version="1.0"?>
<!-- made by hand -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:app="https://example.org/app"
  width="40" height="20" app:zoom="2"><title>two</title><metadata>me</metadata><app:view/>
<style>#dot { fill: var(--dw-accent) } .soft > circle { opacity: .5 }</style>
<defs><circle id="dot" r="4"/><linearGradient id="fade"/></defs>
<g class="fragment" fill="url(#fade)"><use xlink:href="#dot" x="10"/><text y="9">a &lt; b</text></g></svg>
"""


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_slides_become_this_html(case: Path, project: MakeProject, golden: Callable[[Path, str], str]) -> None:
    text = "---\ntitle: T\n---\n\n" + case.read_text("utf-8")
    made = project(**{"slides/talk.md": text, "slides/dot.png": DOT, "slides/two.svg": DRAWING, "static/logo.png": DOT})
    (deck,) = load(made.root, made.slides)
    actual = sections_html(deck, made, NOTHING_RAN)
    assert actual == golden(case.with_suffix(".html"), actual)
