"""The command line: what may be typed."""

import argparse
import os
import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from pathlib import Path

from deckwright import __version__
from deckwright.arguments import add_json, add_loudness, add_out
from deckwright.browser.arguments import add_browser
from deckwright.shell.arguments import add_form, add_shell

EXAMPLES = """examples:
  deckwright new my-talk               a small deck to begin with
  deckwright build                     slides/ becomes site/
  deckwright build --out public        … or another folder
  deckwright build --slides my-talk    the Markdown files of another folder
  deckwright serve                     the deck in the browser, in step with every save
  deckwright plan                      what would run now, and for how long
  deckwright why train                 why the cell `train` runs, or ran last
"""


class Commands:
    """The parsers of all commands, made one after the other."""

    def __init__(self) -> None:
        self.top = ArgumentParser(
            prog="deckwright",
            description="Markdown slides with Python cells become a static, offline Reveal.js site.",
            epilog=EXAMPLES,
            formatter_class=RawDescriptionHelpFormatter,
        )
        self.top.add_argument("--version", action="version", version=f"deckwright {__version__}")
        self.top.set_defaults(
            slides=None, out=None, quiet=False, verbose=False, fresh=False, frozen=False, json=False, jobs=1
        )
        self.commands = self.top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(self, name: str, short: str, description: str, examples: str, *, on_deck: bool = True) -> ArgumentParser:
        """A parser for one command. `on_deck`: it is about the slides of a folder."""
        made = self.commands.add_parser(
            name,
            help=short,
            description=description,
            epilog=f"examples:\n{examples}",
            formatter_class=RawDescriptionHelpFormatter,
        )
        if on_deck:
            made.add_argument("--slides", type=Path, metavar="FOLDER", help="the Markdown files (default: slides)")
        return made

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """What was typed; exits where it is wrong, with the usage of the command that it is meant for."""
        chosen, rest = self.top.parse_known_args(arguments)
        if rest:
            self.commands.choices[chosen.command].error(f"unrecognized arguments: {' '.join(rest)}")
        return chosen


def parser() -> Commands:
    """All that may be typed."""
    commands = Commands()
    add_build(commands)
    add_serve(commands)
    plan = commands.add(
        "plan",
        "say what a build would run",
        "Say which cells a build would run, why, and how long they took last. Runs nothing, writes no site.",
        "  deckwright plan\n  deckwright plan --json | jq '.steps[] | select(.verdict == \"runs\").label'\n",
    )
    add_json(plan)
    why = commands.add(
        "why",
        "say why a cell runs",
        "Say why a cell would run now, or why it ran last: what changed, and in turn why that did.",
        "  deckwright why train          the cell with this label\n"
        "  deckwright why slide-3-1      the first cell on slide 3, if it has no label\n",
    )
    why.add_argument("label", metavar="LABEL", help="the label of a cell")
    add_others(commands)
    add_shell(commands.add)
    add_browser(commands.add)
    return commands


def add_build(commands: Commands) -> None:
    """The command that is needed most."""
    build = commands.add(
        "build",
        "run what must run and write the site",
        "Bring the site up to date. Cells whose inputs are what they were are not run again.",
        "  deckwright build\n  deckwright build --verbose    tell every cell\n"
        "  deckwright build --fresh      run every cell, whatever is known of it\n"
        "  deckwright build --frozen     run none: take the results that `deckwright freeze` wrote\n"
        "  deckwright build --single-file    one HTML file that holds everything\n",
    )
    add_out(build)
    how = build.add_mutually_exclusive_group()
    how.add_argument("--fresh", action="store_true", help="ignore what earlier builds kept")
    how.add_argument("--frozen", action="store_true", help="run nothing; publish the results in slides/.frozen")
    add_form(build)
    build.add_argument(
        "--jobs",
        type=whole,
        nargs="?",
        const=0,
        default=1,
        metavar="N",
        help="decks to run side by side (no N: all that fit)",
    )
    add_json(build)
    add_loudness(build)


def add_serve(commands: Commands) -> None:
    """The command for those who write."""
    serve = commands.add(
        "serve",
        "show the deck in the browser while it is written",
        "Build, open the deck in the browser, and bring both up to date at every save. Ctrl-C ends it.",
        "  deckwright serve\n"
        "  deckwright serve --open-editor    E shows where a slide is written, with a link for VS Code\n",
    )
    add_out(serve)
    serve.add_argument("--host", default="127.0.0.1", help="the address to listen at (default: this machine alone)")
    serve.add_argument("--port", type=port, default=8000, help="the first port to try (default: 8000)")
    serve.add_argument("--no-open", action="store_true", help="open no browser")
    serve.add_argument("--open-editor", action="store_true", help="make places in files links that open VS Code")


def add_others(commands: Commands) -> None:
    """The commands that are needed less often."""
    verify = commands.add(
        "verify",
        "compare a clean run with what is kept",
        "Run every cell in a fresh kernel, and compare with what earlier builds kept. Exit code 1 if anything differs.",
        "  deckwright verify\n",
    )
    add_loudness(verify)
    freeze = commands.add(
        "freeze",
        "write results to commit, for build --frozen",
        "Bring all results up to date and write them to slides/.frozen, for `deckwright build --frozen`.",
        "  deckwright freeze && git add slides/.frozen\n",
    )
    freeze.add_argument("--fresh", action="store_true", help="ignore what earlier builds kept")
    add_loudness(freeze)
    cache = commands.add(
        "cache",
        "say how large the cache is, or make it smaller",
        "Say where the cache of earlier builds is, and its size. The last good build stays when it is pruned.",
        "  deckwright cache\n  deckwright cache --prune '200 MB'\n  deckwright cache --clear\n",
    )
    less = cache.add_mutually_exclusive_group()
    less.add_argument("--prune", nargs="?", type=bytes_of, const=1 << 62, metavar="SIZE", help="make it fit into SIZE")
    less.add_argument("--clear", action="store_true", help="forget everything")
    add_json(cache)


def whole(text: str) -> int:
    """A number from 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


def port(text: str) -> int:
    """The number of a port."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 65535")
    return int(text)


def bytes_of(text: str) -> int:
    """A size as a number of bytes."""
    from deckwright.words import bytes_of as read

    try:
        return read(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{error}; write it like 200 MB or 2 GB") from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give the exit code: 0, 1 for an author's mistake, 2 for a wrong command line."""
    commands = parser()
    if "_ARGCOMPLETE" in os.environ:  # a shell asks, for its user pressed Tab
        import argcomplete

        argcomplete.autocomplete(commands.top)
    chosen = commands.parse(arguments)
    from deckwright.commands import run  # only now: help is there at once

    return run(chosen)


if __name__ == "__main__":
    sys.exit(main())
