"""The life of one invented request, told with the verbs that the screens use.

Each part between two `yield`s is one moment, and may be one transaction: rows are read again after each.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account
from app.appointments import actions as appointments
from app.appointments.rules import next_slots
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, State, Verb
from app.care_requests.rules import TAKEN
from app.core.clock import PARIS
from app.core.db import db
from app.demo.people import email_of
from app.demo.timeline import Tale
from app.directory.models import PractitionerRole
from app.dispatch import actions as dispatch
from app.dispatch.models import Offer, OfferState
from app.dispatch.words import REFUSALS
from app.pathways.library import pathways
from app.pathways.rules import window_bounds, windows_open
from app.patients.models import Patient

ANYONE = "anyone"
VISITORS = frozenset({"orientation-nurse", "nurse", "doctor"})
"""Whoever tries the demonstration is these people: they do nothing by themselves unless a tale names them."""

GLANCE_EVERY = timedelta(minutes=2.5)
"""How soon people are noticed who were asked in the place of others."""

SHORTEST_WINDOW = timedelta(hours=2)


@dataclass(frozen=True)
class Plot:
    """What is to happen; minutes are people's time. `by` and `taker` are keys of `people.py`."""

    opens_at: datetime
    by: str
    patient_id: UUID
    organization_id: UUID
    pathway: str
    reason: str
    window: str
    note: str = ""
    taker: str | None = ANYONE  # None: nobody takes it
    takes_after: float = 8  # counted from the moment that person was asked
    refusing: float = 0.1  # the share of the others who say no
    looking: float = 0.75  # the share of the others who look at it
    cancelled_after: float | None = None
    cancelled_why: str = ""
    proposes_after: float | None = 4  # None: no time proposed
    slot: int = 0  # which of the times that are offered in one tap
    confirms_after: float | None = 20
    declines: bool = False
    finishes: bool = True


@dataclass
class Teller:
    """How tales are told: how fast people are, by which dice, and who hears of it."""

    dice: Random
    speed: float = 1.0
    heard: Callable[[str], None] = field(default=lambda line: None)

    def minutes(self, number: float) -> timedelta:
        return timedelta(minutes=number / self.speed)


@dataclass(order=True)
class Intent:
    """What a person will do with an offer, and when."""

    at: datetime
    deed: str = field(compare=False)
    offer_id: UUID = field(compare=False)


def tell(plot: Plot, teller: Teller) -> Tale:
    now = yield plot.opens_at
    request_id = _open(plot, now)
    teller.heard(f"{plot.pathway}: a request opens")
    now = yield from _search(plot, request_id, teller, now)
    request = _request(request_id)
    if request.state is State.ACCEPTED and _taken_by_cast(plot, request):
        yield from _visit(plot, request_id, teller, now)


def _open(plot: Plot, now: datetime) -> UUID:
    patient = db.session.get_one(Patient, plot.patient_id)
    by = account(plot.by)
    pathway = pathways()[plot.pathway]
    open_now = [
        window
        for window in windows_open(pathway.windows, now, PARIS)
        if window_bounds(window, now, PARIS)[1] - now >= SHORTEST_WINDOW
    ]
    window = next((each for each in open_now if each.slug == plot.window), open_now[-1])
    start, end = window_bounds(window, now, PARIS)
    need = care_requests.Need(pathway, plot.reason, start, end, plot.note)
    return care_requests.open_request(need, patient, organization_id=plot.organization_id, by=by, now=now).id


def _search(plot: Plot, request_id: UUID, teller: Teller, now: datetime) -> Generator[datetime, datetime, datetime]:
    """People look and answer until the search has ended, whoever ended it."""
    cancelled_at = now + teller.minutes(plot.cancelled_after) if plot.cancelled_after else None
    asked: set[UUID] = set()
    intents: list[Intent] = []
    while (request := _request(request_id)).state is State.SEARCHING:
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
    return next((offer for offer in offers if plot.taker and _account(offer).email == email_of(plot.taker)), None)


def _do(intent: Intent, plot: Plot, teller: Teller, now: datetime) -> None:
    offer = db.session.get_one(Offer, intent.offer_id)
    if offer.state is not OfferState.OPEN:
        return
    by = _account(offer)
    if intent.deed == "see":
        dispatch.see(offer, now)
    elif intent.deed == "refuse":
        dispatch.refuse(offer, teller.dice.choice([*REFUSALS, None]), by=by, now=now)
    elif dispatch.accept(offer, by=by, now=now) is dispatch.Answer.WON:
        appointments.prepare(_request(offer.request_id), now)
    teller.heard(f"{plot.pathway}: {by.name} ({offer.role.profession.value}) {DEEDS[intent.deed]}")


DEEDS = {"see": "looks", "refuse": "refuses", "accept": "accepts"}


def _visit(plot: Plot, request_id: UUID, teller: Teller, now: datetime) -> Tale:
    if plot.proposes_after is None:
        return
    now = yield now + teller.minutes(plot.proposes_after)
    starts_at = _propose(plot, request_id, now)
    if starts_at is None:
        return
    teller.heard(f"{plot.pathway}: a time is proposed")
    if plot.confirms_after is not None:
        now = yield now + teller.minutes(plot.confirms_after)
        given = "declined" if plot.declines else "confirmed"
        appointments.answer(appointments.prepare(_request(request_id), now), given, now=now)
        teller.heard(f"{plot.pathway}: the patient has {given}")
    if plot.declines:
        return
    now = yield max(now, starts_at) + teller.minutes(teller.dice.uniform(1, 9))
    if not _move(request_id, Verb.START, now) or not plot.finishes:
        return
    teller.heard(f"{plot.pathway}: the care has begun")
    care = pathways()[plot.pathway].reason(plot.reason)
    now = yield now + teller.minutes(care.minutes)
    if _move(request_id, Verb.FINISH, now):
        teller.heard(f"{plot.pathway}: done")


def _propose(plot: Plot, request_id: UUID, now: datetime) -> datetime | None:
    """When the visit was proposed for; None when someone else moved the request meanwhile."""
    request = _request(request_id)
    if request.state is not State.ACCEPTED or not _taken_by_cast(plot, request):
        return None
    slots = next_slots(request.window_end, now, PARIS)
    starts_at = slots[min(plot.slot, len(slots) - 1)].at
    mode = pathways()[plot.pathway].modes[0]
    appointments.propose(appointments.prepare(request, now), starts_at, mode, by=_performer(request), now=now)
    return starts_at


def _move(request_id: UUID, verb: Verb, now: datetime) -> bool:
    request = care_requests.hold(request_id)
    return request.state in TAKEN and care_requests.move(request, verb, by=_performer(request), now=now)


def _request(request_id: UUID) -> CareRequest:
    return db.session.get_one(CareRequest, request_id)


def _open_offers(request_id: UUID) -> list[Offer]:
    statement = select(Offer).where(Offer.request_id == request_id, Offer.state == OfferState.OPEN)
    return list(db.session.scalars(statement.order_by(Offer.km, Offer.id)))


def _account(offer: Offer) -> Account:
    return db.session.get_one(Account, offer.role.practitioner.account_id)


def _performer(request: CareRequest) -> Account:
    performer = db.session.get_one(PractitionerRole, request.performer_id)
    return db.session.get_one(Account, performer.practitioner.account_id)


def _is_visitor(offer: Offer) -> bool:
    return _account(offer).persona in VISITORS


def _taken_by_cast(plot: Plot, request: CareRequest) -> bool:
    """Did one of ours take it, and not the person who tries the demonstration?"""
    persona = _performer(request).persona
    return persona not in VISITORS or persona == plot.taker


def account(key: str) -> Account:
    """The demonstration account of this key."""
    return db.session.scalars(select(Account).where(Account.email == email_of(key))).one()
