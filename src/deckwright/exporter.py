"""`jupyter nbconvert --to deckwright notebook.ipynb`: a notebook's slides, without running it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import Exporter

from deckwright.errors import Place
from deckwright.installed import own
from deckwright.render.draft import Draft, environment
from deckwright.render.page import finish
from deckwright.site.assets import asset_files, static_file
from deckwright.source.notebook import notebook_deck


class DeckwrightExporter(Exporter):
    """Gives the page; nbconvert writes the assets beside it."""

    export_from_notebook = "deckwright slides"
    output_mimetype = "text/html"

    def _file_extension_default(self) -> str:
        return ".html"

    def from_notebook_node(  # type: ignore[override] # exporters give text; the base class says otherwise
        self, nb: Any, resources: Mapping[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Convert a notebook; `resources["outputs"]` are the files that the page needs."""
        notebook, found = super().from_notebook_node(nb, resources, **kw)
        source = found.get("metadata", {})
        deck, results = notebook_deck(notebook, source.get("name") or "notebook", Path(source.get("path") or "."))
        static = [deck.root / "static", own("static")]
        draft = Draft(deck, environment([own("templates")]), lambda name: static_file(static, name))
        page = finish(draft, results, self.log.warning)
        files = dict(page.files) | asset_files(page, static, Place(f"{source.get('name')}.ipynb", 0))
        html = files.pop("index.html").decode()
        found["outputs"] = {**found.get("outputs", {}), **files}
        return html, found
