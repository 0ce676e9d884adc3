"""What a mailbox reads, for whoever has none to hand."""

from uuid import UUID

from app.accounts.models import PasskeyLetter
from app.membership.codes import ADDRESS_CODE, INVITATION_CODE
from app.membership.codes import codes_of as codes_for
from app.membership.models import MembershipLetter

NEWS = [*PasskeyLetter, *(each for each in MembershipLetter if "invitation" not in each)]
"""The kinds of letters that tell something, beside those that invite."""


def codes_of(invitation_id: UUID) -> list[str]:
    return codes_for(INVITATION_CODE, invitation_id)


def code_of(invitation_id: UUID) -> str:
    return codes_of(invitation_id)[0]


def address_code(action_id: UUID) -> str:
    return codes_for(ADDRESS_CODE, action_id)[0]
