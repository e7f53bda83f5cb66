"""The executed notebook and the plain reading page: what a reader takes home instead of the show."""

import base64
import json
import re
from collections.abc import Callable, Iterator
from itertools import count, groupby
from pathlib import Path
from typing import Any, NamedTuple

from deckwright.model import MARK, Block, Cell, Deck, Div, Expression, Formula, Listing, Pause, Prose, Results, Slide
from deckwright.render.draft import Draft
from deckwright.render.prose import fill

NOTEBOOK, READING = "notebook.ipynb", "reading.html"
PICTURE = re.compile(r"(?P<before>!\[[^\]]*\]\()(?P<src>[^)\s]+)")
# Not by `mimetypes`, which looks up what this machine happens to know.
KINDS = {"jpg": "image/jpeg", "svg": "image/svg+xml", "mp4": "video/mp4", "webm": "video/webm"}
NOT_READ = re.compile(r"""<script\b.*?</script\s*>|<aside class="notes">.*?</aside>""", re.DOTALL | re.IGNORECASE)


class Piece(NamedTuple):
    """What becomes one notebook cell: a cell of the deck, or the blocks between two of them."""

    id: str
    slide: Slide
    blocks: tuple[Block, ...]
    role: str  # as notebooks have it: slide, subslide, fragment, notes, or - for none

    @property
    def cell(self) -> Cell | None:
        first = self.blocks[0]
        return first if isinstance(first, Cell) else None


def companions(draft: Draft, results: Results, result: Callable[[str], str]) -> dict[str, bytes]:
    """Both files. `result`: the HTML for a stand-in, as the reading page has it."""
    pieces = [Piece(f"piece-{number}", *parts) for number, parts in enumerate(pieces_of(draft.deck), 1)]
    notebook = executed_notebook(draft, pieces, results)
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    return {NOTEBOOK: text.encode(), READING: reading_page(draft, pieces, result).encode()}


def pieces_of(deck: Deck) -> Iterator[tuple[Slide, tuple[Block, ...], str]]:
    """The deck cut at its cells; divs around cells are opened, all others stay whole."""
    for slide in deck.slides:
        role = "subslide" if slide.below else "slide"
        for kind, group in groupby(opened(slide.blocks), key=kind_of):
            blocks = tuple(group)
            if kind == "pause":
                role = "fragment"
                continue
            for part in [(block,) for block in blocks] if kind == "cell" else [blocks]:
                yield slide, part, "notes" if kind == "notes" else role
                role = "-" if kind != "notes" else role


def opened(blocks: tuple[Block, ...]) -> Iterator[Block]:
    """The blocks, with divs around cells replaced by what stands in them."""
    for block in blocks:
        if isinstance(block, Div) and holds_cell(block) and kind_of(block) != "notes":
            yield from opened(block.blocks)
        else:
            yield block


def holds_cell(div: Div) -> bool:
    """Whether a cell stands in this div, however deep."""
    return any(isinstance(block, Cell) or (isinstance(block, Div) and holds_cell(block)) for block in div.blocks)


def kind_of(block: Block) -> str:
    """What a block is to a notebook: cell, pause, notes or prose."""
    match block:
        case Cell():
            return "cell"
        case Pause():
            return "pause"
        case Div() if "notes" in block.attributes.classes:
            return "notes"
        case _:
            return "prose"


def executed_notebook(draft: Draft, pieces: list[Piece], results: Results) -> dict[str, Any]:
    """A notebook that says what the slides say, with the outputs of this build."""
    settings = draft.deck.settings
    title = f"# {settings.title}" + (f"\n\n{settings.subtitle}" if settings.subtitle else "")
    first = [markdown_cell(title, "title", "slide")] if draft.deck.title_slide else []
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": dict(results.language_info), "title": settings.title}
    counts = count(1)  # of the cells that ran, as a notebook numbers them
    cells = first + [notebook_cell(draft, piece, results, counts) for piece in pieces]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def notebook_cell(draft: Draft, piece: Piece, results: Results, counts: Iterator[int]) -> dict[str, Any]:
    """One cell of the notebook."""
    if piece.cell:
        shown = piece.cell.options.include and piece.cell.options.output != "false"  # as on the slide
        return {
            "cell_type": "code",
            "execution_count": next(counts) if piece.cell.options.eval else None,
            "id": piece.id,
            "metadata": slideshow(piece.role),
            "outputs": list(results.outputs.get(piece.cell.label, ())) if shown else [],
            "source": piece.cell.code,
        }
    text, attachments = with_attachments(markdown_text(piece.blocks, results), draft, piece.slide)
    return markdown_cell(text, piece.id, piece.role) | ({"attachments": attachments} if attachments else {})


def markdown_cell(text: str, identity: str, role: str) -> dict[str, Any]:
    """A cell of words."""
    return {"cell_type": "markdown", "id": identity, "metadata": slideshow(role), "source": text}


def slideshow(role: str) -> dict[str, Any]:
    """The metadata that gives a notebook cell its role in a slide show."""
    return {"slideshow": {"slide_type": role}}


def with_attachments(text: str, draft: Draft, slide: Slide) -> tuple[str, dict[str, dict[str, str]]]:
    """Markdown whose pictures travel inside the notebook."""
    attachments: dict[str, dict[str, str]] = {}

    def attach(found: re.Match[str]) -> str:
        file = draft.pictures.file(found["src"], slide.place)
        if file is None:  # a picture in a listing, which only shows how one is written
            return found[0]
        suffix = file.suffix.lower().removeprefix(".")
        kind = KINDS.get(suffix, f"image/{suffix or 'png'}")
        attachments[file.name] = {kind: base64.b64encode(draft.assets.reads.content(file)).decode()}
        return f"{found['before']}attachment:{file.name}"

    return PICTURE.sub(attach, text), attachments


def markdown_text(blocks: tuple[Block, ...], results: Results) -> str:
    """Blocks as a notebook writes them: formulas in dollars, values in place, divs without their fences."""
    parts = []
    for block in blocks:
        match block:
            case Prose():
                parts.append(prose_text(block, results))
            case Listing():
                parts.append(f"{block.indent}```{block.language}\n{block.code}\n{block.indent}```")
            case Cell():  # in notes, which are one cell of the notebook
                parts.append(f"```python\n{block.code}\n```")
            case Div():
                parts.append(markdown_text(block.blocks, results))
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def prose_text(prose: Prose, results: Results) -> str:
    """Markdown with formulas and values written out."""

    def written(found: re.Match[str]) -> str:
        match inline := prose.inlines[int(found[1])]:
            case Formula():
                return f"$${inline.tex}$$" if inline.display else f"${inline.tex}$"
            case Expression():
                return plain_value(results, inline)

    return MARK.sub(written, prose.text)


def plain_value(results: Results, expression: Expression) -> str:
    """An expression's value as text."""
    outputs = results.outputs.get(expression.label, ())
    return next((str(output["data"].get("text/plain", "")) for output in outputs if "data" in output), "")


def reading_page(draft: Draft, pieces: list[Piece], result: Callable[[str], str]) -> str:
    """The deck as one page to read, by the template `reading.html`. No script in it."""
    written = {piece.slide.number for piece in pieces}  # a slide without any piece is none to read
    slides = [NOT_READ.sub("", fill(drafted, result)) for slide, _, drafted in draft.slides if slide.number in written]
    settings = draft.deck.settings
    return draft.templates.get_template("reading.html").render(
        settings=settings,
        slides=slides,
        title_slide=draft.deck.title_slide,
        theme=Path(settings.theme).stem,
        has_formulas=any("katex" in slide for slide in slides),
    )
