"""What a step can read: a superset, told from its code and from what is known of the values it names."""

from deckwright.execute.analysis.modules import Modules
from deckwright.execute.analysis.names import names_of
from deckwright.execute.analysis.uses import may_read_all
from deckwright.execute.scope import Scope, reach

MODULE = "module "


def readable(code: str, scope: Scope, local: Modules) -> frozenset[str]:
    """All names that a step with this code can read: the deck's, and the state of the author's modules."""
    names = names_of(code)
    found = reach(names.reads, scope.values, scope.definitions)
    if names.everything or may_read_all(found):
        found = reach([*found, *scope.values], scope.values, scope.definitions)
    pairs = scope.modules(found) | names.imports
    modules = {f"{MODULE}{module}" for pair in pairs for module in local.closure(*pair)}
    while not modules <= found:  # a module's values may be functions of the deck
        found = reach([*found, *modules], scope.values, scope.definitions)
        modules = {f"{MODULE}{module}" for pair in scope.modules(found) for module in local.closure(*pair)}
    return frozenset(name for name in found if not name.startswith("~"))
