"""The pages of a build, and the files of the site that they make together."""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from deckwright.memo import Memo
from deckwright.model import Deck, Page, Results, steps
from deckwright.project import Form, Project
from deckwright.reads import Reads
from deckwright.site.assets import asset_files, static_file
from deckwright.site.datauri import data_uri

if TYPE_CHECKING:
    from deckwright.render.cards import Card
    from deckwright.render.draft import Draft

Files = dict[str, bytes]
PAGE, LIST = "index.html", "decks.html"
OF_CARDS = ("assets/fonts/", "assets/licences/", "assets/themes/", "assets/deckwright.css", "assets/decks.css")


class Pages:
    """Each page is drafted when first asked for, which needs no results, and finished with them."""

    def __init__(self, project: Project, form: Form, names: Sequence[str], memo: Memo) -> None:
        """`names`: of all decks of the project."""
        self.project, self.form, self.names, self.memo, self.reads = project, form, names, memo, Reads()
        self.drafts: dict[str, Draft] = {}
        self.turn = Lock()  # decks that are built side by side share what is remembered

    def draft(self, deck: Deck) -> "Draft":
        """Everything of a deck's page that needs no results."""
        from deckwright.render.pieces import remembered

        with self.turn:
            if not self.drafts:
                remembered.recall(self.memo, f"pieces {self.project.slides}")
            if deck.name not in self.drafts:
                self.drafts[deck.name] = drafted(self.shown(deck), self.project, self.reads)
            return self.drafts[deck.name]

    def shown(self, deck: Deck) -> Deck:
        """What of a deck readers are to see."""
        if self.form.notes:
            return deck
        from deckwright.render.public import without_notes

        return without_notes(deck)

    def finished(self, deck: Deck, results: Results, warn: Callable[[str], None]) -> Files:
        """The files of a deck, from its own folder. What readers take home goes with decks that have cells."""
        from deckwright.render.page import finish

        if not self.form.notes:
            from deckwright.render.public import quiet_results

            results = quiet_results(deck, results)
        draft, alone = self.draft(deck), self.form.single_file
        has_companions = any(steps(deck)) and not alone
        page = finish(draft, results, warn, has_companions=has_companions, all_decks="" if alone else self.list(deck))
        self.note_card(deck, page, draft.social_picture)
        files = dict(page.files) | asset_files(page, self.project.folders("static"), deck.place, self.reads)
        return single(files) if alone else files

    def list(self, deck: Deck) -> str:
        """The address of the list of decks, from a deck."""
        if len(self.names) < 2:
            return ""
        return f"../{self.list_name}" if deck.name else self.list_name

    @property
    def list_name(self) -> str:
        """The list is the first page, unless a deck lies there."""
        return LIST if "" in self.names else PAGE

    def note_card(self, deck: Deck, page: Page, social_picture: str) -> None:
        """Remember what the list tells of a deck, also for builds in which the deck fails."""
        if len(self.names) > 1:
            from deckwright.render.cards import card_of, noted, picture_of

            picture = picture_of(page, social_picture)
            address = f"{quote(deck.name)}/{picture}" if deck.name and picture else picture
            if picture and self.form.single_file:  # then the picture is nowhere else
                address = data_uri(picture, page.files[unquote(picture)])
            self.memo.note(self.card_name(deck.name), noted(card_of(deck, page, address)))

    def card_name(self, name: str) -> str:
        """Under which name a card is noted."""
        return f"card {self.project.out} {name}"

    def listed(self, decks: Sequence[Deck], files: Files) -> Files:
        """The list of the decks that are among these files of the site, and what it needs."""
        from deckwright.render.cards import cards_page, recalled
        from deckwright.render.draft import environment

        notes = [self.memo.recall(self.card_name(name)) for name in self.names if placed(name, PAGE) in files]
        cards: list[Card] = [recalled(note) for note in notes if note]
        html = cards_page(cards, environment(self.project.folders("templates"), self.reads)).encode()
        static, place = self.project.folders("static"), decks[0].place
        needed = asset_files(Page({PAGE: html}, "deckwright", 0), static, place, self.reads)
        site = {name: content for name, content in needed.items() if name.startswith(OF_CARDS)}
        icon = {"assets/favicon.svg": needed["assets/favicon.svg"]}
        if not self.form.single_file:
            return {self.list_name: html} | site | icon
        return {self.list_name: single({PAGE: html} | site | icon)[PAGE]}

    def remember(self) -> None:
        """Keep for the next build what took long."""
        from deckwright.render.pieces import remembered

        remembered.note(self.memo, f"pieces {self.project.slides}")


def drafted(deck: Deck, project: Project, reads: Reads) -> "Draft":
    """Everything of a deck's page that needs no results."""
    from deckwright.render.draft import Draft, environment  # 0.1 s, in which a kernel may already boot

    static = project.folders("static")
    templates = environment(project.folders("templates"), reads)
    return Draft(deck, templates, lambda name: static_file(static, name, reads), reads)


def placed(deck: str, path: str) -> str:
    """Where a file of a deck lies in the site."""
    return f"{deck}/{path}" if deck else path


def single(files: Mapping[str, bytes]) -> Files:
    """A page that holds all of its files."""
    from deckwright.site.single import single_page

    return {PAGE: single_page(files)}


def of_deck(name: str, names: Sequence[str], files: Mapping[str, bytes]) -> Files:
    """Those files of a site that belong to a deck, among decks of these names."""
    if name:
        return {path: content for path, content in files.items() if path.startswith(f"{name}/")}
    others = tuple(f"{other}/" for other in names if other)
    return {path: content for path, content in files.items() if not path.startswith(others)}
