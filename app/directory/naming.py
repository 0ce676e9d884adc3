"""By which words people and places of the directory are found: pure, from their names and from what somebody types."""

from collections.abc import Iterable

from app.language.spelling import unmarked


def parts(text: str) -> list[str]:
    """The words of a name, without accents or case: a hyphen, a space and an apostrophe separate alike."""
    return "".join(c if c.isalnum() else " " for c in unmarked(text)).split()


PARTICLES = frozenset(parts("a au aux d da das de del der des di do dos du e el et l la las le les lo los van von"))
"""Between two names, or between a kind of place and its name: who types them, or leaves them out, means the same."""

KINDS = frozenset(
    parts("cabinet centre docteur dr médical médicale mme monsieur madame mr pharmacie scm scp selarl service")
)
"""What every other place is called, and how a doctor is addressed: nobody is told apart by it."""

FEWEST_LETTERS = 2
"""With fewer, half a country fits."""


def person_words(given_name: str, family_name: str) -> set[str]:
    """What somebody may begin to type of her: `de la Fontaine` is delafontaine, lafontaine and fontaine."""
    return {form for name in (given_name, family_name) for form in _forms(parts(name))}


def place_words(name: str) -> set[str]:
    """`Cabinet des Lilas` is found by lilas; `Pharmacie du Centre`, of which no word is its own, by each of them."""
    words = parts(name)
    return set(words) - PARTICLES - KINDS or set(words)


def _forms(words: list[str]) -> Iterable[str]:
    return ("".join(words[start:]) for start in range(len(words)))


def sought_words(typed: str) -> list[str]:
    """The words that tell people apart, the longest first; when there are none, whatever was typed."""
    words = list(dict.fromkeys(parts(typed)))
    telling = [word for word in words if word not in PARTICLES | KINDS] or words
    return sorted(telling, key=len, reverse=True)


def all_begin(typed: Iterable[str], words: Iterable[str]) -> bool:
    """Does each of them begin one of these words?"""
    known = tuple(words)
    return all(any(word.startswith(each) for word in known) for each in typed)
