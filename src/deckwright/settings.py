"""What an author may set, as typed values. Every default of a deck lives here, once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

FigureFormat = Literal["svg", "png"]
CSS_PIXELS_PER_INCH = 96
FIGURE_SHARE = (0.8, 0.5)  # of the slide's width and height: room for a title, a few lines and a caption


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
    scheme: Literal["both", "light"] = "both"  # light: as drawn, on paper in a dark deck


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
    duration: int = 0  # minutes; 0: nobody says
    lang: str = "en"
    theme: str = "deckwright"
    scheme: Literal["light", "dark", "auto"] = "light"  # auto: as the system has it
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
