"""Builds in hostile surroundings: another build, an interrupt, no room, clocks that are wrong, folders that are gone."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from deckwright.errors import DeckError
from deckwright.execute.store.lock import WAITING
from deckwright.execute.store.store import UNKEPT
from deckwright.pipeline import CACHE

from .differential import deck_of
from .place import ALL, CELLS, FIRST, LAST, READ, Place, made_place

DAY = 86_400


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return made_place(tmp_path, monkeypatch)


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


@pytest.mark.parametrize(
    "part",
    [
        "blobs",
        "index.sqlite",
        "lock",
        ".gitignore",
    ],
)
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


# Folders


def test_a_folder_that_a_cell_makes_is_made_again(place: Place) -> None:
    made = "import os\nos.makedirs('out', exist_ok=True)"
    place.build(made, "print(open('out/text', 'w').write('1'))")
    assert place.build().ran == []
    shutil.rmtree(place.root / "out")
    place.build(made, "print(open('out/text', 'w').write('12'))")
    assert (place.root / "out/text").read_text() == "12"


def test_removing_what_may_be_missing_is_no_question(place: Place) -> None:
    place.build("from pathlib import Path\nPath('text').unlink(missing_ok=True)\nPath('text').write_text('new')")
    assert place.build().ran == []


def test_a_folder_listed_after_a_change_of_it_is_as_before(place: Place) -> None:
    made = "from pathlib import Path\nPath('out').mkdir(exist_ok=True)\nPath('out/a').write_text('a');"
    place.build(made, "Path('out/a').unlink()\nprint(sorted(Path('out').iterdir()))")
    assert place.build().ran == []
    assert place.build().ran == []


# Builds that came to no end


def test_a_build_that_had_nothing_left_to_run_knows_the_language(place: Place) -> None:
    with pytest.raises(DeckError):
        place.build("print(1)", "1 / 0")
    assert place.build("print(1)").ran == []
    assert json.loads(place.page("notebook.ipynb"))["metadata"]["language_info"]["name"] == "python"
