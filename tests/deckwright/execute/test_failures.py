"""What goes wrong while cells run: one clear message, no process left, the last good site untouched."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deckwright.errors import DeckError
from deckwright.pipeline import Project, build
from tests.deckwright.conftest import MakeProject, Memory
from tests.deckwright.execute.test_outputs import FRONT, HELPER

CASES = sorted((Path(__file__).parent / "failures").glob("*.md"))
SLEEPER = '```{python}\nimport subprocess, time\nsubprocess.Popen(["sleep", "61"])\nprint("here", flush=True)\ntime.sleep(62)\n```\n'


def kernels(root: Path) -> list[str]:
    """Command lines of processes whose working directory is this project."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == root and (process / "cmdline").read_bytes():
                found.append((process / "cmdline").read_text())
        except (PermissionError, FileNotFoundError, ProcessLookupError):
            continue
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_failure_is_told_and_leaves_the_site_and_no_process(
    case: Path, project: MakeProject, watcher: Memory, golden: Callable[[Path, str], str]
) -> None:
    made = project(**{"slides/talk.md": FRONT + "## Good\n", "helper.py": HELPER})
    build(made, watcher)
    before = (made.out / "index.html").read_bytes()
    (made.slides / "talk.md").write_text(FRONT + case.read_text("utf-8"), "utf-8")
    with pytest.raises(DeckError) as error:
        build(made, watcher)
    actual = portable(f"{error.value}\n")
    assert actual == golden(case.with_suffix(".txt"), actual)
    assert (made.out / "index.html").read_bytes() == before
    assert kernels(made.root) == []


def portable(message: str) -> str:
    """Without the paths and lines of this machine's standard library."""
    return re.sub(r"/\S*?/json/(\w+\.py):\d+", r"LIB/json/\1:N", message)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupt_ends_with_one_line_and_no_process(number: int, project: MakeProject) -> None:
    made = project(**{"slides/talk.md": FRONT + SLEEPER})
    in_background = 'trap "" INT; exec "$@"'  # as a script's `command &` begins
    command = [sys.executable, "-m", "deckwright", "build", "--verbose", "--slides", str(made.slides)]
    process = subprocess.Popen(["sh", "-c", in_background, "sh", *command], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    wait_for_line(process, "here")
    assert len(kernels(made.root)) >= 2
    process.send_signal(number)
    assert process.wait(timeout=10) == 130
    assert process.stderr.read() == "warning: interrupted; the site is as it was\n"
    assert kernels(made.root) == []
    assert not made.out.exists()


def wait_for_line(process: subprocess.Popen[str], wanted: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if line.strip() == wanted:
            return
    raise AssertionError(f"ended without printing {wanted!r}")


def test_no_kernel_starts_for_a_deck_of_prose(project: MakeProject, watcher: Memory) -> None:
    made: Project = project(**{"slides/talk.md": FRONT + "## Words\n\n```{python eval=false}\nx\n```\n"})
    program = (
        "import sys; from deckwright.__main__ import main; code = main(sys.argv[1:]);"
        "heavy = {'jupyter_client', 'nbclient', 'nbformat', 'nbconvert', 'torch', 'matplotlib', 'rich'};"
        "print(code, sorted(heavy & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, "build", "--quiet", "--slides", str(made.slides)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "0 []\n"
