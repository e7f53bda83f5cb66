"""Every option has a reader, and every reader an option."""

from dataclasses import fields

import pytest

from deckwright.settings import CellOptions, Settings
from deckwright.source.readers import CELL_READERS, SETTINGS_READERS, BadValue, size


def test_readers_and_fields_are_the_same_names() -> None:
    assert {name.replace("-", "_") for name in CELL_READERS} == {field.name for field in fields(CellOptions)}
    assert {name.replace("-", "_") for name in SETTINGS_READERS} == {field.name for field in fields(Settings)}


@pytest.mark.parametrize("text", ["1280", "0x720", "²x2", "x", "1280x-1"])
def test_what_is_no_size_is_told(text: str) -> None:
    with pytest.raises(BadValue, match="wants WIDTHxHEIGHT"):
        size(text)
