"""Who looked at what: the trail in words, within what its reader may see."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from app import clock
from app.accounts.models import Account, Membership, Role
from app.audit.models import AuditEvent
from app.audit.origin import Source
from app.audit.words import ACTS, REASONS, RESULTS, SOURCES
from app.care_requests.models import CareRequest
from app.core.db import db
from app.language.phrases import gettext as _
from app.language.words import day, stamp
from app.organizations.queries import names_of, territory_communes
from app.patients.models import Patient
from app.patients.queries import known_to

AT_MOST = 100
"""Lines of one page: what an old phone draws at once."""


@dataclass(frozen=True)
class Trace:
    """One line in words. `on`, `day`, `hour`: of Paris, the hour to the second. `client` is a network, empty when
    nobody was at the other end."""

    id: UUID
    at: datetime
    on: date
    day: str
    hour: str
    person: str
    organization: str
    act: str
    why: str
    source: str
    client: str
    result: str
    refused: bool


def search(
    reader: Account, *, person: UUID | None, on: date | None, patient: UUID | None, before: UUID | None
) -> list[Trace]:
    """The newest lines that `reader` may see, narrowed to a person, a day in Paris, a patient; only older ones than
    the line `before`."""
    wanted = [visible_to(reader)]
    if person:
        wanted.append(AuditEvent.actor_id == person)
    if patient:
        wanted.append(AuditEvent.patient_id == patient)
    if on:
        wanted.append(and_(AuditEvent.at >= clock.midnight(on), AuditEvent.at < clock.midnight(on + timedelta(days=1))))
    if before and (last := db.session.get(AuditEvent, before)):
        wanted.append(or_(AuditEvent.at < last.at, and_(AuditEvent.at == last.at, AuditEvent.id < last.id)))
    found = select(AuditEvent).where(*wanted).order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(AT_MOST)
    return traces_of(db.session.scalars(found).all())


def visible_to(reader: Account) -> ColumnElement[bool]:
    """What concerns the patients of the reader's territory and organizations; else what their own people did."""
    organizations = reader.organizations(Role.COORDINATOR)
    communes = territory_communes(organizations)
    patients = select(Patient.id).where(
        or_(Patient.id.in_(known_to(organizations)), Patient.commune_code.in_(communes))
    )
    members = select(Membership.account_id).where(Membership.organization_id.in_(organizations))
    requests = select(CareRequest.id).where(CareRequest.commune_code.in_(communes))
    return or_(
        AuditEvent.patient_id.in_(patients),
        AuditEvent.patient_id.is_(None) & AuditEvent.actor_id.in_(members),
        (AuditEvent.event == "access.refused") & AuditEvent.subject_id.in_(requests),
    )


def people(reader: Account, since: datetime) -> dict[UUID, str]:
    """Whom the reader may ask about, by name: those who did something in what she sees since then."""
    seen = select(AuditEvent.actor_id).where(visible_to(reader), AuditEvent.at >= since)
    found = db.session.scalars(select(Account).where(Account.id.in_(seen)))
    return dict(sorted(((one.id, one.name) for one in found), key=lambda pair: pair[1]))


def patient_report(patient_id: UUID) -> list[Trace]:
    """Everything that somebody did with this patient's file, the oldest first.

    What Relais does by itself is left out: it shows no identity to anybody.
    """
    statement = (
        select(AuditEvent)
        .where(
            AuditEvent.patient_id == patient_id,
            or_(AuditEvent.actor_id.is_not(None), AuditEvent.source == Source.PATIENT_LINK.value),
        )
        .order_by(AuditEvent.at, AuditEvent.id)
    )
    return traces_of(db.session.scalars(statement).all())


def traces_of(lines: Sequence[AuditEvent]) -> list[Trace]:
    actors = {line.actor_id for line in lines if line.actor_id}
    known = {one.id: one for one in db.session.scalars(select(Account).where(Account.id.in_(actors)))}
    names = names_of(_organizations(known.values()))
    return [_trace(line, known.get(line.actor_id) if line.actor_id else None, names) for line in lines]


def _organizations(accounts: Collection[Account]) -> set[UUID]:
    return {organization for account in accounts for organization in account.organizations()}


def _trace(line: AuditEvent, actor: Account | None, names: dict[UUID, str]) -> Trace:
    where = sorted({names[organization] for organization in actor.organizations()}) if actor else []
    nobody = _("Le patient") if line.source == Source.PATIENT_LINK.value else "Relais"
    return Trace(
        id=line.id,
        at=line.at,
        on=clock.paris(line.at).date(),
        day=day(line.at),
        hour=stamp(line.at),
        person=actor.name if actor else nobody,
        organization=", ".join(where),
        act=str(ACTS.get(line.event, line.event)),
        why=str(REASONS.get(line.why, line.why)),
        source=str(SOURCES[Source(line.source)]),
        client=line.client,
        result=str(RESULTS[line.result]),
        refused=line.result == "refused",
    )
