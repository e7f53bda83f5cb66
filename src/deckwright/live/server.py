"""Serve the pages of memory to browsers on this machine, and tell them what is new. Knows no cells, opens no folder."""

import asyncio
import ipaddress
import mimetypes
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from deckwright.errors import DeckError, Place

CLIENT = Path(__file__).parent / "client"
OWN = "/-live"  # where our own files and the events are: not in any site
LOCAL = ("127.0.0.1", "localhost", "::1")
PORTS, LAST_PORT = 20, 65535  # tried, from the one that is asked for


class Content(NamedTuple):
    """The files of a site, and what our script in each page is told of it: both of one moment."""

    files: Mapping[str, bytes]
    attributes: Mapping[str, Mapping[str, str]]


@dataclass
class Served:
    """What browsers get. Other threads may replace `content`, and `tell`."""

    content: Content = Content({}, {})  # noqa: RUF009 # it is frozen
    more: Callable[[str], bytes | None] = lambda name: None  # other files of the built site
    message: str = ""  # the last one
    listening: set[asyncio.Event] = field(default_factory=set)
    loop: asyncio.AbstractEventLoop | None = None

    def tell(self, message: str) -> None:
        """Send a message to all browsers. One that has not yet got the last message gets this one alone."""
        self.message = message
        if self.loop:
            self.loop.call_soon_threadsafe(self.wake)

    def wake(self) -> None:
        for event in self.listening:
            event.set()

    async def messages(self) -> AsyncIterator[str]:
        """The present message, and each that follows, as server-sent events."""
        self.loop, event = asyncio.get_running_loop(), asyncio.Event()
        self.listening.add(event)
        event.set()
        try:
            while True:
                await event.wait()
                event.clear()
                yield f"retry: 500\ndata: {self.message}\n\n"
        finally:
            self.listening.discard(event)

    async def events(self, request: Request) -> Response:
        return StreamingResponse(self.messages(), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def own(self, request: Request) -> Response:
        """A file of ours."""
        known = {path.name: path for path in CLIENT.iterdir()}
        found = known.get(request.path_params["name"])
        return answer(found.name, found.read_bytes()) if found else missing()

    async def file(self, request: Request) -> Response:
        """A file of the site: one of those that it is made of, so that no address leads anywhere else."""
        name = request.path_params["name"]
        files, attributes = self.content
        if f"{name}/index.html" in files:
            return RedirectResponse(f"/{name}/")
        if not name or name.endswith("/"):
            name += "index.html"
        if name == "index.html" and not attributes:  # what an earlier build wrote would not give way
            return waiting()
        content = files[name] if name in files else self.more(name)
        if content is None:
            return waiting() if name == "index.html" else missing()
        return answer(name, with_client(content, attributes.get(name, {})))


def answer(name: str, content: bytes) -> Response:
    """A file as a browser gets it; it asks again the next time."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(content, media_type=kind, headers={"Cache-Control": "no-store"})


def waiting() -> Response:
    """What a browser gets while there is no deck: a page that tells why, and gives way to the deck."""
    return HTMLResponse((CLIENT / "waiting.html").read_bytes(), 404, {"Cache-Control": "no-store"})


def missing() -> Response:
    """What a browser gets where there is nothing."""
    return PlainTextResponse("There is no such file in the site.\n", 404)


def with_client(page: bytes, attributes: Mapping[str, str]) -> bytes:
    """A page that listens to us: our script stands right behind the slides, before any other changes them."""
    if not attributes:
        return page
    listed = " ".join(f'data-{key}="{escape(value)}"' for key, value in attributes.items())
    style = f'<link rel="stylesheet" href="{OWN}/live.css">'
    scripts = "".join(
        f'<script src="{OWN}/{name}" {listed}></script>' for name in ("slides.js", "mistake.js", "live.js")
    )
    slides, end, rest = page.partition(b"</main>")
    return slides + end + f"{style}{scripts}".encode() + rest


class Guard:
    """Refuses what a page from elsewhere may have sent: a foreign Host, as with a rebound name, or Origin."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self.app, self.host = app, host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = {key.decode("latin-1"): value.decode("latin-1") for key, value in scope["headers"]}
            host, origin = headers.get("host", ""), headers.get("origin")
            if not self.is_ours(host) or (origin is not None and origin != f"http://{host}"):
                return await PlainTextResponse("Not from there.\n", 403)(scope, receive, send)
        await self.app(scope, receive, send)

    def is_ours(self, host: str) -> bool:
        """Whether a Host is a name that this server goes by. An address cannot be rebound."""
        name = urlsplit(f"//{host}").hostname or ""
        return name in LOCAL or (self.host not in LOCAL and (name == self.host or is_address(name)))


def is_address(name: str) -> bool:
    """Whether a host is named by its address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def listening(host: str, port: int) -> socket.socket:
    """A socket at the first free port from this one on. Raises DeckError."""
    for tried in range(port, min(port + PORTS, LAST_PORT + 1)):
        bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, tried))
        except OSError as error:
            bound.close()
            problem = error.strerror or "it cannot be used"
            continue
        bound.listen()  # from now on browsers may come, and wait
        return bound
    raise DeckError(
        f"cannot listen there: {problem}", Place(f"{host}:{port}", 0), "Choose others by --host and --port."
    )


def address_of(host: str, port: int) -> str:
    """The address of the first page."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/"


@contextmanager
def serving(served: Served, bound: socket.socket, host: str) -> Iterator[None]:
    """Serve in a thread while the block runs."""
    routes = [
        Route(f"{OWN}/events", served.events),
        Route(f"{OWN}/{{name}}", served.own),
        Route("/{name:path}", served.file),
    ]
    app = Guard(Starlette(routes=routes), host)
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    thread = Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
