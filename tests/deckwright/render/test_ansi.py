"""Colours are nbconvert's, and come without the rest of it."""

import subprocess
import sys

from nbconvert.filters import ansi2html

from deckwright.render.ansi import coloured

TEXT = "\x1b[0;31mred\x1b[0m <b> \x1b[1;38;5;12mbold\x1b[39;49;00m"


def test_colours_are_those_of_nbconvert() -> None:
    assert coloured(TEXT) == str(ansi2html(TEXT))
    assert 'class="ansi-red-fg"' in coloured(TEXT)


def test_nothing_of_jupyter_is_loaded() -> None:
    code = f"import sys\nfrom deckwright.render.ansi import coloured\ncoloured({TEXT!r})\nprint('nbconvert' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
