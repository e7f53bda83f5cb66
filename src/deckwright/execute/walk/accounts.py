"""Forecasts and differences as lines of text: what `plan`, `why` and `verify` print."""

from collections.abc import Iterator, Mapping, Sequence

from deckwright.execute.walk.dry import Forecast, Verdict
from deckwright.execute.walk.reasons import oddities, told
from deckwright.execute.walk.verify import Difference
from deckwright.execute.watch import Step, name_of
from deckwright.words import WORTH_TELLING, counted, seconds, size

INDENT = "  "
NEVER_RAN = "not run before"
SENTENCES = {
    "new": "it had not run before",
    "edited": "it was edited",
    "cache: never": "it has `cache: never`",
    "--fresh": "everything was to run (--fresh)",
    "verify": "everything was to run (verify)",
}


def planned(forecasts: Sequence[Forecast]) -> Iterator[str]:
    """What would run and what may, in order; then all in all; then what nobody can tell."""
    for found in forecasts:
        if found.verdict is not Verdict.KNOWN:
            restored = f", restores {size(found.restored)}" if found.restored >= WORTH_TELLING else ""
            why = "; ".join(told(found.causes))
            yield f"{found.verdict.value}  {titled(found.step)}  {took(found)} ({why}){restored}{odd(found, ', ')}"
    yield summed_up(forecasts)
    for found in forecasts:
        if found.verdict is Verdict.KNOWN and odd(found):
            yield f"{titled(found.step)}  {odd(found)}: its last result is kept"


def summed_up(forecasts: Sequence[Forecast]) -> str:
    """How many steps, how many seconds."""
    runs, may_run = ([f for f in forecasts if f.verdict is one] for one in (Verdict.RUNS, Verdict.MAY_RUN))
    if not runs:
        return "nothing would run"
    words = f"{counted(len(runs), 'step')} would run{total(runs)}"
    return f"{words}; {len(may_run)} more may run{total(may_run)}" if may_run else words


def total(forecasts: Sequence[Forecast]) -> str:
    """The seconds that steps are expected to take together."""
    known = [found.trace.seconds for found in forecasts if found.trace]
    new = len(forecasts) - len(known)
    first = f", {new} of them for the first time" if known else ", for the first time"
    return (f", about {seconds(sum(known))}" if known else "") + (first if new else "")


def explained(label: str, forecasts: Sequence[Forecast]) -> Iterator[str]:
    """The chain of causes of the step with this label: why it would run, or why it ran last."""
    return chain(label, {found.step.label: found for found in forecasts}, "", set())


def chain(label: str, forecasts: Mapping[str, Forecast], indent: str, seen: set[str]) -> Iterator[str]:
    """One step, and in turn those that its causes name. Each is explained once."""
    found = forecasts[label]
    seen.add(label)
    causes = found.causes or (found.trace.causes if found.trace else ())
    known = found.verdict is Verdict.KNOWN
    verdict = "is as it was; it last ran" if known else found.verdict.value
    yield f"{indent}{titled(found.step)}  {verdict} ({took(found)}){odd(found, ', ')}"
    indent += INDENT
    for cause in causes:
        yield f"{indent}{'because' if cause is causes[0] else '    and'} {SENTENCES.get(cause.words, cause.words)}"
        yield from (f"{indent}{INDENT}{line}" for line in cause.details)
        for by in cause.by:
            if by in forecasts and by not in seen:
                yield from chain(by, forecasts, indent + INDENT, seen)


def verified(differences: Sequence[Difference]) -> Iterator[str]:
    """Each step that came out otherwise, and how."""
    for found in differences:
        why = "varies from run to run" if found.varies else "differs, as what it reads does"
        yield f"{titled(found.step)}  {why}"
        yield from (f"{INDENT}{line}" for line in found.lines)


def titled(step: Step) -> str:
    """Which step, and where."""
    return f"{name_of(step)}  {step.place}"


def took(found: Forecast) -> str:
    """How long it took last."""
    return seconds(found.trace.seconds) if found.trace else NEVER_RAN


def odd(found: Forecast, before: str = "") -> str:
    """What makes it differ from run to run."""
    said = {cause.words for cause in found.causes}
    words = [word for word in oddities(found.step, found.trace) if word not in said] if found.trace else []
    return f"{before}{', '.join(words)}" if words else ""
