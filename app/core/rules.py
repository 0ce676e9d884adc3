"""Decisions that every floor shares: plain values in, plain values out."""

from datetime import timedelta


def backoff(attempts: int, *, first: timedelta, longest: timedelta, jitter: float = 0.0) -> timedelta:
    """How long to wait after the `attempts`-th failure: `first`, twice that, four times… up to `longest`.

    `jitter` in [0, 1) shortens each wait by up to a half, so that many who failed together do not return together.
    """
    doubled = first * 2 ** min(max(attempts - 1, 0), 20)
    wait: timedelta = min(doubled, longest) * (1 - jitter / 2)
    return wait
