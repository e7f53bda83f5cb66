"""Read YAML into plain values."""

import json
from typing import Any

from deckwright.remembered import Remembered

remembered = Remembered()
DATE = "\ue000date"


class BadYaml(ValueError):
    """What is wrong with a text, and in which line of it, from 0; -1: nobody knows."""

    def __init__(self, problem: str, line: int) -> None:
        super().__init__(problem)
        self.line = line


class NotAsJson(ValueError):
    """The values are none that JSON can hold."""


def load_yaml(text: str) -> Any:
    """The values of a YAML text. Raises BadYaml."""
    try:
        return json.loads(as_json(text), object_hook=as_date)
    except NotAsJson as values:
        return values.args[0]


@remembered
def as_json(text: str) -> str:
    """The values as JSON. Raises NotAsJson with them, BadYaml."""
    values = parsed(text)
    try:
        written = json.dumps(values, default=date_as_json)
    except TypeError as error:
        raise NotAsJson(values) from error
    if repr(json.loads(written, object_hook=as_date)) != repr(values):  # as for keys that are no texts
        raise NotAsJson(values)
    return written


def date_as_json(value: Any) -> dict[str, str]:
    """A date, which JSON knows not. Raises TypeError for anything else."""
    if type(value).__name__ != "date":
        raise TypeError
    return {DATE: value.isoformat()}


def as_date(found: dict[str, Any]) -> Any:
    """A date that was written so; other mappings as they are."""
    if DATE not in found:
        return found
    from datetime import date

    return date.fromisoformat(found[DATE])


def parsed(text: str) -> Any:
    """The values, by PyYAML."""
    import yaml  # 13 ms, so only for what is not remembered

    try:
        return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # libyaml is five times as fast
    except (yaml.YAMLError, ValueError):
        return parsed_slowly(text)  # fails again, in the same words on every machine


def parsed_slowly(text: str) -> Any:
    """The values, by that part of PyYAML which is everywhere. Raises BadYaml."""
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        raise BadYaml(f"{error.problem}", error.problem_mark.line if error.problem_mark else -1) from error
    except (yaml.YAMLError, ValueError) as error:  # such as a character that none may hold, or the 31st of June
        raise BadYaml(str(error).partition("\n")[0], -1) from error
