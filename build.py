"""Build the talk: the same as `deckwright build` in this folder."""

import sys
from pathlib import Path

from deckwright.__main__ import main

sys.exit(main(["build", "--slides", str(Path(__file__).parent / "slides"), *sys.argv[1:]]))
