"""The top-level statements of a module's text: what each binds, uses, imports and calls. Opens no file.

As in names.py, sets are supersets. Whether what runs at import does more than bind names is for slices.py to say.
"""

import ast
import symtable
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.util import resolve_name

from deckwright.execute.analysis.names import digest, parse, scope_names, walk
from deckwright.execute.analysis.uses import Kept, uses_of

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
UNKNOWN = "?"  # a call of something without a name
CALLBACKS = ("key", "default_factory")  # arguments that are called in turn
CONSTRUCTORS = ("__init__", "__new__", "__post_init__", "__set_name__")
REGISTERING = ("__init_subclass__", "__subclasses__", "metaclass", "__set_name__")  # defining a class may do something


@dataclass(frozen=True, slots=True)
class Import:
    """One name of an import: `name` of `module`, or with "*" the module, or all that it exports."""

    module: str
    name: str = "*"
    bound: str = ""  # the importing module's name for it; "*": all names
    whole_path: bool = False  # `import a.b`, which binds `a`


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A top-level statement, or one name of a top-level import."""

    digest: str
    binds: frozenset[str]
    alias: Import | None = None  # what such a name stands for
    reads: frozenset[str] = frozenset()
    imports: tuple[Import, ...] = ()  # wherever else they stand
    runs: tuple[Import, ...] = ()  # those that run when the module is imported
    calls: frozenset[str] = frozenset()  # what is called then, as written
    acts: bool = False  # does more then than bind names, whatever is called
    defines: bool = False  # is a function or a class
    derives: bool = False  # defines classes that have bases
    everything: bool = False  # may use any name
    attributes: frozenset[tuple[str, str]] = frozenset()  # `name.attribute`
    loose: frozenset[str] = frozenset()  # names used in other ways, too

    def parts_used(self, name: str) -> set[str]:
        """The attributes of a module that are used; "*" if that cannot be told."""
        return {"*"} if name in self.loose else {part for owner, part in self.attributes if owner == name}


@dataclass(frozen=True, slots=True)
class Source:
    """A module's text, understood."""

    statements: tuple[Statement, ...] = ()
    plain: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  # classes that these calls alone make instances of
    whole: bool = False  # what binds a name cannot be told
    registers: bool = False
    binders: Mapping[str, list[int]] = field(default_factory=dict)  # the statements that bind each name


def source_of(text: str, package: str) -> Source | None:
    """Understand the text of a module whose relative imports start at `package`; nothing if it is not Python."""
    if not (parsed := parse(text)):
        return None
    tree, scopes = parsed
    statements = [made for node in tree.body for made in split(node, package, scopes.get_children())]
    binders: dict[str, list[int]] = defaultdict(list)
    for index, statement in enumerate(statements):
        for name in statement.binds:
            binders[name].append(index)
    plain = {node.name: made_by(node) for node in tree.body if isinstance(node, ast.ClassDef) and is_plain(node)}
    whole = "__getattr__" in binders or "*" in binders
    return Source(tuple(statements), plain, whole, any(word in text for word in REGISTERING), dict(binders))


def split(node: ast.stmt, package: str, scopes: Iterable[symtable.SymbolTable]) -> Iterator[Statement]:
    """A statement; of an import, each of its names."""
    if never_runs(node) and not getattr(node, "orelse", []):
        return
    if not isinstance(node, ast.Import | ast.ImportFrom):
        yield understood(node, package, scopes)
        return
    for each in imports_in([node], package):
        text = f"import {each.module} {each.name} {each.bound} {each.whole_path}"
        future = each.module == "__future__"  # it changes how all others are understood
        yield Statement(digest=digest(text), binds=frozenset([each.bound]), alias=each, runs=(each,), acts=future)


def understood(node: ast.stmt, package: str, scopes: Iterable[symtable.SymbolTable]) -> Statement:
    """Any other statement."""
    parts, kept = walk(node)
    now = list(surface(node))
    binds = set(bound_in(node))
    reads = {each.id for each in now if isinstance(each, ast.Name)}
    first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", []))])
    for scope in scopes:
        if first <= scope.get_lineno() <= (node.end_lineno or first):
            inner, assigned = scope_names(scope, set())
            reads |= inner
            binds |= assigned
    uses = uses_of(kept, reads)
    owners = Counter(each.value.id for each in kept[ast.Attribute] if isinstance(each.value, ast.Name))
    everywhere = [*kept[ast.Import], *kept[ast.ImportFrom]]
    return Statement(
        digest=digest("\0".join(parts)),
        binds=frozenset(binds),
        reads=frozenset(reads | uses.reads),
        imports=tuple({*imports_in(everywhere, package), *(Import(*pair) for pair in uses.imports)}),
        runs=tuple(imports_in(now, package)),
        calls=frozenset(called_in(now)),
        acts=acts(node),
        defines=isinstance(node, (*FUNCTIONS, ast.ClassDef)),
        derives=any(isinstance(each, ast.ClassDef) and each.bases for each in now),
        everything=uses.everything,
        attributes=attributes_of(kept),
        loose=frozenset({name for name in reads if not 0 < parts.count(f"={name}") == owners[name]} | uses.reads),
    )


def attributes_of(kept: Kept) -> frozenset[tuple[str, str]]:
    """Every `name.attribute`."""
    return frozenset((each.value.id, each.attr) for each in kept[ast.Attribute] if isinstance(each.value, ast.Name))


def never_runs(node: ast.AST) -> bool:
    """Whether it is `if TYPE_CHECKING:`, or `if __name__ == "__main__":`, which is not for those who import."""
    match node:
        case ast.If(
            test=ast.Compare(left=ast.Name("__name__"), ops=[ast.Eq()], comparators=[ast.Constant("__main__")])
        ):
            return True
        case ast.If(test=ast.Name("TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING")):
            return True
    return False


def surface(node: ast.AST) -> Iterator[ast.AST]:
    """What runs when the module is imported: all but the bodies of functions."""
    stack = [node]
    while stack:
        each = stack.pop()
        yield each
        match each:
            case ast.Name() | ast.Constant():
                continue
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                stack += [each.args, *each.decorator_list, *([each.returns] if each.returns else [])]
            case ast.Lambda():
                stack.append(each.args)
            case ast.If() if never_runs(each):
                stack += each.orelse
            case _:
                stack += ast.iter_child_nodes(each)


def bound_in(node: ast.AST) -> Iterator[str]:
    """Names of the module that a statement binds, but for functions that say `global`."""
    stack = [node]
    while stack:
        match each := stack.pop():
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
                continue
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                yield name
            case ast.alias(name=name, asname=other):
                yield other or name.partition(".")[0]
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name
            case ast.MatchMapping(rest=str(name)):
                yield name
            case ast.Expr(value=ast.Constant(value=str())):
                yield "__doc__"
        stack += ast.iter_child_nodes(each)


def imports_in(nodes: Iterable[ast.AST], package: str) -> Iterator[Import]:
    """The imports among nodes, with relative ones resolved."""
    for node in nodes:
        match node:
            case ast.Import(names=names):
                for each in names:
                    path = not each.asname and "." in each.name
                    yield Import(each.name, "*", each.asname or each.name.partition(".")[0], path)
            case ast.ImportFrom(module=module, names=names, level=level):
                # One that leaves its package fails when it runs, and resolves to nothing here.
                dots = package.count(".") + 1 if package else 0
                if level <= dots or not level:
                    source = resolve_name("." * level + (module or ""), package)
                    yield from (Import(source, each.name, each.asname or each.name) for each in names)


def acts(node: ast.stmt) -> bool:
    """Whether a statement does more at import than bind names, whatever it calls."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.FunctionDef() | ast.AsyncFunctionDef() | ast.Pass():
            return False
        case ast.Assign(targets=targets):
            return not all(map(is_name, targets))
        case ast.AnnAssign(target=target):
            return not is_name(target)
        case ast.Expr(value=value):
            return not isinstance(value, ast.Constant)
        case ast.ClassDef(body=body):
            return any(map(acts, body))
        case ast.If(body=body, orelse=other):
            return any(map(acts, other if never_runs(node) else [*body, *other]))
        case ast.Try(body=body, orelse=other, finalbody=last, handlers=handlers):
            return any(map(acts, [*body, *other, *last, *(each for handler in handlers for each in handler.body)]))
    return type(node).__name__ != "TypeAlias"


def is_name(target: ast.expr) -> bool:
    """Whether assigning to it binds names and changes no object."""
    match target:
        case ast.Tuple(elts=items) | ast.List(elts=items):
            return all(map(is_name, items))
        case ast.Starred(value=value):
            return is_name(value)
    return isinstance(target, ast.Name)


def called_in(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """What is called among nodes, as written; decorators and callbacks, too."""
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Constant() | ast.JoinedStr())):
                pass  # `" ".join(…)`
            case ast.Call(func=function, keywords=keywords):
                yield dotted(function) or UNKNOWN
                for word in keywords:
                    if word.arg in CALLBACKS and isinstance(word.value, ast.Lambda):
                        yield from called_in(ast.walk(word.value.body))
                    elif word.arg in CALLBACKS:
                        yield dotted(word.value) or UNKNOWN
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield from (dotted(each) or UNKNOWN for each in node.decorator_list if not isinstance(each, ast.Call))


def dotted(node: ast.expr) -> str | None:
    """The text of `a.b().c`, without arguments; nothing for what begins in another way."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=name):
            before = dotted(value)
            return before and f"{before}.{name}"
        case ast.Call(func=function):
            before = dotted(function)
            return before and f"{before}()"
        case ast.Subscript(value=value):  # `Generic[T]`
            return dotted(value)
    return None


def is_plain(node: ast.ClassDef) -> bool:
    """Whether a class leaves the making of its instances to its bases and decorators."""
    return not node.keywords and not any(
        isinstance(each, FUNCTIONS) and each.name in CONSTRUCTORS for each in node.body
    )


def made_by(node: ast.ClassDef) -> frozenset[str]:
    """The bases, and what is called in the class's body and by its decorators."""
    return frozenset([*called_in(surface(node)), *(dotted(base) or UNKNOWN for base in node.bases)])
