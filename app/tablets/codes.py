"""The short codes: six digits would be guessed in minutes, if what they are mixed with could be stolen too.

Each is hashed slowly, and with the token of its tablet. That token is in the tablet's cookie alone: a stolen
database, even with `RELAIS_SECRET_KEY`, is no help to guess, and a code watched on one tablet opens no other.
"""

import hashlib
import hmac
import secrets

COST = {"n": 2**14, "r": 8, "p": 1}
"""scrypt: 16 MB and some 50 ms."""


def new_salt() -> bytes:
    return secrets.token_bytes(16)


def hashed(code: str, salt: bytes, tablet_token: str) -> bytes:
    mixed = hmac.digest(tablet_token.encode(), code.encode(), "sha256")
    return hashlib.scrypt(mixed, salt=salt, dklen=32, **COST)


def right(code: str, salt: bytes, kept: bytes, tablet_token: str) -> bool:
    return hmac.compare_digest(hashed(code, salt, tablet_token), kept)
