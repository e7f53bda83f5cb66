"""The build, stage after stage: source, execute, render, site."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from deckwright.errors import DeckError, DecksFailed
from deckwright.execute.store.store import Store
from deckwright.execute.watch import Watcher
from deckwright.installed import version
from deckwright.jobs import each
from deckwright.model import Deck, Results, steps
from deckwright.pages import Files, Pages, of_deck, placed
from deckwright.project import Form as Form
from deckwright.project import Project as Project
from deckwright.reads import digest
from deckwright.site.last import LastBuild
from deckwright.site.publish import publish, published, refuse_foreign
from deckwright.source.load import Broken, load, load_each

if TYPE_CHECKING:
    from deckwright.execute.kernel.kernel import Kernel
    from deckwright.execute.walk.walk import Walk

CACHE = ".deckwright"
NOTHING_RAN = Results({}, {})
Ran = list[tuple[Deck, Results]]
Boot = Callable[[Path], AbstractContextManager["Kernel"]]


def new_kernel(root: Path) -> AbstractContextManager["Kernel"]:
    """A kernel that begins to boot, for a project."""
    from deckwright.execute.kernel.kernel import booting_kernel  # a build that runs nothing never loads Jupyter

    return booting_kernel(root)


@dataclass(frozen=True, slots=True)
class How:
    """How the results of a build come about.

    `fresh`: run every cell, whatever is known of it. `frozen`: run none, and take the results that `freeze` wrote.
    `jobs`: run so many decks side by side. `boot` gives kernels.
    """

    fresh: bool = False
    frozen: bool = False
    jobs: int = 1
    boot: Boot = new_kernel


def build(
    project: Project,
    watcher: Watcher,
    *,
    fresh: bool = False,
    frozen: bool = False,
    jobs: int = 1,
    form: Form = Form(),  # noqa: B008 # it is frozen
    boot: Boot = new_kernel,
) -> tuple[Deck, ...]:
    """Build every deck of a project and replace the site; give the decks.

    Raises DeckError. Of a deck that fails the old pages stay, and the others are published. Where the site already is
    what it would become, nothing of render is loaded.
    """
    refuse_foreign(project.out)
    with Store.opened(project.root / CACHE, watcher.warn) as store, ExitStack() as kernels:
        decks, failed = load_each(project.root, project.slides, store)
        pages = Pages(project, form, sorted([*failed, *(deck.name for deck in decks)]), store)
        found = results_of(decks, store, watcher, kernels, pages, How(fresh, frozen, jobs, boot))
        ran = sorted_out(decks, found, failed)
        last = LastBuild(store, project.out, key_of(project, form, ran), watcher.warn)
        if failed or not last.is_current():
            files = files_of(pages, ran, failed, last.warn)
            if files:
                last.note(pages.reads, publish(files, project.out))
    if failed:
        raise failure(failed, len(decks) - len(failed.keys() & {deck.name for deck in decks}))
    return decks


def results_of(
    decks: Sequence[Deck], store: Store, watcher: Watcher, kernels: ExitStack, pages: Pages, how: How
) -> list[Results | DeckError]:
    """The results of each deck, or why it has none. `kernels`: ends those that may say goodbye meanwhile."""
    if how.frozen:
        return thaw(decks, store, watcher)

    def one(deck: Deck, told: Watcher) -> Results:
        with ExitStack() as own:
            results = run(deck, store, told, own, partial(pages.draft, deck), how)
            if how.jobs == 1:  # else the kernel must end with the thread that started it
                kernels.enter_context(own.pop_all())
            return results

    return each(decks, one, watcher, how.jobs)


def sorted_out(decks: Sequence[Deck], found: Sequence[Results | DeckError], failed: Broken) -> Ran:
    """The decks that have results; the others are put among those that failed."""
    ran: Ran = []
    for deck, results in zip(decks, found, strict=True):
        if isinstance(results, DeckError):
            failed[deck.name] = results
        else:
            ran.append((deck, results))
    return ran


def files_of(pages: Pages, ran: Ran, failed: Broken, warn: Callable[[str], None]) -> Files:
    """The site: the decks that ran, as they were those that failed, and a list of all. Nothing if all fail."""
    files: Files = {}
    decks = []
    for deck, results in ran:
        try:
            made = pages.finished(deck, results, warn)
        except DeckError as error:
            failed[deck.name] = error
            continue
        decks.append(deck)
        files |= {placed(deck.name, path): content for path, content in made.items()}
    if not decks:
        return {}
    for name in failed:
        files = of_deck(name, pages.names, published(pages.project.out)) | files
    if len(pages.names) > 1:
        files |= pages.listed(decks, files)
    pages.remember()
    return files


def failure(failed: Mapping[str, DeckError], others: int) -> DeckError:
    """What to raise for decks that failed while others were published."""
    errors = [failed[name] for name in sorted(failed)]
    return DecksFailed(errors, others) if len(errors) > 1 or others else errors[0]


def freeze(project: Project, watcher: Watcher, *, fresh: bool = False) -> None:
    """Bring every deck up to date as a build does, then write its results beside it, to be committed."""
    with Store.opened(project.root / CACHE, watcher.warn) as store, ExitStack() as kernels:
        from deckwright.execute.frozen.folder import write
        from deckwright.execute.frozen.results import frozen

        decks = load(project.root, project.slides, store)
        walks = [walk(deck, store, watcher, kernels, fresh=fresh) for deck in decks]
        languages = [one.run().language_info for one in walks]
        results = [frozen(one) for one in walks]
        for deck, language, result in zip(decks, languages, results, strict=True):
            write(deck, language, result)


def thaw(decks: Sequence[Deck], store: Store, watcher: Watcher) -> list[Results | DeckError]:
    """The results that `freeze` wrote. Loads neither Jupyter nor any library of a cell."""
    from deckwright.execute.frozen.results import thawed
    from deckwright.execute.walk.reasons import listed

    unseen: dict[str, None] = {}
    results = each(decks, lambda deck, _: thawed(deck, store, unseen) if any(steps(deck)) else NOTHING_RAN, watcher)
    if unseen:
        watcher.warn(f"cannot tell here whether {listed(list(unseen))} changed")
    return results


def run(
    deck: Deck, store: Store, watcher: Watcher, kernels: ExitStack, meanwhile: Callable[[], object], how: How
) -> Results:
    """The results of a deck; `meanwhile` is what may be done while a kernel boots."""
    if not any(steps(deck)):
        return NOTHING_RAN
    return walk(deck, store, watcher, kernels, meanwhile, fresh=how.fresh, boot=how.boot).run()


def walk(
    deck: Deck,
    store: Store,
    watcher: Watcher,
    kernels: ExitStack,
    meanwhile: Callable[[], object] = lambda: None,
    *,
    fresh: bool,
    boot: Boot = new_kernel,
) -> "Walk":
    """A walk through a deck, with a kernel when it needs one."""
    from deckwright.execute.walk.walk import Walk  # with what it knows of Python, 40 ms

    @contextmanager
    def booting() -> Iterator["Kernel"]:
        with boot(deck.root) as kernel:
            meanwhile()
            yield kernel

    made = Walk(deck, store, watcher, booting, fresh=fresh)
    kernels.enter_context(made.kernels)
    return made


def key_of(project: Project, form: Form, ran: Ran) -> str:
    """A digest of all that a site is made from, but for the files that rendering reads."""
    made_from = [(sorted(one.digests.items()) or dict(one.outputs), one.language_info) for _, one in ran]
    decks = [deck for deck, _ in ran]
    return digest(repr((version(), project, form, decks, json.dumps(made_from, sort_keys=True))).encode())
