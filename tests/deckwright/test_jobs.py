"""Decks side by side: how many fit, and what an interruption leaves."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from deckwright.jobs import ROOM, fitting
from tests.deckwright.conftest import MakeProject


@pytest.mark.parametrize(("wanted", "room", "jobs"), [(4, 2, 2), (2, 4, 2), (3, 0, 1), (1, 9, 1)])
def test_no_more_decks_than_memory_has_room_for(wanted: int, room: int, jobs: int) -> None:
    assert fitting(wanted, room * ROOM) == jobs


def test_as_many_as_fit_are_no_more_than_processors() -> None:
    assert fitting(0, 10_000 * ROOM) == os.cpu_count()
    assert fitting(0, 0) == 1


def test_an_interruption_leaves_no_kernel(project: MakeProject) -> None:
    cell = "---\ntitle: T\n---\n\n## A\n\n```{python}\nopen('%s', 'w').close()\nimport time; time.sleep(600)\n```\n"
    made = project(**{f"slides/{name}/a.md": cell % name for name in ("x", "y")})
    command = [sys.executable, "-m", "deckwright", "build", "--jobs", "2"]
    with subprocess.Popen(command, cwd=made.root, stderr=subprocess.PIPE, text=True) as running:
        while not all((made.root / name).exists() for name in ("x", "y")):
            assert running.poll() is None
            time.sleep(0.05)
        kernels = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGINT)
        _, told = running.communicate(timeout=60)
    assert (running.returncode, told) == (130, "warning: interrupted; the site is as it was\n")
    assert len(kernels) >= 2
    assert psutil.wait_procs(kernels, timeout=10)[1] == []
    assert not made.out.exists()
