"""One HTML file that holds a page and all that it asks for."""

import re
from collections.abc import Callable, Iterator, Mapping
from html import escape
from html.parser import HTMLParser
from posixpath import basename, dirname, normpath
from urllib.parse import unquote

from deckwright.render.policy import single_policy
from deckwright.site.datauri import data_uri
from deckwright.site.fonts import used_faces

Attrs = list[tuple[str, str | None]]
URL = re.compile(r"""url\(\s*(?P<quote>["']?)(?P<path>[^"')]+)(?P=quote)\s*\)""")
IMPORT = re.compile(r"""@import\s+(?:url\()?\s*["']?(?P<path>[^"')\s;]+)["']?\s*\)?\s*;""")
ENDS_SCRIPT = re.compile(r"<(?=!--|/?script)", re.IGNORECASE)
ENDS_STYLE = re.compile(r"</(?=style)", re.IGNORECASE)
LICENCES = "assets/licences/"
PAGE = "index.html"


def single_page(files: Mapping[str, bytes]) -> bytes:
    """The page of these files, which needs none of the others."""
    html = files[PAGE].decode()
    inliner = Inliner(html, files)
    inliner.feed(html)
    inliner.close()
    return (inliner.result() + licences(files)).encode()


class Inliner(HTMLParser):
    """Finds the tags that ask for files; all between them stays to the letter."""

    def __init__(self, html: str, files: Mapping[str, bytes]) -> None:
        super().__init__(convert_charrefs=False)
        self.html, self.files = html, files
        self.lines = [0, *(found.end() for found in re.finditer("\n", html))]  # where each begins
        self.scripts: list[str] = []
        self.edits: list[tuple[int, int, Callable[[], str]]] = []

    def handle_starttag(self, tag: str, attrs: Attrs) -> None:
        values = {name: value or "" for name, value in attrs}
        new = self.replacement(tag, attrs, values)
        if new:
            line, column = self.getpos()
            start = self.lines[line - 1] + column
            self.edits.append((start, start + len(self.get_starttag_text() or ""), new))

    def replacement(self, tag: str, attrs: Attrs, values: Mapping[str, str]) -> Callable[[], str] | None:
        """What stands for a tag; nothing where it may stay."""
        if tag == "link" and values.get("rel") == "stylesheet" and self.content(values["href"]):
            return lambda: f"<style>{self.style(values['href'])}</style>"
        if tag == "script" and self.content(values.get("src", "")):
            script = ENDS_SCRIPT.sub(r"\\x3c", (self.content(values["src"]) or b"").decode())
            self.scripts.append(script)
            return lambda: f"<script>{script}"
        if values.get("http-equiv", "").lower() == "content-security-policy":
            return lambda: f'<meta http-equiv="Content-Security-Policy" content="{single_policy(self.scripts)}">'
        if values.get("property") == "og:image":  # a file on its own has no address to give
            return lambda: ""
        changed = list(self.attributes(tag, attrs))
        return None if changed == attrs else lambda: start_tag(tag, changed)

    def attributes(self, tag: str, attrs: Attrs) -> Iterator[tuple[str, str | None]]:
        """The attributes with the files that they name. What a link leads to is to be saved."""
        for name, value in attrs:
            content = self.content(value or "")
            if name == "style" and value:
                yield name, self.css(value, PAGE)
            elif content is None or value is None:
                yield name, value
            else:
                yield name, data_uri(value, content)
                if tag == "a" and name == "href":
                    yield "download", basename(unquote(value))

    def content(self, address: str) -> bytes | None:
        """The file at an address, unless that is a page."""
        name = unquote(address)
        return None if name.endswith(".html") else self.files.get(name)

    def style(self, name: str) -> str:
        """A style sheet without what the page does not show."""
        return ENDS_STYLE.sub(r"<\\/", self.css(used_faces(self.files[name].decode(), self.html), name))

    def css(self, text: str, name: str) -> str:
        """Styles of a file of this name, with the files that they ask for."""

        def path(found: re.Match[str]) -> str:
            return normpath(f"{dirname(name)}/{unquote(found['path'])}".lstrip("/"))

        def imported(found: re.Match[str]) -> str:
            return self.style(path(found)) if path(found) in self.files else found[0]

        def inlined(found: re.Match[str]) -> str:
            content = self.files.get(path(found))
            return found[0] if content is None else f"url('{data_uri(path(found), content)}')"

        return URL.sub(inlined, IMPORT.sub(imported, text))

    def result(self) -> str:
        """The page with everything in its place."""
        parts, done = [], 0
        for start, end, new in self.edits:
            parts += [self.html[done:start], new()]
            done = end
        return "".join([*parts, self.html[done:]])


def start_tag(tag: str, attrs: Attrs) -> str:
    """A tag with these attributes."""
    written = (f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
    return f"<{tag}{''.join(written)}>"


def licences(files: Mapping[str, bytes]) -> str:
    """Under which terms others' work is in the page."""
    texts = dict.fromkeys(files[name].decode().strip() for name in sorted(files) if name.startswith(LICENCES))
    return "<!--\n{}\n-->\n".format("\n\n".join(texts).replace("-->", "->")) if texts else ""
