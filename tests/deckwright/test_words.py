import pytest

from deckwright.words import bytes_of, counted, seconds, size


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (14_200_000, "14 MB"),
        (2_500_000_000, "2.5 GB"),
        (10**13, "10000 GB"),
    ],
)
def test_sizes(count: int, words: str) -> None:
    assert size(count) == words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("0", 0),
        ("12", 12),
        ("5kB", 5_000),
        ("200 MB", 200_000_000),
        ("1.5G", 1_500_000_000),
        ("2 GiB", 2_000_000_000),
        ("7 bytes", 7),
    ],
)
def test_sizes_read(text: str, count: int) -> None:
    assert bytes_of(text) == count


@pytest.mark.parametrize("text", ["", "MB", "5x", "-1", "1.2.3", "5 MBs"])
def test_no_size(text: str) -> None:
    with pytest.raises(ValueError, match="not a size|could not convert"):
        bytes_of(text)


def test_times_and_counts() -> None:
    assert [seconds(0.04), seconds(41.23), seconds(59.96), seconds(140)] == ["0.0 s", "41.2 s", "60.0 s", "2 min 20 s"]
    assert [counted(1, "cell"), counted(1_100, "cell"), counted(2, "entry", "entries")] == [
        "1 cell",
        "1,100 cells",
        "2 entries",
    ]
