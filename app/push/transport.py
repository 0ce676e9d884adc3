"""The network side of the sender: what is posted, to whom it may be, and when the loop runs. With `wire.py`, which
holds the connections, the only place of the house with asyncio."""

import asyncio
import atexit
import ipaddress
import socket
from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from urllib.parse import urlsplit

import structlog
from flask import current_app

from app.config import Settings
from app.core import clock
from app.push import rules, vapid
from app.push.encryption import encrypted
from app.push.outbox import Claimed
from app.push.payload import payload_for
from app.push.rules import Outcome
from app.push.wire import SILENCE, Origin, Pool

log = structlog.get_logger()

Done = Callable[[Claimed, Outcome | None], None]

# Seconds for one whole call, from its first look at a name to the last byte; well under the lease.
CALL_TIMEOUT = 10.0

NAMES_KEPT_FOR = 10.0
"""Seconds for which an address that was found is not asked for again."""


class ForbiddenAddress(OSError):
    """A push service's name that leads into a private network."""


class PublicOnly:
    """Resolves names to public addresses only, unless the operator named the host.

    The address that is checked is the one that is called: a name cannot lead elsewhere in between.
    """

    def __init__(self, named: tuple[str, ...]) -> None:
        self._named_hosts = {urlsplit(name).hostname for name in named}
        self._found: dict[tuple[str, int], tuple[asyncio.Task[list[str]], float]] = {}

    async def __call__(self, host: str, port: int) -> list[str]:
        loop = asyncio.get_running_loop()
        task, until = self._found.get((host, port), (None, 0.0))
        if task is None or loop.time() >= until:
            self._forget_old(loop.time())
            task = loop.create_task(self._look_up(host, port))
            self._found[host, port] = task, loop.time() + NAMES_KEPT_FOR
        try:
            return await asyncio.shield(task)  # Others wait for the same answer.
        except OSError:
            self._found.pop((host, port), None)
            raise

    def _forget_old(self, now: float) -> None:
        """Under a vendor's wildcard anybody may name hosts without end."""
        self._found = {where: found for where, found in self._found.items() if found[1] > now}

    async def _look_up(self, host: str, port: int) -> list[str]:
        found = await addresses_of(host, port)
        if host not in self._named_hosts and not all(is_public(one) for one in found):
            raise ForbiddenAddress(host)
        return found


async def addresses_of(host: str, port: int) -> list[str]:
    """As the system has them, in the order in which it would call them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def is_public(address: str) -> bool:
    """Neither private, loopback, link-local (where clouds keep their secrets) nor multicast."""
    ip = ipaddress.ip_address(address)
    real = getattr(ip, "ipv4_mapped", None) or ip
    return bool(real.is_global and not real.is_multicast)


class Transport:
    """Posts messages side by side, over connections that stay open from one batch to the next.

    The loop runs only while its owner waits (`wait`), in the owner's thread: a second thread would cost both of them
    more, in turns at the interpreter, than the database makes the loop wait. How many calls are in the air at one
    origin is for the caller to decide.
    """

    def __init__(self, push_hosts: tuple[str, ...]) -> None:
        self._push_hosts = push_hosts
        self._loop = asyncio.new_event_loop()
        self._pool = Pool(PublicOnly(push_hosts))
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting = False
        atexit.register(self.close)

    def send(self, messages: Sequence[Claimed], done: Done) -> None:
        """Post these from the next `wait` on. `done` is called once for each, with no outcome when a bug spoilt the
        attempt. Called inside an app context, which the posting keeps."""
        settings: Settings = current_app.config["SETTINGS"]
        # First the loop sees which connections were closed while it stood still, before one of them is used.
        self._loop.run_until_complete(_look_around())
        for message in messages:
            self._loop.call_soon(self._carry, message, settings.base_url, partial(done, message))

    def wait(self, seconds: float) -> None:
        """Let the posting go on for so long, or until somebody said `enough`."""
        timer = self._loop.call_later(seconds, self._loop.stop)
        self._waiting = True
        self._loop.run_forever()
        self._waiting = False
        timer.cancel()

    def enough(self) -> None:
        if self._waiting:
            self._loop.stop()

    def close(self) -> None:
        self._pool.close()
        self._loop.run_until_complete(_look_around())
        self._loop.close()

    def _carry(self, message: Claimed, base_url: str, finish: Callable[[Outcome | None], None]) -> None:
        """A bug here costs this attempt, never the others: the lease runs out and the message is tried again."""
        try:
            self._attempt(message, base_url, finish)
        except Exception:
            log.exception("push_attempt_broke", message=str(message.id))
            finish(None)

    def _attempt(self, message: Claimed, base_url: str, finish: Callable[[Outcome | None], None]) -> None:
        now = clock.now()
        if now >= message.lease_until:
            return finish(None)  # This process was held up, and another has it.
        audience = _allowed(message.origin, self._push_hosts)
        if not audience or not rules.is_address(message.endpoint):
            return finish(Outcome(fault="forbidden-address"))
        seconds_left = int((message.expires_at - now).total_seconds())
        if seconds_left < 1:
            return finish(Outcome(fault="too-late"))
        try:
            content = payload_for(message.id, message.notice, base_url)
            body = encrypted(content, message.p256dh, message.auth)
        except ValueError:
            return finish(Outcome(fault="bad-keys"))
        authorization = vapid.authorization(audience, message.vapid_key, now)
        self._post(_origin(audience), _head(message, audience, len(body), seconds_left, authorization) + body, finish)

    def _post(self, origin: Origin, request: bytes, finish: Callable[[Outcome | None], None]) -> None:
        connection = self._pool.idle(origin)
        if connection:
            return connection.post(request, CALL_TIMEOUT, finish)
        task = self._loop.create_task(self._post_on_a_new_one(origin, request, finish))
        self._opening.add(task)  # The loop itself holds tasks only weakly.
        task.add_done_callback(self._opening.discard)

    async def _post_on_a_new_one(
        self, origin: Origin, request: bytes, finish: Callable[[Outcome | None], None]
    ) -> None:
        ends = self._loop.time() + CALL_TIMEOUT
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                connection = await self._pool.connect(origin)
        except ForbiddenAddress:
            return finish(Outcome(fault="forbidden-address"))
        except OSError:  # TimeoutError and the errors of TLS among them.
            return finish(SILENCE)
        connection.post(request, ends - self._loop.time(), finish)


async def _look_around() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


@lru_cache(maxsize=8)
def transport_to(push_hosts: tuple[str, ...]) -> Transport:
    """The process's one transport under this allow-list, with its connections, until the process ends."""
    return Transport(push_hosts)


@lru_cache(maxsize=256)
def _allowed(origin: str, push_hosts: tuple[str, ...]) -> str:
    """The origin as VAPID wants it, or nothing when it may not be called."""
    return rules.origin_of(origin) if rules.may_call(origin, push_hosts) else ""


@lru_cache(maxsize=256)
def _origin(audience: str) -> Origin:
    parts = urlsplit(audience)
    return Origin(parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))


def _head(message: Claimed, audience: str, length: int, seconds_left: int, authorization: str) -> bytes:
    """TTL is the time left, in whole seconds: a phone that wakes up later must not ring for nothing."""
    _scheme, _, host = audience.partition("://")
    path = message.endpoint[len(message.origin) :].partition("#")[0]
    return (
        f"POST /{path} HTTP/1.1\r\n"
        f"Host: {host}\r\n"
        f"TTL: {seconds_left}\r\n"
        f"Urgency: {message.urgency}\r\n"
        f"Topic: {message.topic}\r\n"
        "Content-Encoding: aes128gcm\r\n"
        "Content-Type: application/octet-stream\r\n"
        f"Authorization: {authorization}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode("ascii")
