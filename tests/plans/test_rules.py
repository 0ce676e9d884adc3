"""Versions, two edits at once, and what is late: whatever is typed, nothing is lost."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.plans import rules
from app.plans.rules import (
    BECOMES,
    EVERY,
    FIRST,
    OVER,
    ActionStep,
    AwaitedAction,
    PartChange,
    PartOfPlan,
    PartState,
    PlanKind,
    PlanVerb,
    differences,
    meet,
    next_due,
    next_step,
    plan_at,
)

NAMES = st.sampled_from(("words", "criterion", "due", "owner"))
CONTENT = st.dictionaries(NAMES, st.sampled_from(("a", "b", "c")))
NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)


def wish(which: int, content: dict[str, str], number: int) -> PartOfPlan:
    return PartOfPlan(UUID(int=which), PlanKind.WISH, None, which, PartState.STANDING, content, number)


@st.composite
def histories(draw: st.DrawFn) -> list[PartChange]:
    """Changes of up to four parts, numbered as the plan does."""
    lines = draw(st.lists(st.tuples(st.integers(0, 3), CONTENT, st.sampled_from(list(PlanVerb))), max_size=12))
    return [
        PartChange(
            number, verb, PartOfPlan(UUID(int=which), PlanKind.WISH, None, which, PartState.STANDING, content, number)
        )
        for number, (which, content, verb) in enumerate(lines, 1)
    ]


@given(histories())
def test_every_version_can_be_read_again(changes: list[PartChange]) -> None:
    latest = plan_at(changes, len(changes))
    for change in changes:
        assert plan_at(changes, change.number)[change.part.id] == change.part
        found = rules.before(changes, change)
        assert found == plan_at(changes[: change.number - 1], change.number).get(change.part.id)
    assert {part.version for part in latest.values()} <= {change.number for change in changes}
    assert plan_at(reversed(changes), len(changes)) == latest
    assert plan_at(changes, 0) == {}


@given(histories(), st.integers(0, 12))
def test_a_version_never_changes_by_what_comes_after(changes: list[PartChange], number: int) -> None:
    assert plan_at(changes, number) == plan_at(changes[:number], number)


@given(CONTENT, CONTENT, CONTENT)
def test_two_edits_lose_nothing(was: dict[str, str], theirs: dict[str, str], mine: dict[str, str]) -> None:
    met = meet(was, theirs, mine)
    clashing = {each.name: each for each in met.clashes}
    for name in was | theirs | mine:
        before, his, hers = was.get(name, ""), theirs.get(name, ""), mine.get(name, "")
        now = met.content.get(name, "")
        if name in clashing:
            assert (clashing[name].theirs, clashing[name].mine, clashing[name].was) == (his, hers, before)
            kept = (his, hers) if name in rules.WORDS else (hers or his,)
            assert all(said in now for said in kept)
        else:
            assert now == (hers if hers != before else his)
            # What either of them wrote stands there, unless both say the same.
            assert his in (before, now)
            assert hers in (before, now)


@given(CONTENT, CONTENT, CONTENT)
def test_it_does_not_matter_who_is_first(was: dict[str, str], one: dict[str, str], two: dict[str, str]) -> None:
    here, there = meet(was, one, two), meet(was, two, one)
    clashing = {each.name for each in here.clashes}
    assert clashing == {each.name for each in there.clashes}
    assert {k: v for k, v in here.content.items() if k not in clashing} == {
        k: v for k, v in there.content.items() if k not in clashing
    }


@given(CONTENT, CONTENT)
def test_nobody_clashes_alone(was: dict[str, str], mine: dict[str, str]) -> None:
    assert meet(was, was, mine).content == {name: words for name, words in mine.items() if words}
    assert not meet(was, was, mine).clashes
    assert not meet(was, mine, mine).clashes
    assert {each.name for each in differences(was, mine)} == {
        name for name in was | mine if was.get(name, "") != mine.get(name, "")
    }


def test_every_state_of_a_kind_leads_somewhere_and_comes_back() -> None:
    for (kind, state), wanted in BECOMES.items():
        assert wanted, (kind, state)
        for each in wanted:
            assert (kind, each) in BECOMES
        if state in OVER:
            assert wanted == {FIRST[kind]}
    assert {kind for kind, _state in BECOMES} == set(PlanKind)
    assert {state for _kind, state in BECOMES} == set(PartState)


@pytest.mark.parametrize(
    ("kind", "state", "field", "anew"),
    [
        (PlanKind.OBJECTIVE, PartState.AGREED, "criterion", True),
        (PlanKind.OBJECTIVE, PartState.AGREED, "told", False),
        (PlanKind.OBJECTIVE, PartState.REACHED, "words", False),
        (PlanKind.ACTION, PartState.ACCEPTED, "owner", True),
        (PlanKind.ACTION, PartState.ACCEPTED, "every", False),
        (PlanKind.PROBLEM, PartState.STANDING, "words", False),
    ],
)
def test_who_changes_what_was_agreed_proposes_anew(kind: PlanKind, state: PartState, field: str, anew: bool) -> None:
    assert rules.begins_anew(kind, state, {"words": "a"}, {"words": "a", field: "z"}) is anew


AWAITED = st.builds(
    AwaitedAction,
    state=st.sampled_from(sorted(state for kind, state in BECOMES if kind is PlanKind.ACTION)),
    due=st.none() | st.dates(date(2026, 11, 1), date(2027, 2, 1)),
    asked_at=st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 31), timezones=st.just(UTC)),
    over_elsewhere=st.booleans(),
)


@given(AWAITED)
def test_an_action_is_heard_of_once_a_step_and_never_after_its_end(awaited: AwaitedAction) -> None:
    said: list[ActionStep] = []
    times: list[datetime] = []
    while step := next_step(
        AwaitedAction(awaited.state, awaited.due, awaited.asked_at, frozenset(said), awaited.over_elsewhere)
    ):
        times.append(step[0])
        said.append(step[1])
    assert len(said) == len(set(said))
    assert times == sorted(times)
    if awaited.state in OVER or awaited.over_elsewhere:
        assert not said
    else:
        assert (ActionStep.SILENT in said) is (awaited.state is PartState.PROPOSED)
        climbs = [ActionStep.LATE, ActionStep.CLIMBED] if awaited.due else []
        assert [each for each in said if each is not ActionStep.SILENT] == climbs


def test_the_day_itself_is_not_late_and_the_owner_hears_first() -> None:
    due = date(2026, 12, 1)
    assert not rules.is_late(PartState.ACCEPTED, due, due)
    assert rules.is_late(PartState.ACCEPTED, due, date(2026, 12, 2))
    assert not rules.is_late(PartState.DONE, due, date(2026, 12, 2))
    accepted = AwaitedAction(PartState.ACCEPTED, due, NOW)
    late_at, step = next_step(accepted) or (NOW, None)
    assert (late_at.isoformat(), step) == ("2026-12-02T08:00:00+01:00", ActionStep.LATE)
    climbs_at, step = next_step(AwaitedAction(PartState.ACCEPTED, due, NOW, frozenset({ActionStep.LATE}))) or (
        NOW,
        None,
    )
    assert (climbs_at - late_at, step) == (timedelta(days=2), ActionStep.CLIMBED)


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from(EVERY), st.integers(-40, 90))
def test_what_comes_again_is_due_in_the_future(due: date, every: str, after: int) -> None:
    done_on = due + timedelta(days=after)
    following = next_due(due, every, done_on)
    assert following > max(due, done_on)
    assert following - max(due, done_on) <= timedelta(days=31)


def test_a_month_later_is_the_same_day_or_the_last() -> None:
    assert next_due(date(2027, 1, 31), "month", date(2027, 1, 31)) == date(2027, 2, 28)
    assert next_due(date(2027, 1, 31), "month", date(2027, 3, 1)) == date(2027, 3, 31)
    assert next_due(date(2026, 12, 5), "week", date(2026, 12, 20)) == date(2026, 12, 26)


def test_what_is_done_leaves_an_agreement_as_it_is() -> None:
    part = PartOfPlan(UUID(int=1), PlanKind.ACTION, None, 1, PartState.PROPOSED, {}, 1)
    changes = [
        PartChange(1, PlanVerb.ADDED, part),
        PartChange(2, PlanVerb.BECAME, part),
        PartChange(3, PlanVerb.CHANGED, part),
    ]
    assert [rules.changes_since(changes, number) for number in (0, 1, 2, 3)] == [2, 1, 1, 0]
