"""Making offers and ending them: each with its alert, its trace and the screens that must look again."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, lazyload

from app.accounts.models import Account
from app.accounts.queries import answering_from_lock_screen
from app.audit.actions import record
from app.care_requests.journal import add_step, touch
from app.care_requests.models import CareRequest
from app.core.db import db
from app.core.words import distance
from app.directory import queries as directory
from app.directory.models import PractitionerRole
from app.dispatch import rules, words
from app.dispatch.models import ALERT, Offer, OfferState, Wave
from app.live.actions import changed
from app.push import alerts as push
from app.push.notices import Notice, Owed

NEWS_LIFE = timedelta(hours=6)
"""How long a notice that something ended is worth delivering to a phone that was away."""

WAITING = (OfferState.OPEN, OfferState.PROPOSED)
"""Of an offer to which something is still to be said, by one side or the other."""

KNOWS = ("circle", "chosen")
"""Stages whose people the patient named: they read who it is before they answer (L1110-4 CSP)."""


def make(
    request: CareRequest, wave: Wave, candidates: Iterable[rules.Candidate], until: datetime, now: datetime
) -> None:
    """Put the request to these people until then."""
    offers = [built(request, wave, candidate, until, now) for candidate in candidates]
    publish(request, offers, wave, now)
    add_step(request.id, "asked", now=now, detail=str(len(offers)))
    touch(request)


def built(request: CareRequest, wave: Wave, candidate: rules.Candidate, until: datetime, now: datetime) -> Offer:
    return Offer(
        id=uuid_utils.compat.uuid7(),
        request_id=request.id,
        wave_id=wave.id,
        role_id=candidate.role_id,
        recipient_id=candidate.recipient_id,
        km=candidate.km,
        usual=candidate.usual,
        knows_patient=wave.kind in KNOWS,
        rank_line=rules.rank_line(candidate, distance(candidate.km)),
        state=OfferState.OPEN,
        visits=[],
        relayed_by="",
        created_at=now,
        expires_at=until,
    )


def publish(request: CareRequest, offers: Sequence[Offer], wave: Wave, now: datetime) -> None:
    """Keep these new offers, and ring for each."""
    roles = select(PractitionerRole).where(PractitionerRole.id.in_([offer.role_id for offer in offers]))
    told = directory.accounts_of(db.session.scalars(roles.options(lazyload(PractitionerRole.organization))))
    with_buttons = answering_from_lock_screen([account for accounts in told.values() for account in accounts])
    with db.session.no_autoflush:  # One write for all of them, at the end.
        db.session.add_all(offers)
        owed = [one for offer in offers for one in _owed(offer, request, told.get(offer.role_id, []), with_buttons)]
        push.alert_all(owed, ALERT, now=now, urgent=request.urgent or None)
        for offer in offers:
            changed("inbox", offer.recipient_id)
            record(
                "offer.made",
                subject=offer.id,
                patient=request.patient_id,
                why="care",
                now=now,
                practitioner=str(offer.recipient_id),
                wave=str(wave.stage),
            )


def _owed(
    offer: Offer, request: CareRequest, accounts: Iterable[UUID], with_buttons: Container[UUID]
) -> Iterator[Owed]:
    """The alert of this offer, for each who may answer it."""
    notice = words.offer_notice(request.need.care, request.commune.name, offer.expires_at, path(offer))
    for account in accounts:
        yield Owed(account, offer.id, replace(notice, buttons=account in with_buttons), offer.expires_at)


def tell(offer: Offer, step: str, notice: Notice, now: datetime) -> None:
    """News about this offer, for whoever answers for it."""
    changed("inbox", offer.recipient_id)
    for account in directory.accounts_of([offer.role]).get(offer.role_id, []):
        push.alert(account, offer.id, step, notice, now=now, expires_at=now + NEWS_LIFE)


def live(request_id: UUID, *more: ColumnElement[bool]) -> Sequence[Offer]:
    """Offers that await an answer."""
    return _with_people(Offer.request_id == request_id, Offer.state == OfferState.OPEN, *more)


def _with_people(*which: ColumnElement[bool]) -> Sequence[Offer]:
    people = joinedload(Offer.role).lazyload(PractitionerRole.organization)  # Their phones are told.
    return db.session.scalars(select(Offer).where(*which).options(people, joinedload(Offer.wave))).all()


def close_all(request: CareRequest, state: OfferState, notice: Callable[[str], Notice], now: datetime) -> None:
    """Nobody is waited for any more."""
    waiting = _with_people(Offer.request_id == request.id, Offer.state.in_(WAITING))
    close(waiting, state, notice, now)


def close(offers: Sequence[Offer], state: OfferState, notice: Callable[[str], Notice], now: datetime) -> None:
    accounts = directory.accounts_of(offer.role for offer in offers)
    for offer in offers:
        end(offer, state, now)
    told = {offer.id: (accounts.get(offer.role_id, []), notice(path(offer))) for offer in offers}
    push.replace(told, "closed", now=now, expires_at=now + NEWS_LIFE)


def expire(request: CareRequest, now: datetime) -> None:
    """End the offers whose time is over; one whose question waits for its answer lasts until the search ends."""
    running = [Offer.paused_at.is_(None)] if now < request.answer_by else []
    overdue = live(request.id, Offer.expires_at <= now, *running)
    if overdue:
        close(overdue, OfferState.EXPIRED, words.expired_notice, now)
        touch(request)


def end(offer: Offer, state: OfferState, now: datetime) -> None:
    offer.state, offer.ended_at = state, now
    changed("inbox", offer.recipient_id)


def note_answer(offer: Offer, answer: str, by: Account, now: datetime) -> None:
    record(
        "offer.answered",
        subject=offer.id,
        patient=offer.request.patient_id,
        actor=by.id,
        why="care",
        now=now,
        answer=answer,
    )


def path(offer: Offer) -> str:
    return f"offers/{offer.id}"
