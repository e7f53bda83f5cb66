"""Play a drawn sequence: write the files, build, edit, build, and so on, each time beside a clean build."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .differential import Difference, Workshop
from .drawn import Edit, World, edited


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
