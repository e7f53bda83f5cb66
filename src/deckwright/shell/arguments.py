"""What may be typed for the commands of this folder. Loads nothing, so that help is there at once."""

from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path

Add = Callable[..., ArgumentParser]


def add_shell(add: Add) -> None:
    """The parsers; `add` makes one for a command."""
    new = add(
        "new",
        "write a small deck to begin with",
        "Write a small deck that builds at once and explains itself: slides/, static/ and a list of what its cells "
        "import. Never touches a folder that holds something.",
        "  deckwright new my-talk && cd my-talk && deckwright build\n",
        on_deck=False,
    )
    new.add_argument("name", type=Path, metavar="NAME", help="a folder that is new or empty")
    doctor = add(
        "doctor",
        "say what is installed, and what is missing",
        "Say what is installed, which Python runs the cells, on which device, which browser there is; and of what is "
        "missing, how to get it. Exit code 1 if decks cannot be built.",
        "  deckwright doctor\n  deckwright doctor --json\n",
        on_deck=False,
    )
    add_json(doctor)


def add_json(command: ArgumentParser) -> None:
    """For programs."""
    command.add_argument("--json", action="store_true", help="print JSON, for programs")


def add_form(command: ArgumentParser) -> None:
    """What form the site has."""
    command.add_argument("--without-notes", action="store_true", help="leave out what only the speaker is to read")
    command.add_argument("--single-file", action="store_true", help="each deck as one HTML file that holds everything")
