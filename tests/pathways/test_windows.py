"""Windows across the two days of the year that have twenty-three and twenty-five hours."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.pathways.schema import Window, windows_open

PARIS = ZoneInfo("Europe/Paris")
TODAY = Window(slug="today", label="Aujourd'hui", day=0, from_hour=7, to_hour=21)
TOMORROW = Window(slug="tomorrow", label="Demain", day=1, from_hour=7, to_hour=13)
TWO_DAYS = Window(slug="two-days", label="Sous 48 h", hours=48)


def paris(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "window", "start", "end"),
    [
        # An ordinary day.
        (paris(2026, 11, 24, 10), TODAY, paris(2026, 11, 24, 10), paris(2026, 11, 24, 21)),
        (paris(2026, 11, 24, 5), TODAY, paris(2026, 11, 24, 7), paris(2026, 11, 24, 21)),
        # Asked on the eve of a change of clocks: the morning is the one on people's watches.
        (paris(2026, 3, 28, 18), TOMORROW, paris(2026, 3, 29, 7), paris(2026, 3, 29, 13)),
        (paris(2026, 10, 24, 18), TOMORROW, paris(2026, 10, 25, 7), paris(2026, 10, 25, 13)),
        # Late in the evening, one more hour or one less must not skip or repeat a day.
        (paris(2026, 3, 28, 23, 30), TOMORROW, paris(2026, 3, 29, 7), paris(2026, 3, 29, 13)),
        (paris(2026, 10, 24, 23, 30), TOMORROW, paris(2026, 10, 25, 7), paris(2026, 10, 25, 13)),
        (paris(2026, 10, 25, 0, 30), TOMORROW, paris(2026, 10, 26, 7), paris(2026, 10, 26, 13)),
        (paris(2026, 10, 25, 23, 30), TOMORROW, paris(2026, 10, 26, 7), paris(2026, 10, 26, 13)),
        (paris(2026, 3, 29, 0, 30), TOMORROW, paris(2026, 3, 30, 7), paris(2026, 3, 30, 13)),
        # New Year's Eve, and a leap day.
        (paris(2026, 12, 31, 20), TOMORROW, paris(2027, 1, 1, 7), paris(2027, 1, 1, 13)),
        (paris(2028, 2, 28, 20), TOMORROW, paris(2028, 2, 29, 7), paris(2028, 2, 29, 13)),
    ],
)
def test_local_hours_keep_their_meaning(now: datetime, window: Window, start: datetime, end: datetime) -> None:
    assert window.bounds(now) == (start, end)


@pytest.mark.parametrize("now", [paris(2026, 3, 28, 12), paris(2026, 10, 24, 12), paris(2026, 6, 1, 12)])
def test_hours_from_now_are_real_hours(now: datetime) -> None:
    start, end = TWO_DAYS.bounds(now)
    assert (start, end - start) == (now, timedelta(hours=48))


def test_a_window_that_has_ended_is_not_offered() -> None:
    assert windows_open((TODAY, TOMORROW), paris(2026, 11, 24, 20, 59)) == [TODAY, TOMORROW]
    assert windows_open((TODAY, TOMORROW), paris(2026, 11, 24, 21)) == [TOMORROW]


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 3),
    st.integers(0, 22),
    st.integers(1, 23),
)
def test_bounds_are_instants_never_in_the_past(now: datetime, day: int, from_hour: int, length: int) -> None:
    window = Window(slug="w", label="w", day=day, from_hour=from_hour, to_hour=min(23, from_hour + length))
    start, end = window.bounds(now)
    assert start >= now
    assert start.utcoffset() == end.utcoffset() == timedelta(0)
    if day:
        assert start < end
        assert start.astimezone(PARIS).hour == from_hour or from_hour == 2  # An hour that one night skips.
