"""The life of one invented request, told with the verbs that the screens use.

Each part between two `yield`s is one moment, and may be one transaction: rows are read again after each.
"""

from collections.abc import Generator
from datetime import datetime, timedelta
from uuid import UUID

from app.accounts.models import Account
from app.advice import actions as advice
from app.advice.rules import See
from app.appointments import actions as appointments
from app.appointments.rules import AT_ONCE, next_slots
from app.care_requests import actions as care_requests
from app.care_requests import opening
from app.care_requests.models import CareRequest, State, Verb
from app.care_requests.rules import AHEAD, TAKEN, Rhythm, planned
from app.clock import PARIS, midnight, paris
from app.conversations import actions as conversations
from app.core.db import db
from app.demo.crowd import answering_for, request_of, search
from app.demo.people import CAST
from app.demo.plot import VISITORS, Plot, Teller, account
from app.demo.timeline import Tale
from app.directory.models import PractitionerRole, Profession
from app.directory.queries import services
from app.passages import actions as passages
from app.passages import queries as passage_queries
from app.passages.rules import PassageState
from app.passages.rules import rank as in_order
from app.pathways.library import pathways
from app.pathways.schema import windows_open
from app.patients.models import Patient

SHORTEST_WINDOW = timedelta(hours=2)
IN_THE_MORNING = timedelta(hours=9)


def tell(plot: Plot, opens_at: datetime, patient_id: UUID, organization_id: UUID, teller: Teller) -> Tale:
    now = yield opens_at
    request_id = _open(plot, patient_id, organization_id, now)
    teller.heard(f"{plot.pathway}: a request opens")
    if plot.decider:
        return
    now = yield from search(plot, request_id, teller, now)
    request = request_of(request_id)
    if request.state is State.ACCEPTED and _taken_by_cast(plot, request):
        now = yield from _talk(plot, request_id, teller, now)
        if request_of(request_id).rulebook.after.opinion_hours:
            yield from _opine(plot, request_id, teller, now)
        else:
            yield from _visit(plot, request_id, teller, now)


def _open(plot: Plot, patient_id: UUID, organization_id: UUID, now: datetime) -> UUID:
    patient = db.session.get_one(Patient, patient_id)
    by = account(plot.by)
    pathway = pathways()[plot.pathway]
    open_now = [
        window for window in windows_open(pathway.windows, now) if window.bounds(now)[1] - now >= SHORTEST_WINDOW
    ]
    window = next((each for each in open_now if each.slug == plot.window), open_now[-1])
    start, end = window.bounds(now)
    today = paris(start).date()
    rhythm = Rhythm(today, ("morning",)) if plot.review else None
    visits = planned(today, today + timedelta(days=plot.days - 1), ["morning"]) if plot.days else ()
    need = opening.Need(
        pathway,
        plot.reason,
        start,
        end,
        plot.note,
        answers=plot.answers,
        visits=rhythm.visits(today, paris(now).date() + AHEAD) if rhythm else visits,
        rhythm=rhythm,
        review_on=today + timedelta(days=plot.review) if rhythm else None,
        chosen_role_id=_chosen(plot),
        decider_id=_decider(plot),
    )
    return opening.open_request(need, patient, organization_id=organization_id, by=by, now=now).id


def _decider(plot: Plot) -> UUID | None:
    return account(plot.decider).id if plot.decider else None


def _chosen(plot: Plot) -> UUID | None:
    """The service of the establishment that the patient chose."""
    if plot.chosen is None:
        return None
    named = CAST.places[plot.chosen].name
    kind = Profession(pathways()[plot.pathway].search.profession)
    return next(role.id for role in services(kind) if role.organization.name == named)


def _talk(plot: Plot, request_id: UUID, teller: Teller, now: datetime) -> Generator[datetime, datetime, datetime]:
    """What they say to each other, a few minutes apart; each has read what the other said."""
    for side, text in plot.talk:
        now = yield now + teller.minutes(2)
        request = request_of(request_id)
        speaks = account(plot.by) if side == "asks" else _performer(request)
        conversations.see(request_id, by=speaks, now=now)
        conversations.say(request_id, text, by=speaks, now=now)
    return now


def _visit(plot: Plot, request_id: UUID, teller: Teller, now: datetime) -> Tale:
    if not plot.proposes:
        return
    now = yield now + teller.minutes(plot.proposes_after)
    starts_at = _propose(plot, request_id, now)
    if starts_at is None:
        return
    teller.heard(f"{plot.pathway}: a time is proposed")
    now = yield now + teller.minutes(plot.confirms_after)
    given = "declined" if plot.declines else "confirmed"
    appointments.answer(appointments.prepare(request_of(request_id), now), given, now=now)
    teller.heard(f"{plot.pathway}: the patient has {given}")
    if plot.declines:
        return
    now = yield max(now, starts_at) + teller.minutes(teller.dice.uniform(1, 9))
    if not _move(request_id, Verb.START, now):
        return
    teller.heard(f"{plot.pathway}: the care has begun")
    for n, became in enumerate(plot.passages):
        now = yield max(now, midnight(paris(starts_at).date() + timedelta(days=n)) + IN_THE_MORNING)
        _say(plot, request_id, n, became, now)
        teller.heard(f"{plot.pathway}: a passage, {became}")
    if plot.finishes:
        care = pathways()[plot.pathway].reason(plot.reason)
        now = yield now + teller.minutes(care.minutes)
        _finish(plot, request_id, teller, now)


def _opine(plot: Plot, request_id: UUID, teller: Teller, now: datetime) -> Tale:
    """What was asked in writing is answered so, if the tale says what."""
    if not plot.done:
        return
    now = yield now + teller.minutes(plot.proposes_after)
    advice.give(request_id, plot.done, plot.advice, See.NO, None, by=_performer(request_of(request_id)), now=now)
    teller.heard(f"{plot.pathway}: an opinion is given")


def _finish(plot: Plot, request_id: UUID, teller: Teller, now: datetime) -> None:
    if not _move(request_id, Verb.FINISH, now):
        return
    if plot.done:
        conversations.conclude(request_id, plot.done, plot.advice, by=_performer(request_of(request_id)), now=now)
    teller.heard(f"{plot.pathway}: done")


def _propose(plot: Plot, request_id: UUID, now: datetime) -> datetime | None:
    """When the visit was proposed for; None when someone else moved the request meanwhile."""
    request = request_of(request_id)
    if request.state is not State.ACCEPTED or not _taken_by_cast(plot, request):
        return None
    slots = [slot for slot in next_slots(request.window_end, now, PARIS, at_most=5) if slot.value != AT_ONCE]
    starts_at = slots[min(plot.slot, len(slots) - 1)].at
    mode = pathways()[plot.pathway].modes[0]
    appointments.propose(appointments.prepare(request, now), starts_at, mode, by=_performer(request), now=now)
    return starts_at


def _say(plot: Plot, request_id: UUID, rank: int, became: PassageState, now: datetime) -> None:
    """What became of this passage of the plan; on the last one a line for who comes next."""
    request = request_of(request_id)
    by, found = _performer(request), sorted(passage_queries.of_request(request_id), key=in_order)
    passages.say(found[rank], became, by=by, now=now)
    if plot.line and rank == len(plot.passages) - 1:
        passages.tell_circle(found[rank], plot.line, [], by=by, now=now)


def _move(request_id: UUID, verb: Verb, now: datetime) -> bool:
    request = care_requests.lock(request_id)
    return request.state in TAKEN and care_requests.move(request, verb, by=_performer(request), now=now)


def _performer(request: CareRequest) -> Account:
    return answering_for(db.session.get_one(PractitionerRole, request.performer_id))


def _taken_by_cast(plot: Plot, request: CareRequest) -> bool:
    """Did one of ours take it, and not the person who tries the demonstration?"""
    persona = _performer(request).persona
    return persona not in VISITORS or persona == plot.taker
