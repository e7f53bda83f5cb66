"""The store keeps what it was given, believes nobody else, and stops no build."""

import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from deckwright.execute.store import index
from deckwright.execute.store.blobs import address_of
from deckwright.execute.store.key import owner_of, signature
from deckwright.execute.store.lock import WAITING
from deckwright.execute.store.store import DAMAGED, FOREIGN, KEEP, MISSING, TORN, Store

from .rows import all_traces

KEY, OTHER_KEY = b"k" * 32, b"o" * 32
NAME = ".deckwright"
OLD = (1_000_000, 1_000_000)  # a time long ago


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / NAME


@pytest.fixture
def notices() -> list[str]:
    return []


Open = Callable[..., AbstractContextManager[Store]]


@pytest.fixture
def opened(folder: Path, notices: list[str]) -> Open:
    """Opens the store at its usual place."""

    def open_store(key: bytes = KEY, **options: Callable[[], None]) -> AbstractContextManager[Store]:
        return Store.opened(folder, notices.append, key=key, **options)

    return open_store


def edit(folder: Path, statement: str, *values: object) -> None:
    """What somebody who has no key can do to the index."""
    with closing(sqlite3.connect(folder / "index.sqlite")) as db, db:
        db.execute(statement, values)


def files(folder: Path) -> list[Path]:
    """What is in blobs/."""
    return [path for path in (folder / "blobs").rglob("*") if path.is_file()]


def payloads(rows: list[tuple[int, bytes]]) -> list[bytes]:
    return [payload for _, payload in rows]


def child(folder: Path, code: str, before: str = "") -> subprocess.Popen[str]:
    """Another process that has the store open as `store`."""
    program = f"""
import os, sys, resource
from pathlib import Path
from deckwright.execute.store.store import Store
notices = []
{before}
with Store.opened(Path({str(folder)!r}), notices.append, key={KEY!r}) as store:
    {code}
print(len(notices), *notices, sep="\\n")
"""
    return subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


# What it keeps


def test_what_was_kept_is_there_in_the_next_build(opened: Open, folder: Path, notices: list[str]) -> None:
    with opened() as store:
        address = store.put(b"content")
        row = store.add("code", b"payload", [address], 1.5)
        store.note("last", b"record")
    with opened() as store:
        assert store.traces("code") == [(row, b"payload")]
        assert all_traces(store) == {"code": [(row, b"payload")]}
        assert store.get(address) == b"content"
        assert store.noted("last") == store.recall("last") == b"record"
        assert store.traces("other") == []
        assert store.noted("other") is None
        assert store.get("ab" * 20) is None
        assert store.size() == (len(b"payload" + b"content" + b"record"), 1)
    assert not notices
    assert (folder / ".gitignore").read_text() == "*\n"
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "blobs", "index.sqlite", "lock"]


def test_blobs_have_the_address_of_their_content(opened: Open, folder: Path) -> None:
    with opened() as store:
        address = store.put(b"content")
        assert store.path(address) == folder / "blobs" / address[:2] / address[2:]
        assert store.has(address)
        assert store.put(b"content") == address
        assert [path.name for path in store.path(address).parent.iterdir()] == [address[2:]]


def test_a_blob_that_the_kernel_put_there_is_as_good(opened: Open) -> None:
    with opened() as store:
        address = store.put(b"from the kernel")
        content = store.path(address).read_bytes()
        store.path(address).unlink()
        store.path(address).write_bytes(content)
        assert store.add("code", b"payload", [address], 1.0)
        assert store.get(address) == b"from the kernel"


def test_a_row_whose_blob_is_not_there_is_not_kept(opened: Open, notices: list[str]) -> None:
    with opened() as store:
        assert store.add("code", b"payload", ["ab" * 20], 1.0) is None
        assert store.add("next", b"payload", [], 1.0)
    with opened() as store:
        assert all_traces(store).keys() == {"next"}
    assert notices == [MISSING.format(NAME)]


def test_the_last_used_comes_first_whatever_the_clock_says(opened: Open) -> None:
    with opened() as store:
        first, second, third = (store.add("code", payload, [], 1.0) for payload in (b"1", b"2", b"3"))
        assert payloads(store.traces("code")) == [b"3", b"2", b"1"]
        store.used([first], "deck")
    with opened() as store:
        assert [row for row, _ in store.traces("code")] == [first, third, second]
        assert [row for row, _ in all_traces(store)["code"]] == [first, third, second]


def test_a_build_like_the_last_one_writes_nothing(opened: Open, folder: Path) -> None:
    with opened() as store:
        rows = [store.add("code", b"payload", [], 1.0) or 0]
        store.used(rows, "deck")
        store.note("last", b"record")
    before = (folder / "index.sqlite").stat()
    with opened() as store:
        store.used(rows, "deck")
        store.note("last", b"record")
    after = (folder / "index.sqlite").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


# What goes


def test_few_rows_of_one_code_stay(opened: Open) -> None:
    with opened() as store:
        for number in range(KEEP + 8):
            store.add("code", b"%d" % number, [], 1.0)
        # a deck may have more cells of the same code than that
        assert len(store.traces("code")) == KEEP + 8
        good = store.traces("code")[-1][0]
        store.used([good], "deck")
    with opened() as store:
        store.add("code", b"new", [], 1.0)
        kept = payloads(store.traces("code"))
        assert len(kept) == KEEP
        assert kept[:2] == [b"new", b"0"]
        for number in range(KEEP):
            store.add("code", b"newer %d" % number, [], 1.0)
    with opened() as store:
        store.add("code", b"newest", [], 1.0)
        assert len(store.traces("code")) == KEEP + 1
        assert good in [row for row, _ in store.traces("code")]  # of the last good build


def test_the_fewest_seconds_per_byte_go_first_and_the_last_good_build_stays(opened: Open) -> None:
    def add(code: str, seconds: float, size: int) -> int:
        return store.add(code, code.encode(), [store.put(code.encode() * size)], seconds) or 0

    with opened() as store:
        add("dear", 100.0, 1000)
        add("cheap", 1.0, 1000)
        add("mid", 10.0, 1000)
        add("big", 50.0, 100_000)
        was, good = add("was", 0.001, 1000), add("good", 0.0, 1000)
        store.used([was, good], "deck")
        store.used([good], "deck")
        store.prune(store.size()[0])
        for gone in ("was", "big", "cheap", "mid", "dear"):
            assert gone in all_traces(store)
            store.prune(store.size()[0] - 1)
            assert gone not in all_traces(store)
        store.prune(0)
        assert set(all_traces(store)) == {"good"}


def test_a_blob_counts_once_and_is_freed_with_the_last_that_names_it(opened: Open) -> None:
    with opened() as store:
        shared = store.put(b"s" * 1000)
        for seconds, code in enumerate(["first", "second", "third"]):
            store.add(code, b"payload", [shared if code != "third" else store.put(b"o" * 1000)], seconds)
        total, _ = store.size()
        assert total == 2000 + 3 * len(b"payload")
        store.prune(total - 500)
        assert set(all_traces(store)) == {"third"}


def test_pruning_frees_what_no_other_row_names(opened: Open) -> None:
    with opened() as store:
        shared, own = store.put(b"s" * 1000), store.put(b"o" * 1000)
        store.add("cheap", b"payload", [shared, own], 1.0)
        store.used([store.add("good", b"payload", [shared], 1.0) or 0], "deck")
        for address in (shared, own):
            os.utime(store.path(address), OLD)
    with opened() as store:
        assert store.prune(1500) == len(b"payload") + 1000
        assert (store.has(shared), store.has(own)) == (True, False)
        assert store.size() == (1000 + len(b"payload"), 1)


def test_blobs_that_no_row_names_go_unless_they_are_of_this_build(opened: Open) -> None:
    with opened() as store:
        old, named = store.put(b"left by a killed build"), store.put(b"named")
        store.add("code", b"payload", [named], 1.0)
        draft = store.path(old).with_name("draft.123")
        draft.write_bytes(b"half")
        for path in (store.path(old), store.path(named), draft):
            os.utime(path, OLD)
        young = store.put(b"its row comes later")
        store.began_at += 3600  # as if the clock had been set back by an hour
    assert not store.has(old)
    assert not draft.exists()
    assert store.has(named)
    assert store.has(young)


def test_a_build_after_one_that_was_killed_tidies_up(opened: Open, folder: Path) -> None:
    with child(folder, "store.put(b'left'); print('put', flush=True); sys.stdin.readline()") as process:
        process.stdout.readline()
        process.kill()
    [left] = files(folder)
    os.utime(left, OLD)
    with opened():
        assert left.exists()
    assert not left.exists()


def test_pruning_follows_no_link(opened: Open, folder: Path, tmp_path: Path) -> None:
    precious = tmp_path / "objects" / "ab" / "precious"
    precious.parent.mkdir(parents=True)
    precious.write_bytes(b"the author's own")
    os.utime(precious, OLD)
    (folder / "blobs").mkdir(parents=True)
    (folder / "blobs" / "ab").symlink_to(precious.parent)
    with opened() as store:
        store.put(b"something")
        store.clear()
    (folder / "blobs" / "ab").unlink()
    for inner in (folder / "blobs").iterdir():
        inner.rmdir()
    (folder / "blobs").rmdir()
    (folder / "blobs").symlink_to(precious.parent.parent)
    with opened() as store:
        store.clear()
    assert precious.read_bytes() == b"the author's own"


def test_clear_forgets_everything(opened: Open, folder: Path) -> None:
    with opened() as store:
        row = store.add("code", b"payload", [store.put(b"content")], 1.0) or 0
        store.used([row], "deck")
        store.note("last", b"record")
        store.clear()
        assert store.size() == (0, 0)
        assert (all_traces(store), store.noted("last")) == ({}, None)
        assert not files(folder)
        assert store.add("code", b"again", [store.put(b"content")], 1.0)
    with opened() as store:
        assert payloads(store.traces("code")) == [b"again"]


# Whom it believes


def test_a_torn_blob_is_none(opened: Open, notices: list[str]) -> None:
    with opened() as store:
        torn, forged = store.put(b"content" * 100), store.put(b"other")
        store.path(torn).write_bytes(b"content" * 50)
        store.path(forged).write_bytes(b"evil!")
        assert (store.get(torn), store.get(forged)) == (None, None)
        assert (store.has(torn), store.has(forged)) == (False, False)
        assert store.put(b"content" * 100) == torn
        assert store.get(torn) == b"content" * 100
    assert notices == [TORN.format(NAME)]


def test_a_torn_blob_is_written_again_though_nobody_has_looked(opened: Open) -> None:
    with opened() as store:
        torn = store.put(b"content" * 100)
        store.path(torn).write_bytes(b"content" * 50)
        assert store.put(b"content" * 100) == torn
        assert store.get(torn) == b"content" * 100


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE traces SET payload = 'evil' WHERE code = 'code'",
        "UPDATE traces SET payload = CAST('evil' AS BLOB) WHERE code = 'code'",
        "UPDATE traces SET payload = zeroblob(100) WHERE code = 'code'",
        "UPDATE traces SET code = 'else' WHERE code = 'code'",
        "UPDATE traces SET code = CAST(x'ff' AS TEXT) WHERE code = 'code'",
        "UPDATE traces SET code = x'ff' WHERE code = 'code'",
        "UPDATE traces SET mac = 'none' WHERE code = 'code'",
        "UPDATE traces SET mac = x'' WHERE code = 'code'",
        "UPDATE used SET tick = 'never' WHERE row = 1",
        "DELETE FROM used WHERE row = 1",
    ],
)
def test_a_forged_row_is_none(forgery: str, opened: Open, folder: Path) -> None:
    with opened() as store:
        store.add("code", b"payload", [], 1.0)
        store.add("sound", b"sound", [], 1.0)
    edit(folder, forgery)
    with opened() as store:
        assert [payloads(rows) for rows in all_traces(store).values()] == [[b"sound"]]
        assert store.traces("code") == store.traces("else") == []
        store.prune(0)
        assert store.add("code", b"payload", [], 1.0)
        assert payloads(store.traces("code")) == [b"payload"]


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE uses SET size = 'much'",
        "UPDATE uses SET size = -1",
        "UPDATE uses SET address = '../../../precious'",
        "UPDATE uses SET address = x'ff'",
        "UPDATE used SET tick = 9223372036854775807",
        "UPDATE traces SET seconds = 'long'",
        "UPDATE traces SET seconds = 9e999",
        "UPDATE traces SET id = 9223372036854775807",
        "UPDATE good SET deck = x'ff'",
    ],
)
def test_forged_numbers_do_no_harm(forgery: str, opened: Open, folder: Path) -> None:
    precious = folder.parent.parent / "precious"
    precious.write_bytes(b"the author's own")
    os.utime(precious, OLD)
    with opened() as store:
        row = store.add("code", b"payload", [store.put(b"content")], 1.0) or 0
        store.used([row], "deck")
    edit(folder, "PRAGMA foreign_keys = OFF")
    edit(folder, forgery)
    with opened() as store:
        assert store.add("code", b"new", [], 1.0)
        store.used([row], "deck")
        store.prune(0)
        assert store.add("code", b"newer", [], 1.0)
    with opened() as store:
        assert b"newer" in payloads(store.traces("code"))
    assert precious.exists()


def test_a_forged_note_is_none(opened: Open, folder: Path) -> None:
    with opened() as store:
        store.note("last", b"record")
        store.note("stat", b"cache")
    edit(folder, "UPDATE notes SET content = CAST('evil' AS BLOB) WHERE name = 'last'")
    edit(folder, "UPDATE notes SET content = 'text' WHERE name = 'stat'")
    with opened() as store:
        assert store.noted("last") is store.noted("stat") is None
        store.note("last", b"record")
        assert store.noted("last") == b"record"


def test_a_cache_with_another_key_is_ignored_with_one_notice(opened: Open, notices: list[str]) -> None:
    with opened(OTHER_KEY) as store:
        theirs = [store.add("code", b"%d" % number, [], 1.0) for number in range(5)]
        store.add("more", b"payload", [], 1.0)
        store.note("last", b"record")
    with opened() as store:
        assert (all_traces(store), store.traces("code"), store.noted("last")) == ({}, [], None)
        assert notices == [FOREIGN.format(NAME)]
        store.add("code", b"ours", [], 1.0)
        store.note("last", b"our record")
    with opened() as store:
        assert payloads(store.traces("code")) == [b"ours"]
        assert store.noted("last") == b"our record"
    with opened(OTHER_KEY) as store:  # two that share a folder do not throw away each other's
        assert [row for row, _ in store.traces("code")] == theirs[::-1]
        assert store.noted("last") == b"record"
    assert len(notices) == 1


def test_rows_of_another_key_go_first_when_room_is_short(opened: Open) -> None:
    with opened(OTHER_KEY) as store:
        theirs = store.add("theirs", b"payload", [], 1e9) or 0
        store.used([theirs], "deck")
    with opened() as store:
        store.add("ours", b"payload", [], 0.0)
        store.prune(store.size()[0] - 1)
        assert set(all_traces(store)) == {"ours"}
    with opened(OTHER_KEY) as store:
        assert all_traces(store) == {}


def test_the_key_is_made_once_outside_the_project_for_this_user_alone(
    folder: Path, notices: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    file = tmp_path / "state" / "deckwright" / "key"
    with Store.opened(folder, notices.append) as store:
        store.add("code", b"payload", [], 1.0)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert len(file.read_bytes()) == 32
    assert list(file.parent.iterdir()) == [file]
    file.chmod(0o644)
    with Store.opened(folder, notices.append) as store:
        assert payloads(store.traces("code")) == [b"payload"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not notices
    file.write_bytes(b"short")
    with Store.opened(folder, notices.append) as store:
        assert all_traces(store) == {}
    assert len(file.read_bytes()) == 32
    assert notices == [FOREIGN.format(NAME)]


def test_without_a_place_for_the_key_nothing_is_believed_or_kept(
    folder: Path, notices: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.opened(folder, notices.append, key=KEY) as store:
        store.add("code", b"payload", [], 1.0)
    edit(folder, "UPDATE traces SET owner = ?, mac = ?", owner_of(b""), signature(b"", "trace", "code", b"payload"))
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))
    with Store.opened(folder, notices.append) as store:
        assert all_traces(store) == {}
        assert store.add("code", b"payload", [], 1.0) is None
    assert len(notices) == 1


# What goes wrong


def overwrite(start: int) -> Callable[[Path], object]:
    def change(file: Path) -> None:
        content = file.read_bytes()
        file.write_bytes(content[:start] + b"\xa5" * (len(content) - start))

    return change


def sql(statement: str) -> Callable[[Path], object]:
    return lambda file: edit(file.parent, statement)


@pytest.mark.parametrize(
    "damage",
    {
        "garbage": lambda file: file.write_bytes(b"garbage" * 1000),
        "cut": lambda file: os.truncate(file, 5000),
        "header": overwrite(16),
        "pages": overwrite(4096),
        "last pages": overwrite(4096 * 9),
        "another version": sql(f"PRAGMA user_version = {index.FORMAT + 1}"),
        "another schema": sql("ALTER TABLE traces RENAME COLUMN seconds TO cost"),
        "a trigger": sql("CREATE TRIGGER evil AFTER INSERT ON traces BEGIN DELETE FROM traces; END"),
        "a view": sql("CREATE VIEW evil AS SELECT * FROM traces"),
    }.items(),
    ids=lambda item: item[0],
)
def test_a_spoilt_index_is_replaced_with_one_notice(
    damage: tuple[str, Callable[[Path], object]], opened: Open, folder: Path, notices: list[str]
) -> None:
    with opened() as store:
        for number in range(100):
            store.add(f"code {number}", b"payload" * 100, [], 1.0)
        lost = store.put(b"lost")
        store.add("code", b"payload", [lost], 1.0)
        store.note("last", b"record")
    os.utime(store.path(lost), OLD)
    damage[1](folder / "index.sqlite")
    with opened() as store:
        assert all_traces(store) == {}
        assert store.noted("last") is None
        assert store.size() == (0, 0)
    assert notices == [DAMAGED.format(NAME)]
    assert not store.has(lost)
    with opened() as store:
        assert store.add("code", b"new", [store.put(b"content")], 1.0)
    with opened() as store:
        assert all_traces(store).keys() == {"code"}
    assert len(notices) == 1


def test_damage_found_while_writing_is_mended_too(opened: Open, folder: Path, notices: list[str]) -> None:
    with opened() as store:
        for number in range(100):
            store.add(f"code {number}", b"payload" * 100, [], 1.0)
    overwrite(4096)(folder / "index.sqlite")
    with opened() as store:
        store.add("code", b"perhaps", [], 1.0)
        assert store.add("code", b"surely", [], 1.0)
    assert notices == [DAMAGED.format(NAME)]


@pytest.mark.parametrize("name", ["index.sqlite", "index.sqlite-wal", "index.sqlite-journal", ".gitignore", "lock"])
@pytest.mark.parametrize("built", [False, True])
def test_nothing_is_written_through_a_link(name: str, built: bool, opened: Open, folder: Path, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    with closing(sqlite3.connect(precious)) as db, db:
        db.execute("CREATE TABLE cookies (name)")
    os.utime(precious, OLD)
    before = precious.read_bytes()
    folder.mkdir()
    if built:
        with opened() as store:
            store.add("code", b"payload", [], 1.0)
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(precious)
    with opened() as store:
        kept = store.add("code", b"payload", [store.put(b"content")], 1.0)
    assert bool(kept) == (name != "lock")
    assert precious.read_bytes() == before
    assert precious.stat().st_mtime == OLD[1]


def test_a_folder_that_cannot_be_made_is_no_trouble(notices: list[str], tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with Store.opened(tmp_path / "file" / NAME, notices.append, key=KEY) as store:
        address = store.put(b"content")
        assert store.add("code", b"payload", [address], 1.0) is None
        store.used([1], "deck")
        store.note("last", b"record")
        store.prune(0)
        store.clear()
        assert (all_traces(store), store.get(address), store.noted("last")) == ({}, None, None)
        assert store.size() == (0, 0)
    assert len(notices) == 1
    assert notices[0].startswith(f"this build keeps nothing in {NAME}: ")


def test_what_is_in_a_read_only_folder_is_read(opened: Open, folder: Path, notices: list[str]) -> None:
    with opened() as store:
        address = store.put(b"content")
        store.add("code", b"payload", [address], 1.0)
        store.note("last", b"record")
    before = (folder / "index.sqlite").read_bytes()
    (folder / "lock").unlink()
    (folder / "lock").mkdir()  # what even root cannot open
    with opened() as store:
        assert payloads(store.traces("code")) == [b"payload"]
        assert store.get(address) == b"content"
        assert store.noted("last") == b"record"
        assert store.add("code", b"new", [store.put(b"new")], 1.0) is None
        store.used([1], "deck")
        store.note("last", b"new")
        store.prune(0)
        store.clear()
    assert len(notices) == 1
    assert (folder / "index.sqlite").read_bytes() == before
    assert len(files(folder)) == 1


@pytest.mark.parametrize("content", [b"", b"garbage" * 1000])
def test_nor_is_garbage_in_a_read_only_folder_any_trouble(
    content: bytes, opened: Open, folder: Path, notices: list[str]
) -> None:
    (folder / "lock").mkdir(parents=True)
    (folder / "index.sqlite").write_bytes(content)
    with opened() as store:
        assert all_traces(store) == {}
        assert store.add("code", b"payload", [], 1.0) is None
    assert len(notices) == 1
    assert (folder / "index.sqlite").read_bytes() == content


def test_a_folder_in_the_place_of_the_index_is_no_trouble(opened: Open, folder: Path, notices: list[str]) -> None:
    (folder / "index.sqlite").mkdir(parents=True)
    with opened() as store:
        assert store.add("code", b"payload", [], 1.0) is None
    assert len(notices) == 1


def test_a_file_in_the_place_of_the_blobs_is_no_trouble(opened: Open, folder: Path, notices: list[str]) -> None:
    folder.mkdir()
    (folder / "blobs").touch()
    with opened() as store:
        address = store.put(b"content")
        assert store.add("code", b"payload", [address], 1.0) is None
        assert store.add("code", b"payload", [], 1.0) is None  # it has said that it keeps nothing
        assert not store.writable
    assert len(notices) == 1


def test_an_index_that_another_program_holds_is_read_as_it_is(opened: Open, folder: Path, notices: list[str]) -> None:
    with opened() as store:
        store.add("code", b"payload", [], 1.0)
    with closing(sqlite3.connect(folder / "index.sqlite", isolation_level=None)) as db:
        db.execute("BEGIN EXCLUSIVE")
        with opened() as store:
            assert payloads(store.traces("code")) == [b"payload"]
            assert store.add("code", b"new", [], 1.0) is None
    assert len(notices) == 1
    assert "locked" in notices[0]


@pytest.mark.parametrize("room", [0, 30_000, 300_000])
def test_a_full_disk_ends_the_writing_not_the_build(room: int, opened: Open, folder: Path, notices: list[str]) -> None:
    with opened() as store:
        store.add("before", b"payload", [], 1.0)
    full = f"""
    resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))
    kept = [store.add(f"code {{n}}", os.urandom(5000), [store.put(os.urandom(n * 1000))], 1.0) for n in range(200)]
    count = sum(row is not None for row in kept)
    assert all(kept[:count]) and not any(kept[count:]) and count < 200
    assert sum(bool(store.traces(f"code {{n}}")) for n in range(200)) == count
    store.note("last", bytes(100_000))
    store.used([1], "deck")
    """
    with child(folder, full.strip()) as process:
        said, error = process.communicate()
    assert error == ""
    assert said.splitlines()[0] == "1", said
    for path in files(folder):  # none is cut short
        assert address_of(path.read_bytes()) == path.parent.name + path.name
    with opened() as store:
        assert payloads(store.traces("before")) == [b"payload"]
        assert store.add("after", b"payload", [], 1.0)
    assert not notices


def test_a_blob_for_which_there_is_no_room_leaves_nothing(folder: Path) -> None:
    with child(folder, "store.put(os.urandom(100_000))", "resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))"):
        pass
    assert files(folder) == []


def test_no_room_for_an_index_at_all(folder: Path) -> None:
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))"
    with child(folder, "assert store.add('code', b'payload', [], 1.0) is None", before=limit) as process:
        said, error = process.communicate()
    assert error == ""
    assert said.splitlines()[0] == "1", said


# Two at once, and sudden ends


def test_a_second_build_waits_and_says_so(opened: Open, folder: Path, notices: list[str]) -> None:
    code = "store.add('code', b'payload', [], 1.0); print('held', flush=True); sys.stdin.readline()"
    with child(folder, code) as other:
        assert other.stdout.readline() == "held\n"
        waits = []

        def wait() -> None:
            waits.append(len(notices))
            if len(waits) == 3:
                other.communicate("end\n")

        with opened(wait=wait) as store:
            assert payloads(store.traces("code")) == [b"payload"]
    assert waits == [1, 1, 1]
    assert notices == [WAITING]


def test_waiting_can_be_interrupted(opened: Open, folder: Path, notices: list[str]) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs begin without it
    with opened():
        with pytest.raises(KeyboardInterrupt), opened(wait=lambda: signal.raise_signal(signal.SIGINT)):
            pass
        assert notices == [WAITING]
    with opened():
        assert notices == [WAITING]


def test_an_error_in_a_build_closes_the_store(opened: Open, notices: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), opened() as store:
        assert store.add("code", b"payload", [], 1.0) / 0
    with opened() as store:
        assert payloads(store.traces("code")) == [b"payload"]
    assert not notices


def test_a_kill_loses_at_most_the_row_in_progress(opened: Open, folder: Path, notices: list[str]) -> None:
    code = """
    many = [store.put(b"%d" % number) for number in range(200)]
    while True:
        address = store.put(os.urandom(50_000))
        row = store.add("code %d" % os.urandom(1)[0], address.encode(), [address, *many], 1.0)
        print(row, address, flush=True)
        if os.urandom(1)[0] < 20: store.used([row], "deck"); store.prune(2_000_000); print("-", flush=True)
    """
    chance = random.Random(1)
    for _ in range(10):
        with child(folder, code.strip()) as process:
            line = process.stdout.readline() if chance.random() < 0.7 else ""  # else perhaps while it is opened
            time.sleep(chance.random() * 0.1)
            process.kill()
            lines = [line, *process.stdout]
        told = [line for line in lines if line.endswith("\n")]
        last = told[-1].split() if told and told[-1] != "-\n" else []
        with opened() as store:
            found = all_traces(store)
            rows = {row: payload.decode() for rows in found.values() for row, payload in rows}
            assert all(store.get(address) for address in rows.values())
            assert not last or rows[int(last[0])] == last[1]
            assert store.db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            named = store.db.execute("SELECT count(address) FROM traces LEFT JOIN uses ON row = id GROUP BY id")
            assert {count for (count,) in named} <= {201}
        names = {path.parent.name + path.name for path in files(folder)}
        assert names >= set(rows.values())
    assert not notices
