"""Follow lists as they nest, whatever indent an author likes; Python-Markdown knows only four blanks a level."""

import re

ITEM = re.compile(r"^(?P<indent> *)(?P<marker>[-*+]|\d+[.)])(?P<gap> +|$)")
BLOCK = re.compile(r"^(\[\^[^\]]+\]:|: )")  # a footnote's or a definition's content stands four blanks in
LEVEL = 4


class Lists:
    """The open list items: where the content of each begins."""

    def __init__(self) -> None:
        self.contents: list[int] = []

    def __bool__(self) -> bool:
        return bool(self.contents)

    def read(self, text: str, after_blank: bool) -> str:
        """A line with as many blanks before it as Python-Markdown wants. Blank lines change nothing."""
        line = text.expandtabs(LEVEL)
        if not line.strip():
            return text
        indent = len(line) - len(line.lstrip(" "))
        item = ITEM.match(line)
        if item is None and not after_blank and not (self.contents and indent >= self.contents[-1]):
            return text  # goes on with the paragraph above, however it is indented
        self.close(indent)
        depth = len(self.contents)
        base = LEVEL * depth if indent >= LEVEL * depth else (self.contents[-1] if depth else 0)
        if item and indent - base < LEVEL:
            self.contents.append(item.end() if item["gap"] else indent + len(item["marker"]) + 1)
            return " " * LEVEL * depth + line.lstrip(" ")
        if BLOCK.match(line):
            self.contents.append(LEVEL)
        return " " * (LEVEL * depth + indent - base) + line.lstrip(" ") if depth else text

    def indent(self, blanks: str) -> str:
        """The blanks before a fence or a div that stands this far in."""
        columns = len(blanks.expandtabs(LEVEL))
        self.close(columns)
        return " " * LEVEL * len(self.contents)

    def close(self, indent: int) -> None:
        """End the items whose content stands further in."""
        while self.contents and indent < self.contents[-1]:
            self.contents.pop()
