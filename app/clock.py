"""One clock for the whole house, which tests move by hand. Stored in UTC, shown in Europe/Paris."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")

_shown: datetime | None = None


def now() -> datetime:
    """The present in UTC. Called once per request or worker item, then passed down."""
    return _shown or datetime.now(UTC)


def stop_at(moment: datetime | None) -> None:
    """Tests only: hold the clock at `moment` (aware), or let it run again with None."""
    global _shown
    _shown = moment


def advance(delta: timedelta) -> datetime:
    """Tests only: move a stopped clock forward and return the new present."""
    stop_at(now() + delta)
    return now()


def paris(moment: datetime) -> datetime:
    return moment.astimezone(PARIS)


def midnight(day: date) -> datetime:
    """The instant at which this day begins in Paris."""
    return datetime.combine(day, time(), PARIS).astimezone(UTC)


def tomorrow(moment: datetime) -> datetime:
    """The instant at which the day after begins in Paris."""
    return midnight(paris(moment).date() + timedelta(days=1))
