"""Edit the talk forty times, build after each edit, and compare each site with that of a clean build.

Run by `make edits`; `--quick` for a quarter of the edits, `--keep FOLDER` to look at all builds afterwards. The talk
is a variant that trains for moments. Exit code 1 after a needless training or a stale output.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.deckwright.execute.differential import REPLAY
from tests.edits.script import EDITS, TRAININGS, Change, Edit
from tests.edits.variant import ROOT, make_variant, replace_once

FIRST, AGAIN = Edit("the first build"), Edit("nothing")
BUILT = (".deckwright", "site", "__pycache__")
ONE_THREAD = {"OMP_NUM_THREADS": "1"}  # clean builds run side by side, and would wait for each other


@dataclass(frozen=True, slots=True)
class Row:
    """One edit, and what its build did."""

    edit: Edit
    ran: tuple[str, ...]  # as something changed
    again: tuple[str, ...]  # … to have back values that are not stored, which cost less than storing them
    kernel: bool
    seconds: float
    warnings: tuple[str, ...]
    state: Path  # the project before the build, and the site after it
    variables: Mapping[str, str]

    @property
    def needless(self) -> list[str]:
        """What ran and need not have."""
        trained = [name for name in self.again if name in TRAININGS]
        return [name for name in (*self.ran, *trained) if self.edit is not FIRST and name not in self.edit.must]

    @property
    def spared(self) -> list[str]:
        """What did not run though we thought it had to: right only if the outputs are."""
        return sorted(self.edit.must - set(self.ran))


def build(folder: Path, variables: Mapping[str, str]) -> tuple[dict[str, Any], float]:
    """What a build in a process of its own tells, and its seconds from start to end."""
    command = [sys.executable, "-m", "tests.edits.build_once", str(folder)]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"the build of {folder} failed")
    return json.loads(done.stdout), seconds


def apply(change: Change, folder: Path) -> None:
    """Do what the author does."""
    file = folder / change.file
    if change.old or file.exists():
        replace_once(file, change.old, change.new)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(change.new, "utf-8")


def session(folder: Path, edits: Sequence[Edit], variables: dict[str, str]) -> Iterator[Row]:
    """Make the variant, build, edit, build, and so on."""
    project = folder / "project"
    make_variant(project)
    for number, edit in enumerate(edits):
        for change in edit.changes:
            apply(change, project)
        variables = {**variables, **edit.variables}
        state = folder / f"{number:02}"
        shutil.copytree(project, state / "project", symlinks=True, ignore=shutil.ignore_patterns(*BUILT))
        told, seconds = build(project, variables)
        shutil.copytree(project / "site", state / "site")
        ran = dict.fromkeys(name for name, reasons in told["ran"] if not reasons[0].startswith(REPLAY))
        again = dict.fromkeys(name for name, reasons in told["ran"] if reasons[0].startswith(REPLAY))
        yield Row(edit, (*ran,), (*again,), told["kernel"], seconds, tuple(told["warnings"]), state, variables)


def stale(row: Row) -> list[str]:
    """Files of the site that are not those of a clean build."""
    project = row.state / "project"
    build(project, row.variables)
    ours, clean = (contents(folder / "site") for folder in (row.state, project))
    return sorted(name for name in ours.keys() | clean.keys() if ours.get(name) != clean.get(name))


def contents(folder: Path) -> dict[str, bytes]:
    """The files of a folder, by path."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(number: int, row: Row, differing: Sequence[str]) -> str:
    """One line of the table, and more where something is odd."""
    must = len(row.ran) if row.edit is FIRST else len(row.edit.must)
    ran = "all" if row.edit is FIRST else shortened(row.ran)
    kernel, equal = ("kernel" if row.kernel else "-"), ("STALE" if differing else "equal")
    lines = [
        f"{number:2}  {row.edit.title:36} {row.seconds:6.2f} s  {kernel:6}  {equal}  {len(row.ran):2} of {must:2}  {ran}"
    ]
    odd = {
        "needless": row.needless,
        "ran for their values": row.again,
        "did not run": row.spared,
        "stale": differing,
        "warned": row.warnings,
    }
    return "\n".join([*lines, *(f"        {what}: {', '.join(names)}" for what, names in odd.items() if names)])


def shortened(names: Sequence[str], limit: int = 90) -> str:
    """Names in one line."""
    line = ", ".join(names)
    return line if len(line) <= limit else f"{line[:limit]}…"


@contextmanager
def place(keep: Path | None) -> Iterator[Path]:
    """Where it all happens."""
    with tempfile.TemporaryDirectory(prefix="edits-") as folder:
        yield keep.absolute() if keep else Path(folder)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a quarter of the edits")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="an empty folder for all builds")
    parser.add_argument("--processes", type=int, default=2, help="clean builds at a time")
    chosen = parser.parse_args(arguments)
    edits = [FIRST, AGAIN, *(edit for edit in EDITS if edit.quick or not chosen.quick)]
    with place(chosen.keep) as folder, ThreadPoolExecutor(chosen.processes) as pool:
        variables = {**ONE_THREAD, "XDG_STATE_HOME": str(folder / "state")}
        rows: list[Row] = []
        for row in session(folder, edits, variables):
            rows.append(row)
            print(
                f"{len(rows) - 1}/{len(edits) - 1}  {row.edit.title}  {row.seconds:.1f} s", file=sys.stderr, flush=True
            )
        futures: list[Future[list[str]]] = [pool.submit(stale, row) for row in rows]  # only now: seconds are told
        found = [future.result() for future in futures]
    return summed_up(rows, found)


def summed_up(rows: Sequence[Row], found: Sequence[Sequence[str]]) -> int:
    """Print the table and the totals; give the exit code."""
    print("    edit                                  seconds  kernel  clean  ran of those that had to")
    for number, (row, differing) in enumerate(zip(rows, found, strict=True), -1):
        print(told(number, row, differing))
    needless = [name for row in rows for name in row.needless]
    trained = [name for name in needless if name in TRAININGS]
    outdated = sum(map(len, found))
    print(
        f"{len(rows) - 2} edits: {len(trained)} needless trainings, {len(needless)} needless runs, {outdated} stale files;"
        f" runs for values that are not stored: {sum(len(row.again) for row in rows)};"
        f" kernels started: {sum(row.kernel for row in rows[1:])};"
        f" steps that had to run: {sum(len(row.edit.must) for row in rows)}, ran: {sum(len(row.ran) for row in rows[1:])}"
    )
    return 1 if trained or outdated else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
