"""What a grid's file holds. The types say it all; `library.py` checks a file against them, to the last key."""

from typing import Annotated, Literal

from msgspec import Meta

from app.pathways.schema import Part, Slug, Text

Points = Annotated[float, Meta(ge=0)]


class GridChoice(Part, frozen=True):
    """One answer to an item. `counts`: false of an answer that says nothing either way (« ne l'a jamais fait »): its
    item leaves the sum and what the sum is out of."""

    slug: Slug
    label: Text
    points: Points = 0
    counts: bool = True


class GridItem(Part, frozen=True):
    """One question. `choices`: its own, none: those of the whole grid."""

    slug: Slug
    label: Text
    help: str = ""
    choices: tuple[GridChoice, ...] = ()


class Band(Part, frozen=True):
    """What a sum of at least so many points is called."""

    at_least: Points
    label: Text


class AssessmentGrid(Part, frozen=True, kw_only=True):
    """One grid, as its file describes it.

    `about`: under which heading it is chosen. `result`: the points of the answers; the GIR that they lead to; or a
    total that somebody counted on paper and only writes down, because the grid's owner reserves its items. `clinical`:
    its sum helps to decide about care, and is shown only where a named person answers for it (decision 0067).
    `source`: where items and points come from; `rights`: who owns it.
    """

    slug: Slug
    version: Annotated[int, Meta(gt=0)]
    order: int
    title: Text
    explanation: Text
    about: Literal["autonomy", "mood", "discharge", "paper"]
    result: Literal["points", "gir", "total"]
    clinical: bool
    source: Text
    rights: str = ""
    choices: tuple[GridChoice, ...] = ()
    items: tuple[GridItem, ...] = ()
    readings: tuple[Band, ...] = ()
    most: Points = 0  # of a total that is only written down

    def choices_of(self, item: GridItem) -> tuple[GridChoice, ...]:
        return item.choices or self.choices

    def choice(self, item: GridItem, slug: str) -> GridChoice:
        return next(each for each in self.choices_of(item) if each.slug == slug)
