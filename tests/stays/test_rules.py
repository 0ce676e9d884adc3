"""What may follow what, without a database."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from app.care_requests.rules import State, waits_for_return
from app.stays.rules import UNDO_WITHIN, Admission, admission, is_possible_death, is_possible_exit, may_undo

STAY, HERE, THERE = uuid4(), uuid4(), uuid4()
TODAY = date(2026, 11, 28)


@pytest.mark.parametrize(
    ("running", "here", "over", "said"),
    [
        (None, HERE, None, Admission.BEGINS),
        (None, None, None, Admission.BEGINS),
        ((STAY, HERE), HERE, None, Admission.ALREADY),
        ((STAY, None), None, None, Admission.ALREADY),
        ((STAY, THERE), HERE, None, Admission.ELSEWHERE),
        ((STAY, THERE), HERE, uuid4(), Admission.ELSEWHERE),  # it read of a stay that has ended since
        ((STAY, THERE), HERE, STAY, Admission.TRANSFER),
        ((STAY, None), HERE, None, Admission.TRANSFER),
        ((STAY, THERE), None, None, Admission.ELSEWHERE),
    ],
)
def test_one_is_in_one_place(
    running: tuple[UUID, UUID | None] | None, here: UUID | None, over: UUID | None, said: Admission
) -> None:
    assert admission(running, here, over, dead=False) is said
    assert admission(running, here, over, dead=True) is Admission.DEAD


@pytest.mark.parametrize(
    ("state", "profession", "asked_by", "ward", "waits"),
    [
        (State.SEARCHING, "nurse", THERE, HERE, True),
        (State.UNANSWERED, "nurse", THERE, HERE, True),
        (State.SCHEDULED, "nurse", THERE, None, True),
        (State.STARTED, "physiotherapist", THERE, HERE, True),
        (State.SCHEDULED, "nurse", HERE, HERE, False),
        (State.SEARCHING, "ward", THERE, HERE, False),
        (State.ACCEPTED, "maternity", THERE, HERE, False),
        (State.DRAFT, "doctor", THERE, HERE, False),
        (State.DONE, "nurse", THERE, HERE, False),
        (State.CANCELLED, "nurse", THERE, HERE, False),
    ],
)
def test_what_comes_to_her_in_town_waits(
    state: State, profession: str, asked_by: UUID, ward: UUID | None, waits: bool
) -> None:
    assert waits_for_return(state, profession, asked_by, ward) is waits


def test_days_that_can_be() -> None:
    day = timedelta(days=1)
    assert [is_possible_exit(TODAY + n * day, TODAY) for n in (-1, 0, 1, 365, 366)] == [False, True, True, True, False]
    assert [is_possible_death(TODAY + n * day, TODAY) for n in (-366, -365, 0, 1)] == [False, True, True, False]


def test_a_mistake_can_be_undone_for_two_days() -> None:
    said = datetime(2026, 11, 28, 9, tzinfo=UTC)
    assert may_undo(said, said + UNDO_WITHIN - timedelta(seconds=1))
    assert not may_undo(said, said + UNDO_WITHIN)
