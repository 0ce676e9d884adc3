"""What waits, what was given up, and since when."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from app.core.db import db
from app.jobs import leases
from app.jobs.timers import Due
from app.letters.models import Letter, LetterState
from app.letters.rules import Medium

LOOK_BACK = timedelta(days=1)
"""For how long a letter that was given up is told to the operator."""


def oldest_mail_due(_now: datetime) -> Due:
    return leases.oldest_due(Letter, Letter.medium == Medium.EMAIL)


def oldest_sms_due(_now: datetime) -> Due:
    return leases.oldest_due(Letter, Letter.medium == Medium.SMS)


@dataclass(frozen=True)
class Trouble:
    """So many letters of one medium that met the same refusal: pending ones are tried again, the others never left."""

    medium: Medium
    state: LetterState
    trouble: str  # `recipient 550`, `connection`; empty when none was tried
    number: int


def troubles(now: datetime) -> list[Trouble]:
    """What the mail server and the gateway do not take, and what was given up since a day. Nobody is named."""
    tried = (Letter.state.in_((LetterState.PENDING, LetterState.LEASED)), Letter.trouble != "")
    given_up = (Letter.state.in_((LetterState.FAILED, LetterState.EXPIRED)), Letter.ended_at > now - LOOK_BACK)
    columns = Letter.medium, Letter.state, Letter.trouble
    counted = [
        select(*columns, func.count()).where(*which).group_by(*columns).order_by(*columns)
        for which in (tried, given_up)
    ]
    return [Trouble(*row) for each in counted for row in db.session.execute(each)]
