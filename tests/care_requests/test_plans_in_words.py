"""A plan in words, as a nurse says it."""

from datetime import date, timedelta

import pytest

from app.care_requests.rules import Visit, planned
from app.language.typography import plain
from app.passages.calendar import plan_in_words, weeks

FRIDAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("days", "moments", "every", "words"),
    [
        (10, ["morning"], 1, "10 passages, chaque matin, jusqu'au 6 décembre"),
        (10, ["morning", "evening"], 1, "20 passages, chaque jour, matin et soir, jusqu'au 6 décembre"),
        (
            5,
            ["morning", "midday", "evening"],
            1,
            "15 passages, chaque jour, matin, midi et soir, jusqu'au 1er décembre",
        ),
        (5, ["evening"], 2, "3 passages, tous les 2 jours, le soir, jusqu'au 1er décembre"),
        (1, ["midday"], 1, "1 passage, à midi, le 27 novembre"),
    ],
)
def test_a_plan_in_words(days: int, moments: list[str], every: int, words: str) -> None:
    visits = planned(FRIDAY, FRIDAY + timedelta(days=days - 1), moments, every=every)
    assert plain(plan_in_words(visits)) == words


def test_what_is_left_of_a_plan_in_words() -> None:
    both = planned(FRIDAY, FRIDAY + timedelta(days=9), ["morning", "evening"])
    weekdays = [v for v in both if v.day.weekday() < 5 and v.moment == "morning"]
    assert plain(plan_in_words(weekdays)) == "6 passages, chaque matin sauf le week-end, jusqu'au 4 décembre"
    every_fourth = both[3::4]
    assert plain(plan_in_words(every_fourth)) == "5 passages, tous les 2 jours, le soir, jusqu'au 6 décembre"
    uneven = [both[0], both[3], both[9]]
    assert "certains jours, à des moments différents" in plan_in_words(uneven)
    assert plan_in_words([]) == ""


def test_a_plan_as_weeks_begins_on_mondays_and_shows_the_moments_it_uses() -> None:
    shown = weeks(planned(FRIDAY, FRIDAY + timedelta(days=9), ["morning"]))
    assert [week.monday for week in shown] == [date(2026, 11, 23), date(2026, 11, 30)]
    assert shown[0].rows == (("morning", (False, False, False, False, True, True, True)),)
    assert shown[1].rows == (("morning", (True,) * 7),)
    assert weeks([Visit(FRIDAY, "evening")])[0].rows[0][0] == "evening"
