"""Settings of the kernel's process that cells change for those after them: read, set, and seen in use.

Runs inside the kernel. What a library keeps is looked at only once a cell has imported the library.
"""

import os
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from types import ModuleType
from typing import Any

from deckwright.execute.inside import drawing
from deckwright.execute.inside.filters import FILTERS, read_filters, write_filters
from deckwright.execute.inside.loggers import LOGGING, read_logging, write_logging
from deckwright.execute.inside.used import RESET, USED, watch_use


@dataclass(frozen=True, slots=True)
class Ambient:
    """One setting. `seen`: its use is noticed; else every step counts as using it once it has been changed."""

    name: str
    library: str  # loaded before it exists; empty: always there
    read: Callable[[], Any]  # in plain values; equal to the default's when nothing was changed
    write: Callable[[Any], object]
    seen: bool = False


def loaded(name: str) -> Any:
    """A module that is known to have been imported."""
    return sys.modules[name]


def read_numpy_random() -> Any:
    """Read the state of numpy's global generator."""
    kind, keys, *rest = loaded("numpy").random.mtrand._rand.get_state()  # not the watched one
    return (kind, keys.tobytes(), *rest)


def write_numpy_random(state: Any) -> None:
    """Set it."""
    kind, keys, *rest = state
    numpy = loaded("numpy")
    numpy.random.set_state((kind, numpy.frombuffer(keys, dtype=numpy.uint32), *rest))


def read_torch_random() -> Any:
    """Read the states of torch's generators: the processor's, then those of devices in use."""
    torch = loaded("torch")
    devices = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    return tuple(state.numpy().tobytes() for state in (torch.default_generator.get_state(), *devices))


def write_torch_random(states: Any) -> None:
    """Set them."""
    torch = loaded("torch")
    tensors = [torch.frombuffer(bytearray(state), dtype=torch.uint8) for state in states]
    torch.set_rng_state(tensors[0])
    if len(tensors) > 1:
        torch.cuda.set_rng_state_all(tensors[1:])


def read_torch_settings() -> Any:
    """Read what decides how torch computes."""
    torch = loaded("torch")
    return (
        torch.get_default_dtype(),
        str(torch.get_default_device()),
        torch.get_num_threads(),
        torch.are_deterministic_algorithms_enabled(),
        torch.is_grad_enabled(),
        torch.get_float32_matmul_precision(),
        torch.backends.cudnn.benchmark,
        torch.backends.cudnn.deterministic,
    )


def write_torch_settings(values: Any) -> None:
    """Set it."""
    torch = loaded("torch")
    dtype, device, threads, deterministic, grad, precision, benchmark, exact = values
    torch.set_default_dtype(dtype)
    if device != str(torch.get_default_device()):
        torch.set_default_device(device)
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(deterministic)
    torch.set_grad_enabled(grad)
    torch.set_float32_matmul_precision(precision)
    torch.backends.cudnn.benchmark, torch.backends.cudnn.deterministic = benchmark, exact


def torch_print() -> dict[str, Any]:
    """Give the options by which torch prints tensors."""
    found: dict[str, Any] = vars(loaded("torch")._tensor_str.PRINT_OPTS)
    return found


def numpy_print() -> Any:
    """Read the options by which numpy prints arrays."""
    return {name: value for name, value in loaded("numpy").get_printoptions().items() if name != "override_repr"}


def read_pandas() -> Any:
    """Read all options of pandas, by their full names."""
    found: list[tuple[str, Any]] = []

    def visit(part: Any, prefix: str) -> None:
        for key, value in part.items():
            visit(value, f"{prefix}{key}.") if isinstance(value, dict) else found.append((f"{prefix}{key}", value))

    visit(loaded("pandas._config.config")._global_config, "")
    return tuple(found)


def write_pandas(options: Any) -> None:
    """Set them."""
    for key, value in options:
        part = loaded("pandas._config.config")._global_config
        *path, last = key.split(".")
        for name in path:
            part = part[name]
        part[last] = value


def read_environment() -> Any:
    """What the deck has made of variables; what libraries set as they are imported comes with the libraries."""
    now = raw_environment()
    return {key: now.get(key) for key in sorted(SET_VARIABLES)}


def is_changed(key: str) -> bool:
    """Whether the deck has set a variable, be it to what it was."""
    return key in SET_VARIABLES


def write_environment(changes: Any) -> None:
    """Undo what the deck has set, and set this instead."""
    wanted = {key: START.get(key) for key in SET_VARIABLES} | changes
    SET_VARIABLES.clear()
    SET_VARIABLES.update(changes)
    for key, value in wanted.items():
        if value is None:
            os.environ.pop(key, None)
        else:
            os.environ[key] = value


def raw_environment() -> dict[str, str]:
    """The environment's variables, without its being noticed that they are read."""
    encoded = os.environ._data  # type: ignore[attr-defined]
    return {os.fsdecode(key): os.fsdecode(value) for key, value in encoded.items()}


def write_path(path: Any) -> None:
    """Set where modules are looked for."""
    sys.path[:] = path


START: dict[str, str] = {}  # the environment that the kernel began with
SET_VARIABLES: set[str] = set()  # of the environment, by the deck

AMBIENTS = {
    ambient.name: ambient
    for ambient in (
        Ambient("~the random state", "", random.getstate, random.setstate, seen=True),
        Ambient("~NumPy's random state", "numpy.random", read_numpy_random, write_numpy_random, seen=True),
        Ambient("~PyTorch's random state", "torch", read_torch_random, write_torch_random, seen=True),
        Ambient("~matplotlib's settings", "matplotlib", drawing.changes, drawing.apply, seen=True),
        Ambient(
            "~how PyTorch prints",
            "torch",
            lambda: dict(torch_print()),
            lambda value: torch_print().update(value),
            seen=True,
        ),
        Ambient(
            "~how NumPy prints",
            "numpy",
            numpy_print,
            lambda value: loaded("numpy").set_printoptions(**value),
            seen=True,
        ),
        Ambient(
            "~how NumPy treats errors",
            "numpy",
            lambda: loaded("numpy").geterr(),
            lambda value: loaded("numpy").seterr(**value),
        ),
        Ambient("~PyTorch's settings", "torch", read_torch_settings, write_torch_settings),
        Ambient("~the options of pandas", "pandas", read_pandas, write_pandas, seen=True),
        Ambient(FILTERS, "", read_filters, write_filters, seen=True),
        Ambient("~the working folder", "", os.getcwd, os.chdir),
        Ambient("~the import path", "", lambda: tuple(sys.path), write_path),
        Ambient("~the environment variables that cells set", "", read_environment, write_environment),
        Ambient(LOGGING, "", read_logging, write_logging, seen=True),
        Ambient("~the recursion limit", "", sys.getrecursionlimit, sys.setrecursionlimit),
    )
}
RANDOM = {"random": "~the random state", "numpy.random": "~NumPy's random state", "torch": "~PyTorch's random state"}
READING = {"random": "getstate", "numpy.random": "get_state", "torch": "get_rng_state"}
RESETTING = {
    "random": ("seed", "setstate"),
    "numpy.random": ("seed", "set_state"),
    "torch": ("manual_seed", "set_rng_state"),
}


def watch_random(module: ModuleType) -> None:
    """Notice when a step reads a random state, and when it sets one before it has drawn: then it does not matter."""
    ambient = AMBIENTS[RANDOM[module.__name__]]
    watch_use(module, READING[module.__name__], ambient.name)
    for name in RESETTING[module.__name__]:
        original = getattr(module, name)

        @wraps(original)
        def resetting(*arguments: Any, _original: Any = original, **options: Any) -> Any:
            if ambient.name not in RESET and ambient.read() != BEFORE.get(ambient.name):
                USED.add(ambient.name)
            RESET.add(ambient.name)
            return _original(*arguments, **options)

        setattr(module, name, resetting)


BEFORE: dict[str, Any] = {}  # random states when the step in progress began
