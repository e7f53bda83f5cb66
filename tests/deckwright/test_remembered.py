"""A function runs once for the same arguments, also in the next process, until deckwright's code changes."""

import pytest

from deckwright.remembered import Remembered
from tests.deckwright.notes import Notes


class Process:
    """What one process remembers, and what it had to find out."""

    def __init__(self, notes: Notes) -> None:
        self.notes, self.ran, remembered = notes, list[str](), Remembered()
        self.remembered = remembered
        remembered.recall(notes, "answers")

        @remembered
        def doubled(text: str, times: int = 2) -> str:
            self.ran.append(text)
            return text * times

        self.doubled = doubled

    def end(self) -> None:
        self.remembered.note(self.notes, "answers")


def test_once_in_a_process_and_once_in_all() -> None:
    notes = Notes()
    first = Process(notes)
    assert [first.doubled("a"), first.doubled("a"), first.doubled("a", times=3)] == ["aa", "aa", "aaa"]
    assert first.ran == ["a", "a"]
    first.end()
    second = Process(notes)
    assert [second.doubled("a"), second.doubled("b")] == ["aa", "bb"]
    assert second.ran == ["b"]


def test_what_a_build_does_not_use_is_forgotten() -> None:
    notes = Notes()
    for text in ("a", "b"):
        process = Process(notes)
        process.doubled(text)
        process.end()
    last = Process(notes)
    assert last.doubled("a") == "aa"
    assert last.ran == ["a"]


def test_another_version_of_the_code_remembers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    notes = Notes()
    first = Process(notes)
    first.doubled("a")
    first.end()
    monkeypatch.setattr("deckwright.remembered.version", lambda: "another")
    second = Process(notes)
    second.doubled("a")
    assert second.ran == ["a"]


def test_what_raises_is_not_kept() -> None:
    remembered, calls = Remembered(), []

    @remembered
    def fails() -> str:
        calls.append(1)
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            fails()
    assert len(calls) == 2
