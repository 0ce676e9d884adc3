"""Making offers and ending them: each with its alert, its trace and the screens that must look again."""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import ColumnElement, select, update

from app.accounts.queries import answering_from_lock_screen
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest
from app.core.db import db, in_order, insert_rows, new_id
from app.directory import queries as directory
from app.dispatch import rules, words
from app.dispatch.models import ALERT, Offer, OfferState, Wave
from app.language.phrases import kept, later
from app.live.actions import changed
from app.messages import actions as messages
from app.messages.models import Delivery, Notice

NEWS_LIFE = timedelta(hours=6)
"""How long a notice that something ended is worth delivering to a phone that was away."""

WAITING = (OfferState.OPEN, OfferState.PROPOSED)
"""Of an offer to which something is still to be said, by one side or the other."""

NAMED = ("circle", "chosen")
"""Stages whose people the patient named: they read who it is before they answer (L1110-4 CSP)."""


@dataclass(frozen=True)
class OfferBatch:
    """Whom a search asks now, and until when."""

    request: CareRequest
    wave: Wave
    candidates: Sequence[rules.Candidate]
    until: datetime


def make(asked: Sequence[OfferBatch], now: datetime) -> None:
    """Put these requests to these people."""
    if not asked:
        return
    publish(
        [
            (each.request, each.wave, offer_row(each.request, each.wave, one, each.until, now))
            for each in asked
            for one in each.candidates
        ],
        now,
    )
    for each in asked:
        care_requests.note(each.request, "asked", now=now, detail=str(len(each.candidates)))


def offer_row(
    request: CareRequest, wave: Wave, candidate: rules.Candidate, until: datetime, now: datetime
) -> dict[str, Any]:
    """As it is inserted; `until`: when the time to answer ends."""
    return {
        "id": new_id(),
        "request_id": request.id,
        "wave_id": wave.id,
        "role_id": candidate.role_id,
        "recipient_id": candidate.recipient_id,
        "km": candidate.km,
        "usual": candidate.usual,
        "knows_patient": wave.kind in NAMED,
        "rank_line": kept(*rules.rank_line(candidate)),
        "state": OfferState.OPEN,
        "visits": [],
        "relayed_by": "",
        "heard": {},
        "created_at": now,
        "expires_at": until,
    }


def publish(made: Sequence[tuple[CareRequest, Wave, dict[str, Any]]], now: datetime) -> None:
    """Keep these new offers and ring for each."""
    told = directory.accounts_of({offer["role_id"] for *_about, offer in made})
    with_buttons = answering_from_lock_screen({account for accounts in told.values() for account in accounts})
    db.session.flush()  # The stages to which they belong.
    insert_rows(Offer, [offer for *_about, offer in made])
    owed = [
        one
        for request, _wave, offer in made
        for one in _owed(offer, request, told.get(offer["role_id"], []), with_buttons)
    ]
    messages.alert_all(owed, ALERT, now=now)
    for request, wave, offer in made:
        changed("inbox", offer["recipient_id"])
        record(
            "offer.made",
            offer["id"],
            now=now,
            patient=request.patient_id,
            practitioner=offer["recipient_id"],
            wave=wave.stage,
        )


def _owed(
    offer: Mapping[str, Any], request: CareRequest, accounts: Iterable[UUID], with_buttons: Container[UUID]
) -> Iterator[Delivery]:
    """The alert of this offer, for each who may answer it."""
    notice = words.offer_notice(later(request.need.care), request.commune.name, offer["expires_at"], path(offer["id"]))
    for account in accounts:
        theirs = replace(notice, buttons=account in with_buttons)
        yield Delivery(account, offer["id"], theirs, offer["expires_at"], urgent=request.urgent or None)


def tell(offer: Offer, step: str, notice: Notice, now: datetime) -> None:
    """News about this offer, for whoever answers for it."""
    changed("inbox", offer.recipient_id)
    news = replace(notice, path=path(offer.id))
    for account in directory.accounts_of([offer.role_id]).get(offer.role_id, []):
        messages.alert(account, offer.id, step, news, now=now, expires_at=now + NEWS_LIFE)


def tell_author(offer: Offer, step: str, notice: Notice, now: datetime) -> None:
    """News about this offer, for the one who asked."""
    news = replace(notice, path=f"requests/{offer.request_id}")
    messages.alert(offer.request.author_id, offer.id, step, news, now=now, expires_at=now + NEWS_LIFE)


def live(request_id: UUID) -> Sequence[Offer]:
    """Offers that await an answer."""
    return db.session.scalars(select(Offer).where(*live_of([request_id]))).all()


def live_of(request_ids: Sequence[UUID]) -> tuple[ColumnElement[bool], ...]:
    return Offer.request_id.in_(request_ids), Offer.state == OfferState.OPEN


def close_all(request: CareRequest, state: OfferState, notice: Notice, now: datetime) -> None:
    """Nobody is waited for any more."""
    close(state, notice, now, Offer.request_id == request.id, Offer.state.in_(WAITING))


def close(state: OfferState, notice: Notice, now: datetime, *which: ColumnElement[bool]) -> frozenset[UUID]:
    """End these offers and say so to whoever was asked; returns the requests they were about."""
    facts = Offer.id, Offer.request_id, Offer.role_id, Offer.recipient_id
    change = update(Offer).where(Offer.id.in_(in_order(Offer, *which))).values(state=state, ended_at=now)
    ended = db.session.execute(change.returning(*facts)).all()
    if not ended:
        return frozenset()
    accounts = directory.accounts_of({offer.role_id for offer in ended})
    for offer in ended:
        changed("inbox", offer.recipient_id)
    told = {offer.id: (accounts.get(offer.role_id, []), replace(notice, path=path(offer.id))) for offer in ended}
    messages.supersede(told, "closed", now=now, expires_at=now + NEWS_LIFE)
    return frozenset(offer.request_id for offer in ended)


def expire(requests: Sequence[CareRequest], now: datetime) -> None:
    """End the offers whose time is over; one whose question waits for its answer lasts until the search ends."""
    over = Offer.request_id.in_([request.id for request in requests if now >= request.answer_by])
    overdue = *live_of([request.id for request in requests]), Offer.expires_at <= now, Offer.paused_at.is_(None) | over
    ended = close(OfferState.EXPIRED, words.EXPIRED_NOTICE, now, *overdue)
    for request in requests:
        if request.id in ended:
            care_requests.refresh_screens(request)


def end(offer: Offer, state: OfferState, now: datetime) -> None:
    offer.state, offer.ended_at = state, now
    changed("inbox", offer.recipient_id)


def path(offer_id: UUID) -> str:
    return f"offers/{offer_id}"
