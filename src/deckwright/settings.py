"""Front matter and cell options become typed values. Every default of a deck lives here, once."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal

from deckwright.errors import nearest

FigureFormat = Literal["svg", "png"]
CSS_PIXELS_PER_INCH = 96
FIGURE_SHARE = (0.8, 0.6)  # of the slide's width and height: room for a title and a caption


@dataclass(frozen=True, slots=True)
class Author:
    """Someone the title slide names."""

    name: str
    email: str = ""
    affiliation: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture in the corner of each slide; `src` as the author wrote it."""

    src: str
    alt: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """The link back, shown top right."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Figure:
    """How large figures are drawn: inches (None: from the slide's geometry), file format, dots per inch."""

    width: float | None = None
    height: float | None = None
    format: FigureFormat = "svg"
    dpi: int = 192


@dataclass(frozen=True, slots=True)
class CellOptions:
    """What an author may say of one cell; a field is the option's name with `_` for `-`."""

    label: str = ""
    echo: bool = True
    eval: bool = True
    include: bool = True
    warning: bool = True
    error: bool = False
    output: Literal["true", "false", "asis"] = "true"
    output_location: Literal["below", "fragment", "slide", "column", "column-fragment"] = "below"
    code_line_numbers: str = ""  # "" none, "true" plain numbers, else steps such as "1|3-5"
    code_fold: bool = False
    fig_cap: str = ""
    fig_alt: str = ""
    fig_width: float | None = None
    fig_height: float | None = None
    fig_format: FigureFormat | None = None
    file: str = ""
    timeout: float | None = None
    cache: Literal["auto", "never"] = "auto"
    depends: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """A deck's front matter; a field is the key with `_` for `-`."""

    title: str
    subtitle: str = ""
    author: tuple[Author, ...] = ()
    date: str = ""
    description: str = ""
    lang: str = "en"
    theme: str = "deckwright"
    logo: Logo | None = None
    footer: str = ""
    backlink: Link | None = None
    size: tuple[int, int] = (1280, 720)
    slide_level: int = 0  # 0: only at rules
    reveal: Mapping[str, Any] = field(default_factory=dict)
    execute: CellOptions = CellOptions()
    figure: Figure = Figure()
    seed: int = 0
    depends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureSize:
    """How a cell's figures are drawn: inches, file format, dots per inch."""

    width: float
    height: float
    format: FigureFormat
    dpi: int

    @property
    def pixels(self) -> tuple[int, int]:
        """The size on the slide, CSS pixels."""
        return round(self.width * CSS_PIXELS_PER_INCH), round(self.height * CSS_PIXELS_PER_INCH)


def figure_of(settings: Settings, options: CellOptions, width: float = 1.0) -> FigureSize:
    """The figures of a cell. `width`: the share of the slide that its columns leave."""
    figure = settings.figure
    across, down = (
        round(side * share / CSS_PIXELS_PER_INCH, 2) for side, share in zip(settings.size, FIGURE_SHARE, strict=True)
    )
    return FigureSize(
        options.fig_width or round((figure.width or across) * width, 2),
        options.fig_height or figure.height or down,
        options.fig_format or figure.format,
        figure.dpi,
    )


class BadValue(ValueError):
    """A value of the wrong kind; the text says what was wanted. The caller adds the place."""


Reader = Callable[[Any], Any]


def text(value: Any) -> str:
    """Read a string, a number or a date."""
    if isinstance(value, dict | list) or value is None:
        raise BadValue(f"wants text, not {value!r}")
    return str(value).strip()


def yes_no(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise BadValue(f"wants true or false, not {value!r}")
    return value


def positive(value: Any) -> float:
    """Read a number above zero."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        raise BadValue(f"wants a number above 0, not {value!r}")
    return float(value)


def whole(low: int, high: int) -> Reader:
    """Make a reader for an integer in a range."""

    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadValue(f"wants a whole number from {low} to {high}, not {value!r}")
        return value

    return read


def one_of(*choices: str) -> Reader:
    """Make a reader for a word out of a list; YAML's true and false count as words."""

    def read(value: Any) -> str:
        word = str(value).lower() if isinstance(value, bool) else str(value)
        if word not in choices:
            raise BadValue(f"wants one of {', '.join(choices)}, not {word!r}")
        return word

    return read


def words(value: Any) -> tuple[str, ...]:
    """Read a list of words, or one string of words parted by blanks."""
    if isinstance(value, str):
        return tuple(value.split())
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise BadValue(f"wants a list of words, not {value!r}")


def line_numbers(value: Any) -> str:
    """Read `true`, `false`, a line, or steps such as `1|3-5`; the code decides which lines exist."""
    if isinstance(value, bool):
        return "true" if value else ""
    return str(value).replace(" ", "")


def size(value: Any) -> tuple[int, int]:
    """Read `1280x720`, pixels."""
    sides = str(value).lower().split("x")
    if len(sides) != 2 or not all(side.strip().isdigit() and int(side) > 0 for side in sides):
        raise BadValue(f"wants WIDTHxHEIGHT in pixels, such as 1280x720, not {value!r}")
    return int(sides[0]), int(sides[1])


def mapping(value: Any) -> dict[str, Any]:
    """Read a mapping."""
    if not isinstance(value, dict):
        raise BadValue(f"wants `key: value` lines, not {value!r}")
    return {str(key): item for key, item in value.items()}


class UnknownName(KeyError):
    """A name that no reader knows; `known` are those that it could have meant."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name)
        self.name, self.known = name, known


class WrongValue(ValueError):
    """The value of `name` cannot be read; the text says why."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(why)
        self.name, self.why = name, why


def read_fields(readers: Mapping[str, Reader], values: Mapping[str, Any]) -> dict[str, Any]:
    """Read each value by the reader of its name, into keyword arguments.

    Raises UnknownName or WrongValue, so that the caller can say where.
    """
    read = {}
    for name, value in values.items():
        if name not in readers:
            raise UnknownName(name, tuple(readers))
        try:
            read[name.replace("-", "_")] = readers[name](value)
        except BadValue as error:
            raise WrongValue(name, str(error)) from error
    return read


def record(kind: type, readers: Mapping[str, Reader], shorthand: str) -> Reader:
    """Make a reader for a small mapping; a bare string stands for its `shorthand` field."""

    def read(value: Any) -> Any:
        values = {shorthand: value} if isinstance(value, str) else mapping(value)
        try:
            return kind(**read_fields(readers, values))
        except UnknownName as error:
            raise BadValue(f"does not know {error.name!r}. {nearest(error.name, error.known)}") from error
        except WrongValue as error:
            raise BadValue(f"{error.name} {error.why}") from error
        except TypeError as error:
            raise BadValue(f"lacks {str(error).rpartition(':')[2].strip()}") from error

    return read


CELL_READERS: dict[str, Reader] = {
    "label": text,
    "echo": yes_no,
    "eval": yes_no,
    "include": yes_no,
    "warning": yes_no,
    "error": yes_no,
    "output": one_of("true", "false", "asis"),
    "output-location": one_of("below", "fragment", "slide", "column", "column-fragment"),
    "code-line-numbers": line_numbers,
    "code-fold": yes_no,
    "fig-cap": text,
    "fig-alt": text,
    "fig-width": positive,
    "fig-height": positive,
    "fig-format": one_of("svg", "png"),
    "file": text,
    "timeout": positive,
    "cache": one_of("auto", "never"),
    "depends": words,
    "classes": words,
}

AUTHOR = record(Author, dict.fromkeys(("name", "email", "affiliation", "url"), text), "name")


def authors(value: Any) -> tuple[Author, ...]:
    """Read one author, or a list of them."""
    return tuple(AUTHOR(item) for item in (value if isinstance(value, list) else [value]))


def cell_defaults(value: Any) -> CellOptions:
    """Read the front matter's `execute`; a label or a file cannot be shared by all cells."""
    readers = {name: read for name, read in CELL_READERS.items() if name not in ("label", "file")}
    read: CellOptions = record(CellOptions, readers, "")(mapping(value))
    return read


SETTINGS_READERS: dict[str, Reader] = {
    "title": text,
    "subtitle": text,
    "author": authors,
    "date": text,
    "description": text,
    "lang": text,
    "theme": text,
    "logo": record(Logo, dict.fromkeys(("src", "alt", "href"), text), "src"),
    "footer": text,
    "backlink": record(Link, dict.fromkeys(("href", "text"), text), "href"),
    "size": size,
    "slide-level": whole(1, 6),
    "reveal": mapping,
    "execute": cell_defaults,
    "figure": record(
        Figure,
        {"width": positive, "height": positive, "format": one_of("svg", "png"), "dpi": whole(30, 1200)},
        "format",
    ),
    "seed": whole(0, 2**32 - 1),
    "depends": words,
}


def read_settings(values: Mapping[str, Any]) -> Settings:
    """Read front matter. Raises UnknownName, WrongValue."""
    if "title" not in values:
        raise WrongValue("title", "is missing")
    return Settings(**read_fields(SETTINGS_READERS, values))


def read_cell_options(values: Mapping[str, Any], defaults: CellOptions) -> CellOptions:
    """Read a cell's own options over the deck's. Raises UnknownName, WrongValue."""
    return replace(defaults, **read_fields(CELL_READERS, values))


assert {name.replace("-", "_") for name in CELL_READERS} == {item.name for item in fields(CellOptions)}
assert {name.replace("-", "_") for name in SETTINGS_READERS} == {item.name for item in fields(Settings)}
