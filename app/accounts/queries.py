"""Reads: one's keys and browsers, and who holds a role where."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import func, or_, select

from app.accounts.models import Account, Membership, Passkey, Role, SignIn
from app.config import Settings
from app.core.db import db


def passkeys_of(account: Account) -> list[Passkey]:
    return list(db.session.scalars(select(Passkey).where(Passkey.account_id == account.id).order_by(Passkey.id)))


def devices_of(account: Account, now: datetime) -> list[SignIn]:
    """The browsers where this person is signed in, the last used first."""
    settings: Settings = current_app.config["SETTINGS"]
    seen = func.coalesce(SignIn.last_seen_at, SignIn.created_at)
    own = SignIn.only_at_id.is_(None) & (seen > now - settings.idle_limit)
    live = or_(own, seen > now - min(settings.tablet_idle, settings.idle_limit))
    mine = SignIn.account_id == account.id, SignIn.ended_at.is_(None), SignIn.expires_at > now, live
    return list(db.session.scalars(select(SignIn).where(*mine).order_by(seen.desc(), SignIn.id)))


def holding(role: Role, organization_ids: Collection[UUID]) -> list[Account]:
    """Who has this role in one of these organizations and can still come in, in the order of the alphabet."""
    there = select(Membership.account_id).where(
        Membership.organization_id.in_(organization_ids), Membership.role == role
    )
    found = select(Account).where(Account.id.in_(there), Account.active)
    return list(db.session.scalars(found.order_by(Account.family_name, Account.given_name, Account.id)))


def with_passkey(accounts: Collection[Account]) -> frozenset[UUID]:
    """Which of these people can sign in already, in one query."""
    ids = [each.id for each in accounts]
    return frozenset(db.session.scalars(select(Passkey.account_id).where(Passkey.account_id.in_(ids)).distinct()))


def answering_from_lock_screen(account_ids: Collection[UUID | None]) -> frozenset[UUID]:
    """Those of these people whose alerts carry the two answers, in one query."""
    mine = Account.id.in_([each for each in account_ids if each]), Account.answers_from_lock_screen
    return frozenset(db.session.scalars(select(Account.id).where(*mine)))


def language_at(address: str) -> str | None:
    """Who reads mail there, reads it in this language; none when nobody said."""
    return db.session.scalar(select(Account.language).where(Account.email == address))
