"""Decks and edits as Hypothesis draws them: small programs over a few names, with everything that state can hide in.

Names say what they mostly hold: a b c lists, d e dicts, n m numbers, s a set, t a tuple, f g functions, P Q R classes,
o p instances, i j iterators, x y arrays, h an open file. An assignment may put anything anywhere all the same.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from textwrap import indent
from typing import Any

from hypothesis import strategies as st

POOLS: Mapping[str, Sequence[str]] = {
    "l": "a b c".split(),
    "d": "d e".split(),
    "n": "n m".split(),
    "s": ["s"],
    "t": ["t"],
    "f": "f g".split(),
    "P": "P Q".split(),
    "o": "o p".split(),
    "i": "i j".split(),
    "x": "x y z".split(),
    "any": "a b c d n m s t f o i x".split(),
    "k": list("0123456789"),
    "w": "data/one.txt data/two.txt out.txt".split(),
    "v": ["DW_X", "DW_Y"],
}

FEATURES: dict[str, str] = {
    "lists": r"""
        {l} = [{k}, {k}]
        {l} = {l}
        {l} = [{l}, {l}]
        {l} = {l}[:]
        {l} = list({l})
        {l}.append({k})
        {l}.append({l})
        {l} += [{k}]
        {l} = {l} + [{k}]
        {l}[0] = {k}
        {l}[0].append({k})
        {l}.pop()
        {l}.clear()
        {l}, {l} = {l}, {l}
        {d} = {{'k': {l}, 'n': {k}}}
        {d}['k'].append({k})
        {d}['x{k}'] = {l}
        {d}.update(n={k})
        {d} = dict({d})
        {d} = {d}
        {d}['self'] = {d}
        {l} = list({d}.values())
        {n} = {k}
        {n} += {k}
        {n} = len({l})
        {n} = {l}[0]
        {t} = ({l}, {n})
        {t}[0].append({k})
        {s} = {{1, {k}}}
        {s}.add({k})
        {s} |= {{{k}}}
        {s} = frozenset({l})
        del {any}
        del {l}[0]
        {l} = [{n} + v for v in range({k})]
        {l} = [[v] for v in {l}]
        for {n} in range({k}): {l}.append({n})
        for {l} in {l}, {l}: {l}.append({k})
        if len({l}) > {k}: {l} = {n}
        {l} = {l} if {n} else [{k}]
        {any} = {any}
        {any} = None
        {l} = sorted({l}, key=str)
        import copy; {l} = copy.deepcopy({l})
        import copy; {l} = copy.copy({l})
        from collections import deque; {l} = deque({l}, maxlen=3)
        from collections import defaultdict; {d} = defaultdict(list, k={l})
        from collections import Counter; {d} = Counter(x if type(x) is int else 0 for x in {l})
        {l} = bytearray(b'abc')
        ({n} := {n} + {k})
        print({l} is {l}, {l} == {l})
        print({d} is {d}, {any} is {any})
        print({d}, {n}, {t})
        print(len(str({any})))
        assert {n} < {k}
    """,
    "functions": r"""
        def {f}(v={k}): return (v, {n}, {l})
        def {f}(v={k}): return (v, {k})
        def {f}(): return {f}() + {k}
        def {f}(): return (1, {n})
        def {f}(v=[{k}]):\n    v.append({k})\n    return v
        def {f}(v={l}): return v
        def {f}():\n    global {n}\n    {n} = {n} + {k}\n    return {n}
        def {f}(v={k}):\n    {l}.append(v)\n    return len({l})
        def make(v={k}):\n    def inc():\n        nonlocal v\n        v += {k}\n        return v\n    def get(): return v\n    return inc, get
        {f}, {f} = make()
        {f} = make({k})[0]
        {l} = make()
        {l}.append({f}())
        {n} = {f}()
        print({f}())
        print({f}({k}))
        print({f}(), {f}())
        {f} = lambda: {l}
        {f} = lambda v={k}: (v, {n})
        {f} = lambda v={l}: v
        {f}.count = {k}
        {f}.held = {l}
        print(getattr({f}, 'count', 'none'), getattr({f}, 'held', 'none'))
        {f} = {f}
        {l} = [{f}, {f}]
        print({l}[0]())
        {d}['f'] = {f}
        print({d}['f']())
        print({f}.__name__, {f}.__defaults__)
        {f}.__defaults__ = ({k},)
        from functools import partial; {f} = partial({f}, {k})
        import functools; {f} = functools.lru_cache({f})
        import functools; {f} = functools.wraps({f})(lambda *w: ('wrapped', {f}(*w)))
        def deco(fn):\n    def inner(*w): return ({k}, fn(*w))\n    return inner
        {f} = deco({f})
        def outer():\n    {l} = [{k}]\n    def inner(): return {l}\n    return inner
        {f} = outer()
        def {f}():\n    def inner(): return {n}\n    return inner()
        def {f}(): return [{n} for _ in range(2)]
        def {f}():\n    import math\n    return math.floor({k}.5)
    """,
    "classes": r"""
        class P:\n    count = {k}\n    items = []\n    def __init__(self, v={k}):\n        self.v = v\n        P.count += 1\n    def show(self): return (self.v, P.count, P.items)
        class P:\n    def __init__(self, v={k}): self.v = v\n    def show(self): return (self.v, {n})
        class P:\n    def __init__(self, v={k}): self.v = [v, {k}]\n    def show(self): return self.v
        class Q(P):\n    def show(self): return ('Q', {k}, super().show())
        class Q(P):\n    extra = {k}\n    @property\n    def prop(self): return (self.v, {l})\n    @classmethod\n    def made(cls): return cls({k})\n    @staticmethod\n    def still(): return {n}
        {o} = P({k})
        {o} = Q({l})
        {o} = Q.made()
        {o} = type({o})({k})
        {o} = {o}
        {o}.v = {l}
        {o}.v = {o}
        {o}.v = {k}
        {o}.v.append({k})
        {o}.w = {f}
        {l} = [{o}, {o}]
        {l} = {o}.v
        P.count = {k}
        P.items.append({k})
        P.items = {l}
        P.show = lambda self: ('new', {k}, self.v)
        {o}.show = lambda: {k}
        {f} = {o}.show
        print({f}())
        {f} = P
        print({o}.show())
        print({o}.prop, {o}.still())
        print(type({o}) is P, isinstance({o}, P), type({o}).__name__)
        print(type({o}) is type({o}), {o} is {o})
        print(sorted(vars({o})))
        print(P.count, P.items, getattr(P, 'extra', None))
        from dataclasses import dataclass, field\n@dataclass\nclass R:\n    r: int = {k}\n    u: list = field(default_factory=list)
        from dataclasses import dataclass\n@dataclass(frozen=True)\nclass R:\n    r: int = {k}
        {o} = R()
        {o} = R({k})
        {o}.u.append({k})
        print({o} == R({k}), {o})
        from enum import Enum\nclass E(Enum):\n    A = {k}\n    B = 'b'
        {n} = E.A
        print({n} is E.A, E['A'].value)
        from collections import namedtuple; N = namedtuple('N', 'q r')
        {t} = N({k}, {l})
        print({t}.q, {t}.r)
        class P:\n    __slots__ = ('v', 'u')\n    def __init__(self, v={k}): self.v = v\n    def show(self): return self.v
        class P(list):\n    def show(self): return (len(self), {k})
        class Meta(type):\n    made = []\n    def __new__(mcs, name, bases, body):\n        Meta.made.append(name)\n        return super().__new__(mcs, name, bases, body)
        class P(metaclass=Meta):\n    def show(self): return (Meta.made, {k})
        print(Meta.made)
        class P:\n    registry = []\n    def __init_subclass__(cls): P.registry.append(cls.__name__)\n    def __init__(self, v={k}): self.v = v\n    def show(self): return (P.registry, self.v)
        print(P.__subclasses__() == [], P.registry)
        class P:\n    def __init__(self, v={k}): self.v = v\n    def __repr__(self): return 'P%r' % (self.v,)\n    def __eq__(self, other): return {k} < 5\n    __hash__ = None
        class P:\n    helper = staticmethod({f})\n    def show(self): return self.helper()
    """,
    "random": r"""
        import random
        import random; random.seed({k})
        import random; print(random.random())
        import random; {n} = random.randint(0, 99)
        import random; {l} = [random.random() for _ in range({k})]
        import random; random.shuffle({l})
        import random; r = random.Random({k})
        print(r.random())
        {l} = r
        import random; print(random.choice({l}))
        import random; q = random.getstate()
        import random; random.setstate(q)
        from random import random as draw
        print(draw())
        {f} = draw
        print({f}())
        def {f}():\n    import random\n    return random.randint(0, 99)
        import numpy as np; print(np.random.rand())
        import numpy as np; np.random.seed({k})
        import numpy as np; {x} = np.random.rand(2)
        import numpy as np; np.random.shuffle({l})
        import numpy as np; rng = np.random.default_rng({k})
        print(rng.random())
        {l} = rng
        print({l}.random())
        {n} = {k}
    """,
    "arrays": r"""
        import numpy as np; {x} = np.arange({k} + 3.)
        import numpy as np; {x} = np.zeros((2, 3)) + {k}
        {x} = {x}
        {x} = {x}[1:]
        {x} = {x}.copy()
        {x} = {x}.reshape(-1)
        {x} = {x}.T
        {x} = {x} + {k}
        {x} += {k}
        {x}[0] = {k}
        {x}[{x} > 1] = {k}
        {x}[...] = {k}
        {x} = {x}[::2]
        {x} = {x}[::-1]
        {l} = [{x}, {x}]
        {d} = {{'k': {x}}}
        {d}['k'] += {k}
        {l}[0] += {k}
        {n} = {x}[0]
        {n} = float({x}.sum())
        {x} = {x}.astype(int)
        {x} = {x}.view()
        {x}.flags.writeable = False
        {x}.shape = (-1,)
        import numpy as np; {x} = np.array([[{k}], {l}], dtype=object)
        import numpy as np; {x} = np.asarray({l})
        import numpy as np; {x} = np.frombuffer(bytes(16))
        buf = bytearray(16)
        import numpy as np; {x} = np.frombuffer(buf)
        buf[0:8] = bytes([{k}]) * 8
        print(bytes(buf))
        print({x}, {x}.sum())
        print({x}.base is None, {x}.shape, {x}.strides)
        import numpy as np; print(np.shares_memory({x}, {x}), {x} is {x})
        import numpy as np; {s} = np.float64({k})
        import numpy as np; np.set_printoptions(precision={k})
        import numpy as np; print({x} / 3)
        import numpy as np; np.seterr(all='ignore')
        import numpy as np; print(np.log({x} - {k}))
        {f} = lambda: {x}.sum()
        print({f}())
    """,
    "iterators": r"""
        def gen(v={k}):\n    for u in range(v): yield u
        def gen(v=None):\n    for u in {l}: yield u + {k}
        {i} = gen()
        {i} = gen({k})
        {i} = iter({l})
        {i} = {i}
        {i} = (v for v in {l})
        {i} = zip({l}, {l})
        {i} = enumerate({l})
        {i} = map(type, {l})
        import itertools; {i} = itertools.islice(itertools.count({k}), 9)
        import itertools; {i} = itertools.chain({l}, {i})
        import itertools; {i}, j = itertools.tee({i})
        {i} = iter(range({k}))
        {i} = reversed({l})
        {i} = iter({d})
        print(next({i}))
        print(next({i}), next({i}))
        next({i})
        print(list({i}))
        {l} = list({i})
        {l}.append(next({i}))
        {l} = [{i}, {k}]
        print(next({l}[0]))
        {d}['g'] = {i}
        print(next({d}['g']))
        {f} = {i}.__next__
        print({f}())
        def {f}(): return next({i})
        for {n} in {i}: break
        {l} = {d}.keys()
        print({l})
        {i} = memoryview(bytearray([{k}, {k}]))
        print(list({i}))
    """,
    "files": r"""
        open('{w}', 'w').write('{k}')
        with open('{w}', 'w') as file: file.write('{k}')
        with open('{w}', 'a') as file: file.write('{k}')
        with open('{w}') as file: {n} = file.read()
        print(open('{w}').read())
        from pathlib import Path; Path('{w}').write_text(str([x for x in {l} if type(x) is int]))
        from pathlib import Path; print(Path('{w}').read_text())
        from pathlib import Path; print(Path('{w}').exists())
        from pathlib import Path; {l} = Path('{w}').read_text().split()
        from pathlib import Path; {n} = Path('{w}')
        print({n}.read_text())
        from pathlib import Path; print(sorted(part.name for part in Path('data').iterdir()))
        from pathlib import Path; print(sorted(str(part) for part in Path('.').glob('data/*.txt')))
        from pathlib import Path; Path('{w}').unlink()
        from pathlib import Path; Path('data/sub').mkdir(exist_ok=True)
        from pathlib import Path; print(Path('{w}').stat().st_size)
        from pathlib import Path; Path('{w}').rename('data/new.txt')
        import os; print(sorted(os.listdir('data')))
        import os; print(os.path.exists('{w}'), os.path.isdir('data/sub'))
        import os; os.remove('{w}')
        import os; os.replace('{w}', 'data/new.txt')
        import shutil; shutil.copy('{w}', 'data/copy.txt')
        import shutil; print(shutil.copyfileobj is None)
        h = open('{w}')
        h = open('{w}', 'w')
        h.write('{k}')
        h.flush()
        h.close()
        print(h.readline())
        print(h.read(1))
        import json; json.dump({l}, open('data/some.json', 'w'))
        import json; print(json.load(open('data/some.json')))
        import pickle; pickle.dump({l}, open('data/some.pkl', 'wb'))
        import pickle; {l} = pickle.load(open('data/some.pkl', 'rb'))
        import numpy as np; np.save('data/x.npy', np.arange({k}))
        import numpy as np; print(np.load('data/x.npy'))
        def {f}(): return open('{w}').read()
        print({f}())
        import io; h = io.StringIO('ab{k}')
    """,
    "ambients": r"""
        import os; os.environ['{v}'] = '{k}'
        import os; print(os.environ.get('{v}'))
        import os; print(os.getenv('{v}', 'none'))
        import os; del os.environ['{v}']
        import os; print('{v}' in os.environ)
        import os; {n} = os.environ.get('{v}')
        import os; os.environ.pop('{v}', None)
        from os import environ; print(environ.get('{v}'))
        import os; {d} = os.environ
        print({d}.get('{v}'))
        def {f}():\n    import os\n    return os.environ.get('{v}')
        print({f}())
        import os; os.chdir('data')
        import os; os.chdir('..')
        import os; print(os.path.basename(os.getcwd()) == 'data')
        import os; print(os.path.exists('one.txt'))
        from pathlib import Path; print(Path.cwd().name == 'data')
        print(open('one.txt').read())
        import sys; sys.path.append('p{k}')
        import sys; print([part for part in sys.path if part.startswith('p')])
        import warnings; warnings.simplefilter('ignore')
        import warnings; warnings.simplefilter('error')
        import warnings; warnings.filterwarnings('ignore', message='w{k}')
        import warnings; warnings.resetwarnings()
        import warnings; warnings.warn('w{k}')
        import warnings\nwith warnings.catch_warnings():\n    warnings.simplefilter('ignore')\n    warnings.warn('w{k}')
        import numpy as np; np.set_printoptions(precision={k})
        import numpy as np; print(np.array([1 / 3]))
        import numpy as np; print(np.array([1.]) / 0)
        import numpy as np; np.seterr(divide='ignore')
        import numpy as np; np.seterr(divide='raise')
        import sys; sys.setrecursionlimit(100{k}00)
        import sys; print(sys.getrecursionlimit() > 20000)
        import decimal; decimal.getcontext().prec = {k} + 1
        import decimal; print(decimal.Decimal(1) / 3)
        import locale; print(locale.getlocale() is None)
        import time; time.tzset()
        import sys; sys.argv.append('{k}')
        import sys; print(len(sys.argv))
        import logging; logging.getLogger('deck').setLevel({k})
        import logging; print(logging.getLogger('deck').level)
    """,
    "modules": r"""
        import helper
        import helper; print(helper.f({k}))
        import helper; print(helper.STATE, helper.COUNT)
        import helper; helper.STATE.append({k})
        import helper; helper.COUNT += 1
        import helper; helper.COUNT = {k}
        import helper; print(helper.bump())
        import helper; helper.STATE = {l}
        import helper; {l} = helper.STATE
        import helper; helper.f = lambda v: ({k}, v)
        import helper; {f} = helper.f
        from helper import f as {f}
        print({f}({k}))
        from helper import *
        print(g({k}))
        print(STATE)
        from helper import Thing; {o} = Thing({k})
        {o}.more({k})
        print({o}.show())
        import helper; print(helper.Thing.made)
        import helper; print(isinstance({o}, helper.Thing))
        def {f}(v={k}):\n    import helper\n    return helper.f(v)
        import importlib, helper; importlib.reload(helper)
        import math; math.sin = lambda v: {k}
        import math; print(math.sin(0))
        import math; math.extra = {k}
        import math; print(getattr(math, 'extra', 'none'))
        import other; print(other.twice({k}))
        from other import twice as {f}
        import other; other.LIMIT = {k}
        import other; print(other.LIMIT)
        import sys; print('helper' in sys.modules)
        import json; json.dumps = lambda v: 'dumped {k}'
        import json; print(json.dumps({{}}))
        import builtins; builtins.extra = {k}
        print(extra)
        {f} = print
        import helper; {d} = vars(helper)['STATE']
        import helper; print(helper.cached({k}), helper.CACHE)
    """,
    "odd": r"""
        exec('{l} = [{k}]')
        exec('print({l})')
        globals()['{n}'] = {k}
        print(globals().get('{n}'), '{l}' in globals())
        print(eval('{l}'))
        print(sorted(v for v in globals() if len(v) == 1))
        print(_)
        {k}
        {l}
        {n} + {k}
        print(Out)
        print(In[1][:5])
        print(sorted(v for v in dir() if len(v) == 1))
        _
        {f} = lambda: eval('{n}')
        print({f}())
        def {f}():\n    exec('{l}.append({k})')
        {f}()
        import __main__; __main__.{n} = {k}
        import __main__; print(__main__.{n})
        import sys; print(sys.modules['__main__'].{n})
        try:\n    1 / {k}\nexcept ZeroDivisionError as error:\n    {l}.append('zero')
        match {n}:\n    case {k}: {l} = ['match']\n    case _: {l} = ['none']
        import contextlib\nwith contextlib.suppress(Exception):\n    {l}.append({n})
        import threading; lock = threading.Lock()
        import threading; thread = threading.Thread(target=lambda: {l}.append({k})); thread.start(); thread.join()
        print(lock.acquire(blocking=False))
        import weakref; ref = weakref.ref({s})
        print(ref() is {s})
        import gc; gc.collect()
        from IPython.display import display; display({l})
        class K: pass
        {l} = K()
        {l}.at = {l}
        import types; {n} = types.SimpleNamespace(v={l})
        {n}.v.append({k})
        print({n}.v)
        {n}: int = {k}
        print(__annotations__)
        import asyncio; {n} = await asyncio.sleep(0, {k})
        {l}: list = [{k}]
        type({l})
        {n} = property(lambda self: {k})
        {n} = slice({k}, None)
        {n} = range({k})
        {n} = 10 ** {k}
        {n} = float('nan')
        {n} = b'{k}'
        {n} = Ellipsis
        import datetime; {n} = datetime.date(200{k}, 1, 1)
        import re; {n} = re.compile('{k}')
        from fractions import Fraction; {n} = Fraction({k}, 7)
        print(repr({n}))
    """,
}
ALWAYS = "lists"

# Cells that decks about a feature begin with, so that there are things to use.
STARTS: dict[str, tuple[str, ...]] = {
    "lists": (
        "a = [1, 2]\nb = a\nc = [[3], a]",
        "d = {'k': a, 'n': 1}\ne = {'k': [5]}\nn, m = 1, 2\ns = {1, 2}\nt = (a, n)",
    ),
    "functions": (
        "def f(v=1): return (v, n)\ng = lambda v=2: (v, a)",
        "def make(v=1):\n    def inc():\n        nonlocal v\n        v += 1\n        return v\n    def get(): return v\n    return inc, get",
        "def deco(fn):\n    def inner(*w): return (1, fn(*w))\n    return inner",
    ),
    "classes": (
        "class P:\n    count = 0\n    items = []\n    def __init__(self, v=1):\n        self.v = [v]\n        P.count += 1\n    def show(self): return (self.v, P.count)",
        "class Q(P):\n    def show(self): return ('Q', super().show())\no, p = P(1), Q(2)\nf = o.show",
    ),
    "random": (
        "import random\nr = random.Random(1)\nq = random.getstate()",
        "import numpy as np\nrng = np.random.default_rng(1)\nf = rng.random",
    ),
    "arrays": (
        "import numpy as np\nx = np.arange(6.)\ny = x[1:]\nz = np.zeros((2, 3))",
        "buf = bytearray(16)\nf = lambda: x.sum()",
    ),
    "iterators": (
        "def gen(v=3):\n    for u in range(v): yield u",
        "i = gen(5)\nj = iter(a)\nf = i.__next__",
    ),
    "files": (
        "h = open('data/one.txt')\ng = open",
        "open('out.txt', 'w').write('1 2')\ndef f(): return open('out.txt').read()",
    ),
    "ambients": ("import os\ndef f(): return os.environ.get('DW_X')",),
    "modules": ("import helper\nf = helper.f", "from helper import Thing\no = Thing(1)"),
    "odd": ("f = lambda: eval('n')\nimport threading\nlock = threading.Lock()",),
}

HELPERS = (
    "STATE = [1]\nCOUNT = 0\nCACHE = {}\n\n\ndef f(v):\n    return v + 1\n\n\ndef g(v):\n    return f(v) * 2\n\n\n"
    "def bump():\n    global COUNT\n    COUNT += 1\n    return COUNT\n\n\ndef cached(v):\n    CACHE[v] = v\n    return len(CACHE)\n\n\n"
    "class Thing:\n    made = 0\n    def __init__(self, v):\n        self.v = [v]\n        Thing.made += 1\n"
    "    def more(self, v):\n        self.v.append(v)\n    def show(self):\n        return (self.v, f(1))\n",
)
HELPERS = (
    HELPERS[0],
    HELPERS[0].replace("v + 1", "v + 2"),
    HELPERS[0].replace("STATE = [1]", "STATE = [1, 2]"),
    HELPERS[0] + "\nprint('helper is here')\n",
    HELPERS[0].replace("f(v) * 2", "f(v) * 3"),
    "# a comment\n" + HELPERS[0],
    HELPERS[0].replace("self.v, f(1)", "self.v, 'shown'"),
    HELPERS[0] + "\nfrom other import LIMIT\nSTATE.append(LIMIT)\n",
)
OTHERS = (
    "from helper import f\nLIMIT = 5\n\n\ndef twice(v):\n    return f(f(v))\n",
    "LIMIT = 5\n\n\ndef twice(v):\n    return v * 2\n",
    "from helper import f\nLIMIT = 6\n\n\ndef twice(v):\n    return f(f(v))\n",
)


@dataclass(frozen=True)
class Piece:
    """One cell or inline expression."""

    lines: tuple[str, ...] = ()  # statements
    shows: tuple[str, ...] = ()  # names
    guarded: bool = False  # goes on after exceptions
    last: str = ""  # an expression whose value is shown
    label: str = ""
    options: str = ""
    comment: str = ""
    inline: str = ""
    prose: str = ""

    @property
    def code(self) -> str:
        if not self.guarded:
            shown = [f"print({', '.join(repr(name) + ', ' + name for name in self.shows)})"] if self.shows else []
            parts = [*self.lines, *shown]
        else:
            body = indent("\n".join(self.lines or ("pass",)), "    ")
            parts = [f"try:\n{body}\nexcept Exception as error:\n    print(type(error).__name__)"]
            parts += [
                f"try:\n    print({name!r}, {name})\nexcept Exception:\n    print('no {name}')" for name in self.shows
            ]
        parts += [self.last] if self.last else []
        return "\n".join([*([f"# {self.comment}"] if self.comment else []), *parts]) or "pass"


@dataclass(frozen=True)
class World:
    """All that an author can change between two builds."""

    pieces: tuple[Piece, ...]
    helper: str = HELPERS[0]
    other: str = OTHERS[0]
    data: tuple[tuple[str, str], ...] = (("data/one.txt", "1"), ("data/two.txt", "2 3"))
    variables: tuple[tuple[str, str | None], ...] = (("DW_X", None), ("DW_Y", "y"))
    text: str = ""  # of prose

    @property
    def deck(self) -> str:
        parts, number = ["---\ntitle: t\n---\n\n## A\n\n"], 0
        for piece in self.pieces:
            if piece.inline:
                parts.append(f"Value `{{python}} {piece.inline}` {piece.prose}\n\n")
                continue
            number += 1
            label = piece.label or f"c{number}"
            parts.append(f'```{{python label="{label}"{piece.options}}}\n{piece.code}\n```\n\n{piece.prose}\n\n')
        return "".join(parts) + self.text


def shown(features: Sequence[str]) -> list[str]:
    """Names that a deck about these features is likely to have."""
    own = {"classes": "o", "iterators": "i", "arrays": "x"}
    return [*"a b c d n m s t".split(), *(own[feature] for feature in dict.fromkeys(features) if feature in own)]


def templates(features: Sequence[str]) -> list[str]:
    found = []
    for feature in features:
        lines = FEATURES[feature].strip("\n").split("\n")
        found += [line.strip().replace("\\n", "\n") for line in lines if line.strip()]
    return found


def filled(template: str, draw: Any) -> str:
    """A template with names drawn for its slots."""

    def name(found: re.Match[str]) -> str:
        pool = POOLS[found[1]]
        return str(draw(st.sampled_from(pool)))

    return (
        re.sub(r"\{(\w+)\}", name, template.replace("{{", "\0").replace("}}", "\1"))
        .replace("\0", "{")
        .replace("\1", "}")
    )


@st.composite
def statement(draw: Any, features: tuple[str, ...]) -> str:
    feature = draw(st.sampled_from(features))
    return filled(draw(st.sampled_from(templates([feature]))), draw)


@st.composite
def piece(draw: Any, features: tuple[str, ...]) -> Piece:
    kind = draw(st.integers(0, 29))
    if kind == 29:
        name = draw(st.sampled_from(POOLS["any"]))
        return Piece(
            inline=f"str({name}) if '{name}' in dir() else 'none'"
            if draw(st.booleans())
            else str(draw(st.integers(0, 9)))
        )
    if kind == 28 and "odd" in features:
        lines = draw(st.lists(statement(features), min_size=0, max_size=2))
        return Piece((*lines, "raise ValueError('meant')"), options=" error=true")
    lines = draw(st.lists(statement(features), min_size=1, max_size=3))
    shows = draw(st.lists(st.sampled_from(shown(features)), max_size=3, unique=True))
    last = draw(st.sampled_from(["", "", "", *shown(features)])) if kind < 5 else ""
    guarded = draw(st.integers(0, 19)) > 0
    if guarded and last:
        last = ""
    options = ' cache="never"' if kind == 27 else ""
    return Piece(tuple(lines), tuple(shows), guarded, last, options=options)


Edit = tuple[Any, ...]


@st.composite
def edit(draw: Any, features: tuple[str, ...]) -> Edit:
    kinds = ["constant", "constant", "constant", "insert", "delete", "move", "duplicate", "relabel", "comment", "undo"]
    kinds += ["prose", "nothing", "statement", "statement", "show", "swap"]
    if "modules" in features:
        kinds += ["helper", "helper", "other"]
    if "files" in features or "ambients" in features:
        kinds += ["data", "data"]
    if "ambients" in features:
        kinds += ["variable", "variable"]
    kind = draw(st.sampled_from(kinds))
    at, to = draw(st.integers(0, 8)), draw(st.integers(0, 8))
    what: Any = None
    if kind == "insert":
        what = draw(piece(features))
    elif kind == "statement":
        what = draw(statement(features))
    elif kind == "show":
        what = draw(st.sampled_from(shown(features)))
    elif kind in ("constant", "data", "variable"):
        what = draw(st.integers(0, 9))
    return (kind, at, to, what)


def edited(world: World, change: Edit, history: Sequence[World]) -> World:
    """The world after an edit."""
    kind, at, to, what = change
    pieces = list(world.pieces)
    if kind == "undo":
        return history[at % len(history)]
    if kind == "insert":
        pieces.insert(at % (len(pieces) + 1), what)
    elif kind == "helper":
        return replace(world, helper=HELPERS[at % len(HELPERS)])
    elif kind == "other":
        return replace(world, other=OTHERS[at % len(OTHERS)])
    elif kind == "data":
        data = dict(world.data)
        data[list(data)[at % len(data)]] = str(what)
        return replace(world, data=tuple(data.items()))
    elif kind == "variable":
        variables = dict(world.variables)
        variables[list(variables)[at % len(variables)]] = str(what) if what else None
        return replace(world, variables=tuple(variables.items()))
    elif kind == "prose":
        return replace(world, text=f"{world.text}\n\nMore prose.\n")
    elif pieces:
        at, to = at % len(pieces), to % len(pieces)
        old = pieces[at]
        if kind == "delete" and len(pieces) > 1:
            pieces.pop(at)
        elif kind == "move":
            pieces.insert(to, pieces.pop(at))
        elif kind == "duplicate":
            pieces.insert(to, replace(old, label=""))
        elif kind == "swap":
            pieces[at], pieces[to] = pieces[to], pieces[at]
        elif old.inline:
            pass
        elif kind == "relabel":
            pieces[at] = replace(old, label=f"{old.label or 'l'}{at}" if not old.label else "")
        elif kind == "comment":
            pieces[at] = replace(old, comment=f"{old.comment}note")
        elif kind == "show":
            pieces[at] = replace(old, shows=(*(name for name in old.shows if name != what), what))
        elif kind == "statement" and old.lines:
            lines = list(old.lines)
            lines[to % len(lines)] = what
            if not old.options.startswith(" error"):
                pieces[at] = replace(old, lines=tuple(lines))
        elif kind == "constant":
            places = [
                (row, found.start())
                for row, line in enumerate(old.lines)
                for found in re.finditer(r"(?<![\w.])\d\b", line)
            ]
            if places:
                row, column = places[to % len(places)]
                line = old.lines[row]
                lines = list(old.lines)
                lines[row] = f"{line[:column]}{what}{line[column + 1 :]}"
                pieces[at] = replace(old, lines=tuple(lines))
    labels = [one.label for one in pieces if one.label]
    if len(set(labels)) < len(labels):
        pieces = [replace(one, label="") for one in pieces]
    return replace(world, pieces=tuple(pieces))


@st.composite
def session(draw: Any, features: tuple[str, ...], most: int = 2) -> tuple[World, list[Edit]]:
    """A deck and what its author does to it. Each deck is about a few features."""
    others = [feature for feature in features if feature != ALWAYS]
    chosen = draw(st.lists(st.sampled_from(others), max_size=most, unique=True)) if others else []
    mix = (*chosen, *chosen, ALWAYS)
    pieces = draw(st.lists(piece(mix), min_size=2, max_size=8))
    if draw(st.integers(0, 9)):
        starts = [Piece(tuple(code.split("\0"))) for feature in (ALWAYS, *chosen) for code in STARTS[feature]]
        pieces = [*starts, *pieces]
    world = World(tuple(pieces))
    edits = draw(st.lists(edit(mix), min_size=1, max_size=6))
    return world, edits
