"""Who may find and open whom; and finding a patient again, within that."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import joinedload

from app.accounts.models import REQUESTERS, Account, Role
from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole
from app.patients.actions import birth_date_keys
from app.patients.models import CareTeamMember, Patient, Relation
from app.patients.rules import name_start, parse_search

BORN_THAT_DAY = 500
"""More than an organization with ten million patients has for one date; a bound all the same."""


def openable_by(account: Account, now: datetime) -> Select[UUID]:
    """The ids of those whom this person may find and open: by a relation of the organizations where she asks for care,
    or of her own as a practitioner. The whole house asks here.

    At a shared tablet the ward's relations count and her own do not, as it is with her roles.
    """
    held = [Relation.organization_id.in_(account.organizations(*REQUESTERS))]
    if account.organizations(Role.PRACTITIONER):
        she = select(Practitioner.id).where(Practitioner.account_id == account.id)
        held.append(Relation.practitioner_id.in_(she))
    return select(Relation.patient_id).where(or_(*held), _lasts(now))


def _lasts(now: datetime) -> ColumnElement[bool]:
    return or_(Relation.until.is_(None), Relation.until > now)


def may_open(account: Account, patient_id: UUID, now: datetime) -> bool:
    return db.session.scalar(openable_by(account, now).where(Relation.patient_id == patient_id).limit(1)) is not None


def for_account(patient_id: UUID, account: Account, now: datetime) -> Patient | None:
    """The patient, if this person may open her."""
    return db.session.get(Patient, patient_id) if may_open(account, patient_id, now) else None


def known_to(organization_ids: Collection[UUID]) -> Select[UUID]:
    """The ids of those with whom these organizations have, or had, a relation."""
    return select(Relation.patient_id).where(Relation.organization_id.in_(organization_ids))


def holders_among(patient_id: UUID, organization_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Which of these organizations have a relation with this person."""
    here = Relation.patient_id == patient_id, Relation.organization_id.in_(organization_ids)
    held = db.session.scalars(select(Relation.organization_id).where(*here, _lasts(now)))
    return {each for each in held if each}


def search(text: str, account: Account, now: datetime) -> list[Patient]:
    """Those within this person's reach who were born on the date that `text` begins with, and named as it goes on.

    Names are sealed, so the index finds the date and the few people born that day are compared by name.
    """
    wanted = parse_search(text)
    if wanted is None:
        return []
    born, start = wanted
    statement = select(Patient).where(
        Patient.birth_date_key.in_(birth_date_keys(born)), Patient.id.in_(openable_by(account, now))
    )
    found = db.session.scalars(statement.limit(BORN_THAT_DAY))
    return [p for p in found if any(name_start(name).startswith(start) for name in (p.birth_name, p.given_names))]


def usual_practitioners(patient_ids: Collection[UUID]) -> dict[tuple[UUID, str], Practitioner]:
    """By patient and profession, be it somebody who can sign in or not; each with where she works."""
    team = select(CareTeamMember.patient_id, CareTeamMember.profession, Practitioner).join(
        CareTeamMember, CareTeamMember.practitioner_id == Practitioner.id
    )
    where = joinedload(Practitioner.role).lazyload(PractitionerRole.organization)
    rows = db.session.execute(team.where(CareTeamMember.patient_id.in_(patient_ids)).options(where))
    return {(patient_id, profession): person for patient_id, profession, person in rows}


def usual_practitioner(patient_id: UUID, profession: str) -> Practitioner | None:
    """The patient's usual professional of that kind, be it one who can sign in or not."""
    return usual_practitioners([patient_id]).get((patient_id, profession))
