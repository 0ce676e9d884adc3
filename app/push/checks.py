"""The check of the month: a device without news is asked to ring once, in daylight, so that silence is noticed."""

from datetime import datetime

from app.core import clock
from app.core.db import transaction
from app.core.timers import Due
from app.push.queries import any_to_check, longest_unchecked, to_check
from app.push.reachability import check_ends_at, checks_begin_at
from app.push.subscriptions import check

BATCH = 100


def check_due(now: datetime) -> int:
    """Owe a check to every device whose time has come; returns to how many. A worker item."""
    ends_at = check_ends_at(now, clock.PARIS)
    if ends_at is None or not any_to_check(now):
        return 0
    with transaction():
        devices = to_check(now, BATCH)
        for device in devices:
            check(device, now, ends_at)
        return len(devices)


def oldest_due(now: datetime) -> Due:
    """A check that fell due at night is late from the morning on."""
    return longest_unchecked(checks_begin_at(now, clock.PARIS))
