"""Whether two records may be one person: pure. Never more than a reason to ask a human, who says which it is.

A slip of the finger, a name written as it sounds, a day and a month swapped, a birth name here and a married one there.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product

from rapidfuzz.distance import OSA

from app.identity.names import bare, beginnings, given_list
from app.identity.rules import Traits, same_strict_traits
from app.identity.searching import born_as_kept, name_keys
from app.identity.sounds import sound
from app.language.dates import PartialDate

ONE_SLIP, TWO_SLIPS = 4, 9
"""From how many letters on one slip, or two, may be meant for the same name: Léa and Léo are two people."""
HEARD = 3
"""A shorter code of sounds is shared by too many names."""
UNKNOWN_PLACE, UNKNOWN_SEX = "99999", "I"


@dataclass(frozen=True)
class Alike:
    """How two values compare: `doubt` 0 for the same, 1 for what somebody may have written otherwise; `why`: one
    of `words.LIKENESS`."""

    doubt: int
    why: str


def likeness(one: Traits, other: Traits) -> tuple[str, ...]:
    """Why they may be one person (`words.LIKENESS`): by date, family and given name; empty when nothing says so."""
    if _are_two(one, other):
        return ()
    dates, givens = _dates(one.birth_date, other.birth_date), _givens(one, other)
    families = _families(one, other) or _married(one, other, dates, givens)
    if not (dates and families and givens):
        return ()
    doubts = dates.doubt + families.doubt + givens.doubt
    if doubts > (2 if dates.doubt == 0 else 1):
        return ()
    return dates.why, families.why, givens.why


def surely_same(one: Traits, other: Traits) -> bool:
    """Does everything that is known agree, so that no human needs to be asked (the five strict traits; no given name
    that only one of both has in its place; no twins)?"""
    if _are_two(one, other) or not same_strict_traits(one, other) or not same_strict_traits(other, one):
        return False
    mine, hers = ([bare(name) for name in given_list(each.given_names)] for each in (one, other))
    shorter = min(len(mine), len(hers))
    return mine[:shorter] == hers[:shorter] and one.birth_rank == other.birth_rank


def likely_keys(traits: Traits) -> set[str]:
    """Whoever may be the same person has at least one of these (`searching.search_keys`)."""
    dates = {kept for born in _meant(traits.birth_date) for kept in born_as_kept(born)}
    starts = beginnings(traits.names)
    return {f"{kept} {start}" for kept, start in product(dates, starts)} | name_keys(traits)


def _meant(born: PartialDate) -> Iterator[PartialDate]:
    yield born
    if 0 < born.day <= 12:
        yield PartialDate(born.year, born.day, born.month)


def _are_two(one: Traits, other: Traits) -> bool:
    """Twins; and who is of another sex, and called otherwise."""
    twins = one.birth_rank and other.birth_rank and one.birth_rank != other.birth_rank
    sexes = UNKNOWN_SEX not in (one.sex, other.sex) and one.sex != other.sex
    return bool(twins) or (sexes and _first(one) != _first(other))


def _first(traits: Traits) -> str:
    return bare(next(iter(given_list(traits.given_names)), ""))


def _dates(one: PartialDate, other: PartialDate) -> Alike | None:
    if one == other:
        return Alike(0, "same-date")
    if one.may_be(other):
        return Alike(1, "partial-date")
    if (one.year, one.month, one.day) == (other.year, other.day, other.month):
        return Alike(1, "swapped-date")
    if len(one.iso) == len(other.iso) and OSA.distance(one.iso, other.iso) == 1:
        return Alike(1, "slipped-date")
    return None


def _families(one: Traits, other: Traits) -> Alike | None:
    if bare(one.birth_name) == bare(other.birth_name):
        return Alike(0, "same-family")
    mine, hers = _all((one.birth_name, one.name_used)), _all((other.birth_name, other.name_used))
    if mine & hers:
        return Alike(0, "used-family")
    return _nearly(mine, hers, "family")


def _givens(one: Traits, other: Traits) -> Alike | None:
    if not _first(one) or not _first(other):
        return Alike(1, "no-given")
    if _first(one) == _first(other):
        return Alike(0, "same-given")
    mine, hers = (_all((*given_list(each.given_names), each.given_name_used)) for each in (one, other))
    joined = {"".join(map(bare, given_list(each.given_names))) for each in (one, other)}
    if mine & hers or len(joined) == 1:
        return Alike(1, "shared-given")
    return _nearly(mine, hers, "given")


def _married(one: Traits, other: Traits, dates: Alike | None, givens: Alike | None) -> Alike | None:
    """Another family name: only where everything else agrees, as a married name would explain."""
    if not dates or not givens or dates.doubt or givens.doubt:
        return None
    if one.birth_place == other.birth_place != UNKNOWN_PLACE:
        return Alike(1, "married-same-place")
    if set(one.phones) & set(other.phones):
        return Alike(1, "married-same-phone")
    return None


def _all(names: Iterable[str]) -> set[str]:
    return {bare(name) for name in names} - {""}


def _nearly(mine: set[str], hers: set[str], what: str) -> Alike | None:
    for alike, why in (_slipped, f"slipped-{what}"), (_heard, f"heard-{what}"):
        if any(alike(*each) for each in product(mine, hers)):
            return Alike(1, why)
    return None


def _slipped(one: str, other: str) -> bool:
    shorter = min(len(one), len(other))
    slips = 2 if shorter >= TWO_SLIPS else 1 if shorter >= ONE_SLIP else 0
    return OSA.distance(one, other, score_cutoff=slips) <= slips


def _heard(one: str, other: str) -> bool:
    code = sound(one)
    return len(code) >= HEARD and code == sound(other)
