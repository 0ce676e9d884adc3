"""Closing one's own account: what must be handed over first, and what ends beside what `leaving` ends."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from app.accounts.actions import end_sign_ins, lock_account, tell
from app.accounts.models import KEEPERS, Account, Membership, Passkey
from app.audit.actions import record
from app.core.db import db
from app.core.events import provider
from app.language.phrases import gettext as _
from app.membership import invitations, recovery
from app.membership.actions import lock_keepers
from app.membership.leaving import leave
from app.membership.models import EmailChange, MembershipLetter
from app.organizations.queries import names_of


@provider
def still_expected(account: Account) -> list[str]:
    """What a room above still expects of a person, in French words; while there is any, she stays."""
    return []


def obstacles(account: Account) -> list[str]:
    """Why this account cannot be closed yet; empty when it can."""
    if account.persona:
        return [_("C'est une personne de la démonstration : d'autres veulent encore la jouer.")]
    return [*_last_keeper(account), *still_expected(account)]


def _last_keeper(account: Account) -> list[str]:
    alone = [m for m in account.memberships if m.role in KEEPERS and _alone(m)]
    names = names_of({each.organization_id for each in alone})
    return [
        _("Vous êtes la seule personne à tenir ce rôle : %(place)s.", place=names[each.organization_id])
        for each in alone
    ]


def _alone(membership: Membership) -> bool:
    """Nobody else holds this role there; who is only invited does not yet."""
    others = (
        Membership.organization_id == membership.organization_id,
        Membership.role == membership.role,
        Membership.account_id != membership.account_id,
    )
    return db.session.scalar(select(Membership.id).where(*others).limit(1)) is None


def close(account_id: UUID, *, now: datetime) -> bool:
    """Rights, keys and devices end at once; False while something must be handed over.

    The name stays: past requests and the trail say who did what. The address is freed, so that she may come back.
    """
    account = lock_account(account_id)
    lock_keepers(account.organizations())
    if obstacles(account):
        return False
    tell(account, MembershipLetter.ACCOUNT_CLOSED, account.id, now=now)
    running = recovery.running_for(account_id)
    if running is not None:
        recovery.cancel(running.id, by=account_id, why="closed the account", now=now)
    for organization_id in dict.fromkeys(account.organizations()):
        leave(account_id, organization_id, by=account_id, now=now)
    end_sign_ins(account_id, by=account_id, why="closed the account", now=now)
    invitations.end_all(account_id, now)
    for hers in (Passkey, EmailChange):
        db.session.execute(delete(hers).where(hers.account_id == account_id))
    account.active, account.email = False, f"{account_id}@closed.invalid"
    record("account.closed", account_id, account_id, now=now)
    return True
