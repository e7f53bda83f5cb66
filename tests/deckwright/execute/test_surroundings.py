"""Builds in hostile surroundings: no room, another build, another user's cache, forged files, clocks that are wrong."""

import os
import pickle
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from deckwright.execute import kernel
from deckwright.execute.blobs import address_of
from deckwright.execute.lock import WAITING
from deckwright.execute.store import FOREIGN, TORN, UNKEPT
from deckwright.pipeline import CACHE, Project, build
from tests.deckwright.conftest import Memory

from .differential import deck_of
from .forked import forked_kernel

DAY = 86_400
FIRST, READ, LAST = "rows = [1, 2, 3]", "table = open('data.csv').read()", "print(rows, table)"
CELLS = (FIRST, READ, LAST)
ALL = ["c1", "c2", "c3"]


class Place:
    """A project in which decks are built with forked kernels."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("data.csv", "one")

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def build(self, *cells: str | tuple[str, ...], **options: bool) -> Memory:
        """Write the deck, if it is given, and build once."""
        watcher = Memory()
        if cells:
            self.write("slides/deck.md", deck_of(*cells))  # type: ignore[arg-type]
        build(Project(self.root, self.root / "slides", self.root / "site"), watcher, **options)
        return watcher

    def page(self, name: str = "index.html") -> str:
        return (self.root / "site" / name).read_text("utf-8")

    def blobs(self) -> list[Path]:
        return [path for path in (self.root / CACHE / "blobs").rglob("*") if path.is_file()]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(kernel, "booting_kernel", forked_kernel)
    return Place(tmp_path / "project")


def command(root: Path, *options: str, before: str = "", **more: Any) -> subprocess.Popen[str]:
    """The real thing in a process of its own, with a kernel of Jupyter's. `before`: code that it begins with."""
    arguments = ["deckwright", "build", "--slides", str(root / "slides"), *options]
    code = f"import sys\n{before}\nfrom deckwright.__main__ import main\nsys.exit(main(sys.argv[2:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **more
    )


def wait_for(path: Path, seconds: float = 30) -> None:
    """Until a file is there."""
    end = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < end, f"{path} does not come"
        time.sleep(0.02)


# Other builds


def test_a_second_build_waits_says_so_and_finds_all_done(place: Place) -> None:
    place.write("slides/deck.md", deck_of("open('begun', 'w').close()\nimport time\ntime.sleep(1)\nprint('slept')"))
    first = command(place.root, "--verbose")
    wait_for(place.root / "begun")
    second = command(place.root, "--verbose", "--out", str(place.root / "other"))
    said = [process.communicate()[1] for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0]
    assert WAITING not in said[0]
    assert said[1].splitlines()[0] == f"warning: {WAITING}"
    assert said[1].splitlines()[1].endswith("cached")
    assert place.page() == (place.root / "other/index.html").read_text()
    assert "slept" in place.page()


def test_ctrl_c_keeps_what_was_done_and_the_next_build_resumes_there(place: Place) -> None:
    long = "import os, time\nopen('begun', 'w').close()\nwhile not os.path.exists('go'):\n    time.sleep(0.05)\nprint('gone')"
    place.write("slides/deck.md", deck_of("a = 1", long, "print(a)"))
    process = command(place.root, "--quiet")
    wait_for(place.root / "begun")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (130, "warning: interrupted; the site is as it was\n")
    assert not (place.root / "site").exists()
    place.write("go", "")
    assert place.build().ran == ["c2", "c3"]
    assert "gone" in place.page()


def test_decks_share_what_they_have_in_common(place: Place) -> None:
    place.write("slides/more/deck.md", deck_of(*CELLS, "print(len(table))"))
    assert place.build(*CELLS).ran == [*ALL, "c4"]
    assert place.build().ran == []
    place.write("slides/more/deck.md", deck_of(*CELLS, "print(len(rows))"))
    assert place.build().ran == ["c4"]
    assert place.build("rows = [7]", READ, LAST).ran == ["c1", "c3"]
    assert "[7] one" in place.page()
    assert "[1, 2, 3] one" in place.page("more/index.html")


# No room


@pytest.mark.parametrize("broken", [CACHE, f"{CACHE}/blobs", f"{CACHE}/lock/x", f"{CACHE}/index.sqlite/x"])
def test_a_cache_that_cannot_be_written_is_told_once(place: Place, broken: str) -> None:
    place.write(broken, "in the way")
    for _ in range(2):
        built = place.build(*CELLS)
        assert built.ran == ALL
        assert [warning.partition("{")[0] for warning in built.warnings] == built.warnings
        assert len(built.warnings) == 1
        assert built.warnings[0].startswith(UNKEPT.partition("{}")[0])
    assert "[1, 2, 3] one" in place.page()


def test_a_full_disk_costs_the_cache_not_the_build(place: Place) -> None:
    limit = 2_000_000  # bytes a file: enough for the site
    cells = ("text = 'line\\n' * 1_000_000", ("c2", "print(text)", "output=false"), "print(len(text))")
    place.write("slides/deck.md", deck_of(*cells))
    full = f"import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))"
    process = command(place.root, "--quiet", before=full)
    _, said = process.communicate()
    assert process.returncode == 0, said
    assert len(said.splitlines()) == 1
    assert said.startswith(f"warning: {UNKEPT.partition('{}')[0]}")
    assert "5000000" in place.page()
    built = place.build()
    assert (built.ran[-2:], built.warnings) == (["c2", "c3"], [])


def test_a_cache_that_was_deleted_is_made_anew(place: Place) -> None:
    place.build(*CELLS)
    shutil.rmtree(place.root / CACHE)
    built = place.build()
    assert (built.ran, built.warnings) == (ALL, [])
    assert place.build().ran == []


@pytest.mark.parametrize("part", ["blobs", "index.sqlite", "lock", ".gitignore"])
def test_a_part_of_the_cache_that_was_deleted_costs_time_alone(place: Place, part: str) -> None:
    place.build(*CELLS)
    path = place.root / CACHE / part
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()
    place.build(FIRST, READ, "print(rows, table, 'again')")
    assert "[1, 2, 3] one again" in place.page()
    assert place.build().ran == []


# Clocks


@pytest.mark.parametrize("ahead", [DAY, 0, -DAY])
def test_an_edit_is_seen_whatever_the_clock_says(place: Place, ahead: float) -> None:
    then = time.time() + ahead
    os.utime(place.root / "data.csv", (then, then))
    place.build(*CELLS)
    assert place.build().ran == []
    place.write("data.csv", "two")
    assert place.build().ran == ["c2", "c3"]
    assert "[1, 2, 3] two" in place.page()


@pytest.mark.parametrize("age", [0, 1, DAY])
def test_an_edit_that_keeps_size_and_time_is_seen(place: Place, age: float) -> None:
    file = place.root / "data.csv"
    then = time.time_ns() - int(age * 1e9)
    os.utime(file, ns=(then, then))
    place.build(*CELLS)
    place.build()
    place.write("data.csv", "two")
    os.utime(file, ns=(then, then))
    assert place.build().ran == ["c2", "c3"]
    assert "[1, 2, 3] two" in place.page()


def test_an_older_file_put_back_is_known_again(place: Place) -> None:
    file = place.root / "data.csv"
    os.utime(file, (time.time() - DAY,) * 2)
    shutil.copy2(file, place.root / "old.csv")
    place.build(*CELLS)
    place.write("data.csv", "two")
    assert place.build().ran == ["c2", "c3"]
    os.replace(place.root / "old.csv", file)
    assert place.build().ran == []
    assert "[1, 2, 3] one" in place.page()


def test_a_touched_file_is_the_same(place: Place) -> None:
    place.build(*CELLS)
    os.utime(place.root / "data.csv", (time.time() + 5,) * 2)
    assert place.build().ran == []


# Elsewhere


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

EVIL = "evil"


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
    built = place.build(FIRST, READ, "print(rows, table, 'again')")
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
    built = place.build(FIRST, READ, "print(rows, table, 'again')")
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
