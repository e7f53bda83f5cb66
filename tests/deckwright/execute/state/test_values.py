"""Values of many kinds keep their digest in another process and through a snapshot, and lose it when they change."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from .deck import Deck
from .values import CASES, OPAQUE

PROCESS = Path(__file__).parent / "process.py"


def run(mode: str, folder: Path, seed: str) -> dict[str, dict[str, Any]]:
    """What another process says of all values, where words are hashed in another way."""
    command = [sys.executable, str(PROCESS), mode, str(folder)]
    done = subprocess.run(
        command, stdout=subprocess.PIPE, text=True, check=True, env={**os.environ, "PYTHONHASHSEED": seed}
    )
    found: dict[str, dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any, Any]:
    first, second = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    with ThreadPoolExecutor(2) as pool:
        made, again = pool.map(run, ("make", "make"), (first, second), ("1", "2"))
    return made, again, run("load", first, "3")


@pytest.mark.parametrize("name", CASES)
def test_a_value(name: str, processes: tuple[Any, Any, Any]) -> None:
    made, again, restored = (found[name] for found in processes)
    assert "error" not in made, made["error"]
    assert (made["opaque"], made.get("unstorable")) == ("", None)
    assert made["again"] == made["digest"], "storing the value has changed it"
    assert made["changed"] != made["digest"], "the change was not seen"
    assert again["digest"] == made["digest"], "not the same in another process"
    assert "error" not in restored, restored["error"]
    assert restored["digest"] == made["digest"], "the snapshot has lost something"
    assert restored["objects"] == made["objects"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", OPAQUE)
def test_an_opaque_value(name: str) -> None:
    code, reason = OPAQUE[name]
    found = Deck(code).look("x")
    assert found.opaque == reason


def test_all_values_differ(processes: tuple[Any, Any, Any]) -> None:
    digests: dict[str, str] = {}
    for name, found in processes[0].items():
        assert digests.setdefault(json.dumps(found["digest"]), name) == name
