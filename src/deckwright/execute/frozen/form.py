"""One frozen result as JSON, and back: readable, and the same bytes for the same result. Opens no file.

What is read comes with a clone, so nothing in it is believed before it fits `RECORDS`: then it can be rendered.
"""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from deckwright.model import Output

FIGURES = {  # what becomes a file beside the JSON
    "image/svg+xml": ".svg",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}
DIGITS = 12  # of a figure's digest
CELL, EXPRESSION = "cell", "expression"
Input = str | list[str]  # as traces have it; of folders and patterns, the files that are there


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is frozen of one step."""

    label: str = ""  # given by the author
    kind: str = CELL
    code: str = ""  # its digest, whatever its layout
    text: str = ""  # digest of the code as written, where an output shows it
    inputs: Mapping[str, Input] = field(default_factory=dict)  # what it used from outside the deck
    writes: Sequence[str] = ()  # files
    outputs: Sequence[Output] = ()  # in them, a digest stands for each figure


def to_record(frozen: Frozen) -> dict[str, Any]:
    """A result as JSON has it: what is empty is left out."""
    return {key: json.loads(json.dumps(value, sort_keys=True)) for key, value in asdict(frozen).items() if value}


def is_text(mime: str) -> bool:
    """Whether content of this type is text, and may be a list of lines."""
    return mime.startswith(("text/", "image/"))


def is_base64(content: Any) -> bool:
    """Whether it is text that can be decoded."""
    try:
        base64.b64decode("".join(content) if fits(content, TEXT) else "?")
    except ValueError:
        return False
    return True


def fits(value: Any, form: Any) -> bool:
    """Whether JSON has a form: a type, a text, a pattern, one of a tuple, a list of such, a mapping, what a check says.

    Of a mapping, the keys given as text must be there; those that a pattern matches may be.
    """
    match form:
        case type():
            return isinstance(value, form)
        case str():
            return isinstance(value, str) and value == form
        case re.Pattern():
            return isinstance(value, str) and form.fullmatch(value) is not None
        case tuple():
            return any(fits(value, one) for one in form)
        case [one]:
            return isinstance(value, list) and all(fits(each, one) for each in value)
        case {}:
            if not isinstance(value, dict) or not {key for key in form if isinstance(key, str)} <= value.keys():
                return False
            return all(fits(value[key], next((form[k] for k in form if fits(key, k)), NOTHING)) for key in value)
    return bool(form(value))


ANY, NOTHING = object, ()
TEXT = (str, [str])
FIGURE = {"figure": re.compile(f"[0-9a-f]{{{DIGITS}}}")}
DATA = {  # the forms of one output
    re.compile(r"image/svg\+xml"): (FIGURE, *TEXT),
    re.compile("|".join(mime for mime in FIGURES if "+" not in mime)): (FIGURE, is_base64),
    re.compile("(text|image)/.*", re.DOTALL): TEXT,
    re.compile(".*", re.DOTALL): ANY,  # JSON, which is whatever it is
}
MODULE = r"[\w.*]{1,200}#[\w*=]{1,200}"


def record_form(kind: str, data: Mapping[Any, Any]) -> dict[Any, Any]:
    """The form of the result of such a step, whose outputs have such data."""
    display: dict[Any, Any] = {"output_type": re.compile("display_data|execute_result"), "data": data, "metadata": dict}
    outputs = (
        {"output_type": "stream", "name": re.compile("stdout|stderr"), "text": TEXT},
        {"output_type": "error", "ename": str, "evalue": str, "traceback": [str]},
        {**display, re.compile("transient|execution_count"): ANY},
    )
    return {
        "kind": kind,
        "code": str,
        re.compile("label"): re.compile(r"[\w.:-]+"),
        re.compile("text"): str,
        re.compile("inputs"): {
            re.compile(rf"(file|kind) [^\0]+|module {MODULE}|seed"): str,
            re.compile("figure"): re.compile(r"([0-9]+(\.[0-9]+)? ){2}\w+ [0-9]+"),
            re.compile(r"(folder|files) [^\0]+"): [str],
        },
        re.compile("writes"): [str],
        re.compile("outputs"): [outputs],
    }


RECORDS = (  # what `to_record` gives
    record_form(CELL, DATA),
    record_form(EXPRESSION, {"text/plain": TEXT, **DATA}),
)
