"""What may be typed for the commands of this folder. Loads nothing, so that help is there at once."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from deckwright.arguments import Add, add_json, add_loudness

if TYPE_CHECKING:
    from deckwright.project import Form

WAYS = ("gh-pages", "folder", "netlify", "pages", "cloudflare")


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
    add_publish(add)
    completion = add(
        "completion",
        "let a shell complete command lines",
        "Print what a shell reads to complete commands, options and files with the key Tab.",
        "  deckwright completion bash >> ~/.bashrc\n"
        "  deckwright completion zsh >> ~/.zshrc       after the line with compinit\n"
        "  deckwright completion fish > ~/.config/fish/completions/deckwright.fish\n",
        on_deck=False,
    )
    completion.add_argument("shell", choices=("bash", "zsh", "fish"))


def add_publish(add: Add) -> None:
    """The parser of the command that publishes."""
    publish = add(
        "publish",
        "bring the site to where others see it",
        "Publish the results of the last build, or frozen ones, to a folder or to a branch of your git remote; or "
        "write the file with which a host publishes what `deckwright freeze` wrote, at every push. Refuses results "
        "that are out of date and, for a branch, changes that are not committed.",
        "  deckwright publish --to gh-pages\n"
        "  deckwright publish --to gh-pages --without-notes --build\n"
        "  deckwright publish --to folder /var/www/talk\n"
        "  deckwright publish --to pages         writes .github/workflows/pages.yml\n"
        "  deckwright publish --to netlify       writes netlify.toml\n",
    )
    publish.add_argument("--to", required=True, choices=WAYS, help="the way to publish")
    publish.add_argument("path", nargs="?", type=Path, metavar="PATH", help="with --to folder: which one")
    publish.add_argument("--remote", default="origin", metavar="NAME", help="with --to gh-pages (default: origin)")
    publish.add_argument("--branch", default="gh-pages", metavar="NAME", help="… (default: gh-pages)")
    publish.add_argument("--dirty", action="store_true", help="… even if changes are not committed")
    results = publish.add_mutually_exclusive_group()
    results.add_argument("--build", action="store_true", help="first bring the results up to date")
    results.add_argument("--frozen", action="store_true", help="take the results in slides/.frozen")
    add_form(publish)
    add_loudness(publish)


def add_form(command: ArgumentParser) -> None:
    """What form the site has."""
    command.add_argument("--without-notes", action="store_true", help="leave out what only the speaker is to read")
    command.add_argument("--single-file", action="store_true", help="each deck as one HTML file that holds everything")


def form_of(chosen: Namespace) -> "Form":
    """The form that was asked for."""
    from deckwright.project import Form

    return Form(notes=not chosen.without_notes, single_file=chosen.single_file)
