"""What is read of one person's care, in few statements."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account
from app.appointments.models import Appointment
from app.care_requests.lines import RequestFacts, facts_of, listing
from app.care_requests.models import CareRequest, Step
from app.care_requests.rules import OPEN, State
from app.core.db import db
from app.directory.queries import recipients_of
from app.dispatch.models import Offer, OfferState
from app.documents.models import Document
from app.documents.rights import for_account

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
    def worries(self) -> bool:
        """Nobody comes, or not then, or nobody came; while she is in hospital nobody has to."""
        if self.facts.stay_id:
            return False
        waits = self.facts.state in (State.ACCEPTED, State.SCHEDULED)
        return self.facts.state is State.UNANSWERED or (waits and bool(self.late_at or self.answer == "declined"))


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


def won_by(account: Account, request_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """By request: the offer by which this person, or the service where she works, took it."""
    mine = Offer.recipient_id.in_(recipients_of(account)), Offer.state == OfferState.WON
    won = select(Offer.request_id, Offer.id).where(Offer.request_id.in_(request_ids), *mine)
    return {row[0]: row[1] for row in db.session.execute(won)}


def documents_of(patient_id: UUID, account: Account) -> Sequence[Document]:
    """Those that this person may open, the newest first."""
    hers = Document.patient_id == patient_id, Document.waits.is_(False)
    found = db.session.scalars(select(Document).where(*hers).order_by(Document.id.desc()).limit(MOST)).all()
    return [each for each in found if for_account(each.id, account)]
