"""A site is complete, ours, and written whole or not at all."""

import gzip
import os
import re
from pathlib import Path

import pytest

from deckwright.errors import DeckError
from deckwright.pipeline import build
from deckwright.site.publish import MARK, publish
from tests.deckwright.conftest import MakeProject, Memory

PROSE = "---\ntitle: T\ndescription: D\nauthor: A\n---\n\n## A\n\n$x^2$\n"
CELLS = (
    "---\ntitle: T\n---\n\n```{python}\n#| fig-alt: a line\nimport matplotlib.pyplot as plt\nplt.plot(list({3, 1, 2}))\n"
    'print({"b", "a", "c"})\nobject()\n```\n'
)


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_site_is_replaced_whole(tmp_path: Path) -> None:
    out = tmp_path / "site"
    publish({"index.html": b"1", "media/old.png": b""}, out)
    publish({"index.html": b"2"}, out)
    assert set(files_of(out)) == {"index.html", MARK, ".nojekyll"}
    assert files_of(out)["index.html"] == b"2"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_failed_write_leaves_the_old_site(tmp_path: Path) -> None:
    out = tmp_path / "site"
    publish({"index.html": b"1"}, out)
    with pytest.raises(OSError, match="index.html"):
        publish({"index.html": b"2", "index.html/below": b"a file is no folder"}, out)
    assert files_of(out)["index.html"] == b"1"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_what_others_put_into_a_site_stays(tmp_path: Path) -> None:
    out = tmp_path / "site"
    publish({"index.html": b"1", "media/old.png": b""}, out)
    (out / "CNAME").write_text("talks.example.org")
    (out / ".git").mkdir()
    (out / ".git/HEAD").write_text("ref")
    publish({"index.html": b"2"}, out)
    assert set(files_of(out)) == {"index.html", "CNAME", ".git/HEAD", MARK, ".nojekyll"}


def test_unchanged_files_are_the_same_files_and_all_others_new_ones(tmp_path: Path) -> None:
    out = tmp_path / "site"
    publish({"same": b"1", "changed": b"1", "edited": b"1", "link": b"1"}, out)
    (out / "edited").write_bytes(b"2")
    (out / "link").unlink()
    (out / "link").symlink_to("same")
    (out / "CNAME").write_text("talks.example.org")
    before = {name: (out / name).stat().st_ino for name in ("same", "changed", "edited", "CNAME")}
    publish({"same": b"1", "changed": b"2", "edited": b"1", "link": b"1"}, out)
    assert {name for name, inode in before.items() if (out / name).stat().st_ino == inode} == {"same", "CNAME"}
    assert [(out / name).read_bytes() for name in ("same", "changed", "edited", "link")] == [b"1", b"2", b"1", b"1"]
    assert not (out / "link").is_symlink()
    assert {(out / name).stat().st_nlink for name in (*before, "link")} == {1}


def test_a_disk_without_links_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(source: Path, target: Path) -> None:
        raise PermissionError

    monkeypatch.setattr("deckwright.site.publish.os.link", unsupported)
    out = tmp_path / "site"
    publish({"index.html": b"1", "same": b"1"}, out)
    (out / "CNAME").write_text("talks.example.org")
    publish({"index.html": b"2", "same": b"1"}, out)
    assert {name: content for name, content in files_of(out).items() if not name.startswith(".")} == {
        "index.html": b"2",
        "same": b"1",
        "CNAME": b"talks.example.org",
    }


def test_an_interruption_between_the_renames_brings_the_old_site_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "site"
    publish({"index.html": b"1"}, out)
    rename, calls = os.rename, []

    def interrupted(source: Path, target: Path) -> None:
        calls.append(target)
        if len(calls) == 2:
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr("deckwright.site.publish.os.rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        publish({"index.html": b"2"}, out)
    assert files_of(out)["index.html"] == b"1"


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DeckError, match="cannot write the site: (Not a directory|File exists)"):
        publish({"index.html": b""}, tmp_path / "file" / "site")


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_deckwright_did_not_make_is_never_replaced(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "work"
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "thesis.tex").write_text("years")
    if kind == "folder":
        precious.rename(out)
    elif kind == "file":
        out.write_text("years")
    else:
        out.symlink_to(precious)
    with pytest.raises(DeckError, match="will not replace what deckwright did not make"):
        publish({"index.html": b""}, out)
    assert out.exists()
    assert MARK not in {path.name for path in tmp_path.rglob("*")}


def test_an_empty_folder_may_become_a_site(tmp_path: Path) -> None:
    publish({"index.html": b"1"}, tmp_path)
    assert (tmp_path / "index.html").read_bytes() == b"1"


@pytest.mark.parametrize("deck", [PROSE, CELLS], ids=["prose", "cells"])
def test_same_input_gives_the_same_bytes(deck: str, project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/talk.md": deck})
    build(made, watcher)
    first = files_of(made.out)
    build(made, watcher)
    assert files_of(made.out) == first


def test_every_address_in_the_site_is_relative_and_there(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/talk.md": PROSE + "\n---\n\n[a](https://example.org)\n" + CELLS.split("---\n\n")[1]})
    build(made, watcher)
    for page in ("index.html", "reading.html"):
        html = (made.out / page).read_text("utf-8")
        addresses = re.findall(r'<(?!a )[^>]*?\b(?:src|href)="([^"]+)"', html)
        assert len(addresses) > 5
        assert [address for address in addresses if not (made.out / address).is_file()] == []
    for sheet in made.out.rglob("*.css"):
        used = re.findall(r"url\([\"']?([^)\"']+)", sheet.read_text("utf-8"))
        missing = [name for name in used if not name.startswith("data:") and not (sheet.parent / name).is_file()]
        assert missing == [], sheet


def test_no_address_of_a_content_network_stands_in_the_site(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/talk.md": PROSE + CELLS.split("---\n\n")[1]})
    build(made, watcher)
    networks = re.compile(rb"https?://[\w.-]*(cdn|unpkg|jsdelivr|googleapis|gstatic)", re.IGNORECASE)
    assert {name for name, content in files_of(made.out).items() if networks.search(content)} == set()


def test_reading_page_has_no_script(project: MakeProject, watcher: Memory) -> None:
    script = '\n```{python}\nfrom IPython.display import HTML\nHTML("<p>kept</p><script>1</script>")\n```\n'
    made = project(**{"slides/talk.md": PROSE + script})
    build(made, watcher)
    html = (made.out / "reading.html").read_text("utf-8")
    assert "<script" not in html
    assert "<p>kept</p>" in html


def test_notebook_is_valid_and_holds_the_outputs(project: MakeProject, watcher: Memory) -> None:
    import nbformat

    text = PROSE + "\nValue `{python} 6 * 7`.\n\n```{python}\nprint(1)\n6 * 7\n```\n\n::: notes\nSay it.\n:::\n"
    made = project(**{"slides/talk.md": text})
    build(made, watcher)
    notebook = nbformat.read(made.out / "notebook.ipynb", as_version=4)
    nbformat.validate(notebook)
    kinds = [(cell.cell_type, cell.metadata.slideshow.slide_type) for cell in notebook.cells]
    assert kinds == [("markdown", "slide"), ("markdown", "slide"), ("code", "-"), ("markdown", "notes")]
    assert notebook.cells[1].source == "## A\n\n$x^2$\n\nValue 42."
    assert [output.output_type for output in notebook.cells[2].outputs] == ["stream", "execute_result"]


def test_a_picture_in_a_listing_is_no_picture_of_the_notebook(project: MakeProject, watcher: Memory) -> None:
    listing = "```markdown\n![alt](missing.png)\n```\n\n```{python}\n1\n```\n"
    made = project(**{"slides/talk.md": PROSE + "\n" + listing})
    build(made, watcher)
    assert "![alt](missing.png)" in (made.out / "notebook.ipynb").read_text("utf-8")


def test_notebook_leaves_out_outputs_that_the_slides_do_not_show(project: MakeProject, watcher: Memory) -> None:
    made = project(
        **{"slides/talk.md": PROSE + "\n```{python}\n#| output: false\nimport time\nprint(time.time())\n```\n"}
    )
    build(made, watcher)
    first = (made.out / "notebook.ipynb").read_bytes()
    build(made, watcher)
    assert (made.out / "notebook.ipynb").read_bytes() == first
    assert b"time.time()" in first


def test_a_subfolder_is_a_deck_of_its_own(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/a.md": PROSE, "slides/more/b.md": PROSE.replace("title: T", "title: More")})
    build(made, watcher)
    assert "<title>T</title>" in (made.out / "index.html").read_text("utf-8")
    assert "<title>More</title>" in (made.out / "more/index.html").read_text("utf-8")
    assert (made.out / "more/assets/reveal/reveal.js").is_file()


def test_project_overrides_a_template_and_a_static_file(project: MakeProject, watcher: Memory) -> None:
    made = project(
        **{
            "slides/talk.md": PROSE,
            "templates/section.html": '{% macro title_section(settings, has_companions) %}{% endmacro %}{% macro section(one) %}<section class="mine">{{ one.html | safe }}</section>{% endmacro %}',
            "static/themes/deckwright.css": "body { color: red }",
            "static/extra/file.txt": "kept",
        }
    )
    build(made, watcher)
    assert '<section class="mine">' in (made.out / "index.html").read_text("utf-8")
    assert (made.out / "assets/themes/deckwright.css").read_text() == "body { color: red }"
    assert (made.out / "assets/extra/file.txt").read_text() == "kept"
    assert (made.out / "assets/deckwright.css").stat().st_size > 1000


def test_headings_that_begin_no_slide_are_told(project: MakeProject, watcher: Memory) -> None:
    text = "---\ntitle: T\n---\n\n## One\n\n## Two\n\n## Three\n"
    build(project(**{"slides/talk.md": text}), watcher)
    assert watcher.warnings == [
        "slides/talk.md:4 (slide 2): 3 `##` headings on one slide; `---` between them makes slides, "
        "or `slide-level: 2` in the front matter"
    ]


def test_a_mistake_in_a_template_is_told_with_its_line(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/talk.md": PROSE, "templates/page.html": "<p>\n{{ nobody.knows }}\n"})
    with pytest.raises(DeckError, match=r"page\.html:2: a template fails: 'nobody' is undefined"):
        build(made, watcher)


def test_a_theme_may_be_a_file_of_the_project(project: MakeProject, watcher: Memory) -> None:
    text = PROSE.replace("title: T", "title: T\ntheme: looks/mine.css")
    made = project(**{"slides/talk.md": text, "looks/mine.css": ":root { --r-main-color: navy }"})
    build(made, watcher)
    assert "navy" in (made.out / "assets/themes/mine.css").read_text()
    assert 'href="assets/themes/mine.css"' in (made.out / "index.html").read_text("utf-8")


def test_a_small_deck_is_a_light_first_load(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/talk.md": PROSE.replace("$x^2$", "")})
    build(made, watcher)
    html = (made.out / "index.html").read_text("utf-8")
    loaded = ["index.html", *re.findall(r'<(?:script|link)[^>]*?(?:src|href)="(assets/[^"]+)"', html)]
    weight = sum(len(gzip.compress((made.out / name).read_bytes())) for name in loaded)
    assert weight < 120_000
