"""Run in a process of its own: make all values and store them, or restore what another process stored."""

import json
import pickle
import sys
import traceback
import warnings
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from deck import Deck
from values import CASES

from deckwright.execute.inside.state import Unstorable
from deckwright.execute.inside.state.anatomy import REFUSALS

FOLDER = Path(sys.argv[2])


def make(code: str, change: str, at: Path) -> dict[str, object]:
    deck = Deck(code)
    before = deck.look("x")
    found = {"digest": deck.digest("x"), "opaque": before.opaque, "objects": len(before.objects)}
    try:
        at.write_bytes(pickle.dumps((deck.dump("x"), deck.contents)))
    except Unstorable as error:
        found["unstorable"] = str(error)
    found["again"] = deck.digest("x")
    deck.run(change)
    return found | {"changed": deck.digest("x")}


def back(code: str, change: str, at: Path) -> dict[str, object]:
    deck = Deck()
    content, deck.contents = pickle.loads(at.read_bytes())
    deck.load(content)
    found = deck.look("x")
    return {"digest": deck.digest("x"), "opaque": found.opaque, "objects": len(found.objects)}


def main() -> None:
    warnings.simplefilter("ignore")
    found = {}
    for number, (name, (code, change)) in enumerate(CASES.items()):
        at = FOLDER / f"{number}"
        try:
            found[name] = {"make": make, "load": back}[sys.argv[1]](code, change, at)
        except (*REFUSALS, Unstorable):  # each value on its own
            found[name] = {"error": traceback.format_exc()}
    print(json.dumps(found))


main()
