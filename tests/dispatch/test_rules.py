"""What the search decides, without a database: a table of cases, and how patience and nearness are counted."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as but

from app.clock import PARIS
from app.directory.words import SKILLS
from app.dispatch import rules
from app.dispatch.rules import Ask, Candidate, GiveUp, SearchState, Wait, Widen, next_move
from app.language.phrases import kept, told
from app.language.typography import plain

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


USUAL = 0
HALF_AN_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class Stage:
    kind: str = "near"
    offers: int = 3
    km: int = 5
    patience: timedelta = HALF_AN_HOUR
    offer_patience: timedelta = HALF_AN_HOUR


CIRCLE = Stage("circle", 1, 0, timedelta(minutes=20), timedelta(minutes=50))


@dataclass(frozen=True)
class Policy:
    stages: tuple[Stage, ...] = (CIRCLE, Stage(km=5), Stage(km=10), Stage(km=20))
    hours: tuple[int, int] | None = None
    choice: str = "first"
    proposals: int = 3


def person(number: int, km: float = 1.0) -> Candidate:
    return Candidate(UUID(int=1000 + number), UUID(int=number), km)


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


SOON, LATE = minutes(30), minutes(600)


def state(stage=1, stage_ends_at=SOON, deadline=LATE, asked=(), live=()) -> SearchState:
    people = frozenset(UUID(int=number) for number in asked)
    return SearchState(stage, stage_ends_at, deadline, people, tuple(minutes(end) for end in live))


FOUR = [person(n) for n in range(1, 5)]

CASES = {
    "as many as the pathway says, best first": (
        state(),
        FOUR,
        Ask(tuple(FOUR[:3]), minutes(30), minutes(30)),
    ),
    "a refusal is replaced at once": (
        state(asked=(1, 2, 3), live=(20, 25)),
        FOUR,
        Ask((FOUR[3],), minutes(30), minutes(20)),
    ),
    "the usual professional alone, whoever else is near": (
        state(stage=USUAL, stage_ends_at=minutes(20)),
        [person(1)],
        Ask((person(1),), minutes(50), minutes(20)),
    ),
    "enough are asked: wait for the first to end": (
        state(asked=(1, 2, 3), live=(12, 25, 28)),
        FOUR,
        Wait(minutes(12)),
    ),
    "the patient's usual one keeps the offer while others are asked": (
        state(stage=USUAL, stage_ends_at=NOW, asked=(1,), live=(30,)),
        [person(1)],
        Widen(1, minutes(30)),
    ),
    "nobody here at all: widen at no cost of time": (state(), [], Widen(2, minutes(30))),
    "nobody new here, some still think: wait for the stage to end": (
        state(asked=(1,), live=(45,)),
        [person(1)],
        Wait(minutes(30)),
    ),
    "the stage is over and there is room: widen": (
        state(stage_ends_at=NOW, asked=(1,), live=(10,)),
        [person(1)],
        Widen(2, minutes(30)),
    ),
    "the last ring, some still think: wait": (
        state(stage=3, stage_ends_at=NOW, asked=(1,), live=(10,)),
        [person(1)],
        Wait(minutes(10)),
    ),
    "the last ring, nobody left": (state(stage=3, asked=(1,)), [person(1)], GiveUp()),
    "the time is up, whoever is left": (state(deadline=NOW), FOUR, GiveUp()),
    "an offer never outlives the deadline": (
        state(deadline=minutes(7)),
        [person(1)],
        Ask((person(1),), minutes(7), minutes(7)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_table(case: str) -> None:
    where, candidates, expected = CASES[case]
    assert next_move(Policy(), where, candidates, NOW) == expected


def test_the_search_begins_with_the_first_stage_and_without_a_usual_one_goes_on_at_once() -> None:
    assert rules.first_stage(Policy(), urgent=True, now=NOW) == Widen(USUAL, minutes(20))
    assert next_move(Policy(), state(stage=USUAL), [], NOW) == Widen(1, minutes(30))


def test_the_reason_for_asking_is_said() -> None:
    laden = but(person(1, 3.0), fits=(SKILLS["arabic"],), today=2, lately=4, answers=3, asked_at_this_hour=5)
    assert why(person(1, 3.0)) == "à 3 km, aucune alerte depuis 7 jours"
    assert why(laden) == (
        "à 3 km, Arabe, déjà prises aujourd'hui : 2, alertes en 7 jours : 4, répond 3 fois sur 5 à cette heure"
    )
    assert "habituel" in why(Candidate(UUID(int=1), UUID(int=2), 3.0, usual=True))


def why(candidate: Candidate) -> str:
    return plain(told(kept(*rules.rank_line(candidate))))


def paris(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "patience", "then"),
    [
        (paris(11, 24, 10), 30, paris(11, 24, 10, 30)),
        (paris(11, 24, 20, 50), 30, paris(11, 25, 7, 20)),
        (paris(11, 24, 3), 30, paris(11, 24, 7, 30)),
        (paris(11, 24, 23), 30, paris(11, 25, 7, 30)),
        (paris(11, 24, 7), 14 * 60, paris(11, 24, 21)),
        (paris(11, 24, 7), 14 * 60 + 1, paris(11, 25, 7, 1)),
        # The nights in which the clocks change are an hour shorter or longer, and nobody is asked in them.
        (paris(3, 28, 20, 30), 60, paris(3, 29, 7, 30)),
        (paris(10, 24, 20, 30), 60, paris(10, 25, 7, 30)),
    ],
)
def test_patience_counts_while_people_are_awake(now: datetime, patience: int, then: datetime) -> None:
    policy = replace(Policy(), hours=(7, 21))
    assert rules.later(policy, now, timedelta(minutes=patience), urgent=False) == then
    assert rules.later(policy, now, timedelta(minutes=patience), urgent=True) == now + timedelta(minutes=patience)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    st.integers(1, 10_000),
    st.integers(0, 21),
    st.integers(1, 23),
)
def test_patience_is_never_shortened(now: datetime, patience: int, opens: int, length: int) -> None:
    hours = (opens, min(23, opens + length))
    wait = timedelta(minutes=patience)
    then = rules.after_hours(now, wait, hours, PARIS)
    assert then >= now + wait
    assert hours[0] <= then.astimezone(PARIS).hour <= hours[1] or then == now + wait


def test_a_stage_that_has_nobody_costs_no_time() -> None:
    waiting = replace(state(stage=1, asked=(1,), live=(50,)), empty=True)
    assert next_move(Policy(), waiting, [person(1)], NOW) == Widen(2, minutes(30))


def test_enough_proposals_stop_the_asking_until_the_requester_picks() -> None:
    picks = replace(Policy(), choice="requester", proposals=2)
    assert next_move(picks, replace(state(asked=(1, 2)), proposals=2), FOUR, NOW) == Wait(minutes(30))
    assert next_move(picks, replace(state(asked=(1, 2)), proposals=1), FOUR, NOW) == Ask(
        tuple(FOUR[2:4]), minutes(30), minutes(30)
    )


class TestRank:
    """Near, able, not laden, not always the same, awake at this hour; each in kilometres."""

    @pytest.mark.parametrize(
        ("better", "worse"),
        [
            (person(1, 1.0), person(2, 2.0)),
            (but(person(1, 6.0), fits=("perfusions",), wants=1), but(person(2, 1.0), wants=1)),
            (person(1, 3.0), but(person(2, 1.0), today=5)),
            (person(1, 3.0), but(person(2, 1.0), lately=30)),
            (person(1, 2.5), but(person(2, 1.0), answers=0, asked_at_this_hour=5)),
            (but(person(2, 1.0), answers=0, asked_at_this_hour=2), person(1, 3.0)),  # too few to be a habit
        ],
    )
    def test_who_comes_first(self, better: Candidate, worse: Candidate) -> None:
        assert rules.ranked([worse, better]) == [better, worse]

    def test_alike_are_always_in_the_same_order(self) -> None:
        assert rules.ranked(FOUR) == rules.ranked(reversed(FOUR))
