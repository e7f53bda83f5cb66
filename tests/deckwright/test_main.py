"""The command line, as a person types it."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from deckwright import __main__
from deckwright.pipeline import Project
from tests.deckwright.conftest import MakeProject

DECK = "---\ntitle: T\n---\n\n## A\n\n```{python}\n#| label: one\nprint('printed')\n```\n"


SESSION = """---
title: T
---

## A

```{python label="load"}
rows, scale = [1, 2], 2
```

```{python label="model"}
model = [row * scale for row in rows]
```

```{python label="show"}
print(model)
```

There are `{python} len(rows)`.

```{python label="sketch" eval=false}
1 / 0
```

```{python}
import os
print(os.urandom(1)[0] // 256)
```
"""
SESSION_COMMANDS = (
    "plan",
    "build",
    "build",
    "s/= [1, 2], 2/= [1, 2], 3/",
    "plan",
    "why show",
    "build",
    "why show",
    "s/There are/Here are/",
    "s/[1, 2], 3/[1, 1 + 1], 3/",
    "build",
    "build --verbose",
    "verify",
    "why sketch",
    "why slide-2-5",
    "why modell",
    "why nothing-like-it",
    "cache --clear --slides nowhere/slides",
)


def without_seconds(text: str) -> str:
    return re.sub(r"\d+\.\d s", "0.0 s", text)


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "deckwright", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


def test_build_in_a_folder_with_slides_writes_site(project: MakeProject) -> None:
    made = project(**{"slides/talk.md": DECK})
    done = run("build", cwd=made.root)
    assert (done.returncode, done.stdout) == (0, f"{made.out}/index.html\n")
    assert without_seconds(done.stderr) == "ran 1 of 1 cell in 0.0 s\n"
    assert (made.out / "index.html").is_file()


def test_words_of_all_commands(project: MakeProject, golden: Callable[[Path, str], str]) -> None:
    made = project(**{"slides/talk.md": SESSION})
    told = [session(made, command) for command in SESSION_COMMANDS]
    actual = "\n".join(told)
    assert actual == golden(Path(__file__).with_name("session.txt"), actual)


def session(made: Project, command: str) -> str:
    """What a command prints, after an edit if it is one."""
    if command.startswith("s/"):
        _, old, new, _ = command.split("/")
        slides = made.slides / "talk.md"
        slides.write_text(slides.read_text().replace(old, new))
        return f"# {old} becomes {new}\n"
    done = run(*command.split(), cwd=made.root)
    printed = (done.stdout + done.stderr).replace(str(made.root), "…")
    return f"$ deckwright {command}\n{without_seconds(printed)}{f'exit code {done.returncode}' if done.returncode else ''}\n"


def test_verbose_tells_each_cell_and_what_it_printed(project: MakeProject) -> None:
    made = project(**{"slides/talk.md": DECK})
    done = run("build", "--verbose", cwd=made.root)
    lines = done.stderr.splitlines()
    assert lines[0] == "    printed"
    assert without_seconds(lines[1]) == "one  slides/talk.md:7 (slide 2)  ran 0.0 s (new)"
    done = run("build", "--verbose", cwd=made.root)
    assert done.stderr.splitlines() == ["one  slides/talk.md:7 (slide 2)  cached", "nothing had to run"]


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
    ("arguments", "usage"),
    [
        ("", "deckwright "),
        ("bild", "deckwright "),
        ("build --quiet --verbose", "deckwright build "),
        ("build --fresh --frozen", "deckwright build "),
        ("build extra", "deckwright build "),
        ("plan --nope", "deckwright plan "),
        ("why", "deckwright why "),
        ("cache --prune 5x", "deckwright cache "),
        ("cache --prune --clear", "deckwright cache "),
    ],
)
def test_a_wrong_command_line_is_exit_code_2_and_shows_usage(
    arguments: str, usage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as exit_:
        __main__.main(arguments.split())
    assert exit_.value.code == 2
    assert capsys.readouterr().err.startswith(f"usage: {usage}")


@pytest.mark.parametrize(
    "command", ["build", "plan", "why", "verify", "freeze", "cache", "new", "doctor", "publish", "completion"]
)
def test_each_command_has_help_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        __main__.main([command, "--help"])
    assert exit_.value.code == 0
    assert f"\nexamples:\n  deckwright {command}" in capsys.readouterr().out


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


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_port_that_cannot_be_is_a_wrong_command_line(port: str) -> None:
    done = run("serve", f"--port={port}")
    assert done.returncode == 2
    assert f"{port!r} is not a number from 0 to 65535" in done.stderr
