"""What is known of those who could be asked: what they can do, what they took today, how they answer at this hour."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.care_requests.models import CareRequest
from app.core.clock import paris
from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole
from app.directory.words import SKILLS
from app.dispatch import rules
from app.dispatch.models import Offer, OfferState
from app.push import queries as push

MEMORY = timedelta(days=14)
"""How far back habits are read."""

LATELY = timedelta(days=7)
NEAR_THIS_HOUR = 2
"""Hours before and after the present one that count as this time of day."""


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
    facts = select(Offer.recipient_id, Offer.state, Offer.created_at, Offer.ended_at).where(
        Offer.recipient_id.in_(recipient_ids), Offer.created_at > now - MEMORY
    )
    known: dict[UUID, Habits] = defaultdict(Habits)
    here = paris(now)
    for recipient, state, created_at, ended_at in db.session.execute(facts):
        habits = known[recipient]
        habits.lately += created_at > now - LATELY
        habits.today += state is OfferState.WON and ended_at is not None and paris(ended_at).date() == here.date()
        away = abs(paris(created_at).hour - here.hour)
        if min(away, 24 - away) <= NEAR_THIS_HOUR and state is not OfferState.OPEN:
            habits.asked_at_this_hour += state is not OfferState.LOST
            habits.answers += state in (OfferState.WON, OfferState.REFUSED, OfferState.PROPOSED)
    return known
