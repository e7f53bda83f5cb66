"""Run a deck's steps in a kernel, one after the other. The only module that knows nbclient."""

import asyncio
import time
from dataclasses import astuple
from pathlib import Path
from typing import Any

from jupyter_client.client import KernelClient
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode

from deckwright.errors import DeckError
from deckwright.execute.repeat import joined, repeatable
from deckwright.execute.traceback import cell_error
from deckwright.execute.watch import Step, Watcher
from deckwright.model import Cell, Deck, Output, Results, steps
from deckwright.settings import CellOptions, FigureSize, figure_of

AGENT = "__import__('deckwright.execute.agent', fromlist=['_'])"
STARTUP_SECONDS = 60
LAST_WORDS = 5  # lines of a dead kernel's log
DEATH_REMEDY = "Look for exit(), os._exit, a crash in a library, or too little memory."


class Client(NotebookClient):
    """nbclient, telling the watcher what a cell prints while it prints it."""

    printed: Any = None  # set before each step

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        if msg["msg_type"] == "stream" and self.printed:
            self.printed(msg["content"]["text"])
        return super().process_message(msg, cell, cell_index)


class Session:
    """The runs of one deck in one kernel."""

    def __init__(self, manager: AsyncKernelManager, deck: Deck, watcher: Watcher, log: Path) -> None:
        self.manager, self.deck, self.watcher, self.log = manager, deck, watcher, log
        self.steps = list(steps(deck))
        self.cells = [code_cell(source_of(step)) for step in self.steps]
        cells = [*self.cells, code_cell("")]  # the last one is the agent's
        notebook = NotebookNode(cells=cells, metadata=NotebookNode(), nbformat=4, nbformat_minor=5)
        self.client = Client(notebook, km=manager, startup_timeout=STARTUP_SECONDS)
        self.figure = figure_of(deck.settings, CellOptions())
        self.timeout: float | None = None  # seconds, of the step that runs
        self.client.timeout_func = lambda _: self.timeout
        self.current = self.steps[0]  # what runs now, or ran last
        self.ran: dict[int, Cell] = {}  # by execution count, for tracebacks

    async def run(self) -> Results:
        """Connect, run everything, and give the outputs by label."""
        await self.connect()
        try:
            return await self.run_steps()
        except DeadKernelError as error:
            if interrupted():  # nbclient takes a cancelled wait for a dead kernel
                raise asyncio.CancelledError from error
            raise stopped(self.current, self.death(), DEATH_REMEDY, self.last_words()) from error
        finally:
            self.connection.stop_channels()

    async def run_steps(self) -> Results:
        """Everything between hello and goodbye."""
        await self.tell_agent("start", self.deck.settings.seed, *astuple(self.figure))
        self.watcher.begin(len(self.steps))
        outputs = {step.label: await self.step(index, step) for index, step in enumerate(self.steps)}
        info = await self.language_info()
        await self.tell_agent("goodbye")
        return Results(outputs, info)

    async def connect(self) -> None:
        """Wait until the kernel answers. Raises DeckError if it does not."""
        try:
            await self.client.async_start_new_kernel_client()
        except RuntimeError as error:
            raise DeckError("no kernel could be started", self.deck.place, f"{error}", self.last_words()) from error

    def last_words(self) -> str:
        """The end of what the kernel's process wrote."""
        lines = self.log.read_text("utf-8", "replace").splitlines()
        return "\n".join(f"    {line}" for line in lines[-LAST_WORDS:])

    async def tell_agent(self, function: str, *arguments: object) -> None:
        call = f"{AGENT}.{function}{arguments!r}"
        await self.client.async_execute_cell(code_cell(call), len(self.cells), store_history=False)

    @property
    def connection(self) -> KernelClient:
        """The channels to the kernel; there once `run` has connected."""
        if self.client.kc is None:
            raise RuntimeError("not connected")
        return self.client.kc

    async def language_info(self) -> dict[str, Any]:
        """What the kernel says of its language; empty if it says nothing."""
        reply = await self.client.async_wait_for_reply(self.connection.kernel_info())
        return dict(reply["content"]["language_info"]) if reply else {}

    async def step(self, index: int, step: Step) -> tuple[Output, ...]:
        self.current = step
        self.watcher.started(step)
        began = time.monotonic()
        cell = self.cells[index]
        if isinstance(step, Cell):
            await self.use_figure(figure_of(self.deck.settings, step.options, step.width))
        self.timeout = step.options.timeout if isinstance(step, Cell) else self.deck.settings.execute.timeout
        self.client.printed = lambda text: self.watcher.printed(step, text)
        await self.execute(index, step)
        self.client.printed = self.timeout = None
        if isinstance(step, Cell) and step.options.error and not any(o.output_type == "error" for o in cell.outputs):
            remedy = "Remove `error: true`, or make the cell raise what it is to show."
            raise DeckError(f"cell {step.label} has `error: true` but raised nothing", step.place, remedy)
        self.watcher.finished(step, time.monotonic() - began)
        return tuple(repeatable(output, step.label) for output in joined(cell.outputs))

    async def use_figure(self, wanted: FigureSize) -> None:
        if wanted != self.figure:
            self.figure = wanted
            await self.tell_agent("figure", *astuple(wanted))

    async def execute(self, index: int, step: Step) -> None:
        cell = self.cells[index]
        if isinstance(step, Cell) and step.options.error:
            cell.metadata["tags"] = ["raises-exception"]
        try:
            await self.client.async_execute_cell(cell, index, store_history=isinstance(step, Cell))
        except CellExecutionError as error:
            self.remember(cell, step)
            output = next(output for output in reversed(cell.outputs) if output.output_type == "error")
            raise cell_error(step, output, self.ran, self.deck.root) from error
        except CellTimeoutError as error:
            raise stopped(
                step, f"did not end within {self.timeout:g} s", "Raise its `timeout`, or make it quicker."
            ) from error
        self.remember(cell, step)

    def remember(self, cell: NotebookNode, step: Step) -> None:
        if isinstance(step, Cell) and cell.execution_count:
            self.ran[cell.execution_count] = step

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
    """What the kernel is asked to run."""
    return step.code if isinstance(step, Cell) else f"{AGENT}.show({step.code}\n)"


def stopped(step: Step, what: str, remedy: str, excerpt: str = "") -> DeckError:
    """The error for a step that did not come to its end."""
    return DeckError(f"cell {step.label} {what}", step.place, remedy, excerpt)
