"""Caches that somebody else made or changed, and projects that were moved: right results, and nothing foreign opened."""

import os
import pickle
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deckwright.execute.store.blobs import address_of
from deckwright.execute.store.store import FOREIGN, TORN
from deckwright.pipeline import CACHE

from .place import ALL, CELLS, FIRST, READ, Place, made_place

EVIL = "evil"
AGAIN = "print(rows, table, 'again')"  # in place of the last cell


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return made_place(tmp_path, monkeypatch)


def test_another_users_cache_is_ignored_and_told_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.build(*CELLS)
    before = place.page()
    monkeypatch.setenv("XDG_STATE_HOME", str(place.root.parent / "another"))
    built = place.build()
    assert (built.ran, built.warnings) == (ALL, [FOREIGN.format(CACHE)])
    assert place.page() == before
    built = place.build()
    assert (built.ran, built.warnings) == ([], [])


def move(place: Place) -> None:
    place.root = place.root.rename(place.root.parent / "moved")


def test_a_project_that_was_moved_runs_nothing(place: Place) -> None:
    place.write("src/helper.py", "def f(): return 1\n")
    cells = (
        *CELLS,
        "import helper\nprint(helper.f())",
        "open('made.txt', 'w').write('made')",
        "print(open('made.txt').read())",
    )
    place.build(*cells)
    before = place.page()
    move(place)
    built = place.build()
    assert (built.ran, built.warnings) == ([], [])
    assert place.page() == before
    assert place.build(*cells[:-1], "print(rows, open('made.txt').read())").ran == ["c6"]
    assert "[1, 2, 3] made" in place.page()


def test_a_cell_that_tells_where_it_is_runs_again_in_another_place(place: Place) -> None:
    place.build("from pathlib import Path", "print(Path.cwd() / 'x')", "print('not involved')")
    move(place)
    assert place.build().ran == ["c2"]
    assert f"{place.root}/x" in place.page()


def test_a_cell_that_changed_the_folder_goes_along(place: Place) -> None:
    place.write("data/table.csv", "inner")
    enter = "import os\nos.chdir('data')"
    place.build(enter, "print(open('table.csv').read())")
    move(place)
    place.build(enter, "print(1, open('table.csv').read())")
    assert "1 inner" in place.page()


def test_a_path_in_a_variable_goes_along(place: Place) -> None:
    find = "from pathlib import Path\nfile = Path('data.csv').absolute()"
    place.build(find, "print(file.read_text())")
    move(place)
    place.write("data.csv", "two")
    place.build(find, "print(file.read_text(), 1)")
    assert "two 1" in place.page()


# Forged files


class Evil:
    """Unpickled, it writes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return os.mkdir, (str(self.path),)


def test_a_forged_snapshot_is_never_opened(place: Place) -> None:
    place.build(*CELLS)
    for path in place.blobs():
        path.write_bytes(pickle.dumps(Evil(place.root / EVIL)))
    built = place.build(FIRST, READ, AGAIN)
    assert not (place.root / EVIL).exists()
    assert "[1, 2, 3] one again" in place.page()
    assert set(built.warnings) <= {TORN.format(CACHE)}


def forge(place: Place, statement: str, *values: object) -> None:
    """What somebody can do who has no key."""
    with closing(sqlite3.connect(place.root / CACHE / "index.sqlite")) as db, db:
        db.execute(statement, values)


def test_a_row_that_names_a_forged_snapshot_is_not_believed(place: Place) -> None:
    place.build(*CELLS)
    content = pickle.dumps(Evil(place.root / EVIL))
    address = address_of(content)
    for path in place.blobs():
        was = path.parent.name + path.name
        forge(place, "UPDATE traces SET payload = CAST(replace(payload, ?, ?) AS BLOB)", was, address)
    place.write(f"{CACHE}/blobs/{address[:2]}/{address[2:]}", "").write_bytes(content)
    built = place.build(FIRST, READ, AGAIN)
    assert not (place.root / EVIL).exists()
    assert (built.ran, built.warnings) == (ALL, [FOREIGN.format(CACHE)])
    assert "[1, 2, 3] one again" in place.page()


def codes(place: Place) -> Sequence[str]:
    with closing(sqlite3.connect(place.root / CACHE / "index.sqlite")) as db:
        return [code for (code,) in db.execute("SELECT code FROM traces ORDER BY id")]


def test_a_row_under_another_cells_code_is_not_believed(place: Place) -> None:
    place.build("print('safe')", "print('other')")
    first, second = codes(place)
    forge(place, "UPDATE traces SET code = CASE code WHEN ? THEN ? ELSE ? END", first, second, first)
    built = place.build()
    assert (built.ran, built.warnings) == (["c1", "c2"], [FOREIGN.format(CACHE)])
    assert place.page().index("safe") < place.page().index("other")


# Damaged files


@pytest.mark.parametrize("are_outputs", [pytest.param(False, id="snapshots"), pytest.param(True, id="outputs")])
def test_one_damaged_file_costs_time_alone(place: Place, are_outputs: bool) -> None:
    place.build(*CELLS)
    kept = {path: path.read_bytes() for path in place.blobs()}
    damaged = [path for path, content in kept.items() if content.startswith(b"[") == are_outputs]
    assert len(damaged) > 1
    for number, path in enumerate(damaged):
        for other, content in kept.items():
            other.write_bytes(b"x" * len(content) if other == path else content)
        place.build(FIRST, READ, f"print(rows, table, {number})")
        assert f"[1, 2, 3] one {number}" in place.page()
