"""What makes a shell comfortable: completion, JSON, colours, and the words of a workflow."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deckwright.errors import DeckError, DecksFailed, Place
from deckwright.shell.github import OnGitHub
from deckwright.shell.records import failed
from tests.deckwright.conftest import MakeProject

DECK = "---\ntitle: T\n---\n\n## A\n\n```{python}\n#| label: one\nprint('printed')\n```\n\n`{python} 6 * 7`\n"
OTHER = DECK.replace("one", "two").replace("printed", "other").replace("7", "8")  # what is known is not run again


def run(*arguments: str, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deckwright", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, check=False, env={**os.environ, **environment}
    )


def told(*arguments: str, cwd: Path) -> Any:
    return json.loads(run(*arguments, "--json", cwd=cwd).stdout)


def completions(line: str, tmp_path: Path) -> set[str]:
    """What our program answers to a shell."""
    answer = tmp_path / "answer"
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_SHELL": "bash", "COMP_LINE": line, "COMP_POINT": str(len(line))}
    run(**asked, _ARGCOMPLETE_STDOUT_FILENAME=str(answer), _ARGCOMPLETE_IFS="\n")
    return {word.strip() for word in answer.read_text().splitlines()}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("deckwright pub", {"publish"}),
        ("deckwright publish --to ", {"gh-pages", "folder", "netlify", "pages", "cloudflare"}),
        ("deckwright build --f", {"--fresh", "--frozen"}),
        ("deckwright completion ", {"bash", "zsh", "fish", "-h", "--help"}),
    ],
)
def test_tab_completes(line: str, words: set[str], tmp_path: Path) -> None:
    assert completions(line, tmp_path) == words


def test_bash_completes_with_what_we_print(tmp_path: Path) -> None:
    program = tmp_path / "deckwright"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m deckwright "$@"\n')
    program.chmod(0o755)
    script = run("completion", "bash").stdout + (
        "\nCOMP_LINE='deckwright doc' COMP_POINT=14 COMP_WORDS=(deckwright doc) COMP_CWORD=1 COMP_TYPE=9\n"
        "_python_argcomplete deckwright doc deckwright\necho ${COMPREPLY[@]}\n"
    )
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, check=True, env={**os.environ, "PATH": path}
    )
    assert done.stdout.strip() == "doctor"


@pytest.mark.parametrize(("shell", "word"), [("zsh", "compdef"), ("fish", "complete --command deckwright")])
def test_other_shells_have_theirs(shell: str, word: str) -> None:
    assert word in run("completion", shell).stdout


def test_build_as_json(project: MakeProject) -> None:
    made = project(**{"slides/a.md": DECK})
    answer = told("build", cwd=made.root)
    assert answer["ok"] is True
    assert answer["decks"] == [{"name": "", "title": "T", "page": str(made.out / "index.html")}]
    assert answer["ran"][0] == {"label": "one", "kind": "cell", "path": "slides/a.md", "line": 7, "slide": 2}
    assert [one["kind"] for one in answer["ran"]] == ["cell", "inline value"]
    assert told("build", cwd=made.root)["ran"] == []


def test_a_mistake_as_json(project: MakeProject) -> None:
    made = project(**{"slides/a.md": DECK.replace("label:", "lable:")})
    done = run("build", "--json", cwd=made.root)
    assert done.returncode == 1
    [error] = json.loads(done.stdout)["errors"]
    assert error == {
        "problem": "unknown cell option 'lable'",
        "remedy": "Did you mean 'label'?",
        "path": "slides/a.md",
        "line": 8,
        "slide": 2,
    }
    assert "unknown cell option" in done.stderr


def test_mistakes_of_several_decks_as_json() -> None:
    errors = [DeckError("a", Place("x.md", 1)), DeckError("b", Place("y.md", 2))]
    answer = failed(DecksFailed(errors, 1), ["w"])
    assert [one["path"] for one in answer["errors"]] == ["x.md", "y.md"]
    assert (answer["ok"], answer["warnings"]) == (False, ["w"])


def test_plan_and_cache_as_json(project: MakeProject) -> None:
    made = project(**{"slides/a.md": DECK})
    assert told("cache", cwd=made.root) == {
        "folder": str(made.root / ".deckwright"),
        "bytes": 0,
        "entries": 0,
        "freed": 0,
    }
    first = told("plan", cwd=made.root)["steps"]
    assert [first[0][name] for name in ("label", "verdict", "seconds")] == ["one", "runs", None]
    assert first[0]["causes"] == [{"words": "new", "details": [], "by": []}]
    run("build", cwd=made.root)
    steps = told("plan", cwd=made.root)["steps"]
    assert {one["verdict"] for one in steps} == {"known"}
    assert steps[0]["seconds"] >= 0
    kept = told("cache", cwd=made.root)
    assert kept["entries"] == 2
    cleared = told("cache", "--clear", cwd=made.root)
    assert (cleared["entries"], cleared["freed"] > 0) == (0, True)


def test_colours_only_where_they_are_wanted(project: MakeProject) -> None:
    made = project(**{"slides/a.md": "no front matter"})
    assert "\x1b[31m" in run("build", cwd=made.root, FORCE_COLOR="1").stderr
    assert "\x1b[3" not in run("build", cwd=made.root, FORCE_COLOR="1", NO_COLOR="1").stderr
    assert "\x1b" not in run("build", cwd=made.root).stderr


def test_in_a_workflow_cells_are_in_groups_and_mistakes_beside_their_lines(project: MakeProject) -> None:
    made = project(**{"slides/a.md": DECK, "slides/more/b.md": OTHER})
    lines = run("build", cwd=made.root, GITHUB_ACTIONS="true").stderr.splitlines()
    assert [line.partition("  ")[0] for line in lines[:-1]] == [
        "::group::slides",
        "one",
        "`6 * 7`",
        "::endgroup::",
        "::group::slides/more",
        "two",
        "`6 * 8`",
        "::endgroup::",
    ]
    assert lines[-1].startswith("ran 2 of 2 cells")
    (made.slides / "more/b.md").write_text(DECK.replace("label:", "lable:"))
    lines = run("build", cwd=made.root, GITHUB_ACTIONS="true").stderr.splitlines()
    assert lines[-1].startswith(
        "::error file=slides/more/b.md,line=8::slides/more/b.md:8 (slide 2): unknown cell option"
    )
    assert lines[-1].endswith("%0ADid you mean 'label'?%0A1 other deck is published")


def test_what_a_workflow_would_misread_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    OnGitHub().warn("100% sure\nof it")
    assert capsys.readouterr().err == "::warning::100%25 sure%0Aof it\n"
