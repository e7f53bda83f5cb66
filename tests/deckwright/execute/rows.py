"""All that a store knows of steps, whatever their code."""

from deckwright.execute.store.store import Rows, Store


def all_traces(store: Store) -> dict[str, Rows]:
    """The rows of each code in the index that has any to be believed."""
    codes = store.read("SELECT DISTINCT code FROM traces WHERE typeof(code) = 'text'")
    return {code: rows for (code,) in codes if (rows := store.traces(code))}
