"""Names of people, as they are compared and found: pure, from plain text."""

import re
from collections.abc import Iterable

from app.language.phrases import later
from app.language.spelling import unmarked, visible

LETTERS = 3
"""A search begins with at most three letters of a name (national reference, FACTS 4.4); the index knows as many."""

NO_GIVEN_NAME = later("Sans prénom")
"""A newborn whose birth was not declared yet has none."""


def bare(name: str) -> str:
    """A name as it is compared: its letters alone, without accents or case, ligatures taken apart."""
    return "".join(c for c in unmarked(name) if c.isalpha())


def name_words(text: str) -> list[str]:
    """The words of a name, each as `bare` has it: a hyphen, a space and an apostrophe separate alike."""
    return "".join(c if c.isalpha() else " " for c in unmarked(text)).split()


def given_list(given_names: str) -> list[str]:
    """Given names, the first one first: separated by commas, or else by spaces. `Jean Pierre, Marie` are two."""
    apart = given_names.split(",") if "," in given_names else given_names.split()
    return [name.strip() for name in apart if bare(name)]


def first_given_name(given_names: str) -> str:
    """The one that is a strict trait; empty for a newborn who has none yet."""
    return next(iter(given_list(given_names)), "")


def first_names(given: str) -> set[str]:
    """What the first given name may be: `Jean Pierre` is Jean, or Jean-Pierre written without its hyphen."""
    if "," in given:
        return {bare(first_given_name(given))} - {""}
    words = [letters for word in re.split(r"\s+", visible(given)) if (letters := bare(word))]
    return {"".join(words[:length]) for length in (1, 2)} - {""}


def same_person(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Two (birth name, given names), whole: the same birth name, and the same first given name."""
    named = bare(one[0])
    return named != "" and named == bare(other[0]) and not first_names(one[1]).isdisjoint(first_names(other[1]))


def all_names(
    birth_name: str, given_names: str, name_used: str | None = None, given_name_used: str | None = None
) -> list[str]:
    """Whatever a person may be called, in no order."""
    return [name for name in (birth_name, name_used, *given_names.split(","), given_name_used) if name]


def forms(name: str) -> set[str]:
    """What somebody may begin to type: `De La Fontaine` → delafontaine, lafontaine, fontaine."""
    words = name_words(name)
    return {"".join(words[start:]) for start in range(len(words))}


def beginnings(names: Iterable[str]) -> set[str]:
    """The first letters of every word of every name; a shorter word whole."""
    return {form[:LETTERS] for name in names for form in forms(name)}


def fits(words: Iterable[str], names: Iterable[str]) -> bool:
    """Does what was typed fit? Every word begins one of the names' words, or all of them together begin one."""
    typed, known = list(words), set().union(*(forms(name) for name in names))
    together = "".join(typed)
    return all(begins(word, known) for word in typed) or begins(together, known)


def begins(typed: str, known: Iterable[str]) -> bool:
    return any(form.startswith(typed) for form in known)
