"""From the outbox to the push services: claim, hand over, settle; the next batch while the last is on its way.

Each turn writes what came back, claims what may leave, and lets `transport.py` work for a moment. Messages are
claimed only when they can leave at once: the claim is the check that what they announce still holds, and a lease
covers nothing but one call.
"""

import random
from collections import Counter
from datetime import datetime

import structlog
from flask import current_app

from app import clock
from app.config import Settings
from app.core.db import transaction
from app.core.tokens import new_token
from app.jobs import heartbeats, stopping
from app.push import outbox, rules
from app.push.outbox import Attempt, ClaimedMessage
from app.push.rules import SendOutcome
from app.push.transport import transport_to

log = structlog.get_logger()

# An origin with AT_ONCE messages in the air is given no more: one that is slow holds up nobody but itself. What
# is claimed in one go may all be for one origin, hence AT_ONCE + BATCH - 1 calls at most at the same.
AT_ONCE = 64
BATCH = 128
# Outcomes are written together: so many, or those of so many seconds.
GROUP = 64
SETTLE_EVERY = 0.02


class Courier:
    """What one process has in the air. Outcomes stay here until they are written, even if the database goes away."""

    def __init__(self) -> None:
        self._in_flight = 0
        self._by_origin: Counter[str] = Counter()
        self._outcomes: list[tuple[ClaimedMessage, SendOutcome | None]] = []
        self._unwritten: list[Attempt] = []

    @property
    def idle(self) -> bool:
        return not (self._in_flight or self._unwritten)

    def turn(self, now: datetime, *, more: bool) -> int:
        """Settle what came back and, if `more`, claim and hand over what is due; returns how many came back."""
        settings: Settings = current_app.config["SETTINGS"]
        self._transport = transport_to(settings.push_hosts)
        back = self._collect()
        busy = [origin for origin, number in self._by_origin.items() if number >= AT_ONCE]
        batch: list[ClaimedMessage] = []
        if self._unwritten or (more and outbox.anything_due(now, busy)):
            with transaction():
                outbox.settle_all(self._unwritten)
                if more:
                    batch = outbox.claim(BATCH, new_token(), now, busy)
            self._unwritten.clear()
        self._hand_over(batch)
        return back

    def _collect(self) -> int:
        """Wait until there is a group to write, or for a moment; not at all when nothing is in the air."""
        if self._in_flight:
            self._transport.wait(0 if self._group_is_complete else SETTLE_EVERY)
        back, self._outcomes = self._outcomes, []
        for message, outcome in back:
            self._by_origin[message.origin] -= 1
            if outcome:
                self._unwritten.append(_attempt(message, outcome, clock.now()))
        self._by_origin = +self._by_origin
        self._in_flight -= len(back)
        return len(back)

    def _hand_over(self, batch: list[ClaimedMessage]) -> None:
        self._in_flight += len(batch)
        self._by_origin.update(message.origin for message in batch)
        if batch:
            self._transport.send(batch, self._note_outcome)

    def _note_outcome(self, message: ClaimedMessage, outcome: SendOutcome | None) -> None:
        self._outcomes.append((message, outcome))
        if self._group_is_complete:
            self._transport.enough()

    @property
    def _group_is_complete(self) -> bool:
        return len(self._outcomes) >= min(GROUP, self._in_flight)


def send_due(now: datetime) -> int:
    """Send what is due until there is no more of it, or the process is asked to stop; returns how many were tried.

    What falls due meanwhile goes out too, so that a push service in trouble holds up no other. Returns when all
    that left has been settled, hence at most a call's time after the last.
    """
    courier: Courier = current_app.extensions.setdefault("push_courier", Courier())
    tried = courier.turn(now, more=True)
    while not courier.idle:
        heartbeats.alive()
        tried += courier.turn(clock.now(), more=not stopping.asked.is_set())
    return tried


def _attempt(message: ClaimedMessage, outcome: SendOutcome, now: datetime) -> Attempt:
    verdict = rules.after(
        outcome,
        attempts=message.attempts,
        now=now,
        expires_at=message.expires_at,
        jitter=random.random(),  # noqa: S311 -- spreads retries, guards nothing
    )
    if verdict.alarm:
        log.error("push_alarm", reason=verdict.alarm, origin=rules.origin_of(message.endpoint))
    return Attempt(message, verdict, outcome.status, now)
