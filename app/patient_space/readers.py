"""Who looked at a person's file, as she reads it herself: who, from where, when and why, one line a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.models import Account
from app.audit.models import AuditEvent
from app.audit.words import READINGS
from app.core.db import db
from app.language.phrases import gettext as _
from app.organizations.queries import names_of

A_YEAR = timedelta(days=365)
AT_MOST = 500

LOOKS = ("patient.created", "patient.read", "attachment.opened", "emergency.opened")
"""What shows somebody's identity or documents to a person."""


@dataclass(frozen=True)
class Look:
    """On this day, in Paris, this person looked. `unusual`: out of the ordinary, as the broken glass is."""

    on: date
    name: str
    place: str
    why: str
    unusual: bool


def readers_of(patient_id: UUID, now: datetime) -> list[Look]:
    """The latest first; each person once a day and for one reason, however often she looked."""
    looks = (
        select(AuditEvent)
        .where(AuditEvent.patient_id == patient_id, AuditEvent.at > now - A_YEAR)
        .where(AuditEvent.event.in_(LOOKS), AuditEvent.actor_id.is_not(None))
        .order_by(AuditEvent.at.desc(), AuditEvent.id.desc())
    )
    lines = db.session.scalars(looks.limit(AT_MOST)).all()
    known = _known({line.actor_id for line in lines if line.actor_id})
    names = names_of({organization for account in known.values() for organization in account.organizations()})
    return list(dict.fromkeys(_reader(line, known.get(line.actor_id), names) for line in lines if line.actor_id))


def _known(ids: set[UUID]) -> dict[UUID, Account]:
    found: Sequence[Account] = db.session.scalars(select(Account).where(Account.id.in_(ids))).all()
    return {one.id: one for one in found}


def _reader(line: AuditEvent, account: Account | None, names: dict[UUID, str]) -> Look:
    places = sorted({names[organization] for organization in account.organizations()}) if account else []
    return Look(
        on=clock.paris(line.at).date(),
        name=account.name if account else _("Une personne qui n'est plus dans Relais"),
        place=", ".join(places),
        why=str(READINGS.get(line.why, line.why)),
        unusual=line.why == "emergency",
    )
