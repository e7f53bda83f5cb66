"""Write a site: whole or not at all. The only module that touches the output folder."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deckwright.errors import DeckError, Place

MARK = ".deckwright-site"  # lists what is ours in a folder; one without it must not be replaced
NO_JEKYLL = ".nojekyll"  # else GitHub Pages would drop files


def publish(files: Mapping[str, bytes], out: Path) -> list[str]:
    """Replace our files in `out` by these, and name them; others, such as .git or CNAME, stay.

    Raises DeckError for a folder that is not a site of ours, or that cannot be written.
    """
    refuse_foreign(out)
    ours = dict(files) | {NO_JEKYLL: b""}
    ours[MARK] = "".join(f"{name}\n" for name in sorted({*ours, MARK})).encode()
    with scratch_beside(out) as scratch:
        fresh, old = scratch / "new", scratch / "old"
        write(ours, fresh, out)
        keep_others(out, fresh)
        if out.exists():
            os.rename(out, old)
        try:
            os.rename(fresh, out)
        finally:
            if not out.exists() and old.exists():
                os.rename(old, out)
    return sorted(ours)


def published(out: Path) -> dict[str, bytes]:
    """Our files in a site as they are."""
    mark = out / MARK
    names = mark.read_text("utf-8").splitlines() if mark.is_file() else []
    return {name: (out / name).read_bytes() for name in names if name != MARK and (out / name).is_file()}


def refuse_foreign(out: Path) -> None:
    """A folder that deckwright did not make is somebody's work."""
    if out.is_dir() and not out.is_symlink() and ((out / MARK).is_file() or not any(out.iterdir())):
        return
    if out.exists() or out.is_symlink():
        remedy = "Name another folder with --out, or move this one away."
        raise DeckError("will not replace what deckwright did not make", Place(str(out), 0), remedy)


@contextmanager
def scratch_beside(out: Path) -> Iterator[Path]:
    """A folder on the same disk as `out`, so that a rename puts everything in place at once."""
    import tempfile  # 5 ms, and most builds write nothing

    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent)
    except OSError as error:
        problem = f"cannot write the site: {error.strerror}"
        raise DeckError(problem, Place(str(out), 0), "Name a folder that you may write to with --out.") from error
    with scratch as folder:
        yield Path(folder)


def write(files: Mapping[str, bytes], folder: Path, old: Path) -> None:
    """Write files into a new folder. Those that the old one has are linked, and so keep their time of change."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not linked(old / name, path, content):
            path.write_bytes(content)


def linked(old: Path, path: Path, content: bytes | None = None) -> bool:
    """Make `path` another name of an old file, if that has this content, and if the disk can."""
    try:
        if old.is_symlink() or (content is not None and old.read_bytes() != content):
            return False
        os.link(old, path)
    except OSError:
        return False
    return True


def keep_others(out: Path, fresh: Path, but: str = "") -> None:
    """Link or copy what somebody else put into the old site, which stays whole until the end. `but`: not this."""
    import shutil

    for name in others(out):
        if not (fresh / name).exists() and name.partition("/")[0] != but:
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            if not linked(out / name, fresh / name):
                shutil.copy2(out / name, fresh / name, follow_symlinks=False)


def others(out: Path) -> list[str]:
    """What somebody else put into a site."""
    mark = out / MARK
    ours = set(mark.read_text("utf-8").splitlines()) if mark.is_file() else set()
    paths = [path for path in sorted(out.rglob("*")) if path.is_file() or path.is_symlink()] if out.is_dir() else []
    names = [path.relative_to(out).as_posix() for path in paths]
    return [name for name in names if name not in ours]
