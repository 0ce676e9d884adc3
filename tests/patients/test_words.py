"""Ages as they are said."""

from datetime import date

import pytest

from app.language.dates import PartialDate
from app.patients.words import about_age, age_words, born_words


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(1948, 3, 12), "78 ans"),
        (date(2024, 11, 25), "23 mois"),
        (date(2026, 9, 24), "2 mois"),
        (date(2026, 11, 19), "5 jours"),
        (date(2026, 11, 23), "1 jour"),
        (date(2026, 11, 24), "0 jour"),
    ],
)
def test_age(born: date, words: str) -> None:
    assert age_words(born, date(2026, 11, 24)).replace("\xa0", " ") == words


@pytest.mark.parametrize(
    ("iso", "born", "old"),
    [
        ("1948-03-12", "née le 12 mars 1948", "78 ans"),
        ("1948-03", "née en mars 1948", "environ 78 ans"),
        ("1948", "née en 1948", "environ 77 ans"),
    ],
)
def test_what_is_not_known_of_a_birth_is_not_made_up(iso: str, born: str, old: str) -> None:
    known = PartialDate.parse(iso)
    assert born_words(known, "F") == born
    assert about_age(known, date(2026, 11, 24)).replace("\xa0", " ") == old
