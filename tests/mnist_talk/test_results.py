"""What is said of the networks is what they do: counted, ordered and recomputed in another way."""

from time import sleep

import pytest
import torch
from torch import Tensor, nn

from mnist_talk.data import Samples
from mnist_talk.models import CNN
from mnist_talk.results import Stopwatch, confusions, feature_maps, gains, one_thread, worst_mistakes
from mnist_talk.training import accuracy


class Parrot(nn.Module):
    """Says what stands in an image's first ten pixels."""

    def forward(self, x: Tensor) -> Tensor:
        return x.flatten(1)[:, :10]


def told(*answers: tuple[int, float, int]) -> Samples:
    """Samples for the parrot: a digit, how loud it is to be said, and the truth."""
    x = torch.zeros(len(answers), 1, 28, 28)
    for image, (digit, loudness, _) in zip(x, answers, strict=True):
        image[0, 0, digit] = loudness
    return Samples(x, torch.tensor([truth for *_, truth in answers]))


def test_confusions_count_each_truth_with_each_answer() -> None:
    counts = confusions(Parrot(), told((4, 1, 4), (9, 1, 4), (9, 1, 4), (4, 1, 9)))
    assert {(row, column): int(counts[row, column]) for row, column in counts.nonzero().tolist()} == {
        (4, 4): 1,
        (4, 9): 2,
        (9, 4): 1,
    }


def test_confusions_of_a_network_agree_with_its_accuracy(exam: Samples) -> None:
    network = CNN()
    counts = confusions(network, exam)
    assert counts.sum() == len(exam.y)
    assert counts.sum(dim=1).tolist() == exam.y.bincount().tolist()
    assert counts.diag().sum().item() / len(exam.y) == accuracy(network, exam)


def test_the_surest_mistakes_come_first_and_right_answers_never() -> None:
    mistakes = worst_mistakes(Parrot(), told((1, 2, 7), (2, 9, 2), (3, 5, 8), (4, 1, 9)), count=2)
    assert [(m.number, m.truth, m.answer) for m in mistakes] == [(2, 8, 3), (0, 7, 1)]
    assert mistakes[0].confidence == pytest.approx(torch.tensor([5.0] + [0.0] * 9).softmax(0)[0].item())


def test_the_last_maps_are_what_the_answer_is_read_from(exam: Samples) -> None:
    network = CNN()
    maps = feature_maps(network, exam.x[0])
    assert [tuple(layer.shape) for layer in maps] == [(16, 14, 14), (32, 7, 7), (32, 3, 3)]
    with torch.inference_mode():
        torch.testing.assert_close(network.dense(maps[-1].flatten()), network(exam.x[:1])[0])


def test_more_images_help(lesson: Samples, exam: Samples, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mnist_talk.results.SHOWN", 3_000)
    torch.manual_seed(0)
    few, many = gains(lesson, exam, counts=(30, 3_000))
    assert (few.images, many.images) == (30, 3_000)
    assert many.mlp > few.mlp + 0.1
    assert many.cnn > few.cnn + 0.1


def test_the_number_of_threads_is_as_before() -> None:
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before


def test_a_stopwatch_runs_while_its_block_does_and_makes_no_difference() -> None:
    with Stopwatch() as watch:
        sleep(0.01)
    assert watch.seconds >= 0.01
    assert watch == Stopwatch()
