"""What all tests share: golden files that `pytest --update` rewrites and `git diff` reviews."""

from collections.abc import Callable
from pathlib import Path

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite expected outputs; never in CI")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], str]:
    """Gives the expected text that lies in a file; with --update, the file first takes the actual one."""

    def expected(path: Path, actual: str) -> str:
        if request.config.getoption("--update"):
            path.write_text(actual, "utf-8")
        return path.read_text("utf-8")

    return expected


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests say the same on a desk and in a workflow."""
    for name in ("GITHUB_ACTIONS", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
