"""Dates as people write them, read in one place for every field of the house.

`12/3/48`, `12 mars 1948`, `12031948`, `1948-03-12`, `1er mars 48`; and what is known of one: `03/1948`, `1948`.
"""

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Self

from app.language.phrases import gettext as _
from app.language.spelling import unmarked
from app.language.words import date_words

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
SHORTEST = 3
"""Letters of a month's name that tell it from the others; `jui` tells nothing."""

EARLIEST = 1000
"""Before that a year of four digits is a slip of the finger."""

FILLER = re.compile(r"^(?:(?:le|nee?|en|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)\s+)+")
APART = r"\s*[-/.,\s]\s*"
WRITTEN = (
    re.compile(rf"(?P<year>\d{{4}}){APART}(?P<month>\d{{1,2}})(?:{APART}(?P<day>\d{{1,2}}))?"),
    re.compile(rf"(?P<day>\d{{1,2}}){APART}(?P<month>\d{{1,2}}){APART}(?P<year>\d{{4}}|\d{{2}})"),
    re.compile(r"(?P<day>\d{1,2})(?:er)?[-/.\s]*(?P<name>[a-z]{3,9})[-/.\s]*(?P<year>\d{4}|\d{2})"),
    re.compile(r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)"),
    re.compile(r"(?P<day>\d\d)(?P<month>\d\d)(?P<year>\d\d)"),
    re.compile(rf"(?P<month>\d{{1,2}}){APART}(?P<year>\d{{4}})"),
    re.compile(r"(?P<month>\d\d)(?P<year>\d{4})"),
    re.compile(r"(?P<name>[a-z]{3,9})[-/.\s]*(?P<year>\d{4})"),
    re.compile(r"(?P<year>\d{4})"),
)
"""Each a way to write one, the likeliest first: `19480312` is no day of month 48, so the next way is tried."""

DAY_AND_MONTH = re.compile(rf"\d{{1,2}}(?:er)?(?:{APART}\d{{1,2}}|\s*[a-z]{{3,9}})")


class WrongDate(ValueError):
    """No such date; in words for whoever wrote it. `is_precise`: they say what is wrong, not only that it is none."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words or _("Écrivez une date."))
        self.is_precise = bool(words)


@dataclass(frozen=True, order=True)
class PartialDate:
    """What is known of a date: the year, maybe the month, maybe the day (FHIR `date`). 0: not known."""

    year: int
    month: int = 0
    day: int = 0

    @classmethod
    def of(cls, whole: date) -> Self:
        return cls(whole.year, whole.month, whole.day)

    @classmethod
    def parse(cls, iso: str) -> Self:
        """From `1948-03-12`, `1948-03` or `1948`, as `iso` writes it."""
        return cls(*(int(part) for part in iso.split("-")))

    @property
    def iso(self) -> str:
        parts = f"{self.year:04d}", f"{self.month:02d}" if self.month else "", f"{self.day:02d}" if self.day else ""
        return "-".join(filter(None, parts))

    @property
    def written(self) -> str:
        """`12/03/1948`, `03/1948`, `1948`, as `read_date` reads it again."""
        return "/".join(reversed(self.iso.split("-")))

    @property
    def whole(self) -> date | None:
        """None as long as something is not known."""
        return date(self.year, self.month, self.day) if self.day else None

    @property
    def first(self) -> date:
        """The earliest day that it may be."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The latest day that it may be."""
        month = self.month or 12
        return date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def may_be(self, other: Self) -> bool:
        """Can both be the same day?"""
        return self.first <= other.last and other.first <= self.last


def read_day(text: str, today: date, *, past: bool = False) -> date:
    """A whole date. `past`: of two digits, the latest year that is not to come; otherwise the nearest one.

    Raises `WrongDate`.
    """
    read = read_date(text, today, past=past)
    if read.whole is None:
        raise WrongDate(_("Il manque le jour.") if read.month else _("Il manque le jour et le mois."))
    return read.whole


def read_date(text: str, today: date, *, past: bool = False) -> PartialDate:
    """What is known of a date; `past` and what is raised as in `read_day`."""
    written = FILLER.sub("", simplified(text))
    wrong = WrongDate()
    for way in WRITTEN:
        found = way.fullmatch(written)
        if found is None:
            continue
        try:
            return _checked(found.groupdict(), today, past)
        except WrongDate as why:  # The first way that it fits is the one that was meant.
            wrong = wrong if wrong.is_precise else why
    if DAY_AND_MONTH.fullmatch(written):
        wrong = WrongDate(_("Il manque l'année."))
    raise wrong


def simplified(text: str) -> str:
    """Digits of any script as ours, letters without case or accents, marks that nobody sees left out."""
    plain = unmarked(unicodedata.normalize("NFKC", text))
    plain = "".join(str(unicodedata.digit(c)) if c.isdigit() else c for c in plain)
    return re.sub(r"[‐-―−]", "-", plain)


def _checked(written: dict[str, str | None], today: date, past: bool) -> PartialDate:
    day, month = int(written.get("day") or 0), int(written.get("month") or 0)
    if name := written.get("name"):
        month = month_named(name)
    elif written.get("month") is not None and not 1 <= month <= 12:
        raise WrongDate(_("Il n'y a pas de mois %(n)s.", n=month))
    year = _year(written["year"] or "", (month, day), today, past)
    if year < EARLIEST:
        raise WrongDate(_("Vérifiez l'année."))
    if written.get("day") is None:
        return PartialDate(year, month)
    longest = calendar.monthrange(year, month)[1]
    if not 1 <= day <= longest:
        if (day, month) == (29, 2):
            raise WrongDate(_("Février n'a pas de 29 cette année-là."))
        named = date_words(date(year, month, 1), "MMMM").capitalize()
        raise WrongDate(_("%(month)s n'a pas de %(day)s.", month=named, day=day))
    return PartialDate(year, month, day)


def month_named(name: str) -> int:
    """By its name or the beginning of it, as `simplified` has it. Raises `WrongDate`."""
    found = [number for number, each in enumerate(MONTHS, 1) if unmarked(each).startswith(name)]
    if len(name) < SHORTEST or len(found) != 1:
        raise WrongDate(_("« %(name)s » n'est pas un mois.", name=name))
    return found[0]


def _year(digits: str, month_and_day: tuple[int, int], today: date, past: bool) -> int:
    if len(digits) == 4:
        return int(digits)
    year = today.year - today.year % 100 + int(digits)
    if past:
        return year - 100 if (year, *month_and_day) > (today.year, today.month, today.day) else year
    return min((year - 100, year, year + 100), key=lambda each: (abs(each - today.year), -each))
