"""What the browser's complaints mean: each told once, by the rule that it breaks."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from deckwright.browser.chromium import Complaint

OWN = ("data:", "blob:", "about:")  # addresses that ask nobody


class Trouble(NamedTuple):
    """A rule that is broken, how, and the address that it is about, if any."""

    rule: str
    message: str
    address: str = ""


def troubles(complaints: Sequence[Complaint], site: Path) -> Iterator[Trouble | None]:
    """The trouble of each complaint; None if another one tells it."""
    refused = {complaint.text for complaint in complaints if complaint.kind == "policy"}
    for kind, text in complaints:
        if kind == "policy":
            yield Trouble("policy", f"the page's policy forbids {text}", text)
        elif kind == "failed":
            missing = is_inside(text, site) and text not in refused
            name = text.removeprefix(site.as_uri() + "/")
            yield Trouble("missing-file", f"{name} is not in the site", text) if missing else None
        else:
            yield Trouble("script-error" if kind == "error" else "console", text)


def strangers(requests: Sequence[str], complaints: Sequence[Complaint], site: Path) -> Iterator[Trouble]:
    """Requests to elsewhere that no policy kept."""
    refused = {complaint.text for complaint in complaints if complaint.kind == "policy"}
    for address in dict.fromkeys(requests):
        if not address.startswith(OWN) and not is_inside(address, site) and address not in refused:
            yield Trouble("network", f"the page asks for {address}", address)


def is_inside(address: str, site: Path) -> bool:
    """Whether an address is of a file of the site."""
    return address.startswith(site.as_uri() + "/")
