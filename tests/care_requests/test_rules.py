"""The one table of what may follow what."""

import pytest

from app.care_requests.rules import OPEN, TAKEN, TRANSITIONS, State, Verb, follows
from app.care_requests.words import STATES, STEPS


@pytest.mark.parametrize("state", State)
def test_every_open_state_can_be_cancelled_and_a_closed_one_says_nothing_more(state: State) -> None:
    said = {verb for verb in Verb if follows(state, verb)}
    if state in OPEN:
        assert follows(state, Verb.CANCEL) is State.CANCELLED
    else:
        assert said == set()


def test_only_what_nobody_has_can_be_accepted() -> None:
    """Also late: a yes that comes when nobody answered is welcome."""
    assert [state for state in State if follows(state, Verb.ACCEPT)] == [State.SEARCHING, State.UNANSWERED]


def test_nothing_ends_in_silence() -> None:
    """From every open state a closed one can be reached, and from every failed search a human can begin again."""
    assert follows(State.SEARCHING, Verb.EXHAUST) is State.UNANSWERED
    assert follows(State.UNANSWERED, Verb.RELAUNCH) is State.SEARCHING
    assert follows(State.DRAFT, Verb.APPROVE) is State.SEARCHING
    reachable = {State.DRAFT}
    for _ in State:
        reachable |= {target for (source, _), target in TRANSITIONS.items() if source in reachable}
    assert reachable == set(State)


def test_whoever_took_it_may_give_it_back_until_the_care_began() -> None:
    given_back = {state for state in State if follows(state, Verb.WITHDRAW)}
    assert given_back == {State.ACCEPTED, State.SCHEDULED}
    assert all(follows(state, Verb.WITHDRAW) is State.SEARCHING for state in given_back)


def test_taken_states_are_those_that_someone_carries() -> None:
    assert {State.ACCEPTED, State.SCHEDULED, State.STARTED, State.DONE} == TAKEN


def test_every_state_and_every_step_has_its_words() -> None:
    assert STATES.keys() == set(State)
    assert {verb.value for verb in Verb} <= STEPS.keys()
