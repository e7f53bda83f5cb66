"""The key that tells what this user's builds stored from what came with a clone. Lives outside every project."""

import os
import sys
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

LENGTH = 32


def signature(key: bytes, kind: str, name: str, content: bytes) -> bytes:
    """What only a holder of the key can say of this content under this name."""
    head = f"{kind} {len(name)} {name} ".encode()
    return blake2b(head + content, digest_size=32, key=key, person=b"deckwright").digest()


def owner_of(key: bytes) -> str:
    """A public name for the holder of a key."""
    return blake2b(digest_size=8, key=key, person=b"owner").hexdigest()


def state_folder() -> Path:
    """Where this system keeps what programs remember for a user."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    named = os.environ.get("XDG_STATE_HOME", "")
    return Path(named) if os.path.isabs(named) else Path.home() / ".local" / "state"


def own_key() -> bytes:
    """This user's key, made at the first call. OSError where that cannot be."""
    try:
        folder = state_folder() / "deckwright"
    except RuntimeError as error:
        raise OSError(str(error)) from error
    file = folder / "key"
    if found := kept(file):
        return found
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = folder / f".key.{os.urandom(8).hex()}"
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(os.urandom(LENGTH))
        with suppress(FileExistsError):  # another process was first
            os.link(made, file)
    finally:
        made.unlink()
    return file.read_bytes()


def kept(file: Path) -> bytes:
    """The key in this file, for its owner's eyes only from now on; empty if there is none. A broken one is removed."""
    try:
        key = file.read_bytes()
    except FileNotFoundError:
        return b""
    if len(key) != LENGTH:
        file.unlink()
        return b""
    if sys.platform != "win32" and file.stat().st_mode & 0o077:
        file.chmod(0o600)
    return key
