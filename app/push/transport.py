"""The network side of the sender: who may be called, over which connections, and when the loop runs. The only place of
the house with asyncio.

POSTs over HTTP/1.1 and nothing else of it, one at a time on each connection, which then stays open for the next: no
redirects, no cookies, no proxies, no decoding. Of an answer only its status and `Retry-After` are read. A client made
for everything takes four times as long for this (figures in tests/bench/PUSH.md).
"""

import asyncio
import atexit
import ipaddress
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from typing import cast
from urllib.parse import urlsplit

import httptools
import structlog
from flask import current_app

from app import clock
from app.config import Settings
from app.push import rules
from app.push.outbox import ClaimedMessage
from app.push.request import encrypted, http_request, payload_for
from app.push.rules import SendOutcome

log = structlog.get_logger()

SILENCE = SendOutcome(fault="silence")
# Seconds for one whole call, from its first look at a name to the last byte; well under the lease.
CALL_TIMEOUT = 10.0

NAME_SECONDS = 10.0
"""Seconds for which an address that was found is not asked for again."""

ANSWER_LIMIT = 65536
"""Bytes of an answer that are passed over before the connection is given up."""

IDLE_SECONDS = 60.0
"""Seconds for which an idle connection is used again; services close theirs after some minutes."""

TRY_SECONDS = 3.0
"""Seconds for which one of several addresses is tried before the next."""

Done = Callable[[ClaimedMessage, SendOutcome | None], None]
Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True)
class Origin:
    """Whom to call: `scheme` is http or https, `host` as in the URL (an IPv6 address without brackets)."""

    scheme: str
    host: str
    port: int


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

    def send(self, messages: Sequence[ClaimedMessage], done: Done) -> None:
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

    def _carry(self, message: ClaimedMessage, base_url: str, finish: Callable[[SendOutcome | None], None]) -> None:
        """A bug here costs this attempt, never the others: the lease runs out and the message is tried again."""
        try:
            self._attempt(message, base_url, finish)
        except Exception:
            log.exception("push_attempt_broke", message=str(message.id))
            finish(None)

    def _attempt(self, message: ClaimedMessage, base_url: str, finish: Callable[[SendOutcome | None], None]) -> None:
        now = clock.now()
        if now >= message.lease_until:
            return finish(None)  # This process was held up, and another has it.
        audience = _allowed(message.origin, self._push_hosts)
        if not audience or not rules.is_address(message.endpoint):
            return finish(SendOutcome(fault="forbidden-address"))
        seconds_left = int((message.expires_at - now).total_seconds())
        if seconds_left < 1:
            return finish(SendOutcome(fault="too-late"))
        try:
            content = payload_for(message.id, message.notice, base_url)
            body = encrypted(content, message.p256dh, message.auth)
        except ValueError:
            return finish(SendOutcome(fault="bad-keys"))
        self._post(_origin(audience), http_request(message, body, audience, seconds_left, now), finish)

    def _post(self, origin: Origin, request: bytes, finish: Callable[[SendOutcome | None], None]) -> None:
        connection = self._pool.idle(origin)
        if connection:
            return connection.post(request, CALL_TIMEOUT, finish)
        task = self._loop.create_task(self._post_on_a_new_one(origin, request, finish))
        self._opening.add(task)  # The loop itself holds tasks only weakly.
        task.add_done_callback(self._opening.discard)

    async def _post_on_a_new_one(
        self, origin: Origin, request: bytes, finish: Callable[[SendOutcome | None], None]
    ) -> None:
        ends = self._loop.time() + CALL_TIMEOUT
        try:
            async with asyncio.timeout(CALL_TIMEOUT):
                connection = await self._pool.connect(origin)
        except ForbiddenAddress:
            return finish(SendOutcome(fault="forbidden-address"))
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


class Connection(asyncio.Protocol):
    """One connection. `release` is told when it may carry the next request."""

    def __init__(self, release: Callable[["Connection"], None]) -> None:
        self._release = release
        self._loop = asyncio.get_running_loop()
        self._finish: Callable[[SendOutcome], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.open = False
        self._idle_since = 0.0

    @property
    def fresh(self) -> bool:
        return self.open and self._loop.time() - self._idle_since < IDLE_SECONDS

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.open = True

    def post(self, request: bytes, seconds: float, finish: Callable[[SendOutcome], None]) -> None:
        self._finish, self._retry_after, self._passed = finish, "", 0
        self._parser = httptools.HttpResponseParser(self)
        self._timer = self._loop.call_later(seconds, self.give_up)
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._passed += len(data)
        # What comes when nothing was asked, or never ends, is no answer.
        if self._timer is None or self._passed > ANSWER_LIMIT:
            return self.give_up()
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.give_up()

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self._retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status >= 200:
            self._end(SendOutcome(status, self._retry_after))

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() < 200:  # "Continue": the answer is still to come.
            return
        asked = self._timer is not None
        self._rest()
        if asked and self._parser.should_keep_alive():
            self._idle_since = self._loop.time()
            self._release(self)
        else:
            self.give_up()

    def connection_lost(self, _error: Exception | None) -> None:
        self.open = False
        self._rest()
        self._end(SILENCE)

    def give_up(self) -> None:
        """Whatever was asked is answered with silence."""
        self.open = False
        self._rest()
        self._transport.abort()
        self._end(SILENCE)

    def _rest(self) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer = None

    def _end(self, outcome: SendOutcome) -> None:
        finish, self._finish = self._finish, None
        if finish:
            finish(outcome)


class Pool:
    """Connections by origin. `resolve(host, port)` says which addresses may be called; its errors are the caller's."""

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve
        self._idle: dict[Origin, list[Connection]] = {}

    def idle(self, origin: Origin) -> Connection | None:
        """A connection that can be used at once, the one used last first."""
        waiting = self._idle.get(origin, [])
        while waiting:
            connection = waiting.pop()
            if connection.fresh:
                return connection
            if connection.open:
                connection.give_up()
        return None

    async def connect(self, origin: Origin) -> Connection:
        """A new one, to the first of the origin's addresses that answers; raises OSError."""
        self._sweep()
        addresses = await self._resolve(origin.host, origin.port)
        trouble: OSError = ConnectionError(f"no address for {origin.host}")
        for address in addresses:
            try:
                async with asyncio.timeout(TRY_SECONDS):
                    return await self._connect_to(address, origin)
            except (OSError, TimeoutError) as error:
                trouble = error
        raise trouble

    async def _connect_to(self, address: str, origin: Origin) -> Connection:
        secure = origin.scheme == "https"

        def release(connection: Connection) -> None:
            self._idle.setdefault(origin, []).append(connection)

        _transport, connection = await asyncio.get_running_loop().create_connection(
            lambda: Connection(release),
            address,
            origin.port,
            ssl=self._tls if secure else None,
            server_hostname=origin.host if secure else None,
        )
        return connection

    def _sweep(self) -> None:
        """Close what stood idle for too long: an origin that is not called again must not be kept for ever."""
        for origin, waiting in list(self._idle.items()):
            for connection in waiting:
                if connection.open and not connection.fresh:
                    connection.give_up()
            self._idle[origin] = [connection for connection in waiting if connection.fresh]
            if not self._idle[origin]:
                del self._idle[origin]

    def close(self) -> None:
        for waiting in self._idle.values():
            for connection in waiting:
                if connection.open:
                    connection.give_up()
        self._idle.clear()

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


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
            self._found[host, port] = task, loop.time() + NAME_SECONDS
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
