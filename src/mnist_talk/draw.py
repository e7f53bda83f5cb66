"""A drawing board as HTML: networks answer, in the reader's browser, what is drawn. Trains and writes nothing."""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from mnist_talk.data import Samples
from mnist_talk.export import as_text, exported

HERE = Path(__file__).parent


def drawing_board(networks: Mapping[str, nn.Module], exam: Samples) -> str:
    """The board with its styles and scripts; a digit of the exam of each kind serves those who cannot draw."""
    data = {
        "networks": {name: exported(network) for name, network in networks.items()},
        "digits": [as_text(image, "u1") for image in one_of_each(exam)],
    }
    network, board = (f"<script>{source(name)}</script>" for name in ("network.js", "draw.js"))
    return "\n".join((source("draw.html"), network, f"<script>mnistTalk.data = {json.dumps(data)};</script>", board))


def one_of_each(samples: Samples) -> Tensor:
    """The first 0, the first 1, … as bytes (10, 784), 0 paper to 255 ink."""
    first = torch.stack([(samples.y == digit).nonzero()[0, 0] for digit in range(10)])
    return (samples.x[first] * 255).round().flatten(1).to(torch.uint8)


def source(name: str) -> str:
    """A file that lies beside this one."""
    return (HERE / name).read_text("utf-8")
