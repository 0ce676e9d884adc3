"""The national health number: its key, Corsica, and what an identity status may become."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import nir

from app.identity.ins import (
    OIDS,
    IdentityStatus,
    InsKind,
    WrongMatricule,
    checked,
    read_matricule,
)

NUMBERS = st.tuples(
    st.sampled_from("12"),
    st.integers(0, 99).map("{:02d}".format),
    st.integers(1, 12).map("{:02d}".format),
    st.sampled_from(["2A", "2B", *map("{:02d}".format, range(1, 96)), "97", "99"]),
    st.integers(1, 990).map("{:03d}".format),
    st.integers(1, 999).map("{:03d}".format),
).map("".join)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("295109912611193", "295109912611193"),
        ("2 95 10 99 126 111 93", "295109912611193"),
        ("253072a07300443", "253072A07300443"),
        ("2 53 07 2B 073 004 70", "253072B07300470"),
    ],
)
def test_a_matricule_as_people_copy_it(typed: str, kept: str) -> None:
    assert read_matricule(typed) == kept


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "15 caractères"),
        ("2951099126111", "ici 13"),
        ("295109912611194", "La clé"),
        ("253072C07300443", "2A ou 2B"),
        ("29510991261119x", "15 caractères|pas un matricule"),
    ],
)
def test_what_is_none_is_refused_in_words(typed: str, why: str) -> None:
    with pytest.raises(WrongMatricule, match=why):
        read_matricule(typed)


@given(NUMBERS)
def test_every_number_has_one_key_and_a_slip_of_one_digit_is_seen(number: str) -> None:
    key = nir.calc_check_digits(number)
    assert read_matricule(number + key) == number + key
    for place in range(7, 13):
        slipped = number[:place] + str((int(number[place]) + 1) % 10) + number[place + 1 :]
        with pytest.raises(WrongMatricule):
            read_matricule(slipped + key)


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(WrongMatricule):
        assert len(read_matricule(text)) == 15


def test_each_kind_has_its_authority() -> None:
    assert OIDS[InsKind.NIR] == "1.2.250.1.213.1.4.8"
    assert set(OIDS) == set(InsKind)


def test_a_document_seen_validates_and_with_the_matricule_qualifies() -> None:
    after = {status: checked(status) for status in IdentityStatus}
    assert set(after.values()) == {IdentityStatus.VALIDATED, IdentityStatus.QUALIFIED}
    assert after[IdentityStatus.RETRIEVED] is IdentityStatus.QUALIFIED
    assert after[IdentityStatus.PROVISIONAL] is IdentityStatus.VALIDATED
