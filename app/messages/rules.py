"""When an alert that can wait may ring, and which way to a person comes next.

Hours are Paris's, instants are UTC: on the two days a year when the clocks change, both hold.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.push.rules import Channel

PRESSING = timedelta(hours=2)
"""An answer awaited sooner than this is urgent, unless whoever asks says otherwise."""

GROUP_FOR = timedelta(hours=1)
"""How long the first of what is grouped waits for others. Less than `PRESSING`: time to answer is left."""

PATIENCE = timedelta(seconds=60)
"""How long an urgent message may go without proof before the next channel speaks too."""

LOOK_BACK = timedelta(days=30)
"""Over how long one's alerts are counted as useful or not."""

EVERY_DAY = frozenset(range(7))
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wishes:
    """What a person lets Relais ring for when nothing presses. What presses rings always.

    Quiet hours begin on `quiet_days` (0 is Monday) and end the next time it is `quiet_until`: the same day, or the
    one after; both alike are a whole day. `daily_cap`: alerts a day, urgent ones counted; none is no limit.
    """

    quiet: bool = False
    quiet_from: time = time(20)
    quiet_until: time = time(7)
    quiet_days: frozenset[int] = EVERY_DAY
    daily_cap: int | None = None
    grouped: bool = False

    @property
    def never_rings(self) -> bool:
        return self.quiet and self.quiet_from == self.quiet_until and self.quiet_days == EVERY_DAY


def channel_after(channel: Channel, ways: Collection[Channel]) -> Channel | None:
    """The next way to a person among those there are to her; None when all were taken."""
    order = list(Channel)
    return next((later for later in order[order.index(channel) + 1 :] if later in ways), None)


def rings_at(wishes: Wishes, alerts_today: int, now: datetime, zone: ZoneInfo) -> datetime:
    """When what does not press may ring: `now`, or later. `alerts_today`: alerts since midnight."""
    first = free_at(wishes, alerts_today, now, zone)
    return _after_quiet(wishes, max(first, now + GROUP_FOR), zone) if wishes.grouped else first


def free_at(wishes: Wishes, alerts_today: int, now: datetime, zone: ZoneInfo) -> datetime:
    """The same for what has waited for company already."""
    return _after_quiet(wishes, _next_day(now, zone) if is_full(wishes, alerts_today) else now, zone)


def is_full(wishes: Wishes, alerts_today: int) -> bool:
    return wishes.daily_cap is not None and alerts_today >= wishes.daily_cap


def day_begins(now: datetime, zone: ZoneInfo) -> datetime:
    return _instants(now.astimezone(zone).date(), time(), zone)[0]


def _next_day(now: datetime, zone: ZoneInfo) -> datetime:
    return _instants(now.astimezone(zone).date() + DAY, time(), zone)[0]


def _after_quiet(wishes: Wishes, at: datetime, zone: ZoneInfo) -> datetime:
    """Whole quiet days follow each other, but not for ever: whoever wished so meant something else."""
    for _ in range(7):
        ends = _quiet_until(wishes, at, zone)
        if ends is None:
            break
        at = ends
    return at


def _quiet_until(wishes: Wishes, at: datetime, zone: ZoneInfo) -> datetime | None:
    today = at.astimezone(zone).date()
    over_midnight = DAY if wishes.quiet_until <= wishes.quiet_from else timedelta()
    for day in (today - DAY, today) if wishes.quiet else ():
        begins = _instants(day, wishes.quiet_from, zone)[0]
        # An hour that comes twice ends at its second coming: nobody is woken an hour too soon.
        ends = max(_instants(day + over_midnight, wishes.quiet_until, zone))
        if day.weekday() in wishes.quiet_days and begins <= at < ends:
            return ends
    return None


def _instants(day: date, hour: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants of a local hour: the same twice, but when the clocks change. One that does not exist is read as
    if they had not changed yet."""
    local = datetime.combine(day, hour, zone)
    return local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
