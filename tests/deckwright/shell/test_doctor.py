"""What is installed, on machines that are told of."""

import json
import subprocess
import sys
from pathlib import Path

from deckwright.shell.doctor import Finding, findings, installed_version, told, web


def nothing(name: str) -> None:
    return None


def states(found: list[Finding]) -> dict[str, str]:
    return {one.name: one.state for one in found}


def test_here_all_is_well() -> None:
    found = states(findings(installed_version))
    assert found["packages"] == found["web assets"] == found["kernel"] == "ok"
    assert "missing" not in found.values()


def test_without_packages_each_is_named_with_what_to_type() -> None:
    found = {one.name: one for one in findings(nothing, nothing)}
    assert found["jinja2"].state == found["kernel"].state == "missing"
    assert found["jinja2"].remedy == "pip install 'jinja2>=3.1'"
    assert found["matplotlib"].state == found["browser"].state == found["git"].state == "optional"
    assert found["serve"].remedy == "pip install starlette uvicorn watchfiles  # deckwright serve"
    assert "pytest" not in found
    assert found["device"].found == "CPU"


def test_a_version_that_is_too_old_is_missing() -> None:
    found = {one.name: one for one in findings(lambda name: "2.0" if name == "jinja2" else None, nothing)}
    assert (found["jinja2"].state, found["jinja2"].found) == ("missing", "2.0")
    assert "2.0; get it: pip install 'jinja2>=3.1'" in "\n".join(told(found.values()))


def test_web_assets_are_looked_for(tmp_path: Path) -> None:
    assert web(tmp_path).state == "missing"


def test_json_for_programs() -> None:
    command = [sys.executable, "-m", "deckwright", "doctor", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout)
    assert told["ok"] is True
    assert {"name": "deckwright", "state": "ok", "found": "0.1.0", "remedy": ""} in told["findings"]
