"""Sealing a message so that one browser alone can read it (RFC 8291): pywebpush does, with one `WebPusher` a phone.

What leaves, when, over which connection and what became of it is ours (`outbox.py`, `transport.py`).
"""

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from http_ece import ECEException
from pywebpush import WebPusher, WebPushException

from app.push.rules import from_base64url

BODY_LIMIT = 4096
"""Bytes that every push service takes, hence 3,993 of content."""


def encrypted(content: bytes, p256dh: str, auth: str) -> bytes:
    """The body to post, with `Content-Encoding: aes128gcm`. `content` is not empty.

    ValueError: these are no keys, or there is too much.
    """
    try:
        body: bytes = _phone(p256dh, auth).encode(content)["body"]
    except (WebPushException, ECEException) as refusal:
        raise ValueError(str(refusal)) from refusal
    if len(body) > BODY_LIMIT:
        raise ValueError("a push message is larger than 4096 bytes")
    return body


@lru_cache(maxsize=4096)
def _phone(p256dh: str, auth: str) -> WebPusher:
    """A phone's keys, read and judged once: a phone is alerted many times."""
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), from_base64url(p256dh))
    if len(from_base64url(auth)) != 16:
        raise ValueError("auth is not 16 bytes")
    return WebPusher({"endpoint": "", "keys": {"p256dh": p256dh, "auth": auth}})
