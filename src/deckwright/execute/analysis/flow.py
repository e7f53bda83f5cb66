"""Which names a cell may read before it has bound them itself: liveness, as compilers have it.

A superset: whatever stands in a function or a comprehension counts as read where that stands.
"""

import ast
from collections.abc import Callable, Iterable, Sequence

Names = frozenset[str]
NONE: Names = frozenset()


def live_at_entry(tree: ast.Module) -> Names:
    """The names that a module's statements may read as they were before."""
    return before_all(tree.body, NONE)


def before_all(statements: Sequence[ast.stmt], after: Names) -> Names:
    """The names that matter before some statements, where those in `after` matter after them."""
    for statement in reversed(statements):
        after = before(statement, after)
    return after


def before(node: ast.stmt, after: Names) -> Names:
    """The names that matter before one statement."""
    match node:
        case ast.Assign(targets=targets, value=value):
            return (after - bound(targets)) | read([value, *targets])
        case ast.AnnAssign(target=target, value=ast.expr() as value):
            return (after - bound([target])) | read([value, target, node.annotation])
        case ast.AugAssign() | ast.AnnAssign() | ast.Delete():
            return after | named([node])
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return after - {alias.asname or alias.name.partition(".")[0] for alias in aliases}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return (after - {name}) | read([node])
        case ast.If(test=test, body=body, orelse=orelse):
            return read([test]) | before_all(body, after) | before_all(orelse, after)
        case ast.For(target=target, iter=iterated, body=body, orelse=orelse):
            return read([iterated]) | loop(
                lambda out: before_all(body, out) - bound([target]) | read([target]), orelse, after
            )
        case ast.While(test=test, body=body, orelse=orelse):
            return loop(lambda out: read([test]) | before_all(body, out), orelse, after) | read([test])
        case ast.With(items=items, body=body):
            return before_with(items, body, after)
        case _:  # try, match, expressions, global, raise, …: nothing counts as bound
            return after | read([node])


def loop(body: Callable[[Names], Names], orelse: Sequence[ast.stmt], after: Names) -> Names:
    """The names that matter before a loop, whose body may run any number of times."""
    out = before_all(orelse, after) | after
    while (again := out | body(out)) != out:
        out = again
    return out


def before_with(items: Iterable[ast.withitem], body: Sequence[ast.stmt], after: Names) -> Names:
    """The names that matter before a `with`: it may swallow an exception, so what its body binds may not be bound."""
    inner = before_all(body, after) | after
    found = NONE
    for item in items:
        inner = inner - bound([item.optional_vars] if item.optional_vars else [])
        found |= read([item.context_expr, *([item.optional_vars] if item.optional_vars else [])])
    return inner | found | after


def bound(targets: Iterable[ast.expr]) -> Names:
    """The names that targets bind for sure."""
    found: set[str] = set()
    for target in targets:
        match target:
            case ast.Name(id=name):
                found.add(name)
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                found |= bound(part.value if isinstance(part, ast.Starred) else part for part in parts)
    return frozenset(found)


def read(nodes: Iterable[ast.AST]) -> Names:
    """The names that are read anywhere in these; those deleted or declared there count too."""
    found: set[str] = set()
    for node in nodes:
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Store):
                found.add(part.id)
            elif isinstance(part, ast.Global):
                found.update(part.names)
            elif isinstance(part, ast.AugAssign | ast.ExceptHandler):
                found |= named([part])
    return frozenset(found)


def named(nodes: Iterable[ast.AST]) -> Names:
    """All names in these."""
    return frozenset(part.id for node in nodes for part in ast.walk(node) if isinstance(part, ast.Name))
