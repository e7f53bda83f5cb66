"""Make a cell's HTML output safe for a page that has no network: scripts to files, or say why it cannot be."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

from deckwright.render.assets import Assets

SCRIPT = re.compile(r"<script\b(?P<attributes>[^>]*)>(?P<code>.*?)</script\s*>", re.IGNORECASE | re.DOTALL)
TYPE = re.compile(r"\btype\s*=\s*[\"']?(?P<type>[^\"'\s>]+)", re.IGNORECASE)
SCRIPT_TYPES = {"", "text/javascript", "application/javascript", "module"}
PICTURE_TAGS = "img|video|audio|source"
SOURCE = re.compile(
    r"""(?P<before>\s(?:src|poster|data-src)\s*=\s*)(?P<quote>["'])(?P<src>.*?)(?P=quote)""", re.IGNORECASE | re.DOTALL
)
REMOTE = re.compile(r"(^|[\s,])(https?:)?//", re.IGNORECASE)
REMOTE_CODE = re.compile(r"""["'`](https?:)?//[^"'`\s]+["'`]""")
LOADS = re.compile(
    r"\b(import\s*\(|importScripts|require\.config|fetch\s*\(|XMLHttpRequest|createElement\(\s*[\"']script)"
)
EVAL = re.compile(r"\beval\s*\(|\bnew\s+Function\s*\(|\bFunction\s*\(\s*[\"']")
FETCHED = {"src", "srcset", "poster", "data", "xlink:href"}
STYLE_URL = re.compile(r"(url\(\s*[\"']?|@import\s+[\"']?)\s*(https?:)?//", re.IGNORECASE)


class NotOffline(ValueError):
    """The HTML needs what the page does not have; the text says what."""


class Inspector(HTMLParser):
    """Raises NotOffline at the first thing that would fetch, or that the page's policy would block."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in ((name, value or "") for name, value in attrs):
            fetched = name in FETCHED or (name == "href" and tag in ("link", "image", "use"))
            if fetched and REMOTE.search(value):
                raise NotOffline(f"its HTML fetches {value!r} from the network")
            if tag == "script" and name == "src":
                raise NotOffline(f"its HTML loads a script file, {value!r}, that the page does not have")
            if name.startswith("on") or value.lstrip().lower().startswith("javascript:"):
                raise NotOffline(f"its HTML has a script in the attribute {name!r}, which the page's policy blocks")
            if name == "srcdoc":
                raise NotOffline("its HTML holds a page of its own")
            if name == "style" and STYLE_URL.search(value):
                raise NotOffline("its HTML has a style that fetches from the network")


def offline_html(html: str, label: str, assets: Assets, root: Path) -> str:
    """The HTML with its scripts and pictures moved to files beside the page. Raises NotOffline."""
    inspect(html)
    html = with_addresses(html, PICTURE_TAGS, lambda src: local(src, root, assets))
    return SCRIPT.sub(lambda found: script_element(found, label, assets), html)


def with_addresses(html: str, tags: str, address: Callable[[str], str]) -> str:
    """HTML in which the files that these tags show have other addresses."""

    def addressed(found: re.Match[str]) -> str:
        return f"{found['before']}{found['quote']}{address(found['src'])}{found['quote']}"

    tag = re.compile(rf"""<(?:{tags})\b(?:[^>"']|"[^"]*"|'[^']*')*>""", re.IGNORECASE)
    return tag.sub(lambda found: SOURCE.sub(addressed, found[0]), html)


def inspect(html: str) -> None:
    """Raise NotOffline for HTML that fetches, or that has what the page's policy blocks."""
    Inspector().feed(SCRIPT.sub(lambda found: f"<script {found['attributes']}></script>", html))
    if STYLE_URL.search(html):
        raise NotOffline("its HTML has a style that fetches from the network")


def is_harmless(html: str) -> bool:
    """Whether HTML may stand in a sentence: nothing fetched, no script."""
    try:
        inspect(html)
    except NotOffline:
        return False
    return SCRIPT.search(html) is None


def local(src: str, root: Path, assets: Assets) -> str:
    """The address of a picture that lies in the project."""
    if src.startswith(("data:", "#")):
        return src
    file = root / unquote(src)
    if not assets.reads.has(file):
        raise NotOffline(f"its HTML shows {src!r}, which does not lie in the project")
    return assets.add_file(file)


def script_element(found: re.Match[str], label: str, assets: Assets) -> str:
    """A `<script>` as a file of its own; data, such as JSON, stays where it is."""
    kind = TYPE.search(found["attributes"])
    script_type = kind["type"].lower() if kind else ""
    code = found["code"]
    if script_type not in SCRIPT_TYPES or not code.strip():
        return found[0]
    check_script(code, script_type)
    return f'<script src="{assets.add(code.encode(), label, ".js")}"></script>'


def check_script(code: str, script_type: str) -> None:
    """Raise NotOffline for code that would not run, or that would fetch."""
    if script_type == "module":
        raise NotOffline("its HTML has a script module, which a page opened from disk cannot load")
    if EVAL.search(code):
        raise NotOffline("its script uses eval, which the page's policy blocks")
    if LOADS.search(code) and REMOTE_CODE.search(code):
        raise NotOffline("its script fetches from the network")
