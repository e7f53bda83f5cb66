"""Where deckwright's own files lie, beside the code in a wheel, at the top of a checkout; what else is installed."""

import os
import sys
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
SERVER = ("starlette", "uvicorn", "watchfiles")  # what `deckwright serve` needs
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")  # as systems call the browser that we drive
WEB = PACKAGE / "web"  # third-party assets, brought by the build hook


def own(folder: str) -> Path:
    """The folder `templates` or `static` that came with this deckwright."""
    inside = PACKAGE / folder
    return inside if inside.is_dir() else PACKAGE.parents[1] / folder


@cache  # of the code that this process runs
def version() -> str:
    """Another text once a file of deckwright changed, a package was installed or removed, or Python is another."""
    return repr([sys.version, packages(), stamps(str(PACKAGE))])


def packages() -> list[tuple[str, int]]:
    """Another list once a package was installed or removed."""
    folders = [path for path in sys.path if path.endswith(("site-packages", "dist-packages")) and os.path.isdir(path)]
    return [(path, os.stat(path).st_mtime_ns) for path in folders]


def stamps(folder: str) -> list[tuple[str, int, int]]:
    """Path, size and time of change of every file in a folder and its subfolders, compiled ones left out."""
    found = []
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir():
            found += stamps(entry.path) if entry.name != "__pycache__" else []
        else:
            status = entry.stat()
            found.append((entry.path, status.st_size, status.st_mtime_ns))
    return found
