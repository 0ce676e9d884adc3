"""Opening a request: what is asked becomes a row that is searched for, or that waits for a decision."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from app.accounts.models import Account
from app.audit.actions import record
from app.care_requests import words
from app.care_requests.actions import move, note, plan_visits
from app.care_requests.carers import join_asker
from app.care_requests.models import CareRequest, Episode
from app.care_requests.rules import Rhythm, State, Verb, Visit
from app.care_requests.words import UNWANTED
from app.consents.agreements import HERSELF, REFUSED, SHARING, Decider, agree
from app.consents.objections import is_frozen
from app.core.db import db, new_id
from app.core.events import announce
from app.directory.models import Profession
from app.messages import actions as messages
from app.organizations.models import Organization
from app.pathways.library import version_id_of
from app.pathways.schema import Pathway
from app.patients.models import Patient


@dataclass(frozen=True)
class Need:
    """What is asked for one patient; instants are aware, `reason` is a slug of the pathway, `answers` by question.

    `decider_id`: the senior doctor who must decide first. `chosen_role_id`: the establishment that was chosen.
    `rhythm`: of care without an end, whose first weeks `visits` are; then `review_on` is a day.
    """

    pathway: Pathway
    reason: str
    window_start: datetime
    window_end: datetime
    note: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    visits: Sequence[Visit] = ()
    rhythm: Rhythm | None = None
    review_on: date | None = None
    chosen_role_id: UUID | None = None
    decider_id: UUID | None = None


@dataclass(frozen=True)
class Opened:
    """Something is asked from now on: searched for, or waiting for a decision first."""

    request: CareRequest
    now: datetime


class RecordFrozen(Exception):
    """The person asked that nothing new be done with her record (GDPR article 18)."""


def open_request(
    need: Need,
    patient: Patient | None,
    *,
    organization_id: UUID,
    by: Account,
    now: datetime,
    request_id: UUID | None = None,
    episode_id: UUID | None = None,
    step: str = "opened",
    decider: Decider = HERSELF,
) -> CareRequest:
    """Begin to search, or to wait for a senior doctor's decision. The patient's agreement is kept with it: without one
    nothing may be shown to anybody.

    `request_id`: the id that the form was given when it was shown, so that sending it twice is one request.
    `episode_id`: of the need that was opened with this one; `step`: what is noted of it; `decider`: who agreed, when it
    was not she. Raises IntegrityError when a request of that id exists, RecordFrozen when nothing new may be opened.
    """
    request = _row(need, patient, organization_id, now)
    request.id = request_id or new_id()
    request.author_id = by.id
    plan_visits(request, need.visits, need.rhythm, need.review_on, now)
    request.episode_id = episode_id or _episode(patient, organization_id, now).id
    db.session.add(request)
    db.session.flush()
    if patient:
        if is_frozen(patient.id):
            raise RecordFrozen
        agree(patient.id, SHARING, how="spoken", by=by.id, now=now, decider=decider)
        join_asker(request, now)
    _opened(request, by, now, step)
    _ask_decision(request, now)
    return request


def _row(need: Need, patient: Patient | None, organization_id: UUID, now: datetime) -> CareRequest:
    """What is asked, as it is kept."""
    reason = need.pathway.reason(need.reason)
    waits = need.decider_id is not None
    return CareRequest(
        pathway=need.pathway.slug,
        pathway_version_id=version_id_of(need.pathway, now=now),
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
        chosen_role_id=need.chosen_role_id,
        decider_id=need.decider_id,
        state=State.DRAFT if waits else State.SEARCHING,
        answer_by=need.pathway.search.answer_by(need.window_end, now),
        next_move_at=None if waits else now,
        created_at=now,
        changed_at=now,
    )


def _ask_decision(request: CareRequest, now: datetime) -> None:
    """A senior doctor has to decide first: her phone says so."""
    if request.decider_id:
        notice, until = words.DECISION_NOTICE, request.answer_by
        messages.alert(request.decider_id, request.id, "decision", notice, now=now, expires_at=until)


def _where(need: Need, patient: Patient | None, organization_id: UUID) -> str:
    """Around which commune somebody is looked for."""
    if patient and need.pathway.search.around == "patient":
        return patient.commune_code
    return db.session.get_one(Organization, organization_id).commune_code


def _episode(patient: Patient | None, organization_id: UUID, now: datetime) -> Episode:
    episode = Episode(
        id=new_id(),
        patient_id=patient.id if patient else None,
        organization_id=organization_id,
        created_at=now,
    )
    db.session.add(episode)
    db.session.flush()
    return episode


def _opened(request: CareRequest, by: Account | None, now: datetime, step: str = "opened") -> None:
    note(request, step, by=by, state=request.state, now=now)
    record("request.opened", request, by, now=now, pathway=request.pathway)
    announce(Opened(request, now))


def open_several(needs: Sequence[Need], patient: Patient, *, request_id: UUID | None, **who: Any) -> list[CareRequest]:
    """The needs of one event, each searched on its own and all in one episode; `who`: as for `open_request`."""
    first = open_request(needs[0], patient, request_id=request_id, **who)
    others = [open_request(need, patient, episode_id=first.episode_id, **who) for need in needs[1:]]
    return [first, *others]


def note_refusal(need: Need, patient: Patient, *, request_id: UUID | None, by: Account, **who: Any) -> CareRequest:
    """The patient does not want it: nobody is asked, and it stays written down (MISSION A20)."""
    need = replace(need, decider_id=None)
    request = open_request(need, patient, request_id=request_id, by=by, step="unwanted", **who)
    agree(patient.id, SHARING, how=REFUSED, by=by.id, now=who["now"], decider=who.get("decider", HERSELF))
    move(request, Verb.CANCEL, by=by, detail=UNWANTED, now=who["now"])
    return request


def split(
    request: CareRequest,
    rest: Sequence[Visit],
    rhythm: Rhythm | None,
    *,
    by: Account | None,
    now: datetime,
    wanted: tuple[datetime, datetime] | None = None,
) -> CareRequest:
    """The visits that a yes left, or who goes on no longer, become a request of their own, in the same episode:
    searched at once. `rhythm`: of what goes on without an end; `wanted`: between which instants its care begins, when
    not as the whole's did."""
    left = CareRequest(
        id=new_id(),
        **{name: getattr(request, name) for name in CARRIED},
        split_from_id=request.id,
        state=State.SEARCHING,
        next_move_at=now,
        created_at=now,
        changed_at=now,
    )
    if wanted:
        left.window_start, left.window_end = wanted
    left.answer_by = request.search.answer_by(left.window_end, now, until=request.answer_by)
    plan_visits(left, rest, rhythm, request.review_on, now)
    db.session.add(left)
    db.session.flush()
    note(request, "split", by=by, now=now, detail=str(len(rest)))
    _opened(left, by, now)
    return left


CARRIED = (
    *("pathway", "pathway_version_id", "episode_id", "patient_id", "organization_id", "author_id", "profession"),
    *("reason", "urgent", "answers_text", "note", "commune_code", "window_start", "window_end"),
)
"""What the rest of a plan has in common with the whole."""
