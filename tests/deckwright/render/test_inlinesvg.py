"""What of an SVG file may stand in the page, and what may not."""

import pytest

from deckwright.errors import DeckError
from deckwright.pipeline import NOTHING_RAN
from deckwright.render.inlinesvg import NotInline, read_svg
from deckwright.source.load import load
from tests.deckwright.conftest import MakeProject
from tests.deckwright.render.sections import sections_html

REFUSED = [
    "<script>alert(1)</script>",
    "<foreignObject/>",
    '<rect onclick="alert(1)"/>',
    '<a href="javascript:alert(1)"/>',
    '<image href="https://example.org/a.png"/>',
    '<image href="a.png"/>',
    '<use href="other.svg#part"/>',
    '<rect fill="url(other.svg#fade)"/>',
    "<rect style=\"fill: url( 'https://example.org/a' )\"/>",
    "<style>@import 'a.css'</style>",
    "<style>rect { fill: url(a.png) }</style>",
    '<a href="#a"><set attributeName="href" to="javascript:alert(1)"/></a>',
]


def svg(inside: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">{inside}</svg>'.encode()


@pytest.mark.parametrize("inside", REFUSED)
def test_what_fetches_or_runs_is_refused(inside: str) -> None:
    with pytest.raises(NotInline, match="fetch|script|holds"):
        read_svg(svg(inside))


@pytest.mark.parametrize("content", [b"GIF89a", b"<svg/>", b'<html xmlns="http://www.w3.org/1999/xhtml"/>'])
def test_what_is_no_svg_is_refused(content: bytes) -> None:
    with pytest.raises(NotInline, match="well-formed|no SVG"):
        read_svg(content)


def test_links_and_pictures_within_the_file_may_stay() -> None:
    kept = '<a href="https://example.org/"><image href="data:image/png;base64,AAAA" /></a>'
    assert kept in read_svg(svg(kept))


def test_an_author_learns_where_and_why_a_picture_is_refused(project: MakeProject) -> None:
    text = "---\ntitle: T\n---\n\n## A\n\n![a](a.svg){.inline}\n"
    made = project(**{"slides/talk.md": text, "slides/a.svg": svg("<script/>")})
    (deck,) = load(made.root, made.slides)
    with pytest.raises(
        DeckError, match=r"slides/talk\.md:7 .*a\.svg cannot stand in the page: it holds <script>\n.*\.inline"
    ):
        sections_html(deck, made, NOTHING_RAN)


def test_the_same_picture_has_other_names_on_each_slide(project: MakeProject) -> None:
    text = "---\ntitle: T\n---\n\n![a](a.svg){.inline}\n\n---\n\n![a](a.svg){.inline}\n"
    made = project(**{"slides/talk.md": text, "slides/a.svg": svg('<g id="part"/>')})
    (deck,) = load(made.root, made.slides)
    html = sections_html(deck, made, NOTHING_RAN)
    names = [piece.split('"')[0] for piece in html.split('id="')[1:]]
    assert len(set(names)) == len(names) == 4
