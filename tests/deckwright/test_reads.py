"""Whatever happens to what a build looked at is noticed, and nothing else."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deckwright.reads import FRESH, Reads, unchanged

OLD = time.time() - 2 * FRESH / 1e9


def written(path: Path, text: str, seconds: float = OLD) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (seconds, seconds))
    return path


@pytest.fixture
def seen(tmp_path: Path) -> Reads:
    """What a build saw: two files, one that was only looked for, one that was not there, a folder."""
    reads = Reads()
    assert reads.content(written(tmp_path / "read", "text")) == b"text"
    reads.content(written(tmp_path / "just-written", "text", time.time()))
    assert reads.has(written(tmp_path / "found", ""))
    assert not reads.has(tmp_path / "missing")
    written(tmp_path / "folder/b", "")
    written(tmp_path / "folder/a/c", "")
    written(tmp_path / "folder/.hidden/d", "")
    assert reads.below(tmp_path / "folder") == [tmp_path / "folder/a/c", tmp_path / "folder/b"]
    return reads


def test_what_stays_is_unchanged(seen: Reads) -> None:
    assert unchanged(seen.record())


@pytest.mark.parametrize(
    "happens",
    [
        lambda root: written(root / "found", "another text, for nobody read it"),
        lambda root: written(root / "read", "text", OLD - 1),
        lambda root: written(root / "other", ""),
        lambda root: written(root / "folder/b", "nobody read it"),
        lambda root: written(root / "folder/.hidden/e", ""),
    ],
)
def test_what_does_not_matter_is_no_change(happens: Callable[[Path], object], seen: Reads, tmp_path: Path) -> None:
    happens(tmp_path)
    assert unchanged(seen.record())


@pytest.mark.parametrize(
    "happens",
    [
        lambda root: written(root / "read", "test", OLD - 1),
        lambda root: written(root / "just-written", "test", (root / "just-written").stat().st_mtime),
        lambda root: (root / "read").unlink(),
        lambda root: (root / "found").unlink(),
        lambda root: written(root / "missing", ""),
        lambda root: written(root / "folder/e", ""),
        lambda root: (root / "folder/a/c").unlink(),
        lambda root: (root / "folder").rename(root / "renamed"),
    ],
)
def test_what_matters_is_a_change(happens: Callable[[Path], object], seen: Reads, tmp_path: Path) -> None:
    happens(tmp_path)
    assert not unchanged(seen.record())


@pytest.mark.parametrize("between", [lambda path: written(path, "new"), lambda path: path.unlink()])
def test_a_file_that_changes_while_we_look_is_never_the_same(between: Callable[[Path], object], tmp_path: Path) -> None:
    reads, path = Reads(), written(tmp_path / "read", "text")
    reads.content(path)
    between(path)
    if reads.has(path):
        reads.content(path)
    assert not unchanged(reads.record())
