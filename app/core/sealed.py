"""Columns that a stolen database does not reveal."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet, MultiFernet
from sqlalchemy import Dialect, Text, TypeDecorator

from app.core.tokens import derive, keyring


class Sealed(TypeDecorator[str]):
    """Text encrypted at rest (Fernet: AES-128-CBC with HMAC-SHA256). It cannot be searched; see `keyed_hash`.

    The present key seals; the former ones of the keyring open too, until `relais secrets rotate` has been through.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else fernets(keyring()).encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else fernets(keyring()).decrypt(value.encode()).decode()


class SealedBytes(TypeDecorator[bytes]):
    """The same for a document. What is sealed is text, so that a change of key finds it as it finds the rest."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else fernets(keyring()).encrypt(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else fernets(keyring()).decrypt(value)


@lru_cache(maxsize=4)
def fernets(secrets: tuple[str, ...]) -> MultiFernet:
    """Seals with the first of `secrets`, opens with any."""
    return MultiFernet([Fernet(base64.urlsafe_b64encode(derive(secret, "sealed-columns"))) for secret in secrets])
