"""What an answer of a push service means, which addresses may be called, which keys hold."""

import base64
import binascii
import enum
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

from app.core.rules import backoff
from app.letters.rules import asked_wait

State = Literal["pending", "sent", "failed", "expired"]

VENDORS = re.compile(
    r"fcm\.googleapis\.com|jmt17\.google\.com|([\w-]+\.)*push\.services\.mozilla\.com"
    r"|([\w-]+\.)*push\.apple\.com|([\w-]+\.)+notify\.windows\.com",
    re.ASCII,
)
LONGEST_ADDRESS = 2000
"""Characters of a push address; the longest that vendors give has some hundreds."""

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=1)
KEY_TROUBLE = frozenset({401, 403})

CHECK_EVERY = timedelta(days=30)
"""After so long without any proof that alerts arrive, a device is asked for another one."""


class Channel(enum.StrEnum):
    """The ways to a person, in the order in which they are taken."""

    PUSH = "push"
    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True)
class SendOutcome:
    """What came of one attempt: a `status` with its raw `retry_after`, or none and a `fault`.

    `fault`: "silence" (timeout, reset, TLS: the network), or why it was not even tried: "forbidden-address",
    "bad-keys", "too-late".
    """

    status: int | None = None
    retry_after: str = ""
    fault: str = ""


@dataclass(frozen=True)
class MessageVerdict:
    """The row's next state, its `due_at` when pending again; `alarm` names what a human must mend."""

    state: State
    due_at: datetime | None = None
    forget_device: bool = False
    alarm: str = ""


def after(outcome: SendOutcome, *, attempts: int, now: datetime, expires_at: datetime, jitter: float) -> MessageVerdict:
    """What becomes of a message after its `attempts`-th attempt; `jitter` in [0, 1) spreads the retries.

    | answer                        | state                          | device    | alarm |
    |-------------------------------|--------------------------------|-----------|-------|
    | 200-204                       | sent (it proves no delivery)   | kept      |       |
    | 404, 410                      | failed                         | forgotten |       |
    | 401, 403 (our key)            | pending: the key can be mended | kept      | yes   |
    | 429                           | pending, after Retry-After     | kept      |       |
    | 408, 5xx, timeout, reset, TLS | pending, exponential backoff   | kept      |       |
    | 400, 413, redirect, the rest  | failed                         | kept      | yes   |
    | forbidden address, bad keys   | failed                         | kept      | yes   |
    | not asked: too late           | expired                        | kept      |       |

    Pending becomes expired when the next attempt would come at the deadline or after it. Only 404 and 410 say
    that a device is gone (RFC 8030 §7.3): forgetting it on any 4xx would cut everyone off at one mistake.
    """
    status = outcome.status
    if outcome.fault == "too-late":
        return MessageVerdict("expired")
    if status is not None and 200 <= status <= 204:
        return MessageVerdict("sent")
    if status in (404, 410):
        return MessageVerdict("failed", forget_device=True)
    if outcome.fault == "silence" or status in KEY_TROUBLE or status in (408, 429) or (status or 0) >= 500:
        backed_off = backoff(attempts, first=FIRST_WAIT, longest=LONGEST_WAIT, jitter=jitter)
        wait = asked_wait(outcome.retry_after, now) or backed_off
        alarm = f"push-service-says-{status}" if status in KEY_TROUBLE else ""
        return _again(now + wait, expires_at, alarm)
    return MessageVerdict("failed", alarm=outcome.fault or f"push-service-says-{status}")


def _again(due_at: datetime, expires_at: datetime, alarm: str) -> MessageVerdict:
    if due_at >= expires_at:
        return MessageVerdict("expired", alarm=alarm)
    return MessageVerdict("pending", due_at=due_at, alarm=alarm)


def origin_of(endpoint: str) -> str:
    """`scheme://host[:port]`, in lower case; ValueError when the address has no sense."""
    parts = urlsplit(endpoint)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def may_call(endpoint: str, named: Iterable[str]) -> bool:
    """Only vendors' push services over https, or an origin the operator named (`named_origin`).

    The address comes from a browser, hence from anyone: without this list it could be our own network's.
    """
    if not is_address(endpoint):
        return False
    try:
        parts, origin = urlsplit(endpoint), origin_of(endpoint)
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or not parts.hostname:
        return False
    if named_origin(origin, named):
        return True
    return parts.scheme == "https" and parts.port in (None, 443) and bool(VENDORS.fullmatch(parts.hostname))


def is_address(endpoint: str) -> bool:
    """It becomes a line of a request: whatever could end that line early is no address, nor what never ends."""
    return endpoint.isascii() and endpoint.isprintable() and " " not in endpoint and len(endpoint) <= LONGEST_ADDRESS


def named_origin(origin: str, named: Iterable[str]) -> bool:
    """Whether the operator named this origin; one named without a port stands for all its ports."""
    without_port = origin.rsplit(":", 1)[0] if re.search(r":\d+$", origin) else origin
    return bool({origin, without_port} & {name.rstrip("/").lower() for name in named})


def key_trouble(p256dh: str, auth: str) -> str:
    """Why these keys cannot be encrypted to (RFC 8291 §2), or an empty text.

    Checked when a phone subscribes: later, pywebpush fails on them with odd errors, or takes a short one.
    """
    try:
        point, secret = from_base64url(p256dh), from_base64url(auth)
    except (binascii.Error, ValueError):
        return "keys are not base64url"
    if len(point) != 65 or point[0] != 4:
        return "p256dh is not an uncompressed point of 65 bytes"
    if len(secret) != 16:
        return "auth is not 16 bytes"
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        return "p256dh is not on the curve"
    return ""


def from_base64url(text: str) -> bytes:
    """Padded or not; ValueError when it is something else."""
    bare = text.rstrip("=")
    return base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_", validate=True)
