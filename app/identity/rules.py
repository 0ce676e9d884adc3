"""Decisions about identity, from plain values."""

from dataclasses import dataclass
from datetime import date

from app.identity.names import all_names, same_person
from app.language.dates import PartialDate
from app.language.phrases import gettext as _

OLDEST = 125
"""Nobody has lived so many years."""


@dataclass(frozen=True)
class Traits:
    """Whom somebody is, as far as it is compared. The five strict traits of the national reference (FACTS 4.4) first:
    `given_names` begins with the first; `sex`: F, M, I (not known); `birth_place`: INSEE code, 99999 when nobody knows.

    `birth_rank`: 1, 2… among twins, 0 for who was born alone; `phones` in E.164.
    """

    birth_name: str
    given_names: str
    birth_date: PartialDate
    sex: str
    birth_place: str
    name_used: str = ""
    given_name_used: str = ""
    birth_rank: int = 0
    phones: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        return all_names(self.birth_name, self.given_names, self.name_used, self.given_name_used)


def same_strict_traits(one: Traits, other: Traits) -> bool:
    """Do all five agree (national reference: birth name, first given name, birth date, sex, birthplace)? What is not
    known agrees with nothing."""
    known = other.birth_date.day > 0 and other.sex in ("F", "M") and other.birth_place != "99999"
    return (
        known
        and (one.birth_date, one.sex, one.birth_place) == (other.birth_date, other.sex, other.birth_place)
        and same_person((one.birth_name, one.given_names), (other.birth_name, other.given_names))
    )


def official_date(born: PartialDate) -> date:
    """The whole date that the national reference (RNIV 1) writes for one that is not known whole: the first day of the
    month when only the day lacks, the 31 December when the month lacks too."""
    return born.first if born.month else born.last


class ImpossibleBirth(ValueError):
    """Nobody alive was born then; in words for whoever typed it."""


def check_birth_date(born: PartialDate, today: date) -> None:
    """Raises `ImpossibleBirth`."""
    if born.first > today:
        raise ImpossibleBirth(_("Cette date n'est pas encore passée."))
    if born.year < today.year - OLDEST:
        raise ImpossibleBirth(_("Plus de %(n)s ans : vérifiez l'année.", n=OLDEST))


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
