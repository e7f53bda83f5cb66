"""The SQLite file of the store: its tables, how it is opened, what goes first when room is short. Signs nothing.

A clone may bring a file made to do harm: it is read only if its tables are exactly ours (no view, no trigger), and no
type or number in it is believed.
"""

import sqlite3
from collections import Counter, defaultdict
from contextlib import ExitStack, suppress
from pathlib import Path

FORMAT = 12  # of the tables and of what is in them: a file of another one is thrown away
SCHEMA = [  # `owner` names a key
    "CREATE TABLE traces (id INTEGER PRIMARY KEY, owner TEXT NOT NULL, code TEXT NOT NULL, seconds REAL NOT NULL,"
    " mac BLOB NOT NULL, payload BLOB NOT NULL)",
    "CREATE INDEX by_code ON traces (owner, code)",
    # when a row was last used, by a count, since clocks can go back; apart, since a change rewrites the whole row
    "CREATE TABLE used (row INTEGER PRIMARY KEY REFERENCES traces ON DELETE CASCADE, tick INTEGER NOT NULL)",
    "CREATE TABLE uses (row INTEGER NOT NULL REFERENCES traces ON DELETE CASCADE, address TEXT NOT NULL,"
    " size INTEGER NOT NULL, PRIMARY KEY (row, address)) WITHOUT ROWID",
    "CREATE TABLE good (row INTEGER NOT NULL REFERENCES traces ON DELETE CASCADE, owner TEXT NOT NULL,"
    " deck TEXT NOT NULL, PRIMARY KEY (row, owner, deck)) WITHOUT ROWID",
    "CREATE TABLE notes (owner TEXT NOT NULL, name TEXT NOT NULL, mac BLOB NOT NULL, content BLOB NOT NULL,"
    " PRIMARY KEY (owner, name))",
]
PRAGMAS = (
    "locking_mode = EXCLUSIVE",  # a build is alone here: no shared memory needed
    "synchronous = NORMAL",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
)
# What Python gets to see is of sound types, whatever a forged file holds.
TRACES = (
    "SELECT tick, id, mac, payload FROM traces JOIN used ON row = id WHERE owner = ? AND code = ?"
    " AND typeof(tick) = 'integer' AND typeof(mac) = 'blob' AND typeof(payload) = 'blob'"
)
NOTE = (
    "SELECT mac, content FROM notes WHERE owner = ? AND name = ? AND typeof(mac) = 'blob' AND typeof(content) = 'blob'"
)
GOOD = "SELECT used.row, tick FROM good JOIN used ON used.row = good.row WHERE owner = ? AND deck = ?"
COUNTS = (
    "SELECT (SELECT coalesce(max(tick), 0) FROM used WHERE typeof(tick) = 'integer' AND tick < 1 << 60),"
    " sum(owner = ?), count(*) FROM traces"
)
SIZE = (
    "SELECT coalesce(sum(length(payload)), 0) + (SELECT coalesce(sum(length(content)), 0) FROM notes)"
    " + (SELECT coalesce(sum(size), 0) FROM (SELECT DISTINCT address, CAST(size AS INTEGER) AS size FROM uses)),"
    " count(*) FROM traces"
)
ROWS = (
    "SELECT owner = ?, coalesce(CAST(seconds AS REAL), 0), id, coalesce(length(payload), 0)"
    " FROM traces LEFT JOIN used ON row = id ORDER BY tick, id"
)
ADD = "INSERT INTO traces (owner, code, seconds, mac, payload) VALUES (?, ?, ?, ?, ?)"
DROP_SURPLUS = (  # beyond so many of one code; never rows of this build or of a last good one
    "DELETE FROM traces WHERE owner = ?1 AND code = ?2 AND id NOT IN (SELECT row FROM good) AND id NOT IN"
    " (SELECT id FROM traces JOIN used ON row = id WHERE owner = ?1 AND code = ?2 AND tick > ?3) AND id NOT IN"
    " (SELECT id FROM traces JOIN used ON row = id WHERE owner = ?1 AND code = ?2 ORDER BY tick DESC, id DESC LIMIT ?4)"
)


def connected(file: Path) -> sqlite3.Connection:
    """The index, ready to be written. OperationalError if it is only out of reach, DatabaseError if it is no good."""
    for found in files(file):
        if found.is_symlink():  # it came with a clone: SQLite might write to where it leads
            found.unlink()
    with ExitStack() as unless_ours:
        db = sqlite3.connect(file, isolation_level=None, timeout=1, check_same_thread=False)
        unless_ours.callback(db.close)
        new = checked(db)
        db.execute("PRAGMA journal_mode = WAL")  # only now: it changes the file
        if new:
            create(db)
        unless_ours.pop_all()
    return db


def renewed(file: Path) -> sqlite3.Connection:
    """A new index in place of one that is no good."""
    for found in files(file):
        found.unlink(missing_ok=True)
    return connected(file)


def files(file: Path) -> list[Path]:
    """The index and what SQLite puts beside it."""
    return [file.with_name(file.name + suffix) for suffix in ("", "-wal", "-shm", "-journal")]


def left_open(file: Path) -> bool:
    """Whether its last user was killed."""
    return files(file)[1].exists()


def readable(file: Path) -> sqlite3.Connection:
    """The index where nothing can be written; an empty one if there is none or it is no good."""
    with ExitStack() as unless_ours, suppress(sqlite3.DatabaseError):
        address = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
        db = sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)
        unless_ours.callback(db.close)
        if not checked(db):
            unless_ours.pop_all()
            return db
    return memory()


def memory() -> sqlite3.Connection:
    """An index that holds nothing."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    create(db)
    return db


def checked(db: sqlite3.Connection) -> bool:
    """Whether it is still empty. DatabaseError if there is anything in it but our tables."""
    db.text_factory = readable_text
    for pragma in PRAGMAS:
        db.execute(f"PRAGMA {pragma}")
    [(version,)] = db.execute("PRAGMA user_version")
    schema = [sql for (sql,) in db.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")]
    if schema and (version, schema) != (FORMAT, SCHEMA):
        raise sqlite3.DatabaseError("not a store of this version")
    return not schema


def readable_text(content: bytes) -> str:
    """Text as SQLite has it, which need not be UTF-8 in a forged file."""
    return content.decode(errors="replace")


def create(db: sqlite3.Connection) -> None:
    """Make the tables, all or none."""
    with db:
        db.execute("BEGIN IMMEDIATE")
        for statement in (*SCHEMA, f"PRAGMA user_version = {FORMAT}"):
            db.execute(statement)


def evict(db: sqlite3.Connection, owner: str, excess: int) -> int:
    """Remove rows until so many bytes are free, and give the bytes of their payloads.

    Another key's rows go first, then those that save the fewest seconds per byte; this key's last good builds stay.
    """
    gone = 0
    good = {row for (row,) in db.execute("SELECT row FROM good JOIN traces ON id = row WHERE good.owner = ?", (owner,))}
    named: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for row, address, size in db.execute("SELECT row, address, max(CAST(size AS INTEGER), 0) FROM uses"):
        named[row][address] = size
    users = Counter(address for addresses in named.values() for address in addresses)
    rows = db.execute(ROWS, (owner,)).fetchall()  # the longest unused first, then by worth
    rows.sort(key=lambda row: (row[0], row[1] / (row[3] + sum(named[row[2]].values()) + 1)))
    for _, _, row, length in rows:
        if excess > 0 and row not in good:
            users.subtract(named[row].keys())
            freed = sum(size for address, size in named[row].items() if not users[address])
            db.execute("DELETE FROM traces WHERE id = ?", (row,))
            gone, excess = gone + length, excess - length - freed
    return gone
