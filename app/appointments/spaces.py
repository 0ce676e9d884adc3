"""A patient's own space: the card that opens it, and what keeps it shut for everybody else."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account
from app.appointments.code_words import compared, draw
from app.appointments.models import PatientSpace
from app.audit.actions import record
from app.core.db import db, new_id
from app.core.tokens import derived_token, derived_tokens, hash_token, new_token, same, same_as_one

OPEN_FOR = timedelta(hours=1)


def space_of(patient_id: UUID, now: datetime) -> PatientSpace:
    """Hers, made when it is first needed."""
    space = db.session.scalar(select(PatientSpace).where(PatientSpace.patient_id == patient_id))
    if space is None:
        space = PatientSpace(id=new_id(), patient_id=patient_id, reminders=True, made_at=now)
        _draw(space)
        db.session.add(space)
        db.session.flush()
    return space


def renew(space: PatientSpace, *, by: Account, now: datetime) -> None:
    """The card was lost: another code and other words; the old ones open nothing from now on."""
    db.session.refresh(space, with_for_update=True)
    _draw(space)
    record("space.renewed", space, by, now=now)


def _draw(space: PatientSpace) -> None:
    space.token, space.calendar_token, space.code_words = new_token(), new_token(), draw()
    space.token_hash = hash_token(space.token)


def by_card(token: str) -> PatientSpace | None:
    """The space whose card bears this code; one indexed look-up by hash, nothing to time."""
    return db.session.scalar(select(PatientSpace).where(PatientSpace.token_hash == hash_token(token)))


def said_right(space: PatientSpace, words: str) -> bool:
    """Are these its two words? In either order: they are remembered, not copied."""
    kept, said = compared(space.code_words).split(), compared(words).split()
    return len(said) == len(kept) and same(" ".join(sorted(said)), " ".join(sorted(kept)))


def key_for(space: PatientSpace, now: datetime) -> str:
    """What keeps the space open for an hour or two in the address of its pages, since there may be no cookie."""
    return derived_token("open-space", _opening(space, now))


def is_open(space: PatientSpace, key: str, now: datetime) -> bool:
    hours = (now, now - OPEN_FOR)
    return same_as_one(key, (each for at in hours for each in derived_tokens("open-space", _opening(space, at))))


def _opening(space: PatientSpace, at: datetime) -> str:
    return f"{space.token} {int(at.timestamp() // OPEN_FOR.total_seconds())}"


def is_calendar_key(space: PatientSpace, key: str) -> bool:
    """Is it what a calendar that subscribes keeps in its address? It opens the visits' hours and nothing else."""
    return same(key, space.calendar_token)


def set_reminders(space: PatientSpace, wanted: bool, email: str | None = None, *, now: datetime) -> None:
    """Whether she wants to be reminded of visits, and where by mail; otherwise it is by SMS."""
    if (space.reminders, space.email) != (wanted, email):
        space.reminders, space.email = wanted, email
        record("space.reminders", space, now=now, wanted=wanted, by_mail=email is not None)


def set_reading(
    space: PatientSpace,
    language: str | None = None,
    large: bool | None = None,
    *,
    by: Account | None = None,
    now: datetime,
) -> None:
    """How she reads, as she chose it, or as `by`, who hands her the card, saw that she does. None: as before."""
    chosen = language or space.language, space.large if large is None else large
    if (space.language, space.large) != chosen:
        space.language, space.large = chosen
        why = "care" if by else "patient"
        record("space.reading", space, by, now=now, why=why, language=space.language, large=space.large)
