"""What programs get to read: decks, steps and mistakes as JSON has them. Fields may be added, never renamed."""

import json
from collections.abc import Sequence
from typing import Any

from deckwright.errors import DeckError, DecksFailed, Place
from deckwright.execute.walk.dry import Forecast, Verdict
from deckwright.execute.watch import Step
from deckwright.model import Cell, Deck
from deckwright.progress import Progress
from deckwright.project import Project

VERDICTS = {Verdict.KNOWN: "known", Verdict.RUNS: "runs", Verdict.MAY_RUN: "may run"}
Record = dict[str, Any]


def print_json(value: Any) -> None:
    """For programs: the same value, the same bytes."""
    print(json.dumps(value, indent=2, ensure_ascii=False))


def built(project: Project, decks: Sequence[Deck], progress: Progress) -> Record:
    """What a build did."""
    pages = [{"name": deck.name, "title": deck.settings.title, "page": page_of(project, deck)} for deck in decks]
    ran = [step_of(step) for steps in progress.ran for step in steps.values()]
    return {"ok": True, "site": str(project.out), "decks": pages, "ran": ran, "warnings": progress.warnings}


def page_of(project: Project, deck: Deck) -> str:
    """Where the page of a deck lies."""
    return str(project.out / deck.name / "index.html")


def failed(error: DeckError, warnings: Sequence[str]) -> Record:
    """What went wrong."""
    errors = error.errors if isinstance(error, DecksFailed) else (error,)
    records = [{"problem": one.problem, "remedy": one.remedy, **place_of(one.place)} for one in errors]
    return {"ok": False, "errors": records, "warnings": list(warnings)}


def forecast(deck: Deck, found: Forecast) -> Record:
    """What a build would do about a step."""
    causes = [{"words": cause.words, "details": list(cause.details), "by": list(cause.by)} for cause in found.causes]
    seconds = found.trace.seconds if found.trace else None
    return {
        "deck": deck.name,
        **step_of(found.step),
        "verdict": VERDICTS[found.verdict],
        "seconds": seconds,
        "causes": causes,
    }


def step_of(step: Step) -> Record:
    """Which step, and where."""
    kind = "cell" if isinstance(step, Cell) else "inline value"
    return {"label": step.label, "kind": kind, **place_of(step.place)}


def place_of(place: Place) -> Record:
    """Where something stands; 0: that is not known."""
    return {"path": place.path, "line": place.line, "slide": place.slide}
