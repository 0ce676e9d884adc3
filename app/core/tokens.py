"""Secrets that travel: random tokens of which only the hash is kept, and tokens derived from our own keys.

The present key makes everything new; a former one, while its owner keeps it, still opens what it made.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from functools import lru_cache

from flask import current_app


def new_token() -> str:
    """256 random bits, URL-safe (FACTS 3.3)."""
    return secrets.token_urlsafe(32)


def hash_token(token: str) -> str:
    """What may be stored of a token of 112 bits or more (ASVS 6.5.2): its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def keyed_hash(purpose: str, value: str) -> str:
    """HMAC-SHA256 in hex: equal values can be found again, but not guessed from a stolen table."""
    return keyed_hashes(purpose, value)[0]


def keyed_hashes(purpose: str, value: str) -> list[str]:
    """The same under every key, the present one first: what was kept before a rotation is found too."""
    return [hmac.digest(key, value.encode(), "sha256").hex() for key in _keys(purpose)]


def keyed_numbers(purpose: str, value: str) -> list[int]:
    """The same, cut to a signed 64-bit number: small enough to index many, and only a hint where to look."""
    return [int.from_bytes(bytes.fromhex(each[:16]), signed=True) for each in keyed_hashes(purpose, value)]


def derived_token(purpose: str, value: str) -> str:
    """A 256-bit URL-safe token that only this instance can compute, so that it need not be stored in clear."""
    return derived_tokens(purpose, value)[0]


def derived_tokens(purpose: str, value: str) -> list[str]:
    """The same under every key, the present one first."""
    digests = (hmac.digest(key, value.encode(), "sha256") for key in _keys(purpose))
    return [base64.urlsafe_b64encode(digest).rstrip(b"=").decode() for digest in digests]


def same(given: str, expected: str) -> bool:
    """Compared in constant time. JSON may bring half a surrogate pair, which plain UTF-8 cannot write."""
    return hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())


def same_as_one(given: str, expected: Iterable[str]) -> bool:
    """Is it one of them? All are compared, so that time does not tell which key was right."""
    return sum(same(given, each) for each in expected) > 0


def keyring() -> tuple[str, ...]:
    """The present secret, then the former ones that still open something."""
    return (current_app.config["SECRET_KEY"], *(current_app.config.get("SECRET_KEY_FALLBACKS") or ()))


def _keys(purpose: str) -> list[bytes]:
    return [derive(secret, purpose) for secret in keyring()]


@lru_cache(maxsize=64)
def derive(secret: str, purpose: str) -> bytes:
    """One key per purpose (HKDF-Expand with one block, RFC 5869), so that none can stand in for another."""
    return hmac.new(secret.encode(), b"relais/" + purpose.encode() + b"\x01", hashlib.sha256).digest()
