"""The search itself: who is asked next, as the pathway's stages and `rules.next_move` say. The worker runs it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
import uuid_utils.compat
from sqlalchemy import select, union_all

from app.care_requests import actions as care_requests
from app.care_requests import queries as care_request_queries
from app.care_requests.journal import add_step, touch
from app.care_requests.models import CareRequest, Verb
from app.core.db import db, transaction
from app.directory import queries as directory
from app.directory.geo import distance_km
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.dispatch import offers, rules, words
from app.dispatch.facts import informed
from app.dispatch.models import Offer, OfferState, Wave
from app.patients import queries as patients

TRY_AGAIN = timedelta(minutes=1)

TOGETHER = 10
"""Searches moved in one transaction: they share one synchronised write. A tap on one of them waits for the others."""

POOL = 3
"""How many candidates are compared for each one that may be asked: fit and fairness choose among the nearest."""

log = structlog.get_logger()


def advance_due(now: datetime) -> int:
    """Advance the searches whose time has come, a few in each transaction; returns how many."""
    due = care_request_queries.due(now)
    return sum(_advance_together(due[n : n + TOGETHER], now) for n in range(0, len(due), TOGETHER))


def _advance_together(request_ids: Sequence[UUID], now: datetime) -> int:
    try:
        with transaction():
            return sum(_advance_held(request_id, now) for request_id in request_ids)
    except Exception:
        # One of them cannot be moved, and the others must not wait for it.
        return sum(_advance_alone(request_id, now) for request_id in request_ids)


def _advance_alone(request_id: UUID, now: datetime) -> bool:
    try:
        with transaction():
            return _advance_held(request_id, now)
    except Exception:
        log.exception("search_failed", request=str(request_id))  # It is tried again soon, loudly.
        with transaction():
            care_requests.plan_next_move(request_id, now + TRY_AGAIN)
        return True


def _advance_held(request_id: UUID, now: datetime) -> bool:
    request = care_requests.hold_due(request_id, now)
    if request is None:  # Another worker has it.
        return False
    advance(request, now)
    return True


def advance(request: CareRequest, now: datetime) -> None:
    """Let the search go on as far as it can at this moment."""
    policy = request.rulebook.search
    wave = latest_wave(request.id)
    if wave is not None:
        offers.expire(request, now)
    known = _known(request)
    wave = wave or _begun(request, first_stage(request, now), 1, now)
    while True:
        standing = _standing(request, wave, known)
        match rules.next_move(policy, standing, _candidates(request, wave, standing, known, now), now):
            case rules.Ask(candidates, until, come_back_at):
                _keep(request, wave, known)
                offers.make(request, wave, candidates, until, now)
                return care_requests.plan_next_move(request.id, come_back_at)
            case rules.Wait(come_back_at):
                _keep(request, wave, known)
                return care_requests.plan_next_move(request.id, come_back_at)
            case rules.Widen() as to:
                wave = _begun(request, to, wave.round, now)
            case rules.GiveUp():
                _keep(request, wave, known)
                offers.close(offers.live(request.id), OfferState.EXPIRED, words.expired_notice, now)
                care_requests.move(request, Verb.EXHAUST, now=now)
                return None


def first_stage(request: CareRequest, now: datetime) -> rules.Widen:
    return rules.first_stage(request.rulebook.search, urgent=request.urgent, now=now)


def widen(request: CareRequest, to: rules.Widen, round_number: int, now: datetime) -> Wave:
    """Go on to this stage, because somebody said so."""
    wave = _begun(request, to, round_number, now)
    _keep(request, wave, _known(request))
    return wave


def _begun(request: CareRequest, to: rules.Widen, round_number: int, now: datetime) -> Wave:
    """The stage as it begins. It is kept once it asks or waits: one that has nobody to ask leaves no row."""
    stage = request.rulebook.search.stages[to.stage]
    return Wave(
        id=uuid_utils.compat.uuid7(),
        request_id=request.id,
        round=round_number,
        stage=to.stage,
        kind=stage.kind,
        radius_km=stage.km or None,
        started_at=now,
        ends_at=to.ends_at,
    )


def _keep(request: CareRequest, wave: Wave, known: "_Known") -> None:
    if wave in db.session:
        return
    db.session.add(wave)
    if wave.stage and any(fact.request_id == request.id for fact in known.made):
        add_step(request.id, "widened", now=wave.started_at, detail=words.stage(wave.kind, wave.radius_km or 0))
        touch(request)


def latest_wave(request_id: UUID) -> Wave | None:
    return db.session.scalars(
        select(Wave).where(Wave.request_id == request_id).order_by(Wave.round.desc(), Wave.stage.desc()).limit(1)
    ).first()


SETTLED = (OfferState.REFUSED, OfferState.WITHDRAWN, OfferState.WON, OfferState.PROPOSED)
"""Whoever said no, or has a part of the plan, or gave it back, is not asked again; silence may be, in another round."""


@dataclass(frozen=True)
class _Made:
    """What the search must remember of an offer."""

    request_id: UUID
    recipient_id: UUID
    state: OfferState
    expires_at: datetime
    paused_at: datetime | None
    wave_id: UUID
    round: int


@dataclass(frozen=True)
class _Known:
    """What is read once for a move, however many stages it passes through. `usual`: whom the patient usually sees."""

    made: Sequence[_Made]
    never: Sequence[UUID]
    usual: Practitioner | None


def _known(request: CareRequest) -> _Known:
    facts = (Offer.request_id, Offer.recipient_id, Offer.state, Offer.expires_at, Offer.paused_at, Wave.id, Wave.round)
    family = care_request_queries.family(request)
    made = db.session.execute(select(*facts).join(Wave, Wave.id == Offer.wave_id).where(Offer.request_id.in_(family)))
    usual = patients.usual_practitioner(request.patient_id, request.profession) if request.patient_id else None
    return _Known([_Made(*row) for row in made], _never(request), usual)


def _never(request: CareRequest) -> Sequence[UUID]:
    """Who asked is not asked: she herself, and her own service."""
    herself = select(Practitioner.id).where(Practitioner.account_id == request.author_id)
    own = select(PractitionerRole.id).where(
        PractitionerRole.organization_id == request.organization_id, PractitionerRole.practitioner_id.is_(None)
    )
    return db.session.scalars(union_all(herself, own)).all()


def _standing(request: CareRequest, wave: Wave, known: _Known) -> rules.Standing:
    mine = [fact for fact in known.made if fact.request_id == request.id]
    live = [fact for fact in mine if fact.state is OfferState.OPEN]
    settled = [fact.recipient_id for fact in known.made if fact.state in SETTLED]
    this_round = [fact.recipient_id for fact in mine if fact.round == wave.round]
    return rules.Standing(
        stage=wave.stage,
        stage_ends_at=wave.ends_at,
        deadline=request.answer_by,
        asked=frozenset([*known.never, *settled, *this_round]),
        live_until=tuple(request.answer_by if fact.paused_at else fact.expires_at for fact in live),
        proposals=sum(fact.state is OfferState.PROPOSED for fact in mine),
        urgent=request.urgent,
        empty=all(fact.wave_id != wave.id for fact in mine),
    )


def _candidates(
    request: CareRequest, wave: Wave, standing: rules.Standing, known: _Known, now: datetime
) -> list[rules.Candidate]:
    """As many of the stage as may be asked now and some more, best first."""
    stage = request.rulebook.search.stages[wave.stage]
    room = stage.offers - len(standing.live_until) - standing.proposals
    if room <= 0:
        return []
    if stage.km:
        kinds = [Profession(p) for p in stage.professions] or [request.profession]
        return informed(request, _near(request, kinds, stage.km, room * POOL, standing.asked), now)
    named = [role for role in _named(request, stage.kind, known.usual, now) if role.recipient_id not in standing.asked]
    candidates = [_candidate(request, role, usual=stage.kind == "circle") for role in named]
    return informed(request, candidates, now) if stage.kind == "practice" else candidates


def _named(request: CareRequest, kind: str, usual: Practitioner | None, now: datetime) -> Sequence[PractitionerRole]:
    """Who is asked at any distance: the usual professional or whoever replaces her, her practice, or the chosen one."""
    if kind == "chosen":
        return [request.chosen] if request.chosen and request.chosen.accepting else []
    if usual is None or usual.role is None:
        return []
    if kind == "practice":
        return directory.colleagues(usual.role)
    role = _standing_in(usual.role, now)
    return [role] if role.accepting and role.can_sign_in else []


def _standing_in(role: PractitionerRole, now: datetime) -> PractitionerRole:
    away = role.replacement is not None and role.replaced_until is not None and now < role.replaced_until
    return role.replacement if away and role.replacement else role


def _near(
    request: CareRequest, kinds: Sequence[Profession], km: int, limit: int, without: frozenset[UUID]
) -> list[rules.Candidate]:
    place = request.commune
    return [
        rules.Candidate(found.role_id, found.recipient_id, found.km)
        for kind in kinds
        for found in directory.near(kind, place.latitude, place.longitude, km, limit=limit, without=without)
    ]


def _candidate(request: CareRequest, role: PractitionerRole, *, usual: bool) -> rules.Candidate:
    place = request.commune
    km = distance_km(place.latitude, place.longitude, role.latitude, role.longitude)
    return rules.Candidate(role.id, role.recipient_id, km, usual=usual)
