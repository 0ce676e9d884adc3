"""What stands in the one search field, and under which keys a person is found: pure, from plain values.

Names are sealed. What can be looked for is written down as hashes of short texts (the table `patient_search_key`),
computed alike from a person's traits and from what was typed.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

from app.identity.names import LETTERS, beginnings, fits, forms, given_list, name_words
from app.identity.rules import ImpossibleBirth, Traits, check_birth_date
from app.language.dates import PartialDate, WrongDate, read_date, simplified
from app.language.phones import WrongNumber, read_number
from app.language.phrases import gettext as _

PHONE = re.compile(r"\+?[\d\s().-]+")
WORD = re.compile(r"[^\d\W]+(?:['’-][^\d\W]+)*|[\d/.+-]+", re.UNICODE)
FIRST_OF_MONTH = re.compile(r"\b1\s*er\b")
DATE_WORDS = 5
"""A date is at most so many: `né le 12 mars 1948`."""


class NotYet(ValueError):
    """Nobody can be looked for with this; in words for whoever types. `unfinished`: going on typing will do."""

    def __init__(self, words: str, *, unfinished: bool = False) -> None:
        super().__init__(words)
        self.unfinished = unfinished


@dataclass(frozen=True)
class Sought:
    """Whom one looks for: born when, called how (the beginnings of words, as `name_words` has them), or which number
    (E.164)."""

    born: PartialDate | None = None
    words: tuple[str, ...] = ()
    phone: str = ""

    @property
    def by_letters(self) -> bool:
        """Are there letters enough for the index?"""
        return len("".join(self.words)) >= LETTERS

    @property
    def is_whole(self) -> bool:
        """Is there nothing to add? Then all who fit are shown, however many."""
        return self.born is not None and self.born.day > 0 and len(self.words) > 1

    @property
    def keys(self) -> list[list[str]]:
        """Who is found has at least one key of each list."""
        if self.phone:
            return [[f"phone {self.phone}"]]
        if self.born is None:
            return [list(_name_pairs(self.words))]
        if not self.by_letters:
            return [[f"born {self.born.iso}"]]
        dates = born_as_kept(self.born)
        return [[f"{each} {start}" for each in dates for start in starts] for starts in self._starts]

    @property
    def _starts(self) -> list[list[str]]:
        """What the index can tell people apart by: `Le Go` may begin Le Goff, or be the whole of Le and Go."""
        long = [word[:LETTERS] for word in self.words if len(word) >= LETTERS]
        return [[each] for each in dict.fromkeys(long)] or [["".join(self.words)[:LETTERS], *self.words]]

    def fits(self, names: Iterable[str], born: PartialDate) -> bool:
        """A hash only knows how a name begins. A number it knows whole."""
        return bool(self.phone) or ((self.born is None or born.may_be(self.born)) and fits(self.words, names))


def born_as_kept(born: PartialDate) -> list[str]:
    """The keys of a date, and of what may be known of it elsewhere: `né en 1948` may be born that day."""
    if not born.day:
        return [f"year {born.year}"]
    partial = [PartialDate(born.year, born.month), PartialDate(born.year)]
    return [f"born {each.iso}" for each in (born, *partial)]


def _name_pairs(words: Sequence[str]) -> Iterator[str]:
    """Each way in which a whole family name and the first letters of a given name may be among the words."""
    ends = range(len(words))
    for start, end in product(ends, ends):
        others = [*words[:start], *words[end + 1 :]]
        if start <= end:
            for other in others:
                yield f"named {''.join(words[start : end + 1])} {other[:LETTERS]}"


def search_keys(traits: Traits) -> set[str]:
    """Under which this person is found."""
    born, starts = traits.birth_date, beginnings(traits.names)
    keys = {f"born {born.iso}", *(f"born {born.iso} {start}" for start in starts)}
    keys |= {f"year {born.year} {start}" for start in starts}
    return keys | name_keys(traits) | {f"phone {number}" for number in traits.phones}


def name_keys(traits: Traits) -> set[str]:
    """A whole family name with the beginning of a given name, born whenever."""
    given = beginnings((*given_list(traits.given_names), traits.given_name_used))
    return {f"named {family} {start}" for family in _family_names(traits) for start in given}


def _family_names(traits: Traits) -> set[str]:
    """Whole, or the part of it that somebody may take for the whole."""
    parts = (forms(name) | set(name_words(name)) for name in (traits.birth_name, traits.name_used))
    return {name for each in parts for name in each if len(name) > 1}


def read_search(text: str, today: date) -> Sought:
    """`12/3/48 mar`, `1948 le`, `Marchand Monique`, `marchand 12 mars 1948`, `06 12 34 56 78`. Raises `NotYet`."""
    plain = FIRST_OF_MONTH.sub("1", simplified(text))
    if PHONE.fullmatch(plain) and (phone := _phone(plain)):
        return Sought(phone=phone)
    words = WORD.findall(plain)
    born, others = _date_among(words, today)
    names = tuple(name for word in others for name in name_words(word))
    if born is None:
        return _by_name(names)
    _check(born, names, today, plain)
    return Sought(born, names)


def _check(born: PartialDate, names: tuple[str, ...], today: date, written: str) -> None:
    try:
        check_birth_date(born, today)
    except ImpossibleBirth as why:  # `06123456` may become a number.
        raise NotYet(str(why), unfinished=PHONE.fullmatch(written) is not None) from None
    if not born.day and not names:
        raise NotYet(_("Ajoutez les trois premières lettres du nom ou du prénom."), unfinished=True)


def _phone(text: str) -> str:
    """In E.164; empty for what is none, or not yet."""
    digits = sum(c.isdigit() for c in text)
    if digits == 9 and text.startswith("0"):
        raise NotYet(_("Il manque un chiffre au numéro."), unfinished=True)
    if digits < 10 and not text.startswith("+"):
        return ""
    try:
        return read_number(text)
    except WrongNumber:
        if digits < 10:
            raise NotYet(_("Continuez le numéro."), unfinished=True) from None
        raise NotYet(_("Ce n'est ni une date, ni un numéro de téléphone qui existe.")) from None


def _by_name(names: tuple[str, ...]) -> Sought:
    if not names:
        raise NotYet(_("Écrivez une date de naissance, un nom et un prénom, ou un numéro."), unfinished=True)
    if len(names) < 2:
        raise NotYet(_("Ajoutez la date de naissance, ou le prénom."), unfinished=True)
    return Sought(words=names)


def _date_among(words: Sequence[str], today: date) -> tuple[PartialDate | None, Sequence[str]]:
    """The date, wherever it stands, and the words around it. Raises `NotYet` for digits that are no date."""
    numbers = [place for place, word in enumerate(words) if word[0].isdigit() or not word[0].isalpha()]
    if not numbers:
        return None, words
    wrong = WrongDate()
    for start, end in _windows(len(words), numbers):
        try:
            born = read_date(" ".join(words[start:end]), today, past=True)
        except WrongDate as why:
            wrong = wrong if wrong.is_precise else why
        else:
            return born, [*words[:start], *words[end:]]
    digits = sum(c.isdigit() for word in words for c in word)
    raise NotYet(_("%(why)s Exemple : 12/03/1948 LEF.", why=str(wrong)), unfinished=digits < 8)


def _windows(length: int, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Every run of words that holds all the numbers, the longest first."""
    first, last = numbers[0], numbers[-1] + 1
    for size in range(min(DATE_WORDS, length), last - first - 1, -1):
        for start in range(max(0, last - size), min(first, length - size) + 1):
            yield start, start + size
