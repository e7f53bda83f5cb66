"""Findings and how they are told: as text, as JSON, as SARIF."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from deckwright import __version__
from deckwright.errors import Place
from deckwright.words import counted

Level = Literal["error", "warning", "note"]
LEVELS: tuple[Level, ...] = ("error", "warning", "note")
RULES: dict[str, tuple[Level, str]] = {
    "overflow": ("error", "Nothing reaches over an edge of the slide."),
    "clipped": ("warning", "A box shows all that it holds, without scrolling."),
    "covered": ("warning", "Nothing lies on the footer, the logo, the link back or the slide number."),
    "small-text": ("warning", "Text can be read from the last row."),
    "contrast": ("warning", "Text stands out from its ground."),
    "empty-slide": ("warning", "Something stands on every slide."),
    "broken-picture": ("error", "Every picture loads."),
    "no-alternative": ("error", "A picture has words for those who do not see it."),
    "broken-link": ("error", "A link within the site leads to a file of the site."),
    "missing-target": ("error", "A link to an id leads to something with that id."),
    "external-link": ("warning", "A link to elsewhere is answered."),
    "missing-file": ("error", "Every file that the page asks for is in the site."),
    "network": ("error", "Nothing is asked for outside the site."),
    "policy": ("error", "The page keeps to its Content Security Policy."),
    "script-error": ("error", "No script fails."),
    "console": ("warning", "No script complains."),
    "axe": ("warning", "No rule of axe for accessible pages is broken."),
    "no-notes": ("note", "Every slide has notes for the speaker."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that is broken, and where."""

    rule: str
    message: str
    place: Place
    slide: str = ""  # its id, or its number as the screen shows it; empty: of the page as a whole
    screens: tuple[str, ...] = ()  # a size, or a scheme; empty: any

    @property
    def level(self) -> Level:
        return RULES[self.rule][0]

    def __str__(self) -> str:
        at = f" ({', '.join(self.screens)})" if self.screens else ""
        slide = f"#{self.slide}: " if self.slide else ""
        return f"{self.place}: {self.level}: {slide}{self.message}{at} [{self.rule}]"


def at_least(found: Iterable[Finding], level: Level) -> list[Finding]:
    """The findings that are as grave as a level, or graver."""
    grave = LEVELS[: LEVELS.index(level) + 1]
    return [finding for finding in found if finding.level in grave]


def as_text(found: Sequence[Finding], slides: int) -> Iterator[str]:
    """A line for each finding, and the sum of them."""
    yield from map(str, found)
    counts = [(level, sum(finding.level == level for finding in found)) for level in LEVELS]
    told = ", ".join(counted(count, level) for level, count in counts if count)
    yield f"checked {counted(slides, 'slide')}: {told or 'nothing to mend'}"


def as_json(found: Sequence[Finding]) -> str:
    """The findings for a program."""
    return json.dumps([plain(finding) for finding in found], indent=2, ensure_ascii=False)


def plain(finding: Finding) -> dict[str, Any]:
    """One finding as JSON has it."""
    return {
        "rule": finding.rule,
        "level": finding.level,
        "message": finding.message,
        "file": finding.place.path,
        "line": finding.place.line,
        "number": finding.place.slide,
        "slide": finding.slide,
        "screens": list(finding.screens),
    }


def as_sarif(found: Sequence[Finding]) -> str:
    """The findings for services that show them beside the source."""
    rules = [
        {"id": rule, "shortDescription": {"text": words}, "defaultConfiguration": {"level": level}}
        for rule, (level, words) in RULES.items()
    ]
    driver = {"name": "deckwright", "version": __version__, "rules": rules}
    run = {"tool": {"driver": driver}, "results": [result(finding) for finding in found]}
    schema = "https://json.schemastore.org/sarif-2.1.0.json"
    return json.dumps({"$schema": schema, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False)


def result(finding: Finding) -> dict[str, Any]:
    """One finding as SARIF has it."""
    where: dict[str, Any] = {"artifactLocation": {"uri": finding.place.path}}
    if finding.place.line:
        where["region"] = {"startLine": finding.place.line}
    return {
        "ruleId": finding.rule,
        "level": finding.level,
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": where}],
        "properties": {"slide": finding.slide, "screens": list(finding.screens)},
    }
