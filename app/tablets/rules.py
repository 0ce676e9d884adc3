"""Decisions about shared tablets: plain values in, plain values out."""

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

TICKET_LASTS = timedelta(minutes=10)  # the time to walk from one screen to the other (ASVS 6.5.5)
MOST_WRONG = 5
SHORTEST, LONGEST = 6, 12

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none can be taken for another when read aloud
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": "", "\u00a0": ""})


def spoken_code(digest: str) -> str:
    """Eight letters and digits (40 bits) out of 256 bits in hex."""
    return "".join(LETTERS[byte & 31] for byte in bytes.fromhex(digest)[:8])


def as_spoken(typed: str) -> str:
    """What was typed, as `spoken_code` writes it."""
    return typed.upper().translate(LOOKALIKES)


def too_easy(code: str) -> bool:
    """One digit again and again, or digits in their order: the first things anybody would try."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(code)}
    return steps <= {0} or steps <= {1} or steps <= {9}


def takes_over(previous: UUID | None, person: UUID, *, unread: bool) -> bool:
    """Does the tablet come to this person from another's hands, or did she leave before having read?"""
    return unread or (previous is not None and previous != person)


def holds(used_at: datetime | None, expires_at: datetime, now: datetime) -> bool:
    return used_at is None and now < expires_at
