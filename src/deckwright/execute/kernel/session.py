"""Run steps in a kernel and hear what the agent there reports. The only module that knows nbclient."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

from jupyter_client.client import KernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from deckwright.errors import DeckError
from deckwright.execute.kernel.protocol import CALL, END, REPORT, SHOW
from deckwright.execute.kernel.repeat import joined, repeatable
from deckwright.execute.kernel.traceback import cell_error
from deckwright.execute.watch import Step, Watcher
from deckwright.model import Cell, Deck, Output
from deckwright.settings import CellOptions, FigureSize, figure_of

STARTUP_SECONDS = 60
SHOWING = ("stream", "display_data", "update_display_data", "execute_result")  # messages that change what is shown
LAST_WORDS = 5  # lines of a dead kernel's log
DEATH_REMEDY = "Look for exit(), os._exit, a crash in a library, or too little memory."


class Client(NotebookClient):
    """nbclient, telling the watcher what a cell prints while it prints it, and keeping reports out of outputs."""

    printed: Any = None  # set before each step
    showing: Any = None  # the same
    report: Mapping[str, Any] | None = None  # the last one

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        content = msg["content"]
        if msg["msg_type"] == "display_data" and REPORT in content["data"]:
            self.report = content["data"][REPORT]
            return None
        if msg["msg_type"] == "stream" and self.printed:
            self.printed(content["text"])
        done = super().process_message(msg, cell, cell_index)
        if self.showing and msg["msg_type"] in SHOWING:
            self.showing(cell.outputs)
        return done


class Session:
    """The conversation with one kernel. Every method waits for the kernel's answer; `runner` does the waiting."""

    def __init__(
        self, manager: AsyncKernelManager, deck: Deck, steps: Sequence[Step], watcher: Watcher, log: Path
    ) -> None:
        self.manager, self.log = manager, log
        self.client = Client(NotebookNode(cells=[]), km=manager, startup_timeout=STARTUP_SECONDS)
        self.use(deck, steps, watcher)
        self.modules: dict[str, str] = {}  # of the author's own: their source, as what was prepared last loaded it
        self.usual = self.figure = figure_of(deck.settings, CellOptions())
        self.language: dict[str, Any] = {}  # what the kernel says of it
        self.timeout: float | None = None  # seconds, of the step that runs
        self.client.timeout_func = lambda _: self.timeout
        self.task: asyncio.Task[Any] | None = None  # that waits for the kernel
        self.cancelled = False

    def use(self, deck: Deck, steps: Sequence[Step], watcher: Watcher) -> None:
        """Talk of these steps from now on."""
        self.deck, self.steps, self.watcher = deck, steps, watcher
        cells = [code_cell(source_of(step)) for step in steps]
        self.cells = [*cells, code_cell("")]  # the last one is the agent's
        self.client.nb = NotebookNode(cells=self.cells, metadata=NotebookNode(), nbformat=4, nbformat_minor=5)
        self.current = steps[0]  # what runs now, or ran last
        self.numbered = dict(enumerate((step for step in steps if isinstance(step, Cell)), 1))  # as tracebacks have it

    async def connect(self, blobs: str, import_roots: Sequence[str]) -> None:
        """Wait until the kernel answers, and set its agent to work. Raises DeckError if it does not answer."""
        try:
            await self.client.async_start_new_kernel_client()
        except RuntimeError as error:
            raise DeckError("no kernel could be started", self.deck.place, f"{error}", self.last_words()) from error
        settings = self.deck.settings
        self.language = await self.language_info()
        await self.tell("start", str(self.deck.root), blobs, settings.seed, list(import_roots), astuple(self.figure))

    def last_words(self) -> str:
        """The end of what the kernel's process wrote."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-LAST_WORDS:])

    async def tell(self, function: str, *arguments: object) -> Mapping[str, Any]:
        """Call a function of the agent; give what it reports. Raises CellExecutionError for what it raises."""
        self.client.report = None
        cell = code_cell(f"{CALL}.{function}{arguments!r}")
        with self.alive():
            await self.client.async_execute_cell(cell, len(self.steps), store_history=False)
        return self.client.report or {}

    @property
    def connection(self) -> KernelClient:
        """The channels to the kernel; there once `connect` has connected."""
        if self.client.kc is None:
            raise RuntimeError("not connected")
        return self.client.kc

    async def language_info(self) -> dict[str, Any]:
        """What the kernel says of its language; empty if it says nothing."""
        reply = await self.client.async_wait_for_reply(self.connection.kernel_info())
        return dict(reply["content"]["language_info"]) if reply else {}

    async def prepare(self, plan: Mapping[str, Any]) -> list[str] | None:
        """Bring about the state that a step needs: names whose values came out otherwise, or None if it failed."""
        try:
            report = await self.tell("prepare", plan)
        except CellExecutionError:
            return None
        self.modules = dict(report["modules"])
        return list(report["differing"])

    async def load(self, names: Sequence[str]) -> None:
        """Import libraries that the next step begins by importing; it will find out what cannot be imported."""
        with suppress(CellExecutionError):
            await self.tell("load", list(names))

    async def goodbye(self) -> None:
        """Let the kernel prepare for its end."""
        await self.tell("goodbye")
        self.connection.stop_channels()

    async def step(self, index: int, figure: FigureSize) -> tuple[list[Output], Mapping[str, Any]]:
        """Run one step, figures at this size; give its outputs, and what the agent reports. Raises DeckError."""
        self.current = step = self.steps[index]
        if figure != self.figure:
            self.figure = figure
            await self.tell("figure", *astuple(figure), figure != self.usual)
        cell, self.cells[index].outputs = self.cells[index], []
        self.timeout = step.options.timeout if isinstance(step, Cell) else self.deck.settings.execute.timeout
        self.client.printed = lambda text: self.watcher.printed(step, text)
        self.client.showing = lambda outputs: self.watcher.showing(step, outputs)
        self.client.report = None
        with self.alive():
            await self.execute(index, step)
        self.client.printed = self.client.showing = self.timeout = None
        raised = [output for output in cell.outputs if output.output_type == "error"]
        wanted = isinstance(step, Cell) and step.options.error
        if raised and not wanted:  # in a part of the cell that it runs by a magic, which goes on
            raise cell_error(step, raised[-1], self.numbered, self.deck.root)
        if wanted and not raised:
            remedy = "Remove `error: true`, or make the cell raise what it is to show."
            raise DeckError(f"cell {step.label} has `error: true` but raised nothing", step.place, remedy)
        if self.client.report is None:  # a defect of the agent, which IPython has printed
            raise RuntimeError(f"no report of {step.label}: {cell.outputs}")
        return [repeatable(output) for output in joined(cell.outputs)], self.client.report

    def cancel(self) -> None:
        """Wait for the kernel no more, now or later: to be called in the loop that waits."""
        self.cancelled = True
        if self.task:
            self.task.cancel()

    async def execute(self, index: int, step: Step) -> None:
        cell = self.cells[index]
        if isinstance(step, Cell) and step.options.error:
            cell.metadata["tags"] = ["raises-exception"]
        try:
            await self.client.async_execute_cell(cell, index, store_history=isinstance(step, Cell))
        except CellExecutionError as error:
            told = {"ename": error.ename, "evalue": error.evalue, "traceback": [error.traceback]}
            output = next((output for output in reversed(cell.outputs) if output.output_type == "error"), told)
            raise cell_error(step, output, self.numbered, self.deck.root) from error
        except CellTimeoutError as error:
            raise stopped(
                step, f"did not end within {self.timeout:g} s", "Raise its `timeout`, or make it quicker."
            ) from error

    @contextmanager
    def alive(self) -> Iterator[None]:
        """Say so when the kernel dies meanwhile. Raises CancelledError once `cancel` was called."""
        if self.cancelled:
            raise asyncio.CancelledError
        self.task = asyncio.current_task()
        try:
            yield
        except DeadKernelError as error:
            if interrupted():  # nbclient takes a cancelled wait for a dead kernel
                raise asyncio.CancelledError from error
            raise stopped(self.current, self.death(), DEATH_REMEDY, self.last_words()) from error
        finally:
            self.task = None

    def death(self) -> str:
        process = getattr(self.manager.provisioner, "process", None)
        code = process.poll() if process else None
        if code == -9:
            return "lost its kernel: it was killed, as when memory runs out"
        return "lost its kernel: the process ended" + (f" with exit code {code}" if code is not None else "")


def interrupted() -> bool:
    """Whether somebody pressed Ctrl-C: asyncio then cancels the task that runs."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def code_cell(code: str) -> NotebookNode:
    """A notebook cell for nbclient. Not by `new_code_cell`, which validates each, in 2 ms."""
    return NotebookNode(cell_type="code", source=code, metadata=NotebookNode(), outputs=[], execution_count=None)


def source_of(step: Step) -> str:
    """What the kernel is asked to run: something, as it says nothing of an empty cell."""
    return (step.code if step.code.strip() else "pass") if isinstance(step, Cell) else f"{SHOW}{step.code}{END}"


def stopped(step: Step, what: str, remedy: str, excerpt: str = "") -> DeckError:
    """The error for a step that did not come to its end."""
    return DeckError(f"cell {step.label} {what}", step.place, remedy, excerpt)
