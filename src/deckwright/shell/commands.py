"""What the commands of this folder print."""

import dataclasses
import json
from argparse import Namespace
from collections.abc import Callable
from typing import Any

from deckwright.errors import OK, USAGE, WRONG
from deckwright.pipeline import Project
from deckwright.progress import Progress

Command = Callable[[Project, Namespace, Progress], int]


def print_json(value: Any) -> None:
    """For programs: the same value, the same bytes."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def new(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Write a deck to begin with."""
    from deckwright.shell.new import new_deck

    names = new_deck(chosen.name)
    print(*(chosen.name / name for name in names), sep="\n")
    progress.say(f"next: cd {chosen.name} && deckwright build")
    return OK


def doctor(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Say what is installed."""
    from deckwright.shell.doctor import findings, installed_version, told

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


SHELL: dict[str, Command] = {"new": new, "doctor": doctor, "publish": publish}
