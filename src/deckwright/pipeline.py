"""The build, stage after stage: source, execute, render, site."""

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from deckwright.execute.watch import Watcher
from deckwright.installed import own
from deckwright.model import Deck, Page, Results, steps
from deckwright.site.assets import asset_files, static_file
from deckwright.site.publish import publish, refuse_foreign
from deckwright.source.load import load

if TYPE_CHECKING:
    from deckwright.render.draft import Draft

NOTHING_RAN = Results({}, {})


@dataclass(frozen=True, slots=True)
class Project:
    """The folders of a build. `root` holds slides/, and templates/ and static/ that override our own."""

    root: Path
    slides: Path
    out: Path

    def folders(self, name: str) -> list[Path]:
        """Where templates or static files are looked for, in order."""
        return list(dict.fromkeys([self.root / name, own(name)]))


def build(project: Project, watcher: Watcher) -> None:
    """Build every deck of a project and replace the site. Raises DeckError; the old site then stays."""
    refuse_foreign(project.out)
    files: dict[str, bytes] = {}
    for deck in load(project.root, project.slides):
        page = deck_page(deck, project, watcher)
        site = dict(page.files) | asset_files(page, project.folders("static"), deck.place)
        files |= {f"{deck.name}/{path}" if deck.name else path: content for path, content in site.items()}
    publish(files, project.out)


def deck_page(deck: Deck, project: Project, watcher: Watcher) -> Page:
    """Run a deck and render it."""
    if not any(steps(deck)):
        return finished(drafted(deck, project), NOTHING_RAN, watcher)
    from deckwright.execute.kernel import booting_kernel  # a deck of prose never loads Jupyter

    with booting_kernel(deck.root) as kernel:
        draft = drafted(deck, project)  # while the kernel boots
        Thread(target=import_module, args=("nbconvert",), daemon=True).start()  # 0.4 s, while the cells run
        return finished(draft, kernel.run(deck, watcher), watcher)


def drafted(deck: Deck, project: Project) -> "Draft":
    """Everything of a deck's page that needs no results."""
    from deckwright.render.draft import Draft, environment  # 0.1 s, in which a kernel may already boot

    static = project.folders("static")
    return Draft(deck, environment(project.folders("templates")), lambda name: static_file(static, name))


def finished(draft: "Draft", results: Results, watcher: Watcher) -> Page:
    """The page with its results; what readers take home goes with decks that ran."""
    from deckwright.render.page import finish

    return finish(draft, results, watcher.warn, has_companions=results is not NOTHING_RAN)
