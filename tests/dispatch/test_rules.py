"""What the search decides, without a database: a table of cases, then whatever hypothesis can think of."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.dispatch import rules
from app.dispatch.rules import USUAL, Ask, Candidate, GiveUp, Standing, Wait, Widen, next_move

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Policy:
    live_offers: int = 3
    radii_km: tuple[int, ...] = (5, 10, 20)
    usual_patience: timedelta = timedelta(minutes=20)
    offer_patience: timedelta = timedelta(minutes=30)
    stage_patience: timedelta = timedelta(minutes=30)


def person(number: int, km: float = 1.0) -> Candidate:
    return Candidate(UUID(int=1000 + number), UUID(int=number), km)


def minutes(number: float) -> datetime:
    return NOW + timedelta(minutes=number)


SOON, LATE = minutes(30), minutes(600)


def standing(stage=1, stage_ends_at=SOON, deadline=LATE, asked=(), live=()) -> Standing:
    people = frozenset(UUID(int=number) for number in asked)
    return Standing(stage, stage_ends_at, deadline, people, tuple(minutes(end) for end in live))


FOUR = [person(n) for n in range(1, 5)]

CASES = {
    "as many as the pathway says, best first": (
        standing(),
        FOUR,
        Ask(tuple(FOUR[:3]), minutes(30), minutes(30)),
    ),
    "a refusal is replaced at once": (
        standing(asked=(1, 2, 3), live=(20, 25)),
        FOUR,
        Ask((FOUR[3],), minutes(30), minutes(20)),
    ),
    "the usual professional alone, whoever else is near": (
        standing(stage=USUAL, stage_ends_at=minutes(20)),
        [person(1)],
        Ask((person(1),), minutes(50), minutes(20)),
    ),
    "enough are asked: wait for the first to end": (
        standing(asked=(1, 2, 3), live=(12, 25, 28)),
        FOUR,
        Wait(minutes(12)),
    ),
    "the patient's usual one keeps the offer while others are asked": (
        standing(stage=USUAL, stage_ends_at=NOW, asked=(1,), live=(30,)),
        [person(1)],
        Widen(1, minutes(30)),
    ),
    "nobody here at all: widen at no cost of time": (standing(), [], Widen(2, minutes(30))),
    "nobody new here, some still think: wait for the stage to end": (
        standing(asked=(1,), live=(45,)),
        [person(1)],
        Wait(minutes(30)),
    ),
    "the stage is over and there is room: widen": (
        standing(stage_ends_at=NOW, asked=(1,), live=(10,)),
        [person(1)],
        Widen(2, minutes(30)),
    ),
    "the last ring, some still think: wait": (
        standing(stage=3, stage_ends_at=NOW, asked=(1,), live=(10,)),
        [person(1)],
        Wait(minutes(10)),
    ),
    "the last ring, nobody left": (standing(stage=3, asked=(1,)), [person(1)], GiveUp()),
    "the time is up, whoever is left": (standing(deadline=NOW), FOUR, GiveUp()),
    "an offer never outlives the deadline": (
        standing(deadline=minutes(7)),
        [person(1)],
        Ask((person(1),), minutes(7), minutes(7)),
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_table(case: str) -> None:
    where, candidates, expected = CASES[case]
    assert next_move(Policy(), where, candidates, NOW) == expected


def test_the_first_stage_is_the_usual_one_only_when_there_is_one() -> None:
    assert rules.first_stage(Policy(), has_usual=True, now=NOW) == Widen(USUAL, minutes(20))
    assert rules.first_stage(Policy(), has_usual=False, now=NOW) == Widen(1, minutes(30))


def test_the_reason_for_asking_is_said() -> None:
    assert rules.rank_line(person(1, 3.0), "3,0 km") == "parmi les plus proches, à 3,0 km"
    assert "habituel" in rules.rank_line(Candidate(UUID(int=1), UUID(int=2), 3.0, usual=True), "3,0 km")


@dataclass
class Search:
    """One search played to its end: people refuse, take their time, or never answer."""

    policy: Policy
    rings: list[list[Candidate]]
    answers: dict[UUID, float | None]  # minutes until the refusal; none: never
    deadline: datetime
    has_usual: bool
    now: datetime = NOW
    live: dict[UUID, tuple[datetime, datetime | None]] = field(default_factory=dict)  # ends, refuses at
    asked: set[UUID] = field(default_factory=set)
    widened: int = 0

    def play(self) -> None:
        stage = rules.first_stage(self.policy, has_usual=self.has_usual, now=self.now)
        for _ in range(500):
            move = next_move(self.policy, self._standing(stage), self._candidates(stage.stage), self.now)
            if isinstance(move, GiveUp):
                return
            if isinstance(move, Widen):
                assert move.stage == stage.stage + 1
                assert move.ends_at > self.now
                self.widened += 1
                stage = move
                continue
            if isinstance(move, Ask):
                self._ask(move, stage.stage)
            # At once only after asking someone when the stage is over: there may be room for a wider one.
            assert move.come_back_at > self.now or (isinstance(move, Ask) and stage.ends_at <= self.now)
            assert move.come_back_at <= self.deadline
            self._wait(move.come_back_at)
        raise AssertionError("the search never ends")

    def _standing(self, stage: Widen) -> Standing:
        ends = tuple(end for end, _ in self.live.values())
        return Standing(stage.stage, stage.ends_at, self.deadline, frozenset(self.asked), ends)

    def _candidates(self, stage: int) -> list[Candidate]:
        if stage == USUAL:
            return self.rings[0][:1]
        return sorted((c for ring in self.rings[:stage] for c in ring), key=lambda c: c.km)

    def _ask(self, move: Ask, stage: int) -> None:
        assert move.candidates
        assert self.now < move.until <= self.deadline
        for candidate in move.candidates:
            assert candidate.practitioner_id not in self.asked, "asked twice"
            self.asked.add(candidate.practitioner_id)
            after = self.answers.get(candidate.practitioner_id)
            refuses_at = None if after is None else self.now + timedelta(minutes=after)
            self.live[candidate.practitioner_id] = (move.until, refuses_at)
        assert len(self.live) <= max(1, self.policy.live_offers)
        if stage == USUAL:
            assert len(self.live) == 1

    def _wait(self, until: datetime) -> None:
        """Until then, or until the first refusal: it makes the search due at once."""
        refusals = [at for _, at in self.live.values() if at is not None and at <= until]
        self.now = max(self.now, min([until, *refusals]))
        self.live = {
            who: (end, at) for who, (end, at) in self.live.items() if end > self.now and (at is None or at > self.now)
        }


@st.composite
def searches(draw: st.DrawFn) -> Search:
    radii = draw(st.lists(st.integers(1, 100), min_size=1, max_size=4, unique=True).map(sorted))
    policy = Policy(
        live_offers=draw(st.integers(1, 8)),
        radii_km=tuple(radii),
        usual_patience=timedelta(minutes=draw(st.integers(1, 60))),
        offer_patience=timedelta(minutes=draw(st.integers(1, 90))),
        stage_patience=timedelta(minutes=draw(st.integers(1, 90))),
    )
    sizes = draw(st.lists(st.integers(0, 12), min_size=len(radii), max_size=len(radii)))
    numbers = iter(range(1, 100))
    rings = [[person(next(numbers), float(ring)) for _ in range(size)] for ring, size in enumerate(sizes)]
    people = [c.practitioner_id for ring in rings for c in ring]
    patience = st.none() | st.floats(0.01, 120)
    answers = dict(zip(people, draw(st.lists(patience, min_size=len(people), max_size=len(people))), strict=True))
    deadline = NOW + timedelta(minutes=draw(st.integers(1, 2880)))
    return Search(policy, rings, answers, deadline, has_usual=bool(rings[0]) and draw(st.booleans()))


@given(searches())
def test_every_search_ends_with_everyone_asked_or_the_time_up(search: Search) -> None:
    search.play()
    assert search.widened <= len(search.policy.radii_km)
    everyone = {c.practitioner_id for ring in search.rings for c in ring}
    assert search.now >= search.deadline or search.asked == everyone
