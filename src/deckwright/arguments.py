"""What several commands take. Loads nothing, so that help is there at once."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

Add = Callable[..., ArgumentParser]  # makes the parser of one command


def add_json(command: ArgumentParser) -> None:
    """For programs."""
    command.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_out(command: ArgumentParser) -> None:
    """Where the site is written."""
    command.add_argument("--out", type=Path, metavar="FOLDER", help="where the site goes (default: site beside slides)")


def add_loudness(command: ArgumentParser) -> None:
    """How much a command that runs cells prints."""
    loudness = command.add_mutually_exclusive_group()
    loudness.add_argument("--quiet", action="store_true", help="print warnings and errors alone")
    loudness.add_argument("--verbose", action="store_true", help="print every cell, and what it prints")
