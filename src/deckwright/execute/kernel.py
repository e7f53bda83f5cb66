"""Start one fresh kernel and see that it ends. Knows processes; runs no cell."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from deckwright.execute.watch import Watcher
from deckwright.model import Deck, Results

GOODBYE_SECONDS = 2.0  # for exit handlers of cells; then the kernel is killed
OPTIONS = ["--HistoryManager.enabled=False", "--log-level=50"]


class ThisInterpreter(KernelSpecManager):
    """Offers the Python that runs deckwright, whatever kernels a machine has registered."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Python 3 (ipykernel)", language="python", name=kernel_name)


class Kernel:
    """A kernel that boots while the caller does something else; `run` waits for it."""

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

    def run(self, deck: Deck, watcher: Watcher) -> Results:
        """Run every cell and expression of a deck. Raises DeckError where one fails."""
        from deckwright.execute.session import Session  # loads nbclient, while the kernel boots

        self.idle = False
        results = self.runner.run(Session(self.manager, deck, watcher, self.log).run())
        self.idle = True
        self.runner.run(self.begin_goodbye())
        return results

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
    paths = [str(root / "src"), os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
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
