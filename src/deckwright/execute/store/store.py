"""What builds keep in `.deckwright/`: rows by code hash, notes by name, blobs by content. Unpickles nothing.

A row counts only if it was signed with this user's key. Whatever goes wrong here costs time, never a build.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hmac import compare_digest
from pathlib import Path
from typing import Any, TypeVar

from deckwright.execute.store import blobs, index
from deckwright.execute.store.key import LENGTH, own_key, owner_of, signature
from deckwright.execute.store.lock import pause, taken

KEEP = 12  # rows of one code hash, besides those of this build and of last good builds
LIMIT = 2_000_000_000  # bytes
GRAIN = 2.0  # seconds: how coarsely some file systems date
FOREIGN = "the cache in {} was written elsewhere; ignoring it"
DAMAGED = "the cache in {} is damaged or of another version; starting a new one"
TORN = "a file of the cache in {} was damaged; doing without it"
MISSING = "a result is not kept in {}: a file that belongs to it is not there"
UNKEPT = "this build keeps nothing in {}: {}"
Rows = list[tuple[int, bytes]]
T = TypeVar("T")


class Store:
    """The cache of one project, while this build has it. Every method works, whatever the disk does."""

    def __init__(self, folder: Path, warn: Callable[[str], None]) -> None:
        self.folder, self.warn, self.said = folder, warn, set[str]()
        self.index, self.blobs = folder / "index.sqlite", folder / "blobs"
        self.key, self.owner = os.urandom(LENGTH), ""  # nobody's, in case there is no other: never an empty one
        self.lock = -1
        self.writable = False
        self.untidy = False  # there may be blobs that no row names
        self.first = self.tick = 0  # the count of uses: at the start, now
        self.began, self.began_at = time.monotonic(), 0.0
        self.db = sqlite3.connect(":memory:", check_same_thread=False)
        self.turn = threading.RLock()  # decks that are built side by side share the index

    @classmethod
    @contextmanager
    def opened(
        cls, folder: Path, warn: Callable[[str], None], *, key: bytes = b"", wait: Callable[[], None] = pause
    ) -> Iterator["Store"]:
        """The store, once no other build has it; tidied up after a good build, and closed."""
        store = cls(folder, warn)
        try:
            store.open(key, wait)
            yield store
            store.prune()
        finally:
            store.db.close()
            if store.lock >= 0:
                os.close(store.lock)

    def open(self, key: bytes, wait: Callable[[], None]) -> None:
        """Take the lock and open the index, for reading only if there is no other way."""
        try:
            self.key = key or own_key()
            self.folder.mkdir(parents=True, exist_ok=True)
            self.lock = taken(self.folder / "lock", self.warn, wait)
            self.began_at = self.now()
            with suppress(FileExistsError), (self.folder / ".gitignore").open("x") as ignored:
                ignored.write("*\n")
            self.db, self.writable = self.sound(), True
        except (OSError, sqlite3.DatabaseError) as error:
            self.give_up(error)
            self.db = index.readable(self.index)
        self.owner = owner_of(self.key)
        [(self.first, mine, rows)] = self.read(index.COUNTS, self.owner) or [(0, 0, 0)]
        self.tick = self.first
        if rows and not mine and self.writable:
            self.notice(FOREIGN)

    def sound(self) -> sqlite3.Connection:
        """The index; a new one if there was none or it is no good."""
        self.untidy = index.left_open(self.index)  # the last build was killed
        try:
            return index.connected(self.index)
        except sqlite3.OperationalError:  # in use, disk full: nothing against the index itself
            raise
        except sqlite3.DatabaseError:
            return self.renewed()

    def renewed(self) -> sqlite3.Connection:
        """A new index in place of the damaged one."""
        self.notice(DAMAGED)
        self.untidy = True
        return index.renewed(self.index)

    # What is there

    def traces(self, code: str) -> Rows:
        """The rows of this code that were signed with the key, the last used first: ids and payloads. Others go."""
        found: Rows = []
        forged = []
        rows: list[tuple[int, int, bytes, bytes]] = self.read(index.TRACES, self.owner, code)
        for _, row, mac, payload in sorted(rows, reverse=True):  # SQLite would move the payloads to sort them
            if compare_digest(mac, signature(self.key, "trace", code, payload)):
                found.append((row, payload))
            else:
                forged.append((row,))
        if forged:
            self.notice(FOREIGN)
            self.write(lambda: self.db.executemany("DELETE FROM traces WHERE id = ?", forged))
        return found

    def noted(self, name: str) -> bytes | None:
        """What was last noted under this name."""
        rows: list[tuple[bytes, bytes]] = self.read(index.NOTE, self.owner, name)
        sound = (said for mac, said in rows if compare_digest(mac, signature(self.key, "note", name, said)))
        return next(sound, None)

    recall = noted  # what a Memo calls it

    def get(self, address: str) -> bytes | None:
        """The content of this address. Another content in its place is removed."""
        there = self.has(address)
        content = blobs.get(self.blobs, address)
        if there and content is None:
            self.notice(TORN)
        return content

    def has(self, address: str) -> bool:
        return self.path(address).is_file()

    def path(self, address: str) -> Path:
        """Where content of this address is, or would be."""
        return blobs.path_of(self.blobs, address)

    def size(self) -> tuple[int, int]:
        """Bytes of rows, notes and blobs; and how many rows."""
        [(total, rows)] = self.read(index.SIZE) or [(0, 0)]
        return int(total), rows

    # What is kept

    def put(self, content: bytes) -> str:
        """Keep content and give its address."""
        self.untidy = True
        self.on_disk(lambda: blobs.put(self.blobs, content))
        return blobs.address_of(content)

    def add(self, code: str, payload: bytes, blobs: Sequence[str], seconds: float) -> int | None:
        """Keep a row that names these blobs and saves so many seconds. Its id, or None if it could not be kept."""
        self.untidy = True
        if self.writable and not all(map(self.has, blobs)):
            self.notice(MISSING)
            return None
        self.tick += 1
        mac = signature(self.key, "trace", code, payload)

        def change() -> int | None:
            sizes = [(address, self.path(address).stat().st_size) for address in dict.fromkeys(blobs)]
            row = self.db.execute(index.ADD, (self.owner, code, seconds, mac, payload)).lastrowid
            self.db.execute("INSERT INTO used VALUES (?, ?)", (row, self.tick))
            self.db.executemany("INSERT INTO uses VALUES (?, ?, ?)", [(row, *size) for size in sizes])
            self.db.execute(index.DROP_SURPLUS, (self.owner, code, self.first, KEEP))
            return row

        return self.write(change)

    def used(self, rows: Iterable[int], deck: str) -> None:
        """Say that a good build of this deck was made of these rows: they stay until its next one."""
        wanted, mine = sorted(set(rows)), (self.owner, deck)
        before = self.read(index.GOOD, *mine)
        if wanted == sorted(row for row, _ in before) and all(used == self.tick for _, used in before):
            return  # as the last build said: nothing to write
        self.tick += 1

        def change() -> None:
            self.db.execute("DELETE FROM good WHERE owner = ? AND deck = ?", mine)
            self.db.executemany("UPDATE used SET tick = ? WHERE row = ?", [(self.tick, row) for row in wanted])
            there = "INSERT INTO good SELECT row, ?, ? FROM used WHERE row = ?"
            self.db.executemany(there, [(*mine, row) for row in wanted])

        self.write(change)

    def note(self, name: str, content: bytes) -> None:
        """Keep something small under a name, in place of what was there."""
        if self.noted(name) != content:
            values = (self.owner, name, signature(self.key, "note", name, content), content)
            self.write(lambda: self.db.execute("REPLACE INTO notes VALUES (?, ?, ?, ?)", values))

    # What goes

    def prune(self, limit: int = LIMIT) -> int:
        """Make the rest fit, and remove blobs that no row names, unless they are of this build. The bytes freed."""
        freed, excess = 0, self.size()[0] - limit
        if excess > 0:
            freed = self.write(lambda: index.evict(self.db, self.owner, excess)) or 0
            self.untidy = True
        if self.untidy:
            self.untidy = False
            freed += self.on_disk(self.sweep) or 0
        return freed

    def sweep(self) -> int:
        named = {address for (address,) in self.db.execute("SELECT address FROM uses")}
        # The clock may have been set back since: this build's start is then what the clock now makes of it.
        start = min(self.began_at, self.now() - (time.monotonic() - self.began))
        return blobs.sweep(self.blobs, named, start - GRAIN)

    def clear(self) -> None:
        """Forget everything, other keys' rows too."""
        self.write(lambda: [self.db.execute("DELETE FROM traces"), self.db.execute("DELETE FROM notes")])
        self.on_disk(lambda: blobs.sweep(self.blobs, (), float("inf")))

    # When something goes wrong

    def read(self, query: str, *values: object) -> list[Any]:
        """All rows; none if the index cannot be read."""
        with self.turn:
            try:
                return self.db.execute(query, values).fetchall()
            except sqlite3.DatabaseError as error:
                self.mend(error)
                return []

    def write(self, change: Callable[[], T]) -> T | None:
        """Do it in one transaction; None if it cannot be done, and then not a part of it is."""

        def transaction() -> T:
            with self.db:
                self.db.execute("BEGIN IMMEDIATE")
                return change()

        return self.on_disk(transaction)

    def on_disk(self, change: Callable[[], T]) -> T | None:
        """Do it, unless something failed before; None if it did or does."""
        if not self.writable:
            return None
        with self.turn:
            try:
                return change()
            except (OSError, sqlite3.DatabaseError) as error:
                self.mend(error)
                return None

    def mend(self, error: OSError | sqlite3.DatabaseError) -> None:
        """Go on with a new index after damage, without writing after anything else."""
        if isinstance(error, sqlite3.ProgrammingError):  # a defect of ours
            raise error
        damaged = not isinstance(error, OSError | sqlite3.OperationalError)
        if damaged and self.writable and DAMAGED not in self.said:
            self.db.close()
            self.db = index.memory()
            self.db = self.on_disk(self.renewed) or self.db
        else:
            self.give_up(error)

    def give_up(self, error: OSError | sqlite3.DatabaseError) -> None:
        self.writable = False
        self.notice(UNKEPT, error)

    def notice(self, text: str, *more: object) -> None:
        """Say something to the author, each thing once."""
        if text not in self.said:
            self.said.add(text)
            self.warn(text.format(self.folder.name, *more))

    def now(self) -> float:
        """The time by the clock that dates the files here."""
        os.utime(self.folder / "lock")
        return (self.folder / "lock").stat().st_mtime
