"""Opening a request and moving it: the only ways a request's row is ever changed."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

import uuid_utils.compat
from sqlalchemy import CursorResult, select, update

from app.accounts.models import Account, Membership, Role
from app.audit.actions import record
from app.care_requests.models import CareRequest, Step
from app.care_requests.rules import TRANSITIONS, State, Verb
from app.core.db import db
from app.directory.models import PractitionerRole, Profession
from app.directory.queries import territory_of
from app.live.actions import changed
from app.pathways.schema import Pathway
from app.patients.actions import agree
from app.patients.models import Patient


@dataclass(frozen=True)
class Need:
    """What is asked for one patient; instants are aware, `reason` is a slug of the pathway."""

    pathway: Pathway
    reason: str
    window_start: datetime
    window_end: datetime
    note: str = ""


def open_request(
    need: Need,
    patient: Patient,
    *,
    organization_id: UUID,
    by: Account,
    now: datetime,
    request_id: UUID | None = None,
) -> CareRequest:
    """Begin to search. The patient's agreement is kept with it: without one nothing may be shown to anybody.

    `request_id`: the id that the form was given when it was shown, so that sending it twice is one request.
    Raises IntegrityError when a request of that id exists.
    """
    request = CareRequest(
        id=request_id or uuid_utils.compat.uuid7(),
        pathway=need.pathway.slug,
        pathway_version=need.pathway.version,
        patient_id=patient.id,
        organization_id=organization_id,
        author_id=by.id,
        profession=Profession(need.pathway.search.profession),
        reason=need.reason,
        note=need.note,
        commune_code=patient.commune_code,
        window_start=need.window_start,
        window_end=need.window_end,
        state=State.SEARCHING,
        next_move_at=now,
        created_at=now,
        changed_at=now,
    )
    db.session.add(request)
    db.session.flush()
    agree(patient.id, "sharing", how="spoken", by=by.id, now=now)
    add_step(request.id, "opened", by=by, state=State.SEARCHING, now=now)
    record(
        "request.opened",
        subject=request.id,
        patient=patient.id,
        actor=by.id,
        why="care",
        now=now,
        pathway=need.pathway.slug,
    )
    touch(request)
    return request


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
    values: dict[str, object] = {"changed_at": now, "next_move_at": now if verb in SEARCH_AGAIN else None}
    if verb is Verb.ACCEPT and performer is not None:
        values["performer_id"] = performer.id
    elif verb in (Verb.WITHDRAW, Verb.RELAUNCH):
        values["performer_id"] = None
    elif verb is Verb.EXHAUST:
        values["coordinator_id"] = coordinator_for(request)
    moved = next(
        ((source, target) for source, target in _ways(verb) if _moved(request.id, source, target, values)),
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
    touch(request)
    return True


def _ways(verb: Verb) -> list[tuple[State, State]]:
    return [(source, target) for (source, said), target in TRANSITIONS.items() if said is verb]


def _moved(request_id: UUID, source: State, target: State, values: dict[str, object]) -> bool:
    statement = update(CareRequest).where(CareRequest.id == request_id, CareRequest.state == source)
    result = db.session.execute(statement.values(state=target, **values))
    return cast(CursorResult[object], result).rowcount == 1


SEARCH_AGAIN = frozenset({Verb.RELAUNCH, Verb.WITHDRAW})


def hold(request_id: UUID) -> CareRequest:
    """The request, fresh, and nobody else's to move until the transaction ends."""
    statement = select(CareRequest).where(CareRequest.id == request_id).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def hold_due(request_id: UUID, now: datetime) -> CareRequest | None:
    """Like `hold`, but only if its next move is still due and no other worker has it."""
    statement = (
        select(CareRequest)
        .where(
            CareRequest.id == request_id,
            CareRequest.next_move_at <= now,
            CareRequest.state == State.SEARCHING,
        )
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one_or_none()


def plan_next_move(request_id: UUID, at: datetime) -> None:
    """Come back to this search at `at`, unless it ended meanwhile."""
    db.session.execute(
        update(CareRequest)
        .where(CareRequest.id == request_id, CareRequest.state == State.SEARCHING)
        .values(next_move_at=at)
    )


def add_step(
    request_id: UUID,
    kind: str,
    *,
    now: datetime,
    by: Account | None = None,
    state: State | None = None,
    detail: str = "",
) -> None:
    """Remember a moment of this request, with the name its author had that day."""
    db.session.add(
        Step(
            request_id=request_id,
            at=now,
            kind=kind,
            state=state,
            author_id=by.id if by else None,
            author_name=by.name if by else "Relais",
            detail=detail,
        )
    )


def touch(request: CareRequest) -> None:
    """Every screen that shows this request is out of date."""
    changed("request", request.id)
    changed("requests", request.organization_id)
    territory = territory_of(request.commune_code)
    if territory:
        changed("board", territory.id)


def coordinator_for(request: CareRequest) -> UUID:
    """The human in whose hands an unanswered request falls: the territory's coordinator, else its own author."""
    territory = territory_of(request.commune_code)
    if territory is None:
        return request.author_id
    coordinator = db.session.scalar(
        select(Membership.account_id)
        .where(Membership.organization_id == territory.id, Membership.role == Role.COORDINATOR)
        .order_by(Membership.id)
        .limit(1)
    )
    return coordinator or request.author_id
