"""The HTML of a deck's slides alone, one after the other, for comparing."""

from deckwright.model import Deck, Results
from deckwright.pages import drafted
from deckwright.pipeline import Project
from deckwright.reads import Reads
from deckwright.render.page import Filler


def sections_html(deck: Deck, project: Project, results: Results) -> str:
    """Every slide under a line with its attributes; a dash for each level below."""
    unfinished = drafted(deck, project, Reads())
    stacks = Filler(unfinished, results, print).sections()
    lines = []
    for stack in stacks:
        for depth, section in enumerate(stack):
            lines.append(f"<!-- slide {'-' * min(depth, 1)}{section.attributes} -->\n{section.html.strip()}\n")
    return "\n".join(lines)
