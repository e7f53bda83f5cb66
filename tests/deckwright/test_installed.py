"""The version of the code that runs: its files, those of no cache."""

import os
from pathlib import Path

from deckwright.installed import PACKAGE, stamps, version


def test_every_file_of_the_package_counts_but_compiled_ones() -> None:
    listed = {path for path, _, _ in stamps(str(PACKAGE))}
    assert {str(PACKAGE / "pipeline.py"), str(PACKAGE / "render/prose.py")} <= listed
    assert not any("__pycache__" in path for path in listed)
    assert str(PACKAGE / "pipeline.py") in version()


def test_a_touched_or_a_new_file_changes_the_stamps(tmp_path: Path) -> None:
    module = tmp_path / "folder/module.py"
    module.parent.mkdir()
    module.write_text("a = 1")
    before = stamps(str(tmp_path))
    os.utime(module, (1, 1))
    touched = stamps(str(tmp_path))
    (tmp_path / "new.py").write_text("")
    assert len({repr(before), repr(touched), repr(stamps(str(tmp_path)))}) == 3
