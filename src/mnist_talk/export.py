"""Trained networks as text for a script in a page: int8 weights with a scale for each output. Writes no file."""

import json
from base64 import b64encode
from collections.abc import Iterable
from copy import deepcopy
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

STEPS = 127  # from zero to the largest weight of an output, in either direction


class Quantised(NamedTuple):
    """A layer's weights: int8 values (outputs, inputs of one), and what a step of each output is worth."""

    values: Tensor
    scales: Tensor  # (outputs, 1)


def quantise(weights: Tensor) -> Quantised:
    """Round weights to 255 steps; each output has steps of its own size."""
    rows = weights.detach().flatten(1)  # (outputs, inputs of one)
    largest = rows.abs().amax(dim=1, keepdim=True)
    scales = torch.where(largest > 0, largest / STEPS, 1)
    return Quantised((rows / scales).round().to(torch.int8), scales)


def rounded(model: nn.Module) -> nn.Module:
    """A copy of the model with the weights that a page gets."""
    copy = deepcopy(model)
    with torch.no_grad():
        for layer in layers(copy):
            values, scales = quantise(layer.weight)
            layer.weight.copy_((values * scales).reshape(layer.weight.shape))
    return copy


def layers(model: nn.Module) -> Iterable[Any]:
    """The layers in the order in which the model uses them: convolutions, then dense ones."""
    return (module for module in model.modules() if isinstance(module, nn.Conv2d | nn.Linear))


def exported(model: nn.Module) -> list[dict[str, Any]]:
    """What network.js reads, ready for JSON: for each layer its shape, weights, scales and biases."""
    return [exported_layer(layer) for layer in layers(model)]


def exported_layer(layer: Any) -> dict[str, Any]:
    """One layer; the numbers are little-endian bytes in base 64."""
    values, scales = quantise(layer.weight)
    return {
        "shape": list(layer.weight.shape),
        "weights": as_text(values, "i1"),
        "scales": as_text(scales, "<f4"),
        "bias": as_text(layer.bias.detach(), "<f4"),
    }


def as_text(numbers: Tensor, kind: str) -> str:
    """Numbers as text; kind is numpy's name for how each is stored."""
    return b64encode(numbers.cpu().numpy().astype(kind).tobytes()).decode()


def byte_count(model: nn.Module) -> int:
    """How many bytes of a page a network takes."""
    return len(json.dumps(exported(model)))
