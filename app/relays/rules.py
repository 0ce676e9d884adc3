"""Which part of a plan somebody keeps who leaves, and when the rest begins. Plain values in, plain values out."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.care_requests.rules import AHEAD, Rhythm, Visit

SHORTEST_SEARCH = timedelta(hours=24)
"""Who leaves today leaves time to find somebody: what cannot be done today is done tomorrow, by whoever is found."""

LATEST = timedelta(days=14)
"""How far ahead somebody says that she leaves."""


@dataclass(frozen=True)
class Parting:
    """`kept`: what she does still, or did; `rest`: what others do."""

    kept: Sequence[Visit]
    rest: Sequence[Visit]


def part(visits: Sequence[Visit], said: Collection[Visit], day: date, rhythm: Rhythm | None) -> Parting:
    """She stays until `day`; what was said of a passage stays hers. `rhythm`: of a series without an end, which goes on
    with the rest."""
    kept = [visit for visit in visits if visit.day < day or visit in said]
    rest = [visit for visit in visits if visit not in set(kept)]
    if rhythm and not rest:
        rest = list(rhythm.visits(day, day + AHEAD))
    return Parting(kept, rest)


def wanted(rest: Sequence[Visit], now: datetime, midnight: Callable[[date], datetime]) -> tuple[datetime, datetime]:
    """Between which instants the rest begins: on its first day, and never so soon that nobody could be found."""
    first = rest[0].day
    starts = max(now, midnight(first))
    return starts, max(midnight(first + timedelta(days=1)), now + SHORTEST_SEARCH)
