"""What a coordinator must not forget, in one question: what is searched for or in her hands; and what slips without
being unanswered, such as care that did not begin or that nobody goes on with, tasks that are overdue, decisions nobody
takes."""

import enum
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    String,
    Uuid,
    bindparam,
    func,
    literal,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.accounts.models import Account, Role
from app.care_requests.lines import RequestFacts, facts_of, listing
from app.care_requests.models import CareRequest, CareTask, State
from app.care_requests.queries import GOES_ON
from app.care_requests.rules import OPEN
from app.consents.objections import names_reader
from app.core.db import rows
from app.directory.models import PractitionerRole
from app.dispatch.models import Wave
from app.organizations.models import Organization
from app.organizations.queries import COMMUNES
from app.supervision.rules import DECISION_WAITS

AT_MOST, MOST_ON_BOARD = 50, 200


class WatchKind(enum.IntEnum):
    """Why a request is before a coordinator's eyes; what slips, in the order in which it is shown."""

    ON_BOARD = 0
    LEFT_BEHIND = 1  # care that has begun, and whoever gave it has left Relais
    LATE_START = 2  # accepted, and nobody said in time that care began
    OVERDUE_TASK = 3  # owed by one side after an acceptance
    UNDECIDED = 4  # written, and no senior doctor has decided for too long


class Watched(NamedTuple):
    """A request as the board shows it. `since`: when it should have moved; `task`, `by_performer`: what is owed, and
    whether by who comes. `reached`: the stage of the search, none when nobody was looked for."""

    kind: WatchKind
    since: datetime
    task: str
    by_performer: bool
    reached: int | None
    organization: str
    phone: str
    author: str
    decider: str
    request: RequestFacts


_NO_TASK, _NOBODY_OWES = literal("", String), literal(False, Boolean)
_COORDINATOR = CareRequest.coordinator_id == bindparam("coordinator")
_TERRITORY = CareRequest.commune_code.in_(COMMUNES)


def _watched(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Of these, the ones of her territory and the ones in her hands: two parts, each of which has its index."""
    ids = select(CareRequest.id).correlate(None)
    return CareRequest.id.in_(union(ids.where(_TERRITORY, *which), ids.where(_COORDINATOR, *which)))


def _part(
    kind: WatchKind,
    since: ColumnElement[datetime] | InstrumentedAttribute[datetime],
    *which: ColumnElement[bool],
    task: ColumnElement[str] | InstrumentedAttribute[str] = _NO_TASK,
    by_performer: ColumnElement[bool] = _NOBODY_OWES,
) -> Select[*tuple[Any, ...]]:
    facts = literal(int(kind), Integer).label("kind"), since.label("since"), task.label("task")
    found = select(*facts, by_performer.label("by_performer"), CareRequest.id.label("id")).where(*which)
    return found.order_by(since).limit(AT_MOST)


_LATE = CareRequest.state.in_([State.ACCEPTED, State.SCHEDULED]), CareRequest.late_at.is_not(None), GOES_ON
_DRAFTS = CareRequest.state == State.DRAFT, CareRequest.created_at <= bindparam("decided_by")
_SEARCHED = select(CareRequest.id).correlate(None).where(_TERRITORY, CareRequest.state == State.SEARCHING)
_IN_HAND = select(CareRequest.id).correlate(None).where(_COORDINATOR, CareRequest.state.in_(OPEN))
_PARTS = (
    _part(WatchKind.ON_BOARD, CareRequest.window_end, CareRequest.id.in_(union(_SEARCHED, _IN_HAND)))
    .order_by(None)
    .order_by((CareRequest.state == State.UNANSWERED).desc(), CareRequest.window_end, CareRequest.id)
    .limit(MOST_ON_BOARD),
    _part(WatchKind.LEFT_BEHIND, CareRequest.changed_at, _watched(CareRequest.state == State.STARTED))
    .join(PractitionerRole, PractitionerRole.id == CareRequest.performer_id)
    .where(~PractitionerRole.can_sign_in),
    _part(WatchKind.LATE_START, func.coalesce(CareRequest.start_by, CareRequest.late_at), _watched(*_LATE)),
    _part(
        WatchKind.OVERDUE_TASK,
        CareTask.due_at,
        CareTask.done_at.is_(None),
        CareTask.due_at <= bindparam("now"),
        _watched(CareRequest.state.in_(OPEN)),
        task=CareTask.label,
        by_performer=CareTask.owner == "performer",
    )
    .select_from(CareTask)
    .join(CareRequest, CareRequest.id == CareTask.request_id),
    _part(WatchKind.UNDECIDED, CareRequest.created_at, _watched(*_DRAFTS)),
)
_FOUND = union_all(*(select(part.subquery()) for part in _PARTS)).subquery()
_AUTHOR, _DECIDER = aliased(Account), aliased(Account)
_REACHED = (
    select(Wave.stage)
    .where(Wave.request_id == CareRequest.id)
    .order_by(Wave.round.desc(), Wave.stage.desc())
    .limit(1)
    .scalar_subquery()
)
_BOARD = (
    listing(
        *(_FOUND.c.kind, _FOUND.c.since, _FOUND.c.task, _FOUND.c.by_performer, _REACHED),
        *(Organization.name, Organization.phone, _AUTHOR.given_name, _AUTHOR.family_name),
        *(_DECIDER.given_name, _DECIDER.family_name),
    )
    .join(_FOUND, _FOUND.c.id == CareRequest.id)
    .join(Organization, Organization.id == CareRequest.organization_id)
    .join(_AUTHOR, _AUTHOR.id == CareRequest.author_id)
    .outerjoin(_DECIDER, _DECIDER.id == CareRequest.decider_id)
    .where(~names_reader(CareRequest.patient_id, bindparam("coordinator", type_=Uuid())))
)


def watched(coordinator: Account, now: datetime) -> tuple[list[Watched], list[Watched]]:
    """What is searched for or in her hands, what nobody answered first, then the most pressing; and what slips, each
    kind the longest late first."""
    territories = coordinator.organizations(Role.COORDINATOR)
    asked = {"territories": territories, "coordinator": coordinator.id, "now": now, "decided_by": now - DECISION_WAITS}
    found = [_watched_row(row) for row in rows(_BOARD, **asked)]
    board = [each for each in found if each.kind is WatchKind.ON_BOARD]
    board.sort(key=lambda each: (each.request.state is not State.UNANSWERED, each.request.window_end, each.request.id))
    late = [each for each in found if each.kind]
    return board, sorted(late, key=lambda each: (each.kind, each.since, each.request.id))


def _watched_row(row: Sequence[Any]) -> Watched:
    kind, since, task, by_performer, reached, organization, phone, first, last, decider, deciding = row[:11]
    decides = "" if decider is None else f"{decider} {deciding}"
    facts = since, task, by_performer, reached, organization, phone, f"{first} {last}", decides, facts_of(row)
    return Watched(WatchKind(kind), *facts)
