"""Decisions about coming in and back: plain values in, plain values out."""

from datetime import datetime, timedelta

RECOVERY_WAITS = timedelta(hours=24)  # time for the person to see the notices, and to stop it
RECOVERY_LASTS = timedelta(days=7)  # to be confirmed, and then to be used

# Mail is read between two visits or after the round, so minutes would send most people back to ask again. A
# day is enough, and counts from the invitation: guessing is stopped by MOST_ATTEMPTS, and what lies in a
# mailbox that is stolen later is dead.
INVITATION_LASTS = timedelta(hours=24)
ON_SCREEN_LASTS = timedelta(minutes=10)  # on a colleague's screen, the person stands there (ASVS 6.5.5)
ADDRESS_CODE_LASTS = timedelta(minutes=10)  # the page waits for it (ASVS 6.5.5)
MOST_ATTEMPTS = 5


def six_digits(digest: str) -> str:
    """A code of six digits out of 256 bits in hex, all as likely as each other."""
    return f"{int(digest, 16) % 10**6:06d}"


def accepts_codes(answered_at: datetime | None, expires_at: datetime, attempts: int, now: datetime) -> bool:
    return answered_at is None and now < expires_at and attempts < MOST_ATTEMPTS


def opens_at(confirmed_at: datetime) -> datetime:
    """When a recovery that two administrators confirmed lets its person back in."""
    return confirmed_at + RECOVERY_WAITS


def recovery_ends_at(asked_at: datetime, opens_at: datetime | None) -> datetime:
    """Until when the second administrator may confirm it, and then until when the person may use it."""
    return (opens_at or asked_at) + RECOVERY_LASTS
