"""The one search field: what people type, what they paste, what nobody should; and under which keys one is found."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.names import name_words
from app.identity.rules import Traits
from app.identity.searching import NotYet, Sought, read_search, search_keys
from app.language.dates import PartialDate

TODAY = date(2026, 11, 28)
THE_12TH = PartialDate(1948, 3, 12)
ODILE = Traits(
    birth_name="Lœuillet",
    given_names="Odile, Marie-Thérèse",
    birth_date=THE_12TH,
    sex="F",
    birth_place="91228",
    name_used="de la Fontaine",
    phones=("+33639980100", "+33639980101"),
)


def finds(text: str, traits: Traits = ODILE) -> bool:
    """By the index, then by the comparison."""
    sought, keys = read_search(text, TODAY), search_keys(traits)
    return all(keys.intersection(each) for each in sought.keys) and sought.fits(traits.names, traits.birth_date)


@pytest.mark.parametrize(
    "text",
    [
        *("12031948", "12/3/48", "12 mars 1948", "1948-03-12", " 12/03/1948 ", "né le 12 mars 48"),
        *(
            "12/3/48 loe",
            "12/3/48 lœu",
            "12031948LŒUILLET",
            "12/03/1948 odile",
            "loeuillet 12/3/48",
            "odile 12 mars 1948",
        ),
        *("12/3/48 the", "12/3/48 marie-thé", "12/3/48 fon", "12/3/48 de la f", "12/3/48 lafont", "12/3/48 odi fon"),
        *("12/3/48 l", "12/3/48 od", "1948 loe", "1948 odile fontaine", "03/1948 the", "mars 1948 font"),
        *("loeuillet odile", "odile loeuillet", "Fontaine Odile", "de la fontaine odi", "LOEUILLET marie"),
        *("06 39 98 01 00", "0639980101", "+33 6 39 98 01 00", "0033639980100"),
    ],
)
def test_she_is_found(text: str) -> None:
    assert finds(text)


@pytest.mark.parametrize(
    "text",
    ["13/3/48", "12/3/48 odx", "1949 loe", "04/1948 loe", "martin odile", "loeuillet paul", "06 39 98 01 02"],
)
def test_she_is_not(text: str) -> None:
    assert not finds(text)


def test_who_is_known_by_a_year_alone_is_found_by_it_and_by_any_day_of_it() -> None:
    known = Traits("Benali", "Fatma", PartialDate(1948), "F", "99352")
    for text in ("1948 be", "1948 ben", "12/3/48 fat", "31/12/1948 benali", "benali fatma", "05/1948 fat"):
        assert finds(text, known), text
    assert not finds("1949 ben", known)


def test_short_names_are_found_whole() -> None:
    li = Traits("Li", "Bo", PartialDate(1990, 1, 2), "M", "99216")
    assert finds("2/1/1990 li", li) and finds("2/1/90 bo", li) and finds("2/1/90 li bo", li) and finds("li bo", li)


@pytest.mark.parametrize(
    ("text", "why", "unfinished"),
    [
        ("", "Écrivez une date de naissance", True),
        ("!!", "Écrivez une date de naissance", True),
        ("marchand", "Ajoutez la date de naissance, ou le prénom.", True),
        ("1948", "Ajoutez les trois premières lettres", True),
        ("12", "Écrivez une date.", True),
        ("12/03", "Il manque l’année.", True),
        ("12/03/194", "Écrivez une date.", True),
        ("31021948", "Février n’a pas de 31.", False),
        ("31/02/1948 mar", "Février n’a pas de 31.", False),
        ("99999999", "Il n’y a pas de mois 99.", False),
        ("0000000000", "Ce n’est ni une date, ni un numéro", False),
        ("01 23 45 67 8", "Il manque un chiffre", True),
        ("06123456", "pas encore passée", True),
        ("12/03/2048 mar", "pas encore passée", False),
    ],
)
def test_never_blank_what_cannot_be_looked_for_is_said(text: str, why: str, unfinished: bool) -> None:
    with pytest.raises(NotYet, match=why) as said:
        read_search(text, TODAY)
    assert said.value.unfinished is unfinished
    assert str(said.value)


@given(st.text(max_size=80) | st.text(alphabet="0123456789/ .-+maretodilé'", max_size=30))
def test_no_text_breaks_the_search(text: str) -> None:
    try:
        sought = read_search(text, TODAY)
    except NotYet:
        return
    assert all(sought.keys)


NAMES = st.text(alphabet="abcdeéœøßł' -", min_size=1, max_size=14).filter(lambda name: bool(name_words(name)))


@given(NAMES, NAMES, st.dates(date(1927, 1, 1), TODAY), st.data())
def test_everybody_is_found_by_her_date_and_any_beginning_of_any_word(
    family: str, given_name: str, born: date, data: st.DataObject
) -> None:
    who = Traits(family, given_name, PartialDate.of(born), "F", "91228")
    word = data.draw(st.sampled_from([*name_words(family), *name_words(given_name)]))
    letters = data.draw(st.integers(1, len(word)))
    assert finds(f"{born:%d/%m/%Y} {word[:letters]}", who)
    assert finds(f"{born:%d%m%y}", who)


@given(NAMES, NAMES, st.dates(date(1927, 1, 1), TODAY))
def test_everybody_is_found_by_her_whole_names(family: str, given_name: str, born: date) -> None:
    who = Traits(family, given_name, PartialDate.of(born), "F", "91228")
    sought = Sought(words=(*name_words(family), *name_words(given_name)))
    if len("".join(name_words(family))) > 1:
        assert all(search_keys(who).intersection(each) for each in sought.keys) and sought.fits(
            who.names, who.birth_date
        )
