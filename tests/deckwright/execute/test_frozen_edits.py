"""After every edit of the tricky decks: what thaws is what a build shows then."""

from pathlib import Path

import pytest

from deckwright.errors import DeckError
from deckwright.execute.frozen.folder import write
from deckwright.execute.frozen.results import frozen, thawed
from deckwright.execute.store.store import Store
from deckwright.model import Deck, Output
from deckwright.source.parse import parse

from .differential import KEY, STORE, Workshop, deck_of, environment
from .test_tricky import CASES, Stage

Outputs = dict[str, tuple[Output, ...]]


def put(shop: Workshop, stage: Stage) -> Deck:
    """Bring about a stage, and read its deck."""
    for name, content in stage.files.items():
        path = shop.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if content is not None:
            path.write_text(content)
    return parse([("slides/deck.md", deck_of(*stage.cells))], "", shop.root, shop.root / "slides")


def outputs_of(deck: Deck, cache: Path) -> Outputs:
    with Store.opened(cache, print, key=KEY) as store:
        return dict(thawed(deck, store, {}).outputs)


def known_elsewhere(stage: Stage) -> bool:
    """Whether all that the edit changed is of the kinds that are frozen."""
    return not stage.variables and None not in stage.files.values()


# Decks that change the files they read, and so find others at each build: nothing to freeze.
GROWING = (
    "a folder made twice",
    "a file appended to",
    "a file that gets another name",
    "a folder that gets another name",
)


@pytest.mark.parametrize("name", [name for name in CASES if name not in GROWING])
def test_what_thaws_is_what_a_build_shows(name: str, tmp_path: Path) -> None:
    shop = Workshop(tmp_path / "project")
    for stage in CASES[name]:
        deck = put(shop, stage)
        thaws: Outputs | None
        with environment(stage.variables):
            try:
                thaws = outputs_of(deck, tmp_path / "empty")
            except DeckError:
                thaws = None
            built = shop.build(deck_of(*stage.cells))
            if built.error:
                continue
            if known_elsewhere(stage):
                assert thaws in (None, built.outputs)
            with Store.opened(shop.root / STORE, print, key=KEY) as store:
                built.walk.store = store
                write(deck, {}, frozen(built.walk))
            assert outputs_of(deck, tmp_path / "empty") == built.outputs
