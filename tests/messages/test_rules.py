"""When an alert that can wait may ring: the rule, without a database. Hours are Paris's."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from uuid import uuid4

import pytest
from msgspec.structs import replace as but

from app.clock import PARIS
from app.messages.models import Delivery, Notice
from app.messages.rules import GROUP_FOR, PRESSING, Wishes, day_begins, free_at, is_full, rings_at

NIGHTS = Wishes(quiet=True, quiet_from=time(20), quiet_until=time(7))
MONDAY = datetime(2026, 11, 23)


def paris(text: str) -> datetime:
    """`23 20:00`: a day of November 2026 and an hour there."""
    day, _, hour = text.partition(" ")
    return datetime.combine(MONDAY.replace(day=int(day)), time.fromisoformat(hour), PARIS).astimezone(UTC)


def rings(wishes: Wishes, now: str, told: int = 0) -> str:
    return f"{rings_at(wishes, told, paris(now), PARIS).astimezone(PARIS):%d %H:%M}"


@pytest.mark.parametrize(
    ("now", "then"),
    [
        ("24 19:59", "24 19:59"),
        ("24 20:00", "25 07:00"),
        ("25 03:00", "25 07:00"),
        ("25 06:59", "25 07:00"),
        ("25 07:00", "25 07:00"),
    ],
)
def test_what_can_wait_waits_until_the_quiet_hours_end(now: str, then: str) -> None:
    assert rings(NIGHTS, now) == then


def test_who_wishes_for_nothing_is_told_at_once() -> None:
    assert rings(Wishes(), "24 03:00", told=99) == "24 03:00"
    assert rings(replace(NIGHTS, quiet=False), "24 03:00") == "24 03:00"


def test_quiet_hours_within_a_day() -> None:
    rest = replace(NIGHTS, quiet_from=time(13), quiet_until=time(14, 30))
    assert [rings(rest, now) for now in ("24 12:59", "24 13:00", "24 14:30")] == ["24 12:59", "24 14:30", "24 14:30"]


def test_the_days_are_those_on_which_they_begin() -> None:
    on_monday = replace(NIGHTS, quiet_days=frozenset({0}))
    assert rings(on_monday, "23 21:00") == "24 07:00"
    assert rings(on_monday, "24 03:00") == "24 07:00", "Monday's night goes on after midnight"
    assert rings(on_monday, "23 03:00") == "23 03:00", "Sunday's was not one"
    assert rings(on_monday, "24 21:00") == "24 21:00"


def test_a_whole_weekend() -> None:
    weekend = replace(NIGHTS, quiet_from=time(), quiet_until=time(), quiet_days=frozenset({5, 6}))
    assert rings(weekend, "28 10:00") == "30 00:00"
    assert rings(weekend, "27 23:59") == "27 23:59"


def test_who_would_never_be_called_is_noticed_and_called_after_a_week() -> None:
    never = replace(NIGHTS, quiet_from=time(8), quiet_until=time(8))
    assert never.never_rings
    assert not NIGHTS.never_rings
    assert rings(never, "20 10:00") == "27 08:00"


def test_beyond_the_cap_the_day_after_and_not_at_midnight_if_she_sleeps() -> None:
    three = Wishes(daily_cap=3)
    assert [is_full(three, told) for told in (2, 3, 4)] == [False, True, True]
    assert rings(three, "24 15:00", told=2) == "24 15:00"
    assert rings(three, "24 15:00", told=3) == "25 00:00"
    assert rings(replace(NIGHTS, daily_cap=3), "24 15:00", told=3) == "25 07:00"


def test_what_is_grouped_waits_an_hour_for_company() -> None:
    grouped = Wishes(grouped=True)
    assert rings(grouped, "24 15:00") == "24 16:00"
    assert rings(replace(NIGHTS, grouped=True), "24 19:30") == "25 07:00", "not in the quiet hours that began meanwhile"
    assert free_at(grouped, 0, paris("24 15:00"), PARIS) == paris("24 15:00"), "it has waited already"
    assert GROUP_FOR < PRESSING, "time to answer is left"


def test_what_presses() -> None:
    now = paris("24 15:00")
    asked = Delivery(uuid4(), uuid4(), Notice("", "", ""), now + timedelta(minutes=119))
    assert asked.presses(now)
    assert not but(asked, expires_at=now + timedelta(hours=2)).presses(now)
    assert not but(asked, urgent=False).presses(now)


# The two days on which the clocks change: 29 March 2026, 2 h becomes 3 h; 25 October 2026, 3 h becomes 2 h.


@pytest.mark.parametrize(
    ("wishes", "now", "then"),
    [
        (NIGHTS, "2026-03-28 22:00+01:00", "2026-03-29 07:00+02:00"),
        (NIGHTS, "2026-03-29 06:59+02:00", "2026-03-29 07:00+02:00"),
        (NIGHTS, "2026-10-24 22:00+02:00", "2026-10-25 07:00+01:00"),
        (NIGHTS, "2026-10-25 06:30+01:00", "2026-10-25 07:00+01:00"),
        (NIGHTS, "2026-10-25 07:00+01:00", "2026-10-25 07:00+01:00"),
    ],
)
def test_a_night_is_an_hour_shorter_or_longer_and_ends_at_the_same_hour(wishes: Wishes, now: str, then: str) -> None:
    moment = datetime.fromisoformat(now).astimezone(UTC)
    assert rings_at(wishes, 0, moment, PARIS) == datetime.fromisoformat(then)


def test_until_half_past_two_on_the_night_when_it_comes_twice() -> None:
    short = replace(NIGHTS, quiet_from=time(23), quiet_until=time(2, 30))
    between = datetime.fromisoformat("2026-10-25 02:45+02:00").astimezone(UTC)
    assert rings_at(short, 0, between, PARIS) == datetime.fromisoformat("2026-10-25 02:30+01:00")


def test_until_half_past_two_on_the_night_when_it_never_comes() -> None:
    short = replace(NIGHTS, quiet_from=time(23), quiet_until=time(2, 30))
    before = datetime.fromisoformat("2026-03-29 01:45+01:00").astimezone(UTC)
    assert rings_at(short, 0, before, PARIS) == datetime.fromisoformat("2026-03-29 03:30+02:00")


@pytest.mark.parametrize("night", ["2026-03-28", "2026-10-24", "2026-11-24"])
def test_nothing_that_waits_ever_rings_in_quiet_hours(night: str) -> None:
    """Every minute of the night before and after a change: what is held rings when they end, never before."""
    began = datetime.fromisoformat(f"{night}T18:00").replace(tzinfo=PARIS).astimezone(UTC)
    for minutes in range(15 * 60):
        then = rings_at(NIGHTS, 0, began + timedelta(minutes=minutes), PARIS)
        assert 7 <= then.astimezone(PARIS).hour < 20
        assert then - began <= timedelta(hours=16)


def test_the_day_of_a_change_begins_at_its_own_midnight() -> None:
    for text, midnight in (
        ("2026-03-29 12:00+02:00", "2026-03-29 00:00+01:00"),
        ("2026-10-25 12:00+01:00", "2026-10-25 00:00+02:00"),
    ):
        now = datetime.fromisoformat(text).astimezone(UTC)
        assert day_begins(now, PARIS) == datetime.fromisoformat(midnight)
        full = rings_at(Wishes(daily_cap=1), 1, now, PARIS)
        assert full.astimezone(PARIS).replace(tzinfo=None) == datetime.fromisoformat(midnight).replace(
            tzinfo=None
        ) + timedelta(days=1)
