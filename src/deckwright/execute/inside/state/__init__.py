"""What Python values are made of: their canonical hashes, their snapshots. Runs in the kernel; imports no library."""


class Unstorable(Exception):
    """A value that can be neither hashed nor stored; says what it is, as in "a generator"."""
