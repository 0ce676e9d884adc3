"""Finding somebody of the directory by name, the nearest first, among a whole country's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.core.db import db
from app.directory.models import NameWord, Practitioner, PractitionerRole, Profession
from app.directory.naming import FEWEST_LETTERS, all_begin, person_words, place_words, sought_words
from app.organizations.models import Commune, Organization
from app.organizations.queries import organizations, territory_communes, territory_of

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
        return NamedSo(_roles(_nearest(profession, near)), ())
    found = _ours_first(_read(_named(words, profession, near)), near)
    people: list[UUID] = []
    places: dict[UUID, None] = {}
    for each in found:
        if each.is_the_place(words):
            places.setdefault(each.place_id)
        else:
            people.append(each.role_id)
    return NamedSo(_roles(people[:SHOWN]), organizations([*places][:SHOWN]))


class _Found(NamedTuple):
    """What tells a person from a place, read for many: only those who are shown are loaded whole."""

    role_id: UUID
    given_name: str | None
    family_name: str | None
    place_id: UUID
    place: str
    commune_code: str

    def is_the_place(self, words: Sequence[str]) -> bool:
        """Is the place called so, and not a person there?"""
        if self.given_name is None or self.family_name is None:
            return True
        herself = all_begin(words, person_words(self.given_name, self.family_name))
        return not herself and all_begin(words, place_words(self.place))


def _read(ids: Sequence[UUID]) -> list[_Found]:
    facts = (
        select(PractitionerRole.id, Practitioner.given_name, Practitioner.family_name)
        .add_columns(Organization.id, Organization.name, Organization.commune_code)
        .outerjoin(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .join(Organization, Organization.id == PractitionerRole.organization_id)
    )
    found = {row[0]: _Found._make(row) for row in db.session.execute(facts.where(PractitionerRole.id.in_(ids)))}
    return [found[each] for each in ids]


def _named(words: Sequence[str], profession: Profession, near: Commune) -> list[UUID]:
    """By the longest word, which fewest have; each other word is then looked for among those of whom it found."""
    first, *others = words
    found = select(NameWord.role_id).where(NameWord.profession == profession, _begins(NameWord.word, first))
    for word in others:
        other = aliased(NameWord)
        hers = select(other.role_id).where(other.role_id == NameWord.role_id, _begins(other.word, word))
        found = found.where(hers.exists())
    return _nearest_of(found, NameWord, near, READ)


def _begins(column: InstrumentedAttribute[str], word: str) -> ColumnElement[bool]:
    return and_(column >= word, column < word + LAST)


def _nearest(profession: Profession, near: Commune) -> list[UUID]:
    people = select(PractitionerRole.id).where(
        PractitionerRole.profession == profession, PractitionerRole.practitioner_id.is_not(None)
    )
    return _nearest_of(people, PractitionerRole, near, SHOWN)


def _nearest_of(found: Select[UUID], at: type[NameWord | PractitionerRole], near: Commune, limit: int) -> list[UUID]:
    """On a flat map, which tells the nearest of a country; no order where nobody knows the commune's position."""
    away: list[ColumnElement[Any]] = []
    if near.latitude is not None and near.longitude is not None:
        north = at.latitude - near.latitude
        east = (at.longitude - near.longitude) * cos(radians(near.latitude))
        away = [north * north + east * east]
    return list(dict.fromkeys(db.session.scalars(found.order_by(*away, found.selected_columns[0]).limit(limit))))


def _roles(ids: Iterable[UUID]) -> list[PractitionerRole]:
    found = {role.id: role for role in db.session.scalars(select(PractitionerRole).where(PractitionerRole.id.in_(ids)))}
    return [found[each] for each in ids]


def _ours_first(found: Sequence[_Found], near: Commune) -> list[_Found]:
    territory = territory_of(near.code)
    ours = set(territory_communes([territory.id])) if territory else set()
    return sorted(found, key=lambda each: each.commune_code not in ours)
