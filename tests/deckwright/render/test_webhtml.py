"""What HTML outputs may keep, and why others give way."""

import re
from pathlib import Path

import pytest

from deckwright.render.assets import Assets
from deckwright.render.webhtml import NotOffline, offline_html


def test_an_inline_script_becomes_a_file() -> None:
    assets = Assets()
    html = offline_html('<p id="p"></p><script type="text/javascript">go()</script>', "cell", assets, Path())
    ((path, content),) = assets.files.items()
    assert html == f'<p id="p"></p><script src="{path}"></script>'
    assert content == b"go()"


def test_data_in_a_script_element_stays_where_it_is() -> None:
    html = '<script type="application/json">{"a": 1}</script>'
    assert offline_html(html, "cell", Assets(), Path()) == html


def test_harmless_html_is_left_as_it_is() -> None:
    html = '<table style="color: red"><td><a href="https://example.org">link</a><img src="data:image/png;base64,AA"></td></table>'
    assert offline_html(html, "cell", Assets(), Path()) == html


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ('<script src="https://example.org/x.js"></script>', "fetches 'https://example.org/x.js'"),
        ('<script src="x.js"></script>', "a script file, 'x.js'"),
        ('<link rel="stylesheet" href="//example.org/x.css">', "fetches '//example.org/x.css'"),
        ('<img src="http://example.org/x.png">', "fetches"),
        ("<img src=https://example.org/x.png>", "fetches"),
        ('<img srcset="a.png 1x, https://example.org/x.png 2x">', "fetches"),
        ('<img src="nowhere.png">', "does not lie in the project"),
        ('<iframe srcdoc="<p>x</p>"></iframe>', "a page of its own"),
        ('<button onclick="go()">x</button>', "attribute 'onclick'"),
        ('<a href="javascript:go()">x</a>', "attribute 'href'"),
        ('<script>eval("1")</script>', "eval"),
        ('<script>new Function("1")</script>', "eval"),
        ('<script>fetch("https://example.org/data.json")</script>', "fetches from the network"),
        ('<script type="module">import "./x.js"</script>', "module"),
        ("<style>@import '//example.org/x.css'</style>", "style that fetches"),
        ('<p style="background: url(https://example.org/x.png)">x</p>', "style that fetches"),
    ],
)
def test_html_that_would_not_work_offline_says_why(html: str, reason: str) -> None:
    with pytest.raises(NotOffline, match=reason):
        offline_html(html, "cell", Assets(), Path())


def test_a_picture_of_the_project_travels_with_the_page(tmp_path: Path) -> None:
    (tmp_path / "dot.gif").write_bytes(b"GIF89a")
    assets = Assets()
    html = offline_html('<img alt="dot" src="dot.gif">', "cell", assets, tmp_path)
    ((path, content),) = assets.files.items()
    assert html == f'<img alt="dot" src="{path}">'
    assert content == b"GIF89a"


def test_every_file_of_a_tag_gets_its_address(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"a")
    (tmp_path / "b.mp4").write_bytes(b"b")
    html = offline_html(
        '<img alt="a > b" src="a.png"><video poster="a.png" src="b.mp4"></video>', "cell", Assets(), tmp_path
    )
    assert re.sub(r"\.[0-9a-f]{12}", "", html) == (
        '<img alt="a > b" src="media/a.png"><video poster="media/a.png" src="media/b.mp4"></video>'
    )
