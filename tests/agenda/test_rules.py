"""What meets, and to when a visit can be moved; on the nights on which the clocks change, too."""

from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest

from app import clock
from app.agenda.rules import ClashKind, InHospital, Shift, VisitDue, When, at_hour, clashes, hour_on, monday_of, shifts
from app.care_requests.rules import Visit

TUESDAY = date(2026, 11, 24)
SPRING, AUTUMN = date(2027, 3, 28), date(2026, 10, 25)
"""Sundays on which the clocks go forward, and back."""


def paris(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), clock.PARIS).astimezone(UTC)


def at(hour: int, minute: int = 0, day: date = TUESDAY) -> When:
    return at_hour(paris(day, hour, minute), clock.PARIS)


def some(when: When, mode: str = "home", *, waits: bool = True) -> VisitDue:
    return VisitDue(uuid4(), when, mode, waits)


def met(*week: VisitDue, hospital: InHospital | None = None) -> list[set[ClashKind]]:
    found = clashes(week, hospital)
    return [set(found.get(each.id, {})) for each in week]


class TestWhatMeets:
    @pytest.mark.parametrize(
        ("one", "other", "together"),
        [
            (at(9), at(9), True),
            (at(9), at(9, 29), True),
            (at(9), at(9, 30), False),
            (at(9), at(8, 31), True),
            (at(9), When(TUESDAY, "morning"), False),
            (at(9), at(9, day=date(2026, 11, 25)), False),
        ],
    )
    def test_two_within_the_same_half_hour_at_her_home(self, one: When, other: When, together: bool) -> None:
        assert met(some(one), some(other)) == [{ClashKind.TOGETHER} if together else set()] * 2

    def test_each_knows_whom_it_meets(self) -> None:
        three = [some(at(9)), some(at(9, 20)), some(at(9, 40))]
        found = clashes(three)
        assert found[three[1].id][ClashKind.TOGETHER] == [three[0].id, three[2].id]
        assert found[three[0].id][ClashKind.TOGETHER] == [three[1].id]

    def test_who_calls_by_telephone_meets_nobody(self) -> None:
        assert met(some(at(9), "remote"), some(at(9))) == [set(), set()]

    def test_what_was_done_or_is_suspended_meets_nobody(self) -> None:
        assert met(some(at(9), waits=False), some(at(9))) == [set(), set()]

    @pytest.mark.parametrize(
        ("home", "away"),
        [
            (at(9, 30), False),
            (at(9, 31), True),
            (at(10), True),
            (at(11, 29), True),
            (at(11, 30), False),
            (When(TUESDAY, "morning"), True),
            (When(TUESDAY, "evening"), False),
            (When(date(2026, 11, 25), "morning"), False),
        ],
    )
    def test_somebody_comes_while_she_is_awaited_elsewhere_at_ten(self, home: When, away: bool) -> None:
        assert met(some(at(10), "practice"), some(home)) == [{ClashKind.AWAY} if away else set()] * 2

    def test_somebody_comes_before_she_is_home(self) -> None:
        leaves = InHospital(date(2026, 11, 20), until=date(2026, 11, 26))
        days = [date(2026, 11, 19), TUESDAY, date(2026, 11, 25), date(2026, 11, 26)]
        week = [some(When(day, "morning")) for day in days]
        assert met(*week, hospital=leaves) == [set(), {ClashKind.IN_HOSPITAL}, {ClashKind.IN_HOSPITAL}, set()]
        nobody_knows = InHospital(date(2026, 11, 20), None)
        assert met(week[3], hospital=nobody_knows) == [{ClashKind.IN_HOSPITAL}]
        assert met(some(at(10), "practice"), hospital=leaves) == [set()]


class TestMoving:
    NOW = paris(TUESDAY, 8)

    def test_an_hour_goes_half_an_hour_either_way_to_the_afternoon_or_to_the_next_day(self) -> None:
        assert shifts(at(9), (), self.NOW, clock.PARIS) == {
            Shift.EARLIER: at(8, 30),
            Shift.LATER: at(9, 30),
            Shift.AFTERNOON: at(14),
            Shift.TOMORROW: at(9, day=date(2026, 11, 25)),
        }

    def test_a_moment_has_no_half_hour(self) -> None:
        found = shifts(When(TUESDAY, "morning"), (), self.NOW, clock.PARIS)
        assert found == {Shift.AFTERNOON: at(14), Shift.TOMORROW: When(date(2026, 11, 25), "morning")}

    def test_never_to_what_has_gone_by_nor_where_the_plan_has_a_visit(self) -> None:
        assert Shift.EARLIER not in shifts(at(9), (), paris(TUESDAY, 8, 30), clock.PARIS)
        tomorrow = [Visit(TUESDAY, "morning"), Visit(date(2026, 11, 25), "morning")]
        assert Shift.TOMORROW not in shifts(at(9), tomorrow, self.NOW, clock.PARIS)
        assert Shift.LATER in shifts(at(9), tomorrow, self.NOW, clock.PARIS), "its own place is not taken"
        assert Shift.LATER not in shifts(at(11, 45), [Visit(TUESDAY, "midday")], self.NOW, clock.PARIS)

    @pytest.mark.parametrize(("hour", "minute", "then"), [(13, 29, 14), (14, 29, 15), (14, 30, 16), (16, 40, 18)])
    def test_the_afternoon_begins_when_one_can_still_go(self, hour: int, minute: int, then: int) -> None:
        late = shifts(When(TUESDAY, "morning"), (), paris(TUESDAY, hour, minute), clock.PARIS)
        assert late[Shift.AFTERNOON] == at(then)

    def test_in_the_evening_there_is_no_afternoon_any_more(self) -> None:
        assert Shift.AFTERNOON not in shifts(When(TUESDAY, "morning"), (), paris(TUESDAY, 18), clock.PARIS)
        assert Shift.AFTERNOON not in shifts(at(9, day=date(2026, 11, 25)), (), self.NOW, clock.PARIS)

    def test_yesterday_and_next_month_are_not_moved(self) -> None:
        for day in (date(2026, 11, 23), date(2026, 12, 24)):
            assert shifts(When(day, "morning"), (), self.NOW, clock.PARIS) == {}


class TestClocksThatChange:
    def test_an_hour_that_was_agreed_is_the_same_on_the_wall(self) -> None:
        for sunday in (SPRING, AUTUMN):
            saturday = sunday - timedelta(days=1)
            assert hour_on(sunday, paris(saturday, 9), clock.PARIS) == paris(sunday, 9)

    def test_the_next_day_comes_at_the_same_hour_on_the_wall(self) -> None:
        for sunday, away in ((SPRING, 23), (AUTUMN, 25)):
            saturday = sunday - timedelta(days=1)
            to = shifts(at(9, day=saturday), (), paris(saturday, 8), clock.PARIS)[Shift.TOMORROW]
            assert to == at(9, day=sunday)
            assert to.at == paris(saturday, 9) + timedelta(hours=away)

    def test_an_hour_that_the_clocks_skip_is_one_hour_later(self) -> None:
        skipped = hour_on(SPRING, paris(SPRING - timedelta(days=1), 2, 30), clock.PARIS)
        assert clock.paris(skipped).hour == 3

    def test_half_an_hour_later_in_the_hour_that_comes_twice(self) -> None:
        first = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 2 h 45, summer time
        to = shifts(at_hour(first, clock.PARIS), (), first - timedelta(hours=1), clock.PARIS)[Shift.LATER]
        assert to.at == first + timedelta(minutes=30)
        assert clock.paris(to.at).strftime("%H:%M") == "02:15"

    def test_two_an_hour_apart_that_read_the_same_do_not_meet(self) -> None:
        summer, winter = (at_hour(datetime(2026, 10, 25, hour, 15, tzinfo=UTC), clock.PARIS) for hour in (0, 1))
        assert met(some(summer), some(winter)) == [set(), set()]


def test_a_week_begins_on_a_monday() -> None:
    assert [monday_of(day) for day in (date(2026, 11, 23), TUESDAY, date(2026, 11, 29))] == [date(2026, 11, 23)] * 3


def test_a_time_is_written_once_and_read_as_it_was() -> None:
    assert str(When(TUESDAY, "morning")) == "2026-11-24/morning/"
    assert str(at(9)) == "2026-11-24/morning/2026-11-24T08:00:00+00:00"
    assert sorted([at(9), When(TUESDAY, "morning"), at(8)], key=lambda when: when.place)[-1].at is None
