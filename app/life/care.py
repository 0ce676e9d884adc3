"""What is read of one person's care, in few statements, and each need as a line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.appointments.models import Appointment
from app.care_requests.lines import RequestFacts, RequestLine, facts_of, line_of, listing
from app.care_requests.models import CareRequest, Step
from app.care_requests.rules import OPEN, State, read_visits
from app.core.db import db
from app.language.phrases import gettext as _
from app.language.phrases import said
from app.language.words import brief, date_words
from app.life.rules import CareFacts, Worry, failure_of, worry_of
from app.passages import queries as passages
from app.passages.progress import how_far
from app.passages.queries import PassageFacts
from app.passages.rules import progress_of

ENDED = 5
"""How many that are over stand below those under way."""
MOST = 50


class Care(NamedTuple):
    """A request, the hour of its visit with what the patient said of it, and since when its care is late. Of care that
    comes back: when it is looked at again, where it has no end, and whether somebody has stopped it. `changed_at`: of
    one that is over, when it ended."""

    facts: RequestFacts
    starts_at: datetime | None
    answer: str | None
    late_at: datetime | None
    review_on: date | None
    stopped: bool
    changed_at: datetime

    @property
    def is_open(self) -> bool:
        return self.facts.state in OPEN

    @property
    def performer(self) -> str:
        return self.facts.performer.name if self.facts.performer else ""


_STOPPED = select(Step.id).where(Step.request_id == CareRequest.id, Step.kind == "stopped").correlate(CareRequest)
_SAID = Appointment.starts_at, Appointment.patient_answer, CareRequest.late_at
_PLAN = CareRequest.review_on, _STOPPED.exists(), CareRequest.changed_at
_CARE = listing(*_SAID, *_PLAN).outerjoin(Appointment, Appointment.request_id == CareRequest.id)


def care_of(patient_id: UUID) -> list[Care]:
    """What is under way, the next visit first, then the last that are over."""
    hers = CareRequest.patient_id == patient_id
    under_way = _CARE.where(hers, CareRequest.state.in_(OPEN)).order_by(
        Appointment.starts_at.is_(None), Appointment.starts_at, CareRequest.window_start, CareRequest.id
    )
    over = _CARE.where(hers, CareRequest.state.not_in(OPEN)).order_by(CareRequest.changed_at.desc(), CareRequest.id)
    rows = [*db.session.execute(under_way.limit(MOST)), *db.session.execute(over.limit(ENDED))]
    return [Care(facts_of(row), *row[:6]) for row in rows]


def passages_of(care: Iterable[Care]) -> dict[UUID, list[PassageFacts]]:
    """By request. Read only where somebody has taken care that comes back."""
    going = [each.facts.id for each in care if each.facts.visits and each.facts.performer]
    found: dict[UUID, list[PassageFacts]] = {}
    for passage in passages.shown(going) if going else []:
        found.setdefault(passage.request_id, []).append(passage)
    return found


def worry_about(care: Care, found: Sequence[PassageFacts], now: datetime) -> Worry | None:
    """`found`: the passages of this care, if it comes back."""
    if not care.is_open:
        return None
    facts = care.facts
    following = progress_of(found, None, clock.paris(now).date())
    known = CareFacts(
        state=facts.state,
        starts_at=facts.window_start,
        late=care.late_at is not None,
        declined=care.answer == "declined",
        delayed=following.late,
        suspended=facts.stay_id is not None,
        failure=failure_of(found),
    )
    return worry_of(known, now)


@dataclass(frozen=True)
class CareLines:
    """Makes the lines of one person's care. `addresses`: by request, where the reader opens it; `places`: by
    organization, its name; `found`: by request, the passages of care that comes back."""

    addresses: Mapping[UUID, str]
    places: Mapping[UUID, str]
    found: Mapping[UUID, Sequence[PassageFacts]]
    now: datetime

    def of(self, chosen: Iterable[Care]) -> list[RequestLine]:
        return [self._line(each) for each in chosen]

    def _line(self, care: Care) -> RequestLine:
        facts = care.facts
        note = " · ".join(filter(None, (care.performer, self.goes_on(care))))
        line = line_of(facts, self.addresses.get(facts.id, ""), when=self._when(care), note=note)
        late = facts.state in (State.ACCEPTED, State.SCHEDULED) and care.late_at and not facts.stay_id
        title, what = said(facts.need.care), self.places[facts.organization_id]
        return replace(line, title=title, what=what, answer=care.answer or "", overdue="clock" if late else "")

    def _when(self, care: Care) -> str:
        """The hour of the visit; without one, the day from which the care is wanted."""
        if care.starts_at and care.is_open:
            return brief(care.starts_at, self.now)
        return date_words(clock.paris(care.facts.window_start).date(), "d MMM")

    def goes_on(self, care: Care) -> str:
        """`7 passages sur 20, prochain demain matin`, then `fin des soins le 3 décembre` of care that was stopped or is
        over; empty of care that comes once."""
        facts = care.facts
        if not facts.visits:
            return ""
        far = how_far([facts], self.found.get(facts.id, ()), care.review_on, self.now) if facts.performer else ""
        ends = read_visits(facts.visits)[-1].day if care.is_open else clock.paris(care.changed_at).date()
        over = care.stopped or not care.is_open
        end = _("fin des soins le %(day)s", day=date_words(ends, "d MMMM")) if over else ""
        return ", ".join(filter(None, (far, end)))
