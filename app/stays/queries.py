"""Reads of stays, and of what befell a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.core.db import db
from app.directory.naming import all_begin, parts
from app.organizations.models import Organization
from app.stays.models import ExpectedExit, LifeEvent, Stay
from app.stays.rules import ESTABLISHMENTS, LifeKind
from app.stays.words import place_words

SHOWN = 12
"""Wards to choose from without scrolling for long; a letter more narrows them."""


@dataclass(frozen=True)
class Whereabouts:
    """Where a person is. `stay`: the one that lasts; `death`; `moved`: the last time, while nobody knows where to."""

    stay: Stay | None = None
    death: LifeEvent | None = None
    moved: LifeEvent | None = None


def whereabouts(patient_id: UUID) -> Whereabouts:
    befell = select(LifeEvent).where(LifeEvent.patient_id == patient_id, LifeEvent.undone_at.is_(None))
    said = joinedload(LifeEvent.said_by).lazyload(Account.memberships)
    events = db.session.scalars(befell.options(said).order_by(LifeEvent.id.desc())).all()
    return Whereabouts(
        running(patient_id),
        next((each for each in events if each.kind is LifeKind.DIED), None),
        next((each for each in events if each.address_unknown), None),
    )


def running(patient_id: UUID) -> Stay | None:
    """The stay that lasts, with where it is and each day on which it was said to end."""
    lasts = select(Stay).where(Stay.patient_id == patient_id, Stay.until.is_(None))
    where = joinedload(Stay.organization).joinedload(Organization.parent)
    days = joinedload(Stay.expected).joinedload(ExpectedExit.said_by).lazyload(Account.memberships)
    return db.session.scalars(lasts.options(where, days)).unique().one_or_none()


def how_many_at(organization_id: UUID) -> int:
    """How many people are there now."""
    there = Stay.organization_id == organization_id, Stay.until.is_(None)
    return db.session.scalar(select(func.count()).select_from(Stay).where(*there)) or 0


def has_died(patient_id: UUID) -> bool:
    return bool(died_on([patient_id]))


def died_on(patient_ids: Collection[UUID]) -> dict[UUID, date]:
    """By person: the day of her death, of those who died."""
    if not patient_ids:
        return {}
    deaths = LifeEvent.kind == LifeKind.DIED, LifeEvent.undone_at.is_(None), LifeEvent.patient_id.in_(patient_ids)
    return {row[0]: row[1] for row in db.session.execute(select(LifeEvent.patient_id, LifeEvent.on).where(*deaths))}


def death_of(patient_id: UUID) -> LifeEvent | None:
    stands = LifeEvent.kind == LifeKind.DIED, LifeEvent.undone_at.is_(None), LifeEvent.patient_id == patient_id
    return db.session.scalar(select(LifeEvent).where(*stands))


def establishments(typed: str) -> Sequence[Organization]:
    """Where somebody may be in hospital, of those whose name or whose establishment's name is begun so."""
    open_ones = Organization.kind.in_(ESTABLISHMENTS), Organization.closed_at.is_(None)
    known = db.session.scalars(select(Organization).where(*open_ones).options(joinedload(Organization.parent))).all()
    found = [each for each in known if all_begin(parts(typed), parts(place_words(each)))]
    return sorted(found, key=lambda each: (each.parent.name if each.parent else each.name, each.name))[:SHOWN]
