"""Losing one's roles in an organization, whoever ends them: what must also end, and to whom the rest is handed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.accounts.actions import end_sign_ins, lock_account
from app.accounts.models import Role
from app.audit.actions import record
from app.core.db import db
from app.membership import invitations


@dataclass(frozen=True)
class Departure:
    """These roles of this person in this organization have just ended. `last`: she holds none anywhere any more."""

    account_id: UUID
    organization_id: UUID
    roles: frozenset[Role]
    last: bool
    by: UUID
    now: datetime


Listener = Callable[[Departure], None]

_leaving: list[Listener] = []


def on_leaving(listener: Listener) -> Listener:
    """Register what must also happen, in the same transaction, when somebody is removed, leaves or closes her account:
    nobody who counts on her may be forgotten. A removal cannot wait, so nothing here may refuse it."""
    if listener not in _leaving:
        _leaving.append(listener)
    return listener


def leave(account_id: UUID, organization_id: UUID, *, by: UUID, now: datetime) -> None:
    """End every role of this person there. Rights end with the next request; with the last role, so does all access."""
    account = lock_account(account_id)
    roles = frozenset(m.role for m in account.memberships if m.organization_id == organization_id)
    if not roles:
        return
    # Removed from the list, and not by a DELETE: what the transaction does next must see her without them.
    account.memberships = [m for m in account.memberships if m.organization_id != organization_id]
    db.session.flush()
    record("account.left", account, by, now=now, organization=organization_id, roles=" ".join(sorted(roles)))
    invitations.end_between(account_id, organization_id, now)
    last = not account.memberships
    if last:
        end_sign_ins(account_id, by=by, why="left the last organization", now=now)
    departure = Departure(account_id, organization_id, roles, last, by, now)
    for listener in _leaving:
        listener(departure)
