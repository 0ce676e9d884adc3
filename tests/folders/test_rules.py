"""The life of a folder as plain values."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.folders.rules import (
    FOLDER_TRANSITIONS,
    LEVELS,
    RUNNING_FOLDER,
    FolderState,
    FolderVerb,
    MemberState,
    Seat,
    is_forgotten,
    is_possible_review,
    may_be_proposed,
    may_begin,
    review_by_default,
)

YES, ASKED, NO, NAMED = MemberState.ACCEPTED, MemberState.ASKED, MemberState.DECLINED, MemberState.NAMED


def test_it_goes_from_a_draft_to_its_end_and_comes_back_from_a_pause() -> None:
    state = FolderState.DRAFT
    for verb in ("propose", "open", "pause", "resume", "close"):
        after = FOLDER_TRANSITIONS.get((state, FolderVerb(verb)))
        assert after is not None, verb
        state = after
    assert state is FolderState.CLOSED
    assert all(FOLDER_TRANSITIONS.get((state, verb)) is None for verb in FolderVerb)


@pytest.mark.parametrize("state", sorted(RUNNING_FOLDER))
def test_the_person_may_object_as_long_as_it_runs(state: FolderState) -> None:
    assert FOLDER_TRANSITIONS.get((state, FolderVerb.OBJECT)) is FolderState.OBJECTED


def test_nothing_leads_out_of_what_ended() -> None:
    ended = {FolderState.CLOSED, FolderState.OBJECTED}
    assert not [way for way in FOLDER_TRANSITIONS if way[0] in ended]


@pytest.mark.parametrize(
    ("team", "begins"),
    [
        ([], False),
        ([Seat(YES, True)], False),
        ([Seat(YES, True), Seat(ASKED, False)], False),
        ([Seat(YES, True), Seat(NO, False)], False),
        ([Seat(ASKED, True), Seat(YES, False), Seat(YES, False)], False),
        ([Seat(YES, True), Seat(YES, False)], True),
    ],
)
def test_silence_is_never_a_yes(team: list[Seat], begins: bool) -> None:
    assert may_begin(team) is begins


def test_a_team_is_chosen_before_it_is_asked() -> None:
    assert not may_be_proposed([Seat(NAMED, True)])
    assert not may_be_proposed([Seat(NAMED, False), Seat(YES, False)])
    assert may_be_proposed([Seat(NAMED, True), Seat(NAMED, False)])


def test_the_more_complex_the_sooner_it_is_looked_at_again() -> None:
    today = date(2026, 11, 29)
    days = [review_by_default(level, today) for level in LEVELS]
    assert days == sorted(days, reverse=True)
    assert all(is_possible_review(day, today) for day in days)
    assert not is_possible_review(today, today)
    assert not is_possible_review(today + timedelta(days=400), today)


def test_a_draft_that_nobody_goes_on_with_keeps_nobody_away() -> None:
    begun = datetime(2026, 11, 1, tzinfo=UTC)
    assert not is_forgotten(begun, begun + timedelta(days=6))
    assert is_forgotten(begun, begun + timedelta(days=7))
