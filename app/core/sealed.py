"""Columns that a stolen database does not reveal."""

import base64
from functools import lru_cache

from cryptography.fernet import Fernet
from flask import current_app
from sqlalchemy import Dialect, LargeBinary, Text, TypeDecorator

from app.core.tokens import derive


class Sealed(TypeDecorator[str]):
    """Text encrypted at rest (Fernet: AES-128-CBC with HMAC-SHA256). It cannot be searched; see `keyed_hash`."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _fernet(current_app.config["SECRET_KEY"]).encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _fernet(current_app.config["SECRET_KEY"]).decrypt(value.encode()).decode()


class SealedBytes(TypeDecorator[bytes]):
    """The same for a document."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _fernet(current_app.config["SECRET_KEY"]).encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _fernet(current_app.config["SECRET_KEY"]).decrypt(value)


@lru_cache(maxsize=4)
def _fernet(secret: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(derive(secret, "sealed-columns")))
