"""See which environment variables a step reads and which it sets. Runs inside the kernel."""

import os
from collections.abc import Callable
from typing import Any

from deckwright.execute.inside.ambients import SET_VARIABLES, START, is_changed
from deckwright.execute.kernel.variables import ALL, digest_of_all, is_of_kernel
from deckwright.execute.store.blobs import address_of


def watch_environment(
    found: dict[str, str], watched: Callable[[], bool], by_author: Callable[[], bool], by_step: Callable[[], bool]
) -> None:
    """Put what is read into `found`, by digest, and what is set into the settings.

    `watched`: a step is running. `by_author`: its author's code is asking; what libraries read does not count.
    `by_step`: it is setting something, and not an import.
    """
    original = type(os.environ)

    class Environment(original):  # type: ignore[misc, valid-type]
        def __getitem__(self, key: Any) -> Any:
            asked(key, self._data)
            return super().__getitem__(key)

        def __setitem__(self, key: Any, value: Any) -> None:
            if by_step():
                SET_VARIABLES.add(key)
            super().__setitem__(key, value)

        def __delitem__(self, key: Any) -> None:
            asked(key, self._data)  # it fails where there is none
            if by_step():
                SET_VARIABLES.add(key)
            super().__delitem__(key)

        def __iter__(self) -> Any:
            all_asked(by_author)
            return super().__iter__()

        def __len__(self) -> int:
            all_asked(by_author)
            return len(self._data)

        def __repr__(self) -> str:
            all_asked(watched)  # by IPython, too, which shows what a cell ends in
            return str(super().__repr__())

    def asked(key: Any, data: Any) -> None:
        if watched() and key not in found and by_author() and not is_of_kernel(key) and not is_changed(key):
            value = data.get(os.fsencode(key))
            found[key] = "" if value is None else address_of(value)

    def all_asked(counts: Callable[[], bool]) -> None:
        if watched() and ALL not in found and counts():
            found[ALL] = digest_of_all(START)

    Environment.__name__ = Environment.__qualname__ = original.__name__
    Environment.__module__ = original.__module__
    os.environ.__class__ = Environment
