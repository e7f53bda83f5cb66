"""The command of this folder, and what it needs. Loads nothing of that itself."""

from argparse import Namespace
from importlib.util import find_spec

from deckwright.errors import OK, WRONG
from deckwright.installed import SERVER
from deckwright.pipeline import Project
from deckwright.progress import Progress


def serve(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Show the deck in the browser, and keep it in step, until Ctrl-C."""
    if missing := [name for name in SERVER if not find_spec(name)]:
        progress.error(f"serve needs {', '.join(missing)}: pip install 'deckwright[live]'")
        return WRONG
    from deckwright.live.serve import serve as until_interrupted

    until_interrupted(project, chosen, progress.say)
    return OK


LIVE = {"serve": serve}
