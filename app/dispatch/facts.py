"""What is known of those who could be asked: who is near, what they can do, what they took today, how they answer."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import func, or_, select

from app.care_requests.models import CareRequest
from app.clock import midnight, paris
from app.core.db import db
from app.directory import queries as directory
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.directory.words import SKILLS
from app.dispatch import rules
from app.dispatch.models import Offer, OfferState
from app.messages import queries as messages
from app.organizations.models import Commune

MEMORY = timedelta(days=14)
"""How far back habits are read."""

LATELY = timedelta(days=7)
NEAR_THIS_HOUR = timedelta(hours=2, minutes=30)
"""Before and after the present hour, what counts as this time of day."""

ANSWERED = (OfferState.WON, OfferState.REFUSED, OfferState.RELAYED, OfferState.PROPOSED)


@dataclass
class AnswerHabits:
    """Of one person, over `MEMORY`."""

    today: int = 0
    lately: int = 0
    answers: int = 0
    asked_at_this_hour: int = 0


class Neighbours:
    """Who is near a commune now, read once for all the searches that begin there."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Profession, int, str], tuple[int, list[rules.Candidate]]] = {}

    def of(
        self, place: Commune, kind: Profession, km: int, limit: int, without: Collection[UUID] = (), skill: str = ""
    ) -> list[rules.Candidate]:
        """The `limit` nearest, nearest first, but for the recipients in `without`; `skill`: only those who have it."""
        wanted = limit + len(without)
        read, found = self._known.get((place.code, kind, km, skill), (0, []))
        if read <= len(found) and read < wanted:  # There may be more than were read.
            near = directory.near(kind, place.latitude, place.longitude, km, wanted, skill=skill)
            found = [rules.Candidate(each.role_id, each.recipient_id, each.km) for each in near]
            self._known[place.code, kind, km, skill] = wanted, found
        return [each for each in found if each.recipient_id not in without][:limit]


@dataclass
class RoleFacts:
    """Who is behind a role. `account_id`: none for a service, where several answer; `left_today`: how many more alerts
    of what does not press she wants today, none when she set no limit."""

    skills: list[str]
    account_id: UUID | None
    habits: AnswerHabits
    left_today: int | None = None


class People:
    """Those whom several searches that move together may ask. Each search knows whom those before it asked."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._known: dict[UUID, RoleFacts] = {}  # by role

    def meet(self, candidates: Iterable[rules.Candidate]) -> None:
        """Read what is not known of them yet."""
        new = {each.role_id: each.recipient_id for each in candidates if each.role_id not in self._known}
        if not new:
            return
        habits = _habits(set(new.values()), self._now)
        met = {role_id: RoleFacts(skills, account, habits[new[role_id]]) for role_id, skills, account in _behind(new)}
        left_today = messages.left_today([person.account_id for person in met.values() if person.account_id], self._now)
        for person in met.values():
            person.left_today = left_today.get(person.account_id) if person.account_id else None
        self._known |= met

    def ranked(self, request: CareRequest, candidates: Iterable[rules.Candidate]) -> list[rules.Candidate]:
        """The same people with what speaks for and against each, the best to ask first.

        Whoever has heard enough today is passed over, unless it is urgent.
        """
        wanted = wishes(request)
        known = [(candidate, self._known[candidate.role_id]) for candidate in candidates]
        return rules.ranked(
            replace(
                candidate,
                fits=tuple(SKILLS[slug] for slug in wanted if slug in person.skills),
                wants=len(wanted),
                **vars(person.habits),
            )
            for candidate, person in known
            if request.urgent or person.left_today is None or person.left_today > 0
        )

    def were_asked(self, candidates: Iterable[rules.Candidate]) -> None:
        """The next search of this transaction reads it."""
        for candidate in candidates:
            person = self._known[candidate.role_id]
            person.habits.lately += 1
            if person.left_today is not None:
                person.left_today -= 1


def wishes(request: CareRequest) -> list[str]:
    """The skills and languages that this need asks for."""
    said = [request.need.skill, *request.answers.values()]
    return [slug for slug in said if isinstance(slug, str) and slug in SKILLS]


def _behind(role_ids: Collection[UUID]) -> Iterable[tuple[UUID, list[str], UUID | None]]:
    facts = select(PractitionerRole.id, PractitionerRole.skills, Practitioner.account_id).outerjoin(
        Practitioner, Practitioner.id == PractitionerRole.practitioner_id
    )
    rows = db.session.execute(facts.where(PractitionerRole.id.in_(role_ids)))
    return ((role_id, skills, account_id) for role_id, skills, account_id in rows)


def _habits(recipient_ids: Collection[UUID], now: datetime) -> dict[UUID, AnswerHabits]:
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
    return defaultdict(AnswerHabits, {recipient: AnswerHabits(*counts) for recipient, *counts in rows})


def _days(now: datetime) -> Sequence[datetime]:
    """This hour, on each day of the memory."""
    return [now - timedelta(days=n) for n in range(MEMORY.days)]
