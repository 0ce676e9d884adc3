"""The verbs of the search and of the answers. Each begins by holding the request, so that no two act on it at once."""

import enum
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.accounts.queries import answering_from_lock_screen
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests import queries as care_request_queries
from app.care_requests.models import CareRequest, Verb
from app.core.db import db, transaction
from app.core.words import distance
from app.directory import queries as directory
from app.directory.geo import distance_km
from app.directory.models import PractitionerRole
from app.dispatch import rules, words
from app.dispatch.models import ALERT, Offer, OfferState, Wave
from app.live.actions import changed
from app.pathways.library import pathways
from app.pathways.schema import Pathway
from app.patients import queries as patients
from app.push import actions as push
from app.push.actions import Notice

NEWS_LIFE = timedelta(hours=6)
"""How long a notice that something ended is worth delivering to a phone that was away."""


TRY_AGAIN = timedelta(minutes=1)

TOGETHER = 10
"""Searches moved in one transaction: they share one synchronised write. A tap on one of them waits for the others."""

log = structlog.get_logger()


class Answer(enum.StrEnum):
    WON = "won"
    TOO_LATE = "too late"
    REFUSED = "refused"
    OUTDATED = "outdated"  # the same person has said something else since


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
    policy = pathways()[request.pathway].search
    _expire_overdue(request, now)
    wave = _latest_wave(request.id) or _widen(request, _first_stage(request, now), 1, now)
    while True:
        standing = _standing(request, wave, now)
        match rules.next_move(policy, standing, _candidates(request, wave, standing, policy), now):
            case rules.Ask(candidates, until, come_back_at):
                _make_offers(request, wave, candidates, until, now)
                return care_requests.plan_next_move(request.id, come_back_at)
            case rules.Wait(come_back_at):
                return care_requests.plan_next_move(request.id, come_back_at)
            case rules.Widen() as widen:
                wave = _widen(request, widen, wave.round, now)
            case rules.GiveUp():
                _close_offers(request, OfferState.EXPIRED, words.expired_notice, now)
                care_requests.move(request, Verb.EXHAUST, now=now)
                return None


def accept(offer: Offer, *, by: Account, now: datetime, tap: rules.Tap | None = None) -> Answer:
    """The first to accept has the visit; the others are told at once, kindly. A second tap is the same answer.

    `tap`: how it was touched (now, when not said). Whoever refused may still take it by a later tap, while the
    search goes on.
    """
    tap = tap or rules.Tap(now)
    request = care_requests.hold(offer.request_id)
    db.session.refresh(offer)
    if offer.state is OfferState.WON or tap.is_copy_of(offer.answer_key):
        return Answer.WON
    changes_her_mind = offer.state is OfferState.REFUSED and now < offer.expires_at
    if offer.state is OfferState.REFUSED and not tap.is_later_than(offer.answered_at):
        return Answer.OUTDATED
    if offer.state is not OfferState.OPEN and not changes_her_mind:
        return Answer.TOO_LATE
    if not care_requests.move(request, Verb.ACCEPT, by=by, performer=offer.role, now=now):
        return Answer.TOO_LATE
    _count(offer, tap, OfferState.WON, now)
    offer.refusal_reason = None
    db.session.flush()
    _close_offers(request, OfferState.LOST, words.taken_notice, now)
    _record_answer(offer, "accepted", by, now)
    return Answer.WON


def refuse(offer: Offer, reason: str | None, *, by: Account, now: datetime, tap: rules.Tap | None = None) -> Answer:
    """A refusal frees the place for the next best at once. A reason may follow; `reason`: a key of `REFUSALS`.

    It never undoes an acceptance, were it later: `withdraw` does, and tells those who count on the visit.
    """
    tap = tap or rules.Tap(now)
    request = care_requests.hold(offer.request_id)
    db.session.refresh(offer)
    if offer.state is OfferState.REFUSED:
        offer.refusal_reason = reason or offer.refusal_reason
        care_requests.touch(request)
        return Answer.REFUSED
    if tap.is_copy_of(offer.answer_key):
        return Answer.REFUSED
    if offer.state is OfferState.WON and not tap.is_later_than(offer.answered_at):
        return Answer.OUTDATED
    if offer.state is not OfferState.OPEN:
        return Answer.TOO_LATE
    _count(offer, tap, OfferState.REFUSED, now)
    offer.refusal_reason = reason
    care_requests.plan_next_move(request.id, now)
    care_requests.add_step(request.id, "refused", now=now, detail=words.REFUSALS.get(reason or "", ""))
    care_requests.touch(request)
    _record_answer(offer, "refused", by, now)
    return Answer.REFUSED


def _count(offer: Offer, tap: rules.Tap, state: OfferState, now: datetime) -> None:
    """This tap is the person's answer."""
    _end(offer, state, now)
    offer.answered_at, offer.answer_key = tap.at, tap.key or None
    push.drop(offer.id)


def see(offer: Offer, now: datetime) -> None:
    """The practitioner has the offer before her eyes."""
    if offer.seen_at is None:
        offer.seen_at = now
        push.see(offer.id, now)
        care_requests.touch(offer.request)


def note_fate(offer_id: UUID) -> None:
    """A phone got the notice about this offer, or will not: the requester reads the truth about reach."""
    offer = db.session.get(Offer, offer_id)
    if offer:
        care_requests.touch(offer.request)


def cancel(request: CareRequest, *, by: Account, now: datetime, reason: str = "") -> bool:
    """End the request at any open stage and tell every phone that was asked; False when it had already ended."""
    care_requests.hold(request.id)
    winner = db.session.scalar(select(Offer).where(Offer.request_id == request.id, Offer.state == OfferState.WON))
    if not care_requests.move(request, Verb.CANCEL, by=by, detail=reason, now=now):
        return False
    _close_offers(request, OfferState.WITHDRAWN, words.withdrawn_notice, now)
    if winner and winner.role.practitioner.account_id:
        _end(winner, OfferState.WITHDRAWN, now)
        notice = words.performer_notice(_path(winner))
        account = winner.role.practitioner.account_id
        push.alert(account, winner.id, "cancelled", notice, now=now, expires_at=now + NEWS_LIFE)
    return True


def withdraw(request: CareRequest, *, by: Account, now: datetime, reason: str) -> bool:
    """The one who accepted cannot come after all: the search goes on at once, without her."""
    care_requests.hold(request.id)
    winner = db.session.scalar(select(Offer).where(Offer.request_id == request.id, Offer.state == OfferState.WON))
    if winner is None or not care_requests.move(request, Verb.WITHDRAW, by=by, detail=reason, now=now):
        return False
    _end(winner, OfferState.WITHDRAWN, now)
    _begin_again(request, None, now)
    return True


def relaunch(request: CareRequest, *, by: Account, now: datetime, until: datetime) -> bool:
    """Ask again, those who said no excepted, for care wanted before `until`."""
    care_requests.hold(request.id)
    if not care_requests.move(request, Verb.RELAUNCH, by=by, now=now):
        return False
    request.window_end = max(request.window_end, until)
    _begin_again(request, _first_stage(request, now), now)
    return True


def _begin_again(request: CareRequest, stage: rules.Widen | None, now: datetime) -> None:
    """A new round, in which silence and lost races may be asked again; from the stage reached when none is named."""
    last = _latest_wave(request.id)
    if last is None:
        return
    patience = pathways()[request.pathway].search.stage_patience
    _widen(request, stage or rules.Widen(last.stage, now + patience), last.round + 1, now)


def _first_stage(request: CareRequest, now: datetime) -> rules.Widen:
    usual = patients.usual(request.patient_id, request.profession)
    return rules.first_stage(pathways()[request.pathway].search, has_usual=usual is not None, now=now)


def _widen(request: CareRequest, to: rules.Widen, round_number: int, now: datetime) -> Wave:
    radii = pathways()[request.pathway].search.radii_km
    wave = Wave(
        request_id=request.id,
        round=round_number,
        stage=to.stage,
        radius_km=None if to.stage == rules.USUAL else radii[to.stage - 1],
        started_at=now,
        ends_at=to.ends_at,
    )
    db.session.add(wave)
    db.session.flush()
    if to.stage > 1:
        care_requests.add_step(request.id, "widened", now=now, detail=f"{wave.radius_km} km")
        care_requests.touch(request)
    return wave


def _latest_wave(request_id: UUID) -> Wave | None:
    return db.session.scalars(
        select(Wave).where(Wave.request_id == request_id).order_by(Wave.round.desc(), Wave.stage.desc())
    ).first()


def _standing(request: CareRequest, wave: Wave, now: datetime) -> rules.Standing:
    # Whoever said no, or took it and gave it back, is not asked again; silence may be asked in another round.
    asked = db.session.scalars(
        select(Offer.practitioner_id)
        .join(Wave, Wave.id == Offer.wave_id)
        .where(
            Offer.request_id == request.id,
            (Wave.round == wave.round) | Offer.state.in_([OfferState.REFUSED, OfferState.WITHDRAWN]),
        )
    )
    live = db.session.scalars(
        select(Offer.expires_at).where(Offer.request_id == request.id, Offer.state == OfferState.OPEN)
    )
    return rules.Standing(wave.stage, wave.ends_at, request.window_end, frozenset(asked), tuple(live))


def _candidates(
    request: CareRequest, wave: Wave, standing: rules.Standing, policy: rules.Policy
) -> list[rules.Candidate]:
    """As many of the stage as may be asked now, best first; distances from the patient's commune."""
    place = request.commune
    if wave.radius_km is None:
        role = patients.usual(request.patient_id, request.profession)
        if role is None:
            return []
        km = distance_km(place.latitude, place.longitude, role.latitude, role.longitude)
        return [rules.Candidate(role.id, role.practitioner_id, km, usual=True)]
    room = policy.live_offers - len(standing.live_until)
    if room <= 0:
        return []
    where = request.profession, place.latitude, place.longitude, wave.radius_km
    near = directory.near(*where, limit=room, without=standing.asked)
    return [rules.Candidate(found.role_id, found.practitioner_id, found.km) for found in near]


def _make_offers(
    request: CareRequest, wave: Wave, candidates: Iterable[rules.Candidate], until: datetime, now: datetime
) -> None:
    pathway = pathways()[request.pathway]
    offers = [_offer(request, wave, candidate, until, now) for candidate in candidates]
    db.session.add_all(offers)
    db.session.flush()
    offers = list(_open_offers(request.id, Offer.id.in_([offer.id for offer in offers])))
    with_buttons = answering_from_lock_screen([offer.role.practitioner.account_id for offer in offers])
    with db.session.no_autoflush:  # One write for all of them, at the end.
        for offer in offers:
            _alert(offer, pathway, with_buttons, now)
            record(
                "offer.made",
                subject=offer.id,
                patient=request.patient_id,
                why="care",
                now=now,
                practitioner=str(offer.practitioner_id),
                wave=str(wave.stage),
            )
    care_requests.add_step(request.id, "asked", now=now, detail=str(len(offers)))
    care_requests.touch(request)


def _offer(request: CareRequest, wave: Wave, candidate: rules.Candidate, until: datetime, now: datetime) -> Offer:
    return Offer(
        request_id=request.id,
        wave_id=wave.id,
        role_id=candidate.role_id,
        practitioner_id=candidate.practitioner_id,
        km=candidate.km,
        usual=candidate.usual,
        rank_line=rules.rank_line(candidate, distance(candidate.km)),
        state=OfferState.OPEN,
        created_at=now,
        expires_at=until,
    )


def _alert(offer: Offer, pathway: Pathway, with_buttons: Container[UUID], now: datetime) -> None:
    changed("inbox", offer.practitioner_id)
    account = offer.role.practitioner.account_id
    if account:
        care = pathway.reason(offer.request.reason).care
        notice = words.offer_notice(care, offer.request.commune.name, offer.expires_at, _path(offer))
        notice = replace(notice, buttons=account in with_buttons)
        push.alert(account, offer.id, ALERT, notice, now=now, expires_at=offer.expires_at)


def _expire_overdue(request: CareRequest, now: datetime) -> None:
    overdue = _open_offers(request.id, Offer.expires_at <= now)
    if overdue:
        _close(overdue, OfferState.EXPIRED, words.expired_notice, now)
        care_requests.touch(request)


def _close_offers(request: CareRequest, state: OfferState, notice: Callable[[str], Notice], now: datetime) -> None:
    _close(_open_offers(request.id), state, notice, now)


def _open_offers(request_id: UUID, *more: ColumnElement[bool]) -> Sequence[Offer]:
    people = joinedload(Offer.role).lazyload(PractitionerRole.organization)  # Their phones are told.
    statement = select(Offer).where(Offer.request_id == request_id, Offer.state == OfferState.OPEN, *more)
    return db.session.scalars(statement.options(people)).all()


def _close(offers: Sequence[Offer], state: OfferState, notice: Callable[[str], Notice], now: datetime) -> None:
    for offer in offers:
        _end(offer, state, now)
    told = {
        offer.id: (account, notice(_path(offer))) for offer in offers if (account := offer.role.practitioner.account_id)
    }
    push.replace(told, "closed", now=now, expires_at=now + NEWS_LIFE)


def _end(offer: Offer, state: OfferState, now: datetime) -> None:
    offer.state, offer.ended_at = state, now
    changed("inbox", offer.practitioner_id)


def _record_answer(offer: Offer, answer: str, by: Account, now: datetime) -> None:
    record(
        "offer.answered",
        subject=offer.id,
        patient=offer.request.patient_id,
        actor=by.id,
        why="care",
        now=now,
        answer=answer,
    )


def _path(offer: Offer) -> str:
    return f"offers/{offer.id}"
