"""Where each thing of a life stands on its picture."""

from datetime import date, timedelta

import pytest

from app import clock
from app.happenings.rules import LASTS, Happening, Went
from app.life.picture import NAMES, WIDTH, Lane, Span, Zoom, closer, order, picture, read_span, slot_of, went_together

TODAY = date(2026, 11, 24)
NOVEMBER = Span.of_month(TODAY)


@pytest.mark.parametrize(
    ("text", "zoom", "first", "last"),
    [
        ("", Zoom.YEAR, date(2026, 1, 1), date(2026, 12, 31)),
        ("2024", Zoom.YEAR, date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-02", Zoom.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        ("2026-11-24", Zoom.DAY, TODAY, TODAY),
    ],
)
def test_an_address_names_a_year_a_month_or_a_day(text: str, zoom: Zoom, first: date, last: date) -> None:
    span = read_span(text, TODAY)
    assert span == Span(zoom, first, last)
    assert text in ("", span.name)


@pytest.mark.parametrize("text", ["26-11-24-1", "2026-13", "2026-02-30", "x", "-1", "9999", "٢٠٢٦", "0001"])
def test_what_names_none_is_not_guessed(text: str) -> None:
    assert read_span(text, TODAY) is None


def test_one_walks_to_the_next_and_to_the_larger() -> None:
    december = Span.of_month(date(2026, 12, 1))
    assert (NOVEMBER.after, december.before, december.after.name) == (december, NOVEMBER, "2027-01")
    assert Span.of_day(date(2026, 3, 1)).before.name == "2026-02-28"
    assert (Span.of_day(TODAY).larger, NOVEMBER.larger, Span.of_year(2026).larger) == (
        NOVEMBER,
        Span.of_year(2026),
        None,
    )
    assert [closer(each, TODAY) for each in (Span.of_year(2026), NOVEMBER, Span.of_day(TODAY))] == [
        NOVEMBER,
        Span.of_day(TODAY),
        None,
    ]


@pytest.mark.parametrize("year", [2024, 2026])
def test_every_day_of_a_year_has_its_half_month(year: int) -> None:
    span, found = Span.of_year(year), []
    day = span.first
    while day <= span.last:
        found.append(slot_of(span, Happening(day, "Passage")))
        day += timedelta(days=1)
    assert sorted(found) == found, "later days never stand further left"
    assert (set(found), found[0], found[-1]) == (set(range(24)), 0, 23)


def test_a_day_has_hours_and_moments() -> None:
    day = Span.of_day(TODAY)
    at = clock.midnight(TODAY) + timedelta(hours=14, minutes=5)
    assert slot_of(day, Happening(TODAY, "Visite", at=at)) == 14, "in Paris"
    assert [slot_of(day, Happening(TODAY, "Passage", moment=each)) for each in ("morning", "midday", "evening")] == [
        8,
        12,
        19,
    ]


def test_what_lasts_is_cut_where_the_picture_ends_and_says_so() -> None:
    stay = Happening(date(2026, 10, 28), "À l'hôpital", until=date(2026, 11, 10))
    plan = Happening(date(2026, 11, 5), "Pansement", until=LASTS)
    drawn = picture({Lane.STAYS: [stay], Lane.CARE: [plan]}, NOVEMBER, TODAY)
    (first,), (second,) = (lane.bands for lane in drawn.lanes)
    assert (first.x, first.cut, first.open) == (NAMES, True, False)
    assert round(first.width, 3) == round(10 * drawn.slot, 3)
    assert (round(second.x + second.width, 3), second.cut, second.open) == (WIDTH, False, True)


def test_two_plans_at_once_stand_below_each_other_and_one_after_another_in_one_row() -> None:
    def plan(first: int, last: int) -> Happening:
        return Happening(date(2026, 11, first), "Soins", until=date(2026, 11, last))

    (lane,) = picture({Lane.CARE: [plan(1, 10), plan(5, 20), plan(11, 30)]}, NOVEMBER, TODAY).lanes
    rows = [band.y for band in lane.bands]
    assert rows[0] == rows[2] < rows[1]


def test_marks_of_one_slot_are_one_with_their_number_and_what_failed_shows() -> None:
    passages = [
        Happening(TODAY, "Passage", went=Went.DONE, moment="morning"),
        Happening(TODAY, "Passage", went=Went.MISSED, moment="evening"),
        Happening(date(2026, 11, 26), "Passage", went=Went.PLANNED, moment="morning"),
    ]
    (lane,) = picture({Lane.CARE: passages}, NOVEMBER, TODAY).lanes
    both, alone = lane.marks
    assert (both.number, both.went, both.closer) == (2, Went.MISSED, Span.of_day(TODAY))
    assert (alone.number, alone.went, alone.closer) == (1, Went.PLANNED, None)


@pytest.mark.parametrize(
    ("each", "together"),
    [
        ([Went.PLANNED, Went.PLANNED], Went.PLANNED),
        ([Went.PLANNED, Went.DONE], Went.DONE),
        ([Went.DONE, Went.MISSED, Went.PLANNED], Went.MISSED),
        ([Went.SAID, Went.PLANNED], Went.SAID),
    ],
)
def test_what_did_not_happen_is_never_hidden(each: list[Went], together: Went) -> None:
    assert went_together(each) is together


def test_a_lane_without_anything_is_not_drawn_and_today_only_where_it_is() -> None:
    drawn = picture({Lane.TALK: [], Lane.LIFE: [Happening(TODAY, "Déménagement")]}, NOVEMBER, TODAY)
    assert [lane.lane for lane in drawn.lanes] == [Lane.LIFE]
    assert drawn.today == NAMES + 23 * drawn.slot
    assert picture({}, NOVEMBER.before, TODAY).today is None


def test_a_day_is_read_in_the_order_in_which_it_goes() -> None:
    at_ten = clock.midnight(TODAY) + timedelta(hours=10)
    told = [
        Happening(TODAY, "soir", moment="evening"),
        Happening(TODAY, "dix heures", at=at_ten),
        Happening(TODAY, "ce jour-là"),
        Happening(TODAY, "matin", moment="morning"),
        Happening(date(2026, 11, 23), "la veille", moment="evening"),
    ]
    assert [it.what for it in sorted(told, key=order)] == ["la veille", "ce jour-là", "matin", "dix heures", "soir"]
