"""Ages as they are said."""

from datetime import date

import pytest

from app.patients.words import age_words


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
