"""Decks and edits by name: which cells must run, and outputs as those of a clean build."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from .differential import MEMORY, Workshop, deck_of


@pytest.fixture
def shop() -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory(prefix="tricky-", dir=MEMORY) as folder:
        yield Workshop(Path(folder))


def test_mutation_through_an_alias(shop: Workshop) -> None:
    shop.check(deck_of("a = [1]\nb = a", "b.append(2)", "print(a)"))
    assert shop.check(deck_of("a = [1]\nb = a", "b.append(3)", "print(a)")).ran == ["c2", "c3"]
    assert shop.check(deck_of("a = [1]\nb = a", "b.append(2)", "print(a)")).ran == []
