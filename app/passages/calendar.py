"""A plan of visits as each door shows it: in words, as weeks of one person, as a table of whoever shares it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from app.care_requests.lines import RequestFacts
from app.care_requests.models import CareRequest
from app.care_requests.rules import MOMENTS, OPEN, TAKEN, State, Visit, read_visits
from app.care_requests.words import MOMENT_WORDS
from app.language.phrases import gettext as _
from app.language.phrases import later, ngettext
from app.language.words import date_words, listed

A_MONDAY = date(2026, 11, 23)

THE = {"morning": later("le matin"), "midday": later("à midi"), "evening": later("le soir")}
EACH = {"morning": later("chaque matin"), "midday": later("chaque midi"), "evening": later("chaque soir")}
EACH_BUT_WEEKENDS = {
    "morning": later("chaque matin sauf le week-end"),
    "midday": later("chaque midi sauf le week-end"),
    "evening": later("chaque soir sauf le week-end"),
}
BARE = {"morning": later("matin"), "midday": later("midi"), "evening": later("soir")}


def plan_in_words(visits: Sequence[Visit], review_on: date | None = None) -> str:
    """`10 passages, chaque matin, jusqu'au 6 décembre`; empty when there is no plan. `review_on`: of a series without
    an end: `chaque matin, à revoir le 6 décembre`."""
    if not visits:
        return ""
    days = sorted({visit.day for visit in visits})
    moments = {day: [m for m in MOMENTS if Visit(day, m) in set(visits)] for day in days}
    same = moments[days[0]] if all(moments[day] == moments[days[0]] for day in days) else []
    if review_on:
        return ", ".join([*map(str, _rhythm(days, same)), _reviewed(review_on)])
    said = [visits_counted(len(visits)), *_rhythm(days, same)]
    last = _("le %(date)s", date=_date(days[0])) if len(days) == 1 else _("jusqu'au %(date)s", date=_date(days[-1]))
    return listed([*said, last])


def _reviewed(day: date) -> str:
    return _("à revoir le %(date)s", date=_date(day))


def _rhythm(days: Sequence[date], moments: Sequence[str]) -> list[str]:
    """How often, then at which moments of the day; `moments` is empty when they differ from day to day."""
    when = _moments(moments)
    if len(days) == 1:
        return [when]
    every = {(after - before).days for before, after in pairwise(days)}
    if every == {1} or _all_but_weekends(days):
        if len(moments) == 1:
            return [(EACH if every == {1} else EACH_BUT_WEEKENDS)[moments[0]]]
        return [_("chaque jour") if every == {1} else _("chaque jour sauf le week-end"), when]
    if len(every) == 1:
        return [_("tous les %(n)s jours", n=every.pop()), when]
    return [_of_the_week(days) or _("certains jours"), when]


def _of_the_week(days: Sequence[date]) -> str:
    """`chaque jour sauf le dimanche`, `le lundi et le jeudi`; empty where weeks are not alike."""
    used = sorted({day.weekday() for day in days})
    between = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1))
    if list(days) != [day for day in between if day.weekday() in used] or (days[-1] - days[0]).days < 7:
        return ""
    if len(used) == 6:
        [never] = set(range(7)) - set(used)
        return _("chaque jour sauf le %(day)s", day=_weekday(never))
    *first, last = (_("le %(day)s", day=_weekday(day)) for day in used)
    return _("%(first)s et %(last)s", first=", ".join(first), last=last)


def _moments(moments: Sequence[str]) -> str:
    if not moments:
        return _("à des moments différents")
    if len(moments) == 1:
        return THE[moments[0]]
    *first, last = (BARE[moment] for moment in moments)
    return _("%(first)s et %(last)s", first=listed(first), last=last)


def _weekday(number: int) -> str:
    """`lundi`, as the language writes it within a sentence."""
    return date_words(A_MONDAY + timedelta(days=number), "EEEE")


def _all_but_weekends(days: Sequence[date]) -> bool:
    between = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1))
    return len(days) > 1 and list(days) == [day for day in between if day.weekday() < 5]


def _date(day: date) -> str:
    return date_words(day, "d MMMM")


def in_short(visits: Sequence[Visit], review_on: date | None = None) -> str:
    """While it is being written: `10 passages, jusqu'au dimanche 6 décembre`."""
    if review_on:
        return plan_in_words(visits, review_on).capitalize()
    last = date_words(visits[-1].day, "EEEE d MMMM")
    return _("%(visits)s, jusqu'au %(date)s", visits=visits_counted(len(visits)), date=last)


def visits_counted(number: int) -> str:
    return ngettext("%(num)s passage", "%(num)s passages", number)


def _used(visits: Iterable[Visit]) -> list[str]:
    """The moments of the day that the plan uses, in their order."""
    used = {visit.moment for visit in visits}
    return [moment for moment in MOMENTS if moment in used]


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday on; `rows`: of each moment that the plan uses, on which of the days there is a visit."""

    monday: date
    days: tuple[date, ...]
    rows: tuple[tuple[str, tuple[bool, ...]], ...]


def weeks(visits: Sequence[Visit]) -> list[Week]:
    """The plan as a calendar shows it."""
    planned = set(visits)
    used = _used(planned)
    mondays = sorted({visit.day - timedelta(days=visit.day.weekday()) for visit in planned})
    made = []
    for monday in mondays:
        days = tuple(monday + timedelta(days=n) for n in range(7))
        rows = tuple((moment, tuple(Visit(day, moment) in planned for day in days)) for moment in used)
        made.append(Week(monday, days, rows))
    return made


@dataclass(frozen=True)
class Cell:
    """One visit of a plan. `who`: initials, with `name`; both empty while nobody has it, or when it was `closed`.
    `outcome`: what became of it, `done`, `missed` or `held`, with the `words`; empty while it is to come."""

    who: str
    name: str
    closed: bool
    outcome: str = ""
    words: str = ""


@dataclass(frozen=True)
class Day:
    label: str
    cells: list[Cell | None]


@dataclass(frozen=True)
class Grid:
    """A plan as days and moments, whoever takes which part of it."""

    moments: list[str]
    days: list[Day]
    open: int
    total: int


Outcomes = Mapping[Visit, tuple[str, str]]
"""What became of visits: `done`, `missed` or `held`, and the words for it."""


def grid(parts: Sequence[CareRequest | RequestFacts], outcomes: Outcomes) -> Grid | None:
    """None for care that comes once. `parts`: the request and those its plan was shared with."""
    # What goes on hides what was stopped, and never otherwise.
    standing = sorted(parts, key=lambda part: part.state in OPEN)
    cells = {visit: _cell(part) for part in standing for visit in read_visits(part.visits)}
    cells |= {
        visit: replace(cells[visit], outcome=outcome, words=words)
        for visit, (outcome, words) in outcomes.items()
        if visit in cells
    }
    if not cells:
        return None
    moments = _used(cells)
    days = sorted({visit.day for visit in cells})
    return Grid(
        [MOMENT_WORDS[moment] for moment in moments],
        [Day(_day(day), [cells.get(Visit(day, moment)) for moment in moments]) for day in days],
        sum(not (cell.who or cell.closed) for cell in cells.values()),
        len(cells),
    )


def _cell(part: CareRequest | RequestFacts) -> Cell:
    performer = part.performer if part.state in TAKEN else None
    closed = part.state is State.CANCELLED
    return Cell(performer.initials, performer.name, closed) if performer else Cell("", "", closed)


def _day(day: date) -> str:
    return date_words(day, "EEE d MMM")
