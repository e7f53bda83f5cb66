"""`jupyter nbconvert --to deckwright`, as a person runs it."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from deckwright.model import Div, blocks_of
from deckwright.source.notebook import notebook_deck


def cell(kind: str, source: str, role: str | None, **more: object) -> nbformat.NotebookNode:
    metadata = {"slideshow": {"slide_type": role}} if role else {}
    make = new_markdown_cell if kind == "markdown" else new_code_cell
    return make(source, metadata=metadata, **more)


@pytest.fixture
def notebook() -> nbformat.NotebookNode:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
    return new_notebook(
        cells=[
            cell(
                "markdown",
                "# The talk\n\n$x^2$ and ![dot](attachment:dot.png)",
                "slide",
                attachments={"dot.png": {"image/png": png}},
            ),
            cell("code", "1 + 1", "-", outputs=[new_output("execute_result", {"text/plain": "2"}, execution_count=1)]),
            cell("markdown", "## Below\n\n---\n\na rule", "subslide"),
            cell("markdown", "on click", "fragment"),
            cell("markdown", "skipped", "skip"),
            cell("markdown", "say this", "notes"),
            cell("code", "show()", "slide", outputs=[new_output("display_data", {"image/png": png})]),
        ]
    )


def test_slide_types_become_slides(notebook: nbformat.NotebookNode) -> None:
    deck, results = notebook_deck(notebook, "talk", Path())
    assert deck.settings.title == "The talk"
    assert [(slide.number, slide.below) for slide in deck.slides] == [(1, False), (2, True), (3, False)]
    divs = [block.attributes.classes for block in blocks_of(deck.slides[1].blocks) if isinstance(block, Div)]
    assert divs == [("fragment",), ("notes",)]
    assert results.outputs["cell-2"][0]["data"] == {"text/plain": "2"}


def test_a_notebook_without_slide_types_begins_a_slide_at_each_heading() -> None:
    cells = [cell("markdown", text, None) for text in ("# A", "text", "## B", "### not C")]
    deck, _ = notebook_deck(new_notebook(cells=cells), "talk", Path())
    assert [len(slide.blocks) for slide in deck.slides] == [2, 2]


def test_nbconvert_writes_the_page_and_its_assets(notebook: nbformat.NotebookNode, tmp_path: Path) -> None:
    nbformat.write(notebook, tmp_path / "talk.ipynb")
    before = (tmp_path / "talk.ipynb").read_bytes()
    command = [sys.executable, "-m", "nbconvert", "--to", "deckwright", "talk.ipynb"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    html = (tmp_path / "talk.html").read_text("utf-8")
    assert html.count("<section") == 4  # three slides, and the stack of the first two
    assert 'src="data:image/png;base64,' in html
    assert (tmp_path / "assets/reveal/reveal.js").is_file()
    assert len(list((tmp_path / "media").glob("cell-7.*.png"))) == 1
    assert (tmp_path / "talk.ipynb").read_bytes() == before
