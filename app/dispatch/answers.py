"""What those who were asked say. Each verb begins by holding the request, so that no two act on it at once."""

import enum
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account
from app.care_requests import actions as care_requests
from app.care_requests.journal import add_step, touch
from app.care_requests.models import CareRequest, State, Verb
from app.care_requests.queries import family
from app.care_requests.rules import Visit, condition, read_visits, shared
from app.core import clock
from app.core.db import db
from app.directory import queries as directory
from app.directory.models import PractitionerRole
from app.dispatch import offers, queries, rules, words
from app.dispatch.models import Inquiry, Offer, OfferState
from app.dispatch.standing import SETTLED
from app.organizations.geo import distance_km
from app.push import alerts as push

RELAYED = "relayed"
"""The reason of a refusal that named a colleague instead."""


class Answer(enum.StrEnum):
    WON = "won"
    PROPOSED = "proposed"  # the requester picks among several
    TOO_LATE = "too late"
    REFUSED = "refused"
    OUTDATED = "outdated"  # the same person has said something else since


OVER = (OfferState.LOST, OfferState.WITHDRAWN)
"""Of an offer that nothing makes answerable again: whoever is asked once more is made another."""

YES = {OfferState.WON: Answer.WON, OfferState.PROPOSED: Answer.PROPOSED}


def accept(offer: Offer, *, by: Account, now: datetime, tap: rules.Tap | None = None, said: str = "") -> Answer:
    """The first to accept has the visit; the others are told at once, kindly. A second tap is the same answer, for as
    long as it stands.

    `tap`: how it was touched (now, when not said). Whoever refused may still take it by a later tap, and whoever is
    late may too, as long as nobody has it. `said`: the slug of a condition; what it leaves of the plan is offered
    again by itself.
    """
    tap = tap or rules.Tap(now)
    if offer.state in OVER:  # As this transaction has just read it: fifty who lost need not wait for each other.
        return Answer.TOO_LATE
    request = care_requests.hold(offer.request_id)
    db.session.refresh(offer)
    if offer.state in YES:
        return YES[offer.state] if _says_the_same(offer, tap, said) else Answer.TOO_LATE
    if tap.said_in(offer.heard):
        return _said_otherwise(offer)
    if offer.state is OfferState.REFUSED and not tap.is_later_than(offer.answered_at):
        return Answer.OUTDATED
    if not _may_still(offer, request, now):
        return Answer.TOO_LATE
    if request.search.choice == "requester":
        return _propose(offer, request, tap, by, now)
    return _win(offer, request, tap, by=by, now=now, said=said)


def _says_the_same(offer: Offer, tap: rules.Tap, said: str) -> bool:
    """As the yes that stands: to the same part, and not by a key that meant something else."""
    return (offer.condition or "") == said and tap.said_in(offer.heard) in (None, rules.yes(said))


def _said_otherwise(offer: Offer) -> Answer:
    """An old tap again, or one whose key said something else: the person's word since then stands, if she has one."""
    spoken = (OfferState.WON, OfferState.PROPOSED, OfferState.REFUSED)
    return Answer.OUTDATED if offer.state in spoken else Answer.TOO_LATE


def _may_still(offer: Offer, request: CareRequest, now: datetime) -> bool:
    if offer.state is OfferState.OPEN:
        return True
    if offer.state is OfferState.REFUSED:
        return now < offer.expires_at or request.state is State.UNANSWERED
    return offer.state is OfferState.EXPIRED and request.state in (State.SEARCHING, State.UNANSWERED)


def _win(offer: Offer, request: CareRequest, tap: rules.Tap, *, by: Account, now: datetime, said: str) -> Answer:
    taken, rest = _parts(request, said, now)
    if not care_requests.move(request, Verb.ACCEPT, by=by, performer=offer.role, now=now):
        return Answer.TOO_LATE
    count(offer, tap, rules.yes(said), OfferState.WON, now)
    offer.refusal_reason = None
    if said:
        offer.condition, offer.visits = said, [str(visit) for visit in taken]
        care_requests.take(request, taken)
    db.session.flush()
    offers.close_all(request, OfferState.LOST, words.taken_notice, now)
    offers.note_answer(offer, "accepted", by, now)
    if rest:
        care_requests.split(request, rest, by=by, now=now)
    return Answer.WON


def _parts(request: CareRequest, said: str, now: datetime) -> tuple[Sequence[Visit], Sequence[Visit]]:
    """Of the plan: what this yes takes, and what it leaves. Without a plan or a condition, all and nothing."""
    visits, spoken = read_visits(request.visits), condition(said)
    if spoken is None or not visits:
        return visits, ()
    taken, rest = shared(visits, spoken, clock.paris(now).date())
    return (taken, rest) if taken else (visits, ())


def _propose(offer: Offer, request: CareRequest, tap: rules.Tap, by: Account, now: datetime) -> Answer:
    """A yes that waits for the requester's choice; the search goes on beside it."""
    if request.state not in (State.SEARCHING, State.UNANSWERED):
        return Answer.TOO_LATE
    count(offer, tap, rules.ACCEPT, OfferState.PROPOSED, now)
    offer.refusal_reason = None
    add_step(request.id, "proposed", by=by, now=now, detail=offer.role.name)
    care_requests.plan_next_move(request, now)
    offers.note_answer(offer, "proposed", by, now)
    notice = words.proposal_notice(f"requests/{request.id}")
    push.alert(request.author_id, offer.id, "proposal", notice, now=now, expires_at=now + offers.NEWS_LIFE)
    touch(request)
    return Answer.PROPOSED


def refuse(offer: Offer, reason: str | None, *, by: Account, now: datetime, tap: rules.Tap | None = None) -> Answer:
    """A refusal frees the place for the next best at once. A reason may follow; `reason`: a key of `REFUSALS`.

    It never undoes an acceptance, were it later: `withdraw` does, and tells those who count on the visit.
    """
    tap = tap or rules.Tap(now)
    request = care_requests.hold(offer.request_id)
    db.session.refresh(offer)
    heard = tap.said_in(offer.heard)
    if heard not in (None, rules.REFUSE):
        return _said_otherwise(offer)
    if offer.state is OfferState.REFUSED:
        offer.refusal_reason = reason or offer.refusal_reason
        touch(request)
        return Answer.REFUSED
    if heard or (offer.state in YES and tap.is_earlier_than(offer.answered_at)):
        return _said_otherwise(offer)
    if offer.state not in offers.WAITING:
        return Answer.TOO_LATE
    _say_no(offer, request, reason, tap, by, now)
    return Answer.REFUSED


def _say_no(
    offer: Offer,
    request: CareRequest,
    reason: str | None,
    tap: rules.Tap,
    by: Account,
    now: datetime,
    verb: str = rules.REFUSE,
) -> None:
    count(offer, tap, verb, OfferState.REFUSED, now)
    offer.refusal_reason, offer.paused_at = reason, None
    care_requests.plan_next_move(request, now)
    add_step(request.id, "refused", now=now, detail=words.REFUSALS.get(reason or "", ""))
    touch(request)
    offers.note_answer(offer, "refused", by, now)


def count(offer: Offer, tap: rules.Tap, verb: str, state: OfferState, now: datetime) -> None:
    """This tap is the person's answer."""
    offers.end(offer, state, now)
    offer.answered_at = tap.at
    hear(offer, tap, verb)
    # Hers first and those of the others later would be two orders, and the worker settles in a third.
    push.lock_about(select(Offer.id).where(Offer.request_id == offer.request_id))
    push.drop(offer.id)


def hear(offer: Offer, tap: rules.Tap, verb: str) -> None:
    """Remember this touch, so that it counts once."""
    if tap.key:
        offer.heard = {**offer.heard, tap.key: verb}


def see(offer: Offer, now: datetime) -> None:
    """The practitioner has the offer before her eyes."""
    if offer.seen_at is None:
        offer.seen_at = now
        push.see(offer.id, now)
        touch(offer.request)


def ask(offer: Offer, question: str, *, by: Account, now: datetime, tap: rules.Tap | None = None) -> Inquiry | None:
    """She needs to know more before she answers; her own clock stands meanwhile. None when it is too late to ask.

    `tap`: a copy of one that asked is that question, answered meanwhile or not.
    """
    tap = tap or rules.Tap(now)
    request = care_requests.hold(offer.request_id)
    db.session.refresh(offer)
    if tap.said_in(offer.heard) == rules.ASK:
        return next((each for each in queries.inquiries_about(offer) if each.question == question), None)
    if offer.state is not OfferState.OPEN or offer.paused_at:
        return None
    hear(offer, tap, rules.ASK)
    inquiry = Inquiry(offer_id=offer.id, request_id=request.id, question=question, asked_at=now)
    db.session.add(inquiry)
    offer.paused_at = now
    add_step(request.id, "question", by=by, now=now)
    care_requests.plan_next_move(request, now)
    offers.note_answer(offer, "question", by, now)
    notice = words.question_notice(f"requests/{request.id}")
    push.alert(request.author_id, offer.id, "question", notice, now=now, expires_at=now + offers.NEWS_LIFE)
    touch(request)
    return inquiry


def reply(inquiry: Inquiry, answer: str, *, by: Account, now: datetime) -> bool:
    """The requester answers; what was left of her time to answer begins to run again. False: it was answered."""
    request = care_requests.hold(inquiry.request_id)
    offer = inquiry.offer
    db.session.refresh(offer)
    db.session.refresh(inquiry)
    if inquiry.answered_at:
        return False
    inquiry.answer, inquiry.answered_at, inquiry.answered_by_id = answer, now, by.id
    if offer.state is OfferState.OPEN and offer.paused_at:
        offer.expires_at = _until(offer, request, now)
        offer.paused_at = None
        offers.tell(offer, "reply", words.reply_notice(offers.path(offer.id)), now)
    add_step(request.id, "reply", by=by, now=now)
    care_requests.plan_next_move(request, now)
    touch(request)
    return True


def relay(
    offer: Offer, colleague: PractitionerRole, *, by: Account, now: datetime, tap: rules.Tap | None = None
) -> Answer:
    """Not her, but somebody of her practice: the offer passes on, with the time that was left."""
    tap = tap or rules.Tap(now)
    request = care_requests.hold(offer.request_id)
    db.session.refresh(offer)
    if tap.said_in(offer.heard):
        return _said_otherwise(offer)
    until = _until(offer, request, now)
    if offer.state is not OfferState.OPEN or request.state is not State.SEARCHING or until <= now:
        return Answer.TOO_LATE
    _say_no(offer, request, RELAYED, tap, by, now, rules.RELAY)
    if not _asked_among(request, [colleague]):
        place, role = request.commune, colleague
        km = distance_km(place.latitude, place.longitude, role.latitude, role.longitude)
        passed = offers.built(request, offer.wave, rules.Candidate(role.id, role.recipient_id, km), until, now)
        passed["relayed_by"], passed["rank_line"] = offer.role.name, f"proposée par {offer.role.name}, même cabinet"
        passed["knows_patient"] = offer.knows_patient
        offers.publish([(request, offer.wave, passed)], now)
        add_step(request.id, "relayed", by=by, now=now, detail=role.name)
    return Answer.REFUSED


def _until(offer: Offer, request: CareRequest, now: datetime) -> datetime:
    """When her time ends; while her clock stands for a question, as if it began to run again now."""
    stood = now - offer.paused_at if offer.paused_at else timedelta(0)
    return min(offer.expires_at + stood, request.answer_by)


def _asked_among(request: CareRequest, colleagues: Sequence[PractitionerRole]) -> set[UUID]:
    """Whose inboxes of these have it before them already, or said something of this plan; or asked for it."""
    if not colleagues:
        return set()
    here = (Offer.request_id == request.id) & (Offer.state == OfferState.OPEN)
    settled = Offer.request_id.in_(family(request)) & Offer.state.in_(SETTLED)
    theirs = Offer.recipient_id.in_([each.recipient_id for each in colleagues])
    asked = set(db.session.scalars(select(Offer.recipient_id).where(theirs, here | settled)))
    return asked | {
        each.recipient_id
        for each in colleagues
        if each.practitioner and each.practitioner.account_id == request.author_id
    }


def colleagues_for(offer: Offer) -> Sequence[PractitionerRole]:
    """To whom she could pass it."""
    there = directory.colleagues(offer.role)
    asked = _asked_among(offer.request, there)
    return [role for role in there if role.recipient_id not in asked]
