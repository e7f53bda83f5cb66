"""Plant bugs in the engine, one at a time: its tests must catch each. Run by `make mutants`.

python -m tests.mutants [WORD ...]: only bugs whose name has one of these words, and only the tests that are named for
them. Exit code 1 where a bug survives, where a row of the table does not fit the source, or where tests fail without
a bug.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.planted import BUGS, Bug

ROOT = Path(__file__).parents[1]
ENGINE = "src/deckwright/execute"
TESTS = "tests/deckwright/execute"
QUICK = (
    "test_names.py", "test_modules.py", "test_store.py", "test_repeat.py", "state", "test_restoring.py",
    "test_tricky.py", "test_elsewhere.py", "test_surroundings.py", "test_differential.py",
)  # fmt: skip
AT_ONCE = 2
PATIENCE = 3.0  # times the seconds that all tests take without a bug: more is a hang
# `--keep-duplicates`: those that are named for a bug first, then all; else pytest would put them in their places
PYTEST = "-m pytest -q -rfE --tb=no --no-header --keep-duplicates -p no:cacheprovider".split()
FAILED = re.compile(rf"^(?:FAILED|ERROR) {TESTS}/(?P<test>.+?\.py(?:::.+?)?)(?: - .*)?$", re.MULTILINE)
CAUGHT, HANGS, SURVIVES, BROKEN = "caught", "hangs", "SURVIVES", "BROKEN"


class Outcome(NamedTuple):
    """What the tests say of the engine with one bug."""

    verdict: str
    told: str  # the test that failed (without a bug: all of them), or what went wrong
    seconds: float


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("words", nargs="*")
    words = parser.parse_args(arguments).words
    bugs = [bug for bug in BUGS if not words or any(word in bug.name for word in words)]
    if misfits := [bug for bug in bugs if occurrences(bug) != 1]:
        for bug in misfits:
            print(f"{bug.name}: the old text stands {occurrences(bug)} times in {bug.file}")
        return 1
    if not bugs:
        print("no bug has such a name")
        return 1
    with tempfile.TemporaryDirectory(prefix="dw-") as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        original = Path(folder) / "original"
        copy(ROOT, original)  # others may edit the tree meanwhile
        named = dict.fromkeys(test for bug in bugs for test in bug.tests)
        control = tested(original, tuple(named) if words else QUICK, 3600.0)
        if control.verdict != SURVIVES:
            print(f"no bug, and yet: {control.told}")
            return 1
        print(f"no bug: all tests pass ({control.seconds:.0f} s)", flush=True)
        limit = 60 + PATIENCE * control.seconds
        outcomes = pool.map(partial(outcome, original, limit, rest=() if words else QUICK), bugs)
        return report(bugs, outcomes)


def occurrences(bug: Bug) -> int:
    """How often the text that a bug replaces stands in its file."""
    path = ROOT / ENGINE / bug.file
    return path.read_text("utf-8").count(bug.old) if path.is_file() else 0


def copy(root: Path, to: Path) -> None:
    """All that the engine's tests need of a project."""
    to.mkdir()
    for name in ("src", "tests/deckwright"):
        shutil.copytree(root / name, to / name)
    for name in ("pyproject.toml", "tests/__init__.py", "tests/conftest.py"):
        shutil.copy2(root / name, to / name)
    for name in ("static", "templates", "node_modules"):
        if (ROOT / name).exists():
            (to / name).symlink_to(ROOT / name)


def outcome(original: Path, limit: float, bug: Bug, *, rest: Sequence[str]) -> Outcome:
    """Plant one bug in a copy and run the tests there, those first that should catch it."""
    with tempfile.TemporaryDirectory(prefix="dw-") as folder:
        project = Path(folder) / "p"
        copy(original, project)
        path = project / ENGINE / bug.file
        path.write_text(path.read_text("utf-8").replace(bug.old, bug.new), "utf-8")
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
            compiled.unlink()
        return tested(project, (*bug.tests, *rest), limit, "-x")


def tested(project: Path, tests: Sequence[str], limit: float, *options: str) -> Outcome:
    """Run tests in a copy, in a session of their own: what a bug leaves running ends with it."""
    began, log, scratch = time.monotonic(), project.parent / "log", project.parent / "t"
    scratch.mkdir()
    environment = os.environ | {"PYTHONPATH": str(project / "src"), "TMPDIR": str(scratch)}
    command = [sys.executable, *PYTEST, *options, *(f"{TESTS}/{test}" for test in tests)]
    with log.open("w") as out:
        process = subprocess.Popen(
            command, cwd=project, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )  # fmt: skip
    try:
        code = process.wait(limit)
    except subprocess.TimeoutExpired:
        code = -signal.SIGALRM
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    said = log.read_text("utf-8", "replace")
    failed = [found["test"] for found in FAILED.finditer(said)]
    seconds = time.monotonic() - began
    if code == 1 and failed:
        return Outcome(CAUGHT, ", ".join(failed), seconds)
    if code == -signal.SIGALRM:
        return Outcome(HANGS, f"no end within {limit:.0f} s", seconds)
    return Outcome(BROKEN, said[-2000:].strip(), seconds) if code else Outcome(SURVIVES, "", seconds)


def report(bugs: Sequence[Bug], outcomes: Iterable[Outcome]) -> int:
    """Print a line for each bug as it is known, and totals."""
    counts: Counter[str] = Counter()
    width = max(len(bug.name) for bug in bugs)
    began = time.monotonic()
    for bug, (verdict, told, seconds) in zip(bugs, outcomes, strict=True):
        counts[verdict] += 1
        print(f"{bug.name:<{width}} | {told if verdict == CAUGHT else f'{verdict} {told}'} | {seconds:.1f}", flush=True)
    caught = counts[CAUGHT] + counts[HANGS]
    print(f"{caught} of {len(bugs)} bugs caught in {time.monotonic() - began:.0f} s: {dict(counts)}")
    return 0 if caught == len(bugs) else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
