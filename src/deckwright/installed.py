"""Where deckwright's own files lie: beside the code in a wheel, at the top of a checkout."""

from pathlib import Path

PACKAGE = Path(__file__).parent
WEB = PACKAGE / "web"  # third-party assets, brought by the build hook


def own(folder: str) -> Path:
    """The folder `templates` or `static` that came with this deckwright."""
    inside = PACKAGE / folder
    return inside if inside.is_dir() else PACKAGE.parents[1] / folder
