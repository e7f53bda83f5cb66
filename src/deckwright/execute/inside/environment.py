"""See which environment variables a step reads and which it sets. Runs inside the kernel."""

import os
from collections.abc import Callable
from typing import Any

from deckwright.execute.inside.ambients import SET_VARIABLES, START, is_changed
from deckwright.execute.kernel.variables import ALL, digest_of_all, is_of_kernel
from deckwright.execute.store.blobs import address_of

Asked = Callable[[], bool]


def is_known(key: str) -> bool:
    """Whether a variable is the kernel's, or the deck's own doing, which is accounted for."""
    return is_of_kernel(key) or is_changed(key)


class Readings:
    """What of the variables is read, by digest: put into `found`.

    `watched`: a step is running. `by_author`: its author's code is asking; what libraries read does not count.
    """

    def __init__(self, found: dict[str, str], watched: Asked, by_author: Asked) -> None:
        self.found, self.watched, self.by_author = found, watched, by_author

    def one(self, key: Any, data: Any) -> None:
        """Note that somebody asks for a variable."""
        if self.watched() and key not in self.found and self.by_author() and not is_known(key):
            value = data.get(os.fsencode(key))
            self.found[key] = "" if value is None else address_of(value)

    def all(self, counts: Asked) -> None:
        """Note that somebody asks for all."""
        if self.watched() and ALL not in self.found and counts():
            self.found[ALL] = digest_of_all(START)


def watch_environment(readings: Readings, by_step: Asked) -> None:
    """See who asks for variables and who sets them; `by_step`: a step does, and not an import."""
    original = type(os.environ)

    class Environment(original):  # type: ignore[misc, valid-type]
        def __getitem__(self, key: Any) -> Any:
            readings.one(key, self._data)
            return super().__getitem__(key)

        def __setitem__(self, key: Any, value: Any) -> None:
            SET_VARIABLES.update([key] if by_step() else [])
            super().__setitem__(key, value)

        def __delitem__(self, key: Any) -> None:
            readings.one(key, self._data)  # it fails where there is none
            SET_VARIABLES.update([key] if by_step() else [])
            super().__delitem__(key)

        def __iter__(self) -> Any:
            readings.all(readings.by_author)
            return super().__iter__()

        def __len__(self) -> int:
            readings.all(readings.by_author)
            return len(self._data)

        def __repr__(self) -> str:
            readings.all(readings.watched)  # by IPython, too, which shows what a cell ends in
            return str(super().__repr__())

    Environment.__name__ = Environment.__qualname__ = original.__name__
    Environment.__module__ = original.__module__
    os.environ.__class__ = Environment
