"""The transfer experiment chooses the right images and leaves its teacher alone."""

import torch

from mnist_talk.data import Samples
from mnist_talk.models import CNN
from mnist_talk.training import Recipe
from mnist_talk.transfer import compare, few, learn, only, transferred


def test_only_some_digits(lesson: Samples) -> None:
    low, high = only(lesson, 0, 4), only(lesson, 5, 9)
    assert low.y.unique().tolist() == [0, 1, 2, 3, 4]
    assert len(low.y) + len(high.y) == len(lesson.y)


def test_few_are_as_many_of_each_digit(lesson: Samples) -> None:
    chosen = few(only(lesson, 5, 9), each=3)
    assert chosen.y.bincount().tolist() == [0] * 5 + [3] * 5
    assert torch.unique(chosen.x.flatten(1), dim=0).shape[0] == 15  # no image twice


def test_the_copy_keeps_the_convolutions_and_forgets_the_answers() -> None:
    teacher = CNN()
    before = teacher.dense.weight.clone()
    pupil = transferred(teacher)
    assert torch.equal(pupil.conv2.weight, teacher.conv2.weight)
    assert not torch.equal(pupil.dense.weight, teacher.dense.weight)
    assert torch.equal(teacher.dense.weight, before)


def test_a_head_start_helps_with_few_images(lesson: Samples, exam: Samples) -> None:
    torch.manual_seed(0)
    teacher = learn(CNN(), only(lesson, 0, 4), Recipe(rate=3e-3, batch=64, epochs=3))
    (outcome,) = compare(teacher, only(lesson, 5, 9), only(exam, 5, 9), counts=[10], repeats=2)
    assert outcome.images == 10
    assert outcome.transferred > outcome.random > 0.2
