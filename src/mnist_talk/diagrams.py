"""Diagrams made of HTML boxes, which Reveal can move from slide to slide. Computes nothing.

A box with the same `data-id` on two neighbouring slides is one thing: auto-animate moves it to its new place.
Colours are the theme's, with the house's own where there is no theme, as in a notebook.
"""

import base64
from collections.abc import Sequence
from io import BytesIO
from typing import NamedTuple

import matplotlib.pyplot as plt
from torch import Tensor

from mnist_talk.figures import PAPER_TO_INK

ACCENT = "var(--dw-accent, #0a5f94)"
SOFT = "var(--dw-accent-soft, #e4eef4)"
INK = "var(--dw-ink, #1c2833)"
FAINT = "var(--dw-ink-soft, #55626d)"
RULE = "var(--dw-rule, #d8d5cc)"
GROUND = "var(--r-background-color, #fcfbf8)"


class Boxes(NamedTuple):
    """A diagram, which a notebook shows."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


class Layer(NamedTuple):
    """A layer of a network, as a box: what is inside, its words, and the id by which it is known on the next slide."""

    id: str
    style: str
    width: int  # pixels, its shadow included
    title: str
    words: str


def one_hot_rows(labels: Sequence[int], chips: str) -> Boxes:
    """Labels, their one-hot matrix and its argmax, side by side; `chips` says in which of the three the ones stand out.

    What comes after the chips is left out: it is not known yet.
    """
    stage = ("label", "matrix", "argmax").index(chips)
    headings = ["label", *map(str, range(10)), "argmax"]
    cells = [
        cell(1, n + 1, word, f"color:{FAINT};font-size:22px") for n, word in enumerate(headings) if visible(n, stage)
    ]
    for row, label in enumerate(labels, start=2):
        column = (1, label + 2, 12)[stage]
        cells += [
            cell(row, n + 2, str(int(n == label)), f"color:{INK}") for n in range(10) if stage and n + 2 != column
        ]
        cells += [cell(row, 1, str(label), f"color:{FAINT}")] if stage else []
        chip = f"background:{ACCENT};color:{GROUND};border-radius:8px;font-weight:700"
        cells.append(cell(row, column, "1" if stage == 1 else str(label), chip, identity=f"chip-{row}"))
    columns = "96px repeat(10,64px) 120px"
    grid = f"display:grid;grid-template-columns:{columns};grid-auto-rows:44px;gap:8px 12px;font-size:28px"
    alternative = f"The labels {', '.join(map(str, labels))} with their places in the one-hot matrix: {chips}."
    return Boxes(f'<div role="img" aria-label="{alternative}" style="{grid}">{"".join(cells)}</div>')


def visible(column: int, stage: int) -> bool:
    """Whether a heading is shown: that of the labels always, the others when it is their turn."""
    return stage >= (0 if column == 0 else 2 if column == 11 else 1)


def cell(row: int, column: int, text: str, style: str, identity: str = "") -> str:
    """One box of a grid; known to the next slide if it has an identity."""
    known = f' data-id="{identity}"' if identity else ""
    place = f"grid-row:{row};grid-column:{column};display:flex;align-items:center;justify-content:center"
    return f'<span{known} style="{place};{style}">{text}</span>'


def network(layers: Sequence[Layer], alternative: str) -> Boxes:
    """Layers in a row, from left to right, each above its words."""
    parts = [part(layer) for layer in layers]
    arrow = f'<span style="flex:none;padding-top:120px;color:{FAINT};font-size:36px">→</span>'
    row = "display:flex;justify-content:space-between;align-items:flex-start"
    return Boxes(f'<div role="img" aria-label="{alternative}" style="{row}">{arrow.join(parts)}</div>')


def part(layer: Layer) -> str:
    """A layer's box above its words."""
    room = f"height:300px;width:{layer.width}px;display:flex;align-items:center;margin:0 auto"
    words = f'<b data-id="{layer.id}-title">{layer.title}</b><br><span style="color:{FAINT}">{layer.words}</span>'
    return (
        f'<div style="flex:none;text-align:center;font-size:22px;line-height:1.35"><div style="{room}">'
        f'<div data-id="{layer.id}" style="flex:none;{layer.style}"></div></div>{words}</div>'
    )


def picture(identity: str, image: Tensor, title: str, words: str, size: int = 168) -> Layer:
    """An image (28, 28) in ink, whatever the theme's ink is."""
    file = BytesIO()
    plt.imsave(file, PAPER_TO_INK(image.numpy()), format="png", metadata={"Software": None})
    source = f"url(data:image/png;base64,{base64.b64encode(file.getvalue()).decode()})"
    mask = f"mask:{source} 0/100% no-repeat;image-rendering:pixelated"
    return Layer(identity, f"width:{size}px;height:{size}px;background:{INK};{mask}", size, title, words)


def neurons(identity: str, count: int, title: str, words: str) -> Layer:
    """A column of neurons, nine pixels for each."""
    cells = f"repeating-linear-gradient({ACCENT} 0 7px,transparent 7px 9px)"
    return Layer(identity, f"width:26px;height:{9 * count - 2}px;background:{cells}", 26, title, words)


def maps(identity: str, count: int, side: int, title: str, words: str) -> Layer:
    """A stack of feature maps, one sheet for each, six pixels for a pixel."""
    step = 2
    sheets = (f"{step * n}px {-step * n}px 0 {s}" for n in range(1, count) for s in (f"-1px {SOFT}", ACCENT))
    size = 6 * side
    # The stack grows up and to the right of its first sheet, so that is set off from the middle by half of it.
    offset = f"transform:translateY({step * count // 2}px)"
    style = f"width:{size}px;height:{size}px;background:{SOFT};border:1px solid {ACCENT};box-sizing:border-box"
    return Layer(identity, f"{style};{offset};box-shadow:{','.join(sheets)}", size + step * count, title, words)
