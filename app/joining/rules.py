"""Decisions about who joins: plain values in, plain values out."""

from datetime import timedelta

KEPT = timedelta(days=30)
"""How long a request for access is kept that nobody must decide on, or that is decided."""


def same_person(said: tuple[str, str], known: tuple[str, str]) -> bool:
    """Do two (given name, family name) mean one person? Words without accents or capitals.

    Loosely, as people write themselves: one of several given names, a birth name without the name of use.
    """
    given, family = (({*a.split()}, {*b.split()}) for a, b in zip(said, known, strict=True))
    return bool(given[0] & given[1]) and _one_within_the_other(*family)


def _one_within_the_other(said: set[str], known: set[str]) -> bool:
    return bool(said and known) and (said <= known or known <= said)
