"""What the requester's side says of a search that runs. Each verb begins by locking the request."""

from datetime import datetime

from sqlalchemy import select

from app.accounts.models import Account
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, State, Verb
from app.core.db import db
from app.directory.models import PractitionerRole
from app.dispatch import offers, rules, words
from app.dispatch.answers import ACCEPT, WITHDRAW, Tap, remember, settle
from app.dispatch.models import Offer, OfferState, Wave
from app.dispatch.search import latest_wave, opening_stage, widen
from app.language.phrases import kept, later
from app.language.words import span
from app.messages.actions import ReachChanged
from app.organizations.geo import distance_km


def refresh_reach(changed: ReachChanged) -> None:
    """A phone got the notice about this offer, or will not: the requester reads the truth about reach."""
    offer = db.session.get(Offer, changed.subject_id)
    if offer:
        care_requests.refresh_screens(offer.request)


def cancel(request: CareRequest, *, by: Account | None, now: datetime, reason: str = "") -> bool:
    """End the request at any open stage and tell every phone that was asked; False when it had already ended.

    `by`: none when the person herself takes her agreement back.
    """
    care_requests.lock(request.id)
    winner = _winner(request)
    if not care_requests.move(request, Verb.CANCEL, by=by, detail=reason, now=now):
        return False
    offers.close_all(request, OfferState.WITHDRAWN, words.WITHDRAWN_NOTICE, now)
    if winner:
        offers.end(winner, OfferState.WITHDRAWN, now)
        offers.tell(winner, "cancelled", words.PERFORMER_NOTICE, now)
    return True


def _winner(request: CareRequest) -> Offer | None:
    return db.session.scalar(select(Offer).where(Offer.request_id == request.id, Offer.state == OfferState.WON))


def withdraw(request: CareRequest, *, by: Account | None, now: datetime, reason: str, tap: Tap | None = None) -> bool:
    """The one who accepted cannot come after all: the search goes on at once, without her, and with time to ask.

    `tap`: how she touched it; a copy of a touch that counted takes nothing back that she was given since.
    """
    care_requests.lock(request.id)
    winner, tap = _winner(request), tap or Tap(now)
    if winner is None or tap.said_in(winner.heard):
        return False
    if not care_requests.move(request, Verb.WITHDRAW, by=by, detail=reason, now=now):
        return False
    offers.end(winner, OfferState.WITHDRAWN, now)
    remember(winner, tap, WITHDRAW)
    begin_again(request, None, now)
    return True


def reassign(request: CareRequest, *, by: Account | None, now: datetime, reason: str, whom: str = "") -> bool:
    """Take it back from the one who accepted, who is told, and look for somebody else.

    `by`: none when the clock does. `whom`: the id of the performer whom `by` saw, when that is known: nobody takes it
    back from who came after.
    """
    care_requests.lock(request.id)
    winner = _winner(request)
    if whom not in ("", str(request.performer_id)) or not withdraw(request, by=by, now=now, reason=reason):
        return False
    if winner:
        offers.tell(winner, "cancelled", words.PERFORMER_NOTICE, now)
    return True


def relaunch(request: CareRequest, *, by: Account, now: datetime, until: datetime, stage: int = 0) -> bool:
    """Ask again from this stage on, those who said no excepted, for care wanted before `until`."""
    care_requests.lock(request.id)
    if not care_requests.move(request, Verb.RELAUNCH, by=by, now=now):
        return False
    request.window_end = max(request.window_end, until)
    request.answer_by = max(request.answer_by, until)
    begin_again(request, _at_stage(request, stage, now), now)
    return True


def _at_stage(request: CareRequest, stage: int, now: datetime) -> rules.Widen:
    policy = request.search
    return rules.Widen(stage, rules.later(policy, now, policy.stages[stage].patience, request.urgent))


def widen_now(request: CareRequest, *, by: Account, now: datetime, stage: int | None = None) -> bool:
    """Do not wait: ask farther out at once, at the next stage or at this one. False when there is none, or nobody is
    looked for."""
    care_requests.lock(request.id)
    wave = latest_wave(request.id)
    if request.state is not State.SEARCHING or wave is None:
        return False
    to = wave.stage + 1 if stage is None else stage
    if not wave.stage < to < len(request.search.stages):
        return False
    widen(request, _at_stage(request, to, now), wave.round, now)
    care_requests.plan_next_move(request, now)
    care_requests.refresh_screens(request)
    return True


def reschedule(request: CareRequest, start: datetime, end: datetime, *, by: Account, now: datetime) -> bool:
    """The care is wanted at another time, and those who were asked read it. False: it is too late."""
    care_requests.lock(request.id)
    if request.state not in (State.SEARCHING, State.UNANSWERED):
        return False
    care_requests.reschedule(request, start, end, by=by, now=now, told=span(start, end, now))
    for offer in offers.live(request.id):
        offer.expires_at = min(offer.expires_at, request.answer_by)
        offers.tell(offer, "moved", words.MOVED_NOTICE, now)
    return request.state is State.SEARCHING or relaunch(request, by=by, now=now, until=end)


def choose(offer: Offer, *, by: Account, now: datetime) -> bool:
    """The requester picks this proposal; the others are thanked. False when it is not to be had any more."""
    request = care_requests.lock(offer.request_id)
    db.session.refresh(offer)
    if offer.state is not OfferState.PROPOSED:
        return False
    if not care_requests.move(request, Verb.ACCEPT, by=by, performer=offer.role, detail=offer.role.name, now=now):
        return False
    offers.end(offer, OfferState.WON, now)
    db.session.flush()
    offers.close_all(request, OfferState.LOST, words.NOT_CHOSEN_NOTICE, now)
    offers.tell(offer, "chosen", words.CHOSEN_NOTICE, now)
    return True


def assign(request: CareRequest, role: PractitionerRole, *, by: Account, now: datetime) -> bool:
    """Somebody said yes by telephone: written down by `by`, and told on her phone. False when somebody has it, or the
    patient refuses her."""
    care_requests.lock(request.id)
    if not care_requests.move(
        request, Verb.ACCEPT, by=by, performer=role, detail=kept(later("par téléphone"), role.name), now=now
    ):
        return False
    made = _offer_to(request, role, now)
    settle(made, Tap(now), ACCEPT, OfferState.WON, now)
    made.rank_line = kept(words.found_by_phone(by.name))
    db.session.flush()
    offers.close_all(request, OfferState.LOST, words.TAKEN_NOTICE, now)
    record("offer.answered", made, by, now=now, answer="accepted")
    offers.tell(made, "chosen", words.CHOSEN_NOTICE, now)
    return True


def _offer_to(request: CareRequest, role: PractitionerRole, now: datetime) -> Offer:
    """The offer that she has already, or one made for what she said by telephone."""
    known = select(Offer).where(Offer.request_id == request.id, Offer.recipient_id == role.recipient_id)
    found = db.session.scalars(known.order_by(Offer.id.desc()).limit(1)).first()
    if found is not None:
        return found
    place = request.commune
    km = distance_km(place.latitude, place.longitude, role.latitude, role.longitude)
    wave = latest_wave(request.id) or widen(request, opening_stage(request, now), 1, now)
    candidate = rules.Candidate(role.id, role.recipient_id, km)
    made = Offer(**offers.offer_row(request, wave, candidate, request.answer_by, now))
    db.session.add(made)
    db.session.flush()
    return made


def decide(request: CareRequest, yes: bool, *, by: Account, now: datetime, reason: str = "") -> bool:
    """The senior doctor's decision, by name (MISSION A17). False when it was decided or cancelled meanwhile."""
    care_requests.lock(request.id)
    return care_requests.move(request, Verb.APPROVE if yes else Verb.DECLINE, by=by, detail=reason, now=now)


def begin_again(request: CareRequest, stage: rules.Widen | None, now: datetime) -> Wave | None:
    """A new round, in which silence and lost races may be asked again; from the stage reached when none is named."""
    last = latest_wave(request.id)
    if last is None:
        return None
    policy = request.search
    ends_at = rules.later(policy, now, policy.stages[last.stage].patience, request.urgent)
    return widen(request, stage or rules.Widen(last.stage, ends_at), last.round + 1, now)
