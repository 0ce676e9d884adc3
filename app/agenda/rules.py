"""What meets in one week, and to when a visit can be moved in one tap. Plain values in, plain values out."""

import enum
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import combinations
from uuid import UUID
from zoneinfo import ZoneInfo

from app.appointments.rules import NoSuchTime, instant
from app.care_requests.rules import MOMENTS, Visit
from app.passages.rules import moment_of


@dataclass(frozen=True)
class When:
    """A day and the moment of it (one of `MOMENTS`), and the hour where one is said. Written `2026-12-01/morning/`, or
    with the instant behind."""

    day: date
    moment: str
    at: datetime | None = None

    def __str__(self) -> str:
        return f"{self.day.isoformat()}/{self.moment}/{self.at.isoformat() if self.at else ''}"

    @property
    def place(self) -> tuple[date, int, bool, float]:
        """In the order of the days, their moments, and the hours; who has no hour comes last of its moment."""
        return self.day, MOMENTS.index(self.moment), self.at is None, self.at.timestamp() if self.at else 0


def at_hour(at: datetime, zone: ZoneInfo) -> When:
    return When(at.astimezone(zone).date(), moment_of(at), at)


def hour_on(day: date, agreed: datetime, zone: ZoneInfo) -> datetime:
    """The hour that was agreed, on another day: the same on the wall, whatever the clocks did meanwhile."""
    wall = datetime.combine(day, agreed.astimezone(zone).time())
    try:
        return instant(wall, zone)
    except NoSuchTime:  # The clocks skip it that night.
        return wall.replace(tzinfo=zone).astimezone(agreed.tzinfo)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


class ClashKind(enum.StrEnum):
    TOGETHER = "together"  # two at her home at once
    AWAY = "away"  # she is awaited elsewhere while somebody comes
    IN_HOSPITAL = "in-hospital"  # somebody comes, and she is not home yet


TOGETHER = timedelta(minutes=30)
"""Two who begin within less than that meet at her bed."""

LEAVES = timedelta(minutes=30)
BACK = timedelta(minutes=90)
"""Who is awaited at ten has left by half past nine, and is back at half past eleven."""


@dataclass(frozen=True)
class VisitDue:
    """What the rules read of a visit. `mode`: home, practice or remote; `waits`: it is still to come, and not
    suspended."""

    id: UUID
    when: When
    mode: str
    waits: bool = True


@dataclass(frozen=True)
class InHospital:
    """She is in hospital since a day, until the day on which she is expected home; none: nobody knows."""

    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        """On the day on which she leaves somebody may come already."""
        return day >= self.since and (self.until is None or day < self.until)


def clashes(week: Sequence[VisitDue], hospital: InHospital | None = None) -> dict[UUID, dict[ClashKind, list[UUID]]]:
    """By visit: how it cannot be as it stands, and with which others."""
    found: dict[UUID, dict[ClashKind, list[UUID]]] = {}
    waiting = [each for each in week if each.waits]
    for one, other in combinations(waiting, 2):
        how = _meets(one, other)
        if how:
            found.setdefault(one.id, {}).setdefault(how, []).append(other.id)
            found.setdefault(other.id, {}).setdefault(how, []).append(one.id)
    for each in waiting:
        if hospital and each.mode == "home" and hospital.covers(each.when.day):
            found.setdefault(each.id, {})[ClashKind.IN_HOSPITAL] = []
    return found


def _meets(one: VisitDue, other: VisitDue) -> ClashKind | None:
    if one.mode == other.mode == "home":
        if one.when.at and other.when.at and abs(one.when.at - other.when.at) < TOGETHER:
            return ClashKind.TOGETHER
        return None
    if {one.mode, other.mode} == {"home", "practice"}:
        outside, home = (one, other) if one.mode == "practice" else (other, one)
        return ClashKind.AWAY if _is_away(outside.when, home.when) else None
    return None


def _is_away(outside: When, home: When) -> bool:
    """Of two without an hour nothing is known."""
    if outside.at is None:
        return False
    if home.at is None:
        return (home.day, home.moment) == (outside.day, outside.moment)
    return outside.at - LEAVES < home.at < outside.at + BACK


class Shift(enum.StrEnum):
    EARLIER = "earlier"
    LATER = "later"
    AFTERNOON = "afternoon"
    TOMORROW = "tomorrow"


HALF_AN_HOUR = timedelta(minutes=30)
AFTER_LUNCH = time(14)
LATEST = time(18)
AHEAD = timedelta(days=14)
"""How far ahead a visit is moved in one tap: what is later is planned, not moved."""


def shifts(when: When, taken: Collection[Visit], now: datetime, zone: ZoneInfo) -> dict[Shift, When]:
    """To when this visit can be moved in one tap. `taken`: the visits that its plan has already."""
    today = now.astimezone(zone).date()
    if not today <= when.day <= today + AHEAD:
        return {}
    others = set(taken) - {Visit(when.day, when.moment)}
    return {
        shift: to
        for shift, to in _shifts(when, now, zone)
        if Visit(to.day, to.moment) not in others and (to.at is None or to.at > now)
    }


def _shifts(when: When, now: datetime, zone: ZoneInfo) -> Iterable[tuple[Shift, When]]:
    if when.at:
        for shift, by in ((Shift.EARLIER, -HALF_AN_HOUR), (Shift.LATER, HALF_AN_HOUR)):
            to = at_hour(when.at + by, zone)
            if to.day == when.day:
                yield shift, to
    if afternoon := _afternoon(when, now, zone):
        yield Shift.AFTERNOON, at_hour(afternoon, zone)
    day = when.day + timedelta(days=1)
    at = hour_on(day, when.at, zone) if when.at else None
    yield Shift.TOMORROW, When(day, moment_of(at) if at else when.moment, at)


def _afternoon(when: When, now: datetime, zone: ZoneInfo) -> datetime | None:
    """At two, or at the next full hour when that has gone by; none for what is in the afternoon already."""
    local = now.astimezone(zone)
    if when.day != local.date() or when.moment != "morning":
        return None
    next_hour = time(min(local.hour + (1 if local.minute < 30 else 2), 23))
    wall = max(AFTER_LUNCH, next_hour)
    return datetime.combine(when.day, wall, zone).astimezone(now.tzinfo) if wall <= LATEST else None
