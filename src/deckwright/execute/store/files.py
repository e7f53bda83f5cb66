"""What a file or folder is like: its content by digest, its kind. The build and the kernel ask in the same words."""

import os
from hashlib import blake2b
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from deckwright.execute.store.blobs import address_of

BLOCK = 1 << 20
FOLDER = "folder"  # what stands for the content of one
STAT = os.stat  # as it is before anyone watches it


def file_address(path: str | Path) -> str:
    """The name of a file's content; empty if there is no such file."""
    digest = blake2b(digest_size=20)
    try:
        with open(path, "rb", buffering=0) as file:
            while block := file.read(BLOCK):
                digest.update(block)
    except OSError:
        return ""
    return digest.hexdigest()


def folder_digest(path: str | Path) -> str:
    """A digest of the names in a folder; empty if there is none."""
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return ""
    return address_of("\0".join(names).encode())


def kind_of(path: str | Path) -> str:
    """What is there: `file` and its size, `folder`, or nothing. Times do not count: a copy has others."""
    try:
        found = STAT(path)
    except (OSError, ValueError):
        return ""
    return FOLDER if S_ISDIR(found.st_mode) else f"file {found.st_size}" if S_ISREG(found.st_mode) else "other"
