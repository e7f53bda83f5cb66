"""Start one fresh kernel and see that it ends. Knows processes; runs no cell."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from deckwright.execute.watch import Step, Watcher
from deckwright.model import Deck, Output
from deckwright.settings import FigureSize

if TYPE_CHECKING:
    from deckwright.execute.kernel.session import Session

GOODBYE_SECONDS = 2.0  # for exit handlers of cells; then the kernel is killed
OPTIONS = ["--HistoryManager.enabled=False", "--log-level=50"]


class ThisInterpreter(KernelSpecManager):
    """Offers the Python that runs deckwright, whatever kernels a machine has registered."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        module = "deckwright.execute.kernel.launch"
        argv = [sys.executable, "-m", module, str(os.getpid()), "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3 (ipykernel)", language="python", name=kernel_name)


class Kernel:
    """A kernel that boots while the caller does something else; `connect` waits for it."""

    session: "Session"

    def __init__(self, root: Path, scratch: Path, runner: asyncio.Runner) -> None:
        self.runner, self.log = runner, scratch / "kernel.log"
        self.idle = True  # False while a cell runs, or has failed
        self.manager = AsyncKernelManager(kernel_spec_manager=ThisInterpreter())
        self.manager.connection_file = str(scratch / "kernel.json")
        if os.name == "posix":  # sockets in our own folder: no port that others can reach
            self.manager.transport = "ipc"
            self.manager.ip = str(scratch / "kernel")
        environment = kernel_environment(root, scratch)
        runner.run(self.boot(root, environment))

    async def boot(self, root: Path, environment: dict[str, str]) -> None:
        # What the process itself says, at a crash or as it ends, is for the log; what cells print goes another way.
        with self.log.open("wb") as log:
            await self.manager.start_kernel(cwd=str(root), env=environment, extra_arguments=OPTIONS, stderr=log)

    def connect(
        self, deck: Deck, steps: Sequence[Step], watcher: Watcher, blobs: Path, roots: Sequence[Path]
    ) -> dict[str, Any]:
        """Wait for the kernel, and let its agent watch; give what it says of its language.

        Raises DeckError if it does not answer.
        """
        from deckwright.execute.kernel.session import Session  # loads nbclient, while the kernel boots

        self.session = Session(self.manager, deck, steps, watcher, self.log)
        self.idle = False
        self.runner.run(self.session.connect(str(blobs), [str(root) for root in roots]))
        return self.session.language

    def prepare(self, plan: Mapping[str, Any]) -> list[str] | None:
        """Bring about the state that a step needs: names whose values came out otherwise, or None if it failed."""
        return self.runner.run(self.session.prepare(plan))

    def load(self, names: Sequence[str]) -> None:
        """Import libraries that the next step begins by importing."""
        if names:
            self.runner.run(self.session.load(names))

    def step(self, index: int, figure: FigureSize) -> tuple[list[Output], Mapping[str, Any]]:
        """Run a step; give its outputs and what the agent reports. Raises DeckError where it fails."""
        return self.runner.run(self.session.step(index, figure))

    def cancel(self) -> None:
        """Make what waits for the kernel in another thread end there, with CancelledError, and what will wait for it.

        Then only `close` is of use.
        """
        if not self.idle:
            with suppress(RuntimeError):  # it is closed already
                self.runner.get_loop().call_soon_threadsafe(self.session.cancel)

    def end_session(self) -> None:
        """Ask the kernel to end, which it does while the caller goes on."""
        self.runner.run(self.session.goodbye())
        self.idle = True
        self.runner.run(self.begin_goodbye())

    async def begin_goodbye(self) -> None:
        """Ask the kernel to end, which it does while the caller goes on."""
        await self.manager.request_shutdown()

    def close(self) -> None:
        """Let an idle kernel say goodbye; then make sure that neither it nor a child of it is left."""
        group = getattr(self.manager.provisioner, "pgid", None)
        self.runner.run(self.end())
        if group and os.name == "posix":
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGKILL)

    async def end(self) -> None:
        if self.idle:
            await self.manager.finish_shutdown(waittime=GOODBYE_SECONDS, pollinterval=0.01)
        await self.manager.shutdown_kernel(now=True)


def kernel_environment(root: Path, scratch: Path) -> dict[str, str]:
    """The author's own environment, src/ importable, without what differs from run to run."""
    found = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    paths = [str(root / "src"), *(os.path.abspath(path) for path in found if path)]  # the kernel works in `root`
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONHASHSEED": "0",
        "IPYTHONDIR": str(scratch / "ipython"),
    }


@contextmanager
def booting_kernel(root: Path) -> Iterator[Kernel]:
    """Start a kernel and give it at once; it is gone when the block ends, however it ends."""
    with tempfile.TemporaryDirectory(prefix="deckwright-") as scratch, asyncio.Runner() as runner:
        kernel = Kernel(root, Path(scratch), runner)
        try:
            yield kernel
        finally:
            kernel.close()
