"""Every option has a reader, and every reader an option."""

from dataclasses import fields

from deckwright.settings import CellOptions, Settings
from deckwright.source.readers import CELL_READERS, SETTINGS_READERS


def test_readers_and_fields_are_the_same_names() -> None:
    assert {name.replace("-", "_") for name in CELL_READERS} == {field.name for field in fields(CellOptions)}
    assert {name.replace("-", "_") for name in SETTINGS_READERS} == {field.name for field in fields(Settings)}
