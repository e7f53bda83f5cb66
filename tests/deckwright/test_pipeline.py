"""A build does nothing where nothing changed, and else leaves the same bytes as if it were the first."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from deckwright.errors import DeckError
from deckwright.model import Deck, Results, steps
from deckwright.pipeline import NOTHING_RAN, Project, build
from deckwright.render import pieces
from deckwright.source import yamls
from tests.deckwright.conftest import MakeProject, Memory
from tests.deckwright.render.test_prose import DOT
from tests.deckwright.site.test_publish import files_of

HTML = {
    "output_type": "display_data",
    "data": {"text/html": '<img src="shown.png">', "text/plain": "plain"},
    "metadata": {},
}
PRINTED = {"output_type": "stream", "name": "stdout", "text": "\x1b[31mred\x1b[0m\n"}
VALUE = {"output_type": "display_data", "data": {"text/plain": "42"}, "metadata": {}}
FRONT = "---\ntitle: T\ndate: 2026-11-24\n---\n\n"
ONE = "## One [^1]\n\n[a]: https://example.org\n\n[a] and `{python} 6 * 7`, $x^2$, [file](file.txt).\n\n[^1]: Note.\n\n---\n\n"
TWO = "## Two\n\n![dot](dot.png){width=50%} <img src=dot.png> [a] word[^1]\n\n[^1]: Note.\n\n```python\nx = 1\n```\n\n---\n\n"
THREE = '## Three\n\n::: callout-tip\nWords\n:::\n\n```{python}\n#| label: cell\n#| fig-cap: "Of $y$"\n#| file: code.py#f\n```\n'
FILES: dict[str, str | bytes] = {
    "slides/a.md": FRONT + ONE + TWO,
    "slides/b.md": THREE,
    "slides/dot.png": DOT,
    "code.py": "def f():\n    pass\n",
    "static/themes/deckwright.css": "body { color: red }",
}


class Outputs:
    """Stands for the engine: gives each step of a label its outputs."""

    def __init__(self) -> None:
        self.of: dict[str, list[Mapping[str, Any]]] = {"cell": [HTML, PRINTED]}
        self.digests = True

    def __call__(self, deck: Deck, *rest: object) -> Results:
        if not any(steps(deck)):
            return NOTHING_RAN
        outputs = {step.label: tuple(self.of.get(step.label, [VALUE])) for step in steps(deck)}
        digests = {label: repr(one) for label, one in outputs.items()} if self.digests else {}
        return Results(outputs, {"name": "python"}, digests)


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> Outputs:
    made = Outputs()
    monkeypatch.setattr("deckwright.pipeline.run", made)
    return made


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many files each publishing wrote."""
    from deckwright.site.publish import publish

    calls: list[int] = []

    def counted(files: Mapping[str, bytes], out: Path) -> list[str]:
        calls.append(len(files))
        return publish(files, out)

    monkeypatch.setattr("deckwright.pipeline.publish", counted)
    return calls


@pytest.fixture(autouse=True)
def forgetting() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    """What the end of a process forgets."""
    for stage in (pieces, yamls):
        stage.remembered.known.clear()
        stage.remembered.used.clear()


@pytest.mark.parametrize("digests", [True, False])
def test_a_second_build_does_nothing(
    digests: bool, project: MakeProject, watcher: Memory, outputs: Outputs, published: list[int]
) -> None:
    made, outputs.digests = project(**FILES), digests
    for _ in range(3):
        build(made, watcher)
        forget()
    assert len(published) == 1


def test_what_an_earlier_build_warned_of_is_told_again(
    project: MakeProject, watcher: Memory, outputs: Outputs, published: list[int]
) -> None:
    made = project(**FILES)
    build(made, watcher)
    build(made, watcher)
    warning = "slides/b.md:7 (slide 4): cell cell: its HTML shows 'shown.png', which does not lie in the project; "
    assert watcher.warnings == [f"{warning}its text/plain form is shown instead"] * 2
    assert len(published) == 1


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda out: (out / "index.html").write_text("edited"),
        lambda out: (out / "assets/deckwright.css").unlink(),
        lambda out: shutil.rmtree(out / "media"),
        lambda out: shutil.rmtree(out),
        lambda out: (
            shutil.copytree(out, out.with_name("copy")) and (shutil.rmtree(out), out.with_name("copy").rename(out))
        ),
    ],
)
def test_a_site_that_was_changed_by_hand_is_built_again(
    spoilt: Callable[[Path], object], project: MakeProject, watcher: Memory, outputs: Outputs
) -> None:
    made = project(**FILES)
    build(made, watcher)
    first = files_of(made.out)
    spoilt(made.out)
    build(made, watcher)
    assert files_of(made.out) == first


def test_what_others_put_into_the_site_is_no_change(
    project: MakeProject, watcher: Memory, outputs: Outputs, published: list[int]
) -> None:
    made = project(**FILES)
    build(made, watcher)
    (made.out / "CNAME").write_text("talks.example.org")
    build(made, watcher)
    assert len(published) == 1


def test_each_site_of_a_deck_has_its_own_last_build(
    project: MakeProject, watcher: Memory, outputs: Outputs, published: list[int]
) -> None:
    made = project(**FILES)
    other = Project(made.root, made.slides, made.root / "public")
    for one in (made, other, made, other):
        build(one, watcher)
    assert len(published) == 2
    assert files_of(made.out) == files_of(other.out)


Edit = Callable[[Path, Outputs], object]


def replaced(name: str, old: str, new: str) -> Edit:
    def edit(root: Path, outputs: Outputs) -> None:
        text = (root / name).read_text("utf-8")
        assert old in text
        (root / name).write_text(text.replace(old, new, 1), "utf-8")

    return edit


def put(name: str, content: str | bytes) -> Edit:
    def edit(root: Path, outputs: Outputs) -> None:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content if isinstance(content, bytes) else content.encode())

    return edit


def removed(name: str) -> Edit:
    return lambda root, outputs: (root / name).unlink()


def given(label: str, *listed: Mapping[str, Any]) -> Edit:
    return lambda root, outputs: outputs.of.update({label: list(listed)})


SECTION = "{% macro title_section(settings, has_companions) %}{% endmacro %}{% macro section(one) %}<section class=mine>{{ one.html | safe }}</section>{% endmacro %}"
EDITS: dict[str, Edit] = {
    "a word": replaced("slides/a.md", "word", "another word"),
    "a word back": replaced("slides/a.md", "another word", "word"),
    "a slide before all": replaced("slides/a.md", "## One", "## Zero [^1]\n\n[^1]: First.\n\n---\n\n## One"),
    "a slide less": replaced("slides/a.md", "## Zero [^1]\n\n[^1]: First.\n\n---\n\n", ""),
    "a reference on another slide": replaced("slides/a.md", "https://example.org", "https://example.net"),
    "a footnote": replaced("slides/a.md", "Note.", "Another note."),
    "a formula": replaced("slides/a.md", "x^2", "x^3"),
    "code that is shown": replaced("slides/a.md", "x = 1", "y = 1"),
    "a div's class": replaced("slides/b.md", "callout-tip", "callout-note"),
    "the class of a slide": replaced("slides/a.md", "## Two", "## Two {.incremental}"),
    "a title": replaced("slides/a.md", "title: T", "title: U"),
    "a caption": replaced("slides/b.md", "Of $y$", "Of $z$"),
    "code from a file": replaced("code.py", "pass", "return 1"),
    "a picture": put("slides/dot.png", DOT + b"more"),
    "a linked file appears": put("slides/file.txt", "text"),
    "a linked file changes": put("slides/file.txt", "other"),
    "a linked file goes": removed("slides/file.txt"),
    "a picture of an output appears": put("shown.png", DOT),
    "a picture of an output changes": put("shown.png", DOT + b"more"),
    "the picture of links appears": put("slides/social.png", DOT),
    "the picture of links goes": removed("slides/social.png"),
    "an output": given("cell", HTML, PRINTED, VALUE),
    "no output": given("cell"),
    "an output as before": given("cell", HTML, PRINTED),
    "a value in a sentence": given("inline@2-1", {**VALUE, "data": {"text/plain": "43"}}),
    "a theme": put("static/themes/deckwright.css", "body { color: blue }"),
    "no theme of one's own": removed("static/themes/deckwright.css"),
    "a static file appears": put("static/extra/file.txt", "kept"),
    "a static file of ours is replaced": put("static/deckwright.css", "p { margin: 0 }"),
    "a template of ours is replaced": put("templates/section.html", SECTION),
    "a template changes": put("templates/section.html", SECTION.replace("mine", "yours")),
    "a template goes": removed("templates/section.html"),
    "a template of code": put("templates/reading.html", "{% for slide in slides %}{{ slide }}{% endfor %}"),
    "a deck beside": put("slides/more/deck.md", FRONT + "## More\n\n$a$\n"),
    "no deck beside": removed("slides/more/deck.md"),
}


def test_after_every_edit_the_site_is_what_a_first_build_makes(
    project: MakeProject, watcher: Memory, outputs: Outputs, published: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, caches = project(**FILES), count()
    build(made, watcher)
    for name, edit in EDITS.items():
        edit(made.root, outputs)
        forget()
        build(made, watcher)
        forget()
        first = Project(made.root, made.slides, made.root / "first")
        with monkeypatch.context() as patch:
            patch.setattr("deckwright.pipeline.CACHE", f"cache-{next(caches)}")
            build(first, watcher)
        assert files_of(made.out) == files_of(first.out), name
    assert len(published) == 1 + 2 * len(EDITS)  # each of the edits was noticed


def test_unchanged_files_of_a_site_keep_their_time(project: MakeProject, watcher: Memory, outputs: Outputs) -> None:
    made = project(**FILES)
    build(made, watcher)
    kept, page = made.out / "assets/reveal/reveal.js", made.out / "index.html"
    os.utime(kept, (1, 1))
    first = page.stat().st_mtime_ns
    replaced("slides/a.md", "word", "other")(made.root, outputs)
    build(made, watcher)
    assert kept.stat().st_mtime == 1
    assert page.stat().st_mtime_ns != first


def test_a_failed_build_is_no_last_build(
    project: MakeProject, watcher: Memory, outputs: Outputs, published: list[int]
) -> None:
    made = project(**FILES)
    build(made, watcher)
    replaced("slides/a.md", "dot.png", "dit.png")(made.root, outputs)
    for _ in range(2):
        with pytest.raises(DeckError, match="there is no file 'dit.png'"):
            build(made, watcher)
    replaced("slides/a.md", "dit.png", "dot.png")(made.root, outputs)
    build(made, watcher)
    assert len(published) == 1


BUILD = """
import sys
from deckwright.__main__ import main
assert main(["build", "--quiet"]) == 0
heavy = "markdown jinja2 pygments pymdownx yaml quickjs nbformat nbclient nbconvert rich deckwright.render".split()
print(*[name for name in heavy if name in sys.modules])
"""


def loaded(made: Project) -> list[str]:
    """Which of the heavy modules a build in a process of its own loads."""
    done = subprocess.run([sys.executable, "-c", BUILD], capture_output=True, text=True, check=True, cwd=made.root)
    return done.stdout.split()


def test_a_build_loads_what_it_needs_and_no_more(project: MakeProject) -> None:
    text = FRONT + TWO + "## Three\n\n$x$\n\n```python\nx\n```\n"
    made = project(**FILES | {"slides/a.md": text, "slides/b.md": "## Four\n"})
    assert set(loaded(made)) == set("markdown jinja2 pygments pymdownx yaml quickjs deckwright.render".split())
    assert loaded(made) == []
    (made.slides / "b.md").write_text("## Five\n")
    assert set(loaded(made)) == set("markdown jinja2 pymdownx deckwright.render".split())
    (made.root / "static/themes/deckwright.css").write_text("")
    assert set(loaded(made)) == set("jinja2 deckwright.render".split())


OPENED = """
import sys, tempfile
from pathlib import Path
from deckwright import pipeline
from deckwright.model import Results
from deckwright.installed import PACKAGE, own
opened = []
root, seen = Path.cwd(), None
def hook(event, arguments):
    if event == "open" and seen is not None and isinstance(arguments[0], (str, bytes)):
        opened.append(str(arguments[0]))
tempfile.gettempdir()  # opens a file to try
sys.addaudithook(hook)
html = {"output_type": "display_data", "data": {"text/html": "<img src=shown.png>", "text/plain": ""}, "metadata": {}}
pipeline.run = lambda *parts: Results({"cell": (html,)}, {}, {"cell": "digest"})
class Watched(pipeline.Pages):
    def finished(self, *parts):
        global seen
        seen = self.reads
        files = super().finished(*parts)
        covered = set(self.reads.files) | {str(path) for path in PACKAGE.rglob("*")}
        print(*sorted({path for path in opened if path not in covered and not path.startswith(tuple(sys.path[1:]))
              and "_jinja2-cache" not in path and ".deckwright" not in path}), sep="\\n")
        return files
pipeline.Pages = Watched
class Watcher:
    def __getattr__(self, name): return print
pipeline.build(pipeline.Project(root, root / "slides", root / "site"), Watcher())
"""


def test_rendering_reads_no_file_that_the_next_build_would_not_check(project: MakeProject) -> None:
    text = FRONT + TWO + '<video src="dot.png"></video>\n\n[link](file.txt) $x$\n'
    more = {"slides/file.txt": "text", "shown.png": DOT, "slides/social.png": DOT, "templates/section.html": SECTION}
    made = project(**FILES | more | {"slides/a.md": text})
    done = subprocess.run([sys.executable, "-c", OPENED], capture_output=True, text=True, check=True, cwd=made.root)
    assert done.stdout.split() == []
