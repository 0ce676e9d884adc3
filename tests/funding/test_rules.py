"""What may follow what, and when the clock speaks: checks 20, 21 and 31 of FACTS_COORDINATION 9."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.clock import PARIS
from app.funding.rules import MOVES, Funder, FundingConflict, FundingState, conflict, next_alarm, pause_alarm


@pytest.mark.parametrize(
    ("wanted", "others", "why"),
    [
        *(
            (Funder.ARDH, {Funder.APA}, FundingConflict.FUND_AND_APA),
            (Funder.MSA, {Funder.URGENT_APA}, FundingConflict.FUND_AND_APA),
        ),
        *(
            (Funder.APA, {Funder.PCH}, FundingConflict.APA_AND_OTHER),
            (Funder.DEPARTMENT, {Funder.APA}, FundingConflict.APA_AND_OTHER),
        ),
        *((Funder.APA, {Funder.APA}, FundingConflict.ALREADY), (Funder.URGENT_APA, {Funder.APA}, None)),
        *((Funder.CONTRACT, {Funder.APA}, None), (Funder.ARDH, {Funder.CONTRACT, Funder.HEALTH_COVER}, None)),
        *((Funder.ARDH, set(), None), (Funder.HEALTH_COVER, {Funder.ARDH}, None)),
    ],
)
def test_who_does_not_pay_beside_whom(wanted: Funder, others: set[Funder], why: FundingConflict | None) -> None:
    """Check 20."""
    assert conflict(wanted, others) is why


def test_what_was_sent_waits_for_its_answer_and_never_expires() -> None:
    assert FundingState.EXPIRED in MOVES[FundingState.TO_PREPARE]
    assert all(FundingState.EXPIRED not in MOVES[each] for each in FundingState if each is not FundingState.TO_PREPARE)
    assert {each for each in FundingState if not MOVES[each]} == {
        *(FundingState.GRANTED, FundingState.REFUSED, FundingState.EXPIRED)
    }


def test_the_clock_warns_the_day_before_and_lets_expire_the_day_after() -> None:
    """Check 21."""
    now, exit_on = datetime(2026, 11, 24, 12, tzinfo=UTC), date(2026, 11, 28)
    to_prepare = FundingState.TO_PREPARE
    assert next_alarm(to_prepare, exit_on, None, now) == datetime(2026, 11, 27, 9, tzinfo=PARIS)
    late = datetime(2026, 11, 27, 16, tzinfo=UTC)
    assert next_alarm(to_prepare, exit_on, None, late) == late, "the day was said on its eve: at once"
    assert next_alarm(to_prepare, exit_on, exit_on, late) == datetime(2026, 11, 29, tzinfo=PARIS)
    later = exit_on + timedelta(days=3)
    assert next_alarm(to_prepare, later, exit_on, late) == datetime(2026, 11, 30, 9, tzinfo=PARIS), "she stays longer"
    assert next_alarm(to_prepare, None, None, now) is None
    assert next_alarm(FundingState.SENT, exit_on, None, now) is None


def test_the_pause_of_an_allowance_is_announced_once_on_the_25th_day() -> None:
    admitted = date(2026, 11, 4)
    assert pause_alarm(admitted, 30, None, datetime(2026, 11, 5, tzinfo=UTC)) == datetime(2026, 11, 29, 9, tzinfo=PARIS)
    assert pause_alarm(admitted, 30, admitted, datetime(2026, 11, 29, 10, tzinfo=UTC)) is None
    assert pause_alarm(None, 30, None, datetime(2026, 11, 5, tzinfo=UTC)) is None
