"""What a line of life shows: the picture, and the same as a list."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Self
from uuid import UUID

from flask import url_for

from app import clock
from app.accounts.models import Account
from app.core.htmx import Page
from app.core.ways import way
from app.happenings.rules import Happening, Opens
from app.language.phrases import gettext as _
from app.language.words import date_words, sentence, whole_hour
from app.life.line import known_since, line_of, reader_of
from app.life.picture import Lane, LifeMark, Picture, Span, Stretch, Zoom, order, picture
from app.life.words import LANES, SIGNS, WENT, lasted, span_words, told, turn_words, when
from app.patients.models import Patient

FIRST = 3
"""Lines of one day in the list of a month; the day has them all."""

Address = Callable[[Span], str]
"""Where another span of the same line is, for this reader."""


@dataclass(frozen=True)
class LivedLine:
    """One thing in the list. `went`: its state, for its shape, and the word of it; `url`: empty where it is not hers
    to open."""

    sign: str
    when: str
    what: str
    who: str
    went: str
    became: str
    url: str


@dataclass(frozen=True)
class LifePart:
    """What is listed together: a month of a year, a day of a month. `url`: the closer look; `note`: what there is, in
    numbers, where the lines are not shown; `more`: how many lines are left out."""

    title: str
    url: str
    note: str
    lines: list[LivedLine]
    more: int


@dataclass(frozen=True)
class Listed:
    """The line of life of one span, as a list. `lasting`: what lasted longer than a day."""

    title: str
    zoom: Zoom
    larger: tuple[str, str] | None
    before: tuple[str, str] | None
    after: tuple[str, str] | None
    lasting: list[LivedLine]
    parts: list[LifePart]

    @classmethod
    def of(
        cls,
        found: Mapping[Lane, Sequence[Happening]],
        span: Span,
        here: Address,
        opens: Callable[[Opens | None], str],
        since: date,
        today: date,
    ) -> Self:
        """`since`: nothing is looked for in years before."""

        def line(lane: Lane, it: Happening) -> LivedLine:
            about = lasted(it) if it.until else when(it)
            return LivedLine(SIGNS[lane], about, it.what, it.who, it.went.value, str(WENT[it.went]), opens(it.opens))

        told = [(lane, it) for lane, those in found.items() for it in those]
        told.sort(key=lambda each: order(each[1]))
        parts = {Zoom.YEAR: _months, Zoom.MONTH: _days, Zoom.DAY: _whole}[span.zoom]

        def beside(other: Span | None) -> tuple[str, str] | None:
            return (here(other), sentence(turn_words(other))) if other else None

        return cls(
            title=sentence(span_words(span)),
            zoom=span.zoom,
            larger=(here(larger), sentence(span_words(larger))) if (larger := span.larger) else None,
            before=beside(span.before if span.before.last.year >= since.year else None),
            after=beside(span.after if span.after.first.year <= today.year + 1 else None),
            lasting=[line(lane, it) for lane, it in told if it.until],
            parts=parts([each for each in told if not each[1].until], here, line),
        )


Told = Sequence[tuple[Lane, Happening]]
Drawn = Callable[[Lane, Happening], LivedLine]


def _months(told: Told, here: Address, _line: Drawn) -> list[LifePart]:
    """In numbers: a year has a thousand things."""
    parts = []
    for first, some in groupby(told, key=lambda each: each[1].on.replace(day=1)):
        numbers = Counter(lane for lane, _it in some)
        note = " · ".join(_("%(kind)s : %(n)s", kind=LANES[lane], n=numbers[lane]) for lane in Lane if lane in numbers)
        parts.append(LifePart(sentence(date_words(first, "MMMM")), here(Span.of_month(first)), note, [], 0))
    return parts


def _days(told: Told, here: Address, line: Drawn) -> list[LifePart]:
    parts = []
    for day, some in groupby(told, key=lambda each: each[1].on):
        those = list(some)
        shown = [line(*each) for each in those[:FIRST]]
        title = date_words(day, "EEE d")
        parts.append(LifePart(title, here(Span.of_day(day)), "", shown, max(len(those) - FIRST, 0)))
    return parts


def _whole(told: Told, _here: Address, line: Drawn) -> list[LifePart]:
    return [LifePart("", "", "", [line(*each) for each in told], 0)] if told else []


@dataclass(frozen=True)
class PictureDrawn:
    """`title`, `summary`: what it is, for who does not see it; `words`: of a mark or band, all of it; `leads`: where it
    leads, empty where nowhere."""

    it: Picture
    title: str
    summary: str
    ticks: list[tuple[float, str]]
    names: dict[Lane, str]
    leads: Callable[[LifeMark | Stretch], str]
    words: Callable[[LifeMark | Stretch], str]

    @classmethod
    def of(
        cls,
        found: Mapping[Lane, Sequence[Happening]],
        span: Span,
        here: Address,
        opens: Callable[[Opens | None], str],
        today: date,
    ) -> Self:
        drawn = picture(found, span, today)

        def leads(each: LifeMark | Stretch) -> str:
            nearer = getattr(each, "closer", None)
            return here(nearer) if nearer else opens(each.it.opens)

        numbers = [_("%(kind)s : %(n)s", kind=LANES[lane], n=len(found[lane])) for lane in Lane if lane in found]
        return cls(
            it=drawn,
            title=_("Ligne de vie, %(when)s", when=span_words(span)),
            summary=_("Le temps va de gauche à droite, une ligne par sorte. %(numbers)s.", numbers=", ".join(numbers)),
            ticks=[(x, _tick(span.zoom, day, hour)) for x, day, hour in drawn.ticks],
            names={lane: str(words) for lane, words in LANES.items()},
            leads=leads,
            words=words_of,
        )


def words_of(each: LifeMark | Stretch) -> str:
    number = getattr(each, "number", 1)
    if number == 1:
        return told(each.it)
    return sentence(_("%(n)s fois, dont : %(first)s", n=number, first=told(each.it)))


def _tick(zoom: Zoom, day: date, hour: int) -> str:
    if zoom is Zoom.DAY:
        return whole_hour(hour)
    return date_words(day, "MMM") if zoom is Zoom.YEAR else str(day.day)


@dataclass(frozen=True)
class LifePage(Page):
    """`drawn`: none where nothing happened; `kinds`: what may be shown alone, each with its address; `only`: the one
    that is."""

    template = "life/life.html"
    fragment = "life/_life.html"

    patient_id: UUID
    name: str
    here: str
    listed: Listed
    drawn: PictureDrawn | None
    kinds: list[tuple[str, str, bool]]
    only: str
    live_topics: list[str]

    @classmethod
    def about(cls, patient: Patient, account: Account, span: Span, only: Lane | None, now: datetime) -> Self:
        today = clock.paris(now).date()
        first = known_since(patient.id)
        found = line_of(patient.id, span, reader_of(patient.id, account), [only] if only else tuple(Lane))

        def at(other: Span, kind: Lane | None = only) -> str:
            return url_for("life.line", patient_id=patient.id, on=other.name, only=kind.value if kind else None)

        back = at(span)

        def opens(page: Opens | None) -> str:
            return address(page, back)

        since = clock.paris(first).date() if first else today
        kinds = [(at(span, lane), str(words), lane is only) for lane, words in LANES.items()]
        return cls(
            patient_id=patient.id,
            name=patient.name,
            here=back,
            listed=Listed.of(found, span, at, opens, since, today),
            drawn=PictureDrawn.of(found, span, at, opens, today) if found else None,
            kinds=[(at(span, None), _("Tout"), only is None), *kinds],
            only=str(LANES[only]) if only else _("Tout"),
            live_topics=[f"patient-{patient.id}"],
        )


LEADS_BACK = ("conversation", "document")
"""Pages that say where they were opened from."""


def address(page: Opens | None, back: str) -> str:
    if page is None:
        return ""
    return way(page.way, **page.values, **({"back": back} if page.way in LEADS_BACK else {}))
