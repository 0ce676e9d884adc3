"""Finding somebody of the directory by name, the nearest first, among a whole country's."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.core.db import db
from app.directory.models import NameWord, Practitioner, PractitionerRole, Profession
from app.directory.naming import FEWEST_LETTERS, all_begin, person_words, place_words, sought_words
from app.organizations.models import Commune, Organization, TerritoryCommune

SHOWN = 8
"""To choose from without scrolling for long; a letter more narrows them."""
READ = 60
"""Several words of one place, and several people of it, are one choice."""
LAST = "\U0010ffff"


@dataclass(frozen=True)
class NamedSo:
    """Whom the words may mean: people by their own names, and the places that are called so."""

    people: Sequence[PractitionerRole]
    places: Sequence[Organization]


def by_name(typed: str, profession: Profession, near: Commune) -> NamedSo:
    """Of this profession, whether or not they can sign in: those of the territory first, then the nearest. For too few
    letters, whoever is nearest."""
    words = sought_words(typed)
    if not words or len(words[0]) < FEWEST_LETTERS:
        return NamedSo(_loaded(PractitionerRole, _nearest(profession, near)), ())
    people: list[UUID] = []
    places: dict[UUID, None] = {}
    for each in sorted(_named(words, profession, near), key=lambda each: not each.is_ours):
        if each.is_the_place(words):
            places.setdefault(each.place_id)
        else:
            people.append(each.role_id)
    return NamedSo(_loaded(PractitionerRole, people[:SHOWN]), _loaded(Organization, [*places][:SHOWN]))


class _Found(NamedTuple):
    """What tells a person from a place, read for many: only those who are shown are loaded whole. `is_ours`: of the
    territory where one looks."""

    role_id: UUID
    given_name: str | None
    family_name: str | None
    place_id: UUID
    place: str
    is_ours: bool

    def is_the_place(self, words: Sequence[str]) -> bool:
        """Is the place called so, and not a person there?"""
        if self.given_name is None or self.family_name is None:
            return True
        herself = all_begin(words, person_words(self.given_name, self.family_name))
        return not herself and all_begin(words, place_words(self.place))


def _named(words: Sequence[str], profession: Profession, near: Commune) -> list[_Found]:
    """By the longest word, which fewest have; each other word is then looked for among those of whom it found. The
    nearest first, each once."""
    first, *others = words
    bear = select(NameWord.role_id).where(NameWord.profession == profession, _begins(NameWord.word, first))
    for word in others:
        other = aliased(NameWord)
        hers = select(other.role_id).where(other.role_id == NameWord.role_id, _begins(other.word, word))
        bear = bear.where(hers.exists())
    nearest = bear.order_by(*_away(NameWord, near), NameWord.role_id).limit(READ).subquery()
    ours = select(TerritoryCommune.organization_id).where(TerritoryCommune.commune_code == near.code)
    theirs = aliased(TerritoryCommune)
    is_ours = select(theirs.commune_code).where(
        theirs.organization_id.in_(ours), theirs.commune_code == Organization.commune_code
    )
    facts = (
        select(PractitionerRole.id, Practitioner.given_name, Practitioner.family_name)
        .add_columns(Organization.id, Organization.name, is_ours.exists())
        .join(nearest, nearest.c.role_id == PractitionerRole.id)
        .outerjoin(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .join(Organization, Organization.id == PractitionerRole.organization_id)
        .order_by(*_away(PractitionerRole, near), PractitionerRole.id)
    )
    return [*{row[0]: _Found._make(row) for row in db.session.execute(facts)}.values()]


def _begins(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    return and_(column >= word, column < word + LAST)


def _nearest(profession: Profession, near: Commune) -> list[UUID]:
    people = select(PractitionerRole.id).where(
        PractitionerRole.profession == profession, PractitionerRole.practitioner_id.is_not(None)
    )
    return list(db.session.scalars(people.order_by(*_away(PractitionerRole, near), PractitionerRole.id).limit(SHOWN)))


def _away(at: type[NameWord | PractitionerRole], near: Commune) -> list[ColumnElement[Any]]:
    """On a flat map, which tells the nearest of a country; no order where nobody knows the commune's position."""
    if near.latitude is None or near.longitude is None:
        return []
    north = at.latitude - near.latitude
    east = (at.longitude - near.longitude) * cos(radians(near.latitude))
    return [north * north + east * east]


Shown = TypeVar("Shown", PractitionerRole, Organization)


def _loaded(kind: type[Shown], ids: Sequence[UUID]) -> list[Shown]:
    """In this order."""
    found = {each.id: each for each in db.session.scalars(select(kind).where(kind.id.in_(ids)))} if ids else {}
    return [found[each] for each in ids]
