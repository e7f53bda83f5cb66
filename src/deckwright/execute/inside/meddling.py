"""See whether a step changes what is not the deck's: attributes of libraries and of the author's functions.

Such changes cannot be stored; all that runs later may depend on them.
"""

import ast
import builtins
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dis import get_instructions
from functools import cache
from types import CodeType, FunctionType, ModuleType
from typing import Any

from deckwright.execute.inside.loggers import unknown

SETTERS = ("setattr", "delattr", "patch", "monkeypatch", "__dict__", "vars")
SHELL = ("get_ipython", "%config", "%load_ext", "%precision", "%xmode", "%colors")
OF_NO_EFFECT = re.compile(  # in a build: drawing.py draws, and no module changes meanwhile
    r"%config InlineBackend\.(figure_formats?|print_figure_kwargs)\b|%(re)?load_ext autoreload\b"
)
RELOAD = ("importlib.reload", "import reload")  # instances of the classes as they were stay about


class Meddling:
    """Compares attributes of modules and library classes before and after a step that stores to such attributes."""

    def __init__(self, namespace: dict[str, Any], is_local: Callable[[str], bool]) -> None:
        self.namespace, self.is_local = namespace, is_local
        self.before: dict[tuple[int, str], Any] = {}
        self.owners: dict[int, Any] = {}
        self.code = ""
        self.stored: frozenset[str] | set[str] = frozenset()
        self.original = builtins.__import__

    def begin(self, code: str, reading: Iterable[str]) -> None:
        """Note the attributes that this code, or functions that it can reach, store to."""
        self.code = code
        stored = stored_attributes(code) | {
            name for function in self.functions(reading) for name in attributes_of_code(function)
        }
        self.before, self.owners, self.stored = {}, {}, stored
        builtins.__import__ = self.importing if stored else self.original
        if stored:
            self.note(self.foreign(code))

    def note(self, owners: Iterable[Any]) -> None:
        """Note what these have now under the names that the step stores to."""
        all_of_them = bool(self.stored & set(SETTERS))
        for owner in owners:
            if id(owner) not in self.owners:
                self.owners[id(owner)] = owner
                for name in list(vars(owner)) if all_of_them else self.stored:
                    self.before[id(owner), name] = vars(owner).get(name)

    def importing(
        self,
        name: str,
        globals: Any = None,
        locals: Any = None,
        fromlist: Any = (),
        level: int = 0,
    ) -> Any:
        """Import for the step, and note what comes into its reach by that."""
        module = self.original(name, globals, locals, fromlist, level)
        if globals is self.namespace:
            roots = [module, sys.modules.get(name), *(getattr(module, part, None) for part in fromlist or ())]
            chains = [[], *(chain[1:] for chain in dotted_names(self.code))]
            self.note(only_foreign(value for root in roots for chain in chains for value in along(root, chain)))
        return module

    def functions(self, reading: Iterable[str]) -> Iterator[CodeType]:
        """The code of the functions and of the classes' methods that the step can name."""
        for name in reading:
            value = self.namespace.get(name)
            for part in [value, *(vars(value).values() if isinstance(value, type) else ())]:
                if isinstance(part, FunctionType):
                    yield part.__code__

    def foreign(self, code: str) -> Iterator[Any]:
        """Modules and classes that are not the deck's and that a step may get hold of by name."""
        roots = [(self.namespace.get(root, sys.modules.get(root)), chain) for root, *chain in dotted_names(code)]
        dotted = (value for root, chain in roots for value in along(root, chain))
        return only_foreign([builtins, *self.namespace.values(), *dotted])

    def found(self) -> str:
        """What has been changed, in words; empty if nothing was."""
        code = OF_NO_EFFECT.sub("", self.code)
        for word in SHELL:
            if word in code:
                return f"it uses {word}, which may change how all later cells run"
        if any(word in self.code for word in RELOAD):
            return "it loads a module again"
        if name := unknown():
            return f"it gives the logger {name} a handler that cannot be kept"
        for (owner, name), old in self.before.items():
            now = vars(self.owners[owner]).get(name)
            if now is not old and not self.is_state(self.owners[owner], old, now):
                return f"it sets {self.owners[owner].__name__}.{name}"
        return ""

    def is_state(self, owner: Any, old: Any, now: Any) -> bool:
        """Whether this is a plain value of one of the author's modules, which is accounted for, or a loaded module."""
        if isinstance(now, ModuleType):
            return True
        plain = not isinstance(old, FunctionType | type) and not isinstance(now, FunctionType | type)
        return isinstance(owner, ModuleType) and self.is_local(owner.__name__) and plain


def only_foreign(values: Iterable[Any]) -> Iterator[Any]:
    """Those that are modules, or classes that are not the deck's."""
    for value in values:
        if isinstance(value, ModuleType) or (
            isinstance(value, type) and value.__module__ not in ("__main__", "builtins")
        ):
            yield value


def along(value: Any, chain: Iterable[str]) -> Iterator[Any]:
    """A value, and what one attribute of the other leads to, through modules and classes."""
    yield value
    for name in chain:
        value = vars(value).get(name) if isinstance(value, ModuleType | type) else None
        yield value


def stored_attributes(code: str) -> set[str]:
    """Attributes that code stores to, at any depth; and functions by which it may do so unseen."""
    return {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for node in ast.walk(tree_of(code))
        if (isinstance(node, ast.Attribute) and (not isinstance(node.ctx, ast.Load) or node.attr in SETTERS))
        or (isinstance(node, ast.Name) and node.id in SETTERS)
    }


def dotted_names(code: str) -> Iterator[list[str]]:
    """Names with attributes, such as `torch.nn.Linear`, as lists."""
    for node in ast.walk(tree_of(code)):
        chain: list[str] = []
        part: Any = node
        while isinstance(part, ast.Attribute):
            chain.insert(0, part.attr)
            part = part.value
        if chain and isinstance(part, ast.Name):
            yield [part.id, *chain]


def tree_of(code: str) -> ast.AST:
    """The tree of some code; an empty one for what is not plain Python."""
    try:
        return ast.parse(code)
    except (SyntaxError, ValueError):
        return ast.Module([], [])


@cache
def attributes_of_code(code: CodeType) -> frozenset[str]:
    """Attributes that compiled code stores to; and functions by which it may do so unseen."""
    found = {
        str(step.argval)
        for step in get_instructions(code)
        if step.opname in ("STORE_ATTR", "DELETE_ATTR") or step.argval in SETTERS
    }
    for part in code.co_consts:
        if isinstance(part, CodeType):
            found |= attributes_of_code(part)
    return frozenset(found)
