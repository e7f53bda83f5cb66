"""`deckwright check` on a deck of planted faults: each is found where it was written, and nothing else is."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deckwright.browser.check import Wanted, check
from deckwright.browser.findings import RULES, Finding, as_json, as_sarif, as_text, at_least
from deckwright.browser.links import Link, ask, unanswered
from deckwright.errors import Place
from deckwright.pipeline import Project
from deckwright.source.load import load

from .conftest import KITCHEN, ROOT, Silent, build_aside

FAULTS = Path(__file__).parent / "decks" / "faults"
PICTURE = '<img src="http://example.invalid/a.png" alt="a picture">'
PLANTS = {"PLANT A PICTURE": PICTURE, "PLANT A HANDLER": '<span onclick="alert()">click</span>'}
SCRIPT = "console.warn('hm'); Reveal.on('slidechanged', (event) => { if (event.currentSlide.id === 'good') throw Error('oh') });"
FOUND = {
    ("", "console", 1),
    ("good", "script-error", 7),
    ("overflow", "overflow", 22),
    ("clipped", "clipped", 28),
    ("covered", "covered", 34),
    ("narrow", "overflow", 41),
    ("small", "small-text", 49),
    ("faint", "contrast", 55),
    ("empty", "empty-slide", 58),
    ("picture", "broken-picture", 67),
    ("silent", "no-alternative", 73),
    ("links", "missing-target", 79),
    ("links", "broken-link", 80),
    ("links", "missing-target", 81),
    ("links", "broken-link", 82),
    ("missing", "missing-file", 86),
    ("elsewhere", "policy", 91),
    ("", "policy", 1),
    ("axe", "axe", 106),
}


def plant(built: Path) -> None:
    """Put in what the build would refuse or mend."""
    page = built / "index.html"
    html = page.read_text("utf-8")
    for words, fault in PLANTS.items():
        html = html.replace(words, fault)
    page.write_text(html.replace("</body>", '<script src="assets/bad.js"></script></body>'), "utf-8")
    (built / "assets" / "bad.js").write_text(SCRIPT)
    (built / "reading.html").write_text("<h1 id=other>To read</h1>")
    for picture in (built / "media").iterdir():
        if 'id="gone"' in picture.read_text() or 'id="lost"' in picture.read_text():
            picture.unlink()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = shutil.copytree(FAULTS, tmp_path_factory.mktemp("faults") / "deck")
    made = Project(root, root / "slides", root / "site")
    build_aside(made, Silent())
    plant(made.out)
    return made


@pytest.fixture(scope="module")
def found(browser: Browser, project: Project) -> list[Finding]:
    [deck] = load(project.root, project.slides)
    findings, slides = check(browser, deck, project.out)
    assert slides == 16
    return findings


def test_every_planted_fault_is_found_at_its_line_and_none_is_invented(found: list[Finding]) -> None:
    assert {(one.slide, one.rule, one.place.line) for one in found} == FOUND
    assert len(found) == len(FOUND)


def test_what_is_wrong_on_some_screens_names_them(found: list[Finding]) -> None:
    assert {one.slide: one.screens for one in found if one.screens} == {"narrow": ("1024x768",)}


def test_every_rule_is_tried(found: list[Finding]) -> None:
    assert RULES.keys() - {one.rule for one in found} == {"network", "external-link", "no-notes"}


def test_without_a_policy_a_request_to_elsewhere_is_found(browser: Browser, project: Project, tmp_path: Path) -> None:
    site = shutil.copytree(project.out, tmp_path / "site")
    html = (site / "index.html").read_text("utf-8")
    (site / "index.html").write_text(html.replace("Content-Security-Policy", "nothing"), "utf-8")
    [deck] = load(project.root, project.slides)
    findings, _ = check(browser, deck, site, Wanted(sizes=(), axe=False, notes=True))
    told = {one.rule: one for one in findings}
    assert (told["network"].slide, told["network"].message) == (
        "elsewhere",
        "the page asks for http://example.invalid/a.png",
    )
    assert "policy" not in told
    assert [one.slide for one in findings if one.rule == "no-notes"][:2] == ["overflow", "clipped"]


@pytest.mark.parametrize("deck", ["kitchen", "lecture", "drawn", "talk"])
def test_our_own_decks_are_clean(browser: Browser, request: pytest.FixtureRequest, deck: str) -> None:
    root = ROOT if deck == "talk" else KITCHEN
    source = load(root, root / "slides")[deck == "drawn"]
    findings, slides = check(browser, source, request.getfixturevalue(f"{deck}_site"))
    assert list(as_text(findings, slides)) == [f"checked {slides} slide{'s' if slides > 1 else ''}: nothing to mend"]


PLACE = Place("slides/a.md", 3, 2)
SOME = [
    Finding("overflow", "p reaches 9 px over the right edge", PLACE, "a", ("1024x768",)),
    Finding("no-notes", "the speaker has no notes", PLACE, "a"),
]


def test_findings_as_text() -> None:
    assert list(as_text(SOME, 7)) == [
        "slides/a.md:3 (slide 2): error: #a: p reaches 9 px over the right edge (1024x768) [overflow]",
        "slides/a.md:3 (slide 2): note: #a: the speaker has no notes [no-notes]",
        "checked 7 slides: 1 error, 1 note",
    ]


def test_findings_as_json_and_sarif() -> None:
    assert json.loads(as_json(SOME))[0] == {
        "rule": "overflow", "level": "error", "message": "p reaches 9 px over the right edge",
        "file": "slides/a.md", "line": 3, "number": 2, "slide": "a", "screens": ["1024x768"],
    }  # fmt: skip
    [run] = json.loads(as_sarif(SOME))["runs"]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == RULES.keys()
    [where] = run["results"][0]["locations"]
    assert where["physicalLocation"] == {"artifactLocation": {"uri": "slides/a.md"}, "region": {"startLine": 3}}


@pytest.mark.parametrize(("level", "count"), [("error", 1), ("warning", 1), ("note", 2)])
def test_a_level_chooses_the_graver(level: str, count: int) -> None:
    assert len(at_least(SOME, level)) == count  # type: ignore[arg-type]


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/gibberish":
            self.wfile.write(b"gibberish\r\n")
            return
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_links_to_elsewhere_are_asked_for_once(server: str) -> None:
    asked: list[str] = []

    def noting(address: str) -> str:
        asked.append(address)
        return ask(address)

    addresses = ["200", "404", "403", "404#part", "200"]
    found = [Link(number, name, f"{server}/{name}", False) for number, name in enumerate(addresses)]
    found += [Link(9, "nobody", "http://127.0.0.1:1/", False), Link(9, "mail", "mailto:a@example.org", False)]
    problems = [(link.slide, problem) for link, problem in unanswered(found, noting)]
    assert [number for number, _ in problems] == [1, 3, 9]
    assert problems[0][1] == "404 Not Found"
    assert len(asked) == len(set(asked)) == 4


def test_an_answer_that_is_none_is_told(server: str) -> None:
    [(_, problem)] = unanswered([Link(0, "odd", f"{server}/gibberish", False)], ask)
    assert "gibberish" in problem


def test_the_command_gives_exit_code_1_for_what_is_as_grave_as_asked(project: Project) -> None:
    command = [sys.executable, "-m", "deckwright", "check", "--no-axe", "--sizes", "1280x720", "--json"]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stderr
    assert {one["rule"] for one in json.loads(done.stdout)} >= {"overflow", "contrast"}
