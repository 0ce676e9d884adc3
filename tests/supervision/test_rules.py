"""What a coordinator is offered first."""

import pytest

from app.supervision.rules import Move, promising

ALL = [Move.CALL, Move.RELAUNCH, Move.WIDER, Move.OTHERS, Move.MOMENT]


@pytest.mark.parametrize(
    ("answers", "first"),
    [
        ({"far": 4, "full": 2}, Move.WIDER),
        ({"skill": 3, "silent": 1}, Move.OTHERS),
        ({"hours": 1}, Move.MOMENT),
        ({"full": 3, "far": 1}, Move.CALL),  # Nothing that can be asked for mends it: people are called.
        ({"far": 2, "skill": 2}, Move.CALL),  # No reason stands out.
        ({}, Move.CALL),
    ],
)
def test_the_most_frequent_reason_says_what_to_do_first(answers: dict[str, int], first: Move) -> None:
    offered = promising(ALL, answers)
    assert offered[0] is first
    assert [move for move in offered if move is not first] == [move for move in ALL if move is not first]


def test_what_cannot_be_done_is_not_put_first() -> None:
    assert promising([Move.CALL, Move.RELAUNCH], {"far": 5}) == [Move.CALL, Move.RELAUNCH]
