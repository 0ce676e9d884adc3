"""A patient's own space: the card that opens it, and what keeps it shut for everybody else."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account
from app.appointments.code_words import compared, draw
from app.appointments.models import PatientSpace
from app.audit.actions import record
from app.core.db import db, new_id
from app.core.tokens import derived_token, derived_tokens, hash_token, same, same_as_one

SPACE = "patient-space"
"""The purpose of the keys that make what opens a space."""

OPEN_FOR = timedelta(hours=1)


def space_of(patient_id: UUID, now: datetime) -> PatientSpace:
    """Hers, made when it is first needed."""
    space = db.session.scalar(select(PatientSpace).where(PatientSpace.patient_id == patient_id))
    if space is None:
        space = PatientSpace(id=new_id(), patient_id=patient_id, issue=1, reminders=True, made_at=now)
        space.code_words = draw()
        space.token_hash = hash_token(derived_token(SPACE, _card(space)))
        db.session.add(space)
        db.session.flush()
    return space


def renew(space: PatientSpace, *, by: Account, now: datetime) -> None:
    """The card was lost: another code and other words; the old ones open nothing from now on."""
    db.session.refresh(space, with_for_update=True)
    space.issue += 1
    space.code_words = draw()
    space.token_hash = hash_token(derived_token(SPACE, _card(space)))
    record("space.renewed", space, by, now=now)


def by_card(token: str) -> PatientSpace | None:
    """The space whose card bears this code; one indexed look-up by hash, nothing to time."""
    return db.session.scalar(select(PatientSpace).where(PatientSpace.token_hash == hash_token(token)))


def token_of(space: PatientSpace) -> str:
    """What the card's code says: computed when it is printed, stored nowhere."""
    tokens = derived_tokens(SPACE, _card(space))
    return next((token for token in tokens if hash_token(token) == space.token_hash), tokens[0])


def said_right(space: PatientSpace, words: str) -> bool:
    """Are these its two words? In either order: they are remembered, not copied."""
    kept, said = space.code_words.split(), compared(words).split()
    return len(said) == len(kept) and same(" ".join(sorted(said)), " ".join(sorted(kept)))


def key_for(space: PatientSpace, now: datetime) -> str:
    """What keeps the space open for an hour or two in the address of its pages, since there may be no cookie."""
    return derived_token(SPACE, f"{_card(space)} open {_hour(now)}")


def is_open(space: PatientSpace, key: str, now: datetime) -> bool:
    hours = (now, now - OPEN_FOR)
    keys = (each for hour in hours for each in derived_tokens(SPACE, f"{_card(space)} open {_hour(hour)}"))
    return same_as_one(key, keys)


def calendar_key(space: PatientSpace) -> str:
    """What a calendar that subscribes keeps in its address: it opens the visits' hours and nothing else, until the
    card is renewed."""
    return derived_token(SPACE, f"{_card(space)} calendar")


def is_calendar_key(space: PatientSpace, key: str) -> bool:
    return same_as_one(key, derived_tokens(SPACE, f"{_card(space)} calendar"))


def set_reminders(space: PatientSpace, wanted: bool, *, now: datetime) -> None:
    """Whether she wants to be reminded of visits."""
    if space.reminders is not wanted:
        space.reminders = wanted
        record("space.reminders", space, now=now, wanted=wanted)


def renew_lost_spaces() -> int:
    """Spaces whose key has left the ring: what was printed of them ends, and the next card opens them again."""
    lost = [space for space in _all() if hash_token(token_of(space)) != space.token_hash]
    for space in lost:
        space.token_hash = hash_token(derived_token(SPACE, _card(space)))
    return len(lost)


def spaces_of_former_keys() -> int:
    """How many cards would end with the former keys."""
    return sum(hash_token(derived_token(SPACE, _card(space))) != space.token_hash for space in _all())


def _all() -> Sequence[PatientSpace]:
    return db.session.scalars(select(PatientSpace)).all()


def _card(space: PatientSpace) -> str:
    return f"{space.id} {space.issue}"


def _hour(now: datetime) -> int:
    return int(now.timestamp() // OPEN_FOR.total_seconds())
