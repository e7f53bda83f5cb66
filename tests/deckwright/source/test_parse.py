"""Decks beside their outlines: what the parser makes of every row of the format."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from deckwright.model import Attributes, Block, Cell, Deck, Div, Expression, Listing, Pause, Prose, steps
from deckwright.settings import CellOptions, Settings
from deckwright.source.parse import parse

CASES = sorted((Path(__file__).parent / "decks").glob("*.md"))
ROOT = Path(__file__).parents[3]


def outline(deck: Deck) -> Iterator[str]:
    """A deck in short lines: what differs from the defaults, each with its line."""
    yield from differing(deck.settings, Settings(title=""))
    for slide in deck.slides:
        below = " below" if slide.below else ""
        yield f"slide {slide.number}{below} at {slide.place.line}{attributes(slide.attributes)}"
        yield from block_lines(slide.blocks, "  ")
    yield f"runs {', '.join(step.label for step in steps(deck)) or 'nothing'}"


def differing(value: object, default: object) -> Iterator[str]:
    for field in fields(value):  # type: ignore[arg-type]
        if getattr(value, field.name) != getattr(default, field.name):
            yield f"{field.name}: {getattr(value, field.name)!r}"


def attributes(found: Attributes) -> str:
    identity = f" #{found.id}" if found.id else ""
    return identity + "".join(f" .{name}" for name in found.classes) + "".join(f" {k}={v!r}" for k, v in found.pairs)


def block_lines(blocks: tuple[Block, ...], indent: str) -> Iterator[str]:
    for block in blocks:
        match block:
            case Prose():
                yield f"{indent}prose at {block.place.line}: {shown(block)!r}"
            case Listing():
                steps_shown = f" steps {block.line_numbers}" if block.line_numbers else ""
                yield f"{indent}listing at {block.place.line} {block.language}{steps_shown}: {block.code!r}"
            case Cell():
                options = "; ".join(differing(block.options, CellOptions()))
                yield f"{indent}cell {block.label} at {block.place.line}, code at {block.code_place.path}:{block.code_place.line}"
                yield f"{indent}  {block.code!r}" + (f" [{options}]" if options else "")
                if block.width != 1:
                    yield f"{indent}  width {block.width:.2f}"
            case Div():
                yield f"{indent}div at {block.place.line}{attributes(block.attributes)}"
                yield from block_lines(block.blocks, indent + "  ")
            case Pause():
                yield f"{indent}pause"


def shown(prose: Prose) -> str:
    text = prose.text.strip("\n")
    for number, inline in enumerate(prose.inlines):
        word = inline.code if isinstance(inline, Expression) else inline.tex
        kind = "value" if isinstance(inline, Expression) else "display" if inline.display else "formula"
        text = text.replace(f"\ue000{number}\ue001", f"<{kind} {inline.place.line}: {word}>")
    return text


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_deck_is_read_as_its_outline_says(case: Path, golden: Callable[[Path, str], str]) -> None:
    deck = parse([("slides/talk.md", case.read_text("utf-8"))], "", ROOT, ROOT / "slides")
    actual = "\n".join(outline(deck)) + "\n"
    assert actual == golden(case.with_suffix(".txt"), actual)


def test_files_of_a_deck_follow_each_other_and_each_begins_a_slide() -> None:
    files = [("1.md", "---\ntitle: T\n---\n\n# One\n"), ("2.md", "# Two\n\n---\n\n# Three\n\n---\n")]
    deck = parse(files, "", ROOT, ROOT)
    assert [(slide.number, slide.place.path, slide.attributes.id) for slide in deck.slides] == [
        (2, "1.md", "one"),
        (3, "2.md", "two"),
        (4, "2.md", "three"),
    ]
