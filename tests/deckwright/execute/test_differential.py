"""Drawn decks and edits, always the same ones: every build's outcome is that of a clean build. `make fuzz` draws others."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from .differential import Difference
from .drawn import ALWAYS, FEATURES, Edit, World, session
from .sequence import described, failure, play, shrunk

SEQUENCES = 8  # of each feature


@pytest.mark.parametrize("feature", FEATURES)
def test_sequences(feature: str) -> None:
    last: list[tuple[World, list[Edit]]] = []

    @seed(1)
    @settings(
        max_examples=SEQUENCES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(session((ALWAYS, feature)))
    def run(drawn: tuple[World, list[Edit]]) -> None:
        last[:] = [drawn]
        with tempfile.TemporaryDirectory(prefix="differential-") as folder:
            play(Path(folder), *drawn)

    try:
        run()
    except Difference as error:
        small = shrunk(*last[0])
        pytest.fail(f"{described(*small)}\n{failure(*small) or error}", pytrace=False)
