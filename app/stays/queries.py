"""Reads of stays, and of what befell a person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.accounts.models import REQUESTERS, Account
from app.core.db import db
from app.directory.naming import all_begin, parts
from app.organizations.models import Organization
from app.patients.models import Patient
from app.patients.queries import openable_by
from app.stays.models import ExpectedExit, LifeEvent, Stay
from app.stays.rules import ESTABLISHMENTS, LifeKind
from app.stays.words import place_words

MOST = 200

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


def lying_in(account: Account, now: datetime) -> list[tuple[Stay, Patient]]:
    """Who is in hospital where this person works, or within her house, of those whom she may open; who leaves first
    comes first, and those of whom nobody knows when, last."""
    mine = account.organizations(*REQUESTERS)
    here = Organization.id.in_(mine) | Organization.parent_id.in_(mine)
    lasts = Stay.until.is_(None), here, Stay.patient_id.in_(openable_by(account, now))
    found = (
        select(Stay, Patient)
        .join(Organization, Organization.id == Stay.organization_id)
        .join(Patient, Patient.id == Stay.patient_id)
        .where(*lasts)
        .options(contains_eager(Stay.organization), selectinload(Stay.expected))
        .limit(MOST)
    )
    return sorted(((stay, patient) for stay, patient in db.session.execute(found)), key=_leaves)


def _leaves(row: tuple[Stay, Patient]) -> tuple[bool, date, datetime]:
    stay, _patient = row
    return not stay.expected, stay.expected[-1].on if stay.expected else date.max, stay.since


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
