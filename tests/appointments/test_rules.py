"""Times in one tap, and times that cannot be."""

from datetime import UTC, datetime, timedelta

import pytest

from app.appointments.actions import link_expiry
from app.appointments.rules import NoSuchTime, check_time, instant, next_slots, soon
from app.clock import PARIS


def paris(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


def labels(now: datetime, start: datetime, end: datetime, at_most: int = 4) -> list[str]:
    slots = next_slots(end, now, PARIS, window_start=start, at_most=at_most)
    assert all(slot.at.utcoffset() == timedelta(0) for slot in slots)
    return [slot.label.replace("\xa0", " ") for slot in slots]


@pytest.mark.parametrize(
    ("now", "start", "end", "expected"),
    [
        (
            paris(11, 24, 10),
            paris(11, 24, 10),
            paris(11, 26, 10),
            ["tout de suite, vers 10 h 15", "dans 1 h", "14 h", "17 h"],
        ),
        (paris(11, 24, 10), paris(11, 24, 8), paris(11, 24, 15), ["tout de suite, vers 10 h 15", "dans 1 h", "14 h"]),
        (
            paris(11, 24, 23),
            paris(11, 24, 23),
            paris(11, 26, 23),
            ["tout de suite, vers 23 h 15", "demain 9 h", "demain 11 h", "demain 14 h"],
        ),
        (paris(11, 24, 10), paris(11, 25, 8), paris(11, 25, 13), ["demain 9 h", "demain 11 h"]),
        (paris(11, 24, 10), paris(11, 27, 8), paris(11, 27, 13), ["ven. 27 9 h", "ven. 27 11 h"]),
        # What was asked for is over: the next times there are.
        (
            paris(11, 24, 19),
            paris(11, 24, 8),
            paris(11, 24, 18),
            ["dans 1 h", "demain 9 h", "demain 11 h", "demain 14 h"],
        ),
    ],
)
def test_slots_stay_within_what_was_asked(now: datetime, start: datetime, end: datetime, expected: list[str]) -> None:
    assert labels(now, start, end) == expected


def test_at_once_is_for_what_presses_and_stays_now_on_an_old_page() -> None:
    now = paris(11, 24, 10)
    assert next_slots(now + timedelta(hours=36), now, PARIS)[0].value == "now"
    assert labels(now, now, now + timedelta(days=30))[0] == "dans 1 h", "a maternity has a month"
    assert labels(now, now + timedelta(hours=1), now + timedelta(hours=9))[0] == "dans 1 h", "it is for later"


@pytest.mark.parametrize(("minute", "then"), [(0, 15), (1, 30), (15, 30), (29, 45)])
def test_at_once_is_an_hour_to_come_and_never_the_minute_of_the_tap(minute: int, then: int) -> None:
    assert soon(paris(11, 24, 10, minute) + timedelta(seconds=40)) == paris(11, 24, 10, then)


def test_an_hour_is_an_hour_when_the_clocks_change() -> None:
    before = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)  # 00:30 in Paris, the night the clocks go forward
    nine = next(slot for slot in next_slots(before + timedelta(days=1), before, PARIS) if slot.label.startswith("9"))
    assert nine.at == datetime(2026, 3, 29, 7, 0, tzinfo=UTC)


def test_slots_fall_on_round_minutes() -> None:
    now = paris(11, 24, 10, 2)
    assert next_slots(now + timedelta(days=1), now, PARIS)[1].at == paris(11, 24, 11, 5)


def test_an_hour_that_the_clocks_skip_is_refused_and_a_doubled_one_is_the_first() -> None:
    with pytest.raises(NoSuchTime):
        instant(datetime(2026, 3, 29, 2, 30), PARIS)
    assert instant(datetime(2026, 10, 25, 2, 30), PARIS) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_date_beyond_the_calendar_is_refused() -> None:
    with pytest.raises(NoSuchTime):
        instant(datetime(1, 1, 1), PARIS)


def test_neither_the_past_nor_a_slip_of_the_thumb() -> None:
    now = paris(11, 24, 10)
    check_time(now - timedelta(minutes=4), now)
    check_time(now + timedelta(days=89), now)
    for wrong in (now - timedelta(minutes=6), now + timedelta(days=91)):
        with pytest.raises(NoSuchTime):
            check_time(wrong, now)


def test_a_link_ends_a_day_after_the_visit() -> None:
    visit, end = paris(11, 24, 10), paris(11, 26, 10)
    assert link_expiry(visit, end) == visit + timedelta(hours=24)
    assert link_expiry(None, end) == end + timedelta(hours=24)
