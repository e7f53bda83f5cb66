"""Digests tell all that a program can see of a value, and nothing that differs between two runs of it."""

import copy
import math
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deckwright.execute.inside.state.hashing import look

from .deck import Deck, is_local, restored


def digest(value: Any) -> str:
    return look(value, {}, is_local).digest


ATOMS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(codec=None), max_size=4)
    | st.binary(max_size=4)
    | st.complex_numbers()
)
KEYS = st.integers() | st.text(max_size=3) | st.booleans() | st.tuples(st.integers(), st.text(max_size=2))
VALUES = st.recursive(
    ATOMS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.sets(KEYS, max_size=4)
        | st.frozensets(KEYS, max_size=4)
    ),
    max_leaves=12,
)


def written_out(value: Any) -> str:
    """What a value is, in words of our own."""
    kind = type(value).__name__
    if isinstance(value, list | tuple):
        return f"{kind}({', '.join(map(written_out, value))})"
    if isinstance(value, set | frozenset):
        return f"{kind}({', '.join(sorted(map(written_out, value)))})"
    if isinstance(value, dict):
        return f"{kind}({', '.join(f'{written_out(k)}: {written_out(v)}' for k, v in value.items())})"
    return f"{kind} {value!r}".replace("-nan", "nan")


@given(VALUES, VALUES)
@settings(max_examples=400, deadline=None)
def test_two_values_have_one_digest_exactly_if_they_are_written_alike(one: Any, other: Any) -> None:
    one, other = copy.deepcopy(one), copy.deepcopy(other)
    assert (digest(one) == digest(other)) == (written_out(one) == written_out(other))


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_a_copy_has_the_same_digest_and_so_has_what_a_snapshot_brings_back(value: Any) -> None:
    assert digest(copy.deepcopy(value)) == digest(value)
    deck = Deck()
    deck.names["x"] = value
    assert digest(restored(deck, "x")["x"]) == digest(value)


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.sampled_from("laki")), max_size=20), st.integers(0, 7)
)
@settings(max_examples=200, deadline=None)
def test_graphs_with_cycles_and_sharing_come_back_alike(edges: list[tuple[int, int, str]], split: int) -> None:
    nodes: list[Any] = [[n] if n % 2 else {"n": n} for n in range(8)]
    for one, other, label in edges:
        put(nodes[one], nodes[other], label)
    deck = Deck()
    deck.names.update(a=nodes[:split], b=nodes[split:])
    other = restored(deck, "a", "b")
    for each in (deck, other):
        each.names["both"] = (each["a"], each["b"])
    assert deck.look("both").digest == other.look("both").digest
    assert len(deck.look("both").objects) == 10
    one = copy.deepcopy(deck["both"])
    assert digest(one) == digest(deck["both"])
    if edges:  # one edge to an equal node that is another
        at, to, label = edges[-1]
        put((one[0] + one[1])[at], copy.deepcopy((one[0] + one[1])[to]), "l")
        put((deck["a"] + deck["b"])[at], (deck["a"] + deck["b"])[to], "l")
        assert digest(one) != digest(deck["both"])


def put(node: Any, other: Any, label: str) -> None:
    if isinstance(node, list):
        node.append(other)
    else:
        node[f"{label}{len(node)}"] = (other, label)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, -0.0),
        (0.0, -0.0),
        ("a", b"a"),
        ([1, 2], (1, 2)),
        ([[1], [2]], [[1, 2]]),
        ({1}, frozenset({1})),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ([[]] * 2, [[], []]),
        (["ab", "c"], ["a", "bc"]),
        ([None], ["None"]),
        ({1: [1]}, {1: (1,)}),
        (int, float),
        (math.sin, math.cos),
        (range(3), range(4)),
    ],
)
def test_what_differs(one: Any, other: Any) -> None:
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (float("nan"), -float("nan")),
        ([float("nan"), 1], [-float("nan"), 1]),
        ({"abc": "".join(["a", "bc"])}, {"abc": "abc"}),
        ({"a", "b", "c"}, {"c", "b", "a"}),
        ([(1, 2)] * 2, [(1, 2), tuple(map(int, "12"))]),
    ],
)
def test_what_is_the_same(one: Any, other: Any) -> None:
    assert digest(one) == digest(other)


@pytest.mark.parametrize("options", ["", "(frozen=True)", "(slots=True)", "(frozen=True, slots=True)"])
def test_field_that_does_not_compare_is_part_of_the_digest(options: str) -> None:
    code = "from dataclasses import dataclass, field\n@dataclass{}\nclass C:\n    n: int\n    seconds: list = field(compare=False)\nl = [1]; x = C(1, l)"
    deck = Deck(code.format(options))
    before = deck.look("x")
    deck.run("l.append(2)")
    assert deck.look("x").digest != before.digest
    assert restored(deck, "x")["x"].seconds == [1, 2]


REACH = {
    "generator": "def g(l):\n    for e in l: yield e\nx = g(shared)",
    "generator expression": "x = (e for e in shared)",
    "closure in a generator": "def make(s):\n    def f(): return s\n    return (f() for _ in [1])\nx = make(shared)",
    "iterator": "x = iter(shared)",
    "map": "x = map(shared.append, [1])",
    "map with closure": "def make(s): return map(lambda e: s.append(e), [1])\nx = make(shared)",
    "in an instance": "import threading\nclass C:\n    def __init__(self): self.lock = threading.Lock(); self.l = shared\nx = C()",
    "thread": "import threading\nx = threading.Thread(target=print, args=(shared,))",
    "weak reference with callback": "import weakref\nclass C: pass\nshared = C(); x = weakref.ref(shared, print), shared",
    "cycle": "import itertools\nx = itertools.cycle([shared])",
}


@pytest.mark.parametrize("name", REACH)
def test_opaque_values_tell_what_they_can_reach(name: str) -> None:
    deck = Deck("shared = [1]", REACH[name])
    found = deck.look("x")
    assert found.opaque
    assert id(deck["shared"]) in found.objects


def test_opaque_values_tell_what_their_code_can_read() -> None:
    deck = Deck(
        "k = 1\ndef f(n): return n + k\nclass C:\n    def __iter__(self): return self\n    def __next__(self): return m\n"
        "x = [(n + j for n in []), map(f, []), map(lambda n: n + i, []), zip(C())]"
    )
    found = deck.look("x")
    assert {"j", "k", "i"} <= found.reads
    assert deck["C"] in found.definitions


def test_opaque_values_of_torch_tell_what_they_can_reach() -> None:
    deck = Deck(
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\nm = torch.nn.Linear(2, 2); t = torch.ones(3, 2)\n"
        "loss = m(t).sum(); batches = iter(DataLoader(TensorDataset(t)))"
    )
    assert set(deck.look("m").objects) & set(deck.look("loss").objects)
    assert set(deck.look("t").objects) & set(deck.look("batches").objects)
    assert deck.look("loss").digest == deck.look("loss").digest


def test_opaque_values_do_not_reach_everything() -> None:
    deck = Deck("import torch\nother = [1]\nx = (n for n in [other and 1])\ndef f(): pass\ny = map(f, [])")
    assert id(deck["other"]) not in deck.look("x").objects
    assert len(deck.look("y").objects) < 10


def test_size_is_that_of_memory_counted_once() -> None:
    deck = Deck("import numpy as np, torch\na = np.zeros(10_000); x = [a, a[1:], torch.from_numpy(a)]")
    assert 80_000 < deck.look("x").size < 81_000


def test_memory_is_hashed_once_for_looks_that_go_together() -> None:
    deck = Deck("import numpy as np\na = np.zeros(20_000_000); b = [a[n:] for n in range(20)]")
    memory: dict[Any, Any] = {}
    deck.look("a", memory)
    start = time.perf_counter()
    deck.look("b", memory)
    assert time.perf_counter() - start < 0.02
