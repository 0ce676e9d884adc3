"""Breaking the glass: a patient outside one's circle, found by the whole identity, for an hour and for a reason.

Nothing is told of who exists before a reason was given, and a territory that has nobody to tell opens nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import joinedload

from app.accounts.models import Account, Membership, Role
from app.audit.actions import record
from app.core.db import db
from app.identity.names import bare, same_person
from app.identity.searching import Sought
from app.language.dates import PartialDate
from app.language.phrases import later
from app.live.actions import changed
from app.messages.actions import alert
from app.messages.models import Notice
from app.organizations.queries import territories_around, territory_communes
from app.patients.models import EmergencyAccess, Patient
from app.patients.queries import find, load, survivors

LASTS = timedelta(hours=1)
TOLD_FOR = timedelta(hours=12)
"""How long the alert is tried; the line on the board stays until it is read."""

REASONS = {
    "silent": later("Le patient ne peut pas répondre"),
    "care": later("Soins urgents, et son équipe est injoignable"),
    "danger": later("Éviter une erreur ou un danger"),
    "other": later("Autre urgence"),
}


@dataclass(frozen=True)
class Wanted:
    """Whom one looks for: the whole birth name, the first given name at least."""

    birth_name: str
    given_names: str
    birth_date: PartialDate


@dataclass(frozen=True)
class Why:
    """`reason`: one of REASONS; `because`: in the person's own words."""

    reason: str
    because: str


def found(wanted: Wanted, by: Account) -> Sequence[Patient]:
    """The records of this very person in the territories where `by` works; two houses may have written one each."""
    communes = territory_communes(territories_around(by.organizations()))
    here = select(Patient.id).where(Patient.commune_code.in_(communes))
    sought = Sought(wanted.birth_date, (bare(wanted.birth_name),))
    records = [record for record in load(find(sought.keys, here)) if is_whole(wanted, record)]
    return survivors(records)


def is_whole(wanted: Wanted, record: Patient) -> bool:
    """Is this the person, and was no less said of her than is known?"""
    names = wanted.birth_name, wanted.given_names
    said = record.born.first <= wanted.birth_date.first and wanted.birth_date.last <= record.born.last
    return said and same_person((record.birth_name, record.given_names), names)


def coordinators(territory_id: UUID, but: UUID) -> Sequence[UUID]:
    """Who is to be told, the person herself excepted."""
    statement = (
        select(Membership.account_id)
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.organization_id == territory_id,
            Membership.role == Role.COORDINATOR,
            Membership.account_id != but,
            Account.active,
        )
        .order_by(Membership.account_id)
    )
    return db.session.scalars(statement).all()


def break_glass(patient: Patient, territory_id: UUID, why: Why, *, by: Account, now: datetime) -> EmergencyAccess:
    """Open it, and tell every coordinator of the territory in the same transaction."""
    access = EmergencyAccess(
        account_id=by.id,
        patient_id=patient.id,
        territory_id=territory_id,
        reason=why.reason,
        because=why.because,
        opened_at=now,
        ends_at=now + LASTS,
    )
    db.session.add(access)
    db.session.flush()
    record("emergency.opened", access, by, now=now, reason=why.reason)
    for coordinator in coordinators(territory_id, but=by.id):
        alert(coordinator, access.id, "emergency", NOTICE, now=now, expires_at=now + TOLD_FOR)
    changed("board", territory_id)
    return access


NOTICE = Notice(
    later("Accès d'urgence ouvert"),
    later("Ouvrez Relais pour lire pourquoi."),
    "board",
    elsewhere=later("Relais : un accès d'urgence a été ouvert. Ouvrez Relais pour lire pourquoi."),
)
"""It names neither the patient nor the person: lock screens are read by others."""


def note_missed(why: Why, *, by: Account, now: datetime) -> None:
    """Nobody of that name: whoever tries one after the other is seen too."""
    record("emergency.missed", by, by, now=now, result="refused", reason=why.reason)


def running(account_id: UUID, now: datetime) -> Sequence[EmergencyAccess]:
    mine = EmergencyAccess.account_id == account_id, EmergencyAccess.ends_at > now
    return db.session.scalars(select(EmergencyAccess).where(*mine).order_by(EmergencyAccess.id)).all()


_AWAITING = (
    select(EmergencyAccess)
    .options(joinedload(EmergencyAccess.account), joinedload(EmergencyAccess.patient))
    .where(EmergencyAccess.territory_id.in_(bindparam("territories", expanding=True)))
    .where(EmergencyAccess.acknowledged_at.is_(None))
    .order_by(EmergencyAccess.id)
    .limit(100)
)


def awaiting(territory_ids: Collection[UUID]) -> Sequence[EmergencyAccess]:
    """What no coordinator of these territories has read yet, the oldest first."""
    return db.session.scalars(_AWAITING, {"territories": territory_ids}).all()


def acknowledge(access: EmergencyAccess, *, by: Account, now: datetime) -> bool:
    """A coordinator has read why; False for the one who opened it, and when another was faster."""
    unread = EmergencyAccess.id == access.id, EmergencyAccess.acknowledged_at.is_(None)
    statement = (
        update(EmergencyAccess)
        .where(*unread, EmergencyAccess.account_id != by.id)
        .values(acknowledged_at=now, acknowledged_by_id=by.id)
        .returning(EmergencyAccess.id)
    )
    if db.session.scalar(statement) is None:
        return False
    record("emergency.seen", access, by, now=now)
    changed("board", access.territory_id)
    return True
