"""The engine: bring every cell's results up to date, running as few cells as can be.

Read it in this order. `scope.py`: what is known of the kernel's state without having it. `trace.py`: what one run of a
cell read and did, and so the next scope. `walk/walk.py`: from cell to cell; a trace that holds is applied, else
`walk/runner.py` runs the cell, in a kernel that `walk/supply.py` gives exactly what the cell can read, and
`walk/record.py` makes a trace of what comes back. `inside/agent.py`: what happens in the kernel meanwhile; below it
`ledger.py` tells which values a cell changed, and `state/` what a value is made of, for digests and snapshots alike.
`analysis/`: what code can read and bind. `store/`: where all that is kept. Then words for people, `walk/reasons.py`,
`dry.py` and `verify.py`, and `frozen/`: results for git, and builds from them.
"""
