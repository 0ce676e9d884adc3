"""Who stands in for whom, while it lasts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app import clock
from app.circles.rules import named
from app.directory.models import PractitionerRole
from app.directory.queries import known_near
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


FOUND = 8


def locums(role: PractitionerRole, typed: str) -> list[PractitionerRole]:
    """Of the same profession, in whichever practice, those whose name is typed and who answer in Relais, the nearest
    first; nobody for nothing typed."""
    if not typed.strip() or role.practitioner_id is None:
        return []
    near = known_near(role.profession, role.organization.commune)
    away = [one for one in near if one.can_sign_in and one.organization_id != role.organization_id]
    found = named(typed, [(one.name, one) for one in away if one.practitioner_id != role.practitioner_id])
    return found[:FOUND]


def end_of(last: date) -> datetime:
    """The instant at which this day ends in Paris."""
    return clock.midnight(last + timedelta(days=1))
