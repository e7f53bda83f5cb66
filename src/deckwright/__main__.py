"""The command line."""

import argparse
import gc
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from deckwright import __version__

EXAMPLES = """examples:
  deckwright build                     slides/ becomes site/
  deckwright build --out public        … or another folder
  deckwright build --slides my-talk    the Markdown files of another folder
"""
GC_THRESHOLD = 200_000  # a build keeps nearly all that it makes, so looking for garbage early is in vain
OK, AUTHORS_MISTAKE, USAGE, INTERRUPTED = 0, 1, 2, 130


def parser() -> argparse.ArgumentParser:
    """What may be typed."""
    top = argparse.ArgumentParser(
        prog="deckwright",
        description="Markdown slides with Python cells become a static, offline Reveal.js site.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"deckwright {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    build = commands.add_parser(
        "build",
        help="run the cells and write the site",
        description="Run the cells of the slides in a fresh kernel and write the site.",
    )
    build.add_argument("--slides", type=Path, metavar="FOLDER", help="the Markdown files (default: slides)")
    build.add_argument("--out", type=Path, metavar="FOLDER", help="where the site goes (default: site beside slides)")
    loudness = build.add_mutually_exclusive_group()
    loudness.add_argument("--quiet", action="store_true", help="print warnings and errors alone")
    loudness.add_argument("--verbose", action="store_true", help="print every cell, and what it prints")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; give the exit code: 0, 1 for an author's mistake, 2 for a wrong command line."""
    chosen = parser().parse_args(arguments)
    return run_build(chosen.slides, chosen.out, chosen.quiet, chosen.verbose)


def run_build(slides: Path | None, out: Path | None, quiet: bool, verbose: bool) -> int:
    """Build, and say how it went. The only place that knows what to print for an author's mistake."""
    from deckwright.errors import DeckError
    from deckwright.pipeline import Project, build
    from deckwright.progress import Progress

    folder = (slides or Path("slides")).absolute()
    root = folder.parent
    project = Project(root, folder, (out or root / "site").absolute())
    signal.signal(signal.SIGTERM, interrupt)
    gc.set_threshold(GC_THRESHOLD)
    progress = Progress(quiet=quiet, verbose=verbose)
    try:
        with progress:
            build(project, progress)
    except DeckError as error:
        progress.error(str(error))
        return AUTHORS_MISTAKE
    except KeyboardInterrupt:
        progress.warn("interrupted; the site is as it was")
        return INTERRUPTED
    if not quiet:
        print(project.out / "index.html")
    return OK


def interrupt(number: int, frame: FrameType | None) -> None:
    """Make a polite kill end as Ctrl-C does, so that no kernel is left behind."""
    signal.raise_signal(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main())
