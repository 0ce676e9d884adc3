"""Many tales at once, each taking its turn when its time has come."""

from collections.abc import Generator, Iterable
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

Tale = Generator[datetime, datetime, None]
"""Yields when it wants to go on; is sent the present when it does."""


class Timeline:
    def __init__(self, tales: Iterable[Tale]) -> None:
        self._order = count()  # tales of the same instant go on in the order in which they asked
        self._turns: list[tuple[datetime, int, Tale]] = []
        for tale in tales:
            self._push(next(tale), tale)

    @property
    def next_at(self) -> datetime | None:
        """When the earliest tale wants to go on; None when all are told."""
        return self._turns[0][0] if self._turns else None

    def turn(self, now: datetime) -> None:
        """Let the earliest tale go on until it waits again."""
        _, _, tale = heappop(self._turns)
        try:
            self._push(tale.send(now), tale)
        except StopIteration:
            return

    def _push(self, at: datetime, tale: Tale) -> None:
        heappush(self._turns, (at, next(self._order), tale))
