"""Ages, and births that are known in part."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.rules import ImpossibleBirth, age, age_band, check_birth_date, official_date
from app.language.dates import PartialDate


@pytest.mark.parametrize(
    ("born", "today", "years"),
    [
        (date(1948, 3, 12), date(2026, 3, 11), 77),
        (date(1948, 3, 12), date(2026, 3, 12), 78),
        (date(2024, 2, 29), date(2025, 2, 28), 0),
        (date(2024, 2, 29), date(2025, 3, 1), 1),
        (date(2026, 11, 24), date(2026, 11, 24), 0),
    ],
)
def test_age(born: date, today: date, years: int) -> None:
    assert age(born, today) == years


@pytest.mark.parametrize(
    ("years", "band"),
    [
        (0, "nourrisson"),
        (1, "1 à 2 ans"),
        (2, "1 à 2 ans"),
        (3, "enfant"),
        (11, "enfant"),
        (12, "adolescent"),
        (17, "adolescent"),
        (18, "18 à 39 ans"),
        (39, "18 à 39 ans"),
        (40, "40 à 59 ans"),
        (59, "40 à 59 ans"),
        (60, "60 à 74 ans"),
        (74, "60 à 74 ans"),
        (75, "75 à 89 ans"),
        (89, "75 à 89 ans"),
        (90, "90 ans et plus"),
        (120, "90 ans et plus"),
    ],
)
def test_bands_meet_without_a_gap(years: int, band: str) -> None:
    assert age_band(years).replace("\xa0", " ") == band


@given(st.dates(min_value=date(1900, 1, 1)), st.integers(0, 40_000))
def test_age_never_goes_back(born: date, days: int) -> None:
    try:
        later = born + timedelta(days=days)
    except OverflowError:
        return
    assert 0 <= age(born, later) <= days // 365 + 1


def test_the_whole_date_that_the_national_reference_writes_for_one_known_in_part() -> None:
    assert official_date(PartialDate(1948)) == date(1948, 12, 31)
    assert official_date(PartialDate(1948, 3)) == date(1948, 3, 1)
    assert official_date(PartialDate(1948, 3, 12)) == date(1948, 3, 12)


@pytest.mark.parametrize(
    ("born", "why"),
    [
        (PartialDate(2026, 12, 1), "pas encore passée"),
        (PartialDate(2027), "pas encore passée"),
        (PartialDate(1900, 12, 31), "vérifiez l’année"),
    ],
)
def test_nobody_was_born_tomorrow_or_two_lives_ago(born: PartialDate, why: str) -> None:
    with pytest.raises(ImpossibleBirth, match=why):
        check_birth_date(born, date(2026, 11, 28))


@pytest.mark.parametrize("born", [PartialDate(2026), PartialDate(2026, 11, 28), PartialDate(1901)])
def test_this_year_and_a_hundred_and_twenty_five_years_ago_are_possible(born: PartialDate) -> None:
    check_birth_date(born, date(2026, 11, 28))
