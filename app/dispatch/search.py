"""The search itself: who is asked next, as the pathway's stages and `rules.next_move` say. The worker runs it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import select

from app.care_requests import actions as care_requests
from app.care_requests import queries as care_request_queries
from app.care_requests.journal import add_step, touch
from app.care_requests.models import CareRequest, Verb
from app.core.db import db, transaction
from app.directory import queries as directory
from app.directory.geo import distance_km
from app.directory.models import PractitionerRole, Profession
from app.dispatch import offers, rules, words
from app.dispatch.facts import informed
from app.dispatch.models import Offer, OfferState, Wave
from app.pathways.schema import Search
from app.patients import queries as patients

TRY_AGAIN = timedelta(minutes=1)

TOGETHER = 10
"""Searches moved in one transaction: they share one synchronised write. A tap on one of them waits for the others."""

POOL = 5
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
    offers.expire(request, now)
    wave = latest_wave(request.id) or widen(request, first_stage(request, now), 1, now)
    while True:
        standing = _standing(request, wave)
        match rules.next_move(policy, standing, _candidates(request, wave, standing, policy, now), now):
            case rules.Ask(candidates, until, come_back_at):
                offers.make(request, wave, candidates, until, now)
                return care_requests.plan_next_move(request.id, come_back_at)
            case rules.Wait(come_back_at):
                return care_requests.plan_next_move(request.id, come_back_at)
            case rules.Widen() as to:
                wave = widen(request, to, wave.round, now)
            case rules.GiveUp():
                offers.close(offers.live(request.id), OfferState.EXPIRED, words.expired_notice, now)
                care_requests.move(request, Verb.EXHAUST, now=now)
                return None


def first_stage(request: CareRequest, now: datetime) -> rules.Widen:
    return rules.first_stage(request.rulebook.search, urgent=request.urgent, now=now)


def widen(request: CareRequest, to: rules.Widen, round_number: int, now: datetime) -> Wave:
    """Go on to this stage."""
    stage = request.rulebook.search.stages[to.stage]
    wave = Wave(
        request_id=request.id,
        round=round_number,
        stage=to.stage,
        kind=stage.kind,
        radius_km=stage.km or None,
        started_at=now,
        ends_at=to.ends_at,
    )
    db.session.add(wave)
    db.session.flush()
    if to.stage and _somebody_was_asked(request.id):
        add_step(request.id, "widened", now=now, detail=words.stage(stage.kind, stage.km))
        touch(request)
    return wave


def _somebody_was_asked(request_id: UUID) -> bool:
    return db.session.scalar(select(Offer.id).where(Offer.request_id == request_id).limit(1)) is not None


def latest_wave(request_id: UUID) -> Wave | None:
    return db.session.scalars(
        select(Wave).where(Wave.request_id == request_id).order_by(Wave.round.desc(), Wave.stage.desc()).limit(1)
    ).first()


SETTLED = (OfferState.REFUSED, OfferState.WITHDRAWN, OfferState.WON, OfferState.PROPOSED)
"""Whoever said no, or has a part of the plan, or gave it back, is not asked again; silence may be, in another round."""


def _standing(request: CareRequest, wave: Wave) -> rules.Standing:
    family = care_request_queries.family(request)
    facts = (Offer.request_id, Offer.recipient_id, Offer.state, Offer.expires_at, Offer.paused_at, Wave.id, Wave.round)
    made = db.session.execute(select(*facts).join(Wave, Wave.id == Offer.wave_id).where(Offer.request_id.in_(family)))
    asked, live, proposals, empty = set(_never(request)), [], 0, True
    for request_id, recipient, state, expires_at, paused_at, wave_id, round_number in made:
        mine = request_id == request.id
        empty = empty and wave_id != wave.id
        if state in SETTLED or (mine and round_number == wave.round):
            asked.add(recipient)
        if mine and state is OfferState.OPEN:
            live.append(request.answer_by if paused_at else expires_at)
        proposals += mine and state is OfferState.PROPOSED
    known = (wave.stage, wave.ends_at, request.answer_by, frozenset(asked), tuple(live))
    return rules.Standing(*known, proposals=proposals, urgent=request.urgent, empty=empty)


def _never(request: CareRequest) -> list[UUID]:
    """Who asked is not asked: she herself, and her own service."""
    author = directory.practitioner_of(request.author_id)
    own = select(PractitionerRole.id).where(
        PractitionerRole.organization_id == request.organization_id, PractitionerRole.practitioner_id.is_(None)
    )
    return [*([author.id] if author else []), *db.session.scalars(own)]


def _candidates(
    request: CareRequest, wave: Wave, standing: rules.Standing, policy: Search, now: datetime
) -> list[rules.Candidate]:
    """As many of the stage as may be asked now and some more, best first."""
    stage = policy.stages[wave.stage]
    room = stage.offers - len(standing.live_until) - standing.proposals
    if room <= 0:
        return []
    match stage.kind:
        case "circle":
            found = _named([patients.usual(request.patient_id, request.profession)] if request.patient_id else [], now)
        case "practice":
            found = _around(request)
        case "chosen":
            found = [request.chosen] if request.chosen and request.chosen.accepting else []
        case _:
            kinds = [Profession(p) for p in stage.professions] or [request.profession]
            return informed(request, _near(request, kinds, stage.km, room * POOL, standing.asked), now)
    known = [role for role in found if role is not None and role.recipient_id not in standing.asked]
    candidates = [_candidate(request, role, usual=stage.kind == "circle") for role in known]
    return candidates if stage.kind != "practice" else informed(request, candidates, now)


def _named(usual: Sequence[PractitionerRole | None], now: datetime) -> list[PractitionerRole | None]:
    """The usual professional, or whoever replaces her these days."""
    return [_standing_in(role, now) for role in usual if role]


def _standing_in(role: PractitionerRole, now: datetime) -> PractitionerRole:
    away = role.replacement is not None and role.replaced_until is not None and now < role.replaced_until
    return role.replacement if away and role.replacement else role


def _around(request: CareRequest) -> list[PractitionerRole | None]:
    """The colleagues of the patient's usual professional."""
    if request.patient_id is None:
        return []
    usual = patients.usual_practitioner(request.patient_id, request.profession)
    return list(directory.colleagues(usual.role)) if usual and usual.role else []


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
