"""Draw decks and edits without end, and compare each build with a clean one. Run by `make fuzz`.

python -m tests.fuzz_engine --sequences 10000 --seed 1 --processes 2 --features lists,files --without iterators
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.deckwright.execute.differential import Difference
from tests.deckwright.execute.drawn import FEATURES, Edit, World, session
from tests.deckwright.execute.sequence import described, failure, play, shrunk

BATCH = 100  # sequences between two lines of progress


def fuzz(first: int, count: int, features: tuple[str, ...], shrink: bool, minutes: float) -> dict[str, Any]:
    """Play this many sequences; start anew after each failure."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    number, end = first, time.monotonic() + minutes * 60
    last: list[Any] = []
    while counts["sequences"] < count and time.monotonic() < end:

        @seed(number)
        @settings(
            max_examples=min(BATCH, count),
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        )
        @given(session(features))
        def run(drawn: tuple[World, list[Edit]]) -> None:
            if time.monotonic() > end:
                return
            last[:] = drawn
            counts["sequences"] += 1
            with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
                play(Path(folder), *drawn, counts=counts)

        try:
            run()
        except Difference as error:
            small = shrunk(*last) if shrink else (last[0], last[1])
            failures.append(f"seed {number}\n{described(*small)}\n{failure(*small) or error}\n")
            print("=" * 100, failures[-1], sep="\n", flush=True)
        number += 1
        print(f"{dict(counts)}, {len(failures)} failures", file=sys.stderr, flush=True)
    return {"counts": counts, "failures": failures}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sequences", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=1e6)
    parser.add_argument("--features", default=",".join(FEATURES))
    parser.add_argument("--without", default="")
    parser.add_argument("--no-shrink", action="store_true")
    chosen = parser.parse_args(arguments)
    features = tuple(name for name in chosen.features.split(",") if name not in chosen.without.split(","))
    print(f"seed {chosen.seed}", flush=True)
    share = -(-chosen.sequences // chosen.processes)
    jobs = [
        (chosen.seed + 1_000_000 * number, share, features, not chosen.no_shrink, chosen.minutes)
        for number in range(chosen.processes)
    ]
    if chosen.processes == 1:
        found = [fuzz(*jobs[0])]
    else:
        with multiprocessing.get_context("spawn").Pool(chosen.processes) as pool:
            found = pool.starmap(fuzz, jobs)
    total = sum((each["counts"] for each in found), Counter())
    failures = [text for each in found for text in each["failures"]]
    print(f"{dict(total)}, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
