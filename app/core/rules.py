"""Decisions that every floor shares: plain values in, plain values out."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime


def backoff(attempts: int, *, first: timedelta, longest: timedelta, jitter: float = 0.0) -> timedelta:
    """How long to wait after the `attempts`-th failure: `first`, twice that, four times… up to `longest`.

    `jitter` in [0, 1) shortens each wait by up to a half, so that many who failed together do not return together.
    """
    doubled = first * 2 ** min(max(attempts - 1, 0), 20)
    wait: timedelta = min(doubled, longest) * (1 - jitter / 2)
    return wait


def asked_wait(retry_after: str, now: datetime) -> timedelta | None:
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
