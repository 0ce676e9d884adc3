"""The people who were asked: they look, refuse, or take it."""

from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account
from app.appointments import actions as appointments
from app.care_requests.models import CareRequest, State
from app.core.db import db
from app.demo.people import email_of
from app.demo.plot import ANYONE, VISITORS, Plot, Teller, account
from app.directory.models import PractitionerRole
from app.directory.queries import accounts_of
from app.dispatch import actions as dispatch
from app.dispatch import answers
from app.dispatch.models import Offer, OfferState
from app.dispatch.words import REFUSALS

GLANCE_EVERY = timedelta(minutes=2.5)
"""How soon people are noticed who were asked in the place of others."""


@dataclass(order=True)
class Intent:
    """What a person will do with an offer, and when."""

    at: datetime
    deed: str = field(compare=False)
    offer_id: UUID = field(compare=False)


def search(plot: Plot, request_id: UUID, teller: Teller, now: datetime) -> Generator[datetime, datetime, datetime]:
    """People look and answer until the search has ended, whoever ended it."""
    cancelled_at = now + teller.minutes(plot.cancelled_after) if plot.cancelled_after else None
    asked: set[UUID] = set()
    intents: list[Intent] = []
    while (request := request_of(request_id)).state is State.SEARCHING:
        if cancelled_at and cancelled_at <= now:
            dispatch.cancel(request, by=account(plot.by), reason=plot.cancelled_why, now=now)
            teller.heard(f"{plot.pathway}: cancelled")
            break
        fresh = [offer for offer in _open_offers(request_id) if offer.id not in asked]
        intents += _intents(plot, fresh, first=not asked, teller=teller)
        asked.update(offer.id for offer in fresh)
        intents.sort()
        while intents and intents[0].at <= now:
            _do(intents.pop(0), plot, teller, now)
        waits = [now + GLANCE_EVERY / teller.speed, *(intent.at for intent in intents[:1])]
        now = yield min([*waits, *([cancelled_at] if cancelled_at else [])])
    return now


def _intents(plot: Plot, offers: list[Offer], *, first: bool, teller: Teller) -> list[Intent]:
    """What each newly asked person makes of the offer; offers come nearest first, so the dice fall alike."""
    chosen = _taker(plot, offers, first=first, teller=teller)
    intents: list[Intent] = []
    for offer in offers:
        looks, answers = teller.dice.random(), teller.dice.random()
        reaction = teller.dice.uniform(0.5, 6)
        taker = offer is chosen
        if not taker and _is_visitor(offer):
            continue
        if taker:
            accepted_at = offer.created_at + teller.minutes(plot.takes_after)
            seen_at = offer.created_at + teller.minutes(plot.takes_after * 0.8)
            intents += [Intent(seen_at, "see", offer.id), Intent(accepted_at, "accept", offer.id)]
        elif looks < plot.looking or answers < plot.refusing:
            seen_at = offer.created_at + teller.minutes(reaction)
            intents.append(Intent(seen_at, "see", offer.id))
            if answers < plot.refusing:
                intents.append(Intent(seen_at + teller.minutes(reaction * 0.3), "refuse", offer.id))
    return intents


def _taker(plot: Plot, offers: list[Offer], *, first: bool, teller: Teller) -> Offer | None:
    if plot.taker == ANYONE:
        able = [offer for offer in offers if not _is_visitor(offer)]
        return teller.dice.choice(able) if first and able else None
    return next((offer for offer in offers if _account(offer).email == email_of(plot.taker)), None)


def _do(intent: Intent, plot: Plot, teller: Teller, now: datetime) -> None:
    offer = db.session.get_one(Offer, intent.offer_id)
    if offer.state is not OfferState.OPEN:
        return
    by = _account(offer)
    if intent.deed == "see":
        answers.see(offer, now)
    elif intent.deed == "refuse":
        answers.refuse(offer, teller.dice.choice([*REFUSALS, None]), by=by, now=now)
    elif answers.accept(offer, by=by, now=now) is answers.AnswerResult.WON:
        appointments.prepare(request_of(offer.request_id), now)
    teller.heard(f"{plot.pathway}: {by.name} ({offer.role.profession.value}) {DEEDS[intent.deed]}")


DEEDS = {"see": "looks", "refuse": "refuses", "accept": "accepts"}


def _open_offers(request_id: UUID) -> list[Offer]:
    statement = select(Offer).where(Offer.request_id == request_id, Offer.state == OfferState.OPEN)
    return list(db.session.scalars(statement.order_by(Offer.km, Offer.id)))


def _account(offer: Offer) -> Account:
    return answering_for(offer.role)


def _is_visitor(offer: Offer) -> bool:
    return _account(offer).persona in VISITORS


def answering_for(role: PractitionerRole) -> Account:
    """The person herself, or the first of the service."""
    return db.session.get_one(Account, accounts_of([role.id])[role.id][0])


def request_of(request_id: UUID) -> CareRequest:
    return db.session.get_one(CareRequest, request_id)
