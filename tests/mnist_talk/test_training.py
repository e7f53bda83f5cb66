"""Training learns, keeps what was best, and stops when it must; counted by hand where that is possible."""

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from mnist_talk import training
from mnist_talk.data import Samples, Split, hold_out
from mnist_talk.models import CNN, MLP
from mnist_talk.stopping import Rules
from mnist_talk.training import Recipe, accuracy, augment, drop_rate, ready, restore, run_epoch, save, train

QUICK = Recipe(rate=3e-3, batch=64, epochs=2, noise=0.1)


class Echo(nn.Module):
    """Names the digit that each image holds as its only value."""

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.one_hot(x.long(), 10).float()


@pytest.fixture(scope="module")
def split(lesson: Samples) -> Split:
    return hold_out(lesson, 1_000)


def test_accuracy_counts_samples_and_not_batches() -> None:
    right = torch.arange(1_500) < 1_000  # the first batch of 1,000 all right, the ragged second all wrong
    truth = torch.full((1_500,), 3)
    answers = torch.where(right, truth, 4)
    assert accuracy(Echo(), Samples(answers, truth)) == 1_000 / 1_500  # the mean of the batches would say 1/2


def test_one_hot_and_argmax_undo_each_other() -> None:
    labels = torch.tensor([5, 0, 4, 9])
    assert torch.equal(nn.functional.one_hot(labels, 10).argmax(dim=1), labels)


def test_a_cnn_learns_from_few_images(split: Split, exam: Samples, tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = CNN()
    history = train(model, split, QUICK, tmp_path / "cnn.pt")
    assert history.reason == "all epochs done"
    assert [epoch.rate for epoch in history.epochs] == [3e-3, 3e-3]
    assert history.epochs[1].loss < history.epochs[0].loss
    assert accuracy(model, exam) >= 0.90


def test_the_same_seed_gives_the_same_training(split: Split, tmp_path: Path) -> None:
    def run() -> tuple[training.History, Tensor]:
        torch.manual_seed(1)
        model = MLP()
        return train(model, split, QUICK, tmp_path / "mlp.pt"), model.output.weight

    (one, weights), (other, same_weights) = run(), run()
    assert one == other
    assert torch.equal(weights, same_weights)


def test_a_line_is_printed_for_each_epoch(split: Split, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train(MLP(), split, QUICK, tmp_path / "mlp.pt")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("epoch 1/2  loss ")
    assert second.startswith("epoch 2/2  loss ")
    assert second.endswith("%")


def scripted(monkeypatch: pytest.MonkeyPatch, accuracies: list[float]) -> None:
    """Let each epoch add 1 to all weights instead of learning, and the held-out accuracies be these."""
    remaining = iter(accuracies)

    def count_epoch(model: nn.Module, optimizer: torch.optim.Optimizer, data: Samples, recipe: Recipe) -> float:
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.add_(1)
        return 0.5

    monkeypatch.setattr(training, "run_epoch", count_epoch)
    monkeypatch.setattr(training, "accuracy", lambda model, data: next(remaining))


def counter() -> nn.Linear:
    """A model with one weight, 0."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.zeros_(model.weight)
    return model


def test_the_best_weights_come_back_and_lie_in_the_file(
    split: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, [0.5, 0.7, 0.9, 0.6, 0.9])
    model, fresh = counter(), counter()
    history = train(model, split, Recipe(rate=0.1, batch=1, epochs=5), tmp_path / "deep" / "w.pt")
    restore(fresh, tmp_path / "deep" / "w.pt")
    assert history.best == 3
    assert model.weight.item() == fresh.weight.item() == 3
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["w.pt"]


def test_the_rate_drops_and_training_ends(split: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scripted(monkeypatch, [0.9] + [0.8] * 19)
    history = train(counter(), split, Recipe(rate=3e-3, batch=1, epochs=20), tmp_path / "w.pt")
    assert history.reason == "converged"
    assert [epoch.rate for epoch in history.epochs] == pytest.approx([3e-3] * 6 + [3e-4] * 5)


def test_the_target_ends_training_and_its_weights_are_kept(
    split: Split, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted(monkeypatch, [0.5, 0.9, 0.1])
    model = counter()
    history = train(model, split, Recipe(rate=0.1, batch=1, epochs=9, rules=Rules(target=0.9)), tmp_path / "w.pt")
    assert (history.reason, history.best, len(history.epochs)) == ("target reached", 2, 2)
    assert model.weight.item() == 2


def test_a_broken_model_ends_training_at_once(split: Split, tmp_path: Path) -> None:
    stale = tmp_path / "w.pt"
    stale.write_bytes(b"from an earlier run")
    history = train(MLP(), split, Recipe(rate=float("inf"), batch=1024, epochs=5), stale)
    assert (history.reason, history.best, len(history.epochs)) == ("not a number", 0, 1)
    assert not stale.exists()


def test_the_rate_has_a_floor() -> None:
    optimizer = ready(counter(), torch.device("cpu"), 3e-6)
    drop_rate(optimizer)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(3e-7)
    drop_rate(optimizer)
    assert optimizer.param_groups[0]["lr"] == pytest.approx(3e-7)


def test_an_epoch_is_plain_gradient_descent_on_each_batch(lesson: Samples) -> None:
    """Against a loop without shuffling, layouts or mixed precision: one batch that holds everything."""
    few, recipe = Samples(lesson.x[:200], lesson.y[:200]), Recipe(rate=0.1, batch=200, epochs=1, mixed=False)
    ours, plain = MLP(), MLP()
    plain.load_state_dict(ours.state_dict())
    loss = run_epoch(ours, torch.optim.SGD(ours.parameters(), lr=recipe.rate), few, recipe)
    expected = nn.functional.cross_entropy(plain(few.x), few.y)
    gradients = torch.autograd.grad(expected, list(plain.parameters()))
    assert loss == pytest.approx(expected.item(), rel=1e-5)
    for parameter, before, gradient in zip(ours.parameters(), plain.parameters(), gradients, strict=True):
        torch.testing.assert_close(parameter, before - recipe.rate * gradient)


def test_the_mean_loss_weighs_a_short_last_batch_by_its_size(lesson: Samples) -> None:
    model = MLP()
    few, recipe = Samples(lesson.x[:100], lesson.y[:100]), Recipe(rate=0, batch=64, epochs=1, mixed=False)
    loss = run_epoch(model, torch.optim.SGD(model.parameters(), lr=0), few, recipe)
    assert loss == pytest.approx(nn.functional.cross_entropy(model(few.x), few.y).item(), rel=1e-5)


def test_noise_has_the_deviation_that_was_asked_for() -> None:
    x = torch.ones(100, 1, 28, 28)
    torch.manual_seed(0)
    difference = augment(x, 0.1) - x
    assert difference.std().item() == pytest.approx(0.1, rel=0.02)
    assert difference.mean().item() == pytest.approx(0, abs=0.002)
    assert augment(x, 0) is x


def test_saved_weights_predict_the_same(exam: Samples, tmp_path: Path) -> None:
    model = CNN()
    save(model, tmp_path / "w.pt")
    assert training.test(CNN(), tmp_path / "w.pt", exam) == accuracy(model, exam)
