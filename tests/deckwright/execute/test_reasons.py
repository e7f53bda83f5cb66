"""Why a cell runs, in the words that a person reads."""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from deckwright.execute.walk.reasons import difference, listed, sizes

from .differential import Workshop, deck_of

Cells = tuple[str | tuple[str, ...], ...]


@pytest.fixture
def shop() -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory(prefix="reasons-") as folder:
        yield Workshop(Path(folder))


@dataclass(frozen=True)
class Edit:
    """A deck before and after an edit, and what is then said of each cell that runs."""

    before: Cells
    after: Cells
    said: Mapping[str, str]
    files: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
    variables: tuple[Mapping[str, str], Mapping[str, str]] = field(default=({}, {}))


DATA: Cells = (
    ("load", "rows = [1, 2]\nscale = 2"),
    ("train", "model = [row * scale for row in rows]"),
    ("show", "print(model)"),
)
HELPER: Cells = (("load", "from helper import f"), ("use", "print(f())"))
READ: Cells = (("read", "print(open('data.csv').read())"),)
WROTE: Cells = (("write", "open('out.txt', 'w').write('one');"), ("read", "print(open('out.txt').read())"))
DRAWS: Cells = (("a", "import random\nx = random.random()"), ("b", "print(random.random())"))

EDITS: dict[str, Edit] = {
    "edited, and what follows": Edit(
        DATA,
        (("load", "rows = [1, 2]\nscale = 3"), *DATA[1:]),
        {
            "load": "edited",
            "train": "scale changed: cell load edited",
            "show": "model changed: cell train gave another value",
        },
    ),
    "several names of one cell": Edit(
        DATA,
        (("load", "rows = [1, 3]\nscale = 3"), *DATA[1:]),
        {
            "load": "edited",
            "train": "rows, scale changed: cell load edited",
            "show": "model changed: cell train gave another value",
        },
    ),
    "a cell is inserted": Edit(
        DATA,
        (DATA[0], ("more", "scale = 5"), *DATA[1:]),
        {
            "more": "new",
            "train": "scale changed: cell more is new",
            "show": "model changed: cell train gave another value",
        },
    ),
    "a cell is deleted": Edit(
        (DATA[0], ("more", "scale = 5"), *DATA[1:]),
        DATA,
        {"train": "scale changed: cell more is gone", "show": "model changed: cell train gave another value"},
    ),
    "cells change places": Edit(
        (("a", "x = 1"), ("b", "x = 2"), ("c", "print(x)")),
        (("b", "x = 2"), ("a", "x = 1"), ("c", "print(x)")),
        {"c": "x changed: cells stand in another order"},
    ),
    "a name is deleted": Edit(
        (("a", "x = 1"), ("b", "y = 1"), ("c", "print('x' in globals(), y)")),
        (("a", "x = 1"), ("b", "y = 1\ndel x"), ("c", "print('x' in globals(), y)")),
        {"b": "edited", "c": "x is gone: cell b edited; there are other names, and it may read all"},
    ),
    "a label is new": Edit(DATA, (("other", DATA[0][1]), *DATA[1:]), {}),
    "a function of a module": Edit(
        HELPER,
        HELPER,
        {"load": "helper.f changed", "use": "helper.f changed"},
        files=({"src/helper.py": "def f(): return 1"}, {"src/helper.py": "def f(): return 2"}),
    ),
    "a data file": Edit(READ, READ, {"read": "data.csv changed"}, files=({"data.csv": "1"}, {"data.csv": "2"})),
    "a file that a cell writes": Edit(
        WROTE,
        (("write", "open('out.txt', 'w').write('two');"), WROTE[1]),
        {"write": "edited", "read": "out.txt changed: cell write edited"},
    ),
    "an environment variable": Edit(
        (("read", "import os\nprint(os.environ['DW_X'])"),),
        (("read", "import os\nprint(os.environ['DW_X'])"),),
        {"read": "the environment variable DW_X changed"},
        variables=({"DW_X": "1"}, {"DW_X": "2"}),
    ),
    "the random state": Edit(
        DRAWS,
        (("a", "import random\nx = random.random() + random.random()"), DRAWS[1]),
        {"a": "edited", "b": "the random state changed: cell a edited"},
    ),
    "never kept": Edit((("a", "print(1)", "cache=never"),), (("a", "print(1)", "cache=never"),), {"a": "cache: never"}),
    "more than three": Edit(
        (*tuple((name, f"{name} = 1") for name in "abcd"), ("sum", "print(a + b + c + d)")),
        (*tuple((name, f"{name} = 2") for name in "abcd"), ("sum", "print(a + b + c + d)")),
        {
            **dict.fromkeys("abcd", "edited"),
            "sum": "a changed: cell a edited; b changed: cell b edited; c changed: cell c edited; …",
        },
    ),
    "restored, and changed in place": Edit(
        (("a", "x = [1]\ny = x"), ("b", "y.append(2)"), ("c", "print(x)")),
        (("a", "x = [1]\ny = [1]"), ("b", "y.append(2)"), ("c", "print(x)")),
        {
            "a": "edited",
            "b": "x, y share objects in another way; other names share objects with x, y",
            "c": "x changed: cell a edited",
        },
    ),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
def test_what_is_said(shop: Workshop, edit: Edit) -> None:
    said: dict[str, str] = {}
    for cells, files, variables in zip((edit.before, edit.after), edit.files, edit.variables, strict=True):
        for name, content in files.items():
            (shop.root / name).parent.mkdir(parents=True, exist_ok=True)
            (shop.root / name).write_text(content)
        said = {label: "; ".join(reasons) for label, reasons in shop.check(deck_of(*cells), **variables).runs}
    assert said == edit.said


def test_a_difference_has_no_line_numbers() -> None:
    old, new = "a = 1\nb = 2\nc = 3\nd = 4\ne = 5\nf = 6", "a = 9\nb = 2\nc = 3\nd = 4\ne = 5\nf = 7"
    assert difference(old, new) == ("-a = 1", "+a = 9", " b = 2", "…", " e = 5", "-f = 6", "+f = 7")
    assert difference("same", "same") == ()


def test_few_words_of_many() -> None:
    assert listed(["a", "b", "c"]) == "a, b, c"
    assert listed(["a", "b", "c", "d"]) == "a, b, c, …"


def test_sizes_of_files() -> None:
    assert sizes("file 3", "file 12") == "3 bytes → 12 bytes"
    assert sizes("", "folder") == "nothing → folder"
