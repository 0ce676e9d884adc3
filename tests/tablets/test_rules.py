"""Codes that can be read aloud, and those that anybody would guess."""

import hashlib
import hmac
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tablets import codes
from app.tablets.codes import hashed, new_salt, right
from app.tablets.rules import LETTERS, as_spoken, spoken_code, takes_over, too_easy
from tests.conftest import SLOWLY

A, B = UUID(int=1), UUID(int=2)


@given(st.binary(min_size=32, max_size=32))
def test_a_spoken_code_survives_the_way_it_is_copied(digest: bytes) -> None:
    code = spoken_code(digest.hex())
    assert len(code) == 8
    assert set(code) <= set(LETTERS)
    assert as_spoken(f" {code[:4].lower()}-{code[4:]} ") == code
    assert as_spoken(code.replace("0", "o").replace("1", "l")) == code


@pytest.mark.parametrize("code", ["000000", "123456", "987654", "890123", "1111111111"])
def test_what_anybody_would_try_first(code: str) -> None:
    assert too_easy(code)


@pytest.mark.parametrize("code", ["271828", "112233", "121212"])
def test_what_may_be_chosen(code: str) -> None:
    assert not too_easy(code)


def test_a_code_belongs_to_its_tablet() -> None:
    salt = new_salt()
    kept = hashed("271828", salt, "token of this tablet")
    assert right("271828", salt, kept, "token of this tablet")
    assert not right("271828", salt, kept, "token of another")
    assert not right("271829", salt, kept, "token of this tablet")
    assert hashed("271828", new_salt(), "token of this tablet") != kept


def test_from_hand_to_hand() -> None:
    assert takes_over(A, B, unread=False)
    assert not takes_over(A, A, unread=False), "she only comes back"
    assert not takes_over(None, A, unread=False), "nobody had it before"
    assert takes_over(A, A, unread=True), "she left without having read"


def test_a_short_code_is_hashed_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """All other tests hash quickly: six digits are guessed as fast as they are hashed."""
    assert SLOWLY == {"n": 2**14, "r": 8, "p": 1}
    monkeypatch.setattr(codes, "COST", SLOWLY)
    mixed = hmac.digest(b"token", b"271828", "sha256")
    kept = hashlib.scrypt(mixed, salt=b"salt", dklen=32, n=2**14, r=8, p=1)
    assert codes.right("271828", b"salt", kept, "token")
    assert not codes.right("271829", b"salt", kept, "token")
