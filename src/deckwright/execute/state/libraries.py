"""Values of libraries whose own way of being pickled loses or adds something."""

import sys
from typing import Any

from deckwright.execute.state.anatomy import Context, Memory, Parts
from deckwright.execute.state.arrays import address, memory_of_array

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
    return Parts(make_optimizer, (type(optimizer),), dict(vars(optimizer)))


def make_optimizer(cls: Any) -> Any:
    """An optimizer that lacks its state."""
    made = cls.__new__(cls)
    made._patch_step_function()  # once a class, as its constructor does, before anything refers to its `step`
    return made


def figure_parts(figure: Any, _: Context) -> Parts:
    """A figure of matplotlib, which shall not open a window when it comes back."""
    make, args, state, *_ = figure.__reduce_ex__(4)
    return Parts(make, args, {name: value for name, value in state.items() if name != "_restore_to_pylab"})


def block_parts(block: Any, context: Context) -> Parts:
    """Columns of pandas. Copy-on-write: they share memory until one changes, which only pandas itself can go on with."""
    make, (values, *rest), *_ = block.__reduce__()
    if sys.modules["pandas"].__version__ < "3":
        return Parts(make, (values, *rest))
    numpy = sys.modules["numpy"]
    copy = values.copy(order="K") if isinstance(values, numpy.ndarray) else values.copy()
    context.kept.append(copy)
    if isinstance(values, numpy.ndarray) and not values.dtype.hasobject:
        where = memory_of_array(values, context)
        if isinstance(where, Memory):
            context.copied.append(where)
        context.fresh |= {id(copy), ("memory", address(copy))}
    return Parts(make, (copy, *rest))
