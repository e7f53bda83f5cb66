"""IPython's magics and shell lines as Python that reads and binds the same names. Runs nothing."""

import re

MAGIC = re.compile(r"(\s*(?:[^\s%!?#'\"][^%!'\"]*?=\s*)?)(%%?|!!?)\s*(\w*)(.*)")
OPTIONS = re.compile(r"\s*(?:-\w+(?:\s+\d+)?\s+)*")
EXPANDS = re.compile(r"\{|\$\w")  # values are put in
HARMLESS = frozenset("matplotlib autoreload config precision xmode colors env set_env cd pwd pip conda".split())
FOREIGN = frozenset(
    "html latex markdown svg javascript js writefile file bash sh".split()
)  # the rest of the cell is no Python


def as_python(lines: list[str]) -> list[str]:
    """Lines that read and bind what IPython's do; what cannot be told stays and will not parse."""
    if cell := re.fullmatch(r"%%(\w+)(.*)", lines[0]):
        name, rest = cell.groups()
        if name in FOREIGN:
            return ["get_ipython" if EXPANDS.search(rest) or "--" in rest else "None"]
        if name == "capture":
            return [f"{(rest.split() or ['_'])[0]} = None", *map(line_as_python, lines[1:])]
        if name not in ("time", "timeit"):
            return lines
    return [line_as_python(line) for line in lines]


def line_as_python(line: str) -> str:
    """The same for one line."""
    bare = line.strip()
    if bare.startswith("#"):
        return line
    if bare.startswith("?") or bare.endswith("?"):
        return f"inspect; {bare.strip('?')}"
    if not (magic := MAGIC.fullmatch(line)):
        return line
    start, sign, name, rest = magic.groups()
    if "%" in sign and name in ("time", "timeit"):
        return f"{start}timeit; {OPTIONS.sub('', rest, count=1)}"
    if "%" in sign and name in ("load_ext", "reload_ext"):
        return f"{start}import {rest}"
    harmless = ("!" in sign or name in HARMLESS) and not EXPANDS.search(name + rest)
    return start + ("None" if harmless else "get_ipython()")
