"""What those who were asked say. Each verb begins by locking the request, so that no two act on it at once."""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.models import Account
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests import opening
from app.care_requests.models import CareRequest, State, Verb
from app.care_requests.queries import family
from app.care_requests.rules import Rhythm, Visit, condition, possible, read_rhythm, read_visits, shared
from app.consents.objections import refused_inboxes, whom_she_accepts
from app.core.db import db
from app.directory import queries as directory
from app.directory.models import PractitionerRole
from app.dispatch import offers, queries, rules, words
from app.dispatch.models import Inquiry, Offer, OfferState
from app.dispatch.snapshots import SETTLED
from app.language.phrases import kept, later
from app.messages import actions as messages
from app.organizations.geo import distance_km

LONGEST_WAY = timedelta(hours=24)
"""How long a tap may have waited for a signal. What is said to be older is counted as this old."""


ACCEPT, REFUSE, ASK, RELAY, WITHDRAW = "accept", "refuse", "ask", "relay", "withdraw"
"""What a tap on an offer says; a key belongs to one of them. A yes to a part names the part too (`yes`)."""


def yes(part: str) -> str:
    return f"{ACCEPT} {part}".rstrip()


@dataclass(frozen=True)
class Tap:
    """One touch of an answer. `at`: when the finger touched, which may be before it arrives; `key`: the same for
    every copy of this touch, empty when its sender gives none."""

    at: datetime
    key: str = ""

    def said_in(self, heard: Mapping[str, str]) -> str | None:
        """What the touch of this key said when it was counted, of those that were (`heard`: verb by key)."""
        return heard.get(self.key) if self.key else None

    def is_later_than(self, answered_at: datetime | None) -> bool:
        """Whether it says the last word of this person. Her later tap wins, whichever arrives first.

        It orders the taps of one person. Between two people the first to arrive wins: no phone's clock is asked.
        """
        return answered_at is None or self.at > answered_at

    def is_earlier_than(self, answered_at: datetime | None) -> bool:
        return answered_at is not None and self.at < answered_at


def touched(key: str, age: timedelta, now: datetime) -> Tap:
    """The tap that a phone says it kept for `age`: phones' clocks are wrong, what they say of a wait is not."""
    return Tap(now - min(max(age, timedelta(0)), LONGEST_WAY), key)


class AnswerResult(enum.StrEnum):
    WON = "won"
    PROPOSED = "proposed"  # the requester picks among several
    TOO_LATE = "too late"
    REFUSED = "refused"
    RELAYED = "relayed"  # not her, but a colleague: no refusal
    OUTDATED = "outdated"  # the same person has said something else since


OVER = (OfferState.LOST, OfferState.WITHDRAWN)
"""Of an offer that nothing makes answerable again: whoever is asked once more is made another."""

NO = (OfferState.REFUSED, OfferState.RELAYED)
"""Of an offer to which its person may still say yes by a later tap."""

YES = {OfferState.WON: AnswerResult.WON, OfferState.PROPOSED: AnswerResult.PROPOSED}


def accept(offer: Offer, *, by: Account, now: datetime, tap: Tap | None = None, said: str = "") -> AnswerResult:
    """The first to accept has the visit; the others are told at once, kindly. A second tap is the same answer, for as
    long as it stands.

    `tap`: how it was touched (now, when not said). Whoever refused may still take it by a later tap, and whoever is
    late may too, as long as nobody has it. `said`: the slug of a condition; what it leaves of the plan is offered
    again by itself.
    """
    tap = tap or Tap(now)
    if offer.state in OVER:  # As this transaction has just read it: fifty who lost need not wait for each other.
        return AnswerResult.TOO_LATE
    request = care_requests.lock(offer.request_id)
    db.session.refresh(offer)
    if offer.state in YES:
        return YES[offer.state] if _says_the_same(offer, tap, said) else AnswerResult.TOO_LATE
    if tap.said_in(offer.heard):
        return _said_otherwise(offer)
    if offer.state in NO and not tap.is_later_than(offer.answered_at):
        return AnswerResult.OUTDATED
    if not _may_still(offer, request, now):
        return AnswerResult.TOO_LATE
    if request.rulebook.search.choice == "requester":
        return _propose(offer, request, tap, by, now)
    return _win(offer, request, tap, by=by, now=now, said=said)


def _says_the_same(offer: Offer, tap: Tap, said: str) -> bool:
    """As the yes that stands: to the same part, and not by a key that meant something else."""
    return (offer.condition or "") == said and tap.said_in(offer.heard) in (None, yes(said))


def _said_otherwise(offer: Offer) -> AnswerResult:
    """An old tap again, or one whose key said something else: the person's word since then stands, if she has one."""
    spoken = (OfferState.WON, OfferState.PROPOSED, OfferState.REFUSED, OfferState.RELAYED)
    return AnswerResult.OUTDATED if offer.state in spoken else AnswerResult.TOO_LATE


def _may_still(offer: Offer, request: CareRequest, now: datetime) -> bool:
    """Whoever the person refuses meanwhile was let go while she was asked, and does not come back by a later tap."""
    if offer.state is OfferState.OPEN:
        return True
    if not whom_she_accepts(request.patient_id, [offer.role]):
        return False
    if offer.state in NO:
        return now < offer.expires_at or request.state is State.UNANSWERED
    return offer.state is OfferState.EXPIRED and request.state in (State.SEARCHING, State.UNANSWERED)


def _win(offer: Offer, request: CareRequest, tap: Tap, *, by: Account, now: datetime, said: str) -> AnswerResult:
    share = _share(request, said, now) if said else None
    if not care_requests.move(request, Verb.ACCEPT, by=by, performer=offer.role, now=now):
        return AnswerResult.TOO_LATE
    settle(offer, tap, yes(said), OfferState.WON, now)
    offer.refusal_reason = None
    if share:
        offer.condition, offer.visits = said, [str(visit) for visit in share.taken]
        care_requests.take(request, share.taken, share.goes_on, now)
    db.session.flush()
    offers.close_all(request, OfferState.LOST, words.TAKEN_NOTICE, now)
    record("offer.answered", offer, by, now=now, answer="accepted")
    if share and share.rest:
        opening.split(request, share.rest, share.left, by=by, now=now)
    return AnswerResult.WON


@dataclass(frozen=True)
class Share:
    """Of a plan: what a yes takes and what it leaves; and of a series without an end, who goes on with what."""

    taken: Sequence[Visit]
    rest: Sequence[Visit] = ()
    goes_on: Rhythm | None = None
    left: Rhythm | None = None


def _share(request: CareRequest, said: str, now: datetime) -> Share:
    """Without a plan, or without a condition that means something for it, all and nothing."""
    visits, spoken, rhythm = read_visits(request.visits), condition(said), read_rhythm(request.rhythm)
    today = clock.paris(now).date()
    if spoken is None or spoken not in possible(visits, today, rhythm):
        return Share(visits, goes_on=rhythm)
    taken, rest = shared(visits, spoken, today)
    goes_on, left = spoken.goes_on(rhythm) if rhythm and spoken.goes_on else (None, None)
    return Share(taken, rest, goes_on, left)


def _propose(offer: Offer, request: CareRequest, tap: Tap, by: Account, now: datetime) -> AnswerResult:
    """A yes that waits for the requester's choice; the search goes on beside it."""
    if request.state not in (State.SEARCHING, State.UNANSWERED):
        return AnswerResult.TOO_LATE
    settle(offer, tap, ACCEPT, OfferState.PROPOSED, now)
    offer.refusal_reason = None
    care_requests.note(request, "proposed", by=by, now=now, detail=offer.role.name)
    care_requests.plan_next_move(request, now)
    record("offer.answered", offer, by, now=now, answer="proposed")
    offers.tell_author(offer, "proposal", words.PROPOSAL_NOTICE, now)
    return AnswerResult.PROPOSED


def refuse(offer: Offer, reason: str | None, *, by: Account, now: datetime, tap: Tap | None = None) -> AnswerResult:
    """A refusal frees the place for the next best at once. A reason may follow; `reason`: a key of `REFUSALS`.

    It never undoes an acceptance, were it later: `withdraw` does, and tells those who count on the visit.
    """
    tap = tap or Tap(now)
    request = care_requests.lock(offer.request_id)
    db.session.refresh(offer)
    heard = tap.said_in(offer.heard)
    if heard not in (None, REFUSE):
        return _said_otherwise(offer)
    if offer.state is OfferState.REFUSED:
        offer.refusal_reason = reason or offer.refusal_reason
        care_requests.refresh_screens(request)
        return AnswerResult.REFUSED
    if heard or (offer.state in YES and tap.is_earlier_than(offer.answered_at)):
        return _said_otherwise(offer)
    if offer.state not in offers.WAITING:
        return AnswerResult.TOO_LATE
    _say_no(offer, request, reason, tap, by, now)
    return AnswerResult.REFUSED


def _say_no(offer: Offer, request: CareRequest, reason: str | None, tap: Tap, by: Account, now: datetime) -> None:
    settle(offer, tap, REFUSE, OfferState.REFUSED, now)
    offer.refusal_reason, offer.paused_at = reason, None
    care_requests.plan_next_move(request, now)
    care_requests.note(request, "refused", now=now, detail=kept(words.REFUSALS.get(reason or "", "")))
    record("offer.answered", offer, by, now=now, answer="refused")


def settle(offer: Offer, tap: Tap, verb: str, state: OfferState, now: datetime) -> None:
    """This tap is the person's answer."""
    offers.end(offer, state, now)
    offer.answered_at = tap.at
    remember(offer, tap, verb)
    # Hers first and those of the others later would be two orders, and the worker settles in a third.
    messages.lock_about(select(Offer.id).where(Offer.request_id == offer.request_id))
    messages.drop(offer.id)


def remember(offer: Offer, tap: Tap, verb: str) -> None:
    """Remember this touch, so that it counts once."""
    if tap.key:
        offer.heard = {**offer.heard, tap.key: verb}


def see(offer: Offer, now: datetime) -> None:
    """The practitioner has the offer before her eyes."""
    if offer.seen_at is None:
        offer.seen_at = now
        messages.see(offer.id)
        care_requests.refresh_screens(offer.request)


def ask(offer: Offer, question: str, *, by: Account, now: datetime, tap: Tap | None = None) -> Inquiry | None:
    """She needs to know more before she answers; her own clock stands meanwhile. None when it is too late to ask.

    `tap`: a copy of one that asked is that question, answered meanwhile or not.
    """
    tap = tap or Tap(now)
    request = care_requests.lock(offer.request_id)
    db.session.refresh(offer)
    if tap.said_in(offer.heard) == ASK:
        return next((each for each in queries.inquiries_about(offer) if each.question == question), None)
    if offer.state is not OfferState.OPEN or offer.paused_at:
        return None
    remember(offer, tap, ASK)
    inquiry = Inquiry(offer_id=offer.id, request_id=request.id, question=question, asked_at=now)
    db.session.add(inquiry)
    offer.paused_at = now
    care_requests.note(request, "question", by=by, now=now)
    care_requests.plan_next_move(request, now)
    record("offer.answered", offer, by, now=now, answer="question")
    offers.tell_author(offer, "question", words.QUESTION_NOTICE, now)
    return inquiry


def reply(inquiry: Inquiry, answer: str, *, by: Account, now: datetime) -> bool:
    """The requester answers; what was left of her time to answer begins to run again. False: it was answered."""
    request = care_requests.lock(inquiry.request_id)
    offer = inquiry.offer
    db.session.refresh(offer)
    db.session.refresh(inquiry)
    if inquiry.answered_at:
        return False
    inquiry.answer, inquiry.answered_at, inquiry.answered_by_id = answer, now, by.id
    if offer.state is OfferState.OPEN and offer.paused_at:
        offer.expires_at = _until(offer, request, now)
        offer.paused_at = None
        offers.tell(offer, "reply", words.REPLY_NOTICE, now)
    care_requests.note(request, "reply", by=by, now=now)
    care_requests.plan_next_move(request, now)
    return True


def relay(
    offer: Offer, colleague: PractitionerRole, *, by: Account, now: datetime, tap: Tap | None = None
) -> AnswerResult:
    """Not her, but somebody of her practice: the offer passes on, with the time that was left."""
    tap = tap or Tap(now)
    request = care_requests.lock(offer.request_id)
    db.session.refresh(offer)
    if tap.said_in(offer.heard):
        return _said_otherwise(offer)
    until = _until(offer, request, now)
    if offer.state is not OfferState.OPEN or request.state is not State.SEARCHING or until <= now:
        return AnswerResult.TOO_LATE
    settle(offer, tap, RELAY, OfferState.RELAYED, now)
    offer.paused_at = None
    care_requests.plan_next_move(request, now)
    record("offer.answered", offer, by, now=now, answer="relayed")
    if not _asked_among(request, [colleague]):
        place, role = request.commune, colleague
        km = distance_km(place.latitude, place.longitude, role.latitude, role.longitude)
        passed = offers.offer_row(request, offer.wave, rules.Candidate(role.id, role.recipient_id, km), until, now)
        passed["relayed_by"] = offer.role.name
        passed["rank_line"] = kept(later("proposée par %(name)s, même cabinet", name=offer.role.name))
        passed["knows_patient"] = offer.knows_patient
        offers.publish([(request, offer.wave, passed)], now)
        care_requests.note(request, "relayed", by=by, now=now, detail=role.name)
    return AnswerResult.RELAYED


def _until(offer: Offer, request: CareRequest, now: datetime) -> datetime:
    """When her time ends; while her clock stands for a question, as if it began to run again now."""
    stood = now - offer.paused_at if offer.paused_at else timedelta(0)
    return min(offer.expires_at + stood, request.answer_by)


def _asked_among(request: CareRequest, colleagues: Sequence[PractitionerRole]) -> set[UUID]:
    """Whose inboxes of these have it before them already, or said something of this plan; or asked for it, or are
    refused by the person."""
    if not colleagues:
        return set()
    here = (Offer.request_id == request.id) & (Offer.state == OfferState.OPEN)
    settled = Offer.request_id.in_(family(request)) & Offer.state.in_(SETTLED)
    theirs = Offer.recipient_id.in_([each.recipient_id for each in colleagues])
    spoken = select(Offer.recipient_id).where(theirs, here | settled)
    asked = set(db.session.scalars(spoken.union(refused_inboxes(request.patient_id))))
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
