"""`deckwright publish`: bring the site to where others see it, or tell a host how to."""

import shutil
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from deckwright import pipeline
from deckwright.errors import DeckError, Place
from deckwright.execute.store.store import Store
from deckwright.execute.watch import Watcher
from deckwright.model import Deck, is_never_kept
from deckwright.pipeline import CACHE, Project
from deckwright.shell.arguments import form_of
from deckwright.shell.git import Git, web_address
from deckwright.shell.hosts import Plan, write
from deckwright.site.publish import keep_others
from deckwright.source.load import load
from deckwright.words import counted

PUBLIC = "public"  # in the folder of the cache: the site as it is pushed
DOMAIN = "CNAME"


def to_folder(project: Project, chosen: Namespace, watcher: Watcher) -> str:
    """Publish to a folder; what others put there stays."""
    made = replace(project, out=chosen.path.absolute())
    bring(made, chosen, watcher)
    return str(made.out / "index.html")


def to_branch(project: Project, chosen: Namespace, watcher: Watcher) -> str:
    """Publish to a branch of the user's own remote."""
    git = Git(project.root)
    remote = git.address(chosen.remote)
    if not chosen.dirty:
        git.refuse_changes([project.out, project.root / CACHE])
    git.refuse_loss(chosen.remote, chosen.branch)
    made = replace(project, out=project.root / CACHE / PUBLIC)
    shutil.rmtree(made.out, ignore_errors=True)
    bring(made, chosen, watcher)
    keep_others(project.out, made.out, but=".git")
    git.push(made.out, chosen.remote, chosen.branch)
    return web_address(remote, domain_of(made.out)) or f"{remote} {chosen.branch}"


def to_host(project: Project, chosen: Namespace, watcher: Watcher) -> str:
    """Write what a host reads to publish the frozen results by itself."""
    with Store.opened(project.root / CACHE, watcher.warn) as store:
        decks = load(project.root, project.slides, store)
        for one in pipeline.thaw(decks, store, watcher):
            if isinstance(one, DeckError):
                raise one
    names = [deck.name for deck in decks]
    plan = Plan(project.root, names, form_of(chosen), Git(project.root).branch(), domain_of(project.out))
    return str(write(chosen.to, plan))


def bring(project: Project, chosen: Namespace, watcher: Watcher) -> None:
    """Write the site from results that are up to date, or frozen, or brought up to date if that was asked for."""
    if not (chosen.frozen or chosen.build):
        refuse_outdated(project, watcher)
    pipeline.build(project, watcher, frozen=chosen.frozen, form=form_of(chosen))


def refuse_outdated(project: Project, watcher: Watcher) -> None:
    """Raise DeckError if a build would run something, but for cells that always run."""
    with Store.opened(project.root / CACHE, watcher.warn) as store:
        decks = load(project.root, project.slides, store)
        labels = [label for deck in decks for label in outdated(deck, store)]
    if labels:
        problem = f"results are out of date: {counted(len(labels), 'step')} would run, first {labels[0]}"
        remedy = "Look at them first: deckwright build; or have them brought up to date: deckwright publish --build"
        raise DeckError(problem, Place(str(project.slides), 0), remedy)


def outdated(deck: Deck, store: Store) -> Sequence[str]:
    """The steps that a build would run."""
    from deckwright.execute.walk.dry import Dry, Verdict

    steps = [found.step for found in Dry(deck, store).forecasts() if found.verdict is Verdict.RUNS]
    return [step.label for step in steps if not is_never_kept(step)]


def domain_of(site: Path) -> str:
    """The site's own domain, as its CNAME has it."""
    file = site / DOMAIN
    return file.read_text("utf-8").strip() if file.is_file() else ""


WAYS = {
    "gh-pages": to_branch,
    "folder": to_folder,
    "netlify": to_host,
    "pages": to_host,
    "cloudflare": to_host,
}
