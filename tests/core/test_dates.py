"""One reader of dates: what people type, paste and half know, and what nobody can mean."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.language.dates import MONTHS, PartialDate, WrongDate, read_date, read_day
from app.language.typography import plain

TODAY = date(2026, 11, 28)
THE_12TH = date(1948, 3, 12)


@pytest.mark.parametrize(
    "text",
    [
        *("12/3/1948", "12/03/1948", "12/3/48", "12031948", "120348", "19480312", "1948-03-12", "1948/3/12"),
        *(
            "12 mars 1948",
            "12 mars 48",
            "12mars1948",
            "12 Mars. 1948",
            "le 12 mars 1948",
            "Né le vendredi 12 mars 1948",
        ),
        *("12.03.1948", "12-03-1948", "12 03 1948", " 12 / 03 / 1948 ", "12\u00a0mars\u00a01948", "12–03–1948"),
        *("\u200e12/03/1948\u200b", "\ufeff12/03/1948", "１２/０３/１９４８", "١٢/٠٣/١٩٤٨"),
    ],
)
def test_one_day_however_it_is_written(text: str) -> None:
    assert read_day(text, TODAY, past=True) == THE_12TH


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("1948", "1948"),
        ("en 1948", "1948"),
        ("03/1948", "1948-03"),
        ("3/1948", "1948-03"),
        ("031948", "1948-03"),
        ("mars 1948", "1948-03"),
        ("1948-03", "1948-03"),
        ("1er août 1950", "1950-08-01"),
        ("fév. 1948", "1948-02"),
        ("101920", "1920-10"),
    ],
)
def test_what_is_known_of_a_date_is_kept_and_nothing_made_up(text: str, iso: str) -> None:
    known = read_date(text, TODAY, past=True)
    assert known.iso == iso
    assert PartialDate.parse(iso) == known
    assert read_date(known.written, TODAY) == known


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "Écrivez une date."),
        ("demain", "Écrivez une date."),
        ("12/03", "Il manque l'année."),
        ("12 mars", "Il manque l'année."),
        ("31/02/1948", "Février n'a pas de 31."),
        ("29/2/2023", "Février n'a pas de 29 cette année-là."),
        ("31 avril 1950", "Avril n'a pas de 31."),
        ("12/13/1948", "Il n'y a pas de mois 13."),
        ("12 jui 1948", "« jui » n'est pas un mois."),
        ("12/03/0048", "Vérifiez l'année."),
        ("00001948", "Il n'y a pas de mois 0."),
    ],
)
def test_a_refusal_says_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(WrongDate) as refused:
        read_date(text, TODAY)
    assert plain(str(refused.value)) == why


@pytest.mark.parametrize(
    ("text", "why"), [("1948", "Il manque le jour et le mois."), ("03/1948", "Il manque le jour.")]
)
def test_where_a_whole_day_is_asked_what_lacks_is_said(text: str, why: str) -> None:
    with pytest.raises(WrongDate) as refused:
        read_day(text, TODAY)
    assert plain(str(refused.value)) == why


def test_two_digits_are_a_birth_gone_by_or_the_nearest_year_for_what_is_planned() -> None:
    assert read_day("28/11/26", TODAY, past=True) == TODAY
    assert read_day("29/11/26", TODAY, past=True) == date(1926, 11, 29)
    assert read_day("5/1/27", TODAY) == date(2027, 1, 5)
    assert read_day("31/12/99", TODAY) == date(1999, 12, 31)


def test_a_partial_date_may_be_any_of_its_days() -> None:
    the_day, the_month, the_year = (PartialDate.parse(iso) for iso in ("1948-03-12", "1948-03", "1948"))
    assert the_year.may_be(the_day) and the_day.may_be(the_month) and the_month.may_be(the_year)
    assert not the_day.may_be(PartialDate(1948, 4)) and not PartialDate(1949).may_be(the_year)
    assert (the_month.first, the_month.last) == (date(1948, 3, 1), date(1948, 3, 31))


WRITTEN = (
    lambda day: f"{day.day}/{day.month}/{day.year}",
    lambda day: f"{day:%d%m}{day.year}",
    lambda day: day.isoformat(),
    lambda day: f"{day.day} {MONTHS[day.month - 1]} {day.year}",
    lambda day: f"{day.day} {MONTHS[day.month - 1].upper()[:4]}. {day.year}",
    lambda day: f"{day.day:02d}-{day.month:02d}-{day.year}",
)


@given(st.dates(date(1850, 1, 1), date(2150, 12, 31)), st.sampled_from(WRITTEN))
def test_every_day_is_read_as_it_was_written(day: date, write: object) -> None:
    assert read_day(write(day), TODAY) == day  # type: ignore[operator]


@given(st.dates(date(1926, 11, 29), TODAY))
def test_a_birth_within_a_century_needs_two_digits_of_its_year(day: date) -> None:
    assert read_day(f"{day:%d/%m/%y}", TODAY, past=True) == day
    assert read_day(f"{day:%d%m%y}", TODAY, past=True) == day


@given(st.text(max_size=60) | st.text(alphabet="0123456789/-. marsjuinoct", max_size=20))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(WrongDate):
        known = read_date(text, TODAY)
        assert known.first <= known.last
