"""Collect the files that a page refers to, named by their content."""

import hashlib
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import quote


class Assets:
    """Files of a page: relative path to bytes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def add(self, content: bytes, stem: str, suffix: str) -> str:
        """Keep a file; give its address in the page. Equal content keeps one name."""
        # Browsers cache by address: a name that stayed would go on showing last week's plot.
        digest = hashlib.sha256(content).hexdigest()[:12]
        path = f"media/{PurePosixPath(stem).name}.{digest}{suffix}"
        self.files[path] = content
        return quote(path)

    def update(self, files: Mapping[str, bytes]) -> None:
        """Keep files under names of their own."""
        self.files.update(files)
