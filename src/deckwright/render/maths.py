"""Set formulas with KaTeX while building, so that the page needs no script for them."""

import json
import re
from functools import cache
from threading import Lock
from typing import Any

from deckwright.errors import DeckError
from deckwright.installed import WEB
from deckwright.model import Formula
from deckwright.render.pieces import remembered

KATEX = WEB / "katex" / "katex.min.js"
MESSAGE = re.compile(r"KaTeX parse error: (?P<text>.*?)(?: at position \d+.*)?$", re.MULTILINE)

TURN = Lock()  # a context serves one thread at a time, and lets others run meanwhile


@cache
def katex() -> Any:
    """A JavaScript context that knows KaTeX; made at the first formula, in 25 ms."""
    import quickjs

    context = quickjs.Context()
    context.eval(KATEX.read_text("utf-8"))
    return context


@remembered
def set_formula(tex: str, display: bool) -> str:
    """HTML and MathML of a formula. Raises ValueError with KaTeX's words."""
    import quickjs

    options = {"displayMode": display, "throwOnError": True, "strict": "ignore"}
    call = f"JSON.stringify(katex.renderToString({json.dumps(tex)}, {json.dumps(options)}))"
    try:
        with TURN:
            html: str = json.loads(katex().eval(call))
    except quickjs.JSException as error:
        found = MESSAGE.search(str(error))
        raise ValueError(found["text"] if found else str(error).splitlines()[0]) from error
    return html


def formula_html(formula: Formula) -> str:
    """HTML of a formula of the deck. Raises DeckError where KaTeX cannot read it."""
    try:
        return set_formula(formula.tex, formula.display)
    except ValueError as error:
        excerpt = f"    {formula.tex.splitlines()[0]}"
        raise DeckError(f"a formula is broken: {error}", formula.place, "Mend the TeX.", excerpt) from error
