"""What each command does and prints: what was asked for to stdout, how it goes to stderr."""

import gc
import os
import signal
from argparse import Namespace
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from deckwright import pipeline
from deckwright.browser.commands import BROWSER
from deckwright.errors import INTERRUPTED, OK, USAGE, WRONG, DeckError, nearest
from deckwright.execute.store.store import LIMIT, Store
from deckwright.jobs import fitting, free_memory
from deckwright.live.commands import LIVE
from deckwright.model import Cell, Deck, blocks_of, steps
from deckwright.pipeline import CACHE, Project
from deckwright.progress import Progress
from deckwright.shell.arguments import form_of
from deckwright.shell.commands import SHELL
from deckwright.shell.github import OnGitHub
from deckwright.source.load import load
from deckwright.words import counted, size

if TYPE_CHECKING:
    from deckwright.execute.kernel.kernel import Kernel

GC_THRESHOLD = 200_000  # a build keeps nearly all that it makes, so looking for garbage early is in vain
Command = Callable[[Project, Namespace, Progress], int]


def run(chosen: Namespace) -> int:
    """Do what was chosen; give the exit code. The only place that knows what to print for an author's mistake."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background job begins with it ignored
    signal.signal(signal.SIGTERM, interrupt)
    gc.set_threshold(GC_THRESHOLD)
    folder = (chosen.slides or Path("slides")).absolute()
    project = Project(folder.parent, folder, (chosen.out or folder.parent / "site").absolute())
    kind = OnGitHub if os.environ.get("GITHUB_ACTIONS") == "true" else Progress
    progress = kind(quiet=chosen.quiet, verbose=chosen.verbose)
    try:
        with progress:
            return COMMANDS[chosen.command](project, chosen, progress)
    except DeckError as error:
        progress.error(str(error))
        if chosen.json:
            from deckwright.shell.records import failed, print_json

            print_json(failed(error, progress.warnings))
        return WRONG
    except KeyboardInterrupt:
        progress.warn("interrupted; the site is as it was")
        return INTERRUPTED


def interrupt(number: int, frame: FrameType | None) -> None:
    """Make a polite kill end as Ctrl-C does, so that no kernel is left behind."""
    signal.raise_signal(signal.SIGINT)


def build(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Bring the site up to date."""
    jobs = fitting(chosen.jobs, free_memory()) if chosen.jobs != 1 else 1
    if jobs < chosen.jobs:
        progress.warn(f"memory for {counted(jobs, 'deck')} at a time, not for {chosen.jobs}")
    decks = pipeline.build(project, progress, fresh=chosen.fresh, frozen=chosen.frozen, jobs=jobs, form=form_of(chosen))
    progress.sum_up()
    if chosen.json:
        from deckwright.shell.records import built, print_json

        print_json(built(project, decks, progress))
    elif not chosen.quiet:
        print(project.out / "index.html")
    return OK


def freeze(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Bring the results up to date, and write them beside the slides."""
    pipeline.freeze(project, progress, fresh=chosen.fresh)
    progress.sum_up()
    if not chosen.quiet:
        print(*sorted([*project.slides.glob(".frozen"), *project.slides.glob("*/.frozen")]), sep="\n")
    return OK


def plan(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Say what a build would run."""
    from deckwright.execute.walk.accounts import planned
    from deckwright.execute.walk.dry import Dry

    with opened(project, progress) as (store, decks):
        found = [(deck, one) for deck in decks for one in Dry(deck, store).forecasts()]
    if chosen.json:
        from deckwright.shell.records import forecast, print_json

        print_json({"steps": [forecast(*one) for one in found]})
    else:
        print(*planned([one for _, one in found]), sep="\n")
    return OK


def why(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Tell the chain of causes of one cell, in each deck that has it."""
    from deckwright.execute.walk.accounts import explained
    from deckwright.execute.walk.dry import Dry

    with opened(project, progress) as (store, decks):
        having = [deck for deck in decks if any(step.label == chosen.label for step in steps(deck))]
        lines = [line for deck in having for line in explained(chosen.label, Dry(deck, store).forecasts())]
    cells = [block for deck in decks for slide in deck.slides for block in blocks_of(slide.blocks)]
    labels = {cell.label: cell for cell in cells if isinstance(cell, Cell)}
    if not having and chosen.label in labels:
        lines = [f"{chosen.label}  {labels[chosen.label].place}  has `eval: false`: it never runs"]
    if not lines:
        progress.error(f"no cell is called {chosen.label!r}\n{nearest(chosen.label, labels)}")
        return USAGE
    print(*lines, sep="\n")
    return OK


def verify(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Compare a clean run with what is kept."""
    from deckwright.execute.walk.accounts import verified
    from deckwright.execute.walk.verify import Verify

    walks, differences = [], []
    with opened(project, progress) as (store, decks), ExitStack() as kernels:
        for deck in decks:
            if any(steps(deck)):
                walk = Verify(deck, store, progress, booting(deck))
                kernels.enter_context(walk.kernels)
                differences += walk.differences()
                walks.append(walk)
    progress.end_live()
    compared, all_ = sum(len(walk.expected) for walk in walks), sum(len(walk.steps) for walk in walks)
    print(*verified(differences), end="\n" if differences else "", sep="\n")
    missing = "" if compared == all_ else f"; {all_ - compared} more had no result that is up to date"
    if differences:
        print(f"{len(differences)} of {counted(compared, 'step')} came out otherwise than in the cache{missing}")
        return WRONG
    told = f"verified: {counted(compared, 'step')}, all as in the cache" if compared else "nothing to compare with"
    print(f"{told}{missing}")
    return OK


def cache(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Say how large the cache is, or make it smaller."""
    folder = project.root / CACHE
    if not folder.is_dir() and not chosen.json:
        print(f"{folder}: no cache")
        return OK
    bytes_, entries, freed = lessened(folder, chosen, progress) if folder.is_dir() else (0, 0, 0)
    if chosen.json:
        from deckwright.shell.records import print_json

        print_json({"folder": str(folder), "bytes": bytes_, "entries": entries, "freed": freed})
        return OK
    gone = f"; freed {size(freed)}" if freed else ""
    print(f"{folder}: {size(bytes_)}, {counted(entries, 'entry', 'entries')}{gone}")
    return OK


def lessened(folder: Path, chosen: Namespace, progress: Progress) -> tuple[int, int, int]:
    """The cache's bytes and entries after what was asked for, and the bytes that this freed."""
    with Store.opened(folder, progress.warn) as store:
        freed = 0
        if chosen.clear:
            freed, _ = store.size()
            store.clear()
        elif chosen.prune is not None:
            store.untidy = True  # looks for what no entry names
            freed = store.prune(min(chosen.prune, LIMIT))
        return *store.size(), freed


@contextmanager
def opened(project: Project, progress: Progress) -> Iterator[tuple[Store, tuple[Deck, ...]]]:
    """The cache and the decks, for commands that write no site."""
    with Store.opened(project.root / CACHE, progress.warn) as store:
        yield store, load(project.root, project.slides, store)


def booting(deck: Deck) -> Callable[[], AbstractContextManager["Kernel"]]:
    """What starts a kernel for a deck."""

    def boot() -> AbstractContextManager["Kernel"]:
        from deckwright.execute.kernel.kernel import booting_kernel  # with Jupyter, 0.3 s

        return booting_kernel(deck.root)

    return boot


COMMANDS: dict[str, Command] = {
    "build": build,
    "plan": plan,
    "why": why,
    "verify": verify,
    "freeze": freeze,
    "cache": cache,
    **SHELL,
    **BROWSER,
    **LIVE,
}
