"""What is posted to a push service (RFC 8030): the words and capabilities that a phone is handed, encrypted for it
alone (RFC 8291, by pywebpush), under a head that is signed as ours (VAPID, RFC 8292, by py_vapid)."""

import json
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from flask import current_app
from http_ece import ECEException
from pywebpush import WebPusher, WebPushException

from app.config import Settings
from app.core.tokens import derived_token, derived_tokens, same_as_one
from app.push import vapid
from app.push.outbox import ClaimedMessage
from app.push.rules import from_base64url

BODY_LIMIT = 4096
"""Bytes that every push service takes, hence 3,993 of content."""

SIX_HOURS = 6 * 3600
ANSWERS = ("accept", "refuse")
_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def payload_for(message_id: UUID, notice: dict[str, Any], base_url: str) -> bytes:
    """One JSON for service workers and for Safari's declarative push (which needs `web_push` and `navigate`).

    Paths are relative to the app's root, so that the worker resolves them within its own scope. `mutable`
    lets Safari's worker see the message too, and `data` is where it finds our part. No patient in any field.
    """
    name = str(message_id)
    ours: dict[str, Any] = {
        "path": notice["path"],
        "receipt": {"path": f"push/receipts/{name}", "token": receipt_token(message_id)},
    }
    if notice["answerable"]:
        ours["awaits"] = True  # it stays on the screen, and is counted on the app's icon
    if notice["buttons"]:
        # The inbox, above this room, answers at that address.
        ours["answers"] = {
            answer: {"path": f"offers/notice-answers/{name}", "token": answer_token(message_id, answer)}
            for answer in ANSWERS
        }
    notification = {
        "title": notice["title"],
        "body": notice["body"],
        "navigate": f"{base_url}/{notice['path']}",
        "tag": notice["tag"],
        "lang": "fr",
        "data": ours,
    }
    message = {"web_push": 8030, "mutable": True, "notification": notification, **ours}
    return _compact.encode(message).encode()


def receipt_token(message_id: UUID) -> str:
    return derived_token("push-receipt", str(message_id))


def answer_token(message_id: UUID, answer: str) -> str:
    return derived_token(f"push-answer-{answer}", str(message_id))


def receipt_token_matches(message_id: UUID, token: str) -> bool:
    return same_as_one(token, derived_tokens("push-receipt", str(message_id)))


def answer_token_matches(message_id: UUID, token: str, answer: str) -> bool:
    """Whether this message gave its phone `token` for this answer ("accept" or "refuse")."""
    made = derived_tokens(f"push-answer-{answer}", str(message_id))
    return answer in ANSWERS and same_as_one(token, made)


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


def http_request(message: ClaimedMessage, body: bytes, audience: str, seconds_left: int, now: datetime) -> bytes:
    """All of it. `audience` is the origin as VAPID wants it; `seconds_left` the TTL: a phone that wakes up later
    must not ring for nothing."""
    _scheme, _, host = audience.partition("://")
    path = message.endpoint[len(message.origin) :].partition("#")[0]
    head = (
        f"POST /{path} HTTP/1.1\r\n"
        f"Host: {host}\r\n"
        f"TTL: {seconds_left}\r\n"
        f"Urgency: {message.urgency}\r\n"
        f"Topic: {message.topic}\r\n"
        "Content-Encoding: aes128gcm\r\n"
        "Content-Type: application/octet-stream\r\n"
        f"Authorization: {authorization(audience, message.vapid_key, now)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode("ascii") + body


def authorization(audience: str, key: str, now: datetime) -> str:
    """The header for one push service under our key of this name: renewed every six hours, valid for six to twelve.
    A key that was lost is replaced by the current one, which the push service will refuse."""
    settings: Settings = current_app.config["SETTINGS"]
    expires = (int(now.timestamp()) // SIX_HOURS + 2) * SIX_HOURS
    try:
        return _signed(settings.data_dir, key, settings.vapid_subject, audience, expires)
    except FileNotFoundError:
        return _signed(settings.data_dir, vapid.fingerprint(), settings.vapid_subject, audience, expires)


@lru_cache(maxsize=64)
def _signed(folder: Path, key: str, subject: str, audience: str, expires: int) -> str:
    # A fresh dict each time: libraries write into it, and one service's `aud` must not reach another.
    claims = {"aud": audience, "exp": expires, "sub": subject}
    header: str = vapid.key_named(folder, key).sign(claims)["Authorization"]
    return header
