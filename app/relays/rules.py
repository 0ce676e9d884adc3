"""Which part of a plan somebody keeps who leaves, when the rest begins, and who may be asked by her name. Plain values
in, plain values out."""

import enum
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


class WhyNot(enum.StrEnum):
    """Why somebody is not asked by her name."""

    OVER = "over"  # nobody is looked for
    UNWANTED = "unwanted"  # the patient refuses her, or the place where she works
    ASKER = "asker"  # it is she who asks, or her own service
    WAITING = "waiting"  # it is before her already
    ANSWERED = "answered"  # she said something of this plan
    UNREACHABLE = "unreachable"  # she cannot answer in Relais
    PAUSED = "paused"  # she takes no new requests for now


def why_not_asked(
    *, over: bool, unwanted: bool, asks: bool, waits: bool, answered: bool, reachable: bool, accepting: bool
) -> WhyNot | None:
    """The first thing that stands against asking her; none: she may be asked. What the patient wants comes before
    all that is said of herself."""
    reasons = (
        (over, WhyNot.OVER),
        (unwanted, WhyNot.UNWANTED),
        (asks, WhyNot.ASKER),
        (waits, WhyNot.WAITING),
        (answered, WhyNot.ANSWERED),
        (not reachable, WhyNot.UNREACHABLE),
        (not accepting, WhyNot.PAUSED),
    )
    return next((why for stands, why in reasons if stands), None)
