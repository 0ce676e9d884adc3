"""What a coordinator's acts mean."""

import enum
from collections.abc import Mapping, Sequence
from datetime import timedelta

from app.pathways.schema import Stage

DECISION_WAITS = timedelta(minutes=30)
"""How long a request may wait for a senior doctor before the coordinator sees it."""

WALL_LINES = 12
"""As many as a wall of 1080 lines holds at a height that is read from three metres."""


class Move(enum.StrEnum):
    """What a coordinator may do for a search."""

    CALL = "call"
    RELAUNCH = "relaunch"
    WIDER = "wider"
    OTHERS = "others"
    MOMENT = "moment"


CALLED_FOR = {"far": Move.WIDER, "skill": Move.OTHERS, "hours": Move.MOMENT}
"""What a reason of refusal calls for, when it is the most frequent one."""


def promising(moves: Sequence[Move], answers: Mapping[str, int]) -> list[Move]:
    """These, and first what the most frequent reason calls for; unless it has an equal, or none of them answers it."""
    reasons = sorted(answers.items(), key=lambda each: -each[1])
    clear = reasons and (len(reasons) == 1 or reasons[0][1] > reasons[1][1])
    best = CALLED_FOR.get(reasons[0][0]) if clear else None
    return sorted(moves, key=lambda move: move is not best)


def farther(stages: Sequence[Stage], reached: int) -> int | None:
    """The next stage that asks the same profession farther out, beyond the one reached; none when there is none."""
    return next((n for n in range(reached + 1, len(stages)) if stages[n].kind == "near"), None)


def others(stages: Sequence[Stage], reached: int) -> int | None:
    """The stage that asks other professions, unless it was reached."""
    return next((n for n in range(reached + 1, len(stages)) if stages[n].kind == "other"), None)
