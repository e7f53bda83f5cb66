"""A deck and its results without the speaker's notes, for those who are not to read them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from deckwright.model import Attributes, Block, Cell, Deck, Div, Output, Prose, Results, Slide, blocks_of

RAW_NOTES = re.compile(r"""<aside\b[^>]*\bclass\s*=\s*["']?[^"'>]*\bnotes\b.*?</aside\s*>""", re.DOTALL | re.IGNORECASE)
DIV = re.compile(r"\s*:::+\s*(?P<attributes>\S.*)?$")
NOTES = re.compile(r"(\{[^}]*\.notes\b|notes\b)")
MARKED_UP = ("text/html", "text/markdown")


def without_notes(deck: Deck) -> Deck:
    """The deck that is rendered; what runs is still the whole one, so cells in notes run."""
    return replace(deck, slides=tuple(map(quiet_slide, deck.slides)))


def quiet_slide(slide: Slide) -> Slide:
    """A slide without notes."""
    given = slide.attributes
    pairs = tuple(pair for pair in given.pairs if pair[0] != "data-notes")
    return replace(
        slide, blocks=tuple(quiet_blocks(slide.blocks)), attributes=Attributes(given.id, given.classes, pairs)
    )


def quiet_blocks(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """Blocks without notes, however they are written."""
    for block in blocks:
        match block:
            case Div() if "notes" in block.attributes.classes:
                continue
            case Div():
                yield replace(block, blocks=tuple(quiet_blocks(block.blocks)))
            case Prose():
                yield replace(block, text=RAW_NOTES.sub("", block.text))
            case _:
                yield block


def quiet_results(deck: Deck, results: Results) -> Results:
    """Results without the notes that cells wrote."""
    cells = [block for slide in deck.slides for block in blocks_of(slide.blocks) if isinstance(block, Cell)]
    asis = {cell.label for cell in cells if cell.options.output == "asis"}
    outputs = {
        label: tuple(quiet_output(output, label in asis) for output in of_step)
        for label, of_step in results.outputs.items()
    }
    return Results(outputs, results.language_info, results.digests)


def quiet_output(output: Output, asis: bool) -> Output:
    """One output. `asis`: what is printed is Markdown."""
    if asis and output["output_type"] == "stream":
        return {**output, "text": quiet_markdown(output["text"])}
    data: dict[str, Any] = dict(output.get("data", {}))
    marked_up = {kind: quiet_markdown(data[kind]) for kind in MARKED_UP if kind in data}
    return {**output, "data": data | marked_up} if marked_up else output


def quiet_markdown(text: str) -> str:
    """Markdown without notes. Where it is not sure what is one, more goes rather than less."""
    lines = []
    depth = 0  # of divs inside notes, which are the first
    for line in RAW_NOTES.sub("", text).splitlines(keepends=True):
        div = DIV.match(line)
        if not depth and line.startswith("Note:"):
            break
        if depth and div:
            depth += 1 if div["attributes"] else -1
        elif not depth and div and NOTES.match(div["attributes"] or ""):
            depth = 1
        elif not depth:
            lines.append(line)
    return "".join(lines)
