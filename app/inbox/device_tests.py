"""A test of one's own devices is shown as it comes: the screens of the room below move by what is said here."""

from uuid import UUID

from app.accounts.models import Account
from app.live.actions import changed
from app.push.queries import tester


def note_outcome(subject_id: UUID) -> None:
    """A device has a message, or will not: if it is a test, who looks at it sees it now."""
    account_id = tester(subject_id)
    if account_id:
        changed("push-test", account_id)


def may_listen_to_test(account: Account, account_id: UUID) -> bool:
    return account.id == account_id
