"""How a build goes, in a workflow of GitHub: each deck's cells in a folded group, mistakes beside their lines."""

import re
import sys

from deckwright.execute.trace import Trace
from deckwright.execute.watch import Step
from deckwright.progress import Progress

PLACE = re.compile(r"(?P<file>[^\s:]+\.\w+):(?P<line>\d+)")
ESCAPES = {"%": "%25", "\r": "%0D", "\n": "%0A"}


class OnGitHub(Progress):
    """Progress that tells every cell that runs; who wants to see them unfolds the group."""

    group = False

    def begin(self, steps: int) -> None:
        super().begin(steps)
        self.close()

    def finished(self, step: Step, trace: Trace) -> None:
        if not (self.group or self.quiet):
            self.group = True
            self.command("group", step.place.path.rpartition("/")[0])
        super().finished(step, trace)

    def is_news(self, step: Step, trace: Trace) -> bool:
        return True

    def sum_up(self) -> None:
        self.release(", nothing after it ran")
        self.close()
        super().sum_up()

    def warn(self, message: str) -> None:
        self.warnings.append(message)
        self.annotate("warning", message)

    def error(self, message: str) -> None:
        self.release()
        self.close()
        self.annotate("error", message)

    def close(self) -> None:
        """End the group, if one is open."""
        if self.group:
            self.group = False
            self.command("endgroup", "")

    def annotate(self, kind: str, message: str) -> None:
        """Say something that GitHub shows beside the line that it is about."""
        found = PLACE.match(message)
        self.command(f"{kind} file={found['file']},line={found['line']}" if found else kind, message)

    def command(self, name: str, message: str) -> None:
        """Write what GitHub reads."""
        print(f"::{name}::{''.join(ESCAPES.get(letter, letter) for letter in message)}", file=sys.stderr)
