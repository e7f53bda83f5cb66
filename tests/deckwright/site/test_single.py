"""A page that holds all of its files."""

import re
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from deckwright.pipeline import Form, build
from deckwright.render.policy import script_hash
from deckwright.site.datauri import data_uri
from deckwright.site.fonts import used_faces
from deckwright.site.single import single_page
from tests.deckwright.conftest import MakeProject, Memory
from tests.deckwright.render.test_prose import DOT
from tests.deckwright.site.test_publish import files_of

POLICY = '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'">'
SVG = b'<svg xmlns="http://www.w3.org/2000/svg">\n\t<text fill="#123">50% \xc3\xa9 &amp; \'x\'</text></svg>'


def single(html: str, **files: bytes) -> str:
    named = {name.replace("__", "/").replace("_", "."): content for name, content in files.items()}
    return single_page({"index.html": html.encode(), **named}).decode()


def test_styles_and_scripts_move_into_the_page() -> None:
    html = f'{POLICY}<link rel="stylesheet" href="a.css"><script src="b.js"></script><p>as &amp; it <B>is</B>'
    made = single(html, a_css=b"p { color: red }", b_js=b"let b = 1;")
    assert "<style>p { color: red }</style><script>let b = 1;</script><p>as &amp; it <B>is</B>" in made
    assert f"script-src '{script_hash('let b = 1;')}'" in made
    assert "'self'" not in made.partition("frame-src")[0]


def test_what_would_end_a_script_or_a_style_does_not() -> None:
    html = f'{POLICY}<script src="b.js"></script><link rel="stylesheet" href="a.css">'
    code = b'"<script>1<\\/script></script><!--"'
    made = single(html, b_js=code, a_css=b"p::before { content: '</style>' }")
    script = made.partition("<script>")[2].partition("</script>")[0]
    assert "<script" not in script
    assert "<!--" not in script
    assert script.replace(r"\x3c", "<") == code.decode()
    assert f"'{script_hash(script)}'" in made
    assert made.count("</style>") == 1


def test_pictures_links_and_styles_in_attributes_hold_their_files() -> None:
    html = '<img src="m/p.svg" alt="a &quot;b&quot;"><a href="m/t.txt">x</a><p style="background: url(m/p.svg)">'
    made = single(html, m__p_svg=SVG, m__t_txt=b"text")
    assert '<a href="data:text/plain;base64,dGV4dA==" download="t.txt">' in made
    assert 'alt="a &quot;b&quot;"' in made
    addresses = re.findall(r"data:image/svg\+xml,([^\"')]*|[^\"]*)", made)
    assert len(addresses) == 2
    assert not re.search(r"m/p\.svg|m/t\.txt", made)


def test_a_style_sheet_brings_what_it_imports() -> None:
    html = '<link rel="stylesheet" href="themes/a.css">'
    files = {"themes__a_css": b'@import "b.css"; p { src: url(../f/x.woff2) }', "themes__b_css": b"b { c: url(y.svg) }"}
    made = single(html, **files, f__x_woff2=b"font", themes__y_svg=b"<svg/>")
    assert "b { c: url('data:image/svg+xml" in made
    assert "url('data:font/woff2;base64,Zm9udA==')" in made
    assert "@import" not in made


def test_the_address_of_an_svg_gives_back_its_bytes() -> None:
    address = data_uri("p.svg", SVG)
    assert re.search(r"[\s\"'#<>&]", address.partition(",")[2].replace(" ", "")) is None
    assert unquote_to_bytes(address.partition(",")[2]) == SVG
    assert data_uri("p.png", DOT).startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("face", "html", "kept"),
    [
        ("unicode-range: U+0000-00FF", "a", True),
        ("unicode-range: U+0370-03FF", "a", False),
        ("unicode-range: U+0370-03FF", "&alpha;", True),
        ("unicode-range: U+0020, U+03B1", "α", True),
        ("font-family: 'Other'", "a", True),
        ("font-family: Maths", "a", False),
        ("font-family: Maths", '<i class="x mathit">', True),
    ],
)
def test_fonts_without_a_letter_on_the_page_are_left_out(face: str, html: str, kept: bool) -> None:
    css = f"@font-face {{ {face} }} .mathit {{ font-family: Maths }}"
    assert ("@font-face" in used_faces(css, html)) == kept


def test_a_single_file_is_alone_and_smaller_than_its_folder(project: MakeProject, watcher: Memory) -> None:
    deck = "---\ntitle: T\n---\n\n## A\n\n$x^2$ ![dot](dot.png)\n\nNote: a note\n"
    made = project(**{"slides/a.md": deck, "slides/dot.png": DOT, "slides/social.png": DOT})
    build(made, watcher)
    folder = sum(map(len, files_of(made.out).values()))
    build(made, watcher, form=Form(single_file=True))
    files = {name: content for name, content in files_of(made.out).items() if not name.startswith(".")}
    assert list(files) == ["index.html"]
    assert len(files["index.html"]) <= 1.2 * folder
    page = re.sub("(?s)(<script>).*?(</script>)", "", files["index.html"].decode())
    assert re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', page) == []
    assert re.findall(r"url\((?![\"']?(?:data:|#))[^)]*\)", page) == []
    assert "og:image" not in page
    assert "SIL OPEN FONT LICENSE" in page
    assert "a note" in page


def test_of_several_decks_each_is_one_file(project: MakeProject, watcher: Memory, tmp_path: Path) -> None:
    texts = {f"slides/{name}/a.md": f"---\ntitle: {name}\n---\n\n## A\n\n![dot](dot.png)\n" for name in ("x", "y")}
    made = project(**texts, **{"slides/x/dot.png": DOT, "slides/y/dot.png": DOT})
    build(made, watcher, form=Form(single_file=True))
    files = [name for name in files_of(made.out) if not name.startswith(".")]
    assert sorted(files) == ["index.html", "x/index.html", "y/index.html"]
    assert 'src="data:image/png' in (made.out / "index.html").read_text("utf-8")
