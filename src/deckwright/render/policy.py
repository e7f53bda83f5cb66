"""The page's Content Security Policy: nothing from elsewhere, and no inline script but the speaker view's."""

import base64
import hashlib
import re
from collections.abc import Iterable
from functools import cache

from deckwright.installed import WEB

NOTES = WEB / "reveal" / "plugin" / "notes.js"
SPEAKER_SCRIPT = re.compile(r"<script>(?P<script>.*?)<\\/script>", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b"}


@cache
def policy() -> str:
    """The policy, for a `<meta>` in the page. It holds over http and from a file."""
    return (
        f"default-src 'none'; script-src 'self' '{speaker_hash()}'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self'; media-src 'self'; frame-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'"
    )


def single_policy(scripts: Iterable[str]) -> str:
    """The policy of a page that holds everything: nothing from anywhere, and these scripts alone."""
    hashes = " ".join(f"'{one}'" for one in dict.fromkeys([*map(script_hash, scripts), speaker_hash()]))
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "media-src data:; frame-src 'self' data:; base-uri 'none'; form-action 'none'"
    )


def script_hash(script: str) -> str:
    """How a policy names an inline script."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def speaker_hash() -> str:
    """The hash of the script that the notes plugin writes into its window.

    The plugin holds that window's HTML as a JavaScript template literal, so its escapes are undone first.
    """
    found = SPEAKER_SCRIPT.search(NOTES.read_text("utf-8"))
    if found is None:
        raise RuntimeError("the notes plugin has no speaker view script: another version of reveal.js?")
    script = re.sub(r"\\(.)", lambda escape: ESCAPES.get(escape[1], escape[1]), found["script"], flags=re.DOTALL)
    return script_hash(script)
