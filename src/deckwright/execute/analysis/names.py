"""What a piece of cell code can read and bind, told from its text alone. Runs nothing, knows no values.

Every set is a superset and every flag errs on the side of yes: a needless run costs time, a stale result is wrong.
"""

import ast
import dis
import re
import symtable
import warnings
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from itertools import chain
from textwrap import dedent
from types import CodeType
from typing import Any

from deckwright.execute.analysis.flow import live_at_entry
from deckwright.execute.analysis.magics import as_python
from deckwright.execute.analysis.uses import KEPT, NAMESPACES, NOTED, WORD, Kept, uses_of

HISTORY = re.compile(r"In|Out|_{1,3}|_i{1,3}|_i?\d+|_[oid]h|get_ipython|__annotations__")  # the last grows cell by cell
MANGLED = re.compile(r"_\w+__\w")  # what `__x` is within a class: only the scopes know
# Who binds a name may bind it to what it is, which does not show: so that counts, too.
LOADS = {"LOAD_GLOBAL", "STORE_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS", "DELETE_GLOBAL", "DELETE_NAME"}
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
NO_SHAPE = ("ctx", "kind", "type_comment", "type_ignores")  # the first follows from the place, the rest changes nothing


@dataclass(frozen=True, slots=True)
class Names:
    """What `names_of` can tell of a piece of code."""

    key: str  # of the code without positions, comments and layout
    reads: frozenset[str]
    binds: frozenset[str]  # deletes, too; "*": any name
    imports: frozenset[tuple[str, str]]  # (module, name), or (module, "*") for all of it; module "*": named at run time
    everything: bool  # may read any name
    history: bool  # uses what IPython keeps of earlier cells
    source: bool  # may show the text or the line numbers of code
    clock: bool  # may differ from run to run
    mistake: SyntaxError | None = None  # why it is no code at all


@lru_cache(4096)
def names_of(code: str) -> Names:
    """Analyse a cell's code, which may contain IPython's magics and shell lines."""
    if parsed := parse(code):
        parts, kept = walk(parsed[0])
        return judge("\0".join([*parts, ends_in_semicolon(code, parsed[0])]), kept, *parsed)
    key = f"text\0{code.rstrip()}"
    lines = dedent(code).strip().splitlines() or [""]
    python = as_python(lines)
    if parsed := parse("\n".join(python)):
        # What looks like magic may stand within a long text, so the words of such lines count as read.
        odd = [line for line, made in zip(lines, python, strict=False) if line != made]
        return judge(key, walk(parsed[0])[1], *parsed, WORD.findall("\n".join(odd)))
    if mistake := mistake_in(code):
        nothing = frozenset[Any]()
        flags = {"everything": False, "history": False, "source": True, "clock": False}
        return Names(digest(key), nothing, nothing, nothing, **flags, mistake=mistake)
    words = frozenset(WORD.findall(code))
    imports = frozenset((module, "*") for module in re.findall(r"[\w.]+", code) if "import" in words)
    return Names(digest(key), words, words | {"*"}, imports, everything=True, history=True, source=True, clock=True)


def digest(text: str) -> str:
    """A short name for a long text."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def parse(code: str) -> tuple[ast.Module, symtable.SymbolTable] | None:
    """The syntax tree and the scopes, or nothing for what is not Python."""
    show = warnings.showwarning
    if "\\" in code:
        # IPython tells of invalid escapes. `catch_warnings` would make warnings that were shown once appear again.
        warnings.showwarning = lambda *_, **__: None
    try:
        return ast.parse(code), symtable.symtable(code, "cell", "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # the last three: zero bytes, deep nesting
        return None
    finally:
        warnings.showwarning = show


def mistake_in(code: str) -> SyntaxError | None:
    """Why code is not Python, whatever IPython makes of it."""
    from IPython.core.inputtransformer2 import TransformerManager  # slow to load, and seldom needed

    try:
        text = TransformerManager().transform_cell(code)  # type: ignore[no-untyped-call]
        compile(text, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):  # as in `parse`: IPython will say more
        pass
    return None


class Shapes(dict[type[Any], tuple[str, ...] | None]):
    """The fields of each kind of node that make the code what it is; nothing for what is no node."""

    def __missing__(self, kind: type[Any]) -> tuple[str, ...] | None:
        known = issubclass(kind, ast.AST)
        self[kind] = tuple(name for name in kind._fields if name not in NO_SHAPE) if known else None
        return self[kind]


SHAPES = Shapes()


def walk(tree: ast.AST) -> tuple[list[str], Kept]:
    """Texts that are the same exactly when the code is, and the nodes that tell something."""
    parts: list[str] = []
    kept: Kept = {kind: [] for kind in (*KEPT, *NOTED, *COMPREHENSIONS)}
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        kind = type(node)
        if kind is ast.Name:
            parts.append(f"={node.id}")
        elif kind is list:
            parts.append(str(len(node)))
            stack += node
        elif (fields := SHAPES[kind]) is None:
            parts.append(str(node))
        elif kind is ast.Constant:  # hex, as repr refuses integers of over 4300 digits
            parts.append(f"#{hex(node.value) if type(node.value) is int else repr(node.value)}")
            kept[kind].append(node)
        else:
            parts.append(kind.__name__)
            stack += [getattr(node, field) for field in fields]
            if fields[-1:] == ("type_params",) and not stack[-1]:
                stack.pop()  # Python before 3.12 has no such field: results frozen there hold here, too
            if kind in kept:
                kept[kind].append(node)
    return parts, kept


def ends_in_semicolon(code: str, tree: ast.Module) -> str:
    """The `;` that keeps IPython from showing a value: the last thing but comments."""
    if ";" not in code or not tree.body:
        return ""
    last = tree.body[-1]
    first, *rest = re.split(r"\r\n|\r|\n", code)[(last.end_lineno or 1) - 1 :]
    after = "\n".join([first.encode()[last.end_col_offset :].decode(), *rest])
    return ";" if after.lstrip("\\ \t\f\n").startswith(";") else ""


def judge(key: str, kept: Kept, tree: ast.Module, scopes: symtable.SymbolTable, odd: Collection[str] = ()) -> Names:
    """Put together what the walk and the scopes say; `odd`: words that may play any part."""
    moved = chain.from_iterable(map(ast.walk, [*kept[ast.AugAssign], *kept[ast.Delete]]))
    reads, binds = scope_names(scopes, {node.id for node in moved if isinstance(node, ast.Name)})
    inner = set[str]().union(*(variables(node) for kind in COMPREHENSIONS for node in kept[kind]))
    if not inner.isdisjoint(reads | binds):
        inner -= outside(tree)  # since Python 3.12 these pass for names of the module
        reads, binds = reads - inner, binds - inner
    uses = uses_of(kept, reads, odd)
    if uses.everything or any(alias.name == "*" for node in kept[ast.ImportFrom] for alias in node.names):
        binds.add("*")
    first = reads & live_at_entry(tree)
    return Names(
        key=digest(key),
        reads=frozenset(first.union(filter(MANGLED.match, reads), odd, uses.reads)),
        binds=frozenset(binds),
        imports=frozenset(uses.imports),
        everything=uses.everything,
        history=any(map(HISTORY.fullmatch, first)),
        source=uses.source,
        clock=uses.clock,
    )


def scope_names(top: symtable.SymbolTable, touched: set[str]) -> tuple[set[str], set[str]]:
    """Global names that are read and that are bound; `touched`: deleted or assigned in place somewhere."""
    reads, binds, scopes = set[str](), set[str](), [top]
    for scope in scopes:
        scopes += scope.get_children()
        kind = scope.get_type()
        for symbol in scope.get_symbols():
            name = symbol.get_name()
            if kind == "module" or symbol.is_global():
                named = symbol.is_declared_global()  # Python 3.12 says no more of `:=` in a comprehension
                if kind != "module" or symbol.is_referenced() or named or name in touched:
                    reads.add(name)
                if symbol.is_assigned() or symbol.is_imported() or named:
                    binds.add(name)
            elif kind == "class" and (symbol.is_referenced() or name.endswith(tuple(touched))):
                reads.add(name)  # until the class binds it, the name is the global one
    return reads, binds


def outside(tree: ast.Module) -> set[str]:
    """Every word but the variables of comprehensions where they are that."""
    found: set[str] = set()
    stack: list[tuple[Any, frozenset[str]]] = [(tree, frozenset())]
    while stack:
        node, hidden = stack.pop()
        match node:
            case str():
                found.add(node)
            case ast.Name(id=name):
                found |= {name} - hidden
            case list():
                stack += [(item, hidden) for item in node]
            case ast.NamedExpr(target=target, value=value):  # binds outside
                stack += [(target.id, hidden), (value, hidden)]
            case ast.AST() if not isinstance(node, ast.Constant):
                if generators := getattr(node, "generators", []):
                    stack.append((generators[0].iter, hidden))
                    hidden |= variables(node)
                stack += [(getattr(node, name), hidden) for name in SHAPES[type(node)] or ()]
    return found


def variables(node: Any) -> set[str]:
    """The names that a comprehension gives to its items."""
    return {name.id for each in node.generators for name in ast.walk(each.target) if isinstance(name, ast.Name)}


@cache
def code_names(code: CodeType) -> frozenset[str]:
    """Global names that a compiled function, or one defined within it, can read or bind; and signs that it may all."""
    found = {step.argval for step in dis.get_instructions(code) if step.opname in LOADS}
    found |= NAMESPACES.intersection(code.co_names)
    inner = (code_names(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return frozenset(found).union(*inner)
