"""Who belongs where, who is invited, and what stands around each page of a person."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from app.accounts.models import Account, Membership, Role
from app.core.db import db, rows
from app.letters.models import Letter
from app.membership.models import Invitation, MembershipLetter, Recovery
from app.organizations.models import Organization
from app.organizations.queries import names_of


def members_of(organization_id: UUID) -> list[Account]:
    """Everyone with a role there, in the order of the alphabet."""
    here = select(Membership.account_id).where(Membership.organization_id == organization_id)
    return list(
        db.session.scalars(
            select(Account).where(Account.id.in_(here)).order_by(Account.family_name, Account.given_name, Account.id)
        )
    )


def invitation_on_screen(invitation_id: UUID, by: Account) -> Invitation | None:
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


def has_proposals(account_id: UUID, now: datetime) -> bool:
    return bool(proposals_to(account_id, now))


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
    theirs = Letter.kind == MembershipLetter.INVITATION, Letter.subject_id.in_([each.id for each in invitations])
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
    [(where, recovering)] = rows(_FRAME, organizations=account.organizations(), account=account.id)
    return where, bool(recovering)


def roles_of(account: Account) -> list[tuple[str, list[Role]]]:
    """(name of the organization, roles held there)."""
    names = names_of(account.organizations())
    return [(name, roles_in(account, organization_id)) for organization_id, name in names.items()]


def may_invite_to(account: Account) -> dict[UUID, str]:
    """Names by id of the organizations where `account` may give a role."""
    return names_of([each for each in account.organizations() if account.may_grant(each)])
