"""See which files, folders and environment variables a step reads and which files it writes. Runs inside the kernel.

Python tells of files by audit hooks; what a library opens in C stays unseen, unless it is known here or declared
by the author (`depends`).
"""

import os
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, wraps
from pathlib import Path
from typing import Any

from deckwright.execute.inside import environment
from deckwright.execute.inside.environment import Readings, watch_environment
from deckwright.execute.inside.paths import mark, signature, started_from
from deckwright.execute.store.files import STAT, file_address, folder_digest, kind_of

SMALL = 1 << 20  # bytes: a file up to this size is read at once, before the step can change it
LIBRARIES = ("site-packages", "dist-packages", "__pycache__", ".deckwright", "deckwright/web/")
STANDARD = tuple({sysconfig.get_paths()[name] + "/" for name in ("stdlib", "platstdlib")})
SYSTEM = ("/proc/", "/dev/", "/sys/", "/etc/", *STANDARD)
CWD = os.getcwd  # as it is before anyone watches it
IMPORT = "<frozen importlib"
MAGIC = "IPython.core.magics.osm"  # does what the author's %env and %pwd say
NOT_DATA = (".py", ".pyc", ".so", ".pyd", ".dylib")
CACHES = ("fontlist-", "matplotlibrc")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
CHANGES = ("os.remove", "os.rmdir", "os.mkdir", "os.truncate", "shutil.rmtree")  # of the path that they name first
AT = {"os.remove": 1, "os.rmdir": 1, "os.mkdir": 2}  # which argument is the open folder that paths start from
FOLDERS = ("os.listdir", "os.scandir")
TOLERANT = {"mkdir": "exist_ok", "makedirs": "exist_ok", "unlink": "missing_ok"}  # functions and their arguments
TEMPORARY = tempfile.gettempdir() + os.sep
OWN = (__file__, environment.__file__)
NETWORK = ("socket.connect", "socket.getaddrinfo", "urllib.Request")


class Observer:
    """What the step in progress has read and written. One for each kernel, since hooks stay for good."""

    def __init__(self, root: Path, of_the_author: Callable[[str], bool], put: Callable[[bytes], str]) -> None:
        """`put` keeps some content, and gives its address if it could."""
        self.root, self.of_the_author, self.put = str(root), of_the_author, put
        self.watching = False
        self.files: dict[str, str | os.stat_result] = {}  # read: address, or what it was like if it is large
        self.folders: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.written: set[str] = set()
        self.marks: dict[str, tuple[int, ...]] = {}  # of the same, before
        self.environment: dict[str, str] = {}
        self.flags: set[str] = set()
        self.place = False  # whether the step asked where the project lies
        self.listed_before: dict[str, str] = {}  # folders that the step has changed, as they were
        self.known: dict[str, tuple[int, int]] = {}  # files that steps of this kernel wrote: size and time since then
        sys.addaudithook(self.hook)
        self.watch_stat()
        readings = Readings(self.environment, lambda: self.watching, self.asked_by_author)
        watch_environment(readings, self.is_set_by_step)

    def begin(self) -> None:
        """Look at what happens from now on."""
        for found in (
            self.files,
            self.folders,
            self.kinds,
            self.written,
            self.marks,
            self.environment,
            self.flags,
            self.listed_before,
        ):
            found.clear()
        self.place = False
        self.watching = True

    def end(self) -> None:
        """Look no more; see what files became of those that were open."""
        self.watching = False
        # What was to be made or renamed may have failed: a file that stayed as it was is not the step's work.
        self.written -= {path for path, before in self.marks.items() if before and mark(path) == before}
        for path, before in self.known.items():
            if signature(path) != before:
                self.written.add(path)
        for path in self.written:
            self.known[path] = signature(path)

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Do something that is not the step's doing."""
        before, self.watching = self.watching, False
        yield
        self.watching = before

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Python's audit hook: most events must cost next to nothing."""
        if not self.watching:
            return
        if event == "open":
            self.opened(*arguments)
        elif event in FOLDERS:
            self.listed(arguments[0])
        elif event in CHANGES:
            path = started_from(arguments[0], arguments[AT[event]] if event in AT else -1)
            if event == "os.remove":
                self.parted_with(path)
            self.changed(path)
        elif event == "os.rename":
            self.moved(started_from(arguments[0], arguments[2]), started_from(arguments[1], arguments[3]))
        elif event == "os.link":
            self.linked(started_from(arguments[0], arguments[2]), started_from(arguments[1], arguments[3]))
        elif event == "os.symlink":
            link = self.name(started_from(arguments[1], arguments[2]))
            self.linked(os.path.join(os.path.dirname(link), os.fsdecode(arguments[0])), link)
        elif event in NETWORK:
            self.connected(arguments)
        elif event == "subprocess.Popen":
            self.flags.add("another program")

    def connected(self, arguments: tuple[Any, ...]) -> None:
        """Sockets of the kernel itself are local and go by files."""
        if not isinstance(arguments[-1], str | bytes):
            self.flags.add("network")

    def opened(self, path: Any, mode: Any, flags: Any) -> None:
        name = self.name(path)
        if not name:
            return
        writes = any(letter in mode for letter in "wax+") if isinstance(mode, str) else bool(flags & WRITING)
        keeps = ("+" in mode or "a" in mode) if isinstance(mode, str) else not flags & os.O_TRUNC
        if not writes or keeps:
            self.read(name, at_once=writes)
        if writes and isinstance(mode, str) and "x" in mode:
            self.changed(name)
        elif writes and self.is_ours(name):
            self.write(name)

    def read(self, name: str, *, at_once: bool) -> None:
        if name in self.files or name in self.written:
            return
        with self.unwatched():
            try:
                found = STAT(name)
            except OSError:
                self.files[name] = ""
                return
            if at_once and found.st_size <= SMALL:  # lest the step find its own work when it runs again
                with suppress(OSError):  # as for a folder, in which a nameless file is made
                    self.put(Path(name).read_bytes())
            self.files[name] = file_address(name) if at_once or found.st_size <= SMALL else found

    def listed(self, path: Any) -> None:
        name = self.name(path if path is not None else ".")
        if name and name not in self.folders and not by_import():
            with self.unwatched():
                self.folders[name] = self.listed_before.get(name) or folder_digest(name)

    def changed(self, path: Any, *, whatever_was: bool = False) -> None:
        """Note that a path was changed, and what was there if the step may fail or do something else without it."""
        name = self.name(path)
        if name and self.is_ours(name):
            if not whatever_was:
                self.asked(name)
            self.write(name)

    def parted_with(self, path: Any) -> None:
        """Note what a file holds that goes: it is elsewhere now, or a step before this one runs again and reads it."""
        name = self.name(path)
        if name and self.is_ours(name) and os.path.isfile(name):
            self.read(name, at_once=True)

    def linked(self, old: Any, new: Any) -> None:
        """Note that a file gets a second name."""
        self.parted_with(old)
        self.changed(new)

    def moved(self, old: Any, new: Any) -> None:
        """Note that a file gets another name; or a folder, and all that lies in it."""
        source, target = self.name(old), self.name(new)
        if source and not os.path.lexists(source):  # that fails, and nothing moves
            self.asked(source)
            return
        with self.unwatched():
            inner = sorted(Path(source).rglob("*")) if source and target and os.path.isdir(source) else []
        for name in (source, *map(str, inner)):
            self.parted_with(name)
            self.changed(name)
        for name in (target, *(target + str(path).removeprefix(source) for path in inner)):
            self.changed(name, whatever_was=True)

    def write(self, name: str) -> None:
        """Note that the step writes or removes something; and what the folder held before."""
        folder = os.path.dirname(name)
        if name not in self.written and folder not in self.listed_before:
            with self.unwatched():
                self.listed_before[folder] = folder_digest(folder)
        self.marks.setdefault(name, mark(name))
        self.written.add(name)

    def is_ours(self, name: str) -> bool:
        """Whether a change is the step's doing: in the project, or by the author's own code. Libraries keep caches."""
        return name.startswith(self.root + os.sep) or self.asked_by_author()

    def name(self, path: Any) -> str:
        """A path as traces have it: absolute, or from the project's root; empty for what is no data."""
        if not isinstance(path, str | bytes | os.PathLike):
            return ""
        text = os.path.normpath(os.path.join(CWD(), os.fsdecode(path)))
        if text.endswith(NOT_DATA) or os.path.basename(text).startswith(CACHES):
            return ""
        if text.startswith(SYSTEM) and not text.startswith(self.root + os.sep):
            return ""
        if any(part in text for part in LIBRARIES) or text in sys.path:
            return ""
        return text

    def large_files(self) -> None:
        """Read the large files that the step has read. One that it changed meanwhile is marked so."""
        for name, before in self.files.items():
            if isinstance(before, os.stat_result):
                after = STAT(name) if os.path.exists(name) else None
                same = after and (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
                self.files[name] = file_address(name) if same else "changed while it was read"

    def watch_stat(self) -> None:
        """Notice when the author's code asks whether a file is there. What libraries ask does not count."""

        @wraps(STAT)
        def stat(path: Any, *arguments: Any, **options: Any) -> os.stat_result:
            if self.watching and not isinstance(path, int) and self.asked_by_author():
                self.asked(self.name(path))
            return STAT(path, *arguments, **options)

        @wraps(CWD)
        def getcwd() -> str:
            self.place |= self.watching and self.asked_by_author()
            return CWD()

        os.stat, os.getcwd = stat, getcwd

    def asked(self, name: str) -> None:
        """Note what is there, unless the step has put it there."""
        if name and name not in self.written and name not in self.kinds and not is_all_right():
            kind = kind_of(name)
            if kind or name.startswith(self.root + os.sep) or not name.startswith(TEMPORARY):  # where names are made up
                self.kinds[name] = kind

    def is_set_by_step(self) -> bool:
        """Whether what is being set is the step's doing, and not an import's."""
        return self.watching and not by_import()

    def asked_by_author(self) -> bool:
        """Whether the first frame outside Python's own library is of the deck or of one of its modules."""
        frame = sys._getframe(1)
        while frame:
            if frame.f_code.co_filename in OWN:
                frame = frame.f_back  # type: ignore[assignment]
                continue
            module = frame.f_globals.get("__name__", "")
            if module in ("__main__", MAGIC) or self.of_the_author(module):
                return True
            if frame.f_code.co_filename.startswith(IMPORT) or not of_python_itself(frame.f_code.co_filename):
                return False
            frame = frame.f_back  # type: ignore[assignment]
        return False


def by_import() -> bool:
    """Whether it is Python's import that looks, and not the step."""
    frame = sys._getframe(1)
    while frame and not frame.f_code.co_filename.startswith(IMPORT):
        frame = frame.f_back  # type: ignore[assignment]
    return frame is not None


def is_all_right() -> bool:
    """Whether whoever makes or removes a path has said that it may be there already, or be gone."""
    frame = sys._getframe(1)
    while frame and (frame.f_code.co_filename == __file__ or of_python_itself(frame.f_code.co_filename)):
        if frame.f_code.co_name in TOLERANT and frame.f_locals.get(TOLERANT[frame.f_code.co_name]):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


@cache
def of_python_itself(file: str) -> bool:
    """Whether a source file is part of Python's own library."""
    return file.startswith((*STANDARD, "<frozen")) and not any(part in file for part in LIBRARIES)
