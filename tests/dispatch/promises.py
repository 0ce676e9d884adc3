"""What is promised of every search, whatever its pathway says: looked up in the database after all that happens."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import defer, selectinload

from app import clock
from app.audit.models import AuditEvent
from app.care_requests.models import CareRequest, State
from app.care_requests.rules import OPEN, TAKEN, Visit, read_visits
from app.core.db import db
from app.directory.models import Profession
from app.dispatch import search, snapshots, words
from app.dispatch.models import Offer, OfferState, Wave
from app.organizations.geo import distance_km
from app.passages.actions import CARED_FOR
from app.passages.models import Passage
from app.passages.rules import PassageState
from app.pathways.schema import Stage

NO = (OfferState.REFUSED, OfferState.WITHDRAWN)
SEARCHING = CareRequest.state == State.SEARCHING


@dataclass(frozen=True)
class People:
    """By role: the profession, the latitude and the longitude. `usual`: the nurse of `her_patient`; who `stands_in` for
    her, and her `colleagues`."""

    places: dict[UUID, tuple[str, float, float]]
    her_patient: UUID
    usual: UUID
    stands_in: UUID
    colleagues: frozenset[UUID]


@dataclass
class Promises:
    """What is true of people now (`off`: they want no requests; `away_until`: of the usual one; `asks`: by episode, the
    role of whoever asks; `plans`: by episode, the visits of one that was stopped or changed), and what was seen of the
    offers when all was last looked at."""

    people: People
    away_until: datetime
    off: set[UUID] = field(default_factory=set)
    asks: dict[UUID, UUID] = field(default_factory=dict)
    plans: dict[UUID, set[str]] = field(default_factory=dict)
    said_no: set[tuple[object, UUID]] = field(default_factory=set)
    seen: set[UUID] = field(default_factory=set)
    live: Counter[UUID] = field(default_factory=Counter)

    def hold(self) -> None:
        db.session.rollback()
        requests, waves, offers = _all()
        lines = _lines([row.id for row in (*requests, *offers)])
        self._only_those_who_may_be_asked(offers)
        for request in requests:
            mine = [offer for offer in offers if offer.request_id == request.id]
            _one_winner(request, mine)
            _moves_in_time(request, mine)
            _explained(request, mine, lines)
            self._few_are_disturbed(request, mine)
        _stages_go_on(waves, {request.id: request for request in requests})
        _plans_are_whole(requests, self.plans)
        _passages_are_owed(requests)
        self.seen = {offer.id for offer in offers}
        self.said_no = {(of, offer.recipient_id) for offer in offers if offer.state in NO for of in _of(offer)}

    def _only_those_who_may_be_asked(self, offers: Sequence[Offer]) -> None:
        for offer in offers:
            if offer.id not in self.seen:
                assert offer.role_id not in self.off, "an offer to somebody who is off"
                theirs = _by_the_search(offer)  # A colleague who passes it on knows of this part of the plan only.
                assert (_of(offer)[theirs], offer.recipient_id) not in self.said_no, "an offer to somebody who said no"
                assert not theirs or offer.role_id in self._allowed(offer.request, _stage(offer)), "not of this stage"

    def _allowed(self, request: CareRequest, stage: Stage) -> set[UUID]:
        """Whose roles this stage may ask, as its file says, welcome just now or not; never whoever asks."""
        known, found = self.people, set[UUID]()
        usual = request.patient_id == known.her_patient and request.profession is Profession.NURSE
        if stage.kind == "circle" and usual:
            found = {known.stands_in if clock.now() < self.away_until else known.usual}
        elif stage.kind == "practice" and usual:
            found = set(known.colleagues)
        elif stage.kind == "chosen" and request.chosen_role_id:
            found = {request.chosen_role_id}
        elif stage.km:
            kinds, here = stage.professions or (request.profession,), request.commune
            found = {
                role
                for role, (kind, *place) in known.places.items()
                if kind in kinds and distance_km(here.latitude, here.longitude, *place) <= stage.km
            }
        return found - {self.asks.get(request.episode_id)}

    def _few_are_disturbed(self, request: CareRequest, offers: list[Offer]) -> None:
        """Whenever the search asks somebody, no more think it over or said yes than the stage that asks allows. Those
        whom an earlier, larger stage asked keep their offer meanwhile: of them there are only ever fewer."""
        live = sum(offer.state is OfferState.OPEN for offer in offers)
        yes = sum(offer.state is OfferState.PROPOSED for offer in offers)
        new = [offer for offer in offers if offer.id not in self.seen and _by_the_search(offer)]
        if new:
            assert live + yes <= _stage(new[-1]).offers, "one too many"
            assert not _enough(request, yes), "somebody is disturbed though the requester may pick"
        else:
            assert live <= self.live[request.id], "one too many"
        self.live[request.id] = live

    def nobody_is_forgotten(self, request_id: UUID) -> None:
        """The search has just gone on, and rests: while a place is free, whoever the stage may ask was asked."""
        requests, _waves, offers = _all()
        request = next(request for request in requests if request.id == request_id)
        family = [offer for offer in offers if _of(offer)[True] == _need(request)]
        mine = [offer for offer in family if offer.request_id == request.id]
        states, wave = Counter(offer.state for offer in mine), search.latest_wave(request.id)
        yes, busy = states[OfferState.PROPOSED], states[OfferState.OPEN] + states[OfferState.PROPOSED]
        assert busy or request.state is State.UNANSWERED, "it waits for nobody"
        if wave is None or clock.now() >= request.answer_by or _enough(request, yes):
            return
        stage = request.rulebook.search.stages[wave.stage]
        if busy < stage.offers:
            asked = {offer.role_id for offer in mine if offer.wave.round == wave.round}
            settled = {offer.role_id for offer in family if offer.state in snapshots.SETTLED}
            assert self._allowed(request, stage) <= asked | settled | self.off, "somebody is forgotten"


def _all() -> tuple[Sequence[CareRequest], Sequence[Wave], Sequence[Offer]]:
    """In the order in which they were made; what an offer belongs to is not read again."""
    told = selectinload(CareRequest.steps), defer(CareRequest.note), defer(CareRequest.answers_text)
    return (
        db.session.scalars(select(CareRequest).options(*told)).all(),
        db.session.scalars(select(Wave).order_by(Wave.id)).all(),
        db.session.scalars(select(Offer).order_by(Offer.id)).all(),
    )


def _need(request: CareRequest) -> object:
    """The same for all parts of a plan: whoever said no to one is not asked for another."""
    return request.episode_id, request.reason


def _of(offer: Offer) -> tuple[object, object]:
    return offer.request_id, _need(offer.request)


def _stage(offer: Offer) -> Stage:
    return offer.request.rulebook.search.stages[offer.wave.stage]


def _by_the_search(offer: Offer) -> bool:
    """And not by a colleague who passed it on, or for what was said by telephone."""
    return not offer.relayed_by and words.BY_PHONE not in offer.rank_line


def _enough(request: CareRequest, yes: int) -> bool:
    policy = request.rulebook.search
    return policy.choice == "requester" and yes >= policy.proposals


def _one_winner(request: CareRequest, offers: list[Offer]) -> None:
    won = [offer.role_id for offer in offers if offer.state is OfferState.WON]
    live = [offer.recipient_id for offer in offers if offer.state is OfferState.OPEN]
    proposed = [offer for offer in offers if offer.state is OfferState.PROPOSED]
    assert won == ([request.performer_id] if request.state in TAKEN else []), "not the one who has it"
    assert len(set(live)) == len(live), "asked twice at once"
    assert request.state is State.SEARCHING or not live, "an offer outlives its search"
    assert request.state in (State.SEARCHING, State.UNANSWERED) or not proposed, "a proposal outlives its choice"
    assert request.rulebook.search.choice == "requester" or not proposed, "the first yes has it"


def _moves_in_time(request: CareRequest, offers: list[Offer]) -> None:
    """No open request without a next move, and none that comes after the end of the search or of an offer."""
    live = [offer for offer in offers if offer.state is OfferState.OPEN]
    assert all(offer.expires_at <= request.answer_by for offer in live), "an offer ends after its search"
    if request.state is State.SEARCHING:
        ends = [request.answer_by, *(offer.expires_at for offer in live if not offer.paused_at)]
        assert request.next_move_at is not None, "no next move"
        assert request.next_move_at <= max(min(ends), clock.now() + search.TRY_AGAIN), "it sleeps too long"


def _explained(request: CareRequest, offers: list[Offer], lines: Counter[tuple[str, UUID]]) -> None:
    moves = [step for step in request.steps if step.state]
    assert moves[-1].state is request.state
    assert (request.state is State.UNANSWERED) <= (request.coordinator_id is not None)
    assert lines["request.opened", request.id] == 1
    assert lines["request.moved", request.id] == len(moves) - 1
    for offer in offers:
        assert lines["offer.made", offer.id] == 1 or not _by_the_search(offer)
        answered = offer.state in (OfferState.REFUSED, OfferState.PROPOSED)
        assert lines["offer.answered", offer.id] >= answered


def _lines(subjects: Sequence[UUID]) -> Counter[tuple[str, UUID]]:
    """Of the audit trail, by event and subject."""
    lines = select(AuditEvent.event, AuditEvent.subject_id).where(AuditEvent.subject_id.in_(subjects))
    return Counter((event, subject) for event, subject in db.session.execute(lines))


def _stages_go_on(waves: Sequence[Wave], requests: Mapping[UUID, CareRequest]) -> None:
    """Each stage is begun once in a round, after those before it, and is what the pathway says."""
    last: dict[UUID, tuple[int, int]] = {}
    for wave in waves:
        stage = requests[wave.request_id].rulebook.search.stages[wave.stage]
        assert (wave.kind, wave.radius_km or 0) == (stage.kind, stage.km)
        assert (wave.round, wave.stage) > last.get(wave.request_id, (0, -1)), "back to a narrower one"
        assert wave.ends_at >= wave.started_at + stage.patience, "a stage is cut short"
        last[wave.request_id] = wave.round, wave.stage


def _plans_are_whole(requests: Sequence[CareRequest], plans: Mapping[UUID, set[str]]) -> None:
    """However often a plan is shared, every visit is somebody's to do or to be found for, and none is twice. What is
    asked of one that was stopped or changed is what was said then (`plans`), of its parts that go on."""
    episodes: dict[UUID, list[str]] = {}
    for request in requests:
        if request.episode_id not in plans or request.state in OPEN:
            episodes.setdefault(request.episode_id, []).extend(request.visits)
    for episode, visits in episodes.items():
        assert len(visits) == len(set(visits)), "a visit is in two parts"
        if episode in plans:
            assert set(visits) <= plans[episode], "a visit that nobody asked for"
        else:
            assert len(visits) in (0, 10), "a visit was lost"


def _passages_are_owed(requests: Sequence[CareRequest]) -> None:
    """Every visit that is to come is owed by who has its part of the plan, or is looked for; what was said stays."""
    rows = db.session.scalars(select(Passage)).all()
    today = clock.paris(clock.now()).date()
    for request in requests:
        mine = {Visit(row.day, row.moment): row for row in rows if row.request_id == request.id}
        waits = {visit for visit, row in mine.items() if row.state is PassageState.PLANNED}
        if request.state not in CARED_FOR:
            assert not waits, "a passage without a person"
            continue
        to_come = {visit for visit in read_visits(request.visits) if visit.day >= today}
        assert to_come <= mine.keys(), "a passage was lost"
        assert waits <= set(read_visits(request.visits)), "a passage outlives its plan"
        assert {mine[visit].role_id for visit in waits} <= {request.performer_id}, "a passage of somebody else's"
