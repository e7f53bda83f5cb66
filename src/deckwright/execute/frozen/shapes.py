"""Say what JSON that comes from elsewhere must look like: checks, and checks made of checks. Knows no format."""

import re
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[Any], bool]


def anything(value: Any) -> bool:
    """Whatever JSON can hold."""
    return True


def text(value: Any) -> bool:
    """Any text."""
    return isinstance(value, str)


def like(pattern: str) -> Check:
    """A text that a pattern matches."""
    matches = re.compile(pattern).fullmatch
    return lambda value: isinstance(value, str) and bool(matches(value))


def exactly(*values: object) -> Check:
    """One of these."""
    return lambda value: any(value == one and type(value) is type(one) for one in values)


def either(*checks: Check) -> Check:
    """What one of these checks accepts."""
    return lambda value: any(check(value) for check in checks)


def each(check: Check) -> Check:
    """A list of such."""
    return lambda value: isinstance(value, list) and all(map(check, value))


def mapping(check: Check, key: Check = text) -> Check:
    """Such by any key."""
    return lambda value: isinstance(value, dict) and all(key(name) and check(one) for name, one in value.items())


def having(needed: Mapping[str, Check], others: Mapping[str, Check]) -> Check:
    """A mapping with these keys, and some of the others."""
    checks = {**needed, **others}

    def check(value: Any) -> bool:
        if not isinstance(value, dict) or not needed.keys() <= value.keys() <= checks.keys():
            return False
        return all(checks[name](one) for name, one in value.items())

    return check
