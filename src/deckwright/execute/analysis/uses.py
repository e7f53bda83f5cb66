"""What the words of a piece of code give away: what it imports, and whether it may depend on more than it names.

By names alone, so every flag errs on the side of yes.
"""

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

Kept = dict[type[ast.AST], list[Any]]

# The nodes that `uses_of` wants to see.
KEPT = (ast.Attribute, ast.Call, ast.Constant, ast.Import, ast.ImportFrom, ast.keyword, ast.AugAssign, ast.Delete)
NOTED: dict[type[ast.AST], str] = {
    **dict.fromkeys((ast.arg, ast.AnnAssign), "annotation"),
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef), "returns"),
}


@dataclass(frozen=True, slots=True)
class Uses:
    """What `uses_of` found."""

    imports: set[tuple[str, str]]
    reads: set[str]  # names that only stand in texts
    everything: bool
    source: bool
    clock: bool


def table(text: str) -> frozenset[str]:
    """Words, as a set."""
    return frozenset(text.split())


EVALUATORS = table("exec eval")  # as global names only: `model.eval()` evaluates no text
NAMESPACES = table(
    "globals locals builtins __builtins__ __main__ get_ipython __globals__ f_globals f_locals f_back user_ns"
    " user_global_ns user_module _getframe currentframe get_objects get_referrers dump_session load_session"
    " dump_module load_module doctest testmod run_docstring_examples read_pickle Unpickler cProfile prun"
    " get_type_hints model_rebuild"
)
# A pickle finds the deck's classes by name; numexpr and unittest look around on their own.
LOOKUPS = {
    f"{name}.{load}" for name in table("pickle pkl dill joblib cloudpickle") for load in ("load", "loads")
} | table("sys.modules numexpr.evaluate ne.evaluate unittest.main shelve.open")
PICKLES = {"weights_only": True, "allow_pickle": False}  # keywords, and the values that unpickle nothing
QUERIES = table("query eval sql execute from_formula dmatrix dmatrices")  # names stand in a text: pandas, SQL, formulas
SOURCE = table(
    "inspect traceback linecache __code__ _getframe currentframe __file__ getsource getsourcelines co_firstlineno"
    " f_lineno tb_lineno __traceback__ exc_info print_exc format_exc print_stack format_stack stack_info exception"
    " findCaller warn warn_explicit help pydoc dis cProfile pstats tracemalloc faulthandler unittest doctest prun"
)
CLOCK = table(
    "perf_counter perf_counter_ns monotonic monotonic_ns process_time process_time_ns thread_time thread_time_ns"
    " time_ns clock_gettime clock_gettime_ns utcnow localtime gmtime ctime uuid1 uuid4 uuid6 uuid7 urandom getrandom"
    " secrets SystemRandom default_timer timeit cProfile unittest prun"
)
CALLED_CLOCK = table("time now today")  # as names of variables and columns they are common
CLOCK_WORDS = table("now today")  # as an attribute; as a text, for numpy and pandas
CLOCK_PATHS = table("time.time time.strftime")
UNSEEDED = table("default_rng Random RandomState SeedSequence seed PCG64 PCG64DXSM MT19937 Philox SFC64")
WORD = re.compile(r"[^\W\d]\w*")


def may_read_all(names: Collection[str]) -> bool:
    """Whether code that reads these names may look up any other."""
    return not EVALUATORS.isdisjoint(names) or not NAMESPACES.isdisjoint(names)


def uses_of(kept: Kept, reads: set[str], odd: Collection[str] = ()) -> Uses:
    """Judge the nodes of a syntax tree; `reads`: its global names, `odd`: words that may play any part."""
    calls = list(calls_of(kept))
    imports = set(imports_of(kept, calls))
    attributes = {node.attr for node in kept[ast.Attribute]}
    words = attributes.union(reads, odd, *((*module.split("."), name) for module, name in imports))
    words |= {word.arg for word in kept[ast.keyword]}
    texts = {text for text in constants(kept[ast.Constant]) if isinstance(text, str)}
    called = {name for name, _ in calls}
    bare = {name for name, given in calls if constants(given) == [None] * len(given)}
    paths = {f"{module}.{name}" for module, name in imports}.union(paths_of(kept))
    clock = words & CLOCK or called & CALLED_CLOCK or (attributes | texts) & CLOCK_WORDS or paths & CLOCK_PATHS
    everything = may_read_all(reads) or words & NAMESPACES or paths & LOOKUPS or bare & {"vars", "dir"}
    return Uses(
        imports=imports,
        reads=names_in_texts(texts, words).union(names_in_notes(kept)),
        everything=bool(everything) or is_opaque(kept, calls) or any("import" in t and "__main__" in t for t in texts),
        source=bool(words & SOURCE) or any("lineno" in text for text in texts),
        clock=bool(clock or bare & UNSEEDED),
    )


Calls = list[tuple[str, list[ast.expr]]]


def calls_of(kept: Kept) -> Iterator[tuple[str, list[ast.expr]]]:
    """The last word of what is called, and the arguments: those without a name, if there are any."""
    for call in kept[ast.Call]:
        match call.func:
            case ast.Name(id=name) | ast.Attribute(attr=name):
                yield name, call.args or [word.value for word in call.keywords]


def constants(nodes: list[ast.expr]) -> list[Any]:
    """The values of those nodes that are constants."""
    return [node.value for node in nodes if isinstance(node, ast.Constant)]


def imports_of(kept: Kept, calls: Calls) -> Iterator[tuple[str, str]]:
    """What is imported, as (module, name)."""
    for node in kept[ast.Import]:
        yield from ((alias.name, "*") for alias in node.names)
    for node in kept[ast.ImportFrom]:
        if not node.level:
            yield from ((node.module, alias.name) for alias in node.names)
    for name, given in calls:
        if name in ("import_module", "__import__"):
            yield str((constants(given[:1]) or ["*"])[0]), "*"


def paths_of(kept: Kept) -> Iterator[str]:
    """Every `module.name`, under the name that the module has where it was imported here."""
    aliases = {alias.asname: alias.name for node in kept[ast.Import] for alias in node.names}
    for node in kept[ast.Attribute]:
        if isinstance(node.value, ast.Name):
            yield f"{aliases.get(node.value.id, node.value.id)}.{node.attr}"


def is_opaque(kept: Kept, calls: Calls) -> bool:
    """Whether a text or a pickle that only a run can tell says what is looked up."""
    return any(name in QUERIES and not all(map(is_text, given[:1])) for name, given in calls) or any(
        constants([word.value]) != [PICKLES[word.arg]] for word in kept[ast.keyword] if word.arg in PICKLES
    )


def is_text(node: ast.expr) -> bool:
    """Whether it is a text as it stands, but for values put in."""
    while isinstance(node, ast.BinOp):
        node = node.left
    return isinstance(node, ast.Constant | ast.JoinedStr)


def names_in_texts(texts: set[str], words: set[str]) -> set[str]:
    """Names in texts that pandas, SQL or a formula may look up."""
    queries = not words.isdisjoint(QUERIES | {"evaluate"})
    return {word for text in texts if queries or "@" in text or "~" in text for word in WORD.findall(text)}


def names_in_notes(kept: Kept) -> Iterator[str]:
    """Names in annotations: texts, or with `from __future__ import annotations` all, may be evaluated later."""
    notes = (getattr(node, field) for kind, field in NOTED.items() for node in kept[kind])
    for node in chain.from_iterable(ast.walk(note) for note in notes if note):
        match node:
            case ast.Name(id=name):
                yield name
            case ast.Constant(value=str(text)):
                yield from WORD.findall(text)
