"""The small experiments show what their slides say, and their pictures what was computed."""

import math
from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from torch.optim import Adam

from mnist_talk import lessons
from mnist_talk.data import MNIST
from mnist_talk.lessons import EDGES, Pairs

from .test_figures import assert_readable

pytestmark = pytest.mark.usefixtures("figure_in_style")


@pytest.fixture(scope="module")
def kinds() -> Pairs:
    return lessons.two_kinds()


def loss_at(kinds: Pairs, path: torch.Tensor) -> list[float]:
    return [float(lessons.mean_loss(kinds, *place)) for place in path]


def test_groups_are_found_without_labels() -> None:
    points, labels = lessons.clouds()
    found = lessons.group(points, 3)
    named = torch.tensor([labels[found == number].mode().values for number in range(3)])
    assert sorted(named.tolist()) == [0, 1, 2]
    assert (named[found] == labels).float().mean() > 0.9


def test_points_are_coloured_by_kind_or_alike() -> None:
    points, labels = lessons.clouds(12)
    lessons.scatter(points, [None, labels], ["without", "with"])
    alike, told_apart = plt.gcf().axes
    assert [len(np.asarray(line.get_xdata())) for line in alike.lines] == [12]
    assert [len(np.asarray(line.get_xdata())) for line in told_apart.lines] == [4, 4, 4]
    assert_readable()


def test_a_neuron_that_knows_nothing_pays_the_price_of_a_coin(kinds: Pairs) -> None:
    assert float(lessons.mean_loss(kinds, torch.tensor(0.0), torch.tensor(0.0))) == pytest.approx(math.log(2))


def test_the_loss_of_a_grid_is_that_of_its_places(kinds: Pairs) -> None:
    weight, bias = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(1))
    grid = lessons.mean_loss(kinds, weight, bias)
    assert grid.shape == (3, 4)
    assert float(grid[2, 1]) == pytest.approx(float(lessons.mean_loss(kinds, weight[2, 1], bias[2, 1])))


def test_a_step_goes_against_the_gradient(kinds: Pairs) -> None:
    start, there = lessons.descend(kinds, batch=len(kinds.x), passes=1, rate=2.0)
    share = torch.sigmoid(start[0] * kinds.x + start[1]) - kinds.y
    gradient = torch.stack([(share * kinds.x).mean(), share.mean()])
    assert torch.allclose(there, start - 2.0 * gradient, atol=1e-5)


def test_batch_descent_never_climbs(kinds: Pairs) -> None:
    losses = loss_at(kinds, lessons.descend(kinds, batch=len(kinds.x), passes=20, rate=3.0))
    assert losses == sorted(losses, reverse=True)
    assert losses[-1] < 0.36


def test_smaller_batches_take_more_steps_and_come_further(kinds: Pairs) -> None:
    recipes = {128: 2.0, 16: 0.7, 1: 0.12}
    paths = {batch: lessons.descend(kinds, batch, passes=5, rate=rate) for batch, rate in recipes.items()}
    assert [len(path) - 1 for path in paths.values()] == [5, 40, 640]
    whole, few, single = (loss_at(kinds, path) for path in paths.values())
    assert whole[-1] > few[-1] > single[-1]
    assert any(later > earlier for earlier, later in pairwise(single))  # it staggers


def test_the_same_seed_walks_the_same_way(kinds: Pairs) -> None:
    torch.manual_seed(1)
    first = lessons.descend(kinds, batch=16, passes=1, rate=0.2, rule=Adam)
    torch.manual_seed(2)
    assert torch.equal(first, lessons.descend(kinds, batch=16, passes=1, rate=0.2, rule=Adam))
    assert not torch.equal(first, lessons.descend(kinds, batch=16, passes=1, rate=0.2, rule=Adam, seed=1))


def test_no_lesson_touches_the_global_random_state() -> None:
    before = torch.get_rng_state()
    lessons.descend(lessons.two_kinds(), batch=16, passes=1, rate=0.1)
    lessons.noisy_wave(16, seed=6)
    assert torch.equal(torch.get_rng_state(), before)


def test_all_ways_are_drawn_and_the_lit_ones_named(kinds: Pairs) -> None:
    paths = {name: lessons.descend(kinds, 64, passes=2, rate=1.0, seed=n) for n, name in enumerate(("one", "two"))}
    lessons.descents(kinds, paths, lit=["two"])
    axes = plt.gca()
    drawn = [np.asarray(line.get_xydata()).tolist() for line in axes.lines]
    assert all(path.tolist() in drawn for path in paths.values())
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["two"]
    assert_readable()


def test_the_cross_marks_the_lowest_place(kinds: Pairs) -> None:
    lowest = np.asarray(lessons.landscape(kinds).lines[0].get_xydata())[0]
    end = lessons.descend(kinds, batch=len(kinds.x), passes=400, rate=3.0)[-1]
    assert lowest == pytest.approx(end.numpy(), abs=0.06)  # half a step of the grid


def test_descent_has_an_arrow_for_each_step(kinds: Pairs) -> None:
    lessons.descent(kinds, lessons.descend(kinds, batch=len(kinds.x), passes=3, rate=1.0))
    assert [text.get_text() for text in plt.gca().texts] == ["", "", "", "start"]
    assert_readable()


def test_doubt_is_priced_by_its_logarithm() -> None:
    lessons.price_of_doubt([0.5, 0.1])
    assert [text.get_text() for text in plt.gca().texts] == ["0.5 costs 0.69", "0.1 costs 2.30"]
    assert_readable()


def test_a_fit_finds_the_polynomial_that_made_the_points() -> None:
    x = torch.linspace(-1, 1, 9, dtype=torch.float64)
    pairs = Pairs(x, 1 - 2 * x + 3 * x**3)
    polynomial = lessons.fit(pairs, degree=3)
    assert polynomial.tolist() == pytest.approx([1, -2, 0, 3], abs=1e-9)
    assert lessons.squared_error(polynomial, pairs) == pytest.approx(0, abs=1e-18)


def test_a_large_degree_learns_by_heart_and_a_penalty_helps() -> None:
    seen, unseen = lessons.noisy_wave(16, seed=6), lessons.noisy_wave(401, seed=99)
    modest, wild, penalized = lessons.fit(seen, 3), lessons.fit(seen, 13), lessons.fit(seen, 13, penalty=1e-3)
    assert lessons.squared_error(wild, seen) < 0.01 < lessons.squared_error(modest, seen)
    assert lessons.squared_error(wild, unseen) > 1 > lessons.squared_error(modest, unseen)
    assert lessons.squared_error(penalized, unseen) < 0.2
    assert penalized.abs().max() < wild.abs().max() / 10


def test_overfitting_shows_both_errors_of_each_degree() -> None:
    seen, unseen = lessons.noisy_wave(16, seed=6), lessons.noisy_wave(401, seed=99)
    lessons.overfitting(seen, unseen, degrees=range(1, 6), shown=(5, 3))
    train, test = (np.asarray(line.get_ydata()).tolist() for line in plt.gcf().axes[1].lines)
    polynomials = [lessons.fit(seen, degree) for degree in range(1, 6)]
    assert train == pytest.approx([lessons.squared_error(polynomial, seen) for polynomial in polynomials])
    assert test == pytest.approx([lessons.squared_error(polynomial, unseen) for polynomial in polynomials])
    assert_readable()


def test_a_convolution_weighs_each_neighbourhood(mnist: MNIST) -> None:
    image = mnist.train.images[0] / 255
    found = lessons.convolve(image, EDGES)
    assert found.shape == image.shape
    assert float(found[11, 11]) == pytest.approx(float((image[10:13, 10:13] * EDGES).sum()), abs=1e-5)


def test_pooling_keeps_the_largest_of_four() -> None:
    assert lessons.pool(torch.arange(16.0).reshape(4, 4)).tolist() == [[5, 7], [13, 15]]


def test_the_convolution_shows_its_kernel_and_marks_what_belongs_together(mnist: MNIST) -> None:
    lessons.convolution(mnist.train.images[0] / 255, EDGES, row=11, column=11)
    image, kernel, found = plt.gcf().axes
    assert [text.get_text() for text in kernel.texts][:9] == ["−1", "0", "1"] * 3
    assert [patch.get_bbox().bounds for patch in (image.patches[-1], found.patches[-1])] == [
        (9.5, 9.5, 3, 3),
        (10.5, 10.5, 1, 1),
    ]
    assert_readable()


def test_pooling_writes_the_numbers_of_the_window(mnist: MNIST) -> None:
    found = lessons.convolve(mnist.train.images[0] / 255, EDGES).relu()
    lessons.pooling(found, row=12, column=12)
    before, after = ([text.get_text() for text in axes.texts] for axes in plt.gcf().axes[1:3])
    assert before == [f"{value:.1f}" for value in found[12:16, 12:16].flatten().tolist()]
    assert after == [f"{value:.1f}" for value in lessons.pool(found)[6:8, 6:8].flatten().tolist()]
    assert_readable()


def test_a_pixel_is_as_dark_as_its_value() -> None:
    lessons.pixels(plt.gca(), torch.tensor([[0.0, 0.5], [-1.0, 0.0]]), most=1.0)
    colours = np.asarray(plt.gca().collections[0].get_facecolor())
    assert colours[:, 3].tolist() == [0.5, 1.0]
    assert colours[0, :3].tolist() != colours[1, :3].tolist()
