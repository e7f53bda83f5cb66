"""Which code of the deck is a definition, what its content is, and what comes back from a snapshot."""

import sys

import pytest

from deckwright.execute.inside.state.hashing import look_into
from deckwright.execute.inside.state.parts import is_definition

from .deck import Deck, is_local, restored

DEFINITIONS = {
    "function": "def x(a, b=1, *c, d=(2, 'e'), **f): return a",
    "lambda": "x = lambda a: a",
    "default by reference": "import torch\ndef x(device=torch.device('cpu'), dtype=torch.float32): pass",
    "default that is a definition": "def f(): pass\ndef x(f=f): pass",
    "inner function without cells": "def make():\n    def f(): return 1\n    return f\nx = make()",
    "class": "class x:\n    a = 1\n    b = 'two'\n    def f(self): return self.a",
    "class with annotations": "class x:\n    a: list[int]\n    b: dict = None",
    "super": "class A: pass\nclass x(A):\n    def __init__(self): super().__init__()",
    "dataclass": "from dataclasses import dataclass, field\n@dataclass(order=True)\nclass x:\n    a: int = 1\n    b: list = field(default_factory=list)\n    c: float = field(default=0, compare=False)",
    "dataclass with slots": "from dataclasses import dataclass\n@dataclass(slots=True, frozen=True, kw_only=True)\nclass x:\n    a: int = 1",
    "enum": "from enum import Enum, auto\nclass x(Enum):\n    A = auto()\n    B = auto()",
    "flag": "from enum import Flag\nclass x(Flag):\n    A = 1\n    B = 2",
    "named tuple": "from typing import NamedTuple\nclass x(NamedTuple):\n    a: int\n    b: int = 2\n    def c(self): return self.a",
    "old named tuple": "from collections import namedtuple\nx = namedtuple('x', 'a b')",
    "typed dict": "from typing import TypedDict\nclass x(TypedDict):\n    a: int",
    "abstract": "from abc import ABC, abstractmethod\nclass x(ABC):\n    @abstractmethod\n    def f(self): ...",
    "protocol": "from typing import Protocol\nclass x(Protocol):\n    def f(self) -> int: ...",
    "generic": "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass x(Generic[T]):\n    def f(self) -> T: ...",
    "exception": "class x(Exception): pass",
    "model": "from torch import nn\nclass x(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(1, 1)\n    def forward(self, t): return self.a(t)",
    "dataset": "from torch.utils.data import Dataset\nclass x(Dataset):\n    def __len__(self): return 3\n    def __getitem__(self, n): return n",
    "properties": "from functools import cached_property\nclass x:\n    @property\n    def a(self): return 1\n    @cached_property\n    def b(self): return 2\n    @staticmethod\n    def c(): pass\n    @classmethod\n    def d(cls): pass",
    "total ordering": "from functools import total_ordering\n@total_ordering\nclass x:\n    def __lt__(self, o): return True\n    def __eq__(self, o): return True",
    "slots": "class x:\n    __slots__ = 'a', 'b'",
    "metaclass": "class M(type):\n    def f(cls): return 1\nclass x(metaclass=M): pass",
    "nested class": "class x:\n    class Inner:\n        a = 1",
}
OTHERS = {
    "closure": "def make(n):\n    def f(): return n\n    return f\nx = make(1)",
    "mutable default": "def x(a=[]): pass",
    "mutable attribute": "def x(): pass\nx.seen = {}",
    "class with list": "class x:\n    seen = []",
    "base with list": "class A:\n    seen = []\nclass x(A): pass",
    "class with array": "import numpy as np\nclass x:\n    a = np.zeros(3)",
    "class that captures": "def make(n):\n    class C:\n        def f(self): return n\n    return C\nx = make(1)",
    "decorated": "import functools\ndef d(f):\n    @functools.wraps(f)\n    def g(): return f()\n    return g\n@d\ndef x(): pass",
    "no grad": "import torch\n@torch.no_grad()\ndef x(): pass",
    "library class": "from collections import Counter as x",
    "library function": "from os.path import join as x",
    "builtin": "x = len",
    "instance": "class C: pass\nx = C()",
    "cached": "from functools import cache\n@cache\ndef x(n): return n",
    "partial": "from functools import partial\nx = partial(print, 1)",
}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_a_definition(name: str) -> None:
    deck = Deck(DEFINITIONS[name])
    assert is_definition(deck["x"], deck.names)
    found = deck.look("x")
    assert (found.definitions, found.objects, found.opaque) == ([deck["x"]], [], "")
    other = restored(deck, "x")
    assert is_definition(other["x"], other.names)
    assert other.digest("x") == deck.digest("x") == Deck(DEFINITIONS[name]).digest("x")
    assert other["x"].__module__ == "__main__"


@pytest.mark.parametrize("name", OTHERS)
def test_no_definition(name: str) -> None:
    deck = Deck(OTHERS[name])
    assert not is_definition(deck["x"], deck.names)
    assert deck["x"] not in deck.look("x").definitions


SAME = [
    ("def x(a): return a + 1", "\n\n# a comment\ndef x(a):\n    return (a +\n        1)  # another"),
    ("class x:\n    def f(self): return {'a', 'b'}", "class x:\n\n    def f(self):\n        return {  'a', 'b' }"),
    ("x = lambda: 1", "x = (\n    lambda:\n    1)"),
]
DIFFERENT = [
    ("def x(a): return a + 1", "def x(a): return a + 2"),
    ("def x(a): return a + 1", "def x(b): return b + 1"),
    ("def x(a): return 1", "def x(a): return 1.0"),
    ("def x(a): return 0.0", "def x(a): return -0.0"),
    ("def x(a): return f(a)", "def x(a): return g(a)"),
    ("def x(a): return lambda: 1", "def x(a): return lambda: 2"),
    ("def x(a=1): pass", "def x(a=True): pass"),
    ("def x(*, a=1): pass", "def x(*, a=2): pass"),
    ("def x(a: int): pass", "def x(a: str): pass"),
    ("def x(): 'a'", "def x(): 'b'"),
    ("def x(): pass\nx.a = 1", "def x(): pass\nx.a = 2"),
    ("def x(): return 1", "def x():\n    yield 1"),
    ("def x():\n    try: f()\n    except KeyError: pass", "def x():\n    try: f()\n    except ValueError: pass"),
    ("class x: a = 1", "class x: a = 2"),
    ("class x:\n    a = 1\n    b = 2", "class x:\n    b = 2\n    a = 1"),
    ("class x: pass", "class x(Exception): pass"),
    ("class x:\n    def f(self): return 1", "class x:\n    def f(self): return 2"),
    ("class x:\n    @staticmethod\n    def f(): return 1", "class x:\n    @classmethod\n    def f(): return 1"),
    ("class x:\n    @property\n    def f(self): return 1", "class x:\n    @property\n    def f(self): return 2"),
    ("class x: __slots__ = 'a',", "class x: __slots__ = 'b',"),
    ("class A: a = 1\nclass x(A): pass", "class A: a = 2\nclass x(A): pass"),
    ("from enum import Enum\nclass x(Enum): A = 1", "from enum import Enum\nclass x(Enum): A = 2"),
    (
        "from enum import Enum\nclass x(Enum):\n    A = 1\n    def f(self): return 1",
        "from enum import Enum\nclass x(Enum):\n    A = 1\n    def f(self): return 2",
    ),
    (
        "from typing import NamedTuple\nclass x(NamedTuple): a: int = 1",
        "from typing import NamedTuple\nclass x(NamedTuple): a: int = 2",
    ),
    (
        "from typing import NamedTuple\nclass x(NamedTuple):\n    a: int\n    def f(self): return 1",
        "from typing import NamedTuple\nclass x(NamedTuple):\n    a: int\n    def f(self): return 2",
    ),
    (
        "from dataclasses import dataclass\n@dataclass\nclass x: a: int = 1",
        "from dataclasses import dataclass\n@dataclass\nclass x: a: int = 2",
    ),
    (
        "from dataclasses import dataclass\n@dataclass\nclass x: a: int = 1",
        "from dataclasses import dataclass\n@dataclass(order=True)\nclass x: a: int = 1",
    ),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_layout_is_no_part_of_a_definition(one: str, other: str) -> None:
    assert Deck(one).digest("x") == Deck(other).digest("x")


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_all_else_is(one: str, other: str) -> None:
    assert Deck(one).digest("x") != Deck(other).digest("x")


def test_a_use_leaves_no_trace_in_a_class() -> None:
    code = "import abc, copy, pickle, typing, inspect\nclass x(abc.ABC):\n    def f(self): return 1\n    def __eq__(self, other): return True\ny = x()"
    deck = Deck(code)
    before = deck.digest("x")
    deck.run(
        "copy.copy(y); isinstance(3, x); x.__annotations__; typing.get_type_hints(x); inspect.signature(x); hash(x); y.f(); x.f.__annotations__"
    )
    assert deck.digest("x") == before


def test_functions_read_the_namespace_that_they_come_back_to() -> None:
    deck = Deck(
        "k = 2\ndef f(n): return n * k\ndef make(m):\n    def g(n): return f(n) + m + k\n    return g\ng = make(1)\nclass C:\n    def h(self): return f(3)\nc = C()"
    )
    assert deck.look("g").reads == {"f", "k"}
    assert look_into(deck["f"], deck.names, is_local).reads == {"k"}
    assert look_into(deck["C"], deck.names, is_local).reads == {"f"}
    assert deck.look("c").reads == set()
    other = restored(deck, "f", "g", "c")
    assert all(f.__globals__ is other.names for f in (other["f"], other["g"], type(other["c"]).h))
    other.run("k = 10")
    assert (other["g"](1), other["c"].h()) == (21, 30)


def test_classes_come_back_as_they_were() -> None:
    deck = Deck(
        "from enum import Enum\nfrom typing import NamedTuple\nfrom abc import ABC, abstractmethod\nfrom dataclasses import dataclass, field, fields, replace\n"
        "class Colour(Enum):\n    RED = 1\n    BLUE = 2\n    CRIMSON = 1\n    def low(self): return self.name.lower()\n"
        "class Point(NamedTuple):\n    x: int\n    y: int = 0\n    def sum(self): return self.x + self.y\n"
        "class A(ABC):\n    def f(self): return 'a' + self.g()\n    @abstractmethod\n    def g(self): ...\n"
        "class B(A):\n    def g(self): return 'b'\n    def f(self): return super().f() + __class__.__name__\n"
        "@dataclass\nclass D:\n    n: int\n    m: list = field(default_factory=list)\n    t: float = field(default=0, compare=False)\n"
        "all = [Colour.RED, Point(1), B(), D(1), Colour, Point, A, D, B]"
    )
    other = restored(deck, "all")
    red, point, b, d, colour, point_class, a, d_class, b_class = other["all"]
    assert (red is colour.RED, colour(1) is red, colour["CRIMSON"] is red, red.low(), list(colour)) == (
        True,
        True,
        True,
        "red",
        [red, colour.BLUE],
    )
    assert (point, point.sum(), point._replace(y=4), point_class(5).y, type(point) is point_class) == (
        (1, 0),
        1,
        (1, 4),
        0,
        True,
    )
    assert (b.f(), isinstance(b, a), type(b) is b_class) == ("abB", True, True)
    with pytest.raises(TypeError, match="abstract"):
        a()
    assert (repr(d), d == d_class(1, [], 5), d_class(2).m) == ("D(n=1, m=[], t=0)", True, [])
    before, sys.modules["__main__"] = sys.modules["__main__"], other.module
    try:
        other.run("from dataclasses import fields, replace, dataclass")
        other.names["D"] = d_class
        other.run(
            "@dataclass\nclass E(D):\n    k: int = 3\ne = replace(E(1), n=2); assert [f.name for f in fields(E)] == ['n', 'm', 't', 'k']"
        )
    finally:
        sys.modules["__main__"] = before
    assert other["e"].n == 2


def test_redefined_class_with_live_instance() -> None:
    deck = Deck("class C:\n    def f(self): return 1\nold = C()\nclass C:\n    def f(self): return 2\nnew = C()")
    assert deck.look("old").digest == deck.look("new").digest
    assert deck.digest("old") != deck.digest("new")
    other = restored(deck, "old", "new", "C")
    assert (other["old"].f(), other["new"].f(), type(other["new"]) is other["C"]) == (1, 2, True)


def test_what_belongs_to_the_author_is_named(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from types import ModuleType

    local = ModuleType("local_tools")
    exec(
        "class Box:\n    n = 1\ndef pack(): pass\ndef make():\n    def inner(): return pack()\n    return inner",
        vars(local),
    )
    for part in (local.Box, local.pack, local.make):
        part.__module__ = "local_tools"
    monkeypatch.setitem(sys.modules, "local_tools", local)
    deck = Deck(
        "import local_tools\nfrom local_tools import Box, pack, make\nbox = Box(); inner = make()\nclass Big(Box): pass\nbig = Big()"
    )
    assert deck.look("local_tools").modules == {("local_tools", "*")}
    assert deck.look("box").modules == deck.look("Box").modules == {("local_tools", "Box")}
    assert deck.look("pack").modules == {("local_tools", "pack")}
    assert deck.look("big").modules == set()
    assert look_into(deck["Big"], deck.names, is_local).modules == {("local_tools", "Box")}
    assert ("local_tools", "*") in deck.look("inner").modules
    other = restored(deck, "inner", "box", "big")
    assert other["inner"].__globals__ is vars(local)
    assert type(other["box"]) is local.Box


def test_a_class_whose_making_runs_code_is_not_stored() -> None:
    from deckwright.execute.inside.state import Unstorable

    deck = Deck("all = []\nclass A:\n    def __init_subclass__(cls): all.append(cls)\nclass B(A): pass\nx = B()")
    assert deck.look("x").opaque == ""
    with pytest.raises(Unstorable, match="class B"):
        deck.dump("x")
