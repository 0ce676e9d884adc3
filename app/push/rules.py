"""What an answer means, which way to a person comes next, which addresses may be called, which keys hold."""

import base64
import binascii
import enum
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec

State = Literal["pending", "sent", "failed", "expired"]

VENDORS = re.compile(
    r"fcm\.googleapis\.com|jmt17\.google\.com|([\w-]+\.)*push\.services\.mozilla\.com"
    r"|([\w-]+\.)*push\.apple\.com|([\w-]+\.)+notify\.windows\.com",
    re.ASCII,
)
FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=1)
KEY_TROUBLE = frozenset({401, 403})

PATIENCE = timedelta(seconds=60)
"""How long an urgent message may go without proof before the next channel speaks too."""

PAID_TRIES = 3
"""A gateway that never answers may have sent the SMS all the same, and each is paid for."""

MOBILE = re.compile(r"\+33[67]\d{8}|\+262(692|693)\d{6}|\+590(690|691)\d{6}|\+594694\d{6}|\+596(696|697)\d{6}")


class Channel(enum.StrEnum):
    """The ways to a person, in the order in which they are taken."""

    PUSH = "push"
    EMAIL = "email"
    SMS = "sms"


def channel_after(channel: Channel, ways: Collection[Channel]) -> Channel | None:
    """The next way to a person among those there are to her; None when all were taken."""
    order = list(Channel)
    return next((later for later in order[order.index(channel) + 1 :] if later in ways), None)


def is_mobile(number: str) -> bool:
    """Whether an SMS can reach this French number in E.164, overseas ones included (ARCEP's numbering plan)."""
    return bool(MOBILE.fullmatch(number))


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: a `status` with its raw `retry_after`, or none and a `fault`.

    `fault`: "silence" (timeout, reset, TLS: the network), or why it was not even tried: "forbidden-address",
    "bad-keys", "too-late".
    """

    status: int | None = None
    retry_after: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Verdict:
    """The row's next state, its `due_at` when pending again; `alarm` names what a human must mend."""

    state: State
    due_at: datetime | None = None
    forget_device: bool = False
    alarm: str = ""


def after(outcome: Outcome, *, attempts: int, now: datetime, expires_at: datetime, jitter: float) -> Verdict:
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
        return Verdict("expired")
    if status is not None and 200 <= status <= 204:
        return Verdict("sent")
    if status in (404, 410):
        return Verdict("failed", forget_device=True)
    if outcome.fault == "silence" or status in KEY_TROUBLE or status in (408, 429) or (status or 0) >= 500:
        wait = _asked_wait(outcome.retry_after, now) or _backoff(attempts, jitter)
        alarm = f"push-service-says-{status}" if status in KEY_TROUBLE else ""
        return _again(now + wait, expires_at, alarm)
    return Verdict("failed", alarm=outcome.fault or f"push-service-says-{status}")


def after_gateway(outcome: Outcome, *, attempts: int, now: datetime, expires_at: datetime) -> Verdict:
    """The same for a mail or an SMS, where every refusal is the operator's to mend.

    | answer                         | state                                              | alarm |
    |--------------------------------|----------------------------------------------------|-------|
    | 2xx                            | sent                                               |       |
    | 429                            | pending, after Retry-After                         |       |
    | 408, 5xx, timeout, reset, TLS  | pending, exponential backoff; failed after 3 tries | yes   |
    | redirect, 400, 401, 402, …     | failed                                             | yes   |
    """
    status = outcome.status
    if status is not None and 200 <= status <= 299:
        return Verdict("sent")
    passing = outcome.fault == "silence" or status == 408 or (status or 0) >= 500
    if status == 429 or (passing and attempts < PAID_TRIES):
        return _again(now + (_asked_wait(outcome.retry_after, now) or _backoff(attempts, 0)), expires_at, "")
    return Verdict("failed", alarm=f"gateway-says-{status or outcome.fault}")


def _again(due_at: datetime, expires_at: datetime, alarm: str) -> Verdict:
    if due_at >= expires_at:
        return Verdict("expired", alarm=alarm)
    return Verdict("pending", due_at=due_at, alarm=alarm)


def _backoff(attempts: int, jitter: float) -> timedelta:
    """2 s, 4 s, 8 s… up to a minute, each shortened by up to a half."""
    doubled = FIRST_WAIT * 2 ** min(max(attempts - 1, 0), 10)
    wait: timedelta = min(doubled, LONGEST_WAIT) * (1 - jitter / 2)
    return wait


def _asked_wait(retry_after: str, now: datetime) -> timedelta | None:
    """Retry-After in seconds or as an HTTP date (RFC 9110 §10.2.3); None when absent, senseless or past."""
    if re.fullmatch(r"\d{1,8}", retry_after, re.ASCII):
        wait = timedelta(seconds=int(retry_after))
    else:
        try:
            moment = parsedate_to_datetime(retry_after)
        except ValueError:
            return None
        wait = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return wait if wait > timedelta(0) else None


def origin_of(endpoint: str) -> str:
    """`scheme://host[:port]`, in lower case; ValueError when the address has no sense."""
    parts = urlsplit(endpoint)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")


def may_call(endpoint: str, named: Iterable[str]) -> bool:
    """Only vendors' push services over https, or an origin the operator named (`named_origin`).

    The address comes from a browser, hence from anyone: without this list it could be our own network's.
    """
    try:
        parts, origin = urlsplit(endpoint), origin_of(endpoint)
    except ValueError:
        return False
    if parts.username is not None or parts.password is not None or not parts.hostname:
        return False
    if named_origin(origin, named):
        return True
    return parts.scheme == "https" and parts.port in (None, 443) and bool(VENDORS.fullmatch(parts.hostname))


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
