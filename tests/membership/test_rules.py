from collections import Counter
from datetime import UTC, datetime, timedelta

from app.membership.rules import accepts_codes, six_digits

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_codes_are_six_digits_and_spread() -> None:
    codes = [six_digits(f"{number:064x}") for number in range(10**6 - 5, 10**6 + 5)]
    assert codes[0] == "999995"
    assert codes[-1] == "000004"
    assert max(Counter(codes).values()) == 1


def test_a_code_ends_by_its_answer_by_age_and_by_attempts() -> None:
    tomorrow = NOON + timedelta(days=1)
    assert accepts_codes(None, tomorrow, 4, NOON)
    assert not accepts_codes(NOON, tomorrow, 0, NOON)
    assert not accepts_codes(None, NOON, 0, NOON)
    assert not accepts_codes(None, tomorrow, 5, NOON)
