"""The rules on hand-made accuracies: each sequence, and what is decided after its last epoch."""

import math

import pytest

from mnist_talk.stopping import Rules, Verdict, judge

KEEP, GO_ON, DROP = Verdict(keep=True), Verdict(), Verdict(drop=True)


@pytest.mark.parametrize(
    ("accuracies", "verdict"),
    [
        ([0.1], KEEP),
        ([0.9, 0.95], KEEP),
        ([0.9, 0.8], GO_ON),
        ([0.9, 0.9], GO_ON),
        ([0.9] + [0.8] * 4, GO_ON),
        ([0.9] + [0.8] * 5, DROP),
        ([0.9] * 6, DROP),
        ([0.9] + [0.8] * 6, GO_ON),
        ([0.9] + [0.8] * 9, GO_ON),
        ([0.9] + [0.8] * 10, Verdict(stop="converged")),
        ([0.9] + [0.8] * 5 + [0.95], KEEP),
        ([0.9] + [0.8] * 5 + [0.95] + [0.9] * 5, DROP),
        ([0.9] + [0.8] * 5 + [0.95] + [0.9] * 9, GO_ON),
        ([0.9] + [0.8] * 5 + [0.95] + [0.9] * 10, Verdict(stop="converged")),
        ([0.9, 0.9989], KEEP),
        ([0.9, 0.999], Verdict(keep=True, stop="target reached")),
        ([0.9, math.nan], Verdict(stop="not a number")),
        ([math.nan], Verdict(stop="not a number")),
    ],
)
def test_verdict(accuracies: list[float], verdict: Verdict) -> None:
    assert judge(accuracies, Rules()) == verdict


def test_a_drop_does_not_put_off_the_stop() -> None:
    """The seed set its clock back at each drop, so that ten epochs without gain never came together."""
    accuracies, drops = [0.9], 0
    while not (verdict := judge(accuracies, Rules())).stop:
        drops += verdict.drop
        accuracies.append(0.8)
    assert (len(accuracies), drops, verdict.stop) == (11, 1, "converged")


def test_other_rules_are_obeyed() -> None:
    rules = Rules(target=0.5, drop_after=1, stop_after=3)
    assert judge([0.4, 0.3], rules) == DROP
    assert judge([0.4, 0.3, 0.3], rules) == DROP
    assert judge([0.4, 0.3, 0.3, 0.3], rules) == Verdict(stop="converged")
    assert judge([0.5], rules) == Verdict(keep=True, stop="target reached")
