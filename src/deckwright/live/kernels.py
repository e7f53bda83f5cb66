"""The kernel of the build that runs: another thread may end it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from deckwright.execute.kernel import Kernel, booting_kernel


class Kernels:
    """Gives kernels to builds, one at a time."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.current: Kernel | None = None

    @contextmanager
    def boot(self, root: Path) -> Iterator[Kernel]:
        """A kernel for a build."""
        with booting_kernel(root) as kernel:
            self.current = kernel
            try:
                yield kernel
            finally:
                with self.lock:
                    self.current = None

    def cancel(self) -> None:
        """End what runs now."""
        with self.lock:
            if self.current:
                self.current.cancel()
