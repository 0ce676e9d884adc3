"""Who stands in for whom, while it lasts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app import clock
from app.directory.models import PractitionerRole
from app.language.words import day


@dataclass(frozen=True)
class Replacement:
    """`until`: the last day, in words."""

    name: str
    until: str


def away(replacement: PractitionerRole | None, until: datetime | None, now: datetime) -> Replacement | None:
    if replacement is None or until is None or now >= until:
        return None
    return Replacement(replacement.name, day(until - timedelta(seconds=1), now))


def end_of(last: date) -> datetime:
    """The instant at which this day ends in Paris."""
    return clock.midnight(last + timedelta(days=1))
