"""The tour of a day: today's passages in the order of the day, with what it takes to go there and to call."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from app import clock
from app.appointments.models import Appointment
from app.care_requests.models import CareRequest, FollowsPathway
from app.care_requests.rules import MOMENTS
from app.consents.objections import names_reader
from app.core.db import rows
from app.dispatch.models import Offer, OfferState
from app.language.phrases import gettext as _
from app.language.phrases import said
from app.language.words import date_words, hour, near_day
from app.organizations.models import Commune
from app.passages.actions import CARED_FOR
from app.passages.models import Passage
from app.passages.rules import PassageState, moment_of
from app.passages.words import MOMENTS as MOMENT_NAMES
from app.passages.words import STATES
from app.patients.models import Patient, shown_name

UNSAID_SINCE = timedelta(days=3)
"""How far back a passage that nobody spoke of stays before her eyes."""

STOPS = 60


@dataclass(frozen=True)
class Stop:
    """One passage, whoever it is for. `when`: the hour where one is agreed, else the moment; `day`: of one that is not
    today's; `state`: in words, empty while it is
    to come; `early`: its day has not come."""

    id: UUID
    offer_id: UUID
    patient_id: UUID | None
    when: str
    day: str
    name: str
    care: str
    address: str
    phone: str
    state: str
    done: bool
    late: bool
    held: bool
    early: bool

    @property
    def waits(self) -> bool:
        return not self.state and not self.held


class _Row(FollowsPathway, NamedTuple("_Row", [
    ("id", UUID), ("day", date), ("moment", str), ("state", PassageState), ("held", bool),
    ("late_at", Any), ("own_hour", Any), ("offer_id", UUID), ("pathway_version_id", UUID), ("reason", str),
    ("given_names", Any), ("birth_name", Any), ("address", Any), ("phone", Any), ("patient_id", UUID | None),
    ("commune", str), ("starts_at", Any),
    ("latitude", float | None), ("longitude", float | None),
])):  # fmt: skip
    """A passage as the tour reads it, in one question."""


_TOUR = (
    select(
        *(Passage.id, Passage.day, Passage.moment, Passage.state, Passage.held, Passage.late_at),
        *(Passage.starts_at, Offer.id),
        *(CareRequest.pathway_version_id, CareRequest.reason, Patient.given_names, Patient.birth_name),
        *(Patient.address, Patient.phone, CareRequest.patient_id, Commune.name, Appointment.starts_at),
        *(Commune.latitude, Commune.longitude),
    )
    .join(CareRequest, CareRequest.id == Passage.request_id)
    .join(Offer, (Offer.request_id == CareRequest.id) & (Offer.state == OfferState.WON))
    .join(Commune, Commune.code == CareRequest.commune_code)
    .outerjoin(Patient, Patient.id == CareRequest.patient_id)
    .outerjoin(Appointment, Appointment.request_id == CareRequest.id)
    .where(Offer.recipient_id.in_(bindparam("mine", expanding=True)), CareRequest.state.in_(CARED_FOR))
    .where(~names_reader(CareRequest.patient_id, bindparam("reader", type_=Uuid())))
    .where(Passage.day.between(bindparam("since"), bindparam("today")))
    .where((Passage.day == bindparam("today")) | (Passage.state == PassageState.PLANNED))
    .order_by(Passage.day, Passage.id)
    .limit(STOPS)
)


def tour(reader: UUID, inboxes: Collection[UUID], now: datetime) -> list[Stop]:
    """What was not said of the last days first, then today's in the order of the day. One statement. `reader`: whose
    account looks."""
    today = clock.paris(now).date()
    found = _passages(reader, inboxes, today - UNSAID_SINCE, today)
    return [_stop(row, today) for row in found if row.day == today or not row.held]


def places_left(reader: UUID, inboxes: Collection[UUID], now: datetime) -> list[tuple[float, float]]:
    """Where today's round still goes, in its order: latitude and longitude of the communes, which name nobody."""
    today = clock.paris(now).date()
    found = _passages(reader, inboxes, today, today)
    left = [row for row in found if row.state is PassageState.PLANNED and not row.held]
    return [(row.latitude, row.longitude) for row in left if row.latitude is not None and row.longitude is not None]


def _passages(reader: UUID, inboxes: Collection[UUID], since: date, today: date) -> list[_Row]:
    found = rows(_TOUR, reader=reader, mine=list(inboxes), since=since, today=today)
    return sorted((_Row(*row) for row in found), key=_order)


def _order(row: _Row) -> tuple[date, int, str]:
    return row.day, MOMENTS.index(row.moment), _hour_of(row)


def _hour_of(row: _Row) -> str:
    """As it sorts."""
    at = hour_at(row.own_hour, row.starts_at, row.moment)
    return clock.paris(at).strftime("%H:%M") if at else ""


def hour_at(own: datetime | None, agreed: datetime | None, moment: str) -> datetime | None:
    """Of one passage: its own hour, or that agreed with the patient for all, when it is of this moment of the day."""
    return own or (agreed if agreed and moment_of(agreed) == moment else None)


def _stop(row: _Row, today: date) -> Stop:
    away = (row.day - today).days
    at = hour_at(row.own_hour, row.starts_at, row.moment)
    when = hour(at) if at else str(MOMENT_NAMES[row.moment]).capitalize()
    return Stop(
        id=row.id,
        offer_id=row.offer_id,
        patient_id=row.patient_id,
        when=when,
        day="" if away == 0 else near_day(away) or date_words(row.day, "EEEE d MMMM"),
        name=shown_name(row.given_names, row.birth_name) if row.given_names else _("Sans patient"),
        care=said(row.need.care),
        address=", ".join(part for part in (row.address, row.commune) if part),
        phone=row.phone or "",
        state="" if row.state is PassageState.PLANNED else str(STATES[row.state]),
        done=row.state is PassageState.DONE,
        late=row.late_at is not None,
        held=row.held,
        early=False,
    )


def stops_of(request: CareRequest, passages: Sequence[Any], offer_id: UUID, now: datetime) -> list[Stop]:
    """Of one plan: what was not said, today's, and the next one, which may be said early when it is meant."""
    today = clock.paris(now).date()
    waiting = [each for each in passages if each.state is PassageState.PLANNED and each.request_id == request.id]
    near = [each for each in passages if each.day == today and each.request_id == request.id]
    past = [each for each in waiting if each.day < today and not each.held]
    coming = [each for each in waiting if each.day > today][:1]
    return [
        _of_plan(request, each, offer_id, today)
        for each in [*past, *near, *(coming if not [one for one in near if one in waiting] else [])]
    ]


def _of_plan(request: CareRequest, passage: Any, offer_id: UUID, today: date) -> Stop:
    away = (passage.day - today).days
    return Stop(
        id=passage.id,
        offer_id=offer_id,
        patient_id=request.patient_id,
        when=hour(passage.starts_at) if passage.starts_at else str(MOMENT_NAMES[passage.moment]).capitalize(),
        day=near_day(away) or date_words(passage.day, "EEEE d MMMM"),
        name="",
        care=said(request.need.care),
        address="",
        phone="",
        state="" if passage.state is PassageState.PLANNED else str(STATES[passage.state]),
        done=passage.state is PassageState.DONE,
        late=passage.late_at is not None,
        held=passage.held,
        early=away > 0,
    )
