"""Who stands in for whom, while it lasts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app import clock
from app.directory.models import PractitionerRole
from app.language.words import day, near_day


@dataclass(frozen=True)
class Replacement:
    """`until`: the last day, in words; `soon`: is it said as today or tomorrow, and not as a date?"""

    name: str
    until: str
    soon: bool


def away(replacement: PractitionerRole | None, until: datetime | None, now: datetime) -> Replacement | None:
    if replacement is None or until is None or now >= until:
        return None
    last = until - timedelta(seconds=1)
    days = (clock.paris(last).date() - clock.paris(now).date()).days
    return Replacement(replacement.name, day(last, now), soon=bool(near_day(days)))


def end_of(last: date) -> datetime:
    """The instant at which this day ends in Paris."""
    return clock.midnight(last + timedelta(days=1))
