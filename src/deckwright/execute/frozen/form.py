"""One frozen result as JSON, and back: readable, and the same bytes for the same result. Opens no file.

What is read comes with a clone, so nothing in it is believed before `is_record` has seen it.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from deckwright.execute.frozen.shapes import Check, anything, each, either, exactly, having, like, mapping, text
from deckwright.execute.scope import Definition, Share, Value
from deckwright.execute.trace import Effect, Trace
from deckwright.model import Output

FIGURES = {  # what becomes a file beside the JSON
    "image/svg+xml": ".svg",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/webp": ".webp",
}
DIGITS = 12  # of a figure's digest
ALONE = ("figure", "seed", "names", "past")  # kinds of input that a step has once
LISTS = ("folder", "files")  # … whose value is several lines
OF_STATE = ("sharing", "group", "text", "class")
ON_DISK = ("file", "kind")
BY_NAME = ("value", "module")  # … of which most are not there, which is told in one line
ABSENT = " absent"
CELL, EXPRESSION = "cell", "expression"
ENTANGLED = "a cell before it"  # the reason itself may name threads, which have numbers


@dataclass(frozen=True, slots=True)
class Frozen:
    """What is frozen of one step. In its outputs, a digest stands for each figure."""

    label: str  # given by the author, or empty
    kind: str
    trace: Trace
    outputs: tuple[Output, ...]


# To JSON


def to_record(frozen: Frozen) -> dict[str, Any]:
    """A result as JSON has it: what is empty is left out."""
    trace = frozen.trace
    record = {
        "label": frozen.label,
        "kind": frozen.kind,
        "code": trace.code,
        "inputs": grouped(trace.inputs),
        "effects": {name: effect and effect_record(effect) for name, effect in sorted(trace.effects.items())},
        "definitions": {key: reader_record(made) for key, made in sorted(trace.definitions.items())},
        "files": dict(sorted(trace.files.items())),
        "entangled": bool(trace.entangled),
        "outputs": json.loads(json.dumps([in_lines(output) for output in frozen.outputs], sort_keys=True)),
    }
    return {key: value for key, value in record.items() if value}


def grouped(inputs: Mapping[str, str]) -> dict[str, Any]:
    """Inputs by kind."""
    found: dict[str, Any] = {}
    absent: dict[str, list[str]] = {}
    for key, value in sorted(inputs.items()):
        kind, _, rest = key.partition(" ")
        if kind in ALONE:
            found[kind] = value
        elif kind in BY_NAME and not value:
            absent.setdefault(f"{kind}{ABSENT}", []).append(rest)
        else:
            found.setdefault(kind, {})[rest] = value.split("\n") if kind in LISTS else value
    return dict(sorted((found | {kind: ", ".join(names) for kind, names in absent.items()}).items()))


def effect_record(effect: Effect) -> str | dict[str, str]:
    """What became of a name: mostly a fingerprint alone."""
    objects = ", ".join(f"{start}+{count} {name}".rstrip() for name, start, count in effect.objects)
    more = ({"objects": objects} if objects else {}) | reader_record(effect.value)
    return {"value": effect.value.digest} | more if more else effect.value.digest


def reader_record(reader: Value | Definition) -> dict[str, str]:
    """What a value or a definition refers to."""
    modules = [f"{module}#{name}" for module, name in reader.modules]
    parts = {"reads": reader.reads, "links": reader.links, "modules": modules}
    return {name: ", ".join(listed) for name, listed in parts.items() if listed}


def in_lines(output: Output) -> Output:
    """An output whose texts of several lines are lists of lines, as notebooks have them on disk."""
    if "text" in output:
        return {**output, "text": split(output["text"])}
    if "data" not in output:
        return output
    data = {mime: split(content) if is_text_of(mime) else content for mime, content in output["data"].items()}
    return {**output, "data": data}


def split(content: Any) -> Any:
    """A text of several lines as a list of them."""
    lines = content.splitlines(keepends=True) if isinstance(content, str) else []
    return lines if len(lines) > 1 else content


# From JSON


def from_record(record: Mapping[str, Any]) -> Frozen:
    """What `to_record` was given, of something that `is_record`."""
    trace = Trace(
        inputs=ungrouped(record.get("inputs", {})),
        effects={name: one and effect_of(one) for name, one in record.get("effects", {}).items()},
        definitions={key: Definition(**readers(one)) for key, one in record.get("definitions", {}).items()},
        files=record.get("files", {}),
        entangled=ENTANGLED if "entangled" in record else "",
        code=record["code"],
    )
    return Frozen(record.get("label", ""), record["kind"], trace, tuple(map(joined, record.get("outputs", ()))))


def ungrouped(groups: Mapping[str, Any]) -> dict[str, str]:
    """Inputs as a trace has them."""
    found = {}
    for kind, group in groups.items():
        if kind in ALONE:
            found[kind] = group
        elif kind.endswith(ABSENT):
            found |= {f"{kind.removesuffix(ABSENT)} {name}": "" for name in listed(group)}
        else:
            found |= {f"{kind} {key}": "\n".join(seen) if kind in LISTS else seen for key, seen in group.items()}
    return found


def listed(names: str) -> tuple[str, ...]:
    """Names that stand in one line."""
    return tuple(names.split(", ")) if names else ()


def effect_of(record: str | Mapping[str, str]) -> Effect:
    """What `effect_record` was given."""
    if isinstance(record, str):
        return Effect(Value(record))
    return Effect(Value(record["value"], **readers(record)), tuple(map(share, listed(record.get("objects", "")))))


def share(written: str) -> Share:
    """Mutable objects, as `effect_record` writes them."""
    span, _, name = written.partition(" ")
    start, _, count = span.partition("+")
    return name, int(start), int(count)


def readers(record: Mapping[str, str]) -> dict[str, Any]:
    """What `reader_record` was given."""
    pairs = [pair.partition("#") for pair in listed(record.get("modules", ""))]
    return {
        "reads": listed(record.get("reads", "")),
        "links": listed(record.get("links", "")),
        "modules": tuple((module, name) for module, _, name in pairs),
    }


def joined(output: Output) -> Output:
    """What `in_lines` was given."""
    if "text" in output:
        return {**output, "text": "".join(output["text"])}
    if "data" not in output:
        return output
    data = {
        mime: "".join(content) if is_text_of(mime) and isinstance(content, list) else content
        for mime, content in output["data"].items()
    }
    return {**output, "data": data}


# What is a record


def is_text_of(mime: str) -> bool:
    """Whether content of this type is text, and may be in lines."""
    return mime.startswith(("text/", "image/"))


def is_data(data: Any) -> bool:
    """The forms of one output."""
    return isinstance(data, dict) and all(is_form(mime, content) for mime, content in data.items())


def is_form(mime: str, content: Any) -> bool:
    """Content of some type; a figure may be a digest."""
    if not is_text_of(mime):
        return True  # JSON, which is whatever it is
    if mime in FIGURES and isinstance(content, dict):
        return FIGURE(content)
    return LINES(content) and (FIGURES.get(mime, ".svg") == ".svg" or is_base64("".join(content)))


def is_base64(content: str) -> bool:
    """Whether it can be decoded."""
    try:
        base64.b64decode(content)
    except ValueError:
        return False
    return True


def is_output(output: Any) -> bool:
    """An output as nbformat has it."""
    kind = output.get("output_type") if isinstance(output, dict) else None
    return isinstance(kind, str) and kind in OUTPUTS and OUTPUTS[kind](output)


def is_record(record: Any) -> bool:
    """What `to_record` gives: it can be read and rendered, whatever it says."""
    return RECORD(record) and all(
        record["kind"] == CELL or "text/plain" in output.get("data", {"text/plain": ""})
        for output in record.get("outputs", ())
    )


LINES = either(text, each(text))
FIGURE = having({"figure": like(f"[0-9a-f]{{{DIGITS}}}")}, {})
PATH = like(r"[^\0]+")
MODULE = r"[\w.*]{1,200}#[\w*=]{1,200}"
OBJECTS = r"\d{1,10}\+\d{1,10}( [^,]+)?"
READERS: dict[str, Check] = {"reads": text, "links": text, "modules": text}
EFFECT = having({"value": text}, {"objects": like(f"{OBJECTS}(, {OBJECTS})*"), **READERS})
DISPLAY: dict[str, Check] = {"output_type": text, "data": is_data, "metadata": mapping(anything)}
OUTPUTS: dict[str, Check] = {
    "stream": having({"output_type": text, "name": like("stdout|stderr"), "text": LINES}, {}),
    "error": having({"output_type": text, "ename": text, "evalue": text, "traceback": each(text)}, {}),
    "display_data": having(DISPLAY, {"transient": anything}),
    "execute_result": having(DISPLAY, {"execution_count": anything}),
}
INPUTS: dict[str, Check] = {
    **dict.fromkeys(ALONE, text),
    **dict.fromkeys(LISTS, mapping(each(text), PATH)),
    **dict.fromkeys(ON_DISK, mapping(text, PATH)),
    **dict.fromkeys(OF_STATE, mapping(text)),
    "value": mapping(text),
    "module": mapping(text, like(MODULE)),
    f"value{ABSENT}": text,
    f"module{ABSENT}": like(f"{MODULE}(, {MODULE})*"),
}
RECORD = having(
    {"kind": exactly(CELL, EXPRESSION), "code": text},
    {
        "label": like(r"[\w.:-]+"),
        "inputs": having({}, INPUTS),
        "effects": mapping(either(exactly(None), like(".+"), EFFECT)),
        "definitions": mapping(having({}, READERS)),
        "files": mapping(like("([0-9a-f]* [0-9]+|folder)?"), PATH),
        "entangled": exactly(True),
        "outputs": each(is_output),
    },
)
