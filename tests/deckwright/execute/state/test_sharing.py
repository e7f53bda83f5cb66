"""What names share is told by their objects, and stays shared through a joint snapshot."""

import pytest

from .deck import Deck, restored

TOGETHER = {
    "alias": ("a = [1]; b = a", "b.append(2)", "a == [1, 2]"),
    "inner list": ("a = [1]; b = {'k': a}", "b['k'].append(2)", "a == [1, 2]"),
    "two cycles": ("a = []; b = [a]; a.append(b)", "b.append(3)", "a[0][1] == 3"),
    "cell of two closures": (
        "def make():\n    n = 0\n    def step():\n        nonlocal n\n        n += 1\n    return step, lambda: n\na, b = make()",
        "a(); a()",
        "b() == 2",
    ),
    "instance and bound method": (
        "class C:\n    n = 0\n    def step(self): self.n += 1\na = C(); b = a.step",
        "b()",
        "a.n == 1",
    ),
    "mutable default": ("def a(v, seen=[]): seen.append(v); return seen\nb = a.__defaults__[0]", "a(1)", "b == [1]"),
    "class with state and instance": ("class a:\n    seen = []\nb = a()", "b.seen.append(1)", "a.seen == [1]"),
    "class with state and its method": (
        "class a:\n    seen = []\n    def f(self): a.seen.append(1)\nb = a()",
        "b.f()",
        "a.seen == [1] and type(b) is a",
    ),
    "views of an array": ("import numpy as np\na = np.zeros(4); b = a[1:]", "b[0] = 5", "a[1] == 5 and b.base is a"),
    "view in columns": (
        "import numpy as np\na = np.zeros((2, 3), order='F'); b = a[:, 1]",
        "b[1] = 5",
        "a[1, 1] == 5 and a.flags.f_contiguous",
    ),
    "array and tensor": (
        "import numpy as np, torch\na = np.zeros(4); b = torch.from_numpy(a)",
        "b[1] = 5",
        "a[1] == 5",
    ),
    "array and tensor of a part": (
        "import numpy as np, torch\nb = np.zeros(9); a = torch.from_numpy(b[3:6])",
        "b[4] = 5",
        "a.tolist() == [0, 5, 0]",
    ),
    "tensor and array": ("import torch\na = torch.zeros(4); b = a.numpy()", "b[1] = 5", "a[1] == 5"),
    "views of a tensor": ("import torch\na = torch.zeros(4); b = a.view(2, 2)", "b[1, 1] = 5", "a[3] == 5"),
    "bytes and array": ("import numpy as np\na = bytearray(4); b = np.frombuffer(a, 'u1')", "b[1] = 5", "a[1] == 5"),
    "objects in arrays": (
        "import numpy as np\na = np.array([None, None], object); b = a[1:]",
        "b[0] = 5",
        "a.tolist() == [None, 5]",
    ),
    "tied weights": (
        "from torch import nn\na = nn.Linear(2, 2); b = nn.Linear(2, 2); b.weight = a.weight",
        "a.weight.data.zero_()",
        "b.weight is a.weight and b.weight.sum() == 0",
    ),
    "flags of an array": ("import numpy as np\na = np.zeros(4); b = a", "a.shape = 2, 2", "b.ndim == 2"),
}


@pytest.mark.parametrize("name", TOGETHER)
def test_names_that_share(name: str) -> None:
    code, change, check = TOGETHER[name]
    deck = Deck(code)
    memory: dict[object, object] = {}
    found = {key: deck.look(key, memory) for key in ("a", "b")}
    assert set(found["a"].objects) & set(found["b"].objects)
    other = restored(deck, "a", "b")
    memory = {}
    for key in ("a", "b"):
        again = other.look(key, memory)
        assert again.digest == found[key].digest
        assert len(again.objects) == len(found[key].objects)
    for each in (deck, other):
        before = each.digest("a"), each.digest("b")
        each.run(change)
        assert eval(check, each.names)
        assert (each.digest("a"), each.digest("b")) != before


APART = {
    "equal lists": "a = [1]; b = [1]",
    "atoms and tuples": "t = ('x' * 50, (1, 2.5)); a = [t]; b = [t]",
    "class without state": "class C:\n    size = 3\na = C(); b = C()",
    "function without state": "def f(): pass\na = [f]; b = [f]",
    "enum": "from enum import Enum\nclass E(Enum):\n    A = 1\na = [E.A]; b = [E.A]",
    "frozen": "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass P:\n    n: int\np = P(1); a = [p]; b = [p]",
    "named tuple": "from typing import NamedTuple\nclass P(NamedTuple):\n    n: int\np = P(1); a = [p]; b = [p]",
    "paths and dates": "import datetime, pathlib\nd = (datetime.date(2024, 1, 1), pathlib.Path('a')); a = [d]; b = [d]",
    "words of libraries": "import torch, numpy as np\nd = (torch.device('cpu'), torch.float32, np.dtype('f4'), np.add, torch.Size([1])); a = [d]; b = [d]",
    "numbers of numpy": "import numpy as np\nn = np.float64(3); a = [n]; b = [n]",
    "typing": "from typing import Optional\na = [Optional[int]]; b = [Optional[int]]",
    "pattern": "import re\na = [re.compile('a')]; b = [re.compile('a')]",
    "empty tensors": "import torch\na = torch.empty(0); b = torch.empty(0)",
    "copy of an array": "import numpy as np\na = np.zeros(3); b = a.copy()",
    "numbers from pandas": "import pandas as pd\nt = pd.Timestamp('2024'); a = [t, pd.NA]; b = [t, pd.NA]",
}


@pytest.mark.parametrize("name", APART)
def test_names_that_share_nothing(name: str) -> None:
    deck = Deck(APART[name])
    memory: dict[object, object] = {}
    assert not set(deck.look("a", memory).objects) & set(deck.look("b", memory).objects)


def test_objects_are_the_same_at_each_look() -> None:
    """No identity of something that was made for a look only, as it may be that of something else later."""
    deck = Deck(
        "import numpy as np, pandas as pd, torch, random\nfrom collections import Counter, deque\n"
        "a = [Counter('ab'), deque([[]]), np.random.default_rng(1), random.Random(1), pd.DataFrame({'a': [1], 'b': ['x']}),\n"
        "     torch.nn.Linear(1, 1), torch.Generator()]"
    )
    found = [deck.look("a") for _ in range(3)]
    assert found[0].objects == found[1].objects == found[2].objects


def test_optimizer_trains_its_model_after_a_restore() -> None:
    deck = Deck(
        "import torch\nfrom torch import nn\ntorch.manual_seed(1)\nmodel = nn.Linear(3, 1)\n"
        "adam = torch.optim.Adam(model.parameters())\nplan = torch.optim.lr_scheduler.StepLR(adam, 1)\n"
        "def step():\n    adam.zero_grad(); loss = model(torch.ones(2, 3)).square().sum(); loss.backward(); adam.step()\n"
        "    plan.step()\n    return loss.item()\nstep()"
    )
    other = restored(deck, "model", "adam", "plan", "step")
    other.run("import torch")
    assert other["adam"].param_groups[0]["params"][0] is other["model"].weight
    assert other["plan"].optimizer is other["adam"]
    assert [deck["step"]() for _ in range(3)] == [other["step"]() for _ in range(3)]


@pytest.mark.filterwarnings("error")
def test_scheduler_still_knows_that_its_optimizer_stepped() -> None:
    deck = Deck(
        "import torch\nm = torch.nn.Linear(1, 1); o = torch.optim.SGD(m.parameters(), 0.1); s = torch.optim.lr_scheduler.StepLR(o, 1)\n"
        "def step(): o.step(); s.step()"
    )
    other = restored(deck, "m", "o", "s", "step")
    other["step"]()
    assert other["s"].get_last_lr() == pytest.approx([0.01])


def test_tables_of_pandas_copy_on_write_after_a_restore() -> None:
    deck = Deck("import pandas as pd\na = pd.DataFrame({'n': [1., 2.]}); b = a['n']; c = a[:]")
    other = restored(deck, "a", "b", "c")
    for each in (deck, other):
        each.run("b[0] = 7; c.loc[1, 'n'] = 8")
        assert each["a"]["n"].tolist() == [1, 2]


def test_array_of_a_table_is_known_to_share_with_it() -> None:
    deck = Deck("import pandas as pd\na = pd.DataFrame({'n': [1., 2.]}); b = a['n'].to_numpy()")
    assert set(deck.look("a").objects) & set(deck.look("b").objects)


def test_figure_of_pyplot_comes_back_without_a_window() -> None:
    deck = Deck(
        "import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\na, b = plt.subplots(); b.plot([1, 3, 2])"
    )
    open_before = deck["plt"].get_fignums()
    other = restored(deck, "a", "b")
    assert deck["plt"].get_fignums() == open_before
    other.run("import io\nf = io.BytesIO(); b.set_title('t'); a.savefig(f)")
    assert other["f"].getvalue().startswith(b"\x89PNG")
    assert other["b"].figure is other["a"]


WORLD = {
    "environment": "from os import environ as x",
    "settings of matplotlib": "from matplotlib import rcParams as x",
    "function of random": "from random import shuffle as x",
    "function of numpy": "from numpy.random import rand as x",
    "generator of torch": "import torch\nx = torch.manual_seed(0)",
}


@pytest.mark.parametrize("name", WORLD)
def test_what_a_library_has_once_is_no_copy_after_a_restore(name: str) -> None:
    deck = Deck(WORLD[name])
    found = deck.look("x")
    assert (found.objects, found.opaque) == ([], "")
    assert restored(deck, "x")["x"] is deck["x"] or restored(deck, "x")["x"] == deck["x"]
