"""Frozen results are published without a kernel exactly as they were, or the build says which is out of date and why."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deckwright.errors import DeckError
from deckwright.execute.analysis.names import names_of
from deckwright.pipeline import CACHE, Project, build, freeze
from deckwright.source.load import load
from tests.deckwright.conftest import MakeProject, Memory
from tests.deckwright.execute.forked import forked_kernel
from tests.deckwright.render.test_prose import DOT
from tests.deckwright.site.test_publish import files_of

HEAD = "---\ntitle: T\nseed: 1\n---\n\n## A\n\nWords.\n\n"
DECK = f"""{HEAD}
```{{python}}
#| label: read
import os
import random
from pathlib import Path

from helper import size

rows = Path("data/x.csv").read_text().split()
secret = bool(os.environ.get("SECRET_TOKEN")), Path({{outside!r}}).exists()
print("one\\ntwo")
```

In it are `{{python}} len(rows)` rows.

```{{python}}
#| label: plot
#| fig-alt: A dot
#| depends: ["more/*.txt"]
from IPython.display import SVG, Image, display
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' width='{{{{}}}}'/>".format(size())))
display(Image(data=bytes.fromhex("{DOT.hex()}")))
```

```{{python}}
rows.append("3")
also = rows
random.random()
```

```{{python}}
#| cache: never
also
```

```{{python}}
#| error: true
1 / 0
```

```{{python}}
#| eval: false
never
```
"""
HELPER = "def size():\n    return 3\n\n\ndef other():\n    return 1\n"
FROZEN = "slides/.frozen"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deckwright.execute.kernel.kernel.booting_kernel", lambda root: forked_kernel(root, ()))


@pytest.fixture
def made(project: MakeProject, tmp_path: Path, watcher: Memory) -> Project:
    """A project with frozen results, and nothing in `ran`."""
    deck = DECK.replace("{outside!r}", repr(str(tmp_path.parent / "outside"))).replace("{{}}", "{}")
    files = {"slides/a.md": deck, "src/helper.py": HELPER, "data/x.csv": "1 2\n", "more/a.txt": "a", "more/b.txt": "b"}
    found = project(**files)
    freeze(found, watcher)
    watcher.ran.clear()
    return found


def edit(made: Project, name: str, old: str, new: str) -> None:
    text = (made.root / name).read_text("utf-8")
    assert old in text
    (made.root / name).write_text(text.replace(old, new), "utf-8")


def frozen_build(made: Project, watcher: Memory) -> None:
    """As on another machine: without a cache."""
    shutil.rmtree(made.root / CACHE, ignore_errors=True)
    ran = list(watcher.ran)
    build(made, watcher, frozen=True)
    assert watcher.ran == ran


def error_of(made: Project, watcher: Memory) -> DeckError:
    with pytest.raises(DeckError) as raised:
        frozen_build(made, watcher)
    return raised.value


def results_of(made: Project) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((made.root / FROZEN / "results.json").read_bytes())
    return found


def test_the_site_is_the_one_that_a_build_makes(made: Project, watcher: Memory) -> None:
    frozen_build(made, watcher)
    first = files_of(made.out)
    build(made, watcher, fresh=True)
    assert files_of(made.out) == first
    assert not watcher.warnings


def test_freezing_again_touches_nothing(made: Project, watcher: Memory) -> None:
    folder = made.root / FROZEN
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    freeze(made, watcher)
    freeze(made, watcher, fresh=True)
    assert watcher.ran[-1] == "slide-2-5"
    assert {path: path.stat().st_mtime_ns for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("slides/a.md", "Words.", "Other words.\n\n---\n\n## A slide more"),
        ("slides/a.md", "also = rows", "also  =  rows  # the same"),
        ("slides/a.md", "A dot", "Another text"),
        ("src/helper.py", "return 1", "return 2"),
        ("slides/a.md", "title: T", "title: U"),
    ],
)
def test_what_changes_no_result_changes_no_frozen_one(
    name: str, old: str, new: str, made: Project, watcher: Memory
) -> None:
    before = files_of(made.root / FROZEN)
    edit(made, name, old, new)
    frozen_build(made, watcher)
    freeze(made, watcher)
    assert files_of(made.root / FROZEN) == before


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        ("slides/a.md", "SVG, Image", "SVG as SVG, Image", "cell plot has no frozen result: its code changed"),
        ("slides/a.md", 'append("3")', 'append("4")', "cell slide-2-3 has no frozen result: its code changed"),
        ("slides/a.md", "len(rows)", "sum(rows)", "`sum(rows)` has no frozen result: its code changed"),
        ("slides/a.md", "eval: false", "eval: true", "cell slide-2-6 has no frozen result: not frozen yet"),
        ("src/helper.py", "return 3", "return 4", "cell read has no frozen result: helper"),
        ("data/x.csv", "2", "3", "cell read has no frozen result: data/x.csv changed"),
        ("more/a.txt", "a", "c", "cell plot has no frozen result: more/a.txt changed"),
        ("slides/a.md", "seed: 1", "seed: 2", "cell slide-2-3 has no frozen result: the seed"),
        ("slides/a.md", "also = rows", "also = list(rows)", "cell slide-2-3 has no frozen result: its code changed"),
    ],
)
def test_what_is_out_of_date_is_told_with_its_reason(
    name: str, old: str, new: str, problem: str, made: Project, watcher: Memory
) -> None:
    build(made, watcher)
    site = files_of(made.out)
    edit(made, name, old, new)
    error = error_of(made, watcher)
    assert error.problem.startswith(problem)
    assert error.place.path == "slides/a.md"
    assert error.place.line > 1
    assert error.remedy == "Run `deckwright freeze` where the cells can run, and commit slides/.frozen."
    assert files_of(made.out) == site


def test_a_new_file_that_a_pattern_finds_is_told(made: Project, watcher: Memory) -> None:
    (made.root / "more/c.txt").write_text("c")
    assert error_of(made, watcher).problem == "cell plot has no frozen result: files of more/*.txt changed"


def test_nothing_frozen_is_told(made: Project, watcher: Memory) -> None:
    shutil.rmtree(made.root / FROZEN)
    error = error_of(made, watcher)
    assert error.problem == "cell read has no frozen result: not frozen yet"
    edit(made, "slides/a.md", "```{python}", "```python")
    edit(made, "slides/a.md", "`{python} len(rows)`", "two")
    frozen_build(made, watcher)  # a deck that runs nothing needs nothing


def test_files_that_are_not_here_are_told_once(made: Project, watcher: Memory, tmp_path: Path) -> None:
    shutil.copytree(made.slides, made.slides / "other", ignore=shutil.ignore_patterns("other"))
    shutil.rmtree(made.root / "data")
    (made.root / "more/a.txt").unlink()
    frozen_build(made, watcher)
    told = [line for line in watcher.warnings if "cannot tell" in line]
    assert told == ["cannot tell here whether data/x.csv, more/a.txt changed"]


def test_figures_are_files_named_after_the_cell_and_old_ones_go(made: Project, watcher: Memory) -> None:
    folder = made.root / FROZEN
    names = sorted(path.name for path in folder.iterdir())
    assert {name.partition("-")[0] + Path(name).suffix for name in names if "plot" in name} == {"plot.png", "plot.svg"}
    assert next(folder.glob("*.png")).read_bytes() == DOT
    assert next(folder.glob("*.svg")).read_text().startswith("<svg")
    assert "<svg" not in (folder / "results.json").read_text()
    (folder / "README.md").write_text("mine")
    edit(made, "src/helper.py", "return 3", "return 4")
    freeze(made, watcher)
    after = sorted(path.name for path in folder.iterdir())
    assert len(after) == len(names) + 1
    assert len(set(after) & set(names)) == len(names) - 1  # the vector figure has another name
    frozen_build(made, watcher)


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_text("<svg/>")])
def test_a_figure_that_is_lost_is_told(spoil: Any, made: Project, watcher: Memory) -> None:
    figure = next((made.root / FROZEN).glob("*.svg"))
    spoil(figure)
    problem = f"cell plot has no frozen result: its figure {figure.name} is missing or was changed"
    assert error_of(made, watcher).problem == problem
    freeze(made, watcher)
    frozen_build(made, watcher)


def test_another_label_changes_only_the_label(made: Project, watcher: Memory) -> None:
    folder = made.root / FROZEN
    before = files_of(folder)
    edit(made, "slides/a.md", "label: plot", "label: dots")
    build(made, watcher, frozen=True)  # a name is no result
    freeze(made, watcher)
    after = files_of(folder)
    assert watcher.ran == ["slide-2-4"]  # `cache: never`
    assert {name.replace("plot", "dots") for name in before} == set(after)
    lines = zip(before["results.json"].splitlines(), after["results.json"].splitlines(), strict=True)
    assert [pair for pair in lines if pair[0] != pair[1]] == [(b'   "label": "plot",', b'   "label": "dots",')]


def test_nothing_of_the_machine_and_no_place_is_frozen(made: Project, watcher: Memory) -> None:
    text = (made.root / FROZEN / "results.json").read_text()
    for word in ("SECRET_TOKEN", "outside", str(made.root), "libraries", "platform", "slide-2", "inline@", "seconds"):
        assert word not in text, word
    steps = results_of(made)["steps"]
    assert {step.get("label") for step in steps} == {"read", "plot", None}
    assert {key for step in steps for key in step} == {"label", "kind", "code", "text", "inputs", "outputs"}
    kinds = {key.partition(" ")[0] for step in steps for key in step.get("inputs", ())}
    assert kinds == {"file", "files", "module", "seed"}  # and no value


WITHOUT = """
import sys
class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in BLOCKED:
            raise ImportError(f"{name} is not installed here")
BLOCKED = "ipykernel jupyter_client jupyter_core nbclient nbformat nbconvert IPython zmq torch numpy matplotlib".split()
sys.meta_path.insert(0, Blocker())
from pathlib import Path
from deckwright.pipeline import Project, build
root = Path.cwd()
class Watcher:
    def __getattr__(self, name): return print
build(Project(root, root / "slides", root / "public"), Watcher(), frozen=True)
"""


def test_no_kernel_and_no_library_of_the_cells_is_needed(made: Project, watcher: Memory) -> None:
    edit(made, "slides/a.md", "1 / 0", "len(1)")  # its colours need nbconvert
    edit(made, "slides/a.md", "#| error: true\nlen(1)", "len([1])")
    freeze(made, watcher)
    build(made, watcher)
    shutil.rmtree(made.root / CACHE)
    done = subprocess.run([sys.executable, "-c", WITHOUT], cwd=made.root, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert files_of(made.root / "public") == files_of(made.out)


CELL = "```{{python}}\n{}\n```\n\n"
GONE = "what stood before it is gone"
MOVED = "cells stand in another order"
TEXT = "the layout of its code changed, which an output shows"


def deck(*cells: str) -> str:
    return HEAD + "".join(CELL.format(cell) for cell in cells)


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        (("x = [1]", "x.append(2)", "x"), ("x = [1]", "x"), GONE),
        (("x = [1]", "#| label: more\nx.append(2)", "x"), ("x = [1]", "x"), "cell more is gone"),
        (("x = 1", "y = 2", "x"), ("y = 2", "x = 1", "x"), MOVED),
        (("x = 1", "x = 2", "x"), ("x = 2", "x = 1", "x"), MOVED),
        (("x = []", "y = x", "y.append(1)", "x"), ("x = []", "y = x", "x", "y.append(1)"), MOVED),
        (("x = 1", "x"), ("x = 2", "x"), "its code changed"),
        (("x = 1", "x"), ("x = 1", "x", "x"), "not frozen yet"),  # the same again
        (("x = 1", "x"), ("x = 1", "1 + 1", "x"), "not frozen yet"),
        (("x = 1", "x"), ("x", "x = 1"), MOVED),
        (("1", "2", "_"), ("2", "_"), GONE),
        (("print = repr", "str(1)"), ("str(1)",), GONE),
        (("str(1)",), ("str(1)", "str = repr"), "not frozen yet"),
        (("str(1)", "str = repr"), ("str = repr", "str(1)"), MOVED),
        (("x = 1", "x", "x = 2"), ("x = 1", "x"), ""),  # what comes later changes nothing
        (("def f():\n    1 / 0", "#| error: true\nf()"), ("def f():\n    # no\n    1 / 0", "#| error: true\nf()"), TEXT),
        (("x = 1", "#| error: true\n1 / 0"), ("x  =  1", "#| error: true\n1 / 0"), ""),
        (("x = 1", "#| error: true\n1 / 0"), ("x = 1", "#| error: true\n1  /  0"), TEXT),
    ],
)  # fmt: skip
def test_a_deck_is_judged_as_a_sequence(
    before: tuple[str, ...], after: tuple[str, ...], problem: str, project: MakeProject, watcher: Memory
) -> None:
    made = project(**{"slides/a.md": deck(*before)})
    freeze(made, watcher)
    (made.slides / "a.md").write_text(deck(*after))
    if problem:
        assert error_of(made, watcher).problem.partition("has no frozen result: ")[2] == problem
        return
    frozen_build(made, watcher)
    first = files_of(made.out)
    build(made, watcher)
    assert files_of(made.out) == first


@pytest.mark.parametrize(
    "cells",
    [
        ("open('out.txt', 'w').write('1')", "open('out.txt').read()"),
        ("import os\nos.path.exists('out.txt')", "open('out.txt', 'w').write('1')"),
        ("import os\nos.makedirs('out', exist_ok=True)\nopen('out/a.txt', 'w').write('1')", "sorted(os.listdir('out'))"),
        ("import threading\nt = threading.Thread(target=lambda: None)\nt.start()", "1"),
        ("import sys\nprint('warned', file=sys.stderr)", "class A: pass\na = A()", "class A: pass\nb = A()\ntype(a) is A"),
        ("exec('a = 1')", "sorted(name for name in dir() if name == 'a')"),
        ("from IPython.display import Image\nImage(data=b'GIF89a')", "import this"),
        ("from IPython.display import display\ndisplay({'image/png': 'AAAA\\n', 'application/json': ['a', 'b']}, raw=True)",),
    ],
)  # fmt: skip
def test_odd_cells_can_be_frozen(cells: tuple[str, ...], project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/a.md": deck(*cells)})
    freeze(made, watcher)
    build(made, watcher)
    built = files_of(made.out)
    frozen_build(made, watcher)
    here = files_of(made.out)
    assert here == built or "exists" in cells[0]  # which another build sees otherwise
    for path in (made.root / "out.txt", made.root / "out/a.txt"):
        path.unlink(missing_ok=True)
    frozen_build(made, watcher)
    assert files_of(made.out) == here
    assert not [line for line in watcher.warnings if "cannot tell" in line]


def test_new_files_in_a_folder_that_is_listed_are_told_and_missing_ones_are_not_known(
    project: MakeProject, watcher: Memory
) -> None:
    made = project(**{"slides/a.md": deck("import os\nos.listdir('in')"), "in/a": "", "in/ignored": ""})
    freeze(made, watcher)
    (made.root / "in/ignored").unlink()
    frozen_build(made, watcher)
    assert watcher.warnings == ["cannot tell here whether in changed"]
    (made.root / "in/b").touch()
    assert error_of(made, watcher).problem.endswith("there are other files in in")


def test_a_source_that_changes_while_cells_run_is_not_frozen(project: MakeProject, watcher: Memory) -> None:
    cell = "import helper\nfrom pathlib import Path\nhelper.size()"
    made = project(**{"slides/a.md": deck(cell), "src/helper.py": HELPER})
    original, reads = Memory.finished, "return 3"

    def finished(self: Memory, step: Any, trace: Any) -> None:
        original(self, step, trace)
        edit(made, "src/helper.py", reads, "return 4")

    watcher.finished = finished.__get__(watcher)  # type: ignore[method-assign]
    with pytest.raises(DeckError, match="cannot freeze cell slide-2-1: helper.* changed while cells ran"):
        freeze(made, watcher)
    assert not (made.root / FROZEN).exists()


def test_a_deck_beside_has_its_own_and_one_without_cells_has_none(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/a.md": deck("1"), "slides/more/b.md": deck("2")})
    freeze(made, watcher)
    assert {"a.md", ".frozen/results.json", "more/b.md", "more/.frozen/results.json"} < set(files_of(made.slides))
    (made.slides / "more/b.md").write_text(HEAD)
    freeze(made, watcher)
    assert not list((made.slides / "more/.frozen").iterdir())
    frozen_build(made, watcher)
    (made.root / FROZEN / "note.md").write_text("no deck")
    assert [one.name for one in load(made.root, made.slides)] == ["", "more"]


def test_the_folder_is_not_ignored_here() -> None:
    root = Path(__file__).parents[3]
    if not (root / ".git").exists():
        pytest.skip("not a clone")
    done = subprocess.run(["git", "check-ignore", f"{FROZEN}/results.json"], cwd=root, capture_output=True)
    assert done.returncode == 1


def test_code_has_the_same_key_under_every_python() -> None:
    function = "@d\nasync def f(x: int = 1) -> None:\n    return f'{x!r:>3} y' 'z'\n"
    key = names_of(f'{function}class A(B, k=1):\n    "Doc."\n    x: list[int]\nlambda: (yield)').key
    assert key == "b8efd0bf28b5a21cb8f740e331a0b83b", "frozen results no longer hold: raise FORMAT in folder.py"


# Files that somebody else has made

STEP = b'{"format": 3, "steps": [{"kind": "cell", "code": "", "inputs": {%s}}], "language": {}}'


@pytest.mark.parametrize(
    ("content", "line", "why"),
    [
        (b"", 1, "it is not JSON: Expecting value"),
        (b'{\n <<<<<<< ours\n"format": 3}', 2, "it is not JSON: Expecting property name enclosed in double quotes"),
        (b"\xff\xfe\xff", 0, "it is not JSON"),
        (b"[" * 100_000, 0, "it is not JSON"),
        (b"[]", 0, "another version of deckwright has written them"),
        (b'{"format": 2, "steps": [], "language": {}}', 0, "another version of deckwright has written them"),
        (b'{"format": 3, "steps": [], "language": {"a": "\\ud800"}}', 0, "it is not JSON"),
        (b'{"format": 3, "steps": {}, "language": {}}', 0, "it is not a list of steps"),
        (b'{"format": 3, "steps": [0], "language": {}}', 0, "step 1 in it is none that was frozen"),
        (STEP % b'"file x": ["y"]', 0, "step 1 in it is none that was frozen"),
        (STEP % b'"folder x": "y"', 0, "step 1 in it is none that was frozen"),
        (STEP % b'"figure": "x"', 0, "step 1 in it is none that was frozen"),
        (STEP % b'"value x": "y"', 0, "step 1 in it is none that was frozen"),
    ],
)
def test_garbled_results_are_told_with_their_place(
    content: bytes, line: int, why: str, made: Project, watcher: Memory
) -> None:
    (made.root / FROZEN / "results.json").write_bytes(content)
    error = error_of(made, watcher)
    assert error.problem == f"the frozen results cannot be used: {why}"
    assert (error.place.path, error.place.line) == (f"{FROZEN}/results.json", line)
    assert "deckwright freeze" in error.remedy


def test_forged_inputs_read_nothing_outside_and_end(made: Project, watcher: Memory) -> None:
    (made.root / "endless").symlink_to("/dev/zero")
    results = results_of(made)
    outside = {"file /dev/zero": "x", "kind ../x": "x", "folder ..": [], "files /**": [], "files ../*": []}
    results["steps"][0]["inputs"] |= outside | {"file endless": "x", "files **": []}
    (made.root / FROZEN / "results.json").write_text(json.dumps(results))
    frozen_build(made, watcher)
    assert watcher.warnings == ["cannot tell here whether endless changed"]


JUNK: tuple[Any, ...] = (None, True, "x", ["x"], {}, {"x": "x"}, "module x#y")
SHOWN = "from IPython.display import SVG, display\ndisplay(SVG('<svg/>'), {'a': 1})\nprint('one\\ntwo')"
READS = "#| depends: [\"*.txt\"]\nimport os, helper\nopen('out', 'w').write(open('a.txt').read()); os.listdir('.')"
MUCH = deck("x = [1]\ny = x", READS, "#| error: true\n1 / 0", SHOWN).replace("Words.", "`{python} len([1])`")


def spoilt(record: Any, whole: Any) -> Iterator[str]:
    """The JSON with each of its parts replaced, renamed or removed in turn."""
    for key, value in list(record.items() if isinstance(record, dict) else enumerate(record)):
        for junk in JUNK:
            record[key] = junk
            yield json.dumps(whole)
        if isinstance(record, dict):
            del record[key]
            yield json.dumps(whole)
            record["x"] = value
            yield json.dumps(whole)
            del record["x"]
        record[key] = value
        if isinstance(value, dict | list):
            yield from spoilt(value, whole)


def test_forged_results_end_in_an_error_or_a_site(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/a.md": MUCH, "a.txt": "a", "src/helper.py": HELPER})
    freeze(made, watcher)
    whole = results_of(made)
    outcomes = Counter[str]()
    for text in spoilt(whole, whole):
        (made.root / FROZEN / "results.json").write_text(text)
        try:
            build(made, watcher, frozen=True)
        except DeckError as error:
            outcomes[error.remedy.partition(" ")[0]] += 1
        else:
            outcomes["site"] += 1
    assert outcomes.keys() == {"Run", "site"}  # whoever may commit may say what cells print
    assert outcomes["Run"] > 300
