"""Leaving care that has begun. Each verb begins by locking the request."""

from datetime import date, datetime

from app import clock
from app.accounts.models import Account
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests import opening
from app.care_requests.departures import hand_to_coordinator
from app.care_requests.models import CareRequest, State, Verb
from app.care_requests.rules import Visit, read_rhythm, read_visits
from app.directory.models import PractitionerRole
from app.dispatch import actions as dispatch
from app.dispatch.search import latest_wave, opening_stage, widen
from app.language.phrases import kept, later
from app.language.words import date_words
from app.passages import queries as passages
from app.passages.actions import CARED_FOR
from app.passages.rules import PassageState
from app.relays import named
from app.relays.rules import SHORTEST_SEARCH, part, wanted


def leave(
    request: CareRequest,
    day: date,
    *,
    by: Account | None,
    now: datetime,
    reason: str,
    to: PractitionerRole | None = None,
) -> CareRequest | None:
    """Whoever took a plan goes on with it until `day`, and somebody is looked for now for the rest: that request, or
    none when nothing is left to hand over. `to`: a colleague or a locum whom she names, who is asked first and alone.

    What she did stays hers, and counts in the plan; a relay is not a refusal.
    """
    care_requests.lock(request.id)
    if request.state not in CARED_FOR or not request.visits or request.performer is None:
        return None
    today, leaver = clock.paris(now).date(), request.performer
    mine = passages.of_request(request.id)
    said = {Visit(each.day, each.moment) for each in mine if each.state is not PassageState.PLANNED}
    rhythm = read_rhythm(request.rhythm)
    parting = part(read_visits(request.visits), said, max(day, today), rhythm)
    if not parting.rest:
        return None
    window = wanted(parting.rest, now, clock.midnight)
    stays = any(visit.day >= today and visit not in said for visit in parting.kept)
    if request.state is not State.STARTED and not stays:
        left = _give_back(request, window, by=by, now=now, reason=reason)
    else:
        left = opening.split(request, parting.rest, rhythm, by=by, now=now, wanted=window)
        care_requests.take(request, parting.kept, None, now)
        detail = kept(later("à partir du %(day)s", day=date_words(parting.rest[0].day, "d MMMM")), reason)
        care_requests.note(request, "handed", by=by, now=now, detail=detail)
        if not stays:
            care_requests.move(request, Verb.FINISH, by=by, now=now)
    record("plan.left", request, by, now=now, patient=request.patient_id, named=bool(to))
    if to and to.recipient_id != leaver.recipient_id and not named.is_refused(left, to):
        _ask_first(left, to, leaver, by, now)
    return left


def release(
    request: CareRequest, leaver: PractitionerRole, *, by: Account | None, now: datetime, reason: str, why: str = "left"
) -> None:
    """Whoever has it comes no more from now on: somebody else is looked for, for all of it, or for what is left of a
    plan that has begun; of other care that has begun a human hears now. `why`: as `hand_to_coordinator` has it."""
    if dispatch.withdraw(request, by=by, now=now, reason=reason):
        return
    if not leave(request, clock.paris(now).date(), by=by, now=now, reason=reason):
        hand_to_coordinator(request, by=by, now=now, detail=leaver.name, why=why)


def confide(request: CareRequest, *, by: Account, now: datetime) -> CareRequest | None:
    """Care has begun, and whoever gave it comes no more: what is left is looked for at once, in the same episode, and
    the part that was done is over. None when it is not so (any more)."""
    care_requests.lock(request.id)
    if not is_left_behind(request):
        return None
    reason = kept(later("la suite est confiée"))
    left = leave(request, clock.paris(now).date(), by=by, now=now, reason=reason)
    if left is None:
        left = opening.split(request, (), None, by=by, now=now, wanted=(now, now + SHORTEST_SEARCH))
        care_requests.move(request, Verb.FINISH, by=by, now=now, detail=reason)
    return left


def is_left_behind(request: CareRequest) -> bool:
    """Has care begun whose performer answers no more in Relais, or is refused by the person?"""
    role = request.performer
    return (
        request.state is State.STARTED
        and role is not None
        and (not role.can_sign_in or named.is_refused(request, role))
    )


def _give_back(
    request: CareRequest, window: tuple[datetime, datetime], *, by: Account | None, now: datetime, reason: str
) -> CareRequest:
    """Nothing of it has begun, and nothing of it stays hers: the whole is looked for again."""
    request.window_start, request.window_end = window
    dispatch.withdraw(request, by=by, now=now, reason=reason)
    return request


def _ask_first(
    left: CareRequest, role: PractitionerRole, leaver: PractitionerRole, by: Account | None, now: datetime
) -> None:
    """The search waits for her answer, or for the end of her time; then it goes on by itself."""
    opens = opening_stage(left, now)
    reached = latest_wave(left.id)  # Of one that was given back, whose search has begun again.
    wave, until = reached or widen(left, opens, 1, now), named.until_answered(left, opens.stage, now)
    line = kept(later("proposée par %(name)s, qui passe la main", name=leaver.name))
    named.invite(left, wave, role, until, now, line=line, by=leaver.name)
    care_requests.note(left, "relayed", by=by, now=now, detail=role.name)
    care_requests.plan_next_move(left, until)
