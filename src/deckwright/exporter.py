"""`jupyter nbconvert --to deckwright notebook.ipynb`: a notebook's slides, without running it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbconvert.exporters.exporter import Exporter
from nbconvert.utils.exceptions import ConversionException

from deckwright.errors import DeckError
from deckwright.installed import own
from deckwright.reads import Reads
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
        try:
            page = self.page(notebook, source.get("name") or "notebook", Path(source.get("path") or "."))
        except DeckError as error:
            raise ConversionException(str(error)) from error
        files = dict(page)
        html = files.pop("index.html").decode()
        found["outputs"] = {**found.get("outputs", {}), **files}
        return html, found

    def page(self, notebook: Any, name: str, folder: Path) -> dict[str, bytes]:
        """All files of the page. Raises DeckError."""
        deck, results = notebook_deck(notebook, name, folder)
        static, reads = [folder / "static", own("static")], Reads()
        templates = environment([own("templates")], reads)
        draft = Draft(deck, templates, lambda wanted: static_file(static, wanted, reads), reads)
        page = finish(draft, results, self.log.warning, has_companions=False)
        return dict(page.files) | asset_files(page, static, deck.place, reads)
