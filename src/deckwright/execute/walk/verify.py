"""Compare a clean run with what is kept: the check that the cache tells the truth, and that cells repeat themselves."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from difflib import unified_diff
from functools import cached_property
from typing import Any

from deckwright.execute.store.store import Store
from deckwright.execute.trace import Trace
from deckwright.execute.walk.dry import Dry, Verdict
from deckwright.execute.walk.past import VARYING
from deckwright.execute.walk.reasons import MOST_LINES, VARIES, noun
from deckwright.execute.walk.runner import Runner
from deckwright.execute.walk.walk import Walk
from deckwright.execute.watch import Step, Watcher
from deckwright.model import Deck, Output

Kept = tuple[int | None, Trace]  # a row of the store


@dataclass(frozen=True, slots=True)
class Difference:
    """A step that a clean run does not do as the cache has it."""

    step: Step
    lines: tuple[str, ...]  # what differs
    varies: bool  # though all that it reads is the same


class Checking(Runner):
    """A runner that keeps only what differs from what is kept."""

    expected: Mapping[int, Kept]

    def keep(self, index: int, trace: Trace, shown: bytes, report: Mapping[str, Any]) -> int | None:
        if index in self.expected:
            row, kept = self.expected[index]
            if is_same(kept, trace):
                return row
            if kept.inputs == trace.inputs:
                trace = replace(trace, flags=tuple(dict.fromkeys([*trace.flags, VARIES])))
        return super().keep(index, trace, shown, report)


class Verify(Walk):
    """A walk that runs everything anew."""

    def __init__(
        self, deck: Deck, store: Store, watcher: Watcher, boot: Callable[[], AbstractContextManager[Any]]
    ) -> None:
        super().__init__(deck, store, watcher, boot, fresh=True)
        dry = Dry(deck, store)
        self.expected = {
            index: (dry.rows[index], found.trace)
            for index, found in enumerate(dry.forecasts())
            if found.verdict is Verdict.KNOWN and found.trace
        }

    @cached_property
    def runner(self) -> Runner:
        runner = self.made(Checking)
        runner.expected, runner.reasons.anew = self.expected, "verify"
        return runner

    def differences(self) -> list[Difference]:
        """Run everything; give the steps that came out otherwise, and note those that vary by themselves."""
        self.run()
        found, varying = [], set(json.loads(self.store.noted(VARYING) or b"[]"))
        for index, (_, kept) in self.expected.items():
            trace = self.traces[index]
            if not is_same(kept, trace):
                varies = kept.inputs == trace.inputs
                found.append(Difference(self.steps[index], tuple(self.compared(kept, trace)), varies))
                varying |= {trace.code} if varies else set()
        self.store.note(VARYING, json.dumps(sorted(varying)).encode())
        return found

    def compared(self, kept: Trace, trace: Trace) -> Iterator[str]:
        """What differs, in lines."""
        if kept.shown != trace.shown:
            yield from outputs_compared(json.loads(self.store.get(kept.shown) or b"[]"), self.read(trace.shown))
        if names := differing(effects_of(kept), effects_of(trace)):
            yield f"other values: {', '.join(map(noun, names))}"
        if names := differing(kept.files, trace.files):
            yield f"other files: {', '.join(names)}"


def is_same(kept: Trace, trace: Trace) -> bool:
    """Whether two runs showed and left the same."""
    return kept.shown == trace.shown and kept.meaning == trace.meaning


def effects_of(trace: Trace) -> dict[str, str]:
    """What became of names, by fingerprint."""
    return {name: effect.value.fingerprint if effect else "" for name, effect in trace.effects.items()}


def differing(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """The keys whose values are not the same."""
    return sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))


def outputs_compared(old: Iterable[Output], new: Iterable[Output]) -> list[str]:
    """Old and new text as a difference; of figures and the like only that they differ."""
    (old_text, old_rest), (new_text, new_rest) = parts(old), parts(new)
    lines = list(unified_diff(old_text, new_text, lineterm="", n=0))[2:]
    lines = [line for line in lines if not line.startswith("@@")]
    found = [*lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else [])]
    kinds = sorted({kind for kind, _ in set(old_rest) ^ set(new_rest)})
    return [*found, *(f"its {kind} differs" for kind in kinds)] or ["what it shows differs"]


def parts(outputs: Iterable[Output]) -> tuple[list[str], list[tuple[str, str]]]:
    """Lines of text, and all else with its kind."""
    lines: list[str] = []
    rest: list[tuple[str, str]] = []
    for output in outputs:
        if output["output_type"] == "stream":
            lines += output["text"].splitlines()
        elif output["output_type"] == "error":
            lines.append(f"{output['ename']}: {output['evalue']}")
        else:
            rich = {mime: content for mime, content in output["data"].items() if mime != "text/plain"}
            rest += [(kind_of(mime), json.dumps(content, sort_keys=True)) for mime, content in rich.items()]
            lines += [] if rich else str(output["data"].get("text/plain", "")).splitlines()
    return lines, rest


def kind_of(mime: str) -> str:
    """What a reader calls content of this type."""
    return "figure" if mime.startswith("image/") else "table or HTML" if mime == "text/html" else mime
