"""What the commands of this folder print."""

import dataclasses
import shlex
from argparse import Namespace
from pathlib import Path

from deckwright.errors import OK, USAGE, WRONG
from deckwright.pipeline import Project
from deckwright.progress import Progress


def new(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Write a deck to begin with."""
    from deckwright.shell.new import new_deck

    names = new_deck(chosen.name)
    print(*(chosen.name / name for name in names), sep="\n")
    there = "" if chosen.name.resolve() == Path.cwd() else f"cd {shlex.quote(str(chosen.name))} && "
    progress.say(f"next: {there}deckwright build")
    return OK


def doctor(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Say what is installed."""
    from deckwright.shell.doctor import findings, installed_version, told
    from deckwright.shell.records import print_json

    found = findings(installed_version)
    works = all(one.state != "missing" for one in found)
    if chosen.json:
        print_json({"ok": works, "findings": [dataclasses.asdict(one) for one in found]})
    else:
        print(*told(found), sep="\n")
    return OK if works else WRONG


def publish(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Bring the site to where others see it."""
    from deckwright.shell.publish import WAYS

    if (chosen.to == "folder") != (chosen.path is not None):
        wrong = "--to folder needs a PATH" if chosen.to == "folder" else f"--to {chosen.to} takes no PATH"
        progress.error(f"{wrong}, as in: deckwright publish --to folder PATH")
        return USAGE
    told = WAYS[chosen.to](project, chosen, progress)
    progress.sum_up()
    if not chosen.quiet:
        print(told)
    return OK


def completion(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Print what a shell reads to complete our command lines."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["deckwright"], shell=chosen.shell))
    return OK


SHELL = {"new": new, "doctor": doctor, "publish": publish, "completion": completion}
