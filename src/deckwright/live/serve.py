"""Keep a served deck in step with its author: on each save show the page, then build. The loop that holds it together.

One thread runs the cells, by the same build that writes site/; this one loads and shows pages, so that prose is on
the screen while cells still run.
"""

import json
import time
import webbrowser
from argparse import Namespace
from asyncio import CancelledError
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple

from deckwright import pipeline
from deckwright.errors import DeckError
from deckwright.execute.analysis.modules import Modules
from deckwright.execute.store.store import Store
from deckwright.execute.walk.present import import_roots
from deckwright.execute.watch import Silence
from deckwright.live.changes import Changes
from deckwright.live.kernels import Kernels, Start
from deckwright.live.outcomes import Outcomes, Superseded
from deckwright.live.preview import Preview
from deckwright.live.server import Content, Served, address_of, listening, serving
from deckwright.memo import FORGETFUL
from deckwright.model import Cell, Deck, steps
from deckwright.pages import PAGE, placed
from deckwright.pipeline import CACHE, Project
from deckwright.site.publish import MARK, refuse_foreign
from deckwright.words import counted, seconds

PAUSE = 0.1  # seconds between two pages while cells run, at least …
SHARE = 4  # … and as many times what showing one takes
NAMED = 3  # cells that the line of a build names
PATIENCE = 1.0  # seconds: how often Ctrl-C is looked for where the system does not say it by itself


class News(NamedTuple):
    """What the loop waits for: files that changed, or how a build ended; neither: something to show."""

    changed: frozenset[Path] = frozenset()
    built: Future[tuple[Deck, ...]] | None = None


class Live:
    """A project that is served."""

    def __init__(self, project: Project, served: Served, say: Callable[[str], None], editor: bool) -> None:
        self.project, self.served, self.say, self.editor = project, served, say, editor
        self.preview = Preview(project)
        self.news: SimpleQueue[News] = SimpleQueue()
        self.outcomes = Outcomes(project.root / CACHE / "blobs", self.has_news, self.warn)
        self.kernels = Kernels()
        self.cells = ThreadPoolExecutor(1)
        self.building: Future[tuple[Deck, ...]] | None = None
        self.wanted = False  # another build
        self.mistake: DeckError | None = None  # in what the author wrote
        self.failure: DeckError | None = None  # of a cell, or of writing the site
        self.warnings: list[set[str]] = [set(), set()]  # of the build before, and of this one
        self.fresh = True  # there is nothing new to show
        self.build_began = self.next = 0.0
        self.saved_at = 0  # when the author's files were read last, by the clock that dates them, ns
        folders = [*project.folders("templates"), *project.folders("static"), project.root / "src", project.slides]
        self.changes = Changes([folder for folder in folders if folder.is_dir()], self.notice)
        served.more = self.built_file

    # From other threads

    def has_news(self) -> None:
        if self.fresh:
            self.fresh = False
            self.news.put(News())

    def notice(self, changed: set[Path]) -> None:
        if wanted := changed - self.outcomes.written:
            self.news.put(News(frozenset(wanted)))

    def built_file(self, name: str) -> bytes | None:
        """A file that only a whole build makes, such as the notebook."""
        mark = self.project.out / MARK
        names = mark.read_text("utf-8").splitlines() if mark.is_file() else []
        return (self.project.out / name).read_bytes() if name in names else None

    def warn(self, message: str) -> None:
        self.warnings[1].add(message)
        if message not in self.warnings[0]:
            self.say(f"warning: {message}")

    # The loop

    def run(self) -> None:
        """Stay in step until Ctrl-C."""
        self.changes.begin()
        while True:
            self.wait()

    def wait(self) -> None:
        """Take the next news in."""
        due = self.next - time.monotonic()
        try:
            news = self.news.get(timeout=PATIENCE if self.fresh else max(due, 0.001))
        except Empty:
            if not self.fresh:
                self.show()
            return
        if news.changed:
            self.load(news.changed)
        if news.built:
            self.end_build(news.built)

    def load(self, changed: Iterable[Path] = (), *, first: bool = False) -> None:
        """Read what the author has saved, show it, and build."""
        self.saved_at = time.time_ns()
        try:
            if first:  # what the last build kept makes it quick
                with Store.opened(self.project.root / CACHE, self.warn) as store:
                    decks, mistakes = self.preview.load(store)
            else:
                decks, mistakes = self.preview.load(FORGETFUL)
        except DeckError as error:  # there is no deck at all
            if not self.project.slides.is_dir():
                raise
            decks, mistakes = (), {"": error}
        self.mistake = next(iter(mistakes.values()), None)
        self.outcomes.use(decks, mistakes.keys() - {deck.name for deck in decks})
        self.watch()
        self.show()
        if not {deck.name for deck in decks} - mistakes.keys():
            return self.say(f"error: {self.mistake}")  # else the build says it
        self.wanted = True
        if self.building and not self.goes_on(set(changed)):
            self.outcomes.unwanted.set()
            self.kernels.cancel()
        self.build()

    def goes_on(self, changed: set[Path]) -> bool:
        """Whether what runs now is still wanted, as far as can be told quickly: the next build knows."""
        is_read = any(path.suffix == ".py" or path in self.outcomes.reads for path in changed)
        return not is_read and self.outcomes.is_wanted()

    def build(self) -> None:
        """Begin a build, if one is wanted and none runs."""
        if self.wanted and not self.building:
            self.wanted = False
            self.warnings = [self.warnings[1], set()]
            self.outcomes.expect()
            self.build_began = time.monotonic()
            self.building = self.cells.submit(pipeline.build, self.project, self.outcomes, boot=self.kernels.boot)
            self.building.add_done_callback(lambda built: self.news.put(News(built=built)))

    def end_build(self, built: Future[tuple[Deck, ...]]) -> None:
        """Take in how a build ended."""
        self.building = None
        error = built.exception()
        if isinstance(error, DeckError):
            self.failure = error
            self.outcomes.fail()
            self.say(f"error: {error}")
        elif error is None:
            self.failure = None
            self.say(self.line())
        elif not isinstance(error, Superseded | CancelledError):
            raise error
        self.watch()
        self.show()
        if self.wanted:
            self.build()
        elif deck := next((deck for deck in self.outcomes.read if any(steps(deck))), None):
            blobs, roots = self.outcomes.blobs, import_roots(deck.root)
            self.kernels.think_ahead(Start(deck, list(steps(deck)), Silence(), blobs, roots))

    def line(self) -> str:
        """What a build did, in one line."""
        names = [step.label for step in self.outcomes.ran if isinstance(step, Cell)]
        parts = [", ".join(names[:NAMED])] if names else []
        if len(names) > NAMED:
            parts.append(counted(len(names) - NAMED, "more cell"))
        if values := len(self.outcomes.ran) - len(names):
            parts.append(counted(values, "inline value"))
        listed = " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))
        return f"ran {listed} in {seconds(time.monotonic() - self.build_began)}" if parts else "nothing had to run"

    def watch(self) -> None:
        """Watch all files that pages and cells are made of."""
        modules = Modules(import_roots(self.project.root))
        local = {file for name in self.outcomes.modules if (file := modules.file(name))}
        self.changes.use(self.preview.reads | self.outcomes.reads | local, self.saved_at)

    def show(self) -> None:
        """Show what is known now."""
        began, self.fresh = time.monotonic(), True
        try:
            self.preview.show(self.outcomes.decks)
        except DeckError as error:
            self.mistake = error
        attributes = {placed(name, PAGE): self.attributes(name) for name in self.preview.looks}
        self.served.content = Content(self.preview.files, attributes)
        self.served.tell(json.dumps(self.told()))
        now = time.monotonic()
        self.next = now + max(PAUSE, SHARE * (now - began))

    def attributes(self, deck: str) -> dict[str, str]:
        """What the script in a page is told of it."""
        looks = self.preview.looks[deck]
        root = str(self.project.root) if self.editor else ""
        styles = json.dumps(looks.styles)
        return {"deck": deck, "page": looks.page, "frame": looks.frame, "styles": styles, "root": root}

    def told(self) -> dict[str, Any]:
        """What browsers are told."""
        known = {deckful.deck.name: deckful.told() for deckful in self.outcomes.decks}
        decks = {name: {**asdict(looks), **known.get(name, {})} for name, looks in self.preview.looks.items()}
        error = self.mistake or self.failure
        return {"decks": decks, "error": error and self.told_error(error), "running": self.building is not None}

    def told_error(self, error: DeckError) -> dict[str, str]:
        """A mistake, with the line in which it is."""
        file, line = self.project.root / error.place.path, error.place.line
        lines = file.read_text("utf-8", "replace").splitlines() if file.is_file() else []
        return {
            "problem": error.problem,
            "place": f"{error.place.path}:{line}" if line else error.place.path,
            "slide": f"slide {error.place.slide}" if error.place.slide else "",
            "line": lines[line - 1].strip() if 0 < line <= len(lines) else "",
            "excerpt": error.excerpt,
            "remedy": error.remedy,
        }

    def end(self) -> None:
        """End what runs."""
        if self.changes.thread.is_alive():
            self.changes.end()
        self.outcomes.unwanted.set()
        self.kernels.cancel()
        self.cells.shutdown()
        self.kernels.close()


def serve(project: Project, chosen: Namespace, say: Callable[[str], None]) -> None:
    """Serve a project until Ctrl-C."""
    refuse_foreign(project.out)
    served = Served()
    live = Live(project, served, say, editor=chosen.open_editor)
    with suppress(KeyboardInterrupt), listening(chosen.host, chosen.port) as bound, ExitStack() as ending:
        ending.callback(live.end)
        live.load(first=True)
        ending.enter_context(serving(served, bound, chosen.host))
        address = address_of(chosen.host, bound.getsockname()[1])
        say(f"{address}  (Ctrl-C ends)")
        if not chosen.no_open:
            webbrowser.open(address)
        live.run()
