"""Secrets that travel: random tokens of which only the hash is kept, and tokens derived from our own key."""

import base64
import hashlib
import hmac
import secrets
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
    return hmac.new(_key(purpose), value.encode(), hashlib.sha256).hexdigest()


def derived_token(purpose: str, value: str) -> str:
    """A 256-bit URL-safe token that only this instance can compute, so that it need not be stored in clear."""
    digest = hmac.digest(_key(purpose), value.encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def same(given: str, expected: str) -> bool:
    """Compared in constant time. JSON may bring half a surrogate pair, which plain UTF-8 cannot write."""
    return hmac.compare_digest(given.encode(errors="surrogatepass"), expected.encode())


def _key(purpose: str) -> bytes:
    return derive(current_app.config["SECRET_KEY"], purpose)


@lru_cache(maxsize=64)
def derive(secret: str, purpose: str) -> bytes:
    """One key per purpose (HKDF-Expand with one block, RFC 5869), so that none can stand in for another."""
    return hmac.new(secret.encode(), b"relais/" + purpose.encode() + b"\x01", hashlib.sha256).digest()
