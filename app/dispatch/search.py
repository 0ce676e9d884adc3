"""The search itself: who is asked next, as the pathway's stages and `rules.next_move` say. The worker runs it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from app.care_requests import actions as care_requests
from app.care_requests import queries as care_request_queries
from app.care_requests.models import CareRequest, Verb
from app.circles import queries as circles
from app.core.db import db, new_id, transaction
from app.directory.models import PractitionerRole, Profession
from app.dispatch import offers, rules, snapshots, words
from app.dispatch.facts import Neighbours, People
from app.dispatch.models import Offer, OfferState, Wave
from app.dispatch.snapshots import SearchSnapshot, StageReached
from app.language.phrases import kept
from app.organizations.geo import distance_km
from app.organizations.models import Commune

TRY_AGAIN = timedelta(minutes=1)

TOGETHER = 50
"""Searches moved in one transaction: they share their reads and one synchronised write. A tap on one of them waits for
the others."""

POOL = 3
"""How many candidates are compared for each one that may be asked: fit and fairness choose among the nearest."""

log = structlog.get_logger()


def advance_due(now: datetime) -> int:
    """Advance the searches whose time has come, a few in each transaction; returns how many."""
    due = care_request_queries.due(now)
    return sum(_advance_together(due[n : n + TOGETHER], now) for n in range(0, len(due), TOGETHER))


def _advance_together(request_ids: Sequence[UUID], now: datetime) -> int:
    try:
        return _advance_locked(request_ids, now)
    except Exception:
        # One of them cannot be moved, and the others must not wait for it.
        log.warning("searches_failed_together", requests=[str(each) for each in request_ids], exc_info=True)
        return sum(_advance_alone(request_id, now) for request_id in request_ids)


def _advance_alone(request_id: UUID, now: datetime) -> int:
    try:
        return _advance_locked([request_id], now)
    except Exception:
        log.exception("search_failed", request=str(request_id))  # It is tried again soon, loudly.
        with transaction():
            for request in care_requests.lock_due([request_id], now):
                care_requests.plan_next_move(request, now + TRY_AGAIN)
        return 1


def _advance_locked(request_ids: Sequence[UUID], now: datetime) -> int:
    with transaction():
        requests = care_requests.lock_due(request_ids, now)  # Without those that another worker has.
        advance(requests, now)
        return len(requests)


def advance(requests: Sequence[CareRequest], now: datetime) -> None:
    """Let these searches go on as far as they can at this moment.

    What they must know is read for all of them at once; then each decides in turn, and knows whom those before it
    asked.
    """
    offers.expire(requests, now)
    neighbours, people, asked = Neighbours(), People(now), list[offers.OfferBatch]()
    searching = [_Search(snapshot, now) for snapshot in snapshots.read(requests)]
    while searching:
        for search in searching:
            search.look_around(neighbours)
        people.meet(candidate for search in searching for candidate in search.candidates)
        searching = [search for search in searching if search.moves_on(people, asked)]
    offers.make(asked, now)


class _Search:
    """One search on its way through the stages, as far as it comes now."""

    def __init__(self, snapshot: SearchSnapshot, now: datetime) -> None:
        self.snapshot, self.request, self.now = snapshot, snapshot.request, now
        self.policy = self.request.search
        self.reached = snapshot.reached or _first(self.request, now)

    def look_around(self, neighbours: Neighbours) -> None:
        """Find as many of the stage as may be asked now, and some more."""
        self.stage, self.state = self.policy.stages[self.reached.stage], self.snapshot.at(self.reached)
        room = self.stage.offers - len(self.state.live_until) - self.state.proposals
        self.candidates = self._around(neighbours, room) if room > 0 else []

    def _around(self, neighbours: Neighbours, room: int) -> list[rules.Candidate]:
        place, asked = self.request.commune, self.state.asked
        if self.stage.km:
            kinds = [Profession(kind) for kind in self.stage.professions] or [self.request.profession]
            skill = self.request.need.skill if self.policy.skilled else ""
            near = [(kind, self.stage.km, room * POOL, asked, skill) for kind in kinds]
            return [one for each in near for one in neighbours.of(place, *each)]
        return [
            rules.Candidate(role.id, role.recipient_id, _km(place, role), usual=self.stage.kind == "circle")
            for role in self._named()
            if role.recipient_id not in asked
        ]

    def _named(self) -> Sequence[PractitionerRole]:
        """Who is asked at any distance: the usual professional or whoever replaces her, her practice, or the chosen
        one."""
        if self.stage.kind == "chosen":
            chosen = self.request.chosen
            return [chosen] if chosen and chosen.answers else []
        usual = self.snapshot.usual
        if usual is None:
            return []
        return circles.colleagues_of(usual) if self.stage.kind == "practice" else circles.asked_first(usual, self.now)

    def moves_on(self, people: People, asked: list[offers.OfferBatch]) -> bool:
        """Make the one move that the rules say; whether it leads to a stage where there is another to make."""
        named = self.stage.kind in offers.NAMED  # By the patient: whatever speaks against it.
        best = self.candidates if named else people.ranked(self.request, self.candidates)
        move = rules.next_move(self.policy, self.state, best, self.now)
        if isinstance(move, rules.Widen):
            self.reached = StageReached(self.reached.round, move.stage, move.ends_at)
            return True
        wave = self.reached.wave or _begin(self.request, self.reached, self.now, asked_before=bool(self.snapshot.mine))
        match move:
            case rules.Ask(candidates, until, come_back_at):
                people.were_asked(candidates)
                asked.append(offers.OfferBatch(self.request, wave, candidates, until))
                care_requests.plan_next_move(self.request, come_back_at)
            case rules.Wait(come_back_at):
                care_requests.plan_next_move(self.request, come_back_at)
            case rules.GiveUp():
                offers.close(OfferState.EXPIRED, words.EXPIRED_NOTICE, self.now, *offers.live_of([self.request.id]))
                care_requests.move(self.request, Verb.EXHAUST, now=self.now)
        return False


def _km(place: Commune, role: PractitionerRole) -> float:
    return distance_km(place.latitude, place.longitude, role.latitude, role.longitude)


def opening_stage(request: CareRequest, now: datetime) -> rules.Widen:
    return rules.first_stage(request.search, urgent=request.urgent, now=now)


def _first(request: CareRequest, now: datetime) -> StageReached:
    begins = opening_stage(request, now)
    return StageReached(1, begins.stage, begins.ends_at)


def latest_wave(request_id: UUID) -> Wave | None:
    return snapshots.latest_waves([request_id]).get(request_id)


def widen(request: CareRequest, to: rules.Widen, round_number: int, now: datetime) -> Wave:
    """Go on to this stage, because somebody said so."""
    asked_before = db.session.scalar(select(Offer.id).where(Offer.request_id == request.id).limit(1)) is not None
    return _begin(request, StageReached(round_number, to.stage, to.ends_at), now, asked_before=asked_before)


def _begin(request: CareRequest, reached: StageReached, now: datetime, *, asked_before: bool) -> Wave:
    stage = request.search.stages[reached.stage]
    wave = Wave(
        id=new_id(),
        request_id=request.id,
        round=reached.round,
        stage=reached.stage,
        kind=stage.kind,
        radius_km=stage.km or None,
        started_at=now,
        ends_at=reached.ends_at,
    )
    db.session.add(wave)
    if reached.stage and asked_before:
        care_requests.note(request, "widened", now=now, detail=kept(words.stage(stage.kind, stage.km)))
    return wave
