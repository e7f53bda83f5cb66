"""The build, stage after stage: source, execute, render, site."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from deckwright.execute.store import Store
from deckwright.execute.watch import Watcher
from deckwright.installed import own, version
from deckwright.memo import Memo
from deckwright.model import Deck, Page, Results, steps
from deckwright.reads import Reads, digest
from deckwright.site.assets import asset_files, static_file
from deckwright.site.last import LastBuild
from deckwright.site.publish import publish, refuse_foreign
from deckwright.source.load import load

if TYPE_CHECKING:
    from deckwright.execute.kernel import Kernel
    from deckwright.render.draft import Draft

CACHE = ".deckwright"
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


def build(project: Project, watcher: Watcher, *, fresh: bool = False) -> None:
    """Build every deck of a project and replace the site. Raises DeckError; the old site then stays.

    `fresh`: run every cell, whatever is known of it. Where the site already is what it would become, nothing of
    render is loaded.
    """
    refuse_foreign(project.out)
    with Store.opened(project.root / CACHE, watcher.warn) as store, ExitStack() as kernels:
        decks = load(project.root, project.slides, store)
        drafts = Drafts(project, store)
        results = [run(deck, store, watcher, kernels, partial(drafts.draft, deck), fresh) for deck in decks]
        last = LastBuild(store, project.out, key_of(project, decks, results), watcher.warn)
        if not last.is_current():
            files = drafts.finished(decks, results, last.warn)
            last.note(drafts.reads, publish(files, project.out))


def run(
    deck: Deck, store: Store, watcher: Watcher, kernels: ExitStack, meanwhile: Callable[[], object], fresh: bool
) -> Results:
    """The results of a deck; `meanwhile` is what may be done while a kernel boots."""
    if not any(steps(deck)):
        return NOTHING_RAN
    from deckwright.execute.walk import Walk  # with what it knows of Python, 40 ms

    def boot() -> AbstractContextManager["Kernel"]:
        from deckwright.execute.kernel import booting_kernel  # a build that runs nothing never loads Jupyter

        return booting_kernel(deck.root)

    walk = Walk(deck, store, watcher, boot, meanwhile=meanwhile, fresh=fresh)
    kernels.enter_context(walk.kernels)
    return walk.run()


def key_of(project: Project, decks: Sequence[Deck], results: Sequence[Results]) -> str:
    """A digest of all that a site is made from, but for the files that rendering reads."""
    made_from = [(sorted(one.digests.items()) or dict(one.outputs), one.language_info) for one in results]
    return digest(repr((version(), project, decks, json.dumps(made_from, sort_keys=True))).encode())


class Drafts:
    """The pages of a build, each drafted when first asked for, which needs no results, and finished with them."""

    def __init__(self, project: Project, memo: Memo) -> None:
        self.project, self.memo, self.reads = project, memo, Reads()
        self.drafts: dict[str, Draft] = {}

    def draft(self, deck: Deck) -> "Draft":
        if not self.drafts:
            from deckwright.render.pieces import remembered

            remembered.recall(self.memo, f"pieces {self.project.slides}")
        if deck.name not in self.drafts:
            self.drafts[deck.name] = drafted(deck, self.project, self.reads)
        return self.drafts[deck.name]

    def finished(
        self, decks: Sequence[Deck], results: Sequence[Results], warn: Callable[[str], None]
    ) -> dict[str, bytes]:
        """The files of all decks."""
        files: dict[str, bytes] = {}
        for deck, result in zip(decks, results, strict=True):
            page = finished(self.draft(deck), result, warn)
            site = dict(page.files) | asset_files(page, self.project.folders("static"), deck.place, self.reads)
            files |= {f"{deck.name}/{path}" if deck.name else path: content for path, content in site.items()}
        from deckwright.render.pieces import remembered

        remembered.note(self.memo, f"pieces {self.project.slides}")
        return files


def drafted(deck: Deck, project: Project, reads: Reads) -> "Draft":
    """Everything of a deck's page that needs no results."""
    from deckwright.render.draft import Draft, environment  # 0.1 s, in which a kernel may already boot

    static = project.folders("static")
    templates = environment(project.folders("templates"), reads)
    return Draft(deck, templates, lambda name: static_file(static, name, reads), reads)


def finished(draft: "Draft", results: Results, warn: Callable[[str], None]) -> Page:
    """The page with its results; what readers take home goes with decks that ran."""
    from deckwright.render.page import finish

    return finish(draft, results, warn, has_companions=results is not NOTHING_RAN)
