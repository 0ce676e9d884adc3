"""Ages, and the one search field: what people type, what they paste, and what nobody should."""

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.patients.rules import age, age_band, name_start, parse_search, same_person


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
    assert age_band(years) == band


@pytest.mark.parametrize(
    "text",
    [
        "12031948",
        "12/03/1948",
        "12.03.1948",
        "12-03-1948",
        "12 03 1948",
        "  12031948  ",
        "12/03/1948 mar",
        "12031948MAR",
    ],
)
def test_a_birth_date_however_it_is_typed(text: str) -> None:
    found = parse_search(text)
    assert found is not None
    assert found[0] == date(1948, 3, 12)


@pytest.mark.parametrize(
    ("typed", "start"),
    [
        ("12031948 Marchand", "mar"),
        ("12031948 N'Guyen", "ngu"),
        ("12031948 d’Aubigné", "dau"),
        ("12031948 LE-GOFF", "leg"),
        ("12031948 Éé", "ee"),
        ("12031948 É", "e"),
        ("12031948", ""),
        ("12031948 123", ""),
    ],
)
def test_at_most_three_letters_of_the_name(typed: str, start: str) -> None:
    assert parse_search(typed) == (date(1948, 3, 12), start)


@pytest.mark.parametrize("text", ["", "mar", "31021948", "00001948", "1948-03-12", "120319", "99999999"])
def test_what_is_no_date_finds_nobody(text: str) -> None:
    assert parse_search(text) is None


def test_a_name_is_the_same_composed_or_not_in_any_case() -> None:
    assert name_start("Éloïse") == name_start(unicodedata.normalize("NFD", "ÉLOÏSE")) == "elo"
    assert name_start("Straße") == "str"


@given(st.text(max_size=200))
def test_no_text_breaks_the_search(text: str) -> None:
    found = parse_search(text)
    if found:
        born, start = found
        assert isinstance(born, date)
        assert len(start) <= 3
    assert len(name_start(text)) <= 3


@given(st.text(alphabet=st.characters(categories=["Nd", "Cf", "Zs", "Mn", "Lo"]), max_size=40))
def test_digits_of_other_scripts_and_invisible_marks_do_not_break_it(text: str) -> None:
    parse_search("12031948" + text)
    parse_search(text)


@given(st.dates(min_value=date(1000, 1, 1)), st.text(max_size=20))
def test_every_date_is_found_again(born: date, name: str) -> None:
    assert parse_search(f"{born:%d%m}{born.year:04d} {name}") == (born, name_start(name))


@given(st.dates(min_value=date(1900, 1, 1)), st.integers(0, 40_000))
def test_age_never_goes_back(born: date, days: int) -> None:
    try:
        later = born + timedelta(days=days)
    except OverflowError:
        return
    assert 0 <= age(born, later) <= days // 365 + 1


def test_ligatures_and_barred_letters_are_compared_as_they_are_spelled() -> None:
    for one, other in [
        ("Lœuillet", "Loeuillet"),
        ("Lætitia", "LAETITIA"),
        ("Sørensen", "Sorensen"),
        ("Łukasz", "Lukasz"),
    ]:
        assert name_start(one) == name_start(other)
    assert "loeuillet".startswith(name_start("lœu"))
    assert name_start("\u200eMartin\u200b") == "mar"
    assert same_person(("LE BOEUF", "Jean"), ("Le Bœuf", "Jean"))
    assert same_person(("Đặng", "Thi"), ("Dang", "Thi"))


def test_a_hyphen_or_a_space_makes_no_other_person() -> None:
    assert same_person(("Le Bœuf", "Jean-Pierre"), ("LE-BOEUF", "Jean Pierre Marie"))
    assert same_person(("Marchand", "Jean"), ("Marchand", "Jean Pierre"))
    assert not same_person(("Marchand", "Jean"), ("Marchand", "Jean-Pierre"))
    assert not same_person(("Marchand", ""), ("Marchand", ""))
    assert not same_person(("", "Jean"), ("", "Jean"))
