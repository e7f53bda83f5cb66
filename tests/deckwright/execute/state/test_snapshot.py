"""Snapshots say what they cannot hold, and bring nothing back that they did not hold."""

import pickle
import subprocess
import sys

import pytest

from deckwright.execute.inside.state import Unstorable
from deckwright.execute.inside.state.memory import make_memory

from .deck import Deck, restored
from .values import OPAQUE


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "name", OPAQUE.keys() - {"globals", "search path"}
)  # plain dicts and lists, which pickle takes
def test_what_is_opaque_is_not_stored(name: str) -> None:
    with pytest.raises(Unstorable):
        Deck(OPAQUE[name][0]).dump("x")


def test_memory_of_a_device_that_is_not_here() -> None:
    with pytest.raises(Unstorable, match="cuda:99"):
        make_memory(b"abcd", "cuda:99")


def test_nothing_is_looked_up_in_the_deck_by_name() -> None:
    deck = Deck()
    content = deck.dump()
    assert pickle.dumps({}, 5) in content
    forged = content[:8] + (len(text := b"c__main__\nsecret\n.")).to_bytes(8, "little") + text
    with pytest.raises(Unstorable, match="secret"):
        deck.load(forged)


def test_a_thousand_nested_lists_are_hashed_if_not_stored() -> None:
    deck = Deck("x = []\nfor _ in range(3000): x = [x]")
    assert deck.look("x").opaque == ""
    with pytest.raises(Unstorable, match="nested too deeply"):
        deck.dump("x")


def test_arrays_lie_as_their_libraries_lay_them() -> None:
    """Where memory begins can show in the last bits of a sum."""
    deck = Deck("import torch, numpy as np\nx = [torch.ones(n) for n in range(1, 99)]; y = np.ones((3, 4), order='F')")
    other = restored(deck, "x", "y")
    assert all(tensor.data_ptr() % 64 == 0 for tensor in other["x"])
    assert (other["y"].base, other["y"].flags.owndata, other["y"].strides) == (None, True, (8, 24))


def test_no_library_is_imported_for_plain_values() -> None:
    code = "import sys; import deckwright.execute.inside.state.snapshot, deckwright.execute.inside.state.hashing as h; h.look([1], {}, bool); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    assert not {"numpy", "torch", "pandas", "matplotlib", "IPython", "nbformat"} & set(loaded)
