"""Every timer of the house in one list. A timer finds what is due in rows; nothing here remembers anything."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.accounts import recovery
from app.accounts import sender as accounts
from app.audit import sealing as audit
from app.care_requests import watch
from app.dispatch import search
from app.push import channels, checks, digests
from app.push import sender as push


@dataclass(frozen=True)
class Timer:
    """`run(now)` does what is due and returns how much it did; zero means that there is time to rest.

    `hands` run it side by side, so that a gateway which never answers keeps one of them, not the others.
    """

    name: str
    run: Callable[[datetime], int]
    hands: int = 1


TIMERS = (
    Timer("searches", search.advance_due),
    Timer("what is late", watch.watch_due),
    Timer("alerts that waited", digests.release_due),
    Timer("push messages", push.send_due),
    Timer("mails and SMS", channels.send_due, hands=2),
    Timer("checks of the month", checks.check_due),
    Timer("mails about accounts", accounts.send_due),
    Timer("recoveries", recovery.move_due),
    Timer("audit seals", audit.seal_due),
)
