"""Files named by what is in them. The build and the kernel both put them; neither trusts one without checking."""

import os
from collections.abc import Collection, Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path


def address_of(content: bytes | memoryview) -> str:
    """The name that only this content has."""
    return blake2b(content, digest_size=20).hexdigest()


def path_of(folder: Path, address: str) -> Path:
    """Where content of this address is, or would be."""
    return folder / address[:2] / address[2:]


def put(folder: Path, content: bytes | memoryview) -> str:
    """Keep content, whole or not at all, and give its address. OSError when there is no place."""
    address = address_of(content)
    path = path_of(folder, address)
    with suppress(OSError):
        if path.stat().st_size == len(content):
            os.utime(path)  # young again: whoever tidies up leaves it to the row that will name it
            return address
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        draft.write_bytes(content)
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return address


def get(folder: Path, address: str) -> bytes | None:
    """The content of this address; None if it is missing, or is another, which is then removed."""
    path = path_of(folder, address)
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if address_of(content) == address:
        return content
    with suppress(OSError):
        path.unlink()
    return None


def sweep(folder: Path, keep: Collection[str], before: float) -> int:
    """Remove the files whose address is not to be kept and that were written before then; gives the bytes freed."""
    freed = 0
    for entry in files(folder):
        address = os.path.basename(os.path.dirname(entry.path)) + entry.name
        about = entry.stat(follow_symlinks=False)
        if address not in keep and about.st_mtime < before:
            os.unlink(entry.path)
            freed += about.st_size
    return freed


def files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """All files, whatever wrote them. Follows no link: one that came with a clone might lead to the author's own."""
    if folder.is_symlink() or not folder.is_dir():
        return
    for inner in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if inner.is_dir(follow_symlinks=False):
            yield from (entry for entry in os.scandir(inner) if not entry.is_dir(follow_symlinks=False))
