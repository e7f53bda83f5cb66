"""From a Deck to Results: every cell runs, in order, in a fresh kernel."""
