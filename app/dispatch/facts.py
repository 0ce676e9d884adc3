"""What is known of those who could be asked: who is near, what they can do, what they took today, how they answer."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import func, or_, select

from app.care_requests.models import CareRequest
from app.core.clock import midnight, paris
from app.core.db import db
from app.directory import queries as directory
from app.directory.models import Commune, Practitioner, PractitionerRole, Profession
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


class Neighbours:
    """Who is near a commune now, read once for all the searches that begin there."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Profession, int], tuple[int, list[rules.Candidate]]] = {}

    def of(
        self, place: Commune, kind: Profession, km: int, limit: int, without: Collection[UUID] = ()
    ) -> list[rules.Candidate]:
        """The `limit` nearest, nearest first, but for the recipients in `without`."""
        wanted = limit + len(without)
        read, found = self._known.get((place.code, kind, km), (0, []))
        if read <= len(found) and read < wanted:  # There may be more than were read.
            near = directory.near(kind, place.latitude, place.longitude, km, wanted)
            found = [rules.Candidate(each.role_id, each.recipient_id, each.km) for each in near]
            self._known[place.code, kind, km] = wanted, found
        return [each for each in found if each.recipient_id not in without][:limit]


class People:
    """Those whom several searches that move together may ask. Each search knows whom those before it asked."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._skills: dict[UUID, list[str]] = {}  # by role
        self._accounts: dict[UUID, UUID | None] = {}  # by role: who signs in for it, none for a service
        self._habits: dict[UUID, Habits] = defaultdict(Habits)  # by recipient
        self._left_today: dict[UUID, int] = {}  # by account, of whoever wants no more than so many alerts a day

    def meet(self, candidates: Iterable[rules.Candidate]) -> None:
        """Read what is not known of them yet."""
        new = {each.role_id: each.recipient_id for each in candidates if each.role_id not in self._skills}
        if not new:
            return
        for role_id, skills, account_id in _people(new):
            self._skills[role_id], self._accounts[role_id] = skills, account_id
        self._habits |= _habits(set(new.values()) - self._habits.keys(), self._now)
        accounts = {account for role in new if (account := self._accounts[role])}
        self._left_today |= push.left_today(accounts - self._left_today.keys(), self._now)

    def ranked(self, request: CareRequest, candidates: Iterable[rules.Candidate]) -> list[rules.Candidate]:
        """The same people with what speaks for and against each, the best to ask first.

        Whoever has heard enough today is passed over, unless it is urgent.
        """
        wanted = wishes(request)
        return rules.ranked(
            replace(
                candidate,
                fits=tuple(SKILLS[slug].lower() for slug in wanted if slug in self._skills[candidate.role_id]),
                wants=len(wanted),
                **vars(self._habits[candidate.recipient_id]),
            )
            for candidate in candidates
            if request.urgent or not self._rests(candidate)
        )

    def _rests(self, candidate: rules.Candidate) -> bool:
        account_id = self._accounts[candidate.role_id]
        return account_id is not None and self._left_today.get(account_id, 1) <= 0

    def were_asked(self, candidates: Iterable[rules.Candidate]) -> None:
        """The next search of this transaction reads it."""
        for candidate in candidates:
            self._habits[candidate.recipient_id].lately += 1
            account_id = self._accounts.get(candidate.role_id)
            if account_id in self._left_today:
                self._left_today[account_id] -= 1


def wishes(request: CareRequest) -> list[str]:
    """The skills and languages that this need asks for."""
    said = [request.need.skill, *request.answers.values()]
    return [slug for slug in said if isinstance(slug, str) and slug in SKILLS]


def _people(role_ids: Collection[UUID]) -> Iterable[tuple[UUID, list[str], UUID | None]]:
    facts = select(PractitionerRole.id, PractitionerRole.skills, Practitioner.account_id).outerjoin(
        Practitioner, Practitioner.id == PractitionerRole.practitioner_id
    )
    rows = db.session.execute(facts.where(PractitionerRole.id.in_(role_ids)))
    return ((role_id, skills, account_id) for role_id, skills, account_id in rows)


def _habits(recipient_ids: Collection[UUID], now: datetime) -> dict[UUID, Habits]:
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
    return {recipient: Habits(*counts) for recipient, *counts in rows}


def _days(now: datetime) -> Sequence[datetime]:
    """This hour, on each day of the memory."""
    return [now - timedelta(days=n) for n in range(MEMORY.days)]
