"""A digest changes when, and only when, something changes that a name of the author's modules depends on."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from deckwright.execute.analysis import statements
from deckwright.execute.analysis.modules import Modules

TALK = Path(__file__).parents[3] / "src" / "mnist_talk"


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def of(root: Path) -> Modules:
    return Modules([root / "src", root])


HELPER = """\
import math
from dataclasses import dataclass, field

SCALE = 2
OTHER = [1, 2]


def area(r):
    return SCALE * square(r)


def square(r):
    return r**2


def unused(scale=SCALE):
    return OTHER


@dataclass
class Recipe:
    rate: float
    rules: list = field(default_factory=list)


FAST = Recipe(rate=0.1)
SLOW = Recipe(rate=0.01)
"""
# In a module with this text: what is asked for, what is replaced by what, whether it matters.
EDITS = [
    ("area", "r**2", "r**3", True),
    ("area", "SCALE = 2", "SCALE = 3", True),
    ("area", "return OTHER", "return OTHER[0]", False),
    ("area", "OTHER = [1, 2]", "OTHER = [1, 3]", False),
    ("area", "rate=0.1", "rate=0.2", False),
    ("area", "import math", "import math, json", False),
    ("area", "def square(r):", "# a comment\n\n\ndef square(r):  # and another", False),
    ("area", "    return r**2", "    'Say so.'\n    return r**2", True),
    ("area", "OTHER = [1, 2]", "OTHER = [1, 2]\nOTHER.append(3)", True),
    ("area", "OTHER = [1, 2]", "OTHER = [1, 2]\nOTHER[0] = 3", True),
    ("area", "OTHER = [1, 2]", "OTHER = make()", True),
    ("area", "OTHER = [1, 2]", "SCALE += 1", True),
    ("area", "OTHER = [1, 2]", "for SCALE in range(3): ...", True),
    ("area", "OTHER = [1, 2]", "import seaborn", True),
    ("area", "import math", "from __future__ import annotations", True),
    ("area", "OTHER = [1, 2]", "@register\ndef other(): ...", True),
    ("area", "OTHER = [1, 2]", "class Other:\n    value = compute()", True),
    ("area", "OTHER = [1, 2]", "def set_scale():\n    global SCALE\n    SCALE = 3", True),
    ("area", "OTHER = [1, 2]", "def area(r): return r", True),
    ("area", "return SCALE * square(r)", "return eval('OTHER')", True),
    ("area", "OTHER = [1, 2]", "if __name__ == '__main__':\n    print(OTHER)", False),
    ("area", "OTHER = [1, 2]", "if __name__ != '__main__':\n    print(OTHER)", True),
    ("FAST", "rate=0.01", "rate=0.02", False),
    ("FAST", "rate: float", "rate: float\n    batch: int = 1", True),
    ("FAST", "rate: float", "rate: float\n    def __post_init__(self): log(self)", True),
    ("area", "rate: float", "rate: float\n    def __post_init__(self): log(self)", True),  # FAST then does something
    ("unused", "SCALE = 2", "SCALE = 3", True),
    ("missing", "return OTHER", "return OTHER[0]", True),
    ("__name__", "return OTHER", "return OTHER[0]", False),
    ("*", "return OTHER", "return OTHER[0]", True),
    ("*", "import math", "import math  # sums", False),
    ("area", "import math", "import math; x y", True),
]


@pytest.mark.parametrize(("name", "old", "new", "matters"), EDITS)
def test_edits_of_one_module(name: str, old: str, new: str, matters: bool, tmp_path: Path) -> None:
    assert old in HELPER
    write(tmp_path, {"helper.py": HELPER})
    before = of(tmp_path).digest("helper", name)
    write(tmp_path, {"helper.py": HELPER.replace(old, new)})
    assert (of(tmp_path).digest("helper", name) != before) is matters


PROJECT = {
    "main.py": """\
import helper
import pkg.sub as sub
from pkg import tools, shared
from pkg.deep.low import low as deep_low


def one(): return helper.first()
def two(): return sub.run(sub.SIZE)
def three(): return tools.used()
def four():
    from late import later
    return later()
def five(): return shared
def six(): return deep_low()
def seven(f=helper): return getattr(f, "second")()
def eight(x: "helper.second"): return x
""",
    "helper.py": "def first(): return 1\ndef second(): return 2\n",
    "late.py": "def later(): return 1\ndef other(): return 2\n",
    "src/pkg/__init__.py": "from .deep import mid as shared\nLEVEL = 1\n",
    "src/pkg/sub.py": "SIZE = 1\ndef run(x): return x\ndef idle(): return 2\n",
    "src/pkg/tools.py": "def used(): return 1\ndef idle(): return 2\n",
    "src/pkg/deep/__init__.py": "def mid(): return 1\n",
    "src/pkg/deep/low.py": "from ..sub import run\nfrom . import mid\ndef low(): return run(mid())\ndef idle(): return 2\n",
    "fallback.py": "try:\n    import helper as fast\nexcept ImportError:\n    fast = None\ndef go(): return fast.first()\n",
    "stars.py": "from helper import *\ndef go(): return first()\n",
    "lazy.py": "def __getattr__(name): return first(name)\ndef first(name): return name\n",
    "ring_a.py": "import ring_b\ndef a(): return ring_b.b()\n",
    "ring_b.py": "import ring_a\ndef b(): return 1\ndef c(): return ring_a.a()\n",
    "typed.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from late import later\ndef go(x: 'later'): return x\n",
    "acting.py": "import effects\ndef go(): return 1\n",
    "effects.py": "import helper\nhelper.first()\ndef idle(): return 1\n",
    "base.py": "class Base:\n    def __init_subclass__(cls): found.append(cls)\n",
    "derived.py": "from base import Base\nclass A(Base): ...\ndef go(): return 1\n",
    "ns/part.py": "def go(): return 1\ndef idle(): return 2\n",
    "uses_ns.py": "import ns.part\ndef go(): return ns.part.go()\n",
    "presets.py": "from recipes import Recipe\nA = Recipe(1)\nB = Recipe(2)\n",
    "recipes.py": "from dataclasses import dataclass\n@dataclass\nclass Recipe:\n    rate: int\ndef idle(): return 2\n",
}
# What is asked for, the file that changes, what is replaced by what, whether it matters.
CHANGES = [
    ("main#one", "helper.py", "return 1", "return 3", True),
    ("main#one", "helper.py", "return 2", "return 3", False),
    ("main#one", "src/pkg/sub.py", "SIZE = 1", "SIZE = 2", False),
    ("main#one", "src/pkg/sub.py", "SIZE = 1", "SIZE = 1\nprint(SIZE)", True),  # importing main runs it
    ("main#one", "src/pkg/__init__.py", "LEVEL = 1", "print()", True),
    ("main#one", "late.py", "return 1", "return 3", False),
    ("main#two", "src/pkg/sub.py", "SIZE = 1", "SIZE = 2", True),
    ("main#two", "src/pkg/sub.py", "return 2", "return 3", False),
    ("main#three", "src/pkg/tools.py", "return 1", "return 3", True),
    ("main#three", "src/pkg/tools.py", "return 2", "return 3", False),
    ("main#four", "late.py", "return 1", "return 3", True),
    ("main#four", "late.py", "return 2", "return 3", False),
    ("main#four", "late.py", "def other", "print()\ndef other", True),
    ("main#five", "src/pkg/deep/__init__.py", "return 1", "return 3", True),
    ("main#six", "src/pkg/deep/__init__.py", "return 1", "return 3", True),
    ("main#six", "src/pkg/sub.py", "return x", "return -x", True),
    ("main#six", "src/pkg/deep/low.py", "return 2", "return 3", False),
    ("main#seven", "helper.py", "return 2", "return 3", True),
    ("main#eight", "helper.py", "return 2", "return 3", True),
    ("main#helper", "helper.py", "return 2", "return 3", True),
    ("main#*", "src/pkg/tools.py", "return 2", "return 3", True),
    ("fallback#go", "helper.py", "return 1", "return 3", True),
    ("stars#go", "helper.py", "return 1", "return 3", True),
    ("stars#second", "helper.py", "return 2", "return 3", True),
    ("lazy#anything", "lazy.py", "return name", "return 1", True),
    ("ring_a#a", "ring_b.py", "return 1", "return 3", True),
    ("ring_a#a", "ring_b.py", "return ring_a.a()", "return 3", False),
    ("ring_b#c", "ring_b.py", "return 1", "return 3", True),
    ("typed#go", "late.py", "return 1", "return 3", False),
    ("acting#go", "effects.py", "helper.first()", "helper.second()", True),
    ("acting#go", "effects.py", "return 1", "return 2", False),
    ("acting#go", "helper.py", "return 1", "return 3", True),
    ("derived#go", "derived.py", "A(Base)", "B(Base)", True),
    ("derived#go", "base.py", "found.append", "found.remove", True),
    ("base#Base", "derived.py", "A(Base)", "B(Base)", False),
    ("uses_ns#go", "ns/part.py", "return 1", "return 3", True),
    ("ns.part#go", "ns/part.py", "return 2", "return 3", False),
    ("ns#part", "ns/part.py", "return 2", "return 3", True),
    ("pkg.sub#run", "src/pkg/sub.py", "return x", "return -x", True),
    ("pkg.sub#run", "src/pkg/__init__.py", "LEVEL = 1", "LEVEL = 2", False),
    ("pkg.sub#run", "src/pkg/__init__.py", "LEVEL = 1", "print(1)", True),
    ("pkg#sub", "src/pkg/sub.py", "return 2", "return 3", True),
    ("presets#A", "presets.py", "Recipe(2)", "Recipe(3)", False),
    ("presets#A", "recipes.py", "rate: int", "rate: float", True),
    ("presets#A", "recipes.py", "return 2", "return 3", False),
]


@pytest.mark.parametrize(("query", "file", "old", "new", "matters"), CHANGES)
def test_edits_of_other_modules(query: str, file: str, old: str, new: str, matters: bool, tmp_path: Path) -> None:
    assert PROJECT[file].count(old) == 1
    write(tmp_path, PROJECT)
    before = of(tmp_path).digest(*query.split("#"))
    assert before
    write(tmp_path, {file: PROJECT[file].replace(old, new)})
    assert (of(tmp_path).digest(*query.split("#")) != before) is matters


@pytest.mark.parametrize(
    ("query", "closure"),
    [
        ("helper#first", "helper"),
        ("pkg.sub#run", "pkg pkg.deep pkg.sub"),
        ("main#four", "main helper pkg pkg.deep pkg.deep.low pkg.sub pkg.tools late"),
        ("main#one", "main helper pkg pkg.deep pkg.deep.low pkg.sub pkg.tools"),
        ("uses_ns#go", "uses_ns ns ns.part"),
        ("ring_a#a", "ring_a ring_b"),
        ("torch#nn", ""),
    ],
)
def test_closure(query: str, closure: str, tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    assert of(tmp_path).closure(*query.split("#")) == set(closure.split())


def test_what_is_local(tmp_path: Path) -> None:
    write(
        tmp_path,
        PROJECT
        | {"random.py": "", "json/data.txt": "", "src/deckwright/model.py": "", "pytest/x.txt": "", "sys.py": ""},
    )
    write(tmp_path, {"lib/site-packages/installed.py": "", "src/both/a.py": "", "both/b.py": "", "new-name.py": ""})
    found = Modules([tmp_path / "src", tmp_path, tmp_path / "lib" / "site-packages"])
    local = "helper pkg pkg.sub pkg.deep.low ns ns.part random both both.a both.b".split()
    others = "os pytest json sys deckwright deckwright.model __main__ installed pkg.none helper.first none * . .helper pkg. a-b new-name".split()
    assert [name for name in local if not found.is_local(name)] == []
    assert [name for name in [*others, ""] if found.is_local(name)] == []
    assert found.file("pkg") == tmp_path / "src" / "pkg" / "__init__.py"
    assert found.file("ns") is None
    assert [found.digest(name, "*") for name in others] == [""] * len(others)


def test_the_first_folder_wins_and_a_new_file_may_come_before(tmp_path: Path) -> None:
    write(tmp_path, {"helper.py": "x = 1", "main.py": "import helper, later\ndef f(): return helper.x + later.x"})
    before = of(tmp_path).digest("main", "f")
    write(tmp_path, {"src/helper.py": "x = 2"})
    second = of(tmp_path).digest("main", "f")
    write(tmp_path, {"later.py": "x = 2"})
    assert len({before, second, of(tmp_path).digest("main", "f")}) == 3


def test_a_file_that_is_gone_has_no_digest(tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    before = of(tmp_path).digest("main", "one")
    (tmp_path / "helper.py").unlink()
    assert of(tmp_path).digest("helper", "first") == ""
    assert of(tmp_path).digest("main", "one") != before


def test_one_build_sees_one_version(tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    found = of(tmp_path)
    content, digest = found.content("helper"), found.digest("helper", "first")
    write(tmp_path, {"helper.py": "def first(): return 5"})
    assert (found.content("helper"), found.digest("helper", "first")) == (content, digest)
    assert of(tmp_path).content("helper") != content


@pytest.mark.parametrize("text", [b"x = (", b"\0", b"# coding: none\n", b"x = '\xff'", b"\xef\xbb\xbfx = 1"])
def test_a_file_that_is_not_python_counts_as_a_whole(text: bytes, tmp_path: Path) -> None:
    (tmp_path / "odd.py").write_bytes(text)
    before = of(tmp_path).digest("odd", "x")
    (tmp_path / "odd.py").write_bytes(text + b"2")
    assert before
    assert of(tmp_path).digest("odd", "x") != before


def test_with_a_memo_nothing_is_parsed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, PROJECT)
    memo: dict[str, str] = {}
    queries = [tuple(change[0].split("#")) for change in CHANGES]
    first = Modules([tmp_path / "src", tmp_path], memo)
    before = [(first.digest(*query), first.closure(*query)) for query in queries]
    memo = json.loads(json.dumps(memo))  # it is text
    with monkeypatch.context() as patch:
        patch.setattr(statements, "source_of", None)
        second = Modules([tmp_path / "src", tmp_path], memo)
        assert [(second.digest(*query), second.closure(*query)) for query in queries] == before


@pytest.mark.parametrize(("query", "file", "old", "new", "matters"), CHANGES)
def test_a_memo_changes_nothing(query: str, file: str, old: str, new: str, matters: bool, tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    memo: dict[str, str] = {}
    Modules([tmp_path / "src", tmp_path], memo).digest(*query.split("#"))
    write(tmp_path, {file: PROJECT[file].replace(old, new)})
    again = Modules([tmp_path / "src", tmp_path], memo)
    assert again.digest(*query.split("#")) == of(tmp_path).digest(*query.split("#"))


def test_a_memo_knows_of_a_file_that_was_not_there(tmp_path: Path) -> None:
    write(tmp_path, {"main.py": "import later\ndef f(): return later.x"})
    memo: dict[str, str] = {}
    before = Modules([tmp_path], memo).digest("main", "f")
    write(tmp_path, {"later.py": "x = 1"})
    assert Modules([tmp_path], memo).digest("main", "f") != before


@pytest.mark.parametrize(
    ("file", "old", "new", "changed"),
    [
        ("figures.py", 'axes.axis("off")\n    for axes, image', 'axes.axis("on")\n    for axes, image', "digit_grid"),
        ("training.py", "x + noise *", "x - noise *", "train"),
        ("training.py", '"""Add Gaussian noise', '# Why not?\n    """Add Gaussian noise', ""),
        ("training.py", "rate=3e-3, batch=128", "rate=1e-3, batch=128", "CNN_RECIPE"),
        ("stopping.py", "drop_after: int = 5", "drop_after: int = 6", "train CNN_RECIPE"),
        ("data.py", "MIRRORS = (", "MIRRORS = (\n    'https://example.org/',", "load"),
        ("data.py", "x.split(size)", "x.split(size + 1)", "train"),
        ("device.py", 'return torch.device("mps")', 'return torch.device("cpu")', ""),
        ("models.py", "28 * 28, 32", "28 * 28, 64", ""),
    ],
)
def test_the_talk(file: str, old: str, new: str, changed: str, tmp_path: Path) -> None:
    names = {"digit_grid": "figures", "train": "training", "CNN_RECIPE": "training", "load": "data"}
    shutil.copytree(TALK, tmp_path / "src" / "mnist_talk", ignore=shutil.ignore_patterns("__pycache__"))
    found = of(tmp_path)
    before = {name: found.digest(f"mnist_talk.{module}", name) for name, module in names.items()}
    path = tmp_path / "src" / "mnist_talk" / file
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")
    again = of(tmp_path)
    after = {name: again.digest(f"mnist_talk.{module}", name) for name, module in names.items()}
    assert {name for name in names if after[name] != before[name]} == set(changed.split())
