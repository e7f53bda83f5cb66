"""When to keep weights, lower the rate and stop: decided from held-out accuracies alone. Touches no model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How good is good enough, and how long to wait for a gain."""

    target: float = 0.999  # share of held-out images
    drop_after: int = 5  # epochs without gain until the rate is divided by ten
    stop_after: int = 10  # epochs without gain until training ends


class Verdict(NamedTuple):
    """What to do after an epoch; an empty `stop` means go on."""

    keep: bool = False
    drop: bool = False
    stop: str = ""


def judge(accuracies: Sequence[float], rules: Rules) -> Verdict:
    """Decide from the accuracies so far, newest last; NaN marks a broken model."""
    if math.isnan(accuracies[-1]):
        return Verdict(stop="not a number")
    best = accuracies.index(max(accuracies))  # the first of equals: a tie is no gain
    waited = len(accuracies) - 1 - best
    gain = waited == 0
    if accuracies[-1] >= rules.target:
        return Verdict(keep=gain, stop="target reached")
    if waited >= rules.stop_after:
        return Verdict(stop="converged")
    return Verdict(keep=gain, drop=not gain and waited % rules.drop_after == 0)
