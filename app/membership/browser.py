"""What a browser may do that gave the code of an invitation: its session holds the id."""

from datetime import datetime
from uuid import UUID

from flask import session
from flask_login import current_user

from app.accounts.sessions import sign_out
from app.membership import invitations
from app.membership.models import Invitation
from app.membership.queries import proposals_to

INVITATION = "invitation"


def remember_invitation(invitation: Invitation, *, now: datetime) -> None:
    """This browser gave the right code: until the invitation ends, its person may answer. Anybody else leaves."""
    if not current_user.is_authenticated or current_user.id != invitation.account_id or current_user.only_at:
        sign_out(now=now)
    session[INVITATION] = str(invitation.id)


def proven_invitation(*, now: datetime) -> Invitation | None:
    """The invitation whose code this browser gave, while it can still be answered. Held against an answer elsewhere."""
    return invitations.lock_open(UUID(session[INVITATION]), now=now) if INVITATION in session else None


def is_theirs(account_id: UUID, invitation_id: str, now: datetime) -> bool:
    """She gave the code of what is proposed to her, and comes in to answer it. With anybody else's in her session her
    next key would be added to another account."""
    return any(str(each.id) == invitation_id for each in proposals_to(account_id, now))


def forget_invitation() -> None:
    """It is answered."""
    session.pop(INVITATION, None)
