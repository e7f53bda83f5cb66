"""Outputs are what a terminal would show, and the same from run to run."""

import pytest

from deckwright.execute.kernel.repeat import joined, labelled, numbered, overwritten, repeatable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain\n", "plain\n"),
        ("0%\r50%\r100%\n", "100%\n"),
        ("0%\r100%\r\nnext\r\n", "100%\nnext\n"),
        ("typo\b\bed\n", "tyed\n"),
    ],
)
def test_carriage_returns_and_backspaces_are_applied(text: str, shown: str) -> None:
    assert overwritten(text) == shown


def test_a_very_long_line_is_no_trouble() -> None:
    assert overwritten("x" * 2_000_000 + "\r" + "y" * 2_000_000) == "y" * 2_000_000  # a quadratic way would take hours


def test_texts_of_a_stream_are_joined_and_stdout_comes_first() -> None:
    def stream(name: str, text: str) -> dict[str, str]:
        return {"output_type": "stream", "name": name, "text": text}

    figure = {"output_type": "display_data", "data": {}, "metadata": {}}
    outputs = joined([stream("stderr", "w"), stream("stdout", "a"), figure, stream("stdout", "b")])
    assert outputs == [stream("stdout", "ab"), stream("stderr", "w"), figure]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("<object at 0x7f3a12b4c5d0>", "<object at 0x…>"),
        ("[<matplotlib.lines.Line2D at 0x7f3a12b4c5d0>]", "[<matplotlib.lines.Line2D at 0x…>]"),
        ("meet at 0x123456ab", "meet at 0x123456ab"),
        ("/tmp/ipykernel_123/456.py:2: UserWarning: x", "line 2: UserWarning: x"),
    ],
)
def test_only_what_differs_from_run_to_run_is_taken_out(text: str, kept: str) -> None:
    output = repeatable({"output_type": "stream", "name": "stdout", "text": text})
    assert output["text"] == kept


def test_ids_of_styled_tables_come_from_the_cell() -> None:
    html = '<style>#T_05c3a_row0 {}</style><table id="T_05c3a">'
    output = labelled(repeatable({"output_type": "display_data", "data": {"text/html": html}}), "tbl")
    assert output["data"]["text/html"] == '<style>#T_tbl_row0 {}</style><table id="T_tbl">'


def test_ids_of_figures_are_counted() -> None:
    svg = '<clipPath id="p0123456789"/><g clip-path="url(#p0123456789)"><use xlink:href="#mabcdef0123"/></g>'
    other = svg.replace("p0123456789", "pfedcba9876")
    counted = '<clipPath id="p0"/><g clip-path="url(#p0)"><use xlink:href="#m1"/></g>'
    assert numbered(svg) == numbered(other) == counted
    picture = '<image href="data:image/png;base64,p0123456789"/>'
    assert numbered(picture) == picture
