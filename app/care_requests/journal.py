"""The story of a request, and the news that its screens are out of date."""

from datetime import datetime
from uuid import UUID

from app.accounts.models import Account
from app.care_requests.models import CareRequest, Step
from app.care_requests.rules import State
from app.core.db import append, db
from app.live.actions import changed
from app.organizations.queries import territory_of


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
    append(
        Step,
        request_id=request_id,
        at=now,
        kind=kind,
        state=state,
        author_id=by.id if by else None,
        author_name=by.name if by else "Relais",
        detail=detail,
    )


def touch(request: CareRequest) -> None:
    """Every screen that shows this request is out of date."""
    changed("request", request.id)
    changed("requests", request.organization_id)
    if request.decider_id:
        changed("decisions", request.decider_id)
    territory_id = _territory_of(request.commune_code)
    if territory_id:
        changed("board", territory_id)


def _territory_of(commune_code: str) -> UUID | None:
    """Who coordinates there; asked once in a transaction, however many requests of a commune it moves."""
    known: dict[str, UUID | None] = db.session.info.setdefault("territories", {})
    if commune_code not in known:
        territory = territory_of(commune_code)
        known[commune_code] = territory.id if territory else None
    return known[commune_code]
