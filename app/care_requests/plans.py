"""A plan of visits, in words and as weeks. Plain values in, plain values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from babel.dates import format_date

from app.care_requests.rules import MOMENTS, Visit
from app.core.words import count

THE = {"morning": "le matin", "midday": "à midi", "evening": "le soir"}
EACH = {"morning": "chaque matin", "midday": "chaque midi", "evening": "chaque soir"}
BARE = {"morning": "matin", "midday": "midi", "evening": "soir"}


def in_words(visits: Sequence[Visit]) -> str:
    """`10 passages, chaque matin, jusqu'au 6 décembre`; empty when there is no plan."""
    if not visits:
        return ""
    days = sorted({visit.day for visit in visits})
    moments = {day: [m for m in MOMENTS if Visit(day, m) in set(visits)] for day in days}
    same = moments[days[0]] if all(moments[day] == moments[days[0]] for day in days) else []
    said = [count(len(visits), "passage"), *_rhythm(days, same)]
    return ", ".join([*said, f"le {_date(days[0])}" if len(days) == 1 else f"jusqu'au {_date(days[-1])}"])


def _rhythm(days: Sequence[date], moments: Sequence[str]) -> list[str]:
    """How often, then at which moments of the day; `moments` is empty when they differ from day to day."""
    when = _moments(moments)
    if len(days) == 1:
        return [when]
    every = {(after - before).days for before, after in pairwise(days)}
    if every == {1} or _all_but_weekends(days):
        but = "" if every == {1} else " sauf le week-end"
        return [EACH[moments[0]] + but] if len(moments) == 1 else [f"chaque jour{but}", when]
    return [f"tous les {every.pop()} jours" if len(every) == 1 else "certains jours", when]


def _moments(moments: Sequence[str]) -> str:
    if not moments:
        return "à des moments différents"
    if len(moments) == 1:
        return THE[moments[0]]
    *first, last = (BARE[moment] for moment in moments)
    return f"{', '.join(first)} et {last}"


def _all_but_weekends(days: Sequence[date]) -> bool:
    between = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1))
    return len(days) > 1 and list(days) == [day for day in between if day.weekday() < 5]


def _date(day: date) -> str:
    words = str(format_date(day, "d MMMM", locale="fr"))
    return words.replace("1 ", "1er ", 1) if day.day == 1 else words


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday on; `rows`: of each moment that the plan uses, on which of the days there is a visit."""

    monday: date
    days: tuple[date, ...]
    rows: tuple[tuple[str, tuple[bool, ...]], ...]


def weeks(visits: Sequence[Visit]) -> list[Week]:
    """The plan as a calendar shows it."""
    planned = set(visits)
    used = [moment for moment in MOMENTS if any(visit.moment == moment for visit in planned)]
    mondays = sorted({visit.day - timedelta(days=visit.day.weekday()) for visit in planned})
    made = []
    for monday in mondays:
        days = tuple(monday + timedelta(days=n) for n in range(7))
        rows = tuple((moment, tuple(Visit(day, moment) in planned for day in days)) for moment in used)
        made.append(Week(monday, days, rows))
    return made
