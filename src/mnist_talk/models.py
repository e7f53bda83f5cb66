"""The talk's two networks: images (B, 1, 28, 28) in, ten logits (B, 10) out. Trains nothing."""

import torch.nn.functional as F
from torch import Tensor, nn


class MLP(nn.Module):
    """A multi-layer perceptron: 784 pixels, 32 hidden neurons, 10 digits."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(28 * 28, 32)
        self.output = nn.Linear(32, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.hidden(x.flatten(1)))  # (B, 1, 28, 28) -> (B, 784) -> (B, 32)
        logits: Tensor = self.output(x)  # (B, 10)
        return logits


class CNN(nn.Module):
    """Three convolutions, each halved by pooling, then one dense layer."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, kernel_size=3, padding=1)
        self.conv2 = nn.Conv2d(16, 32, kernel_size=3, padding=1)
        self.conv3 = nn.Conv2d(32, 32, kernel_size=3, padding=1)
        self.dense = nn.Linear(32 * 3 * 3, 10)

    def forward(self, x: Tensor) -> Tensor:
        # ReLU keeps the order of numbers, so pooling may come first: less work.
        x = F.relu(F.max_pool2d(self.conv1(x), 2))  # (B, 1, 28, 28) -> (B, 16, 14, 14)
        x = F.relu(F.max_pool2d(self.conv2(x), 2))  # (B, 32, 7, 7)
        x = F.relu(F.max_pool2d(self.conv3(x), 2))  # (B, 32, 3, 3)
        logits: Tensor = self.dense(x.flatten(1))  # (B, 288) -> (B, 10)
        return logits


def parameter_count(model: nn.Module) -> int:
    """How many numbers training adjusts."""
    return sum(parameter.numel() for parameter in model.parameters())
