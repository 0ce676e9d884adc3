"""Opening a request and moving it: the only ways a request's row is ever changed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import selectinload

from app.accounts.models import Account
from app.audit.actions import record
from app.care_requests import follow_ups, words
from app.care_requests.journal import add_step, touch
from app.care_requests.models import CareRequest, Episode
from app.care_requests.queries import coordinator_for
from app.care_requests.rules import SEARCHES, TRANSITIONS, State, Verb, Visit, answer_by
from app.core.db import db
from app.directory.models import PractitionerRole, Profession
from app.organizations.models import Organization
from app.pathways.actions import kept
from app.pathways.schema import Pathway
from app.patients.actions import agree
from app.patients.models import Patient
from app.push import alerts as push


@dataclass(frozen=True)
class Need:
    """What is asked for one patient; instants are aware, `reason` is a slug of the pathway, `answers` by question.

    `decider_id`: the senior doctor who must decide first. `chosen_role_id`: the establishment that was chosen.
    """

    pathway: Pathway
    reason: str
    window_start: datetime
    window_end: datetime
    note: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    visits: Sequence[Visit] = ()
    chosen_role_id: UUID | None = None
    decider_id: UUID | None = None


def open_request(
    need: Need,
    patient: Patient | None,
    *,
    organization_id: UUID,
    by: Account,
    now: datetime,
    request_id: UUID | None = None,
    episode_id: UUID | None = None,
) -> CareRequest:
    """Begin to search, or to wait for a senior doctor's decision. The patient's agreement is kept with it: without one
    nothing may be shown to anybody.

    `request_id`: the id that the form was given when it was shown, so that sending it twice is one request.
    `episode_id`: of the need that was opened with this one. Raises IntegrityError when a request of that id exists.
    """
    request = _row(need, patient, organization_id, now)
    request.id = request_id or uuid_utils.compat.uuid7()
    request.author_id = by.id
    request.episode_id = episode_id or _episode(patient, organization_id, now).id
    db.session.add(request)
    db.session.flush()
    if patient:
        agree(patient.id, "sharing", how="spoken", by=by.id, now=now)
    _opened(request, by, now)
    _ask_decision(request, now)
    return request


def _row(need: Need, patient: Patient | None, organization_id: UUID, now: datetime) -> CareRequest:
    """What is asked, as it is kept."""
    reason = need.pathway.reason(need.reason)
    waits = need.decider_id is not None
    return CareRequest(
        pathway=need.pathway.slug,
        pathway_version_id=kept(need.pathway, now=now),
        patient_id=patient.id if patient else None,
        organization_id=organization_id,
        profession=Profession(need.pathway.profession_for(reason)),
        reason=need.reason,
        urgent=reason.urgent,
        answers_text=json.dumps(need.answers, ensure_ascii=False),
        note=need.note,
        commune_code=_where(need, patient, organization_id),
        window_start=need.window_start,
        window_end=need.window_end,
        visits=[str(visit) for visit in need.visits],
        chosen_role_id=need.chosen_role_id,
        decider_id=need.decider_id,
        state=State.DRAFT if waits else State.SEARCHING,
        answer_by=answer_by(need.window_end, need.pathway.search.answer_hours, now),
        next_move_at=None if waits else now,
        created_at=now,
        changed_at=now,
    )


def _ask_decision(request: CareRequest, now: datetime) -> None:
    """A senior doctor has to decide first: her phone says so."""
    if request.decider_id:
        notice, until = words.decision_notice("decisions"), request.answer_by
        push.alert(request.decider_id, request.id, "decision", notice, now=now, expires_at=until)


def _where(need: Need, patient: Patient | None, organization_id: UUID) -> str:
    """Around which commune somebody is looked for."""
    if patient and need.pathway.search.around == "patient":
        return patient.commune_code
    return db.session.get_one(Organization, organization_id).commune_code


def _episode(patient: Patient | None, organization_id: UUID, now: datetime) -> Episode:
    episode = Episode(
        id=uuid_utils.compat.uuid7(),
        patient_id=patient.id if patient else None,
        organization_id=organization_id,
        created_at=now,
    )
    db.session.add(episode)
    db.session.flush()
    return episode


def _opened(request: CareRequest, by: Account, now: datetime) -> None:
    add_step(request.id, "opened", by=by, state=request.state, now=now)
    record(
        "request.opened",
        subject=request.id,
        patient=request.patient_id,
        actor=by.id,
        why="care",
        now=now,
        pathway=request.pathway,
    )
    touch(request)


def open_several(needs: Sequence[Need], patient: Patient, *, request_id: UUID | None, **who: Any) -> list[CareRequest]:
    """The needs of one event, each searched on its own and all in one episode; `who`: as for `open_request`."""
    first = open_request(needs[0], patient, request_id=request_id, **who)
    others = [open_request(need, patient, episode_id=first.episode_id, **who) for need in needs[1:]]
    return [first, *others]


def note_refusal(need: Need, patient: Patient, *, request_id: UUID | None, by: Account, **who: Any) -> CareRequest:
    """The patient does not want it: nobody is asked, and it stays written down (MISSION A20)."""
    request = open_request(replace(need, decider_id=None), patient, request_id=request_id, by=by, **who)
    agree(patient.id, "sharing", how="refused", by=by.id, now=who["now"])
    move(request, Verb.CANCEL, by=by, detail="patient", now=who["now"])
    return request


def split(request: CareRequest, rest: Sequence[Visit], *, by: Account, now: datetime) -> CareRequest:
    """The visits that a conditional yes left become a request of their own, in the same episode: searched at once."""
    left = CareRequest(
        id=uuid_utils.compat.uuid7(),
        **{name: getattr(request, name) for name in CARRIED},
        split_from_id=request.id,
        answer_by=_answer_by(request, now),
        visits=[str(visit) for visit in rest],
        state=State.SEARCHING,
        next_move_at=now,
        created_at=now,
        changed_at=now,
    )
    db.session.add(left)
    db.session.flush()
    add_step(request.id, "split", by=by, now=now, detail=str(len(rest)))
    _opened(left, by, now)
    return left


CARRIED = (
    *("pathway", "pathway_version_id", "episode_id", "patient_id", "organization_id", "author_id", "profession"),
    *("reason", "urgent", "answers_text", "note", "commune_code", "window_start", "window_end"),
)
"""What the rest of a plan has in common with the whole."""


def take(request: CareRequest, visits: Sequence[Visit]) -> None:
    """Only these visits are this request's from now on."""
    request.visits = [str(visit) for visit in visits]


def move(
    request: CareRequest,
    verb: Verb,
    *,
    now: datetime,
    by: Account | None = None,
    detail: str = "",
    performer: PractitionerRole | None = None,
) -> bool:
    """Say `verb` of this request; False when another was faster and it cannot be said any more.

    One conditional UPDATE decides: whatever this process believed, the row's own state does.
    """
    moved = next(
        (way for way in _ways(verb) if _moved(request.id, *way, _values(request, verb, performer, now))),
        None,
    )
    if moved is None:
        return False
    db.session.refresh(request)
    add_step(request.id, verb.value, by=by, state=moved[1], detail=detail, now=now)
    record(
        "request.moved",
        subject=request.id,
        patient=request.patient_id,
        actor=by.id if by else None,
        why="care",
        now=now,
        **{"from": moved[0].value, "to": moved[1].value},
    )
    follow_ups.follow(request, verb, now)
    touch(request)
    return True


def _values(request: CareRequest, verb: Verb, performer: PractitionerRole | None, now: datetime) -> dict[str, object]:
    """What else changes with this verb."""
    values: dict[str, object] = {"changed_at": now, "next_move_at": None}
    if verb in SEARCHES:
        values["next_move_at"] = now
        if verb is not Verb.RELAUNCH:  # Whoever relaunches says until when; anything else must not end at once.
            values["answer_by"] = _answer_by(request, now)
    if verb is Verb.ACCEPT and performer is not None:
        values |= {"performer_id": performer.id, "late_at": None}
        values["start_by"] = now + timedelta(hours=request.rulebook.after.start_hours)
    elif verb in (Verb.WITHDRAW, Verb.RELAUNCH):
        values["performer_id"] = values["start_by"] = None
    elif verb is Verb.EXHAUST:
        values["coordinator_id"] = coordinator_for(request)
    return values


def _answer_by(request: CareRequest, now: datetime) -> datetime:
    return answer_by(request.window_end, request.search.answer_hours, now, until=request.answer_by)


def _ways(verb: Verb) -> list[tuple[State, State]]:
    return [(source, target) for (source, said), target in TRANSITIONS.items() if said is verb]


def _moved(request_id: UUID, source: State, target: State, values: dict[str, object]) -> bool:
    statement = update(CareRequest).where(CareRequest.id == request_id, CareRequest.state == source)
    result = db.session.execute(statement.values(state=target, **values))
    return cast(CursorResult[object], result).rowcount == 1


def reschedule(request: CareRequest, start: datetime, end: datetime, *, by: Account, now: datetime, words: str) -> None:
    """The care is wanted at another time; the search has until then. `words`: that time, for the timeline."""
    request.window_start, request.window_end = start, end
    request.answer_by = answer_by(end, request.search.answer_hours, now)
    request.changed_at = now
    add_step(request.id, "rescheduled", by=by, now=now, detail=words)
    plan_next_move(request, now)
    touch(request)


def hold(request_id: UUID) -> CareRequest:
    """The request, fresh, and nobody else's to move until the transaction ends."""
    statement = select(CareRequest).where(CareRequest.id == request_id).with_for_update(key_share=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def hold_due(request_ids: Sequence[UUID], now: datetime) -> Sequence[CareRequest]:
    """Like `hold`, but only those whose next move is still due and that no other worker has; the longest due first."""
    statement = (
        select(CareRequest)
        .where(
            CareRequest.id.in_(request_ids),
            CareRequest.next_move_at <= now,
            CareRequest.state == State.SEARCHING,
        )
        .order_by(CareRequest.next_move_at, CareRequest.id)
        .options(selectinload(CareRequest.commune), selectinload(CareRequest.chosen))
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).all()


def plan_next_move(request: CareRequest, at: datetime) -> None:
    """Come back to this search, which is held, at `at`; unless nobody is looked for any more."""
    if request.state is State.SEARCHING:
        request.next_move_at = at
