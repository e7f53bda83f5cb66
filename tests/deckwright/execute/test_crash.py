"""Builds that were killed leave nothing wrong behind: a few of the many kills of `make crash`."""

import sys
from pathlib import Path

import pytest

from tests.crash import Trials

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> Trials:
    return Trials(tmp_path_factory.mktemp("crash"))


@pytest.mark.parametrize(("number", "at"), [(0, 0.3), (2, 0.62), (4, 0.82)])
def test_a_killed_build_costs_one_cell_at_most(trials: Trials, tmp_path: Path, number: int, at: float) -> None:
    assert trials.trial(number, at).problems == ()
