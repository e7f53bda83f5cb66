"""The talk's drawing board on a slide: briefly trained networks answer with mouse, finger and keys, as torch does."""

from base64 import b64encode

import pytest
import torch
from playwright.sync_api import Browser, Page
from torch import nn

from deckwright.browser.chromium import Opened, wait_until
from deckwright.browser.look import look
from deckwright.pipeline import Project
from mnist_talk.data import MNIST, Samples, load, samples
from mnist_talk.draw import drawing_board, one_of_each
from mnist_talk.models import CNN, MLP
from mnist_talk.training import Recipe, ready, run_epoch

from .conftest import ROOT, Silent, build_aside
from .test_presenting import CURRENT, open_slide

DECK = """---
title: A deck with a drawing board
---

## Draw {#draw}

```{python echo=false}
from pathlib import Path

from IPython.display import HTML

HTML(Path("board.html").read_text("utf-8"))
```

---

## After {#after}
"""
ANSWERS = """(images) => {
    const pixels = Float32Array.from(mnistTalk.bytes(images), (value) => value / 255);
    return Object.values(mnistTalk.data.networks).map(mnistTalk.read).map((layers) =>
        Array.from({ length: pixels.length / 784 }, (_, at) => {
            const scores = mnistTalk.scores(layers, pixels.subarray(784 * at, 784 * (at + 1)));
            return scores.indexOf(Math.max(...scores));
        }));
}"""
SEEN = """() => {
    const pixels = Array(784).fill(0);
    for (const square of document.querySelectorAll('.seen rect'))
        pixels[28 * square.getAttribute('y') + +square.getAttribute('x')] = +square.getAttribute('fill-opacity');
    return pixels;
}"""
SEVEN = ((0.0, 0.0), (1.0, 0.0), (0.4, 1.5))
SAID = "drawing-board [role=status]"


@pytest.fixture(scope="module")
def mnist() -> MNIST:
    return load(ROOT)


@pytest.fixture(scope="module")
def networks(mnist: MNIST) -> dict[str, nn.Module]:
    """Both networks after a moment of training."""
    torch.manual_seed(0)
    everything = samples(mnist.train)
    lesson = Samples(everything.x[:10_000], everything.y[:10_000])
    return {"MLP": trained(MLP(), lesson, rate=1e-2), "CNN": trained(CNN(), lesson, rate=3e-3)}


def trained(model: nn.Module, lesson: Samples, rate: float) -> nn.Module:
    recipe = Recipe(rate=rate, batch=64, epochs=1, mixed=False)
    run_epoch(model, ready(model, torch.device("cpu"), rate), lesson, recipe)
    return model


@pytest.fixture(scope="module")
def address(networks: dict[str, nn.Module], mnist: MNIST, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A deck on disk whose first slide has the board."""
    root = tmp_path_factory.mktemp("board")
    (root / "slides").mkdir()
    (root / "slides" / "deck.md").write_text(DECK, "utf-8")
    (root / "board.html").write_text(drawing_board(networks, samples(mnist.test)), "utf-8")
    watcher = Silent()
    build_aside(Project(root, root / "slides", root / "site"), watcher)
    assert watcher.warnings == []
    return (root / "site" / "index.html").as_uri()


@pytest.fixture
def board(opened: Opened, address: str) -> Page:
    """The slide with the board."""
    page = opened.go(address)
    open_slide(page, "draw")
    return page


def on_paper(
    page: Page, shape: tuple[tuple[float, float], ...], left: float, top: float, size: float
) -> list[tuple[float, float]]:
    """Where on the screen a shape lies whose place and size are given in sides of the paper."""
    paper = page.locator(".paper").bounding_box()
    assert paper is not None
    side = paper["width"]
    return [(paper["x"] + side * (left + size * x), paper["y"] + side * (top + size * y)) for x, y in shape]


def draw(page: Page, left: float = 0.3, top: float = 0.15, size: float = 0.4) -> None:
    """Draw a seven with the mouse."""
    first, *others = on_paper(page, SEVEN, left, top, size)
    page.mouse.move(*first)
    page.mouse.down()
    for place in others:
        page.mouse.move(*place, steps=10)
    page.mouse.up()
    wait_until(page, "!document.querySelector('drawing-board').due")


def answers(page: Page) -> list[str]:
    return page.locator(".network b").all_inner_texts()


def test_the_page_answers_as_torch_does(board: Page, networks: dict[str, nn.Module], mnist: MNIST) -> None:
    images = mnist.test.images[:1_000]
    by_page = torch.tensor(board.evaluate(ANSWERS, b64encode(images.numpy().tobytes()).decode()))
    with torch.inference_mode():
        by_torch = torch.stack([network(images.unsqueeze(1) / 255).argmax(dim=1) for network in networks.values()])
    assert ((by_torch == mnist.test.labels[:1_000]).float().mean(dim=1) > 0.9).all()  # networks that know something
    assert ((by_page == by_torch).float().mean(dim=1) >= 0.995).all()


def test_a_digit_is_there_before_anybody_draws(board: Page) -> None:
    assert answers(board) == ["7", "7"]
    assert board.locator(".sample rect").count() > 50
    assert {one.rule for one in look(board)} & {"overflow", "small-text", "contrast"} == set()


@pytest.mark.parametrize("width", [1280, 1920, 800])
def test_a_line_appears_under_the_mouse_and_is_answered(board: Page, opened: Opened, width: int) -> None:
    board.set_viewport_size({"width": width, "height": width * 9 // 16})
    wait_until(board, "(width) => Math.abs(Reveal.getScale() - width / 1280) < 0.01", width)
    board.get_by_role("button", name="Clear").click()
    assert answers(board) == ["–", "–"]
    draw(board)
    assert answers(board) == ["7", "7"]
    lines = board.locator(".lines").bounding_box()
    corner = on_paper(board, SEVEN, 0.3, 0.15, 0.4)[0]
    assert lines is not None
    assert (lines["x"], lines["y"]) == pytest.approx(corner, abs=30)  # but for the width of the pen
    assert board.evaluate(CURRENT) == "draw"
    assert opened.complaints == []


def test_the_first_line_replaces_the_digit_that_was_there(board: Page) -> None:
    board.get_by_role("button", name="Show a handwritten 0").click()
    assert answers(board) == ["0", "0"]
    draw(board)
    assert board.locator(".sample rect").count() == 0
    assert answers(board) == ["7", "7"]


@pytest.mark.parametrize(("left", "top", "size"), [(0.02, 0.02, 0.2), (0.75, 0.65, 0.2), (0.1, 0.05, 0.6)])
def test_size_and_place_of_a_drawing_do_not_matter(board: Page, left: float, top: float, size: float) -> None:
    draw(board)
    usual = torch.tensor(board.evaluate(SEEN))
    board.get_by_role("button", name="Clear").click()
    draw(board, left, top, size)
    assert (torch.tensor(board.evaluate(SEEN)) - usual).abs().mean() < 0.02


def test_a_drawing_is_scaled_and_centred_as_mnist_is(board: Page, mnist: MNIST) -> None:
    draw(board, 0.02, 0.02, 0.2)
    seen = torch.tensor(board.evaluate(SEEN)).reshape(28, 28)
    places = torch.arange(28.0)
    digits = mnist.test.images.float()
    usual = ((digits.sum(dim=1) * places).sum(dim=1) / digits.sum(dim=(1, 2))).mean()  # about 14
    across, down = ((seen.sum(dim=axis) * places).sum() / seen.sum() for axis in (0, 1))
    assert [across.item(), down.item()] == pytest.approx([usual.item()] * 2, abs=0.1)
    inked = (seen > 0.3).nonzero()
    extent = (inked.amax(dim=0) - inked.amin(dim=0) + 1).amax().item()
    assert 19 <= extent <= 21


def test_a_dot_is_answered_too(board: Page, opened: Opened) -> None:
    board.get_by_role("button", name="Clear").click()
    board.mouse.click(*on_paper(board, SEVEN, 0.5, 0.5, 0)[0])
    wait_until(board, "document.querySelector('.seen rect')")
    assert 3 < sum(board.evaluate(SEEN)) < 10  # it is not blown up
    assert all(answer.isdigit() for answer in answers(board))
    assert opened.complaints == []


def test_keys_choose_a_digit_and_stay_on_the_slide(board: Page) -> None:
    board.get_by_role("button", name="Show a handwritten 4").focus()
    for key in ("Space", "ArrowRight", "ArrowDown", "n", "b", "o", "f", "s"):
        board.keyboard.press(key)
    assert answers(board)[1] == "4"
    assert board.evaluate("[Reveal.getCurrentSlide().id, Reveal.isPaused(), Reveal.isOverview()]") == [
        "draw",
        False,
        False,
    ]
    assert len(board.context.pages) == 1


@pytest.mark.parametrize("keys", [["PageDown"], ["Escape", "ArrowRight"]])
def test_there_is_a_way_from_the_board_to_the_next_slide(board: Page, keys: list[str]) -> None:
    board.get_by_role("button", name="Clear").focus()
    for key in keys:
        board.keyboard.press(key)
    assert board.evaluate(CURRENT) == "after"


def test_who_points_at_a_button_keeps_the_keys_for_the_slides(board: Page) -> None:
    board.get_by_role("button", name="Show a handwritten 4").click()
    draw(board)
    board.keyboard.press("ArrowRight")
    assert board.evaluate(CURRENT) == "after"


def test_the_answer_is_read_aloud_once_drawing_is_over(board: Page) -> None:
    assert board.locator(SAID).text_content() == ""
    board.get_by_role("button", name="Show a handwritten 0").click()
    draw(board)
    assert board.locator(SAID).text_content() == ""  # not while the pen moves
    wait_until(board, f"document.querySelector('{SAID}').textContent")
    assert (board.locator(SAID).text_content() or "").startswith("MLP says 7, ")
    board.get_by_role("button", name="Clear").click()
    wait_until(board, f"document.querySelector('{SAID}').textContent === 'The paper is empty'")


def test_a_finger_draws_on_a_telephone(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 412, "height": 840}, has_touch=True, is_mobile=True) as context:
        opened = Opened(context.new_page())
        opened.listen()
        page = opened.go(address)
        assert page.evaluate("Reveal.isScrollView()")
        page.evaluate("document.querySelector('#draw').scrollIntoView({ block: 'center' })")
        page.wait_for_timeout(100)
        before = page.evaluate("Reveal.getViewportElement().scrollTop")
        swipe(page, on_paper(page, SEVEN, 0.3, 0.15, 0.4))
        wait_until(page, "document.querySelector('.lines').getAttribute('d')")
        wait_until(page, "!document.querySelector('drawing-board').due")
        assert answers(page) == ["7", "7"]
        assert page.evaluate("Reveal.getViewportElement().scrollTop") == before
        page.set_viewport_size({"width": 1280, "height": 720})  # Reveal writes its slides anew
        wait_until(page, "!Reveal.isScrollView()")
        open_slide(page, "draw")
        page.get_by_role("button", name="Show a handwritten 0").click()
        assert answers(page) == ["0", "0"]
        assert opened.complaints == []


def test_a_finger_on_the_paper_turns_no_slide(browser: Browser, address: str) -> None:
    with browser.new_context(viewport={"width": 1280, "height": 720}, has_touch=True) as context:
        page = Opened(context.new_page()).go(address)
        open_slide(page, "draw")
        swipe(page, on_paper(page, ((1, 0), (0.5, 0.1), (0, 0.2)), 0.1, 0.4, 0.8))
        assert page.evaluate(CURRENT) == "draw"
        swipe(page, [(1000, 600), (600, 600), (200, 600)])  # beside it, it does
        wait_until(page, "Reveal.getCurrentSlide().id === 'after'")


def swipe(page: Page, places: list[tuple[float, float]]) -> None:
    """Put a finger down, move it, lift it."""
    touch = page.context.new_cdp_session(page)
    kinds = ["touchStart"] + ["touchMove"] * (len(places) - 1)
    for kind, (x, y) in zip(kinds, places, strict=True):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_paper_shows_a_digit_and_its_answers(opened: Opened, address: str) -> None:
    page = opened.go(f"{address}?print-pdf")
    page.wait_for_selector(".pdf-page #draw")
    assert answers(page) == ["7", "7"]
    assert page.locator("#draw .sample rect").count() > 50
    assert opened.complaints == []


def test_without_scripts_a_sentence_stands_for_the_board(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(address)
        assert page.locator("#draw .fallback").is_visible()
        assert not page.locator("#draw .paper").is_visible()


def test_the_digits_offered_are_those_of_the_test_set(board: Page, mnist: MNIST) -> None:
    expected = one_of_each(samples(mnist.test))[2] / 255
    board.get_by_role("button", name="Show a handwritten 2").click()
    assert (torch.tensor(board.evaluate(SEEN)) - expected).abs().max() < 0.006
