"""The network side of the sender, and the only place of the house with asyncio."""

import asyncio
import atexit
import ipaddress
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import lru_cache
from urllib.parse import urlsplit

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from flask import current_app
from yarl import URL

from app.config import Settings
from app.core import clock
from app.push import rules, vapid
from app.push.encryption import encrypted
from app.push.outbox import Claimed
from app.push.payload import payload_for
from app.push.rules import Outcome

log = structlog.get_logger()

Done = Callable[[Claimed, Outcome | None], None]

# Seconds for one whole call, from its first look at a name to the last byte; well under the lease.
CALL_TIMEOUT = 10.0


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


class Transport:
    """Posts messages side by side, over connections that stay open from one batch to the next.

    The loop runs only while its owner waits (`wait`), in the owner's thread: a second thread would cost both of them
    more, in turns at the interpreter, than the database makes the loop wait. aiohttp pools connections by origin; how
    many are in use at one is for the caller to decide.
    """

    def __init__(self, push_hosts: tuple[str, ...]) -> None:
        self._push_hosts = push_hosts
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._enough = asyncio.Event()
        self._session = self._loop.run_until_complete(self._open())
        atexit.register(self.close)

    def send(self, messages: Sequence[Claimed], done: Done) -> None:
        """Post these from the next `wait` on. `done` is called once for each, with no outcome when a bug spoilt the
        attempt. Called inside an app context, which the posting keeps."""
        if not self._tasks:
            self._loop.run_until_complete(_look_around())
        for message in messages:
            task = self._loop.create_task(self._carry(message, done))
            self._tasks.add(task)  # The loop itself holds tasks only weakly.
            task.add_done_callback(self._tasks.discard)

    def wait(self, seconds: float) -> None:
        """Let the posting go on for so long, or until somebody said `enough`."""
        self._enough.clear()
        self._loop.run_until_complete(self._pass(seconds))

    def enough(self) -> None:
        self._enough.set()

    def close(self) -> None:
        self._loop.run_until_complete(self._session.close())
        self._loop.close()

    async def _pass(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._enough.wait()

    async def _open(self) -> aiohttp.ClientSession:
        self._resolver = PublicOnly(self._push_hosts, ThreadedResolver())
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, resolver=self._resolver, keepalive_timeout=60),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
        )

    async def _carry(self, message: Claimed, done: Done) -> None:
        """A bug here costs this attempt, never the others: the lease runs out and the message is tried again."""
        outcome = None
        try:
            outcome = await self._attempt(message)
        except Exception:
            log.exception("push_attempt_broke", message=str(message.id))
        done(message, outcome)

    async def _attempt(self, message: Claimed) -> Outcome | None:
        settings: Settings = current_app.config["SETTINGS"]
        now = clock.now()
        if now >= message.lease_until:
            return None  # This process was held up, and another has it.
        audience = _allowed(message.origin, self._push_hosts)
        if not audience:
            return Outcome(fault="forbidden-address")
        seconds_left = int((message.expires_at - now).total_seconds())
        if seconds_left < 1:
            return Outcome(fault="too-late")
        try:
            content = payload_for(message.id, message.notice, settings.base_url)
            body = encrypted(content, message.p256dh, message.auth)
        except ValueError:
            return Outcome(fault="bad-keys")
        authorization = vapid.authorization(audience, message.vapid_key, now)
        return await self._post(message, body, _headers(message, seconds_left, authorization))

    async def _post(self, message: Claimed, body: bytes, headers: dict[str, str]) -> Outcome:
        try:
            async with self._session.post(
                URL(message.endpoint, encoded=True),
                data=body,
                headers=headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=CALL_TIMEOUT),
            ) as answer:
                return Outcome(answer.status, answer.headers.get("Retry-After", ""))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            forbidden = isinstance(getattr(error, "os_error", error), ForbiddenAddress)
            return Outcome(fault="forbidden-address" if forbidden else "silence")


async def _look_around() -> None:
    """Long enough to see which connections were closed while the loop stood still, before one of them is used."""
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


def _headers(message: Claimed, seconds_left: int, authorization: str) -> dict[str, str]:
    """TTL is the time left, in whole seconds: a phone that wakes up later must not ring for nothing."""
    return {
        "TTL": str(seconds_left),
        "Urgency": message.urgency,
        "Topic": message.topic,
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "Authorization": authorization,
    }
