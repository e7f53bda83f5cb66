"""What a browser on this machine gets from the server of a deck that is written."""

import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import HTTPError

import pytest

from deckwright.__main__ import main
from deckwright.errors import DeckError
from deckwright.live.server import LAST_PORT, Content, Served, address_of, listening, serving

LOCAL = "127.0.0.1"


@contextmanager
def served(files: dict[str, bytes]) -> Iterator[str]:
    with listening(LOCAL, 0) as bound, serving(Served(Content(files, {})), bound, LOCAL):
        yield address_of(LOCAL, bound.getsockname()[1])


def test_an_empty_file_is_a_file() -> None:
    with served({"assets/empty.css": b""}) as address:
        with urllib.request.urlopen(f"{address}assets/empty.css") as answer:
            assert (answer.status, answer.read()) == (200, b"")
        with pytest.raises(HTTPError, match="404"):
            urllib.request.urlopen(f"{address}assets/other.css")


@pytest.mark.parametrize(
    ("host", "address"),
    [("127.0.0.1", "http://127.0.0.1:8000/"), ("localhost", "http://localhost:8000/"), ("::1", "http://[::1]:8000/")],
)
def test_an_address_is_one_that_browsers_read(host: str, address: str) -> None:
    assert address_of(host, 8000) == address


def test_beyond_the_last_port_none_is_tried() -> None:
    with socket.socket() as taken:
        taken.bind((LOCAL, LAST_PORT))
        taken.listen()
        with pytest.raises(DeckError, match="cannot listen there"):
            listening(LOCAL, LAST_PORT)


@pytest.mark.parametrize("port", ["70000", "-1", "x"])
def test_what_is_no_port_is_a_wrong_command_line(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["serve", f"--port={port}"])
    assert "is not a number from 0 to 65535" in capsys.readouterr().err
