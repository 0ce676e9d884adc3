"""The connections of the sender, against a server that says byte for byte what a test tells it to."""

import asyncio
import ssl
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from app.push import transport
from app.push.rules import SendOutcome
from app.push.transport import ANSWER_LIMIT, SILENCE, Origin, Pool

CREATED = b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n"
REQUEST = b"POST /push/1 HTTP/1.1\r\nHost: push.example\r\nContent-Length: 2\r\n\r\nhi"


class Server:
    """Answers each request with the next of `answers`; None hangs up without a word."""

    def __init__(self, *answers: bytes | None, then_close: bool = False, tls: ssl.SSLContext | None = None) -> None:
        self._answers, self._then_close, self._tls = list(answers), then_close, tls
        self._writers: list[asyncio.StreamWriter] = []

    @property
    def connections(self) -> int:
        return len(self._writers)

    async def __aenter__(self) -> "Server":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.origin = Origin("https" if self._tls else "http", "push.example", self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0.01)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while self._answers:
                await reader.readexactly(len(REQUEST))
                answer = self._answers.pop(0)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
                if self._then_close:
                    break
            else:
                await reader.read()
        writer.close()


async def here(_host: str, _port: int) -> list[str]:
    return ["127.0.0.1"]


async def posted(pool: Pool, origin: Origin, seconds: float = 2.0) -> SendOutcome:
    """What one POST came to, over a kept connection where there is one."""
    connection = pool.idle(origin) or await pool.connect(origin)
    came: asyncio.Future[SendOutcome] = asyncio.get_running_loop().create_future()
    connection.post(REQUEST, seconds, came.set_result)
    outcome = await came
    await asyncio.sleep(0.05)  # What follows the status may still be on its way.
    return outcome


def run(tale: Callable[[Pool], Coroutine[None, None, None]]) -> None:
    async def told() -> None:
        pool = Pool(here)
        try:
            await tale(pool)
        finally:
            pool.close()
            await asyncio.sleep(0.01)

    asyncio.run(told())


@pytest.mark.parametrize(
    ("answer", "outcome", "kept"),
    [
        (CREATED, SendOutcome(201), True),
        (b"HTTP/1.1 429 Slow\r\nRETRY-AFTER: 120\r\nContent-Length: 4\r\n\r\nwait", SendOutcome(429, "120"), True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", SendOutcome(200), True),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + CREATED, SendOutcome(201), True),
        (b"HTTP/1.1 410 Gone\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", SendOutcome(410), False),
        (b"HTTP/1.0 201 Created\r\n\r\n", SendOutcome(201), False),
        (b"HTTP/1.1 307 Elsewhere\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n", SendOutcome(307), True),
        (b"SSH-2.0-OpenSSH_9.2\r\n", SILENCE, False),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n", SILENCE, False),
        (None, SILENCE, False),
    ],
    ids=["created", "wait", "chunked", "continue", "close", "old", "redirect", "no http", "upgrade", "hangs up"],
)
def test_an_answer_and_whether_the_connection_serves_again(
    answer: bytes | None, outcome: SendOutcome, kept: bool
) -> None:
    async def tale(pool: Pool) -> None:
        async with Server(answer, CREATED) as server:
            assert await posted(pool, server.origin) == outcome
            assert await posted(pool, server.origin) == SendOutcome(201)
            assert server.connections == (1 if kept else 2)

    run(tale)


def test_an_answer_that_comes_in_pieces() -> None:
    async def tale(pool: Pool) -> None:
        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readexactly(len(REQUEST))
            for byte in CREATED:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0)
            writer.close()

        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        async with server:
            origin = Origin("http", "push.example", server.sockets[0].getsockname()[1])
            assert await posted(pool, origin) == SendOutcome(201)

    run(tale)


def test_one_that_never_ends_is_given_up_once_its_status_is_known() -> None:
    async def tale(pool: Pool) -> None:
        endless = b"HTTP/1.1 201 Created\r\nContent-Length: 99999999\r\n\r\n" + b"x" * (2 * ANSWER_LIMIT)
        async with Server(endless, CREATED) as server:
            assert await posted(pool, server.origin) in (SendOutcome(201), SILENCE)
            assert pool.idle(server.origin) is None

    run(tale)


def test_one_that_never_comes_is_silence() -> None:
    async def tale(pool: Pool) -> None:
        async with Server(b"", CREATED) as server:
            assert await posted(pool, server.origin, seconds=0.1) == SILENCE
            assert await posted(pool, server.origin) == SendOutcome(201)
            assert server.connections == 2, "what it might still say is not the answer to the next"

    run(tale)


def test_a_connection_closed_meanwhile_is_not_used_again() -> None:
    async def tale(pool: Pool) -> None:
        async with Server(CREATED, CREATED, then_close=True) as server:
            for _ in range(2):
                assert await posted(pool, server.origin) == SendOutcome(201)
            assert server.connections == 2

    run(tale)


def test_words_that_nobody_asked_for_close_the_connection() -> None:
    async def tale(pool: Pool) -> None:
        async with Server(CREATED + CREATED, CREATED) as server:
            assert await posted(pool, server.origin) == SendOutcome(201)
            assert await posted(pool, server.origin) == SendOutcome(201)
            assert server.connections == 2

    run(tale)


def test_the_next_address_is_tried() -> None:
    async def tale(_pool: Pool) -> None:
        async def two(_host: str, _port: int) -> list[str]:
            return ["127.0.0.2", "127.0.0.1"]

        pool = Pool(two)
        async with Server(CREATED) as server:
            assert await posted(pool, server.origin) == SendOutcome(201)
        pool.close()
        with pytest.raises(ConnectionError):
            await pool.connect(server.origin)

    run(tale)


def test_over_tls_the_name_is_the_urls_and_not_the_addresss(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "push.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("push.example")]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )
    both = tmp_path / "both.pem"
    both.write_bytes(certificate + key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    async def tale(pool: Pool) -> None:
        theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        theirs.load_cert_chain(both)
        pool._tls = ssl.create_default_context(cadata=certificate.decode())
        async with Server(CREATED, CREATED, tls=theirs) as server:
            for _ in range(2):
                assert await posted(pool, server.origin) == SendOutcome(201)
            assert server.connections == 1
            with pytest.raises(ssl.SSLError):
                await pool.connect(Origin("https", "evil.example", server.origin.port))

    run(tale)


def test_who_has_no_certificate_for_the_name_is_not_spoken_to() -> None:
    async def tale(pool: Pool) -> None:
        async with Server(CREATED) as server:
            with pytest.raises((ssl.SSLError, ConnectionError)):
                await pool.connect(Origin("https", "push.example", server.origin.port))

    run(tale)


def test_origins_without_end_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under a vendor's wildcard anybody may subscribe at a host of its own."""

    async def tale(pool: Pool) -> None:
        async with Server(*[CREATED] * 40) as server:
            for number in range(20):
                origin = Origin("http", f"{number}.push.example", server.origin.port)
                assert await posted(pool, origin) == SendOutcome(201)
            assert len(pool._idle) == 20
            monkeypatch.setattr(transport, "IDLE_SECONDS", 0.0)
            assert await posted(pool, server.origin) == SendOutcome(201)
            assert set(pool._idle) == {server.origin}

    run(tale)


def test_names_without_end_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "addresses_of", here)
    monkeypatch.setattr(transport, "is_public", lambda _address: True)

    async def tale() -> None:
        resolve = transport.PublicOnly(())
        monkeypatch.setattr(transport, "NAME_SECONDS", 0.0)
        for number in range(20):
            await resolve(f"{number}.push.example", 443)
        assert len(resolve._found) == 1

    asyncio.run(tale())
