"""Kill a build at random moments, as a power cut would, and see that the next one is right. Run by `make crash`.

The deck has state of many kinds, each cell takes a little while, and the kernel is a real one. After each kill: the next
build succeeds, its site is that of a clean build, no finished cell runs again, and no process is left behind.
"""

import argparse
import ctypes
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PATIENCE = 10.0  # seconds until all processes of a killed build must be gone
MARK = "DECKWRIGHT_CRASH"  # a variable that the processes of one trial have, and no others
ADOPT = 36  # PR_SET_CHILD_SUBREAPER: orphans become ours and not init's, as in a desktop's session
HELPER = "COUNT = 3\n\n\ndef scale(values, by=2):\n    return [by * value for value in values]\n"
BUILDING = """
import json, os, sys, time
from pathlib import Path
from deckwright.model import Cell
from deckwright.pipeline import Project, build

class Log:
    def tell(self, *what):
        os.write(3, (json.dumps([time.time(), *what]) + "\\n").encode())  # unbuffered: what is told outlives us
    def begin(self, steps): self.tell("begin", steps)
    def cached(self, step, trace): self.tell("cached", step.label)
    def started(self, step, reasons): self.tell("started", step.label, *reasons)
    def printed(self, step, text): pass
    def showing(self, step, outputs): pass
    def finished(self, step, trace): self.tell("finished", step.label)
    def warn(self, message): self.tell("warning", message)

root, log = Path(sys.argv[1]), Log()
build(Project(root, root / "slides", root / "site"), log)
log.tell("done")
"""
CELLS = (
    "import random\nimport time\nfrom pathlib import Path\n\nimport numpy as np\n\nfrom helper import COUNT, scale\n\n"
    "def rest():\n    time.sleep(0.06)",
    "rest()\nrows = [1, 2, 3]\nalias = rows\nrows",
    "rest()\nalias.append(4)\nlen(rows)",
    "class Counter:\n    made = 0\n\n    def __init__(self, start):\n        Counter.made += 1\n        self.value = start\n\n"
    "    def up(self):\n        self.value += 1\n        return self\n\ncounter = Counter(5)",
    "rest()\ncounter.up().up()\ncounter.value, Counter.made",
    "rest()\nPath('out/first.txt').write_text(f'{rows}\\n');",
    "rest()\nwith open('out/first.txt', 'a') as file:\n    file.write(f'{counter.value}\\n')",
    "rest()\nnoise = np.random.default_rng(0).normal(size=(40, 40))\nview = noise[:2]\nview += 1\nround(float(noise.sum()), 6)",
    "rest()\nprint(random.random(), np.random.rand())",
    "rest()\nlarge = np.arange(200_000) * COUNT\nnp.save('out/large.npy', large)\nPath('out/first.txt').read_text()",
    "rest()\nlast = np.load('out/large.npy')[-1]\nprint(last, scale(rows), random.random())",
    "Path('out/first.txt').unlink()\nPath('out/first.txt').exists(), sorted(rows)",
)
EDITED = CELLS[2].replace("append(4)", "extend([4, 5])")  # changes what most others see


@dataclass(frozen=True, slots=True)
class Trial:
    """What one kill did."""

    told: int  # steps that the killed build had ended
    finished: frozenset[str]
    problems: tuple[str, ...]


def deck(cells: Sequence[str]) -> str:
    listed = [f'## Slide {number}\n\n```{{python label="c{number}"}}\n{code}\n```' for number, code in enumerate(cells)]
    return (
        "---\ntitle: Crash\n---\n\n"
        + "\n\n---\n\n".join([*listed, "In all `{python} counter.value + len(rows)`"])
        + "\n"
    )


def write(folder: Path, cells: Sequence[str]) -> None:
    """Lay the project in a folder."""
    for name, text in (("slides/deck.md", deck(cells)), ("src/helper.py", HELPER)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    (folder / "out").mkdir(exist_ok=True)


def started(folder: Path, mark: str) -> subprocess.Popen[bytes]:
    """A build in a process group of its own, which logs to a file."""
    (folder / "tmp").mkdir(exist_ok=True)
    own = {MARK: mark, "XDG_STATE_HOME": str(folder / "state"), "TMPDIR": str(folder / "tmp")}
    with (folder / "log").open("wb") as log:
        program = f"import os; os.dup2({log.fileno()}, 3)\n{BUILDING}"
        return subprocess.Popen(
            [sys.executable, "-c", program, str(folder)],
            env={**os.environ, **own},
            pass_fds=[log.fileno()],
            start_new_session=True,
            stderr=subprocess.PIPE,
        )


def lines(folder: Path) -> list[list[Any]]:
    """What a build has told and when, but for a line that it could not end."""
    return [json.loads(line) for line in (folder / "log").read_text("utf-8").splitlines() if line.endswith("]")]


def events(folder: Path) -> list[list[str]]:
    """What a build has told."""
    return [what for _, *what in lines(folder)]


def completed(folder: Path, mark: str) -> list[list[str]]:
    """Build to the end, and give what it told. Raises AssertionError where it fails."""
    process = started(folder, mark)
    _, errors = process.communicate()
    if process.returncode:
        raise AssertionError(f"the build ended with {process.returncode}: {errors.decode()}")
    return events(folder)


def site(folder: Path) -> dict[str, bytes]:
    """The files of a project's site, and those that its cells wrote."""
    found = [*(folder / "site").rglob("*"), *(folder / "out").rglob("*")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found if path.is_file()}


def processes(mark: str) -> list[str]:
    """The living processes of a trial, by what they run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            variables = (folder / "environ").read_bytes().split(b"\0")
            if f"{MARK}={mark}".encode() in variables:
                found.append(
                    f"{folder.name} {(folder / 'cmdline').read_bytes().replace(bytes(1), b' ').decode()[:120]}"
                )
    return found


def left_behind(mark: str) -> list[str]:
    """The processes of a trial that do not end in time. They are ended then."""
    end = time.monotonic() + PATIENCE
    while (found := processes(mark)) and time.monotonic() < end:
        time.sleep(0.1)
    for line in found:
        with suppress(ProcessLookupError):
            os.kill(int(line.split()[0]), signal.SIGKILL)
    return found


def adopt_orphans() -> None:
    """Have orphans become children of this process: they must see for themselves that they are orphans."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(ADOPT, 1, 0, 0, 0)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def killed(folder: Path, mark: str, after: int, delay: float) -> list[list[str]]:
    """Start a build, and kill it when it has told so many things and then a while has passed; what it had told."""
    process = started(folder, mark)
    while process.poll() is None and len(lines(folder)) < after:
        time.sleep(0.002)
    time.sleep(delay)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return events(folder)


@dataclass(frozen=True, slots=True)
class Start:
    """A project to start from, and what a build makes of it that nobody kills."""

    folder: Path
    clean: dict[str, bytes]
    gaps: list[float]  # seconds after each thing that a build tells, from its start on


class Trials:
    """Kills of builds that start from nothing, and of builds after an edit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @cached_property
    def new(self) -> Start:
        """A project that was never built."""
        write(self.folder / "new", CELLS)
        return self.start("new", timed="new-clean")

    @cached_property
    def edited(self) -> Start:
        """A project that was built before an edit."""
        folder = self.folder / "edited"
        write(folder, CELLS)
        completed(folder, "edited")
        write(folder, [EDITED if code == CELLS[2] else code for code in CELLS])
        shutil.copytree(folder, self.folder / "again")
        began = time.time()
        completed(self.folder / "again", "again")
        return self.start("edited", timed="again", began=began)

    def start(self, name: str, timed: str, began: float = 0.0) -> Start:
        """`timed`: the project whose last build began then, or is yet to be the clean one."""
        folder, clean = self.folder / name, self.folder / f"{name}-clean"
        shutil.copytree(folder, clean, ignore=shutil.ignore_patterns(".deckwright", "site"))
        began = began or time.time()
        completed(clean, "clean")
        times = [began, *(when for when, *_ in lines(self.folder / timed))]
        return Start(folder, site(clean), [later - sooner for sooner, later in pairwise(times)])

    def trial(self, number: int, share: float) -> Trial:
        """Kill a build when it has told this share of what it tells, or a while later; build again, and judge."""
        start, mark = self.edited if number % 2 else self.new, f"{os.getpid()}-{number}"
        folder = self.folder / f"trial-{number}"
        shutil.copytree(start.folder, folder)
        after, part = divmod(share * len(start.gaps), 1)
        before = killed(folder, mark, int(after), part * start.gaps[int(after)])
        finished = frozenset(event[1] for event in before if event[0] == "finished")
        problems = judged(folder, mark, start.clean, before)
        shutil.rmtree(folder, ignore_errors=True)
        return Trial(sum(event[0] in ("finished", "cached") for event in before), finished, tuple(problems))


def judged(folder: Path, mark: str, clean: dict[str, bytes], before: Sequence[Sequence[str]]) -> list[str]:
    """What is wrong with the build after the kill."""
    try:
        after = completed(folder, mark)
    except AssertionError as error:
        return [str(error)]
    known = {event[1] for event in before if event[0] in ("finished", "cached")}
    again = [event[1] for event in after if event[0] == "finished" and event[1] in known]
    ours = site(folder)
    differing = sorted(name for name in ours.keys() | clean.keys() if ours.get(name) != clean.get(name))
    problems = [f"{name} differs from the clean build's" for name in differing]
    problems += [f"{label} had finished, and ran again" for label in again]
    problems += [f"warning: {event[1]}" for event in after if event[0] == "warning"]
    return [*problems, *(f"left behind: {line}" for line in left_behind(mark))]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args(arguments)
    drawn = random.Random(chosen.seed)
    print(f"seed {chosen.seed}", flush=True)
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="crash-") as folder, ThreadPoolExecutor(chosen.processes) as pool:
        trials = Trials(Path(folder))
        print(f"{len(trials.new.gaps)} and {len(trials.edited.gaps)} moments to begin with", flush=True)
        moments = [drawn.random() for _ in range(chosen.kills)]
        wrong = in_cells = 0
        for number, found in enumerate(pool.map(trials.trial, range(chosen.kills), moments)):
            in_cells += bool(found.finished)
            wrong += bool(found.problems)
            print(f"{number + 1}/{chosen.kills}  {found.told} steps were done", flush=True)
            for problem in found.problems:
                print(f"    {problem}", flush=True)
    print(f"{chosen.kills} kills, {in_cells} of them after a cell had run: {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
