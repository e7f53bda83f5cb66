"""Make a trace of what the agent reports of one run: what the step used, and what it did."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from deckwright.execute.analysis.modules import VALUES
from deckwright.execute.analysis.names import Names, names_of
from deckwright.execute.analysis.uses import may_read_all
from deckwright.execute.inside.ambients import AMBIENTS, RANDOM
from deckwright.execute.scope import Scope, digest_of
from deckwright.execute.trace import UNSEEN, Effect, Trace, read_definition, read_effect
from deckwright.execute.walk.present import Present, libraries_content
from deckwright.execute.walk.reading import readable
from deckwright.model import Output, is_never_kept

CONSTANT = [name for name, ambient in AMBIENTS.items() if not ambient.seen]


def recorded(index: int, scope: Scope, report: Mapping[str, Any], outputs: Iterable[Output], present: Present) -> Trace:
    """The trace of the `index`th step, which began in this scope."""
    code = present.steps[index].code
    names = names_of(code)
    reading = readable(code, scope, present.modules)
    touched = {name for name in report["mutated"] if name in scope.values and name[0] != "~"}
    groups = frozenset[str]().union(*(scope.group(name) for name in touched))
    inputs = value_inputs(reading.union(groups, ambients_used(report), report["hidden"]), scope)
    later: list[str] = [f"group {name}" for name in touched if scope.values[name].runs]
    inputs |= outside_inputs(report)
    later += module_inputs(scope.modules(reading) | names.imports, report["modules"], present)
    later += [f"files {pattern}" for pattern in present.declared(index)]
    later.append(f"libraries {present.store.put(libraries_content(report['libraries']))}")
    later += [f"class {key}" for key in report["classes"]]
    later += special_inputs(names, scope, report)
    if names.everything or may_read_all(reading):
        later.append("names")
    if names.source or quotes_code(outputs):
        later.append("text " + "\t".join(sorted(name for name in reading if name in scope.writers)))
    inputs |= {key: present.now(key, scope, index) for key in later}
    effects = {name: record and read_effect(record) for name, record in report["values"].items()}
    effects |= unseen_effects(groups, effects, scope)
    trace = Trace(
        inputs=inputs,
        effects=effects,
        definitions={key: read_definition(record) for key, record in report["definitions"].items()},
        files=report["written"],
        seconds=report["seconds"],
        watched=report["watched"],
        entangled=report["entangled"],
        flags=(*report["flags"], *(["clock"] if names.clock else [])),
        code=present.codes[index],
        text=digest_of(code),
    )
    origin = digest_of(trace.origin, present.build) if is_never_kept(present.steps[index]) else trace.origin
    trace = replace(trace, effects=without_content(effects, origin))
    after = trace.after(scope, index)
    return replace(
        trace, stored=tuple((tuple(group), address, after.state(group)) for group, address in report["stored"])
    )


def value_inputs(names: Iterable[str], scope: Scope) -> dict[str, str]:
    """Values by fingerprint, and how they share objects."""
    listed = sorted(names)
    sharing = [
        name for name in listed if name in scope.values and scope.values[name].runs and not scope.values[name].opaque
    ]
    found = {f"value {name}": scope.fingerprint(name) for name in listed}
    return found | ({"sharing " + "\t".join(sharing): scope.sharing(sharing)} if len(sharing) > 1 else {})


def ambients_used(report: Mapping[str, Any]) -> set[str]:
    """Settings that the step went by; those whose use is not seen count for every step."""
    return {*report["used"], *CONSTANT}


def outside_inputs(report: Mapping[str, Any]) -> dict[str, str]:
    """Files, folders and environment variables that were read, as they were then; empty where nothing was."""
    kinds = (("file", "files"), ("folder", "folders"), ("kind", "kinds"), ("variable", "environment"))
    return {f"{kind} {key}": value for kind, listed in kinds for key, value in report[listed].items()}


def module_inputs(pairs: Iterable[tuple[str, str]], loaded: Mapping[str, str], present: Present) -> list[str]:
    """The source of the author's own modules, as far as the step depends on it."""
    known = {(module, name) for module, name in pairs if module != "*"}  # a library's may become the author's
    closure = {module for pair in known for module in present.modules.closure(*pair)}
    known |= {(module, "*") for module in loaded if module not in closure}
    known |= {(module, VALUES) for module in loaded}  # whose values are this step's doing
    return sorted(f"module {module}#{name}" for module, name in known)


def quotes_code(outputs: Iterable[Output]) -> bool:
    """Whether outputs show tracebacks or warnings, which quote code and count its lines."""
    return any(output["output_type"] == "error" or output.get("name") == "stderr" for output in outputs)


def special_inputs(names: Names, scope: Scope, report: Mapping[str, Any]) -> list[str]:
    """What else a step may depend on."""
    found = ["platform"]
    if "~matplotlib's settings" in report["used"]:
        found.append("figure")
    if any(name not in scope.values for name in set(report["used"]) & set(RANDOM.values())):
        found.append("seed")  # else all comes from the state that a step before has set
    if report["place"]:
        found.append("place")
    if names.history or scope.entangled:
        found.append("past")
    return found


def unseen_effects(groups: Iterable[str], effects: Mapping[str, Effect | None], scope: Scope) -> dict[str, Effect]:
    """Generators and the like that share objects with what the step changed, and were not in the kernel."""
    unseen = [name for name in groups if name not in effects and scope.values[name].opaque]
    return {name: Effect(scope.values[name], UNSEEN) for name in unseen}


def without_content(effects: Mapping[str, Effect | None], origin: str) -> dict[str, Effect | None]:
    """The effects; a value that cannot be hashed is named by how it came about."""
    return {
        name: Effect(replace(effect.value, digest=digest_of("opaque", name, origin)), effect.objects)
        if effect and effect.value.opaque
        else effect
        for name, effect in effects.items()
    }
