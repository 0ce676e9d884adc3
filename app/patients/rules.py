"""Decisions about identity, from plain values."""

import re
from datetime import date

from app.core.language import gettext as _
from app.organizations.spelling import unmarked, visible

BIRTH_DATE = re.compile(r"^\s*(\d{1,2})[\s./-]?(\d{2})[\s./-]?(\d{4})\s*(.*)$", re.DOTALL)


def age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def age_band(years: int) -> str:
    """What may be shown before acceptance: enough to judge the care, not enough to know the person (FACTS 4.6)."""
    if years < 1:
        return _("nourrisson")
    for limit, band in (
        (3, _("1 à 2 ans")),
        (12, _("enfant")),
        (18, _("adolescent")),
        (40, _("18 à 39 ans")),
        (60, _("40 à 59 ans")),
    ):
        if years < limit:
            return band
    return _("60 à 74 ans") if years < 75 else _("75 à 89 ans") if years < 90 else _("90 ans et plus")


def parse_search(text: str) -> tuple[date, str] | None:
    """One field for both: `12031948 mar` or `12/03/1948` → (birth date, first letters); None when it is no date.

    Birth date first, then at most three letters of the name (national reference, FACTS 4.4).
    """
    match = BIRTH_DATE.match(text)
    if not match:
        return None
    try:
        born = date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return None
    return born, name_start(match[4])


def name_start(name: str) -> str:
    """The first three letters as `bare` has them: `lœu` and `loe` both begin Lœuillet."""
    return bare(name)[:3]


def bare(name: str) -> str:
    """A name as it is compared: its letters alone, without accents or case, ligatures taken apart."""
    return "".join(c for c in unmarked(name) if c.isalpha())


def same_person(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Two (birth name, given names), whole: the same birth name, and the same first given name."""
    named = bare(one[0])
    return named != "" and named == bare(other[0]) and not first_names(one[1]).isdisjoint(first_names(other[1]))


def first_names(given: str) -> set[str]:
    """What the first given name may be: `Jean Pierre` is Jean, or Jean-Pierre written without its hyphen."""
    words = [letters for word in re.split(r"[\s,]+", visible(given)) if (letters := bare(word))]
    return {"".join(words[:length]) for length in (1, 2)} - {""}
