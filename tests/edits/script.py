"""Forty edits as an author makes them, in order, and by hand for each the steps that really have to run.

A step has to run if its own code changed, or if a value, file, setting or module that it can read is another one.
Inline expressions stand in braces. Random numbers: whoever draws more or fewer of them moves all later draws, up to
the next cell that seeds anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

TRAININGS = frozenset({"mlp-train", "cnn-train", "gains", "transfer"})
DATA, FUNCTIONS, MLP, CNN, REUSE = (
    f"slides/{name}.md" for name in ("07-tensors", "08-functions", "09-perceptron", "10-convolutions", "13-reuse")
)
TITLE, START = "slides/01-learning.md", "slides/06-mnist.md"
FIGURES, MODELS, TRAINING = (f"src/mnist_talk/{name}.py" for name in ("figures", "models", "training"))
SCORES = "data/scores.csv"


@dataclass(frozen=True, slots=True)
class Change:
    """In a file, one text in place of another; of an empty `old`, the file is new."""

    file: str
    old: str
    new: str

    @property
    def undone(self) -> "Change":
        return Change(self.file, self.new, self.old)


@dataclass(frozen=True, slots=True)
class Edit:
    """What the author does, and what has to run then."""

    title: str
    changes: tuple[Change, ...] = ()
    must: frozenset[str] = frozenset()
    variables: Mapping[str, str] = field(default_factory=dict)  # of the environment, from now on
    quick: bool = False  # also in the short session


def steps(*groups: str) -> frozenset[str]:
    """Labels in words, and expressions in braces one by one."""
    return frozenset(name for group in groups for name in ([group] if group[0] == "{" else group.split()))


OF_HISTORIES = ("mlp-cnn errors-as-bars trainings",)
OF_CNN_HISTORY = (
    "{len(cnn_history.epochs)}",
    "{cnn_history.reason}",
    "{cnn_history.best}",
    '{f"{cnn_history.epochs[cnn_history.best - 1].accuracy:.2%}"}',
    "cnn-progress cnn-curves",
    *OF_HISTORIES,
)
OF_MLP_HISTORY = ("mlp-progress mlp-curves cnn-curves", *OF_HISTORIES)
OF_MLP = (
    *OF_MLP_HISTORY,
    "mlp-result mlp-shape draw rounded-networks",
    '{f"{mlp_train_accuracy:.2%}"}',
    '{f"{mlp_test_accuracy:.2%}"}',
)
# `same-predictions` and the count of parameters read the trained network itself.
OF_CNN = (
    *OF_CNN_HISTORY,
    "cnn-test confusions most-confused mistakes filters feature-maps draw rounded-networks",
    "save-and-restore same-predictions",
    '{f"{cnn_test_accuracy:.2%}"}',
    '{f"{parameter_count(cnn):,}"}',
)
OF_OUTCOMES = (
    "transfer-figure",
    "{outcomes[2].images}",
    '{f"{outcomes[2].transferred:.0%}"}',
    '{f"{outcomes[2].random:.0%}"}',
)
OF_GAINS = ("more-data", '{f"{gained[0].cnn:.0%}"}', '{f"{gained[-1].cnn:.1%}"}')
COUNTS = (
    '{f"{parameter_count(nn.Linear(28 * 28, 28 * 28)):,}"}',
    '{f"{parameter_count(nn.Conv2d(1, 1, kernel_size=3, padding=1)):,}"}',
    '{f"{parameter_count(MLP()):,}"}',
)
FILE_SIZE = '{f"{file.stat().st_size:,}"}'
GRIDS = (
    "digits-with-labels digits-to-name four-images four-images-again one-pixel-marked first-image-shown noise mistakes"
)
PLOTS = (
    "pathways realistic-neuron biological-network one-hidden-layer two-hidden-layers all-or-none activation-functions"
    " three-biases supervised unsupervised cross-entropy gradient-descent batch-descent stochastic-descent"
    f" mini-batch-descent overfitting regularization convolution pooling {GRIDS} pixel-values digits-count relu softmax mlp-curves cnn-curves"
    " errors-as-bars confusions filters feature-maps more-data transfer-figure"
)

LABELS_SLIDE = """<!-- seed 47 -->

## one_hot {#one-hot-labels auto-animate=true}

```{python label="labels-as-chips" echo=false}
from mnist_talk.diagrams import one_hot_rows

one_hot_rows(lab[:3].tolist(), chips="label")
```

```{python label="three-labels"}
lab[:3]
```

::: notes
**¼ min.** Point at the three blue labels: they are about to move.

The first three labels; remember them for the next slide.

*Could I give a list of digits instead?* Yes, `torch.tensor([5, 0, 4])` makes a tensor of it.
:::

---

"""
SIZES_CELL = """```{python label="split-sizes"}
split.train.x.shape, split.held_out.x.shape, exam.x.shape
```

"""
SHAPE_CELL = """```{python label="image-shape"}
img.shape
```

"""
SCORES_SLIDE = """## Scores {#scores}

```{python label="scores"}
import csv

with open("data/scores.csv") as table:
    scores = {name: int(points) for name, points in csv.reader(table)}
scores
```

Together `{python} sum(scores.values())`

---

"""
SPEAKER_CELL = """```{python label="speaker" echo=false}
import os

print("Speaker:", os.environ.get("TALK_SPEAKER", "to be announced"))
```

"""
DRAW_CELL = """```{python label="two-draws"}
torch.rand(2)
```

"""
VIEW_CELL = """```{python label="view"}
corner = mlp.hidden.weight.detach()[:2, :3]
corner
```

"""

DIGIT_GRID = Change(FIGURES, "axes.set_title(title)", "axes.set_title(title, pad=3)")
REASON = Change(TRAINING, '"all epochs done"', '"no epoch left"')
NARROW = (
    Change(MODELS, "nn.Conv2d(32, 32, kernel_size=3", "nn.Conv2d(32, 24, kernel_size=3"),
    Change(MODELS, "nn.Linear(32 * 3 * 3, 10)", "nn.Linear(24 * 3 * 3, 10)"),
)
RATE = Change(MLP, "rate=3e-4", "rate=1e-3")
NOISE = Change(CNN, "noise=0.1)", "noise=0.2)")
SCORE = Change(SCORES, "Ada,7", "Ada,9")

EDITS = (
    Edit("prose", (Change(START, "Learn to **name**", "Learn to *name*"),), quick=True),
    Edit("a text alternative", (Change(START, "Ten handwritten digits in two rows", "Ten digits in two rows"),)),
    Edit("echo", (Change(START, '"digits-with-labels"}\n#| echo: false', '"digits-with-labels"}\n#| echo: true'),)),
    # The size of a figure is the cell's doing: this plot is drawn anew, and no other.
    Edit("fig-height", (Change(DATA, "#| fig-height: 3.6", "#| fig-height: 3.4"),), steps("four-images")),
    Edit(
        "output-location",
        (Change(FUNCTIONS, '"relu"}\n#| fig', '"relu"}\n#| output-location: fragment\n#| fig'),),
    ),
    Edit("code-line-numbers", (Change(MLP, '"1|2|3|4"', '"1|2-3|4"'),)),
    Edit(
        "a comment in the cell that trains",
        (Change(MLP, "mlp = MLP()\n", "mlp = MLP()  # with random weights\n"),),
        quick=True,
    ),
    Edit(
        "the layout of a cell that trains",
        (
            Change(
                CNN,
                'train(cnn, split, cnn_recipe, Path("build/cnn.pt"))',
                'train(\n    cnn, split, cnn_recipe,\n    Path("build/cnn.pt"),\n)',
            ),
        ),
    ),
    Edit(
        "a plot after the training",
        (
            Change(
                MLP,
                'learning_curves({"MLP": mlp_history})',
                'learning_curves({"MLP": mlp_history})\nplt.suptitle("One");',
            ),
        ),
        steps("mlp-curves"),
        quick=True,
    ),
    Edit("a comment in figures.py", (Change(FIGURES, 'axes.axis("off")', 'axes.axis("off")  # no frame'),)),
    # All cells that call it; `set-up`, which imports it; `noise` draws what it drew before.
    Edit("digit_grid's body", (DIGIT_GRID,), steps(GRIDS, "set-up"), quick=True),
    Edit("undo that", (DIGIT_GRID.undone,)),
    # Nothing shows a docstring of figures.py, and yet a cell could ask for it: the two that hold the function run.
    Edit(
        "a docstring in figures.py",
        (Change(FIGURES, "beside the values of", "beside the grey levels of"),),
        steps("set-up pixel-values"),
    ),
    # Both networks have another history then, and the seconds in a history differ anyway; the weights do not.
    Edit(
        "train in training.py",
        (REASON,),
        steps("train mlp-train cnn-train", *OF_MLP_HISTORY, *OF_CNN_HISTORY),
    ),
    Edit("undo that", (REASON.undone,)),
    # Counting its parameters makes a network of random numbers: later draws move, those of `noise` first, and after
    # the transfer those of the network that has not been trained.
    Edit(
        "CNN in models.py",
        NARROW,
        steps(
            "cnn-shape cnn-model noise cnn-train gains transfer to-device back-to-cpu",
            '{f"{parameter_count(CNN()):,}"}',
            FILE_SIZE,
            *OF_CNN,
            *OF_GAINS,
            *OF_OUTCOMES,
        ),
    ),
    Edit("undo that", tuple(change.undone for change in NARROW)),
    Edit("the recipe of the first network", (RATE,), steps("mlp-recipe mlp-train", *OF_MLP), quick=True),
    # The file of weights is another one, but has the same size.
    Edit(
        "the recipe of the second network",
        (NOISE,),
        steps("cnn-recipe cnn-train", "{cnn_recipe.epochs}", *OF_CNN),
        quick=True,
    ),
    Edit("undo both", (RATE.undone, NOISE.undone), quick=True),
    Edit(
        "a slide that reads a file",
        (
            Change(SCORES, "", "Ada,7\nBob,5\n"),
            Change(DATA, "<!-- seed 40 -->\n", f"{SCORES_SLIDE}<!-- seed 40 -->\n"),
        ),
        steps("scores", "{sum(scores.values())}"),
        quick=True,
    ),
    Edit("that file", (SCORE,), steps("scores", "{sum(scores.values())}"), quick=True),
    Edit("the file as it was", (SCORE.undone,), quick=True),
    Edit(
        "a cell that reads the environment",
        (Change(START, "**Pairs** of", f"{SPEAKER_CELL}**Pairs** of"),),
        steps("speaker"),
    ),
    Edit("that variable", (), steps("speaker"), variables={"TALK_SPEAKER": "Ada"}),
    Edit(
        "a cell moved to another slide",
        (
            Change(MLP, SIZES_CELL, ""),
            Change(MLP, '`{python} f"{parameter_count', f'{SIZES_CELL}`{{python}} f"{{parameter_count'),
        ),
    ),
    Edit("a cell deleted", (Change(DATA, SHAPE_CELL, ""),)),
    Edit("undo that", (Change(DATA, "`img` is one tensor", f"{SHAPE_CELL}`img` is one tensor"),)),
    Edit("a label", (Change(DATA, 'label="one-pixel"', 'label="first-pixel"'),)),
    Edit(
        "a slide moved to another file",
        (
            Change(FUNCTIONS, LABELS_SLIDE, ""),
            Change(DATA, "<!-- seed 45 -->\n", f"{LABELS_SLIDE}<!-- seed 45 -->\n"),
        ),
        quick=True,
    ),
    # Three expressions draw before the first cell that seeds anew: they make networks to count their parameters.
    Edit("the deck's seed", (Change(TITLE, "seed: 0", "seed: 1"),), steps(*COUNTS)),
    Edit("a template", (Change("templates/page.html", "</html>", "<!-- ours -->\n</html>"),)),
    Edit("a style sheet", (Change("static/themes/deckwright.css", "#fcfbf8", "#fdfdfb"),)),
    Edit("the title", (Change(TITLE, "title: Machine learning in", "title: Learning machines in"),)),
    Edit("notes", (Change(START, "Point at a digit of", "Show a digit of"),)),
    # Two numbers more, so `noise` draws others; `cnn-train` seeds anew.
    Edit(
        "a new cell that draws",
        (Change(CNN, '```{python label="noise"}', f'{DRAW_CELL}```{{python label="noise"}}'),),
        steps("two-draws noise"),
        quick=True,
    ),
    # What it shows shares memory with the network, which nobody changes any more.
    Edit(
        "a new cell that views the weights",
        (Change(MLP, "Training images named", f"{VIEW_CELL}Training images named"),),
        steps("view"),
    ),
    Edit("`;` at a cell's end", (Change(MLP, "exam.x.shape\n", "exam.x.shape;\n"),), steps("split-sizes")),
    Edit(
        "a variable renamed in a plot",
        (
            Change(REUSE, "counts = [outcome", "sizes = [outcome"),
            Change(REUSE, "plt.plot(counts, [100 * outcome.transferred", "plt.plot(sizes, [100 * outcome.transferred"),
            Change(REUSE, "plt.plot(counts, [100 * outcome.random", "plt.plot(sizes, [100 * outcome.random"),
            Change(REUSE, "xticks=counts, xticklabels=counts", "xticks=sizes, xticklabels=sizes"),
        ),
        steps("transfer-figure"),
        quick=True,
    ),
    # Figures fill the slide's width. `set-up` reads matplotlib's settings, the size of figures among them.
    Edit("the deck's size", (Change(TITLE, "seed: 1", "seed: 1\nsize: 1600x900"),), steps(PLOTS, "set-up")),
)
