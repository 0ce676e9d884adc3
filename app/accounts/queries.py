"""What the account's screens read."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import Select, bindparam, func, or_, select

from app.accounts.models import INVITATION, Account, Invitation, Membership, Passkey, Recovery, Role, SignIn
from app.config import Settings
from app.core.db import db
from app.letters.models import Letter
from app.organizations.models import Organization
from app.organizations.queries import names_of


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


def members_of(organization_id: UUID) -> list[Account]:
    """Everyone with a role there, in the order of the alphabet."""
    here = select(Membership.account_id).where(Membership.organization_id == organization_id)
    return list(
        db.session.scalars(
            select(Account).where(Account.id.in_(here)).order_by(Account.family_name, Account.given_name, Account.id)
        )
    )


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


def shown_invitation(invitation_id: UUID, by: Account) -> Invitation | None:
    """One that this person shows on her screen."""
    mine = Invitation.id == invitation_id, Invitation.shown_by_id == by.id
    return db.session.scalar(select(Invitation).where(*mine))


def live_invitations(now: datetime) -> Select[Invitation]:
    """Those that can still be answered."""
    open_ = Invitation.used_at.is_(None), Invitation.declined_at.is_(None), Invitation.expires_at > now
    return select(Invitation).where(*open_)


def proposals_to(account_id: UUID, now: datetime) -> Sequence[Invitation]:
    """The roles that this person may still take or refuse, the oldest first."""
    mine = Invitation.account_id == account_id, Invitation.role.is_not(None)
    return db.session.scalars(live_invitations(now).where(*mine).order_by(Invitation.id)).all()


def may_come_in(account: Account, now: datetime) -> bool:
    """Whoever left the last organization has nothing to do here any more, until one proposes her a role."""
    return account.is_active or (account.active and account.only_at is None and bool(proposals_to(account.id, now)))


def unanswered_by(organization_id: UUID, since: datetime) -> list[Invitation]:
    """Whom this organization invited and who did not come yet, the latest first; one line for a person and a role."""
    here = Invitation.organization_id == organization_id, Invitation.used_at.is_(None), Invitation.created_at > since
    found = db.session.scalars(select(Invitation).where(*here).order_by(Invitation.id.desc())).all()
    there = {
        (account.id, role) for account in members_of(organization_id) for role in roles_in(account, organization_id)
    }
    latest: dict[tuple[UUID, Role | None], Invitation] = {}
    for each in found:
        if (each.account_id, each.role) not in there:
            latest.setdefault((each.account_id, each.role), each)
    return list(latest.values())


def letters_of(invitations: Collection[Invitation]) -> dict[UUID, Letter]:
    """The mail of each invitation, by its id; what was shown on a screen has none."""
    theirs = Letter.kind == INVITATION, Letter.subject_id.in_([each.id for each in invitations])
    return {each.subject_id: each for each in db.session.scalars(select(Letter).where(*theirs))}


def roles_in(account: Account, organization_id: UUID) -> list[Role]:
    return [membership.role for membership in account.memberships if membership.organization_id == organization_id]


_FRAME = select(
    select(Organization.name)
    .where(Organization.id.in_(bindparam("organizations", expanding=True)))
    .order_by(Organization.name)
    .limit(1)
    .scalar_subquery(),
    select(Recovery.id).where(Recovery.account_id == bindparam("account"), Recovery.ended_at.is_(None)).exists(),
)


def frame_of(account: Account) -> tuple[str | None, bool]:
    """What stands around each of her pages: the first of her organizations by name, and whether a recovery of her
    account is running."""
    where, recovering = db.session.execute(
        _FRAME, {"organizations": account.organizations(), "account": account.id}
    ).one()
    return where, bool(recovering)


def roles_of(account: Account) -> list[tuple[str, list[Role]]]:
    """(name of the organization, roles held there)."""
    names = names_of(account.organizations())
    return [(name, roles_in(account, organization_id)) for organization_id, name in names.items()]


def may_invite_to(account: Account) -> dict[UUID, str]:
    """Names by id of the organizations where `account` may give a role."""
    return names_of([each for each in account.organizations() if account.may_grant(each)])


def answering_from_lock_screen(account_ids: Collection[UUID | None]) -> frozenset[UUID]:
    """Those of these people whose alerts carry the two answers, in one query."""
    mine = Account.id.in_([each for each in account_ids if each]), Account.answers_from_lock_screen
    return frozenset(db.session.scalars(select(Account.id).where(*mine)))
