"""How a life is cut into years, months and days, and where each thing stands on its picture. Plain values in and out.

A picture is made of lanes, one for each kind of thing, and of slots from left to right: half months of a year, days of
a month, hours of a day. What lasts is a band; of marks that share a slot one is drawn, with their number.
"""

import enum
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.clock import paris
from app.happenings.rules import Happening, Went


class Lane(enum.StrEnum):
    """Kinds of things, as they stand below each other."""

    STAYS = "stays"
    CARE = "care"  # care that comes back: each plan a band, each passage a mark
    VISITS = "visits"
    REQUESTS = "requests"
    TALK = "talk"
    NOTES = "notes"
    DOCUMENTS = "documents"
    ASSESSMENTS = "assessments"
    LIFE = "life"


class Zoom(enum.StrEnum):
    YEAR = "year"
    MONTH = "month"
    DAY = "day"


FIRST_YEAR, LAST_YEAR = 1900, 2999
"""What an address may ask for."""


@dataclass(frozen=True)
class Span:
    """A year, a month or a day: the first and the last day of it."""

    zoom: Zoom
    first: date
    last: date

    @classmethod
    def of_year(cls, year: int) -> "Span":
        return cls(Zoom.YEAR, date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def of_month(cls, day: date) -> "Span":
        return cls(Zoom.MONTH, day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))

    @classmethod
    def of_day(cls, day: date) -> "Span":
        return cls(Zoom.DAY, day, day)

    @property
    def name(self) -> str:
        """As an address has it: `2026`, `2026-11`, `2026-11-29`."""
        return self.first.isoformat()[: {Zoom.YEAR: 4, Zoom.MONTH: 7, Zoom.DAY: 10}[self.zoom]]

    @property
    def larger(self) -> "Span | None":
        return {Zoom.YEAR: None, Zoom.MONTH: Span.of_year(self.first.year), Zoom.DAY: Span.of_month(self.first)}[
            self.zoom
        ]

    @property
    def before(self) -> "Span":
        return self._beside(self.first - timedelta(days=1))

    @property
    def after(self) -> "Span":
        return self._beside(self.last + timedelta(days=1))

    def _beside(self, day: date) -> "Span":
        made = {Zoom.YEAR: Span.of_year(day.year), Zoom.MONTH: Span.of_month(day), Zoom.DAY: Span.of_day(day)}
        return made[self.zoom]

    def has(self, day: date) -> bool:
        return self.first <= day <= self.last


def read_span(text: str, today: date) -> Span | None:
    """As an address names it; nothing said: this year. None: nothing that could be meant."""
    if not text:
        return Span.of_year(today.year)
    parts = text.split("-")
    if not all(part.isascii() and part.isdigit() for part in parts) or not 1 <= len(parts) <= 3:
        return None
    year, month, day = (*map(int, parts), *([1] * (3 - len(parts))))
    try:
        first = date(year, month, day)
    except ValueError:
        return None
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return None
    return [Span.of_year(year), Span.of_month(first), Span.of_day(first)][len(parts) - 1]


HOURS = {"morning": 8, "midday": 12, "evening": 19}
"""Where a passage stands on the picture of a day, which has a moment and no hour."""


def slots(span: Span) -> int:
    return {Zoom.YEAR: 24, Zoom.MONTH: span.last.day, Zoom.DAY: 24}[span.zoom]


def slot_of(span: Span, it: Happening) -> int:
    if span.zoom is Zoom.DAY:
        return paris(it.at).hour if it.at else HOURS.get(it.moment, 0)
    return int(_place(span, it.on))


def _place(span: Span, day: date) -> float:
    """How many slots before this day begins."""
    if span.zoom is Zoom.YEAR:
        middle, length = 15, monthrange(day.year, day.month)[1]
        half = (day.day - 1) / middle if day.day <= middle else 1 + (day.day - middle - 1) / (length - middle)
        return (day.month - 1) * 2 + half
    return day.day - 1 if span.zoom is Zoom.MONTH else 0


def closer(span: Span, day: date) -> Span | None:
    """What a mark of several opens: a month of a year, a day of a month; there is nothing smaller than a day."""
    return {Zoom.YEAR: Span.of_month(day), Zoom.MONTH: Span.of_day(day), Zoom.DAY: None}[span.zoom]


# ---- the picture: in points, as its viewBox has them

WIDTH, NAMES, LANE, BAND, TOP = 1000, 136, 44, 30, 34


@dataclass(frozen=True)
class LifeMark:
    """`number`: how many things share it; `it`: one of them, the first; `closer`: of several, what shows them apart."""

    x: float
    y: float
    number: int
    went: Went
    it: Happening
    closer: Span | None


@dataclass(frozen=True)
class Stretch:
    """`cut`: it began before the picture does; `open`: it goes on after it."""

    x: float
    y: float
    width: float
    it: Happening
    cut: bool
    open: bool


@dataclass(frozen=True)
class LaneDrawn:
    lane: Lane
    y: float
    height: float
    bands: list[Stretch]
    marks: list[LifeMark]


@dataclass(frozen=True)
class Picture:
    """`slot`: the width of one; `ticks`: where each word of the axis stands; `today`: where it is, if it is here."""

    height: float
    slot: float
    ticks: list[tuple[float, date, int]]
    today: float | None
    lanes: list[LaneDrawn]


def picture(told: Mapping[Lane, Sequence[Happening]], span: Span, today: date) -> Picture:
    """`told`: by lane, in the order of their days. A lane in which nothing happened is not drawn."""
    slot = (WIDTH - NAMES) / slots(span)
    lanes, y = [], float(TOP)
    for lane in Lane:
        if told.get(lane):
            drawn = _lane(lane, told[lane], span, y, slot)
            lanes.append(drawn)
            y += drawn.height
    here = NAMES + _place(span, today) * slot if span.has(today) and span.zoom is not Zoom.DAY else None
    return Picture(y, slot, _ticks(span, slot), here, lanes)


def _lane(lane: Lane, told: Sequence[Happening], span: Span, y: float, slot: float) -> LaneDrawn:
    bands, rows = _bands([each for each in told if each.until], span, y, slot)
    single = [each for each in told if not each.until]
    under = y + rows * BAND
    marks = _marks(single, span, under + LANE / 2, slot)
    return LaneDrawn(lane, y, max(rows * BAND + (LANE if marks else 0), LANE), bands, marks)


def _bands(lasting: Iterable[Happening], span: Span, y: float, slot: float) -> tuple[list[Stretch], int]:
    """Those at the same time stand below each other."""
    bands: list[Stretch] = []
    ends: list[date] = []
    for it in sorted(lasting, key=lambda each: each.on):
        until = it.until or it.on
        row = next((n for n, end in enumerate(ends) if end < it.on), len(ends))
        ends[row : row + 1] = [until]
        first, last = max(it.on, span.first), min(until, span.last)
        begins = _place(span, first)
        over = slots(span) if last == span.last else _place(span, last + timedelta(days=1))
        x, width = NAMES + begins * slot, max((over - begins) * slot, 6)
        bands.append(Stretch(x, y + row * BAND, width, it, it.on < span.first, until > span.last))
    return bands, len(ends)


def _marks(single: Iterable[Happening], span: Span, y: float, slot: float) -> list[LifeMark]:
    by_slot: dict[int, list[Happening]] = {}
    for it in single:
        by_slot.setdefault(slot_of(span, it), []).append(it)
    return [
        LifeMark(
            x=NAMES + (place + 0.5) * slot,
            y=y,
            number=len(together),
            went=went_together(each.went for each in together),
            it=together[0],
            closer=closer(span, together[0].on) if len(together) > 1 else None,
        )
        for place, together in sorted(by_slot.items())
    ]


def went_together(each: Iterable[Went]) -> Went:
    """What did not happen is never hidden behind what did; what is to come stands for all only where all is to come."""
    found = set(each)
    for went in (Went.MISSED, Went.DONE, Went.SAID):
        if went in found:
            return went
    return Went.PLANNED


def _ticks(span: Span, slot: float) -> list[tuple[float, date, int]]:
    """Each with its day, and its hour on the picture of a day."""
    if span.zoom is Zoom.YEAR:
        return [(NAMES + month * 2 * slot, date(span.first.year, month + 1, 1), 0) for month in range(12)]
    if span.zoom is Zoom.MONTH:
        return [(NAMES + n * slot, span.first + timedelta(days=n), 0) for n in range(span.last.day)]
    return [(NAMES + hour * slot, span.first, hour) for hour in range(0, 24, 3)]


def order(it: Happening) -> tuple[date, int, int, str]:
    """By day, then by hour: what has a moment stands where that begins, and what has neither at the beginning."""
    local = paris(it.at) if it.at else None
    return it.on, local.hour if local else HOURS.get(it.moment, -1), local.minute if local else 0, it.what
