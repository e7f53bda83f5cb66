"""What is slow to find out, kept from build to build."""

import json
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from deckwright.installed import version
from deckwright.memo import Memo
from deckwright.reads import digest

P = ParamSpec("P")


class Remembered:
    """Answers of one stage to its questions. Decorates functions, which then run once for the same arguments.

    What a function raises is not kept. A question holds all that its answer depends on but the code of deckwright and
    its libraries, so all builds of a process may share the answers.
    """

    def __init__(self) -> None:
        self.known: dict[str, str] = {}
        self.used: set[str] = set()  # since the last `recall`

    def __call__(self, function: Callable[P, str]) -> Callable[P, str]:
        @wraps(function)
        def kept(*arguments: P.args, **named: P.kwargs) -> str:
            question = repr((function.__qualname__, arguments, named))
            known = self.recalled(question)
            return self.keep(question, function(*arguments, **named)) if known is None else known

        return kept

    def recalled(self, question: str) -> str | None:
        """The answer to a question, which must hold all that the answer depends on."""
        key = digest(question.encode())
        if key in self.known:
            self.used.add(key)
        return self.known.get(key)

    def keep(self, question: str, answer: str) -> str:
        """Remember an answer."""
        key = digest(question.encode())
        self.used.add(key)
        self.known[key] = answer
        return answer

    def recall(self, memo: Memo, name: str) -> None:
        """Know again what was noted, if this version of deckwright did."""
        self.used.clear()
        noted = json.loads(memo.recall(name) or b"{}")
        if noted.get("version") == version():
            self.known.update(noted["known"])

    def note(self, memo: Memo, name: str) -> None:
        """Note what was used since `recall`, and nothing older."""
        used = {key: self.known[key] for key in sorted(self.used)}
        memo.note(name, json.dumps({"version": version(), "known": used}).encode())
