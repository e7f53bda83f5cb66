"""From a Deck and its Results to a Page: HTML, and assets as bytes. Runs no user code."""
