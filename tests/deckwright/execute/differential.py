"""Build a deck as the engine does after an edit, and from nothing; tell where the two differ, and what ran needlessly."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deckwright.errors import DeckError
from deckwright.execute.analysis.names import names_of
from deckwright.execute.scope import Scope
from deckwright.execute.store.store import Store
from deckwright.execute.trace import Trace
from deckwright.execute.walk.walk import Walk
from deckwright.execute.watch import Step
from deckwright.model import is_never_kept
from deckwright.source.parse import parse

from .forked import booting

KEY = b"k" * 32
REPLAY = "needed again"  # how the reason begins for which a step runs whose result is known
ROUNDS = 30  # more than any deck of these tests needs
STORE = ".deckwright"
HEAD = "---\ntitle: t\n---\n\n## A\n\n"

Files = dict[str, bytes]


def deck_of(*cells: str | tuple[str, str] | tuple[str, str, str]) -> str:
    """A deck's text: cells as code, or as label, code and options; a text that begins with `!` is prose."""
    found = []
    for number, cell in enumerate(cells, 1):
        if isinstance(cell, str) and cell.startswith("!"):
            found.append(cell[1:])
            continue
        label, code, *options = (f"c{number}", cell) if isinstance(cell, str) else cell
        found.append(f'```{{python label="{label}"{"".join(f" {option}" for option in options)}}}\n{code}\n```')
    return HEAD + "\n\n".join(found) + "\n"


@dataclass
class Diary:
    """A Watcher that writes down what happens."""

    started_steps: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    cached_steps: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def begin(self, steps: int) -> None: ...

    def cached(self, step: Step, trace: Trace) -> None:
        self.cached_steps.append(step.label)

    def started(self, step: Step, reasons: Any) -> None:
        self.started_steps.append((step.label, tuple(reasons)))

    def showing(self, step: Step, outputs: object) -> None: ...

    def printed(self, step: Step, text: str) -> None: ...

    def finished(self, step: Step, trace: Trace) -> None: ...

    def warn(self, message: str) -> None:
        self.warnings.append(message)


@dataclass
class Built:
    """What one build did and gave."""

    outputs: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    runs: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)  # labels and reasons
    cached: int = 0
    kernels: int = 0
    walk: Any = None
    files: Files = field(default_factory=dict)

    @property
    def ran(self) -> list[str]:
        """The steps that ran, in order, each once: as edits made them, not to get values back."""
        return list(dict.fromkeys(label for label, reasons in self.runs if not reasons[0].startswith(REPLAY)))

    @property
    def replayed(self) -> list[str]:
        return list(dict.fromkeys(label for label, reasons in self.runs if reasons[0].startswith(REPLAY)))

    @property
    def scope(self) -> Scope:
        """After the last step."""
        return self.walk.scopes[-1]

    def steps(self) -> Iterator[tuple[int, Step, str, Trace]]:
        """Each step that came to its end: number, step, code, trace."""
        for index, trace in enumerate(self.walk.traces):
            yield index, self.walk.steps[index], self.walk.present.codes[index], trace


class Difference(AssertionError):
    """The engine is wrong."""


def ending(through: Callable[[], bool]) -> Callable[[], bool]:
    """A walk's `through` that is not called without end."""
    calls = iter(range(ROUNDS))

    def counted() -> bool:
        if next(calls, None) is None:
            raise Difference("the walk begins anew without end")
        return through()

    return counted


class Workshop:
    """A project with a store, which outlives its builds."""

    def __init__(self, folder: Path, boot: Callable[[Path], Any] = booting) -> None:
        self.root, self.boot = folder / "project", boot
        self.seen: dict[tuple[Any, ...], str] = {}  # states of the world that were built, with what the build did then
        self.known: set[tuple[str, tuple[Any, ...]]] = set()  # code and inputs of steps that ran before
        self.values: set[Any] = set()  # code and values of steps that ran before
        self.builds = self.ran = self.cached = 0
        (self.root / "slides").mkdir(parents=True, exist_ok=True)

    def build(self, text: str, store: Path | None = None, **options: Any) -> Built:
        """Build once."""
        diary, built = Diary(), Built()

        @contextmanager
        def counting() -> Iterator[Any]:
            built.kernels += 1
            with self.boot(self.root)() as kernel:
                yield kernel

        deck = parse([("slides/deck.md", text)], "", self.root, self.root / "slides")
        with Store.opened(store or self.root / STORE, diary.warn, key=KEY) as opened:
            built.walk = Walk(deck, opened, diary, counting, **options)
            built.walk.through = ending(built.walk.through)
            try:
                with built.walk.kernels:
                    results = built.walk.run()
                    built.outputs = {label: results.outputs[label] for label in results.outputs}
            except DeckError as error:
                built.error = str(error)
        built.runs, built.cached = diary.started_steps, len(diary.cached_steps)
        built.files = self.files()
        if diary.warnings:
            raise Difference(f"warnings: {diary.warnings}")
        self.builds += 1
        self.ran += len(built.runs)
        self.cached += built.cached
        return built

    def clean(self, text: str) -> Built:
        """Build from nothing, and leave nothing but files."""
        with tempfile.TemporaryDirectory(prefix="clean-") as folder:
            return self.build(text, Path(folder) / STORE, fresh=True)

    def files(self) -> Files:
        """What lies in the project."""
        return {
            path.relative_to(self.root).as_posix(): path.read_bytes() if path.is_file() else b"/"
            for path in sorted(self.root.rglob("*"))
            if STORE not in path.parts
        }

    def put(self, files: Mapping[str, bytes]) -> None:
        """Make the project's files these."""
        now = self.files()
        for name in sorted(now.keys() - files.keys(), reverse=True):
            place = self.root / name
            if place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink()
        for name, content in files.items():
            place = self.root / name
            if now.get(name) != content:
                if content == b"/":
                    place.mkdir()
                else:
                    place.write_bytes(content)

    def check(self, text: str, **variables: str | None) -> Built:
        """Build after an edit, and from nothing; raise Difference where the outcomes differ. Gives the former."""
        with environment(variables):
            before = self.files()
            built = self.build(text)
            self.put(before)
            clean = self.clean(text)
            compare(built, clean)
            self.see_needless(text, before, variables, built, clean)
            if built.files == before and not built.error:
                again = self.build(text)
                never = [label for label, reason in again.runs if reason == ("cache: never",)]
                ran = again.ran if not renews(again) else never
                if ran != never or (not never and (again.kernels or again.replayed)):
                    raise Difference(f"nothing has changed, and yet there ran {again.runs}")
                if again.outputs != built.outputs:
                    raise Difference("nothing has changed, and yet the outputs have")
            return built

    def see_needless(
        self, text: str, before: Files, variables: Mapping[str, str | None], built: Built, clean: Built
    ) -> None:
        """Raise Difference if something ran that had run before, under the same circumstances."""
        never = {step.label for step in built.walk.steps if is_never_kept(step)}
        ran = [label for label in built.ran if label not in never]
        state = (text, tuple(before.items()), tuple(sorted(variables.items())))
        if state in self.seen and ran and not built.error and not renews(built):
            raise Difference(f"back to an earlier state, and yet there ran {built.runs}; then {self.seen[state]}")
        outside = (tuple(before.items()), tuple(sorted(variables.items())))
        inputs, values = {}, {}
        for index, step, code, trace in clean.steps():
            inputs[step.label] = (code, tuple(sorted(trace.inputs.items())))
            values[step.label] = (code, *outside, *visible(clean, index))
        for label in ran:
            if inputs.get(label) in self.known:
                raise Difference(f"{label} ran again with the same inputs: {dict(built.runs)[label]}")
            if values.get(label) in self.values:
                raise Difference(f"{label} ran again with the same values: {dict(built.runs)[label]}")
        if not built.error:
            self.seen[state] = f"{built.runs}"
        self.known |= set(inputs.values())
        self.values |= {key for key in values.values() if key[-1]}


def renews(built: Built) -> bool:
    """Whether a step that runs at every build gives what nobody can look into: it counts as new each time."""
    effects = [
        effect for _, step, _, trace in built.steps() if is_never_kept(step) for effect in trace.effects.values()
    ]
    return any(effect and effect.value.opaque for effect in effects)


def visible(clean: Built, index: int) -> tuple[Any, ...]:
    """All that a step can see of what was before it; ends in False if that cannot be told."""
    scope: Scope = clean.walk.scopes[index]
    step, trace = clean.walk.steps[index], clean.walk.traces[index]
    names = names_of(step.code)
    odd = scope.entangled or names.history or names.everything or names.source
    odd = odd or any(key.partition(" ")[0] in ("group", "past", "text") for key in trace.inputs)
    words = sorted(name for name in scope.values if name[0] == "~" or name.startswith("module ")) + sorted(
        scope.values.keys() & (names.reads | names.binds)
    )
    values = tuple((name, scope.fingerprint(name)) for name in words)
    functions = any(scope.values[name].reads or scope.values[name].links or scope.values[name].opaque for name in words)
    return (*values, scope.sharing(words), tuple(sorted(scope.files.items())), not odd and not functions)


LENIENT = bool(os.environ.get("LENIENT"))  # of tracebacks, only the last line counts


def told(what: Any) -> Any:
    """An error or output, as far as it counts."""
    if not LENIENT:
        return what
    if isinstance(what, str):
        return what.partition("\n")[0]
    return {**what, "traceback": []} if what.get("output_type") == "error" else what


def compare(built: Built, clean: Built) -> None:
    """Raise Difference where a build's outcome is not that of a clean one."""
    if told(built.error) != told(clean.error):
        raise Difference(f"ends with {built.error!r}\nclean: {clean.error!r}")
    for label in clean.outputs:
        ours, theirs = built.outputs.get(label, ()), clean.outputs[label]
        if [*map(told, ours)] != [*map(told, theirs)]:
            raise Difference(f"{label} shows\n{ours}\nclean:\n{theirs}\nran: {built.runs}")
    ours, theirs = (state_of(each.scope) for each in (built, clean))
    if ours != theirs:
        wrong = {
            key: (ours.get(key), theirs.get(key))
            for key in ours.keys() | theirs.keys()
            if ours.get(key) != theirs.get(key)
        }
        raise Difference(f"state differs: {wrong}\nran: {built.runs}")
    if built.files != clean.files:
        names = built.files.keys() | clean.files.keys()
        wrong_files = {name: (built.files.get(name), clean.files.get(name)) for name in names}
        wrong_files = {name: both for name, both in wrong_files.items() if both[0] != both[1]}
        raise Difference(f"files differ: {wrong_files}\nran: {built.runs}")


def state_of(scope: Scope) -> dict[str, str]:
    """A scope in comparable form."""
    plain = [name for name, value in scope.values.items() if not value.opaque]
    found = {name: (value.opaque and "opaque") or value.fingerprint for name, value in scope.values.items()}
    return found | {
        "files": str(sorted(pair for pair in scope.files.items() if not pair[0].startswith("/"))),
        "sharing": scope.sharing(plain),
        "entangled": str(bool(scope.entangled)),
    }


@contextmanager
def environment(variables: Mapping[str, str | None]) -> Iterator[None]:
    """Set environment variables for a while; None: it is not set."""
    before = dict(os.environ)
    try:
        for name, value in variables.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
