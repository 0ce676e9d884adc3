"""POSTs over HTTP/1.1, and nothing else of it: one at a time on each connection, which then stays open for the next.

No redirects, no cookies, no proxies, no decoding: of an answer only its status and `Retry-After` are read, and the
rest is passed over. A client made for everything takes four times as long for this (figures in tests/bench/PUSH.md).
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import httptools

from app.push.rules import Outcome

SILENCE = Outcome(fault="silence")
ANSWER_LIMIT = 65536
"""Bytes of an answer that are passed over before the connection is given up."""

KEPT_FOR = 60.0
"""Seconds for which an idle connection is used again; services close theirs after some minutes."""

TRY_FOR = 3.0
"""Seconds for which one of several addresses is tried before the next."""

Finish = Callable[[Outcome], None]
Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True)
class Origin:
    """Whom to call: `scheme` is http or https, `host` as in the URL (an IPv6 address without brackets)."""

    scheme: str
    host: str
    port: int


class Connection(asyncio.Protocol):
    """One connection. `release` is told when it may carry the next request."""

    def __init__(self, release: Callable[["Connection"], None]) -> None:
        self._release = release
        self._loop = asyncio.get_running_loop()
        self._finish: Finish | None = None
        self._timer: asyncio.TimerHandle | None = None
        self.open = False
        self._idle_since = 0.0

    @property
    def fresh(self) -> bool:
        return self.open and self._loop.time() - self._idle_since < KEPT_FOR

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self.open = True

    def post(self, request: bytes, seconds: float, finish: Finish) -> None:
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
            self._end(Outcome(status, self._retry_after))

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

    def _end(self, outcome: Outcome) -> None:
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
                async with asyncio.timeout(TRY_FOR):
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
