"""Give matplotlib's SVG figures a dark scheme beside the light one that they are drawn for. Text to text, runs nothing.

A browser that shows such a file in an `<img>` picks the scheme of that element. Colours are judged in OKLab, where
equal steps look equal: https://bottosson.github.io/posts/oklab/.
"""

import re
from functools import cache
from math import hypot

from deckwright.render.pieces import remembered

WRITTEN_BY_MATPLOTLIB = "matplotlib.org"
HEAD = 2000  # characters in which it says so
OPENING = re.compile(r"<svg\b[^>]*>")
COLOUR = re.compile(r"\b(?P<property>fill|stroke|stop-color)(?P<sign>: |=\")(?P<colour>#[0-9a-f]{6})\b")
RASTER_OF_INK = '[id^="ink"] { filter: invert(1) hue-rotate(180deg) }'  # set_gid("ink…"): dark marks, paper left out

GROUND = "#20262c"  # as light as a theme's dark ground may be
LEAST_CONTRAST = 4.5  # with it, as WCAG wants it of words: those in a figure often have the colour of their line
NEUTRAL = 0.05  # less chroma than this is ink, paper, or a grey between them
PASTEL = (0.87, 0.12)  # lighter, and of less chroma: the paper of some area

Lab = tuple[float, float, float]


def with_dark_scheme(svg: str) -> str:
    """A figure of matplotlib that shows well on a dark ground, too; any other one as it is."""
    opening = OPENING.search(svg)
    if opening is None or WRITTEN_BY_MATPLOTLIB not in svg[:HEAD]:
        return svg
    return f"{svg[: opening.end()]}\n {dark_style(svg)}{svg[opening.end() :]}"


@remembered
def dark_style(svg: str) -> str:
    """The style of a figure on a dark ground: each colour that occurs in it has its counterpart."""
    found = sorted({(hit["property"], hit["sign"], hit["colour"]) for hit in COLOUR.finditer(svg)})
    rules = [f"svg {{ fill: {dark('#000000')} }}", RASTER_OF_INK]  # black is not written out
    for name, sign, colour in found:
        selector = f'[{name}="{colour}"]' if sign != ": " else f'[style*="{name}: {colour}"]'
        if dark(colour) != colour:
            rules.append(f"{selector} {{ {name}: {dark(colour)} !important }}")
    return "<style>@media (prefers-color-scheme: dark) {\n" + "\n".join(rules) + "\n}</style>"


@cache
def dark(colour: str) -> str:
    """The counterpart of a colour: ink and paper change places, all else stays what it is and can be seen."""
    lightness, a, b = lab(colour)
    chroma = hypot(a, b)
    if chroma < NEUTRAL or (lightness > PASTEL[0] and chroma < PASTEL[1]):
        return nearest_colour((0.97 - 0.75 * lightness**1.8, a / 2, b / 2))
    while contrast(nearest_colour((lightness, a, b)), GROUND) < LEAST_CONTRAST:
        lightness += 0.01
    return nearest_colour((lightness, a, b))


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two colours."""
    darker, lighter = sorted(luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def linear(colour: str) -> Lab:
    """`#rrggbb` as light."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def lab(colour: str) -> Lab:
    """A colour in OKLab."""
    red, green, blue = linear(colour)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    middle = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def nearest_colour(colour: Lab) -> str:
    """A colour of OKLab as `#rrggbb`, with less chroma where the screen has not so much."""
    lightness, a, b = colour
    shares = (share / 20 for share in range(20, 0, -1))
    lights = (light((lightness, a * share, b * share)) for share in shares)
    fitting = next((rgb for rgb in lights if all(-0.001 <= part <= 1.001 for part in rgb)), light((lightness, 0, 0)))
    return "#" + "".join(f"{round(255 * encoded(min(max(part, 0), 1))):02x}" for part in fitting)


def light(colour: Lab) -> Lab:
    """A colour of OKLab as light."""
    lightness, a, b = colour
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )


def encoded(part: float) -> float:
    """A part of light as sRGB writes it."""
    return part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
