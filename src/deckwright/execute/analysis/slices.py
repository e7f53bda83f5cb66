"""Which statements of the author's modules one name depends on, and what importing its module runs."""

import re
import sys
from collections.abc import Iterable
from typing import Protocol

from deckwright.execute.analysis.names import digest
from deckwright.execute.analysis.statements import Import, Source, Statement

# What may be called at import without anything changing but the name that gets the value.
PURE_MODULES = frozenset(
    "math cmath typing typing_extensions enum abc collections dataclasses functools itertools fractions decimal string"
    " statistics numbers cycler".split()
)
PURE = frozenset(
    "bool bytes bytearray complex dict enumerate float frozenset int isinstance issubclass len list max min object pow"
    " property range repr reversed round set slice sorted staticmethod classmethod str sum super tuple type zip abs all"
    " any chr ord divmod hash hex Exception ValueError RuntimeError".split()
) | frozenset(
    "contextlib.contextmanager contextlib.asynccontextmanager operator.itemgetter operator.attrgetter re.compile"
    " pathlib.Path pathlib.PurePath pathlib.Path().resolve pathlib.Path().absolute types.SimpleNamespace"
    " types.MappingProxyType datetime.date datetime.timedelta datetime.datetime struct.Struct logging.getLogger"
    " os.getenv os.environ.get os.path.join os.path.dirname os.path.abspath torch.device torch.no_grad"
    " torch.inference_mode torch.tensor torch.zeros torch.ones torch.arange torch.linspace numpy.array numpy.zeros"
    " numpy.ones numpy.arange numpy.linspace matplotlib.colors.to_rgba matplotlib.colors.ListedColormap"
    " matplotlib.colors.LinearSegmentedColormap.from_list".split()
)
OWN = frozenset("__name__ __file__ __path__ __package__ __spec__ __loader__".split())  # every module has them


class Library(Protocol):
    """Where sources come from."""

    def is_local(self, name: str) -> bool:
        """Whether the module is the author's."""

    def source(self, name: str) -> Source | None:
        """Its source, understood."""

    def content(self, name: str) -> str:
        """Its file, by digest."""


class Slice:
    """Statements, module by module, gathered by `demand`."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.loaded: dict[str, None] = {}  # modules, in the order in which they are imported
        self.acting: list[str] = []  # those that do something then
        self.foreign: set[str] = set()  # installed packages that are imported: they may do something, too
        self.chosen: dict[str, set[int]] = {}
        self.pending: list[tuple[str, int]] = []

    def digest(self) -> str:
        """Of the statements, in source order."""
        parts = ["order", *self.acting, "foreign", *sorted(self.foreign)]
        for name in sorted(self.loaded):
            source = self.library.source(name)
            parts += ["module", name]
            parts += [self.library.content(name)] if source is None else []
            parts += [source.statements[index].digest for index in sorted(self.chosen.get(name, ()))] if source else []
        return digest("\0".join(parts))

    def demand(self, module: str, name: str) -> None:
        """Take in what a name of a module depends on, as seen from outside; "*": all of the module."""
        self.ask(module, name)
        while self.pending:
            self.follow(*self.pending.pop())

    def demand_values(self, module: str) -> None:
        """Take in what a module's own values depend on: all that it binds but functions and classes."""
        self.load(module)
        source = self.library.source(module) or Source()
        for index, statement in enumerate(source.statements):
            if self.is_value(statement, set()):
                self.take(module, index, {"*"})
        while self.pending:
            self.follow(*self.pending.pop())

    def is_value(self, statement: Statement, seen: set[tuple[str, str]]) -> bool:
        """Whether a statement binds a value: itself, or by importing one of the author's."""
        alias = statement.alias
        if not alias:
            return bool(statement.binds) and not statement.defines
        source = self.library.source(alias.module) if self.library.is_local(alias.module) else None
        if source is None or (alias.module, alias.name) in seen:
            return False
        seen.add((alias.module, alias.name))
        binders = source.binders.get(alias.name, ())
        return alias.name == "*" or any(self.is_value(source.statements[index], seen) for index in binders)

    def ask(self, module: str, name: str) -> None:
        if not self.library.is_local(module):
            return
        self.load(module)
        source = self.library.source(module)
        if source is None:
            if name != "*":
                self.ask(f"{module}.{name}", "*")
            return
        known = source.binders.get(name, [])
        if not known and self.library.is_local(f"{module}.{name}"):
            return self.ask(f"{module}.{name}", "*")
        if name in OWN and not known:
            return
        unclear = source.whole or not known  # a name may be set from elsewhere
        for index in range(len(source.statements)) if unclear else known:
            self.take(module, index, {"*"})

    def load(self, module: str) -> None:
        """Take in what importing a module runs: its packages first, then what it imports."""
        if module in self.loaded or not self.library.is_local(module):
            return
        self.load(module.rpartition(".")[0])
        self.loaded[module] = None
        source = self.library.source(module) or Source()
        for index, statement in enumerate(source.statements):
            for each in statement.runs:
                self.load_import(each)
            if self.acts(module, source, statement):
                self.take(module, index)
                self.acting += [module] if module not in self.acting else []

    def load_import(self, each: Import) -> None:
        self.load(each.module)
        self.load(f"{each.module}.{each.name}")
        top = each.module.partition(".")[0]
        if top not in sys.stdlib_module_names and not self.library.is_local(top):
            self.foreign.add(top)

    def take(self, module: str, index: int, parts: Iterable[str] = ()) -> None:
        """Take in one statement; of a name that is imported, these parts."""
        source = self.library.source(module) or Source()
        if alias := source.statements[index].alias:
            for part in parts:
                self.through(alias, part)
        if index not in self.chosen.setdefault(module, set()):
            self.chosen[module].add(index)
            self.pending.append((module, index))

    def follow(self, module: str, index: int) -> None:
        """Take in what a statement uses."""
        source = self.library.source(module) or Source()
        statement = source.statements[index]
        if statement.everything:
            self.ask(module, "*")
        for name in statement.reads:
            for binder in source.binders.get(name, ()):
                self.take(module, binder, statement.parts_used(name))
            if name not in source.binders and self.library.is_local(f"{module}.{name}"):
                self.ask(f"{module}.{name}", "*")  # importing it made it a name of its package
        for each in statement.imports:
            self.load_import(each)
            self.through(each, "*")

    def through(self, each: Import, part: str) -> None:
        """Take in what an imported name stands for, as far as `part` of it goes."""
        path = f"{each.module}.{each.name}"
        source = self.library.source(each.module)
        if each.whole_path:
            self.ask(each.module.partition(".")[0], part)
            self.ask(each.module, "*")
        elif each.name == "*":
            self.ask(each.module, part)
        elif self.library.is_local(path) and not (source and each.name in source.binders):
            self.load(each.module)
            self.ask(path, part)
        else:
            self.ask(each.module, each.name)

    def acts(self, module: str, source: Source, statement: Statement) -> bool:
        """Whether a statement does more at import than bind names."""
        return (
            statement.acts
            or (statement.derives and self.registers(module, set()))
            or not all(self.is_calm(module, call, set()) for call in statement.calls)
        )

    def registers(self, module: str, seen: set[str]) -> bool:
        """Whether classes that get derived in a module may tell others of it."""
        seen.add(module)
        source = self.library.source(module)
        if source is None or source.registers:
            return source is not None
        found = {
            name
            for made in source.statements
            for each in made.runs
            for name in (each.module, f"{each.module}.{each.name}")
        }
        return any(
            self.registers(name, seen) for name in sorted(found) if name not in seen and self.library.is_local(name)
        )

    def is_calm(self, module: str, call: str, seen: set[tuple[str, str]]) -> bool:
        """Whether calling this, as a module writes it, changes nothing: a known function, a class that only holds."""
        source = self.library.source(module)
        name, rest = re.split(r"(?!\w)", call, maxsplit=1) if not call.isidentifier() else (call, "")
        if source is None or (module, call) in seen:
            return source is not None
        seen.add((module, call))
        statements = [source.statements[index] for index in source.binders.get(name, ())]
        if not statements:
            return call in PURE and not source.whole
        alias = statements[0].alias
        if len(statements) > 1 or not alias:
            made_by = source.plain.get(name) if len(statements) == 1 and not rest else None
            return made_by is not None and all(self.is_calm(module, each, seen) for each in made_by)
        path = f"{alias.module if alias.name == '*' else f'{alias.module}.{alias.name}'}{rest}"
        if self.library.is_local(alias.module):
            owner, _, name = path.rpartition(".")
            return self.is_calm(owner, name, seen)
        return path in PURE or path.partition(".")[0] in PURE_MODULES
