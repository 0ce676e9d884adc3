"""Decisions that follow from a pathway's words."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from app.pathways.schema import Window


def window_bounds(window: Window, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants between which the care is wanted; local hours keep their meaning across a change of clocks."""
    if window.hours:
        return now, now + timedelta(hours=window.hours)
    day = (now.astimezone(zone) + timedelta(days=window.day)).date()
    start = datetime.combine(day, time(window.from_hour), zone)
    end = datetime.combine(day, time(window.to_hour), zone)
    return max(now, start.astimezone(now.tzinfo)), end.astimezone(now.tzinfo)


def windows_open(windows: tuple[Window, ...], now: datetime, zone: ZoneInfo) -> list[Window]:
    """Those that have not ended yet: `ce matin` is not offered in the afternoon."""
    return [w for w in windows if window_bounds(w, now, zone)[0] < window_bounds(w, now, zone)[1]]
