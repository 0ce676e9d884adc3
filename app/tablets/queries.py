"""What the screens of shared tablets read."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.accounts.models import Account, Membership, Role, SignIn
from app.core.db import db
from app.core.tokens import hash_token, keyed_hashes
from app.tablets.models import Badge, Handover, Tablet, TabletSignIn, TabletTicket
from app.tablets.rules import as_spoken, spoken_code


def by_token(token: str) -> Tablet | None:
    """The tablet whose browser holds this token, unless an administrator has withdrawn it."""
    if not token:
        return None
    return db.session.scalar(select(Tablet).where(Tablet.token_hash == hash_token(token), Tablet.ended_at.is_(None)))


def of_organizations(ids: Collection[UUID]) -> Sequence[Tablet]:
    """Those in service or being prepared, by name."""
    here = Tablet.organization_id.in_(ids), Tablet.ended_at.is_(None)
    return db.session.scalars(select(Tablet).where(*here).order_by(Tablet.name, Tablet.id)).all()


def badges_on(tablet: Tablet) -> list[Badge]:
    """Who may come in there: people with a code who are still requesters of that ward, by name."""
    requesters = select(Membership.account_id).where(
        Membership.organization_id == tablet.organization_id, Membership.role == Role.REQUESTER
    )
    statement = (
        select(Badge)
        .join(Account, Account.id == Badge.account_id)
        .options(selectinload(Badge.account))
        .where(Badge.tablet_id == tablet.id, Badge.account_id.in_(requesters), Account.active)
        .order_by(Account.given_name, Account.family_name, Badge.id)
    )
    return list(db.session.scalars(statement))


def badges_of(account: Account) -> dict[UUID, Badge]:
    """By tablet."""
    return {each.tablet_id: each for each in db.session.scalars(select(Badge).where(Badge.account_id == account.id))}


def live_ticket(tablet_id: UUID, account_id: UUID | None, now: datetime) -> TabletTicket | None:
    """The newest code that still waits to be typed on this tablet."""
    return db.session.scalar(
        select(TabletTicket)
        .where(
            TabletTicket.tablet_id == tablet_id,
            TabletTicket.account_id == account_id,
            TabletTicket.used_at.is_(None),
            TabletTicket.expires_at > now,
        )
        .order_by(TabletTicket.id.desc())
        .limit(1)
    )


def code_shown(ticket: TabletTicket) -> str | None:
    """The code of a ticket, computed again for the screen; None when the key that made it has gone."""
    codes = [spoken_code(digest) for digest in keyed_hashes("tablet-ticket", str(ticket.id))]
    return next((code for code in codes if ticket.code_key in keyed_hashes("tablet-code", code)), None)


def code_keys(typed: str) -> list[str]:
    return keyed_hashes("tablet-code", as_spoken(typed))


def last_visit(tablet_id: UUID, account_id: UUID | None = None) -> SignIn | None:
    """The last time that somebody, or this person, came in on the tablet."""
    there = select(SignIn).join(TabletSignIn, TabletSignIn.sign_in_id == SignIn.id)
    which = [TabletSignIn.tablet_id == tablet_id, *([SignIn.account_id == account_id] if account_id else [])]
    return db.session.scalar(there.where(*which).order_by(SignIn.id.desc()).limit(1))


def unread_handover(tablet_id: UUID, account_id: UUID) -> Handover | None:
    """What this person took over on the tablet and has not read yet."""
    mine = Handover.tablet_id == tablet_id, Handover.to_id == account_id, Handover.acknowledged_at.is_(None)
    return db.session.scalar(select(Handover).where(*mine).order_by(Handover.id.desc()).limit(1))


def handover_to_read(row: SignIn) -> Handover | None:
    """What keeps this sign-in on a tablet from everything else, until its person has read it."""
    there = db.session.get(TabletSignIn, row.id) if row.must_read else None
    return unread_handover(there.tablet_id, row.account_id) if there else None
