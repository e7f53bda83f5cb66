"""Values of libraries whose own way of being pickled loses or adds something."""

import sys
from typing import Any

from deckwright.execute.inside.state.anatomy import Context, Parts
from deckwright.execute.inside.state.arrays import memory_of_array, set_attributes
from deckwright.execute.inside.state.memory import Memory

# What such a value holds for its own use, and what may differ between two that are equal.
SILENT = {
    "matplotlib.cbook.CallbackRegistry": frozenset({"_cid_gen"}),  # counts the looks
    "matplotlib.transforms.TransformNode": frozenset({"_parents"}),  # by id; only who depends on it
}


def generator_parts(generator: Any, _: Context) -> Parts:
    """A random generator of torch."""
    return Parts(make_generator, (str(generator.device), generator.get_state().numpy().tobytes()))


def make_generator(device: str, state: bytes) -> Any:
    """A random generator of torch, in a state."""
    import torch

    made = torch.Generator(device)
    made.set_state(torch.frombuffer(bytearray(state), dtype=torch.uint8))
    return made


def optimizer_parts(optimizer: Any, _: Context) -> Parts:
    """All of an optimizer: its own way leaves out what schedulers and hooks put into it."""
    return Parts(make_optimizer, (type(optimizer),), dict(vars(optimizer)), setter=set_attributes)


def make_optimizer(cls: Any) -> Any:
    """An optimizer that lacks its state."""
    made = cls.__new__(cls)
    made._patch_step_function()  # once a class, as its constructor does, before anything refers to its `step`
    vars(made).clear()
    return made


def figure_parts(figure: Any, _: Context) -> Parts:
    """A figure of matplotlib, which shall not open a window when it comes back."""
    make, args, state, *_ = figure.__reduce_ex__(4)
    return Parts(make, args, {name: value for name, value in state.items() if name != "_restore_to_pylab"})


def block_parts(block: Any, context: Context) -> Parts:
    """Columns of pandas, which share memory until one changes: how to go on with that only pandas knows."""
    make, (values, *rest), *_ = block.__reduce__()
    if int(sys.modules["pandas"].__version__.partition(".")[0]) < 3:  # shares for good
        return Parts(make, (values, *rest))
    numpy = sys.modules["numpy"]
    if isinstance(array := getattr(values, "_ndarray", values), numpy.ndarray) and not array.dtype.hasobject:
        where = memory_of_array(array, context)
        context.copied += [where] if isinstance(where, Memory) else []
    return Parts(make, (values.copy(order="K") if isinstance(values, numpy.ndarray) else values.copy(), *rest))
