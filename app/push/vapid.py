"""The keys by which push services know this Relais (VAPID, RFC 8292).

A browser subscribes with one key and hears only who signs with it. So a new key does not push the old one out:
`vapid.pem` is the current one, and each former one stays in `vapid-<fingerprint>.pem` for the devices that were
subscribed with it, until nobody is left.
"""

import base64
import hashlib
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app
from py_vapid import Vapid02

from app.config import Settings

CURRENT = "vapid.pem"


def public_key() -> str:
    """What browsers subscribe with (`applicationServerKey`): the uncompressed point in unpadded base64url."""
    return _point(_current(_folder()))


def fingerprint() -> str:
    """The name of the current key, kept with each subscription that is made with it."""
    return _fingerprint(_current(_folder()))


def former() -> list[str]:
    """The names of the keys that were replaced and may still be in use."""
    return sorted(path.stem.removeprefix("vapid-") for path in _folder().glob("vapid-*.pem"))


def rotate() -> str:
    """Make a new key the current one and keep the old one aside; returns the name of the new."""
    folder, old = _folder(), fingerprint()
    draft = _draft(folder)
    # The old key has its second name before it loses the first: whoever reads meanwhile finds one of them.
    os.link(folder / CURRENT, _aside(folder, old))
    os.replace(draft, folder / CURRENT)
    return fingerprint()


def retire(key: str) -> None:
    """Forget a former key. Devices that were subscribed with it, if any are left, will never be heard of again."""
    _aside(_folder(), key).unlink()


def key_named(folder: Path, key: str) -> Vapid02:
    """The current key or a former one; FileNotFoundError when it was lost."""
    current = _current(folder)
    return current if _fingerprint(current) == key else Vapid02.from_pem(_aside(folder, key).read_bytes())


def _current(folder: Path) -> Vapid02:
    path = folder / CURRENT
    if not path.exists():
        _make(path)
    return _read(path, path.stat().st_ino, path.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(path: Path, _inode: int, _changed: int) -> Vapid02:
    """Read again when the file is another: a rotation reaches processes that run."""
    return Vapid02.from_pem(path.read_bytes())


def _point(key: Vapid02) -> str:
    point = key.public_key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


def _fingerprint(key: Vapid02) -> str:
    return hashlib.sha256(_point(key).encode()).hexdigest()[:16]


def _make(path: Path) -> None:
    """Write a new key whole and once, whoever else is doing the same: losing it would silence every phone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path.parent)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass  # Another process was first: its key is the one.
    finally:
        os.unlink(draft)


def _draft(folder: Path) -> str:
    """A new key in a file of no meaning yet, whole and on the disk."""
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle, draft = tempfile.mkstemp(dir=folder)  # mkstemp makes it readable by its owner alone
    with os.fdopen(handle, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    return draft


def _aside(folder: Path, key: str) -> Path:
    return folder / f"vapid-{key}.pem"


def _folder() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.data_dir
