"""The drawing board as text; tests/browser/test_draw.py draws on it."""

import json
import re

from mnist_talk.data import Samples
from mnist_talk.draw import drawing_board, one_of_each
from mnist_talk.models import CNN, MLP


def test_there_is_one_real_digit_of_each_kind(exam: Samples) -> None:
    digits = one_of_each(exam).tolist()
    pixels = (exam.x * 255).round().int().flatten(1).tolist()
    assert [exam.y[pixels.index(digit)].item() for digit in digits] == list(range(10))


def test_the_board_holds_both_networks_and_little_more(exam: Samples) -> None:
    networks = {"MLP": MLP(), "CNN": CNN()}
    board = drawing_board(networks, exam)
    found = re.search(r"<script>mnistTalk\.data = (\{.*\});</script>", board)
    assert found is not None
    data = json.loads(found[1])
    assert [len(layers) for layers in data["networks"].values()] == [2, 4]
    assert len(data["digits"]) == 10
    assert len(board) < 150_000
    assert board == drawing_board(networks, exam)
