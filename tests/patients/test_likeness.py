"""Likely duplicates: a table of people who are one, a table of people who are two, and what must always hold."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.likeness import likely_keys, likeness
from app.identity.names import name_words
from app.identity.rules import Traits
from app.identity.searching import search_keys
from app.language.dates import PartialDate

MONIQUE = Traits("Marchand", "Monique", PartialDate(1948, 3, 12), "F", "91228", phones=("+33639980100",))


@pytest.mark.parametrize(
    ("otherwise", "why"),
    [
        ({}, "same-date"),
        ({"birth_name": "MARCHAND"}, "same-family"),
        ({"birth_name": "Marchant"}, "slipped-family"),
        ({"birth_name": "Marcahnd"}, "slipped-family"),
        ({"given_names": "Monnique"}, "slipped-given"),
        ({"given_names": "Monik"}, "heard-given"),
        ({"birth_name": "Marchan", "given_names": "Moniqe"}, "slipped-given"),
        ({"birth_date": PartialDate(1948, 12, 3)}, "swapped-date"),
        ({"birth_date": PartialDate(1948, 3, 13)}, "slipped-date"),
        ({"birth_date": PartialDate(1949, 3, 12)}, "slipped-date"),
        ({"birth_date": PartialDate(1948)}, "partial-date"),
        ({"birth_date": PartialDate(1948, 3)}, "partial-date"),
        ({"birth_name": "Dupont", "name_used": "Marchand"}, "used-family"),
        ({"birth_name": "Dupont"}, "married-same-place"),
        ({"birth_name": "Dupont", "birth_place": "75056"}, "married-same-phone"),
        ({"given_names": "Odile, Monique"}, "shared-given"),
        ({"given_names": "Odile", "given_name_used": "Monique"}, "shared-given"),
        ({"given_names": ""}, "no-given"),
        ({"sex": "M"}, "same-given"),
    ],
)
def test_these_may_be_one_person(otherwise: dict[str, object], why: str) -> None:
    other = replace(MONIQUE, **otherwise)  # type: ignore[arg-type]
    assert why in likeness(MONIQUE, other)
    assert why in likeness(other, MONIQUE)
    assert search_keys(other) & likely_keys(MONIQUE), "the index brings her"


@pytest.mark.parametrize(
    "otherwise",
    [
        {"given_names": "Solange"},
        {"birth_date": PartialDate(1950, 6, 1)},
        {"birth_name": "Dupont", "birth_place": "75056", "phones": ()},
        {"birth_date": PartialDate(1948, 12, 3), "birth_name": "Marchant"},
        {"birth_date": PartialDate(1948), "given_names": "Monik"},
        {"given_names": "Maurice", "sex": "M"},
    ],
)
def test_these_are_two(otherwise: dict[str, object]) -> None:
    assert likeness(MONIQUE, replace(MONIQUE, **otherwise)) == ()  # type: ignore[arg-type]


def test_twins_are_two_and_so_are_lea_and_leo() -> None:
    first = Traits("Benali", "", PartialDate(2026, 11, 20), "F", "91228", birth_rank=1)
    assert likeness(first, replace(first, birth_rank=2)) == ()
    assert likeness(replace(first, given_names="Léa"), replace(first, given_names="Léo", birth_rank=2)) == ()
    assert likeness(replace(first, given_names="Léa", birth_rank=0), replace(first, given_names="Léo")) == ()


def test_one_name_written_in_two_ways_is_one_person() -> None:
    one = Traits("Le Bœuf", "Jean-Pierre", PartialDate(1950, 1, 2), "M", "91228")
    other = replace(one, birth_name="LEBOEUF", given_names="Jean Pierre")
    assert likeness(one, other)
    assert search_keys(other) & likely_keys(one)


NAMES = st.text(alphabet="abcdefghilmnoprstuvyéœ' -", min_size=4, max_size=12).filter(
    lambda name: len("".join(name_words(name))) > 1
)
DATES = st.dates().filter(lambda day: day.year > 1900).map(PartialDate.of)
PEOPLE = st.builds(Traits, NAMES, NAMES, DATES, st.sampled_from("FM"), st.sampled_from(["91228", "99999"]))


@given(PEOPLE, PEOPLE)
def test_likeness_is_the_same_seen_from_either(one: Traits, other: Traits) -> None:
    assert bool(likeness(one, other)) == bool(likeness(other, one))


@given(PEOPLE, st.data())
def test_a_slip_in_a_name_a_swapped_date_or_a_lost_day_is_brought_and_recognized(
    one: Traits, data: st.DataObject
) -> None:
    born = one.birth_date
    otherwise = {"birth_name": one.birth_name.upper()}, {"birth_date": PartialDate(born.year)}
    swapped = [{"birth_date": PartialDate(born.year, born.day, born.month)}] if born.day <= 12 else []
    other = replace(one, **data.draw(st.sampled_from([*otherwise, *swapped])))
    assert likeness(one, other)
    assert search_keys(other) & likely_keys(one)
