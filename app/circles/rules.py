"""Who can be somebody's usual one, and whom a typed name may mean."""

from collections.abc import Iterable, Sequence
from typing import TypeVar

from app.language.spelling import unmarked

USUAL = ("doctor", "nurse", "midwife", "physiotherapist", "pharmacist")
"""Professions of which a person has a usual one, in the order in which a circle is read."""

Person = TypeVar("Person")


def named(typed: str, people: Iterable[tuple[str, Person]]) -> list[Person]:
    """Those each of whose typed words begins a word of their name: `ben nad` and `Nadia` mean Nadia Benali. All for
    nothing typed."""
    words = _words(typed)
    return [who for name, who in people if all(any(own.startswith(word) for own in _words(name)) for word in words)]


def _words(text: str) -> Sequence[str]:
    return "".join(c if c.isalnum() else " " for c in unmarked(text)).split()
