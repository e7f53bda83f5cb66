"""A public build holds no word of the notes, however they are written."""

import pytest

from deckwright.pipeline import Form, build
from deckwright.render.public import quiet_markdown
from tests.deckwright.conftest import MakeProject, Memory
from tests.deckwright.site.test_publish import files_of

DECK = """---
title: T
---

## Open {data-notes="secret attribute"}

Said aloud.

::: notes
secret div
:::

:::: columns
::: {.column width="50%"}
Left.

::: {.notes .more #hint}
secret nested
:::
:::
::::

<aside class="notes">secret html</aside>

<aside id="x" class='small notes'>secret html with more
</aside>

---

## Cells

```{python}
hidden = 1
print("printed")
```

::: notes
```{python}
#| label: quiet
print("secret output")  # secret code
seen = 41
```
:::

```{python}
#| output: asis
print("Written.\\n\\n::: notes\\n{} asis\\n:::\\n\\nGoes on.".format("sec" + "ret"))
```

```{python}
from IPython.display import HTML, Markdown
HTML("<p>Shown.</p><aside class='notes'>%sret display</aside>" % "sec")
```

```{python}
Markdown("Marked.\\n\\nNote: %sret to the end" % "sec")
```

The value is `{python} seen + 1`.

Note: secret paragraph
with `{python} "sec" + "ret"` value.
"""
KEPT = ("Said aloud", "Left", "printed", "Written", "Goes on", "Shown", "Marked", "42")


@pytest.mark.parametrize("form", [Form(notes=False), Form(notes=False, single_file=True)])
def test_no_note_is_in_any_file(form: Form, project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/a.md": DECK})
    build(made, watcher, form=form)
    files = {name: content.decode() for name, content in files_of(made.out).items() if name.endswith(("html", "ipynb"))}
    assert ("notebook.ipynb" in files) != form.single_file
    assert [name for name, text in files.items() if "secret" in text.lower()] == []
    for name, text in files.items():
        assert [word for word in KEPT if word not in text] == [], name


def test_with_notes_the_page_has_them_all(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/a.md": DECK})
    build(made, watcher)
    assert (made.out / "index.html").read_text("utf-8").count("secret") >= 10


def test_going_public_and_back_makes_new_pages(project: MakeProject, watcher: Memory) -> None:
    made = project(**{"slides/a.md": "---\ntitle: T\n---\n\n## A\n\nNote: secret\n"})
    for form in (Form(), Form(notes=False), Form()):
        build(made, watcher, form=form)
        assert ("secret" in (made.out / "index.html").read_text("utf-8")) == form.notes


@pytest.mark.parametrize(
    ("text", "public"),
    [
        ("a\n::: notes\nb\n:::\nc\n", "a\nc\n"),
        ("a\n\n:::: {.notes}\n::: small\nb\n:::\nb\n::::\nc\n", "a\n\nc\n"),
        ("a\n::: small\nb\n:::\n", "a\n::: small\nb\n:::\n"),
        ("a\n\nNote: b\nc\n", "a\n\n"),
        ("footnotes\n", "footnotes\n"),
        ("::: footnotes\nb\n:::\n", "::: footnotes\nb\n:::\n"),
    ],
)
def test_notes_in_printed_markdown(text: str, public: str) -> None:
    assert quiet_markdown(text) == public
