"""What is stored comes back as it was, and nothing runs for it; what is not stored comes about anew, and is compared."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from deckwright.execute.walk import present, runner

from .differential import Difference, Workshop, compare, deck_of
from .forked import booting

VALUES = {
    "a number": "a = b = 1",
    "two names of a list": "a = [1]\nb = [a]",
    "a function": "def a(): return 1\nb = a",
    "a function with a closure": "def outer(v):\n    def inner(): return v\n    return inner\na = outer(2)\nb = outer(3)",
    "an object of a class": "class P:\n    v = 1\na = b = [P(), P()]",
    "an object of a class that derives": "class P: pass\nclass Q(P): pass\na, b = Q(), P",
    "an array and its view": "import numpy as np\na = np.arange(4.)\nb = a[1:]",
    "a random state": "import random\na = b = random.random()",
    "a module": "import math as a\nb = a.pi",
    "a module of the author": "import helper as a\na.STATE.append(1)\nb = a.STATE",
    "a file": "from pathlib import Path\nPath('out.txt').write_text('one');\na = b = 1",
}


@pytest.mark.parametrize("name", VALUES)
def test_nothing_runs_again(tmp_path: Path, name: str) -> None:
    shop = Workshop(tmp_path)
    (shop.root / "src").mkdir()
    (shop.root / "src/helper.py").write_text("STATE = []\n")
    shop.check(deck_of(VALUES[name], "print([a, b] == [])"))
    built = shop.check(deck_of(VALUES[name], "print([a, b] == [], 1)"))
    assert [label for label, _ in built.runs] == ["c2"]


def test_what_comes_out_otherwise_counts_for_all_that_read_it(tmp_path: Path) -> None:
    varying = "import os\nt = os.urandom(8).hex()\ng = (part for part in [t])"
    shop = Workshop(tmp_path)
    shop.build(deck_of(varying, "print(t)", "print(next(g))"))
    built = shop.build(deck_of(varying, "print(t)", "print(next(g), 1)"))
    assert ("c1", ("needed again: g, a generator, cannot be stored",)) in built.runs
    shown = [built.outputs[label][0]["text"] for label in ("c2", "c3")]
    assert shown[1] == f"{shown[0].strip()} 1\n"


def test_a_step_that_needs_all_before_it_runs_what_varies_three_times_at_most(tmp_path: Path) -> None:
    cells = ("import os\nt = os.urandom(8)", "print(t)", "u = 1")
    shop = Workshop(tmp_path)
    shop.build(deck_of(*cells, "print(len(In))"))
    built = shop.build(deck_of(*cells, "print(len(In), 1)"))
    twice = ["c4", "c1", "c2", "c4", "c1"]  # found to differ, each time before the last one began
    assert [label for label, _ in built.runs] == [*twice, "c1", "c2", "c3", "c4"]


def test_what_shares_objects_comes_back_together(tmp_path: Path) -> None:
    cells = (  # as drawn by the fuzzer
        "a = [1, 2]\nb = a\nc = [[3], a]",
        "d = {'k': a, 'n': 1}\ne = {'k': [5]}\nn, m = 1, 2\nt = (a, n)",
        "def gen(v=3):\n    for u in range(v): yield u",
        "i = gen(5)\nj = iter(a)\nf = i.__next__",
        "for m in range(7): b.append(n)\ne = dict(d)\nt[0].append(0)\nprint('c', c)",
        "def f(): return next(j)",
    )
    last = "import itertools; j = itertools.chain(c, j)\n{}\nj = reversed(a)\nprint('i', i)"
    shop = Workshop(tmp_path)
    shop.check(deck_of(*cells, last.format("i = iter(range(7))")))
    assert shop.check(deck_of(*cells, last.format("d.update(n=6)"))).ran == ["c7"]


def test_copies_are_no_match_for_what_shares_objects(tmp_path: Path) -> None:
    large = "import numpy as np\nx = [a, b, np.zeros(300_000)]"  # is not stored, nor is all that shares objects with it
    shop = Workshop(tmp_path)
    shop.check(deck_of("a = [1]\nb = [a]", large, "print(a)", "print(b)", "print(b[0] is a)"))
    built = shop.check(deck_of("a = [1]\nb = [a]", large, "print(a, 1)", "print(b, 1)", "print(b[0] is a, 1)"))
    assert [label for label, _ in built.runs] == ["c3", "c4", "c5"]


def test_the_author_is_told_what_will_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "COSTLY", 0.0)
    with pytest.raises(Difference, match=r"warnings: .'slides/deck.md:12.*: c2 reads g, a generator, .* c1 runs again"):
        Workshop(tmp_path).build(deck_of("g = (part for part in [1])\nx = 1", "print(next(g), x)", "print(x)"))


def test_nothing_runs_for_a_cell_that_is_not_python(tmp_path: Path) -> None:
    shop = Workshop(tmp_path)
    shop.build(deck_of("x = 1", "print(x)"))
    built = shop.build(deck_of("x = 2", "print(x) and"))
    assert "SyntaxError: invalid syntax (cell c2)" in built.error
    assert (built.runs, built.kernels) == ([], 0)


def test_a_cell_that_shows_a_syntax_error_needs_no_other(tmp_path: Path) -> None:
    shop = Workshop(tmp_path)
    shop.check(deck_of("g = (v for v in [1])", "print(0)"))
    assert shop.check(deck_of("g = (v for v in [1])", ("c2", "print(g) and", "error=true"))).ran == ["c2"]


def test_another_version_of_a_library_counts_where_it_is_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions: Mapping[str, str] = present.installed()
    text = deck_of("print('before')", "import numpy", "print('after')")
    shop = Workshop(tmp_path)
    shop.build(text)
    assert shop.build(text).runs == []
    monkeypatch.setattr(present, "installed", lambda: {**versions, "numpy": "0.1"})
    assert shop.build(text).ran == ["c2", "c3"]


def test_another_seed_counts_where_something_is_drawn(tmp_path: Path) -> None:
    text = deck_of("import random", "print(random.random())", "print('no draw')")
    shop = Workshop(tmp_path)
    shop.build(text)
    other = text.replace("title: t", "title: t\nseed: 3")
    built = shop.build(other)
    assert built.ran == ["c2"]
    compare(built, shop.clean(other))


def test_another_size_counts_where_something_is_plotted(tmp_path: Path) -> None:
    cells = ("import matplotlib.pyplot as plt", ("c2", "plt.plot([1, 2]);", "fig-width=3"), "print(0)")
    text = deck_of(*cells)  # type: ignore[arg-type]
    shop = Workshop(tmp_path, lambda root: booting(root, "numpy", "matplotlib"))
    shop.build(text)
    assert shop.build(text.replace("fig-width=3", "fig-width=4")).ran == ["c2"]


def test_a_source_that_changes_while_a_cell_runs_is_seen(tmp_path: Path) -> None:
    # Such as an author's who saves in the moment in which the build imports.
    saving = "open('src/helper.py', 'w').write('VALUE = 2')\nimport helper\nprint(helper.VALUE)"
    shop = Workshop(tmp_path)
    (shop.root / "src").mkdir()
    (shop.root / "src/helper.py").write_text("VALUE = 1")
    shop.build(deck_of(saving))
    (shop.root / "src/helper.py").write_text("VALUE = 1")
    built = shop.build(deck_of(saving))
    assert built.ran == ["c1"]
    assert built.outputs["c1"][-1]["text"] == "2\n"
