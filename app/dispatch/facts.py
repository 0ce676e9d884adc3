"""What is known of those who could be asked: what they can do, what they took today, how they answer at this hour."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from app.care_requests.models import CareRequest
from app.core.clock import midnight, paris
from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole
from app.directory.words import SKILLS
from app.dispatch import rules
from app.dispatch.models import Offer, OfferState
from app.push import queries as push

MEMORY = timedelta(days=14)
"""How far back habits are read."""

LATELY = timedelta(days=7)
NEAR_THIS_HOUR = timedelta(hours=2, minutes=30)
"""Before and after the present hour, what counts as this time of day."""

ANSWERED = (OfferState.WON, OfferState.REFUSED, OfferState.PROPOSED)


@dataclass
class Habits:
    """Of one person, over `MEMORY`."""

    today: int = 0
    lately: int = 0
    answers: int = 0
    asked_at_this_hour: int = 0


def informed(request: CareRequest, candidates: Sequence[rules.Candidate], now: datetime) -> list[rules.Candidate]:
    """The same people with what speaks for and against each, the best to ask first."""
    if not candidates:
        return []
    wanted, people = wishes(request), _people([c.role_id for c in candidates])
    accounts = [account_id for _skills, account_id in people.values() if account_id]
    # Whoever has heard enough today is passed over, unless it is urgent.
    resting = set() if request.urgent else push.resting(accounts, now)
    habits = _habits([c.recipient_id for c in candidates], now)
    return rules.ranked(
        replace(
            candidate,
            fits=tuple(SKILLS[slug].lower() for slug in wanted if slug in people[candidate.role_id][0]),
            wants=len(wanted),
            **vars(habits[candidate.recipient_id]),
        )
        for candidate in candidates
        if people[candidate.role_id][1] not in resting
    )


def wishes(request: CareRequest) -> list[str]:
    """The skills and languages that this need asks for."""
    said = [request.need.skill, *request.answers.values()]
    return [slug for slug in said if isinstance(slug, str) and slug in SKILLS]


def _people(role_ids: Iterable[UUID]) -> dict[UUID, tuple[list[str], UUID | None]]:
    """By role: the skills, and who signs in for it; none for a service."""
    facts = select(PractitionerRole.id, PractitionerRole.skills, Practitioner.account_id).outerjoin(
        Practitioner, Practitioner.id == PractitionerRole.practitioner_id
    )
    rows = db.session.execute(facts.where(PractitionerRole.id.in_(list(role_ids))))
    return {role_id: (skills, account_id) for role_id, skills, account_id in rows}


def _habits(recipient_ids: Sequence[UUID], now: datetime) -> dict[UUID, Habits]:
    """Counted by the database: in a busy town they are a thousand past offers."""
    counted = func.count(Offer.id).filter
    this_hour = or_(*(Offer.created_at.between(day - NEAR_THIS_HOUR, day + NEAR_THIS_HOUR) for day in _days(now)))
    facts = select(
        Offer.recipient_id,
        counted(Offer.state == OfferState.WON, Offer.ended_at >= midnight(paris(now).date())),
        counted(Offer.created_at > now - LATELY),
        counted(this_hour, Offer.state.in_(ANSWERED)),
        counted(this_hour, Offer.state.not_in((OfferState.OPEN, OfferState.LOST))),
    ).where(Offer.recipient_id.in_(recipient_ids), Offer.created_at > now - MEMORY)
    rows = db.session.execute(facts.group_by(Offer.recipient_id))
    return defaultdict(Habits, {recipient: Habits(*counts) for recipient, *counts in rows})


def _days(now: datetime) -> list[datetime]:
    """This hour, on each day of the memory."""
    return [now - timedelta(days=n) for n in range(MEMORY.days)]
