"""Which settings the step in progress has used or set, as far as it can be seen. Runs inside the kernel."""

from functools import wraps
from typing import Any

USED: set[str] = set()
RESET: set[str] = set()  # set before they could be used
ALWAYS_USED: set[str] = set()  # whose use cannot be seen with these versions of the libraries


def watch_use(owner: Any, function: str, ambient: str) -> None:
    """Notice when a library's function that goes by an ambient is called."""
    original = getattr(owner, function, None)
    if original is None:  # another version of the library: every step counts as using it
        ALWAYS_USED.add(ambient)
        return

    @wraps(original)
    def using(*arguments: Any, **options: Any) -> Any:
        USED.add(ambient)
        return original(*arguments, **options)

    setattr(owner, function, using)
