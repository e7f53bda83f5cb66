"""What code can read and bind is told from its text, never too little; layout and comments are no part of its key."""

import ast
import dis
import sys
import types
import warnings
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deckwright.execute.analysis.names import code_names, names_of
from deckwright.execute.analysis.uses import NAMESPACES

IN_CLASS = "class A:\n    x = x\n    def f(self): return self.y + z\n    __w += 1"
READS = {  # code: names that it can read before it has bound them, names that it cannot
    "x = y": ("y", "x"),
    "x += 1": ("x", ""),
    "del x": ("x", ""),
    "x[0] = y.z": ("x y", "z"),
    "print(f'{x:{width}} {y=}')": ("print x width y", ""),
    "def f(a, *b, c=d, **e: g) -> h:\n    i = a\n    return i + j": ("d g h j", "a b c e i f"),
    "def f():\n    global x\n    x = 1": ("x", ""),
    "def f():\n    x = 1\n    def g():\n        nonlocal x\n        x += y\n    return g": ("y", "x"),
    "def f():\n    return g()\ndef g(): ...": ("g", ""),
    "lambda x, y=z: x + w": ("z w", "x y"),
    IN_CLASS: ("x z _A__w", "y self"),
    "@dec\nclass A(B, metaclass=M):\n    a: T = 1": ("dec B M T", "a A"),
    "[x for x in xs if x > y]": ("xs y", "x"),
    "{k: v for k, v in d.items()}; {c for c in s}": ("d s", "k v c items"),
    "[x for x in x]": ("x", ""),
    "[x for x in xs]; x": ("xs x", ""),
    "[last := x for x in xs]": ("xs", "x"),
    "for i in xs:\n    total += i": ("xs total", "i"),
    "with open(p) as f: f.read()": ("open p", "read"),
    "with suppress(E), g() as x: pass\nx": ("suppress E g x", ""),
    "try: a\nexcept E as e: e": ("a E", ""),
    "match m:\n    case P(x=a, y=0): a\n    case {'k': v, **rest}: v\n    case [*st]: st": ("m P", "x y"),
    "import a.b, c as d": ("", "a b c d"),
    "await f(x)": ("f x", ""),
    "async def g():\n    async for i in xs: yield i": ("xs", "i"),
    "if c:\n    x = 1\nx": ("c x", ""),
    "def f(x: 'Tensor') -> 'list[Other]': ...": ("Tensor list Other", "x"),
    "from __future__ import annotations\ndef f(x: T): ...": ("T", ""),
    "df.query('a > @limit')": ("df limit", ""),
    "smf.ols('y ~ np.log(x)', df)": ("smf np df", ""),
    "pd.eval('left + right')": ("pd left right", ""),
    "print('left and right')": ("print", "left right"),
    "%matplotlib inline\nx = y": ("y", "x"),
    "%time x = f(y)": ("f y", ""),
    "%timeit -n 10 -r 3 f(y)": ("f y", ""),
    "%%time\nx = f(y)": ("f y", ""),
    "  x = y\n  z = w": ("y w", "x z"),
    "x = !ls -l\ny = x": ("", "y"),
    "?x.y": ("x", ""),
    '%matplotlib inline\ns = f"""\n%{x}"""': ("x", ""),
}
BINDS = {
    "x = y = z": "x y",
    "a, (b, *c) = d": "a b c",
    "x: int = 1": "x",
    "x += 1": "x",
    "del x": "x",
    "import a.b, c as d": "a d",
    "from a import b as c, d": "c d",
    "from a import *": "*",
    "def f(a):\n    b = 1\n    global g\n    g = 2": "f g",
    "class A:\n    a = 1": "A",
    "for i in x:\n    y = 1": "i y",
    "with a as b: pass": "b",
    "try: pass\nexcept E as e: pass": "e",
    "if (n := f()): pass": "n",
    "[last := x for x in xs]": "last",
    "[x for x in xs]": "",
    "x = [x for x in xs]": "x",
    "match m:\n    case {'k': v, **rest}: pass\n    case [*items] | items: pass": "v rest items",
    "x.y = 1; z[0] = 2": "",
    "exec(code)": "*",
    "a, b = !ls": "a b",
    "%load_ext my.ext": "my",
    "%%capture out\nx = 1": "out x",
    "%%html\n<b>x = 1</b>": "",
}
EVERYTHING = (
    "exec(x)", "eval(x)", "globals()", "locals()['x']", "vars()", "dir()", "import __main__", "sys.modules['x']",
    "get_ipython().run_cell(x)", "x.__globals__", "!echo {x}", "!echo $x", "%run other.py", "%who", "%%cython\nx",
    "import sys as s; s.modules", "from sys import modules", "pickle.load(f)", "import pickle as p; p.loads(b)",
    "from pickle import loads", "torch.load(f, weights_only=False)", "np.load(f, allow_pickle=flag)", "df.query(text)",
    "timeit.timeit('f()', 'from __main__ import f')", "%%html {x}\n", "typing.get_type_hints(f)",
)  # fmt: skip
NOT_EVERYTHING = (
    "model.eval()", "vars(x)", "dir(x)", "for m in model.modules(): m", "from a import *", "!ls -l", "%matplotlib inline",
    "def f(exec): return exec(x)", "json.load(f)", "torch.load(f, weights_only=True)", "df.query('a > 1')",
    "if __name__ == '__main__': f()", "df.query(f'a > {x}')", "df.query('a > ' + x)", "%%html\n<b>{x}</b>", "",
)  # fmt: skip
HISTORY = ("_", "print(__)", "Out[3]", "In", "_12 + 1", "_i3", "_oh", "f(_dh)", "def f(): return _")
NOT_HISTORY = ("_ = 1", "for _ in x: pass", "a, _ = f()\nprint(_)", "def f(_): return _", "_private", "[1 for _ in x]")
SOURCE = (
    "import inspect", "inspect.getsource(f)", "traceback.print_exc()", "f.__code__.co_code", "sys._getframe()", "__file__",
    "f??", "?f", "warnings.warn('x')", "log.exception('x')", "logging.basicConfig(format='%(lineno)d')", "help(f)", "dis.dis(f)",
    "logging.error('x', exc_info=True)",
)  # fmt: skip
NOT_SOURCE = ("source = 1", "warnings.filterwarnings('ignore')", "print(lines)", "# inspect")
CLOCK = (
    "time.time()", "import time as t; t.time", "from time import time", "time()", "time.perf_counter()", "datetime.now()",
    "field(default_factory=dt.datetime.now)", "date.today()", "uuid4()", "os.urandom(3)", "secrets.token_hex()",
    "np.random.default_rng()", "default_rng(None)", "random.Random()", "random.seed()", "np.datetime64('now')", "%time f()",
    "%%timeit\nf()", "default_rng(seed=None)",
)  # fmt: skip
NOT_CLOCK = (
    "default_rng(0)",
    "Random(seed)",
    "np.random.seed(1)",
    "x.time",
    "now = 1; print(now)",
    "plot(x, label='time')",
)


@pytest.mark.parametrize("code", READS)
def test_reads(code: str) -> None:
    wanted, unwanted = (set(words.split()) for words in READS[code])
    found = names_of(code).reads
    assert wanted <= found
    assert not unwanted & found


@pytest.mark.parametrize("code", BINDS)
def test_binds(code: str) -> None:
    assert names_of(code).binds == set(BINDS[code].split())


@pytest.mark.parametrize(
    ("flag", "yes", "no"),
    [
        ("everything", EVERYTHING, NOT_EVERYTHING),
        ("history", HISTORY, NOT_HISTORY),
        ("source", SOURCE, NOT_SOURCE),
        ("clock", CLOCK, NOT_CLOCK),
    ],
)
def test_flags(flag: str, yes: tuple[str, ...], no: tuple[str, ...]) -> None:
    assert [code for code in yes if not getattr(names_of(code), flag)] == []
    assert [code for code in no if getattr(names_of(code), flag)] == []


@pytest.mark.parametrize(
    ("code", "imports"),
    [
        ("import a.b as c, d", {("a.b", "*"), ("d", "*")}),
        ("from a.b import c, d as e", {("a.b", "c"), ("a.b", "d")}),
        ("from a import *", {("a", "*")}),
        ("def f():\n    from a import b", {("a", "b")}),
        ("import_module('a.b'); __import__('c')", {("a.b", "*"), ("c", "*")}),
        ("importlib.import_module(name)", {("*", "*")}),
        ("%load_ext a.b", {("a.b", "*")}),
    ],
)
def test_imports(code: str, imports: set[tuple[str, str]]) -> None:
    assert names_of(code).imports == imports


def test_of_another_language_all_words_count() -> None:
    names = names_of("%%cython\nimport helper; x y")
    assert names.everything
    assert {"x", "y"} <= names.reads
    assert "*" in names.binds
    assert ("helper", "*") in names.imports


@pytest.mark.parametrize(
    "code", ["x y", "y = = 2", "f(", "ls *.py", "if x:\ny", "%time f(\nx y", "def f():\n    x = 1\n    global x"]
)
def test_what_is_no_code_reads_nothing(code: str) -> None:
    names = names_of(code)
    assert isinstance(names.mistake, SyntaxError)
    assert (names.reads, names.binds, names.everything, names.history) == (frozenset(), frozenset(), False, False)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x=1", "x = 1  # one\n\n"),
        ("f(a,b)", "f(\n    a,  # first\n    b,\n)"),
        ("'a' 'b'", '"ab"'),
        ("f'{x}'", 'f"{x}"'),
        ("x = 1; y = 2", "x = 1\ny = 2"),
        ("f();", "f() ;  # nothing is shown"),
        ("f(';')", "f(';') # ;"),
        ("%time f()", "%time f()\n  "),
    ],
)
def test_layout_is_no_part_of_the_key(one: str, other: str) -> None:
    assert names_of(one).key == names_of(other).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("f()", "f();"),
        ("'é'", "'é';"),
        ("f()", "f()\\\n;"),
        ("x = 1", "x = True"),
        ("x = 1", "x = 1.0"),
        ("x = 0.0", "x = -0.0"),
        ("x = '1'", "x = b'1'"),
        ("x = 1.5", "x = '1.5'"),
        ("x = None", "x = 'None'"),
        ("return", "return None"),
        ("x = a, b", "x = [a, b]"),
        ("f(a, b)", "f(a)(b)"),
        ("'''a'''\nx", "'''b'''\nx"),
        ("f'{x}'", "f'{x!r}'"),
        ("f'{x=}'", "f'{x =}'"),
        ("x: int = 1", "x: str = 1"),
        ("async def f(): ...", "def f(): ..."),
        ("for x in y: ...\nelse: a", "for x in y: ...\na"),
        ("global x", "global y"),
        (f"x = 0x{'1' * 9000}", f"x = 0x{'2' * 9000}"),
        ("%time f()", "%time  f()"),
    ],
)
def test_the_key_tells_code_apart(one: str, other: str) -> None:
    assert names_of(one).key != names_of(other).key


@pytest.mark.parametrize(
    "code", ["", "\0", "\ud800", "x = '\ud800'", "(" * 5000, "-" * 50_000 + "1", "1" + "+1" * 20_000, "%%", "!", "?"]
)
def test_strange_texts_are_no_trouble(code: str) -> None:
    assert names_of(code).key


def test_nothing_is_said_of_invalid_escapes() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        assert names_of(r"x = '\d' + y").reads == {"y"}
    assert told == []


NAMES = st.sampled_from(["a", "b", "c", "total", "é"])
CONSTANTS = st.one_of(
    st.integers(0, 10**30),
    st.floats(0, allow_nan=False, allow_infinity=False),
    st.text(max_size=5),
    st.binary(max_size=3),
    st.booleans(),
).map(repr)
EXPRESSIONS = st.recursive(
    NAMES | CONSTANTS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "<", "and", "@", "is not"]), inner).map("({0[0]} {0[1]} {0[2]})".format),
        st.tuples(NAMES, inner, inner).map("{0[0]}({0[1]}, key={0[2]})".format),
        st.tuples(NAMES, NAMES, inner).map("{0[0]}.{0[1]}[{0[2]}:]".format),
        st.tuples(inner, NAMES, inner).map("[{0[0]} for {0[1]} in {0[2]}]".format),
        st.tuples(NAMES, inner).map("(lambda {0[0]}=1, *args: {0[1]})".format),
        st.tuples(inner, inner).map("{{{0[0]}: {0[1]}}}".format),
        NAMES.map("f'text {{{0}!r:>{0}}}'".format),
    ),
    max_leaves=6,
)
STATEMENTS = st.one_of(
    EXPRESSIONS,
    st.tuples(NAMES, st.sampled_from(["=", "+=", ": int ="]), EXPRESSIONS).map("{0[0]} {0[1]} {0[2]}".format),
    st.tuples(NAMES, EXPRESSIONS).map("def {0[0]}(x, /, y: int = 1):\n    'Tell.'\n    return {0[1]}".format),
    st.tuples(NAMES, EXPRESSIONS).map("class {0[0]}(a, b=c):\n    x = {0[1]}".format),
    st.tuples(EXPRESSIONS, EXPRESSIONS).map("if {0[0]}:\n    a = {0[1]}\nelse:\n    pass".format),
    st.tuples(NAMES, NAMES).map("from {0[0]}.d import {0[1]} as b, c".format),
)
PROGRAMS = st.lists(STATEMENTS, min_size=1, max_size=4).map("\n".join)


@given(PROGRAMS, st.sampled_from(["", "# why", "\n\n", "   "]))
def test_written_anew_code_keeps_its_key(code: str, extra: str) -> None:
    anew = "\n".join(f"{ast.unparse(node)}  {extra}" for node in ast.parse(code).body)
    assert names_of(f"# first\n{anew}").key == names_of(code).key


@given(PROGRAMS, st.data())
def test_with_another_name_or_constant_the_key_is_another(code: str, data: st.DataObject) -> None:
    tree = ast.parse(code)
    places = [
        (node, field)
        for node in ast.walk(tree)
        for field, value in ast.iter_fields(node)
        if field != "kind" and (isinstance(value, str) or (isinstance(node, ast.Constant) and field == "value"))
    ]
    node, field = data.draw(st.sampled_from(places)) if places else (None, "")
    if node:
        setattr(node, field, f"{getattr(node, field)}_other")
        assert names_of(ast.unparse(tree)).key != names_of(code).key


def stored(code: types.CodeType, kinds: tuple[str, ...] = ("STORE_NAME", "STORE_GLOBAL", "DELETE_GLOBAL")) -> set[str]:
    """What the compiler says that code binds, as an oracle."""
    found = {step.argval for step in dis.get_instructions(code) if step.opname in kinds}
    inner = (stored(each, kinds[1:]) for each in code.co_consts if isinstance(each, types.CodeType))
    return found.union(*inner)


@pytest.mark.parametrize(
    "module", "argparse ast dataclasses enum gettext http.cookies inspect pickle statistics typing".split()
)
def test_the_compiler_knows_no_further_names(module: str) -> None:
    text = (Path(ast.__file__).parent / f"{module.replace('.', '/')}.py").read_text("utf-8")
    compiled = compile(text, module, "exec")
    names = names_of(text)
    made_by_python = {"__name__", "__doc__", "__annotations__", "__conditional_annotations__"}
    signs = NAMESPACES  # attributes by which code may read all
    assert code_names(compiled) - names.reads - names.binds - made_by_python - signs == set()
    assert stored(compiled) - names.binds - made_by_python == set()


def test_names_of_compiled_functions() -> None:
    space: dict[str, types.FunctionType] = {}
    code = """
def f(a, b=other):
    import json
    class C:
        x = y
        def g(self): return [z for _ in a.attribute]
    global w
    w = lambda: v
    del u
    return C, json
"""
    exec("other = 1" + code, space)
    assert code_names(space["f"].__code__) == {"__name__", "y", "z", "v", "w"}  # u is local, as it is deleted


@pytest.mark.skipif(sys.version_info < (3, 12), reason="new syntax")
def test_type_parameters_are_no_globals() -> None:
    names = names_of("def f[T: B](x: T) -> list[T]: return y\ntype A[U] = C[U]\nclass D[V](E[V]):\n    z: V = w")
    assert names.binds == {"f", "A", "D"}
    assert {"B", "y", "C", "E", "w"} <= names.reads
