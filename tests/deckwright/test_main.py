"""The command line, as a person types it."""

import subprocess
import sys
from pathlib import Path

import pytest

from deckwright import __main__
from tests.deckwright.conftest import MakeProject

DECK = "---\ntitle: T\n---\n\n## A\n\n```{python}\n#| label: one\nprint('printed')\n```\n"


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deckwright", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def test_build_in_a_folder_with_slides_writes_site(project: MakeProject) -> None:
    made = project(**{"slides/talk.md": DECK})
    done = run("build", cwd=made.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{made.out}/index.html\n", "")
    assert (made.out / "index.html").is_file()


def test_verbose_tells_each_cell_and_what_it_printed(project: MakeProject) -> None:
    made = project(**{"slides/talk.md": DECK})
    done = run("build", "--verbose", cwd=made.root)
    lines = done.stderr.splitlines()
    assert lines[0] == "    printed"
    assert lines[1].startswith("one  slides/talk.md:7 (slide 2)  ")


def test_quiet_says_nothing_when_all_is_well(project: MakeProject) -> None:
    made = project(**{"slides/talk.md": DECK})
    done = run("build", "--quiet", "--out", str(made.root / "public"), cwd=made.root)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (made.root / "public/index.html").is_file()


def test_slides_may_lie_elsewhere(project: MakeProject) -> None:
    made = project(**{"my-talk/1.md": DECK, "src/other.py": ""})
    done = run("build", "--slides", str(made.root / "my-talk"))
    assert done.returncode == 0
    assert (made.root / "site/index.html").is_file()


def test_an_authors_mistake_is_told_without_a_traceback(project: MakeProject) -> None:
    made = project(**{"slides/talk.md": DECK.replace("label", "lable")})
    done = run("build", cwd=made.root)
    assert done.returncode == 1
    assert done.stderr == "error: slides/talk.md:8 (slide 2): unknown cell option 'lable'\nDid you mean 'label'?\n"


@pytest.mark.parametrize(
    "arguments", [[], ["bild"], ["build", "--quiet", "--verbose"], ["build", "extra"], ["build", "--nope"]]
)
def test_a_wrong_command_line_is_exit_code_2(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("usage: deckwright")


def test_help_shows_examples(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        __main__.main(["--help"])
    assert exit_.value.code == 0
    assert "deckwright build --out public" in capsys.readouterr().out


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys; from deckwright.__main__ import parser; parser();"
        "print(sorted({'jinja2', 'markdown', 'yaml', 'rich', 'nbclient', 'pygments'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
