"""The key by which push services know this Relais (VAPID, RFC 8292)."""

import base64
import os
import tempfile
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app
from py_vapid import Vapid02

from app.config import Settings

SIX_HOURS = 6 * 3600


def public_key() -> str:
    """What browsers subscribe with (`applicationServerKey`): the uncompressed point in unpadded base64url."""
    point = _key(_path()).public_key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def authorization(origin: str, now: datetime) -> str:
    """The `Authorization` header for one push service: renewed every six hours, valid for six to twelve."""
    slot = int(now.timestamp()) // SIX_HOURS
    return _signed(_path(), _settings().vapid_subject, origin, (slot + 2) * SIX_HOURS)


@lru_cache(maxsize=64)
def _signed(path: Path, subject: str, origin: str, expires: int) -> str:
    # A fresh dict each time: libraries write into it, and one service's `aud` must not reach another.
    claims = {"aud": origin, "exp": expires, "sub": subject}
    header: str = _key(path).sign(claims)["Authorization"]
    return header


@lru_cache(maxsize=4)
def _key(path: Path) -> Vapid02:
    if not path.exists():
        _make(path)
    return Vapid02.from_pem(path.read_bytes())


def _make(path: Path) -> None:
    """Write a new key whole and once, whoever else is doing the same: losing it would silence every phone."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)  # mkstemp makes it readable by its owner alone
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # Another process was first: its key is the one.
    finally:
        os.unlink(draft)


def _path() -> Path:
    return _settings().data_dir / "vapid.pem"


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
