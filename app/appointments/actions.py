"""Proposing a visit, and the patient's answer to it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.models import Account
from app.appointments import words
from app.appointments.models import Appointment, PatientLink
from app.appointments.rules import AT_MOST_WISHED, PartOfDay, asks_whether_came, reminder_at
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests.actions import PlanMoved
from app.care_requests.models import CareRequest, State, Verb
from app.care_requests.rules import TAKEN, read_visits
from app.core.db import db, new_id
from app.core.tokens import derived_token, derived_tokens, hash_token
from app.directory.queries import accounts_of, deserted
from app.membership.leaving import Departure
from app.messages import actions as messages
from app.messages.models import Notice

LINK = "patient-link"
"""The purpose of the key that makes a link's token: a part of every link that was ever handed out."""

AFTER_VISIT = timedelta(hours=24)
"""A link ends a day after the visit (FACTS 3.3)."""


def prepare(request: CareRequest, now: datetime) -> Appointment:
    """The visit of a request that was just taken, with the patient's link; the same one however often it is asked.

    Raises ValueError when nobody has taken it: there is no visit that nobody makes.
    """
    appointment = _of(request)
    if appointment is None:
        if request.state not in TAKEN:
            raise ValueError(f"nobody has taken {request.id}")
        appointment = Appointment(id=new_id(), request_id=request.id, sequence=0, created_at=now, changed_at=now)
        db.session.add(appointment)
        db.session.flush()
        token_hash = hash_token(derived_token(LINK, str(appointment.id)))
        expires_at = link_expiry(None, request.window_end)
        db.session.add(PatientLink(appointment_id=appointment.id, token_hash=token_hash, expires_at=expires_at))
        db.session.flush()
        keep_link(PlanMoved(request, now))
    return appointment


def forget_time(request: CareRequest, now: datetime) -> None:
    """Who was to come will not: the patient keeps the link, and reads that somebody else is looked for."""
    appointment = _of(request)
    if appointment is not None:
        _set(appointment, None, None, now)


def keep_link(moved: PlanMoved) -> None:
    """Care that comes back: the link that the patient was given lives as long as the plan that it was given for."""
    appointment, visits = _of(moved.request), read_visits(moved.request.visits)
    link = appointment and db.session.scalar(select(PatientLink).where(PatientLink.appointment_id == appointment.id))
    if link and visits:
        link.expires_at = max(link.expires_at, clock.midnight(visits[-1].day + timedelta(days=1)) + AFTER_VISIT)


def forget_times(departure: Departure) -> None:
    """Who was to come has left, and `dispatch` looks for somebody else: no patient waits at that hour."""
    gone = [role.id for role in deserted(departure.account_id, departure.organization_id)]
    hers = CareRequest.performer_id.in_(gone), CareRequest.state.in_((State.ACCEPTED, State.SCHEDULED))
    for request in db.session.scalars(select(CareRequest).where(*hers).order_by(CareRequest.id)).all():
        forget_time(request, departure.now)


def _of(request: CareRequest) -> Appointment | None:
    return db.session.scalar(select(Appointment).where(Appointment.request_id == request.id))


def _set(appointment: Appointment, starts_at: datetime | None, mode: str | None, now: datetime) -> None:
    appointment.starts_at, appointment.mode = starts_at, mode
    appointment.last_starts_at = starts_at or appointment.last_starts_at
    appointment.patient_answer = appointment.patient_answered_at = appointment.patient_reason = None
    appointment.wished, appointment.call_asked_at, appointment.came = [], None, None
    appointment.remind_at = reminder_at(starts_at, now, clock.PARIS) if starts_at else None
    appointment.sequence += 1
    appointment.changed_at = now
    link = db.session.scalar(select(PatientLink).where(PatientLink.appointment_id == appointment.id))
    if link:
        link.expires_at = link_expiry(starts_at, appointment.request.window_end)
        keep_link(PlanMoved(appointment.request, now))


def link_expiry(starts_at: datetime | None, window_end: datetime) -> datetime:
    return (starts_at or window_end) + AFTER_VISIT


def link_token_for(appointment_id: UUID, kept: str | None) -> str:
    """The token in the patient's link: computed from our key when a screen shows it, stored nowhere. `kept`: the hash
    that its row has.

    A link that was printed before a rotation is the one that works, as long as its key is in the ring.
    """
    tokens = derived_tokens(LINK, str(appointment_id))
    return next((token for token in tokens if hash_token(token) == kept), tokens[0])


def renew_lost_links(now: datetime) -> int:
    """Links whose key has left the ring can be shown to nobody any more: they get a token of the present one.

    What was printed of them ends with that; returns how many.
    """
    lost = [link for link in _live_links(now) if not _made_by(link, derived_tokens)]
    for link in lost:
        link.token_hash = hash_token(derived_token(LINK, str(link.appointment_id)))
    return len(lost)


def links_of_former_keys(now: datetime) -> int:
    """How many living links would end with the former keys."""
    return sum(not _made_by(link, lambda *of: derived_tokens(*of)[:1]) for link in _live_links(now))


def _live_links(now: datetime) -> Sequence[PatientLink]:
    return db.session.scalars(select(PatientLink).where(PatientLink.expires_at > now)).all()


def _made_by(link: PatientLink, tokens: Callable[[str, str], list[str]]) -> bool:
    return link.token_hash in (hash_token(token) for token in tokens(LINK, str(link.appointment_id)))


def propose(
    appointment: Appointment, starts_at: datetime, mode: str, *, by: Account, now: datetime, sequence: int | None = None
) -> bool:
    """Say when and where (`mode`: home, practice or remote); False when the request is no longer by's to plan, or when
    the visit has changed since `sequence`, which is what `by` saw of it (none: the latest)."""
    request = care_requests.lock(appointment.request_id)
    db.session.refresh(appointment)
    if request.state is State.SCHEDULED and (appointment.starts_at, appointment.mode) == (starts_at, mode):
        return True  # A second tap: the patient's answer to the first stands.
    if sequence not in (None, appointment.sequence):
        return False  # Another time was said since: an old tap does not undo it.
    if not care_requests.move(request, Verb.SCHEDULE, by=by, detail=starts_at.isoformat(), now=now):
        return False
    _set(appointment, starts_at, mode, now)
    record("appointment.proposed", appointment, by, now=now, mode=mode)
    return True


def tick(appointment: Appointment, item: int, done: bool, *, by: Account, now: datetime) -> None:
    """This point of the checklist is done, or is not after all; the requester reads what was done."""
    request = care_requests.lock(appointment.request_id)
    db.session.refresh(appointment)
    if (str(item) in appointment.ticked) is done:
        return
    kept = {*appointment.ticked, str(item)} if done else set(appointment.ticked) - {str(item)}
    appointment.ticked = sorted(kept, key=int)
    if done:
        care_requests.note(request, "task", by=by, now=now, detail=request.rulebook.after.checklist[item])
    else:
        care_requests.refresh_screens(request)


def answer(appointment: Appointment, given: str, *, now: datetime) -> bool:
    """The patient says `confirmed` or `declined`; the last word counts, and both sides see it.

    False when there is no visit to answer about any more: moved on, cancelled, or its time withdrawn.
    """
    request = care_requests.lock(appointment.request_id)
    db.session.refresh(appointment)
    if request.state is not State.SCHEDULED or appointment.starts_at is None:
        return False
    if appointment.patient_answer == given:
        return True
    appointment.patient_answer, appointment.patient_answered_at = given, now
    appointment.patient_reason, appointment.wished = None, []
    appointment.changed_at = now
    care_requests.note(request, given, now=now)
    if given == "declined":
        _tell_performer(request, "declined", words.DECLINED_NOTICE, now)
    record("appointment.answered", appointment, now=now, answer=given)
    return True


def wish(appointment: Appointment, reason: str, moments: Sequence[PartOfDay], *, now: datetime) -> bool:
    """The patient who cannot says why (one of `rules.REASONS`) and when she could; the last word counts.

    False when there is nothing any more that she said no to: another time stands, or nobody is to come.
    """
    request = care_requests.lock(appointment.request_id)
    db.session.refresh(appointment)
    if request.state is not State.SCHEDULED or appointment.patient_answer != "declined":
        return False
    wished = sorted(str(moment) for moment in moments)[:AT_MOST_WISHED]
    if (appointment.patient_reason, appointment.wished) == (reason, wished):
        return True
    appointment.patient_reason, appointment.wished, appointment.changed_at = reason, wished, now
    care_requests.note(request, "wished", now=now, detail=",".join(wished))
    record("appointment.wished", appointment, now=now, reason=reason)
    _tell_performer(request, "wished", words.WISHED_NOTICE, now)
    return True


def ask_call(appointment: Appointment, *, now: datetime) -> bool:
    """The patient asks to be called back, by whoever is to come or else by who asked; asked twice, it is one wish.

    False when nobody answers for this visit any more: cancelled, or over.
    """
    request = care_requests.lock(appointment.request_id)
    db.session.refresh(appointment)
    if request.state in (State.CANCELLED, State.DONE):
        return False
    if appointment.call_asked_at is None:
        appointment.call_asked_at = now
        care_requests.note(request, "call-asked", now=now)
        record("appointment.call_asked", appointment, now=now)
        if not _tell_performer(request, "call", words.CALL_NOTICE, now):
            care_requests.tell(request.author_id, request, "call", words.CALL_NOTICE, now)
    return True


def called(appointment: Appointment, *, by: Account, now: datetime) -> None:
    """The patient was called back; said twice, it was the first time."""
    request = care_requests.lock(appointment.request_id)
    db.session.refresh(appointment)
    if appointment.call_asked_at is not None:
        appointment.call_asked_at = None
        care_requests.note(request, "called", by=by, now=now)


def say_came(appointment: Appointment, came: bool, *, now: datetime) -> bool:
    """The patient says whether the care took place. It moves nothing: whoever asked is told when nobody came.

    False when it is not to be asked: too early, or no time stands.
    """
    request = care_requests.lock(appointment.request_id)
    db.session.refresh(appointment)
    if not asks_whether_came(request.state, appointment.starts_at, now):
        return False
    if appointment.came is not came:
        appointment.came = came
        care_requests.note(request, "came" if came else "nobody-came", now=now)
        record("appointment.came", appointment, now=now, came=came)
        if not came:
            care_requests.tell(request.author_id, request, "nobody-came", words.NOBODY_CAME_NOTICE, now)
    return True


def _tell_performer(request: CareRequest, step: str, notice: Notice, now: datetime) -> bool:
    """News of the patient for whoever is to come; False when that is nobody who can be told."""
    role_id = request.performer_id
    accounts = accounts_of([role_id]).get(role_id, []) if role_id else []
    for account_id in accounts:
        messages.alert(account_id, request.id, step, notice, now=now, expires_at=now + care_requests.NEWS_LIFE)
    return bool(accounts)
