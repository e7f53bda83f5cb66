"""Play a drawn sequence: write the files, build, edit, build, and so on, each time beside a clean build."""

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from .differential import Difference, Workshop
from .drawn import Edit, Piece, World, edited


def play(root: Path, world: World, edits: Sequence[Edit], counts: Counter[str] | None = None) -> None:
    """Raises Difference where the engine is wrong."""
    shop = Workshop(root)
    history: list[World] = []
    before: World | None = None
    counts = Counter() if counts is None else counts
    try:
        for number, change in enumerate([None, *edits]):
            world = edited(world, change, history) if change else world
            write(shop.root, before, world)
            try:
                shop.check(world.deck, **dict(world.variables))
            except Difference as error:
                raise Difference(f"after edit {number} {change}: {error}") from error
            history.append(world)
            before = world
    finally:
        counts.update(builds=shop.builds, ran=shop.ran, cached=shop.cached)


def write(root: Path, before: World | None, now: World) -> None:
    """Write the files that an edit changed; those that cells wrote stay."""
    old = dict(files_of(before)) if before else {}
    for name, content in files_of(now):
        place = root / name
        if old.get(name) != content:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(content, "utf-8")


def files_of(world: World) -> list[tuple[str, str]]:
    return [("src/helper.py", world.helper), ("src/other.py", world.other), *world.data]


def failure(world: World, edits: Sequence[Edit]) -> str:
    """What is wrong with the engine, as this sequence shows; nothing if all is well."""
    with tempfile.TemporaryDirectory(prefix="sequence-") as folder:
        try:
            play(Path(folder), world, edits)
        except Difference as error:
            return f"{error}"
    return ""


def shrunk(world: World, edits: Sequence[Edit], seconds: float = 60.0) -> tuple[World, list[Edit]]:
    """A smaller sequence that fails, too. Hypothesis could do that as well, in more time."""
    end = time.monotonic() + seconds
    found = (world, list(edits))
    progress = True
    while progress:
        progress = False
        for smaller in simpler(*found):
            if time.monotonic() > end:
                return found
            if size_of(*smaller) < size_of(*found) and failure(*smaller):
                found, progress = smaller, True
                break
    return found


def size_of(world: World, edits: Sequence[Edit]) -> int:
    return len(described(world, edits))


def simpler(world: World, edits: list[Edit]) -> Iterator[tuple[World, list[Edit]]]:
    """Sequences with less in them, those with much less first."""
    for size in (4, 2, 1):
        for at in range(0, len(edits), size):
            yield world, edits[:at] + edits[at + size :]
        for at in range(0, len(world.pieces), size):
            if len(world.pieces) > size:
                yield replace(world, pieces=world.pieces[:at] + world.pieces[at + size :]), edits
    bare = tuple(replace(piece, shows=()) for piece in world.pieces)
    if bare != world.pieces:
        yield replace(world, pieces=bare), edits
    for at, piece in enumerate(world.pieces):
        for less in simpler_piece(piece):
            yield replace(world, pieces=(*world.pieces[:at], less, *world.pieces[at + 1 :])), edits
    for at, change in enumerate(edits):
        for less in simpler_piece(change[3]) if isinstance(change[3], Piece) else ():
            yield world, [*edits[:at], (*change[:3], less), *edits[at + 1 :]]


def simpler_piece(piece: Piece) -> Iterator[Piece]:
    for name in ("guarded", "last", "options", "comment"):
        if getattr(piece, name) and not piece.options.startswith(" error"):
            yield replace(piece, **{name: type(getattr(piece, name))()})
    for name in ("shows", "lines"):
        parts = getattr(piece, name)
        for at in reversed(range(len(parts))):
            yield replace(piece, **{name: parts[:at] + parts[at + 1 :]})


def described(world: World, edits: Sequence[Edit]) -> str:
    """A sequence in words, for reports."""
    history: list[World] = []
    parts = []
    for change in [None, *edits]:
        before = history[-1] if history else None
        world = edited(world, change, history) if change else world
        history.append(world)
        parts.append(f"--- {change[0]} {change[1:]}" if change else "--- the deck")
        if before is None or before.deck != world.deck:
            parts.append(world.deck.partition("## A\n\n")[2].strip())
        if before and before.helper != world.helper:
            parts.append(f"src/helper.py is now\n{world.helper}")
        if before and before.other != world.other:
            parts.append(f"src/other.py is now\n{world.other}")
        if before and before.data != world.data:
            parts.append(f"files are now {world.data}")
        if before and before.variables != world.variables:
            parts.append(f"variables are now {world.variables}")
    return "\n".join(parts)
