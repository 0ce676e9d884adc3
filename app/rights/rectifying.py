"""Something written of her is wrong: she says so, and somebody who cares for her answers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import joinedload

from app.accounts.models import Account
from app.appointments.queries import last_author
from app.audit.actions import record
from app.core.db import db, new_id
from app.language.phrases import later
from app.live.actions import changed
from app.messages.actions import alert
from app.messages.models import Notice
from app.patients.models import Patient
from app.rights.models import Rectification

A_MONTH = timedelta(days=30)
"""Within it she must be answered (GDPR article 12, 3)."""

NOTICE = Notice(
    later("Un patient demande une correction"),
    later("Ouvrez Relais pour lui répondre."),
    "requests",
    elsewhere=later("Relais : un patient demande une correction. Ouvrez Relais pour lui répondre."),
)


def ask_rectification(patient_id: UUID, words: str, *, now: datetime) -> None:
    """Whoever opens her reads it; whoever asked for her last is told. Said twice, it was once."""
    db.session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update())
    if words in {each.words for each in rectifications_of(patient_id)}:
        return
    asked = Rectification(id=new_id(), patient_id=patient_id, words=words, at=now)
    db.session.add(asked)
    db.session.flush()
    record("rectification.asked", asked, now=now)
    changed("patient", patient_id)
    author = last_author(patient_id)
    if author:
        alert(author, asked.id, "rectification", NOTICE, now=now, expires_at=now + A_MONTH)


def settle_rectification(asked: Rectification, answer: str, *, by: UUID, now: datetime) -> bool:
    """What was done. False when somebody else said it first: that answer stays."""
    open_still = Rectification.id == asked.id, Rectification.settled_at.is_(None)
    answered = update(Rectification).where(*open_still).values(answer=answer, settled_at=now, settled_by_id=by)
    if db.session.execute(answered.returning(Rectification.id)).first() is None:
        db.session.refresh(asked)
        return (asked.answer, asked.settled_by_id) == (answer, by)  # A second tap.
    record("rectification.settled", asked, by, now=now)
    changed("patient", asked.patient_id)
    return True


def rectifications_of(patient_id: UUID, *, settled: bool = False) -> Sequence[Rectification]:
    """Those that wait for an answer, the oldest first; `settled`: the others too."""
    mine = select(Rectification).where(Rectification.patient_id == patient_id).order_by(Rectification.id)
    who = joinedload(Rectification.settled_by).lazyload(Account.memberships)
    waiting = () if settled else (Rectification.settled_at.is_(None),)
    return db.session.scalars(mine.where(*waiting).options(who)).all()
