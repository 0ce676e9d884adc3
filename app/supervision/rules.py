"""What a coordinator's acts mean."""

from collections.abc import Sequence
from datetime import timedelta

from app.pathways.schema import Stage

RELAUNCHED_FOR = timedelta(hours=24)
"""How long a search may go on when a coordinator begins it again."""

DECISION_WAITS = timedelta(minutes=30)
"""How long a request may wait for a senior doctor before the coordinator sees it."""

WALL_LINES = 12
"""As many as a wall of 1080 lines holds at a height that is read from three metres."""


def farther(stages: Sequence[Stage], reached: int) -> int | None:
    """The next stage that asks the same profession farther out, beyond the one reached; none when there is none."""
    return next((n for n in range(reached + 1, len(stages)) if stages[n].kind == "near"), None)


def others(stages: Sequence[Stage], reached: int) -> int | None:
    """The stage that asks other professions, unless it was reached."""
    return next((n for n in range(reached + 1, len(stages)) if stages[n].kind == "other"), None)
