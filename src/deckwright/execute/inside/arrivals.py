"""Set numpy, torch and matplotlib up at the moment a cell imports them: a deck without them never pays for them."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from typing import Any

from deckwright.execute.inside import ambients, drawing
from deckwright.execute.inside.used import USED, watch_use

Default = Callable[..., None]  # takes the present values of ambients for their defaults


class AfterImport(MetaPathFinder):
    """Runs an action once, right after a module has been imported."""

    def __init__(self, actions: dict[str, Callable[[], object]]) -> None:
        self.actions = actions

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return (
            spec_within(fullname, path, target, partial(self.then_act, fullname)) if fullname in self.actions else None
        )

    @contextmanager
    def then_act(self, name: str) -> Iterator[None]:
        yield
        self.actions.pop(name, lambda: None)()  # a mere look-up may have come before


def spec_within(
    name: str, path: Any, target: Any, around: Callable[[], AbstractContextManager[None]]
) -> ModuleSpec | None:
    """Where a module is, whose code then runs within a block."""
    spec = PathFinder.find_spec(name, path, target)
    if spec is not None and spec.loader is not None:
        run_module = spec.loader.exec_module

        def run_within(module: Any) -> None:
            with around():
                run_module(module)

        spec.loader.exec_module = run_within  # type: ignore[method-assign]
    return spec


def watch(seed: int, default: Default) -> None:
    """Do what has to be done when a library has been imported."""
    actions: dict[str, Callable[[], object]] = {
        "numpy": partial(set_up_numpy, seed, default),
        "torch": partial(set_up_torch, seed, default),
        "matplotlib": partial(set_up_matplotlib, default),
        "matplotlib_inline.backend_inline": drawing.set_format,
        "pandas": partial(set_up_pandas, default),
    }
    sys.meta_path.insert(0, AfterImport(actions))


def set_up_numpy(seed: int, default: Default) -> None:
    """Seed its global generator, and see when it prints."""
    numpy = sys.modules["numpy"]
    numpy.random.seed(seed)
    ambients.watch_random(numpy.random)
    core = sys.modules.get("numpy._core.arrayprint") or sys.modules["numpy.core.arrayprint"]
    watch_use(core, "_array2string", "~how NumPy prints")
    watch_use(numpy, "set_printoptions", "~how NumPy prints")
    default("~NumPy's random state", "~how NumPy prints", "~how NumPy treats errors")


def set_up_torch(seed: int, default: Default) -> None:
    """Seed it, and see when it prints and what it writes."""
    torch = sys.modules["torch"]
    torch.manual_seed(seed)
    torch.set_warn_always(True)  # once for each cell, as other warnings, and not once for each process
    ambients.watch_random(torch)
    watch_use(torch._tensor_str, "_str", "~how PyTorch prints")
    watch_use(torch, "set_printoptions", "~how PyTorch prints")
    writer = torch.serialization._open_zipfile_writer_file
    original = writer.__init__

    def opening(self: Any, name: Any) -> None:
        sys.audit("open", str(name), "wb", 0)  # torch writes from C++, which no hook sees
        original(self, name)

    writer.__init__ = opening
    default("~PyTorch's random state", "~how PyTorch prints", "~PyTorch's settings")


def set_up_pandas(default: Default) -> None:
    """See when its options are read."""
    default("~the options of pandas")
    config, package = sys.modules["pandas._config.config"], sys.modules["pandas._config"]
    watched = Options(config._global_config)
    config._global_config = package._global_config = watched  # type: ignore[attr-defined]
    object.__setattr__(config.options, "d", watched)


class Options(dict[str, Any]):
    """The options of pandas, by the first part of their names."""

    def __getitem__(self, key: str) -> Any:
        USED.add("~the options of pandas")
        return super().__getitem__(key)


def set_up_matplotlib(default: Default) -> None:
    """Draw as the deck says, and see when its parameters are read."""
    drawing.set_defaults()
    settings = type(sys.modules["matplotlib"].rcParams)
    original = settings.__getitem__

    def reading(self: Any, key: str) -> Any:
        if key not in drawing.OF_NO_MATTER:
            USED.add("~matplotlib's settings")
        return original(self, key)

    settings.__getitem__ = reading
    watch_use(settings, "__setitem__", "~matplotlib's settings")
    default("~matplotlib's settings")
