"""Which version of which installed distribution a process has imported, without reading their metadata."""

import re
import sys
from functools import cache
from pathlib import Path

INSTALLED = re.compile(r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-[^-]*)?\.(?:dist|egg)-info")


@cache
def installed() -> dict[str, str]:
    """Versions by normalised name, from the folder names beside the packages."""
    found: dict[str, str] = {}
    for folder in reversed([Path(part) for part in sys.path if part]):
        for path in sorted(folder.glob("*-info")) if folder.is_dir() else ():
            if parts := INSTALLED.fullmatch(path.name):
                found[normal(parts["name"])] = parts["version"]
    return found


def normal(name: str) -> str:
    """A distribution's name as names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def odd_names() -> dict[str, list[str]]:
    """Distributions by the modules that they bring, where the names differ."""
    found: dict[str, list[str]] = {}
    for folder in [Path(part) for part in sys.path if part]:
        for path in sorted(folder.glob("*.dist-info")) if folder.is_dir() else ():
            name = normal(path.name.partition("-")[0])
            for top in top_level(path):
                found.setdefault(top, []).append(name)
    return found


def top_level(path: Path) -> set[str]:
    """The modules that a distribution brings."""
    listed = path / "top_level.txt"
    if listed.is_file():
        return set(listed.read_text("utf-8").split())
    record = path / "RECORD"
    lines = record.read_text("utf-8").splitlines() if record.is_file() else []
    return {line.partition("/")[0].partition(".py")[0] for line in lines if ".py," in line}


@cache
def distribution_of(module: str) -> tuple[str, ...]:
    """The distributions that a top-level module may come from."""
    name = normal(module)
    return (name,) if name in installed() else tuple(odd_names().get(module, ()))


def distributions() -> dict[str, str]:
    """The versions of all distributions that this process has imported something of."""
    tops = {name.partition(".")[0] for name in list(sys.modules)}
    return {name: installed()[name] for top in sorted(tops) for name in distribution_of(top) if name in installed()}
