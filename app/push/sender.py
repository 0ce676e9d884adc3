"""Handing messages to the push services, many at once. The only place of the house where asyncio is used."""

import asyncio
import ipaddress
import random
import socket
from datetime import datetime
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from flask import current_app
from pywebpush import WebPusher, WebPushException

from app.config import Settings
from app.core import clock
from app.core.db import transaction
from app.core.tokens import new_token
from app.push import outbox, rules, vapid
from app.push.outbox import Claimed
from app.push.payload import payload_for
from app.push.rules import Outcome

log = structlog.get_logger()

# Seconds for one whole call. A batch of BATCH messages, AT_ONCE at a time, lasts two calls at most: the lease
# of 30 s covers it.
CALL_TIMEOUT = 10.0
BATCH = 64
AT_ONCE = 32


class ForbiddenAddress(OSError):
    """A push service's name that leads into a private network."""


class PublicOnly(AbstractResolver):
    """Resolves names to public addresses only, unless the operator named the host.

    The address that is checked is the one that is called: a name cannot lead elsewhere in between.
    """

    def __init__(self, named: tuple[str, ...], inner: AbstractResolver) -> None:
        self._named_hosts = {urlsplit(name).hostname for name in named}
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        if host not in self._named_hosts and not all(is_public(one["host"]) for one in found):
            raise ForbiddenAddress(host)
        return found

    async def close(self) -> None:
        await self._inner.close()


def is_public(address: str) -> bool:
    """Neither private, loopback, link-local (where clouds keep their secrets) nor multicast."""
    ip = ipaddress.ip_address(address)
    real = getattr(ip, "ipv4_mapped", None) or ip
    return bool(real.is_global and not real.is_multicast)


def send_due(now: datetime) -> int:
    """Send one batch of what is due, settling each as its answer comes; returns how many there were."""
    if not outbox.anything_due(now):
        return 0
    with transaction():
        batch = outbox.claim(BATCH, new_token(), now)
    if batch:
        asyncio.run(_send_all(batch))
    return len(batch)


async def _send_all(batch: list[Claimed]) -> None:
    settings: Settings = current_app.config["SETTINGS"]
    resolver = PublicOnly(settings.push_hosts, ThreadedResolver())
    connector = aiohttp.TCPConnector(limit=AT_ONCE, resolver=resolver)
    timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT)
    turns = asyncio.Semaphore(AT_ONCE)
    try:
        async with aiohttp.ClientSession(
            connector=connector, timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            await asyncio.gather(*(_deliver(session, turns, settings, message) for message in batch))
    finally:
        await resolver.close()


async def _deliver(
    session: aiohttp.ClientSession, turns: asyncio.Semaphore, settings: Settings, message: Claimed
) -> None:
    """One message from its turn to its settled row. A bug here costs this attempt, never the batch."""
    try:
        async with turns:
            # Its offer may have been taken since the batch was claimed.
            if not outbox.still_ours(message):
                return
            outcome = await _attempt(session, settings, message)
        _settle(message, outcome)
    except Exception:
        # The lease runs out and the message is tried again, until its deadline.
        log.exception("push_attempt_broke", message=str(message.id))


async def _attempt(session: aiohttp.ClientSession, settings: Settings, message: Claimed) -> Outcome:
    if not rules.may_call(message.endpoint, settings.push_hosts):
        return Outcome(fault="forbidden-address")
    now = clock.now()
    seconds_left = int((message.expires_at - now).total_seconds())
    if seconds_left < 1:
        return Outcome(fault="too-late")
    try:
        body = _encrypted(message, settings.base_url)
    except (ValueError, IndexError, WebPushException):
        return Outcome(fault="bad-keys")
    try:
        async with session.post(
            message.endpoint, data=body, headers=_headers(message, seconds_left, now), allow_redirects=False
        ) as answer:
            return Outcome(answer.status, answer.headers.get("Retry-After", ""))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        forbidden = isinstance(getattr(error, "os_error", error), ForbiddenAddress)
        return Outcome(fault="forbidden-address" if forbidden else "silence")


def _encrypted(message: Claimed, base_url: str) -> bytes:
    keys = {"p256dh": message.p256dh, "auth": message.auth}
    pusher = WebPusher({"endpoint": message.endpoint, "keys": keys})
    body: bytes = pusher.encode(payload_for(message.id, message.notice, base_url))["body"]
    return body


def _headers(message: Claimed, seconds_left: int, now: datetime) -> dict[str, str]:
    """TTL is the time left, in whole seconds: a phone that wakes up later must not ring for nothing."""
    return {
        "TTL": str(seconds_left),
        "Urgency": message.urgency,
        "Topic": message.topic,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": vapid.authorization(rules.origin_of(message.endpoint), now),
    }


def _settle(message: Claimed, outcome: Outcome) -> None:
    now = clock.now()
    verdict = rules.after(
        outcome,
        attempts=message.attempts,
        now=now,
        expires_at=message.expires_at,
        jitter=random.random(),  # noqa: S311 -- spreads retries, guards nothing
    )
    if verdict.alarm:
        log.error("push_alarm", reason=verdict.alarm, origin=rules.origin_of(message.endpoint))
    with transaction():
        outbox.settle(message, verdict, outcome.status, now)
