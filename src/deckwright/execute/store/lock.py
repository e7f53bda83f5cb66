"""One build at a time: a lock on a file, which ends with its process. Knows no store."""

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

WAITING = "waiting for another build of this deck to end"


def pause() -> None:
    """What a build does while it waits."""
    time.sleep(0.05)


def taken(file: Path, warn: Callable[[str], None], wait: Callable[[], None] = pause) -> int:
    """The descriptor that holds the lock until it is closed. Waits for whoever has it, and says so once."""
    # Not through a link, which a clone could bring.
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o666)
    with ExitStack() as unless_taken:
        unless_taken.callback(os.close, descriptor)
        if not tried(descriptor):
            warn(WAITING)
            while not tried(descriptor):
                wait()
        unless_taken.pop_all()
    return descriptor


def tried(descriptor: int) -> bool:
    """Whether the lock is ours now."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # Windows says the latter
        return False
    return True
