"""What worries, and in which order."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from app.care_requests.rules import State
from app.life.rules import CareFacts, Worry, failure_of, worry_of, worst_first
from app.passages.rules import PassageState

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Row:
    day: date
    state: PassageState
    moment: str = "morning"
    asked_at: datetime | None = None
    held: bool = False


def care(state: State, hours: float = 48, **more: object) -> CareFacts:
    return CareFacts(state, NOW + timedelta(hours=hours), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("facts", "worry"),
    [
        (care(State.UNANSWERED), Worry.UNANSWERED),
        (care(State.SEARCHING), None),
        (care(State.SEARCHING, hours=11), Worry.SOON),
        (care(State.SEARCHING, hours=12), None),
        (care(State.SEARCHING, hours=-1), Worry.SOON),
        (care(State.ACCEPTED, late=True), Worry.LATE),
        (care(State.STARTED, late=True), None),
        (care(State.SCHEDULED, declined=True), Worry.DECLINED),
        (care(State.STARTED, declined=True), None),
        (care(State.STARTED, delayed=True), Worry.DELAYED),
        (care(State.STARTED, failure=Worry.REFUSED), Worry.REFUSED),
        (care(State.SCHEDULED, declined=True, late=True), Worry.LATE),
        (care(State.STARTED, delayed=True, failure=Worry.MISSED_TWICE), Worry.MISSED_TWICE),
        (care(State.UNANSWERED, suspended=True), None),
    ],
)
def test_the_worst_of_one_need(facts: CareFacts, worry: Worry | None) -> None:
    assert worry_of(facts, NOW) is worry


def days(*states: PassageState, unsaid: int = 0) -> list[Row]:
    """One a day; the last `unsaid` of those planned were asked about."""
    first = date(2026, 11, 10)
    rows = [Row(first + timedelta(days=n), state) for n, state in enumerate(states)]
    return [
        *rows,
        *(Row(first + timedelta(days=len(rows) + n), PassageState.PLANNED, asked_at=NOW) for n in range(unsaid)),
    ]


P = PassageState


@pytest.mark.parametrize(
    ("passages", "failure"),
    [
        ([], None),
        (days(P.PLANNED), None),
        (days(P.DONE, P.PLANNED), None),
        (days(P.ABSENT, P.DONE), None),
        (days(P.DONE, P.ABSENT, P.PLANNED), Worry.ABSENT),
        (days(P.DONE, P.REFUSED), Worry.REFUSED),
        (days(P.DONE, P.OTHER), Worry.MISSED),
        (days(P.DONE, unsaid=1), Worry.UNNOTED),
        (days(P.REFUSED, P.ABSENT), Worry.MISSED_TWICE),
        (days(P.DONE, P.ABSENT, unsaid=1), Worry.MISSED_TWICE),
        (days(P.ABSENT, P.HOSPITALISED), None),
    ],
)
def test_what_the_last_passages_say(passages: list[Row], failure: Worry | None) -> None:
    assert failure_of(passages) is failure


def test_where_she_is_comes_first_and_paper_last() -> None:
    said = [Worry.TO_MEND, Worry.DECLINED, Worry.UNANSWERED, Worry.HOSPITAL]
    assert worst_first(said) == [Worry.HOSPITAL, Worry.UNANSWERED, Worry.DECLINED, Worry.TO_MEND]
