"""Values of many kinds: code that binds `x` (and may bind more), and code that changes it."""

CASES: dict[str, tuple[str, str]] = {
    # plain values
    "none": ("x = None", "x = False"),
    "int": ("x = 1", "x = 1.0"),
    "bool": ("x = True", "x = 1"),
    "huge int": ("x = 10 ** 6000", "x += 1"),
    "negative zero": ("x = -0.0", "x = 0.0"),
    "nan": ("x = float('nan')", "x = 0.0"),
    "complex": ("x = 1 + 2j", "x = 1 - 2j"),
    "text": ("x = 'gr\\u00fc\\u00df \\ud800'", "x = 'gr'"),
    "bytes": ("x = b'abc'", "x = 'abc'"),
    "bytearray": ("x = bytearray(b'abc')", "x[0] = 0"),
    "ellipsis": ("x = [..., NotImplemented]", "x.pop()"),
    "int subclass": ("class Metres(int): pass\nx = Metres(3)", "x = 3"),
    "str subclass with attributes": ("class Tag(str): pass\nx = Tag('a'); x.note = []", "x.note.append(1)"),
    # containers
    "list": ("x = [1, 2.5, 'a', None]", "x.append(3)"),
    "nested list": ("x = [[1], [2], ({},)]", "x[2][0]['a'] = 1"),
    "list of nans": ("x = [1.0, float('nan'), -float('nan')]", "x[0] = 2.0"),
    "same element twice": ("x = [[1]] * 2", "x[1] = [1]"),
    "cycle": ("x = []; x.append(x)", "x.append([])"),
    "tuple with list": ("x = (1, [2])", "x[1].append(3)"),
    "dict": ("x = {'a': 1, 2: 'b', None: [1]}", "x['c'] = 0"),
    "dict order": ("x = {'a': 1, 'b': 2}", "x['a'] = x.pop('a')"),
    "set of words": ("x = {'one', 'two', 'three', 'four', 'five', 'six'}", "x.add('seven')"),
    "set of tuples": ("x = {('a', 1), ('b', 2), ('c', 3)}", "x.add(('d', 4))"),
    "frozenset of frozensets": ("x = frozenset({frozenset({'a', 'b'}), frozenset({'c'})})", "x = frozenset()"),
    "set of objects": (
        "class Node:\n    def __init__(self, n): self.n = n\nx = {Node(1), Node(2), Node(3)}",
        "next(iter(x)).n = 9",
    ),
    "set of functions": ("def f(): return 1\ndef g(): return 2\nx = {f, g}", "x = {f}"),
    "deep list": ("x = []\nfor _ in range(400): x = [x]", "x.append(1)"),
    "range and slice": ("x = [range(3), slice(1, None, 2)]", "x[0] = range(4)"),
    "deque": ("from collections import deque\nx = deque([1, [2]], maxlen=3)", "x[1].append(3)"),
    "ordered dict": ("from collections import OrderedDict\nx = OrderedDict(a=[1], b=2)", "x.move_to_end('a')"),
    "defaultdict": ("from collections import defaultdict\nx = defaultdict(list); x['a'].append(1)", "x['b']"),
    "defaultdict with lambda": (
        "from collections import defaultdict\nx = defaultdict(lambda: 0); x['a'] += 1",
        "x['b']",
    ),
    "counter": ("from collections import Counter\nx = Counter('hello')", "x['h'] += 1"),
    "chain map": ("from collections import ChainMap\nx = ChainMap({'a': 1}, {'b': 2})", "x['c'] = 1"),
    "mapping proxy": ("from types import MappingProxyType\nd = {'a': 1}\nx = MappingProxyType(d)", "d['b'] = 2"),
    "namespace": ("from types import SimpleNamespace\nx = SimpleNamespace(a=1, b=[2])", "x.b.append(1)"),
    "array": ("from array import array\nx = array('d', [1, 2])", "x[0] = 3"),
    "list subclass": ("class Stack(list): pass\nx = Stack([1]); x.name = 'a'", "x.append(2)"),
    "dict subclass": ("class Table(dict): pass\nx = Table(a=1); x.name = 'a'", "x.name = 'b'"),
    # small values of libraries
    "dates": (
        "import datetime as d\nx = [d.date(2024, 1, 2), d.datetime(2024, 1, 2, tzinfo=d.timezone.utc), d.timedelta(1)]",
        "x[0] = d.date(2025, 1, 2)",
    ),
    "numbers": (
        "from decimal import Decimal\nfrom fractions import Fraction\nx = [Decimal('1.10'), Fraction(1, 3)]",
        "x[0] = Decimal('1.1')",
    ),
    "path": ("from pathlib import Path\nx = Path('build/mlp.pt')", "x = Path('build')"),
    "uuid": ("import uuid\nx = uuid.UUID(int=5)", "x = uuid.UUID(int=6)"),
    "pattern": ("import re\nx = re.compile('a+', re.I)", "x = re.compile('a+')"),
    "types": (
        "import typing as t\nx = [t.Optional[int], list[str], int | None, t.Any, t.Callable[[int], str]]",
        "x.pop()",
    ),
    "type variable": ("from typing import TypeVar\nx = TypeVar('x', bound=int)", "x = TypeVar('x')"),
    "new type": (
        "from typing import NewType\nN = NewType('N', int)\nclass C:\n    def f(self, n: N): return n\nx = [N(3), N, C()]",
        "x.pop()",
    ),
    "exception": (
        "class Bad(Exception):\n    def __init__(self, a, b): super().__init__(a); self.b = b\nx = Bad(1, [2])",
        "x.b.append(3)",
    ),
    "random": ("import random\nx = random.Random(3)", "x.random()"),
    "logger": ("import logging\nx = [logging.getLogger('deck')]", "x = [logging.getLogger('other')]"),
    "modules and functions": (
        "import math, os.path, json\nx = [math, math.sin, os.path.join, json.JSONEncoder, len, str.upper, [].append, list.__len__, type(None)]",
        "x.pop()",
    ),
    "text in memory": ("import io\nx = [io.StringIO('abc'), io.BytesIO(b'abc')]; x[0].read(1)", "x[1].read(2)"),
    "weak reference": ("import weakref\nclass C: pass\nc = C(); x = [c, weakref.ref(c)]", "x.pop()"),
    # functions
    "function": (
        "def x(a, b=1, *, c='c') -> int:\n    'Doc.'\n    return a + offset",
        "def x(a, b=2, *, c='c') -> int:\n    'Doc.'\n    return a + offset",
    ),
    "lambda": ("x = lambda a: a + 1", "x = lambda a: a + 2"),
    "nested code": (
        "def x(): return [(lambda: n)() for n in {'a', 'b', 'c'} if n in {'d', 'e', 'f'}]",
        "def x(): pass",
    ),
    "recursion": ("def x(n): return n * x(n - 1) if n else 1", "def x(n): return n"),
    "attributes": ("def x(): pass\nx.note = 'a'", "x.note = 'b'"),
    "mutable attribute": ("def x(): pass\nx.seen = []", "x.seen.append(1)"),
    "mutable default": ("def x(a, seen=[]): seen.append(a); return seen\nx(1)", "x(2)"),
    "closure": ("def make():\n    n = [0]\n    def step(): n[0] += 1; return n[0]\n    return step\nx = make()", "x()"),
    "nonlocal": (
        "def make():\n    n = 0\n    def step():\n        nonlocal n\n        n += 1\n        return n\n    return step\nx = make()",
        "x()",
    ),
    "two closures": (
        "def make():\n    n = 0\n    def step():\n        nonlocal n\n        n += 1\n    def get(): return n\n    return step, get\nx = make()",
        "x[0]()",
    ),
    "recursive closure": ("def make():\n    def f(n): return n and f(n - 1)\n    return f\nx = make()", "x = [x]"),
    "empty cell": ("def make():\n    def f(): return later\n    if 0: later = 1\n    return f\nx = make()", "x = 0"),
    "decorated": (
        "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(*a): return f(f(*a))\n    return inner\n@twice\ndef x(n): return n + k\nk = 1",
        "x = x.__wrapped__",
    ),
    "partial": (
        "from functools import partial\ndef f(*a, **k): return a, k\nx = partial(f, [1], b=2)",
        "x.args[0].append(2)",
    ),
    "bound method": (
        "class C:\n    def __init__(self): self.n = 0\n    def step(self): self.n += 1\nx = C().step",
        "x()",
    ),
    "generator function": ("def x():\n    yield 1", "def x():\n    yield 2"),
    # classes
    "class": ("class x:\n    'Doc.'\n    size = 3\n    def area(self): return self.size ** 2", "x.size = 4"),
    "instance": ("class C:\n    def __init__(self): self.a = [1]\nx = C()", "x.a.append(2)"),
    "mutable class attribute": ("class C:\n    seen = []\nx = C()", "C.seen.append(1)"),
    "inheritance": (
        "class A:\n    def f(self): return 1\nclass B(A):\n    def f(self): return super().f() + 1\nx = [B(), A]",
        "x.pop()",
    ),
    "methods of all kinds": (
        "from functools import cached_property\nclass C:\n    @property\n    def a(self): return 1\n    @a.setter\n    def a(self, v): pass\n"
        "    @staticmethod\n    def b(): return 2\n    @classmethod\n    def c(cls): return cls\n    @cached_property\n    def d(self): return [3]\nx = [C(), C]; x[0].d",
        "x[0].d.append(4)",
    ),
    "slots": (
        "class C:\n    __slots__ = ('a', '__b', '__weakref__')\n    def __init__(self): self.a = 1; self.__b = [2]\nx = C()",
        "x.a = 2",
    ),
    "dataclass": (
        "from dataclasses import dataclass, field\n@dataclass\nclass C:\n    a: int\n    b: list[int] = field(default_factory=list)\nx = C(1)",
        "x.b.append(1)",
    ),
    "frozen dataclass with slots": (
        "from dataclasses import dataclass\n@dataclass(frozen=True, slots=True, order=True)\nclass C:\n    a: int\n    b: list\nx = C(1, [2])",
        "x.b.append(1)",
    ),
    "dataclass itself": (
        "from dataclasses import dataclass, KW_ONLY, field\nfrom typing import ClassVar\n@dataclass\nclass x:\n    a: int\n    n: ClassVar[int] = 1\n    _: KW_ONLY\n    b: int = field(default=2, repr=False)",
        "x.n = 2",
    ),
    "enum": (
        "from enum import Enum, auto\nclass C(Enum):\n    A = auto()\n    B = auto()\n    Z = 1\n    @property\n    def low(self): return self.name.lower()\nx = [C.A, C.B, C.A]",
        "x.pop()",
    ),
    "enum with constructor": (
        "from enum import Enum\nclass C(Enum):\n    A = (1, 2.0)\n    B = (3, 4.0)\n    def __init__(self, n, m): self.n, self.m = n, m\nx = C.A",
        "x = C.B",
    ),
    "str enum and flag": (
        "from enum import Flag, StrEnum, IntFlag\nclass S(StrEnum):\n    A = 'a'\nclass F(Flag):\n    A = 1\n    B = 2\n    AB = 3\nx = [S.A, F.A | F.B, F.A, ~F.A]",
        "x.pop()",
    ),
    "named tuple": (
        "from typing import NamedTuple\nclass P(NamedTuple):\n    a: int\n    b: str = 'b'\n    def both(self): return self.b * self.a\nx = P(2)",
        "x = P(3)",
    ),
    "collections.namedtuple": (
        "from collections import namedtuple\nP = namedtuple('P', 'a b', defaults=[1])\nclass Q(P):\n    __slots__ = ()\n    def sum(self): return self.a + self.b\nx = [P(2), Q(3)]",
        "x.pop()",
    ),
    "typed dict": (
        "from typing import TypedDict\nclass T(TypedDict, total=False):\n    a: int\nx = [T(a=1), T]",
        "x.pop()",
    ),
    "abstract base class": (
        "from abc import ABC, abstractmethod\nclass A(ABC):\n    @abstractmethod\n    def f(self): ...\nclass B(A):\n    def f(self): return 1\nx = [B(), A]",
        "x.pop()",
    ),
    "protocol": (
        "from typing import Protocol, runtime_checkable\n@runtime_checkable\nclass P(Protocol):\n    def f(self) -> int: ...\nclass C:\n    def f(self): return 1\nx = [P, C(), isinstance(C(), P)]",
        "x.pop()",
    ),
    "generic": (
        "from typing import Generic, TypeVar\nT = TypeVar('T')\nclass Box(Generic[T]):\n    def __init__(self, v: T): self.v = v\nclass Ints(Box[int]): pass\nx = [Box([1]), Ints(2), Box[str]]",
        "x[0].v.append(1)",
    ),
    "metaclass": (
        "class M(type):\n    def __len__(cls): return 3\nclass C(metaclass=M): pass\nx = [C(), len(C)]",
        "x.pop()",
    ),
    "class in function": (
        "def make():\n    class C:\n        def f(self): return 1\n    return C\nx = make()()",
        "x.a = 1",
    ),
    "class with captured value": (
        "def make(v):\n    class C:\n        def f(self): return v\n    return C\nx = make([1])()",
        "x.f().append(1)",
    ),
    "decorated method": (
        "import functools\ndef twice(f):\n    @functools.wraps(f)\n    def inner(*a): return f(*a) * 2\n    return inner\nclass C:\n    @twice\n    def f(self): return [1]\nx = C()",
        "x.a = 1",
    ),
    "total ordering": (
        "from functools import total_ordering\n@total_ordering\nclass C:\n    def __init__(self, n): self.n = n\n    def __lt__(self, o): return self.n < o.n\nx = C(1)",
        "x.n = 2",
    ),
    "own way of being pickled": (
        "class C:\n    def __reduce__(self): return type(self), (), {'a': [1]}\nx = C(); x.a = [1]",
        "x = [x]",
    ),
    # numpy
    "vector": ("import numpy as np\nx = np.arange(5.0)", "x[0] = 7"),
    "matrix and views": (
        "import numpy as np\nx = [m := np.arange(12).reshape(3, 4), m.T, m[1], m[::-1, ::2], m.ravel()]",
        "m[1, 1] = 0",
    ),
    "fortran order": ("import numpy as np\nx = [m := np.asfortranarray(np.ones((2, 3))), m[:, 1]]", "m[0, 1] = 0"),
    "permuted copy": (
        "import numpy as np\nx = np.arange(24).reshape(2, 3, 4).transpose(2, 0, 1).copy(order='K')",
        "x[0, 0, 0] = 5",
    ),
    "read-only": ("import numpy as np\nx = np.ones(3); x.flags.writeable = False", "x.flags.writeable = True"),
    "scalars": (
        "import numpy as np\nx = [np.float32(1.5), np.int64(2), np.bool_(True), np.datetime64('2024-01-01'), np.str_('a')]",
        "x[0] = 1.5",
    ),
    "zero dimensions and empty": (
        "import numpy as np\nx = [np.array(3.0), np.empty((0, 3)), np.zeros(4)[4:]]",
        "x[0][()] = 4",
    ),
    "records": ("import numpy as np\nx = np.zeros(2, [('a', 'i4'), ('b', 'f8', 2)])", "x['b'][1, 1] = 2"),
    "dates array": ("import numpy as np\nx = np.array(['2024-01-01'], 'M8[D]')", "x[0] += 1"),
    "texts array": ("import numpy as np\nx = np.array(['a', 'bc'])", "x[0] = 'd'"),
    "string dtype": ("import numpy as np\nx = np.array(['a', 'b' * 50], np.dtypes.StringDType())", "x[0] = 'd'"),
    "objects array": (
        "import numpy as np\nx = [o := np.array([[1, 'a'], [None, [2]]], object), o[1]]",
        "o[1, 1].append(3)",
    ),
    "masked array": ("import numpy as np\nx = np.ma.array([1, 2, 3], mask=[0, 1, 0])", "x[0] = np.ma.masked"),
    "bytes as array": ("import numpy as np\nx = np.frombuffer(b'abcdefgh', 'u2')", "x = x + 1"),
    "bytearray and array": ("import numpy as np\nb = bytearray(8); x = [b, np.frombuffer(b, 'u1')]", "b[1] = 1"),
    "generator": ("import numpy as np\nx = np.random.default_rng(3)", "x.random()"),
    "random state": ("import numpy as np\nx = np.random.RandomState(3)", "x.rand()"),
    "dtype and ufunc": ("import numpy as np\nx = [np.dtype('f4'), np.add, np.float32, np.sum]", "x.pop()"),
    "windows": (
        "import numpy as np\na = np.arange(9); x = [a, np.lib.stride_tricks.sliding_window_view(a, 3)]",
        "a[4] = 0",
    ),
    "broadcast": ("import numpy as np\nx = np.broadcast_to(np.arange(3), (4, 3))", "x = x + 1"),
    "matrix class": (
        "import numpy as np\nclass M(np.ndarray):\n    pass\nx = np.arange(4).view(M); x.note = [1]",
        "x.note.append(1)",
    ),
    # torch
    "tensor": ("import torch\nx = torch.arange(6.).reshape(2, 3)", "x[0, 0] = 9"),
    "tensor views": ("import torch\nx = [t := torch.arange(6.), t[2:], t.view(2, 3).T, t.numpy()]", "t[2] = 0"),
    "from numpy": (
        "import torch, numpy as np\nx = [a := np.arange(9.), torch.from_numpy(a), torch.from_numpy(a[3:])]",
        "a[4] = 0",
    ),
    "dtypes": (
        "import torch\nx = [torch.ones(2, dtype=d) for d in (torch.bfloat16, torch.bool, torch.complex64, torch.uint8)]",
        "x[0][0] = 2",
    ),
    "conjugate": ("import torch\nx = [c := torch.tensor([1 + 2j]), c.conj(), c.conj().imag]", "c[0] = 0"),
    "scalar and empty": ("import torch\nx = [torch.tensor(2.5), torch.empty(0, 3)]", "x[0].fill_(1)"),
    "requires grad": ("import torch\nx = torch.ones(2, requires_grad=True)", "x.requires_grad_(False)"),
    "gradient": ("import torch\nx = torch.ones(2, requires_grad=True); (x ** 2).sum().backward()", "x.grad.zero_()"),
    "inference tensor": ("import torch\nwith torch.inference_mode(): x = torch.ones(2)", "x = x.clone()"),
    "tensor subclass": (
        "import torch\nclass T(torch.Tensor): pass\nx = torch.ones(2).as_subclass(T); x.note = 'a'",
        "x.note = 'b'",
    ),
    "torch words": (
        "import torch\nimport torch.nn.functional as F\nx = [torch.float32, torch.device('cpu'), torch.Size([1, 2]), torch.relu, F.max_pool2d, torch.channels_last, torch.strided]",
        "x.pop()",
    ),
    "torch generator": ("import torch\nx = torch.Generator().manual_seed(4)", "torch.rand(1, generator=x)"),
    "return type": ("import torch\nx = torch.tensor([[1., 3.], [2., 0.]]).max(1)", "x.values[0] = 5"),
    "model": (
        "import torch\nfrom torch import nn\ntorch.manual_seed(0)\nx = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.ReLU(), nn.Dropout())",
        "x(torch.ones(1, 1, 5, 5))",
    ),
    "deck model": (
        "import torch\nfrom torch import nn, Tensor\ntorch.manual_seed(0)\nclass Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(2, 3)\n"
        "        self.a2 = self.a\n    @torch.no_grad()\n    def predict(self, t: Tensor) -> Tensor: return self.a(t)\nx = Net(); x.a.register_forward_hook(lambda *a: None)",
        "x.train(False)",
    ),
    "loader": (
        "import torch\nfrom torch.utils.data import DataLoader, TensorDataset\nx = DataLoader(TensorDataset(t := torch.arange(6.)), 2, shuffle=True, generator=torch.Generator().manual_seed(1))",
        "list(x)",
    ),
    "loader of a deck's data": (
        "import torch\nfrom torch.utils.data import DataLoader, Dataset\nclass D(Dataset):\n    def __init__(self): self.t = torch.arange(4.)\n"
        "    def __len__(self): return 4\n    def __getitem__(self, n): return self.t[n]\ndef join(b): return torch.stack(b)\nx = DataLoader(D(), 2, collate_fn=join)",
        "x.dataset.t[0] = 5",
    ),
    "deck optimizer": (
        "import torch\nclass O(torch.optim.Optimizer):\n    def __init__(self, p): super().__init__(p, {'lr': 0.1})\n    @torch.no_grad()\n    def step(self):\n"
        "        for g in self.param_groups:\n            for p in g['params']: p -= g['lr'] * p.grad\nm = torch.nn.Linear(1, 1); o = O(m.parameters()); x = [m, o]\nm(torch.ones(1)).backward(); o.step()",
        "o.step()",
    ),
    "hooks": (
        "import torch\nm = torch.nn.Linear(1, 1); seen = []\nh = m.register_forward_hook(lambda *a: seen.append(a)); m.weight.register_hook(lambda g: g * 2); x = [m, h]",
        "h.remove()",
    ),
    "transformer and lstm": (
        "import torch\nx = [torch.nn.TransformerEncoderLayer(4, 2), torch.nn.LSTM(2, 3), torch.nn.Embedding(3, 2)]",
        "x[1].flatten_parameters(); x[2].weight.data.zero_()",
    ),
    "scaler": ("import torch\nx = torch.amp.GradScaler('cpu'); x.scale(torch.ones(1))", "x.update(3.0)"),
    "autograd function": (
        "import torch\nclass F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a): return a * 2\n    @staticmethod\n    def backward(ctx, g): return g * 2\nx = [F, 1]",
        "x.pop()",
    ),
    **{
        f"optimizer {name}": (
            f"import torch\nfrom torch import nn, optim\ntorch.manual_seed(0)\nm = nn.Linear(2, 2); o = optim.{make}\n"
            f"s = {schedule}\ndef step():\n    o.zero_grad(); l = m(torch.ones(1, 2)).square().sum(); l.backward(); o.step(); s and s.step(); return l.item()\nstep(); step()\nx = [m, o, s]",
            "step()",
        )
        for name, make, schedule in [
            ("sgd", "SGD(m.parameters(), 0.1, momentum=0.9)", "None"),
            ("adam", "Adam(m.parameters(), 0.1)", "optim.lr_scheduler.StepLR(o, 2)"),
            ("fused adam", "Adam(m.parameters(), 0.1, fused=True)", "optim.lr_scheduler.OneCycleLR(o, 0.1, 10)"),
            ("adamw", "AdamW(m.parameters(), 0.1)", "optim.lr_scheduler.LambdaLR(o, lambda n: 0.9 ** n)"),
            (
                "rmsprop",
                "RMSprop(m.parameters(), 0.1)",
                "optim.lr_scheduler.SequentialLR(o, [optim.lr_scheduler.ConstantLR(o), optim.lr_scheduler.CosineAnnealingLR(o, 5)], [2])",
            ),
        ]
    },
    # pandas
    "frame": (
        "import pandas as pd\nx = pd.DataFrame({'a': [1, 2], 'b': [0.5, None], 'c': ['u', 'v']}, index=['p', 'q'])",
        "x.loc['p', 'a'] = 9",
    ),
    "series and frame": (
        "import pandas as pd\nf = pd.DataFrame({'a': [1., 2.], 'b': [3., 4.]})\nx = [f, f['a'], f.T, f.iloc[:1]]",
        "f.loc[0, 'a'] = 9",
    ),
    "kinds of columns": (
        "import pandas as pd\nx = pd.DataFrame({'d': pd.date_range('2024', periods=2, tz='UTC'), 'c': pd.Categorical(['u', 'v']), 'i': pd.array([1, None]), 's': pd.array(['a', None]), 'o': [[1], {2}]})",
        "x.iloc[0, 4].append(2)",
    ),
    "multi index": (
        "import pandas as pd\nx = pd.Series([1, 2], pd.MultiIndex.from_tuples([('a', 1), ('b', 2)], names=['k', 'l']))",
        "x.iloc[0] = 5",
    ),
    "timestamp": (
        "import pandas as pd\nx = [pd.Timestamp('2024-01-01', tz='Europe/Berlin'), pd.NA, pd.NaT, pd.Timedelta(1, 'h'), pd.Interval(0, 1)]",
        "x.pop()",
    ),
    "grouped": (
        "import pandas as pd\nx = pd.DataFrame({'a': [1, 1, 2], 'b': [1., 2., 3.]}).groupby('a')",
        "x = x['b']",
    ),
    # matplotlib
    "figure": (
        "from matplotlib.figure import Figure\nx = Figure(); a = x.subplots(); a.plot([1, 2, 3], label='l'); a.legend(); a.set_title('t')",
        "x.axes[0].set_title('u')",
    ),
    "pyplot figure": (
        "import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\nx, a = plt.subplots(1, 2); a[0].imshow([[1, 2]]); a[1].hist([1, 2, 2])",
        "a[1].set_xlabel('u')",
    ),
    "colour map": (
        "import matplotlib as mpl\nx = [mpl.colormaps['viridis'], mpl.colors.Normalize(0, 1)]",
        "x[1].vmax = 2",
    ),
}

OPAQUE: dict[str, tuple[str, str]] = {
    "generator": ("x = (n for n in [1])", "a generator"),
    "iterator": ("x = iter([1])", "an iterator"),
    "zip": ("x = zip([1], [2])", "an iterator"),
    "count": ("import itertools\nx = [itertools.count()]", "an iterator"),
    "file": ("x = {'f': open('/dev/null')}", "an open file"),
    "lock": ("import threading\nx = threading.Lock()", "a lock"),
    "thread": ("import threading\nx = threading.Thread()", "a thread"),
    "module by hand": ("import types\nx = types.ModuleType('made')", "a module made by hand"),
    "cache": ("import functools\n@functools.cache\ndef x(n): return n", "a value of type _lru_cache_wrapper"),
    "sparse": ("import torch\nx = torch.eye(3).to_sparse()", "a tensor of a special layout"),
    "weight norm": (
        "import torch\nx = torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(2, 2))",
        "a value of type ParametrizedLinear",
    ),
    "graph": ("import torch\nx = [torch.ones(1, requires_grad=True) * 2]", "a tensor with its computation graph"),
    "loader iterator": (
        "import torch.utils.data as d\nx = iter(d.DataLoader([1, 2]))",
        "a value of type _SingleProcessDataLoaderIter",
    ),
    "memory view": ("x = memoryview(b'a')", "a view of memory"),
    "match": ("import re\nx = re.match('a', 'a')", "a value of type Match"),
    "frame": ("import sys\nx = sys._getframe()", "a frame"),
    "traceback": ("try: 1 / 0\nexcept ZeroDivisionError as e: x = e.__traceback__", "a traceback"),
    "file in memory map": (
        "import numpy as np, tempfile\nx = np.memmap(tempfile.TemporaryFile(), 'u1', 'w+', shape=3)",
        "an array in a file",
    ),
    "refusing": ("class C:\n    def __reduce__(self): raise ValueError\nx = C()", "a value of type C"),
    "search path": ("import sys\nx = sys.path", "a list of Python's own"),
    "globals": ("x = globals()", "the globals of a module"),
    "too deep": ("x = []\nfor _ in range(50_000): x = [x]", "a value that is nested too deeply"),
}
