"""Her visits, proposals and tasks, one line each."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from app.care_requests.lines import RequestFacts, RequestLine, line_of
from app.care_requests.models import CareTask, State
from app.dispatch.models import Offer, OfferState
from app.inbox.mine import url_of
from app.inbox.queries import VisitRow
from app.language.phrases import gettext as _
from app.language.phrases import said
from app.language.words import count_days, day, hour, length, moment

GRACE = timedelta(hours=1)
"""How long after its hour a visit that did not begin is late."""


def visit_line(visit: VisitRow, now: datetime) -> RequestLine:
    """Its hour first, without the day, which stands above it; what the patient said of it is part of its state."""
    at = visit.starts_at
    line = line_of(visit.request, url_of(visit.offer_id), when=hour(at) if at else "")
    late = at is not None and visit.request.state is State.SCHEDULED and now > at + GRACE and not visit.request.stay_id
    return replace(line, answer=visit.patient_answer or "", overdue="clock" if late else "")


def by_day(visits: Iterable[VisitRow], now: datetime) -> list[tuple[str, list[RequestLine]]]:
    """Visits that have an hour, under the day of each, in order."""
    timed = sorted((visit.starts_at, visit.offer_id, visit) for visit in visits if visit.starts_at)
    days = groupby(timed, key=lambda each: day(each[0], now))
    return [(name, [visit_line(visit, now) for _at, _id, visit in of_the_day]) for name, of_the_day in days]


def proposal_line(offer_id: UUID, request: RequestFacts) -> RequestLine:
    """A yes that waits for the requester's choice: it names nobody yet."""
    what = f"{said(request.rulebook.short_title)} · {request.place}"
    return RequestLine(
        url_of(offer_id),
        OfferState.PROPOSED.value,
        said(request.need.care),
        what,
        note=_("La personne qui demande choisit"),
    )


@dataclass(frozen=True)
class ToDo:
    """A task that follows what she took."""

    id: UUID
    label: str
    about: str
    url: str
    due: str
    overdue: bool


def to_do(task: CareTask, offer: Offer, now: datetime) -> ToDo:
    overdue = now >= task.due_at
    late = _("en retard de %(length)s", length=_late(now, task.due_at))
    due = late if overdue else _("à faire avant %(at)s", at=moment(task.due_at, now))
    return ToDo(task.id, said(task.label), offer.request.about, url_of(offer.id), due, overdue)


def _late(now: datetime, due_at: datetime) -> str:
    days = (now - due_at).days
    return count_days(days) if days else length(now - due_at)
