"""What the commands of this folder print."""

from argparse import Namespace

from deckwright.browser.extra import require
from deckwright.errors import OK, WRONG
from deckwright.pipeline import Project
from deckwright.progress import Progress
from deckwright.source.load import load


def pictures(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Photograph the slides of the site."""
    require("playwright")
    from deckwright.browser import pictures as taking
    from deckwright.browser.chromium import chromium
    from deckwright.render.draft import SOCIAL_PICTURE

    folder = (chosen.into or project.root / "build" / "pictures").absolute()
    decks = load(project.root, project.slides)
    with chromium() as browser:
        for deck in decks[:1] if chosen.only else decks:
            taken = taking.pictures(browser, deck, project.out / deck.name, chosen.only, chosen.size, chosen.scheme)
            written = taking.write(folder / deck.name, taken, taking.contact_sheets(browser, taken))
            if chosen.social:
                social = deck.folder / SOCIAL_PICTURE
                social.write_bytes(taking.social_picture(browser, taken if chosen.only else taken[:1]))
                written.append(social)
            print(*written, sep="\n")
    return OK


def check(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Find what the audience would stumble over."""
    require("playwright", *(() if chosen.no_axe else ("axe_playwright_python",)))
    from deckwright.browser import findings
    from deckwright.browser.check import SIZES, Wanted
    from deckwright.browser.check import check as checked
    from deckwright.browser.chromium import chromium
    from deckwright.browser.links import ask

    sizes = tuple(chosen.sizes or SIZES)
    wanted = Wanted(sizes, axe=not chosen.no_axe, notes=chosen.notes, ask=ask if chosen.external else None)
    with chromium() as browser:
        each = [checked(browser, deck, project.out / deck.name, wanted) for deck in load(project.root, project.slides)]
    found, slides = [one for found, _ in each for one in found], sum(count for _, count in each)
    if chosen.json or chosen.sarif:
        print(findings.as_json(found) if chosen.json else findings.as_sarif(found))
    else:
        print(*findings.as_text(found, slides), sep="\n")
    return WRONG if findings.at_least(found, chosen.level) else OK


def pdf(project: Project, chosen: Namespace, progress: Progress) -> int:
    """Print the slides."""
    require("playwright", "pypdf")
    from deckwright.browser import pdf as printing
    from deckwright.browser.chromium import chromium

    file = (chosen.into or project.root / "build" / f"{project.slides.name}.pdf").absolute()
    sheet = printing.NOTES if chosen.notes else printing.HANDOUTS.get(chosen.handout)
    with chromium() as browser:
        for deck in load(project.root, project.slides):
            site = project.out / deck.name
            made = printing.pdf(browser, deck, site, sheet, chosen.scheme, fragments=chosen.fragments)
            out = file.with_stem(f"{file.stem}-{deck.name}") if deck.name else file
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_bytes(made)
            print(out)
    return OK


BROWSER = {"pictures": pictures, "check": check, "pdf": pdf}
