"""What is kept in `.deckwright/`: contents by address, traces and notes in an index, signed."""
