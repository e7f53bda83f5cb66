"""Read YAML into plain values."""

from typing import Any

import yaml

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml, five times as fast, where it came with PyYAML


def load_yaml(text: str) -> Any:
    """The values of a YAML text. Raises yaml.YAMLError."""
    try:
        return yaml.load(text, LOADER)
    except yaml.YAMLError:
        return yaml.safe_load(text)  # fails again, in the same words on every machine
