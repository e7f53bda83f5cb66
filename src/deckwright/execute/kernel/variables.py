"""Environment variables by digest, since they may be secrets. The build and the kernel ask in the same words."""

import os
from collections.abc import Mapping

from deckwright.execute.store.blobs import address_of

SET_FOR_KERNELS = frozenset(
    "PYTHONPATH PYTHONHASHSEED IPYTHONDIR TERM CLICOLOR CLICOLOR_FORCE FORCE_COLOR PAGER GIT_PAGER MPLBACKEND".split()
)
ALL = "*"


def variable(key: str) -> str:
    """What a variable is, empty if it is not set; or what all are."""
    if key == ALL:
        return digest_of_all(os.environ)
    value = os.environ.get(key)
    return "" if value is None else address_of(os.fsencode(value))


def digest_of_all(variables: Mapping[str, str]) -> str:
    """A digest of all variables but those that differ from kernel to kernel."""
    pairs = sorted(f"{key}={value}" for key, value in variables.items() if not is_of_kernel(key))
    return address_of(os.fsencode("\0".join(pairs)))


def is_of_kernel(key: str) -> bool:
    """Whether we or Jupyter set a variable for the kernel."""
    return key in SET_FOR_KERNELS or key.startswith("JPY_")
