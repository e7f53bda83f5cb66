"""The real data, read once for all tests of the talk."""

from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from mnist_talk.data import MNIST, Samples, load, samples
from mnist_talk.figures import use_style


@pytest.fixture
def figure_in_style() -> Iterator[None]:
    """Figures are drawn in the talk's style, and closed."""
    mpl.use("agg")
    with mpl.rc_context():
        use_style()
        yield
    plt.close("all")


@pytest.fixture(scope="session")
def mnist() -> MNIST:
    """All of MNIST, from the project's npm package."""
    return load(Path(__file__).parent)


@pytest.fixture(scope="session")
def lesson(mnist: MNIST) -> Samples:
    """The first 6,000 training samples."""
    everything = samples(mnist.train)
    return Samples(everything.x[:6_000], everything.y[:6_000])


@pytest.fixture(scope="session")
def exam(mnist: MNIST) -> Samples:
    """The first 2,000 test samples."""
    everything = samples(mnist.test)
    return Samples(everything.x[:2_000], everything.y[:2_000])
