"""Ages and numbers as they are said."""

from datetime import date

import pytest

from app.inbox.words import age_words, callable_phone


@pytest.mark.parametrize(
    ("born", "words"),
    [
        (date(1948, 3, 12), "78 ans"),
        (date(2024, 11, 25), "23 mois"),
        (date(2026, 9, 24), "2 mois"),
        (date(2026, 11, 19), "5 jours"),
    ],
)
def test_age(born: date, words: str) -> None:
    assert age_words(born, date(2026, 11, 24)).replace("\xa0", " ") == words


def test_a_number_can_be_dialled() -> None:
    assert callable_phone("+33639980100") == "06 39 98 01 00"
