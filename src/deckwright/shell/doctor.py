"""`deckwright doctor`: what is installed, what is missing, and how to get it."""

import platform
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement

from deckwright import __version__
from deckwright.installed import CHROMIUMS, SERVER, WEB

State = Literal["ok", "missing", "optional"]  # optional: not there, and a deck may do without
MARKS = {"ok": "✓", "missing": "✗", "optional": "–"}
OPTIONAL = {  # what a deck may want, and for what
    "matplotlib": "figures",
    "torch": "networks, and their device",
    "plotly": "figures that answer to the mouse",
    "playwright": "a browser that deckwright drives",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked for: what was found, or how to get it."""

    name: str
    state: State
    found: str = ""
    remedy: str = ""


Version = Callable[[str], str | None]


def findings(version: Version, which: Callable[[str], str | None] = shutil.which) -> list[Finding]:
    """All that matters to a build. `version` gives that of an installed package."""
    return [
        Finding("deckwright", "ok", __version__),
        Finding("python", "ok", f"{platform.python_version()}, {sys.executable}"),
        *packages(version),
        web(WEB),
        kernel(version),
        *optional(version),
        live(version),
        Finding("device", "ok", device(version)),
        browser(which, version),
        git(which),
    ]


def installed_version(name: str) -> str | None:
    """The version of an installed package."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def packages(version: Version) -> Iterator[Finding]:
    """What deckwright itself needs; only those that are amiss."""
    needed = [Requirement(line) for line in metadata.requires("deckwright") or ()]
    wrong = 0
    for one in (one for one in needed if one.marker is None or one.marker.evaluate({"extra": ""})):
        found = version(one.name)
        if found is None or found not in one.specifier:
            wrong += 1
            yield Finding(one.name, "missing", found or "", f"pip install '{one.name}{one.specifier}'")
    if not wrong:
        yield Finding("packages", "ok", "all that deckwright needs")


def web(folder: Path) -> Finding:
    """Reveal.js, KaTeX and the fonts, which the installation brings."""
    if (folder / "reveal" / "reveal.js").is_file():
        return Finding("web assets", "ok", "Reveal.js, KaTeX, fonts")
    return Finding("web assets", "missing", "", "install deckwright again: pip install --force-reinstall")


def kernel(version: Version) -> Finding:
    """What runs the cells: this Python, whatever kernels the machine has registered."""
    found = version("ipykernel")
    if found:
        return Finding("kernel", "ok", f"ipykernel {found} in this Python")
    return Finding("kernel", "missing", "", "pip install ipykernel")


def optional(version: Version) -> Iterator[Finding]:
    """What only some decks need."""
    for name, purpose in OPTIONAL.items():
        found = version(name)
        yield Finding(name, "ok" if found else "optional", found or "", f"pip install {name}  # {purpose}")


def live(version: Version) -> Finding:
    """What `serve` needs."""
    missing = [name for name in SERVER if not version(name)]
    found = "all that `deckwright serve` needs"
    remedy = f"pip install {' '.join(missing)}  # deckwright serve"
    return Finding("serve", "optional", "", remedy) if missing else Finding("serve", "ok", found)


def device(version: Version) -> str:
    """Where networks would be trained."""
    if not version("torch"):
        return "CPU"
    import torch  # seconds, and only here

    if torch.cuda.is_available():
        return f"CUDA, {torch.cuda.get_device_name()}"
    return "MPS (Apple)" if torch.backends.mps.is_available() else "CPU"


def browser(which: Callable[[str], str | None], version: Version) -> Finding:
    """A Chromium: the system's, else the one that playwright brought."""
    found = next(filter(None, map(which, CHROMIUMS)), None)
    if not found and version("playwright"):
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            path = playwright.chromium.executable_path
        found = path if Path(path).exists() else None
    remedy = "apt install chromium, or: pip install playwright && playwright install chromium"
    return Finding("browser", "ok" if found else "optional", found or "", remedy)


def git(which: Callable[[str], str | None]) -> Finding:
    """What `publish --to gh-pages` needs."""
    found = which("git")
    return Finding("git", "ok" if found else "optional", found or "", "https://git-scm.com/downloads")


def told(found: Iterable[Finding]) -> Iterator[str]:
    """The findings as lines of text."""
    for one in found:
        words = one.found if one.state == "ok" else f"{one.found or 'not found'}; get it: {one.remedy}"
        yield f"{MARKS[one.state]} {one.name:<12} {words}"
