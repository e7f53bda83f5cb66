"""Make a variant of the talk that trains for moments: the same slides and modules, fewer images and epochs.

Its clocks stand still: seconds on slides are those of the run that trained, and a clean build trains anew.
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
FEWER = (  # file, what stands in it, what makes it quick
    ("src/mnist_talk/data.py", "digits.images.to(device)", "digits.images[:3_000].to(device)"),
    ("src/mnist_talk/data.py", "digits.labels.to(device)", "digits.labels[:3_000].to(device)"),
    ("src/mnist_talk/results.py", "SHOWN = 20_000", "SHOWN = 200"),
    ("src/mnist_talk/results.py", "self.seconds += perf_counter()", "self.seconds = 0.0"),
    ("src/mnist_talk/training.py", "rate, perf_counter() - start)", "rate, 0.0)"),
    ("src/mnist_talk/transfer.py", "batch=32, epochs=20)", "batch=32, epochs=1)"),
    ("src/mnist_talk/transfer.py", "repeats: int = 3", "repeats: int = 1"),
    ("slides/09-perceptron.md", "epochs=10)", "epochs=2)"),
    ("slides/09-perceptron.md", "hold_out(everything, 5_000)", "hold_out(everything, 500)"),
    ("slides/10-convolutions.md", "epochs=20,", "epochs=2,"),
    ("slides/13-reuse.md", "counts=(1, 3, 10, 30, 100)", "counts=(1, 3, 10)"),
)


def make_variant(folder: Path) -> None:
    """Lay the variant's sources in an empty folder."""
    for name in ("slides", "static", "templates"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns(".frozen"))
    package = Path("src", "mnist_talk")
    shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    for name, old, new in FEWER:
        replace_once(folder / name, old, new)


def replace_once(file: Path, old: str, new: str) -> None:
    """Put a text in place of another one, which must stand in the file exactly once."""
    text = file.read_text("utf-8")
    if text.count(old) != 1:
        raise ValueError(f"{file}: {old!r} stands there {text.count(old)} times")
    file.write_text(text.replace(old, new), "utf-8")
