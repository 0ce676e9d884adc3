"""Sealing a message so that one browser alone can read it (RFC 8291, over the one record of RFC 8188).

pywebpush does the same in twice the time: it reads the phone's key again for each message and asks http_ece to
take apart what it has just put together (figures in tests/bench/PUSH.md).
"""

import hmac
import os
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.push.rules import from_base64url

CURVE = ec.SECP256R1()
RECORD_SIZE = (4096).to_bytes(4)
END_OF_RECORD = b"\x02"
BODY_LIMIT = 4096
"""Bytes that every push service takes, hence 3,993 of content."""


def encrypted(content: bytes, p256dh: str, auth: str) -> bytes:
    """The body to post, with `Content-Encoding: aes128gcm`. ValueError: these are no keys, or there is too much."""
    phone, point, secret = _keys(p256dh, auth)
    ours = ec.generate_private_key(CURVE)
    our_point = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    salt = os.urandom(16)
    shared = _expand(_extract(secret, ours.exchange(ec.ECDH(), phone)), b"WebPush: info\0" + point + our_point, 32)
    mixed = _extract(salt, shared)
    key = _expand(mixed, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _expand(mixed, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(key).encrypt(nonce, content + END_OF_RECORD, None)
    body = salt + RECORD_SIZE + len(our_point).to_bytes(1) + our_point + sealed
    if len(body) > BODY_LIMIT:
        raise ValueError("a push message is larger than 4096 bytes")
    return body


@lru_cache(maxsize=4096)
def _keys(p256dh: str, auth: str) -> tuple[ec.EllipticCurvePublicKey, bytes, bytes]:
    """A phone's keys, read once: a phone is alerted many times."""
    point, secret = from_base64url(p256dh), from_base64url(auth)
    if len(secret) != 16:
        raise ValueError("auth is not 16 bytes")
    return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, point), point, secret


def _extract(salt: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt, secret, "sha256")


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand of one block (RFC 5869): `length` is 32 bytes at most."""
    return hmac.digest(key, info + b"\x01", "sha256")[:length]
