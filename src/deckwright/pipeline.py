"""The build, stage after stage: source, execute, render, site."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
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
    from deckwright.execute.walk import Walk
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


def build(project: Project, watcher: Watcher, *, fresh: bool = False, frozen: bool = False) -> None:
    """Build every deck of a project and replace the site. Raises DeckError; the old site then stays.

    `fresh`: run every cell, whatever is known of it. `frozen`: run none, and take the results that `freeze` wrote.
    Where the site already is what it would become, nothing of render is loaded.
    """
    refuse_foreign(project.out)
    with Store.opened(project.root / CACHE, watcher.warn) as store, ExitStack() as kernels:
        decks = load(project.root, project.slides, store)
        drafts = Drafts(project, store)
        if frozen:
            results = thaw(decks, store, watcher)
        else:
            results = [run(deck, store, watcher, kernels, partial(drafts.draft, deck), fresh) for deck in decks]
        last = LastBuild(store, project.out, key_of(project, decks, results), watcher.warn)
        if not last.is_current():
            files = drafts.finished(decks, results, last.warn)
            last.note(drafts.reads, publish(files, project.out))


def freeze(project: Project, watcher: Watcher, *, fresh: bool = False) -> None:
    """Bring every deck up to date as a build does, then write its results beside it, to be committed."""
    with Store.opened(project.root / CACHE, watcher.warn) as store, ExitStack() as kernels:
        from deckwright.execute.frozen import frozen
        from deckwright.execute.frozenfiles import write

        decks = load(project.root, project.slides, store)
        walks = [walk(deck, store, watcher, kernels, fresh=fresh) for deck in decks]
        languages = [each.run().language_info for each in walks]
        results = [frozen(each) for each in walks]
        for deck, language, result in zip(decks, languages, results, strict=True):
            write(deck, language, result)


def thaw(decks: Sequence[Deck], store: Store, watcher: Watcher) -> list[Results]:
    """The results that `freeze` wrote. Loads neither Jupyter nor any library of a cell."""
    from deckwright.execute.frozen import thawed
    from deckwright.execute.reasons import listed

    unseen: dict[str, None] = {}
    results = [thawed(deck, store, unseen) if any(steps(deck)) else NOTHING_RAN for deck in decks]
    if unseen:
        watcher.warn(f"cannot tell here whether {listed(list(unseen))} changed")
    return results


def run(
    deck: Deck, store: Store, watcher: Watcher, kernels: ExitStack, meanwhile: Callable[[], object], fresh: bool
) -> Results:
    """The results of a deck; `meanwhile` is what may be done while a kernel boots."""
    if not any(steps(deck)):
        return NOTHING_RAN
    return walk(deck, store, watcher, kernels, meanwhile, fresh=fresh).run()


def walk(
    deck: Deck,
    store: Store,
    watcher: Watcher,
    kernels: ExitStack,
    meanwhile: Callable[[], object] = lambda: None,
    *,
    fresh: bool,
) -> "Walk":
    """A walk through a deck, with a kernel when it needs one."""
    from deckwright.execute.walk import Walk  # with what it knows of Python, 40 ms

    @contextmanager
    def boot() -> Iterator["Kernel"]:
        from deckwright.execute.kernel import booting_kernel  # a build that runs nothing never loads Jupyter

        with booting_kernel(deck.root) as kernel:
            meanwhile()
            yield kernel

    made = Walk(deck, store, watcher, boot, fresh=fresh)
    kernels.enter_context(made.kernels)
    return made


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
