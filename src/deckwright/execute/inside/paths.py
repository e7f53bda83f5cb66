"""Where a path leads that a step uses, and what tells that a file has changed. Runs inside the kernel."""

import os
from stat import S_ISREG
from typing import Any

from deckwright.execute.store.files import STAT


def started_from(path: Any, folder: int) -> Any:
    """A path that is relative to an open folder, given by its number; if below 0, to the working one. None: unknown."""
    if folder < 0:
        return path
    try:
        return os.path.join(os.readlink(f"/proc/self/fd/{folder}"), os.fsdecode(path))
    except OSError:
        return opened_folder(path, folder)


def opened_folder(path: Any, folder: int) -> Any:
    """The same where the system has another way to tell, as Apple's."""
    import fcntl

    if not hasattr(fcntl, "F_GETPATH"):
        return None
    found = fcntl.fcntl(folder, fcntl.F_GETPATH, bytes(1024))
    return os.path.join(os.fsdecode(found.rstrip(b"\0")), os.fsdecode(path))


def signature(path: str) -> tuple[int, int]:
    """What tells that a file has changed: size and time. Zeros: it is not there."""
    try:
        found = STAT(path)
    except OSError:
        return 0, 0
    return found.st_size, found.st_mtime_ns


def mark(path: str) -> tuple[int, ...]:
    """The same of a file, so that a copy with an old time shows, too. Nothing for a folder, and if it is not there."""
    try:
        found = STAT(path)
    except OSError:
        return ()
    return (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino) if S_ISREG(found.st_mode) else ()
