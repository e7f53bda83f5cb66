"""Collect the files that a page refers to, named by their content."""

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from deckwright.reads import Reads


class Assets:
    """Files of a page: relative path to bytes. `reads` gives those that lie on disk."""

    def __init__(self, reads: Reads | None = None) -> None:
        self.files: dict[str, bytes] = {}
        self.reads = reads or Reads()

    def add(self, content: bytes, stem: str, suffix: str) -> str:
        """Keep a file; give its address in the page. Equal content keeps one name."""
        # Browsers cache by address: a name that stayed would go on showing last week's plot.
        digest = hashlib.sha256(content).hexdigest()[:12]
        path = f"media/{PurePosixPath(stem).name}.{digest}{suffix}"
        self.files[path] = content
        return quote(path)

    def add_file(self, file: Path) -> str:
        """Keep a file of the disk."""
        return self.add(self.reads.content(file), file.stem, file.suffix)

    def update(self, files: Mapping[str, bytes]) -> None:
        """Keep files under names of their own."""
        self.files.update(files)
