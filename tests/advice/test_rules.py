"""When an awaited opinion is reminded of and goes on, and what it may be billed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from app.advice.rates import load_rates
from app.advice.rules import Act, AdviceMove, BillingMark, BillingReason, BillingVerdict, Standing, look, marks
from app.care_requests.rules import State
from app.core.files import WrongFile

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
PATIENT = uuid4()


def standing(state: State = State.ACCEPTED, **more: object) -> Standing:
    usually = {"due_at": NOW + timedelta(days=3), "taken_at": NOW - timedelta(days=4), "answered_at": None}
    return Standing(state=state, **{**usually, "reminded": False, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("it", "after", "expected", "again"),
    [
        (standing(State.SEARCHING, due_at=None), timedelta(0), AdviceMove.WAIT, timedelta(hours=12)),
        (standing(), timedelta(0), AdviceMove.WAIT, timedelta(days=2)),
        (standing(), timedelta(days=2), AdviceMove.REMIND, timedelta(days=5)),
        (standing(reminded=True), timedelta(days=4), AdviceMove.WAIT, timedelta(days=5)),
        (standing(reminded=True), timedelta(days=5), AdviceMove.HAND_ON, timedelta(days=5, hours=12)),
        (standing(State.STARTED, reminded=True), timedelta(days=6), AdviceMove.WAIT, timedelta(days=6, hours=12)),
        (standing(taken_at=NOW + timedelta(days=2)), timedelta(days=2), AdviceMove.WAIT, timedelta(days=2, hours=12)),
        (standing(State.STARTED, answered_at=NOW), timedelta(days=13), AdviceMove.WAIT, timedelta(days=14)),
        (standing(State.STARTED, answered_at=NOW), timedelta(days=14), AdviceMove.CLOSE, None),
        (standing(State.DONE, answered_at=NOW), timedelta(days=1), AdviceMove.WAIT, None),
        (standing(State.CANCELLED), timedelta(days=9), AdviceMove.WAIT, None),
    ],
)
def test_the_clock(it: Standing, after: timedelta, expected: AdviceMove, again: timedelta | None) -> None:
    assert look(it, NOW + after) == (expected, None if again is None else NOW + again)


def test_whatever_stands_is_looked_at_again_later_or_never() -> None:
    for state in State:
        for answered in (None, NOW - timedelta(days=15)):
            for reminded in (False, True):
                for days in range(-20, 20):
                    due = NOW + timedelta(days=days)
                    again = look(standing(state, due_at=due, answered_at=answered, reminded=reminded), NOW)[1]
                    assert again is None or again > NOW


def act(day: date = date(2026, 11, 24), *, patient: UUID = PATIENT, asked: bool = False, **more: object) -> Act:
    usually: dict[str, object] = {"profession": "doctor", "town": True, "same_place": False}
    return Act(request_id=uuid4(), patient_id=patient, day=day, asked=asked, **usually | more)  # type: ignore[arg-type]


def only(act: Act) -> BillingMark:
    [mark] = marks([act], load_rates())
    return mark


def test_te2_is_of_its_day() -> None:
    """FACTS_COORDINATION 5: 20 €, 23 € since 1 January 2026; RQD 10 €."""
    assert (only(act()).code, only(act()).amount) == ("TE2", Decimal("23.00"))
    assert only(act(date(2025, 12, 31))).amount == Decimal("20.00")
    assert (only(act(asked=True)).code, only(act(asked=True)).amount) == ("RQD", Decimal("10.00"))


@pytest.mark.parametrize(
    ("what", "verdict", "why"),
    [
        (act(date(2027, 1, 1)), BillingVerdict.CHECK, BillingReason.NO_RATE),
        (act(date(2019, 1, 1)), BillingVerdict.CHECK, BillingReason.NO_RATE),
        (act(profession="midwife"), BillingVerdict.CHECK, BillingReason.PROFESSION),
        (act(profession="nurse", asked=True), BillingVerdict.CHECK, BillingReason.PROFESSION),
        (act(profession=""), BillingVerdict.CHECK, BillingReason.PROFESSION),
        (act(town=False), BillingVerdict.CHECK, BillingReason.SALARIED),
        (act(same_place=True), BillingVerdict.NO, BillingReason.SAME_PLACE),
        (act(date(2027, 1, 1), same_place=True), BillingVerdict.NO, BillingReason.SAME_PLACE),
    ],
)
def test_what_is_not_known_is_to_be_checked_and_never_guessed(
    what: Act, verdict: BillingVerdict, why: BillingReason
) -> None:
    mark = only(what)
    assert (mark.verdict, mark.why, mark.amount) == (verdict, why, None)


def test_four_a_year_for_one_person_each_way_and_again_in_another_year() -> None:
    of_her = [act(date(2025, month, 1)) for month in range(1, 7)]
    others = [act(date(2025, 6, 1), patient=uuid4()), act(date(2025, 6, 2), asked=True)]
    found = marks([*of_her, *others], load_rates())
    assert [mark.why for mark in found].count(BillingReason.LIMIT) == 2
    assert all(mark.act.patient_id == PATIENT and mark.act.day >= date(2025, 5, 1) for mark in found if mark.why)
    assert only(act(date(2026, 1, 2))).verdict is BillingVerdict.YES


def test_two_files_for_one_day_are_refused(tmp_path: Path) -> None:
    text = (Path(load_rates.__code__.co_filename).parent / "rates" / "2026-01-01.toml").read_text(encoding="utf-8")
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    (tmp_path / "b.toml").write_text(text, encoding="utf-8")
    with pytest.raises(WrongFile, match="2026-01-01"):
        load_rates(tmp_path)
    (tmp_path / "b.toml").write_text(text.replace("valid_until = 2026", "valid_until = 2025"), encoding="utf-8")
    with pytest.raises(WrongFile, match=r"b\.toml: line \d+: valid_until: ends before it begins"):
        load_rates(tmp_path)
