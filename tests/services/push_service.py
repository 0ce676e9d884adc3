"""A vendor's push service on this machine: it checks like the real ones, decrypts, and can misbehave.

RFC 8030 (the request), RFC 8291 (its encryption), RFC 8292 (VAPID, who sends).
"""

import base64
import itertools
import json
import re
import secrets
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from app.language.typography import plain

LARGEST_BODY = 4096
LONGEST_VAPID_LIFE = 24 * 3600


@dataclass(frozen=True)
class PushMessage:
    """A message that reached its device, decrypted. `at` is the service's clock, in seconds."""

    data: bytes
    ttl: int
    urgency: str
    topic: str | None
    at: float

    @property
    def json(self) -> Any:
        """Said as words are typed: how they are set is looked for elsewhere."""
        return json.loads(plain(self.data if isinstance(self.data, str) else self.data.decode()))


@dataclass(frozen=True)
class Attempt:
    """One POST and what it was answered; `status` 0 stands for a connection left without an answer."""

    status: int
    reason: str
    at: float


@dataclass(frozen=True)
class _Answer:
    status: int = 201
    retry_after: str | None = None
    slow: float = 0
    never: bool = False
    reset: bool = False
    redirect: str | None = None


class _Refused(Exception):
    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass
class PushDevice:
    """A subscription as a browser makes one, whose private key stays here.

    `endpoint`, `p256dh` and `auth` are what the browser would hand to Relais (keys in unpadded base64url).
    """

    endpoint: str
    p256dh: str
    auth: str
    messages: list[PushMessage] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    _private_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _always: _Answer = _Answer()
    _next: deque[_Answer] = field(default_factory=deque)
    expected_key: str | None = None
    _now: Callable[[], float] = time.time
    _waiting: list[PushMessage] | None = None

    def away(self) -> None:
        """Out of reach from now on: what the service accepts waits there, as its TTL and Topic say (RFC 8030 §5)."""
        with self._changed:
            self._waiting = []

    def back(self) -> None:
        """In reach again: what waited arrives, but for what is too old by now or was replaced."""
        with self._changed:
            waited, self._waiting = self._waiting or [], None
            self.messages += [message for message in waited if self._now() < message.at + message.ttl]
            self._changed.notify_all()

    @property
    def subscription(self) -> dict[str, Any]:
        """The same as `PushSubscription.toJSON()`."""
        return {
            "endpoint": self.endpoint,
            "expirationTime": None,
            "keys": {"p256dh": self.p256dh, "auth": self.auth},
        }

    def answers(self, status: int = 201, *, times: int | None = None, **manners: Any) -> None:
        """Answer `status` to well-formed requests from now on, or to the next `times` of them only.

        Manners: `retry_after="120"` (or an HTTP date), `slow=seconds` before answering, `never=True` (the
        connection stays open in silence), `reset=True` (it is cut), `redirect=url`.
        """
        answer = _Answer(status, **manners)
        with self._changed:
            if times is None:
                self._always = answer
                self._next.clear()
            else:
                self._next.extend(itertools.repeat(answer, times))

    def wait_for(self, count: int, timeout: float = 30) -> list[PushMessage]:
        """Return the messages once there are `count`; AssertionError after `timeout` seconds."""
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.messages) >= count, timeout):
                raise AssertionError(f"{len(self.messages)} of {count} messages came; attempts: {self.attempts}")
            return list(self.messages)

    def _answer(self) -> _Answer:
        with self._changed:
            return self._next.popleft() if self._next else self._always

    def _record(self, attempt: Attempt, message: PushMessage | None = None) -> None:
        with self._changed:
            self.attempts.append(attempt)
            if message:
                self._take(message)
            self._changed.notify_all()

    def _take(self, message: PushMessage) -> None:
        if self._waiting is None:
            self.messages.append(message)
            return
        if message.topic:
            self._waiting = [other for other in self._waiting if other.topic != message.topic]
        self._waiting.append(message)


class FakePushService:
    """Serves on 127.0.0.1 until `close()`; `origin` is what RELAIS_PUSH_HOSTS must name.

    `now` gives the time VAPID tokens are judged by, in seconds since 1970: pass the test's own clock when it
    is moved by hand. Set `expected_key` (base64url), here or on one device, to answer 403 to any other sender, as
    vendors do for a subscription made with another key.
    """

    def __init__(self, *, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.expected_key: str | None = None
        self.devices: list[PushDevice] = []
        self.connections = 0
        self.closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.service = self
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        """Not `serve_forever`, which looks now and then whether to stop: a town of each test has a service."""
        while not self.closing.is_set():
            self._server.handle_request()

    def close(self) -> None:
        self.closing.set()
        socket.create_connection(self._server.server_address).close()  # Nobody calls: this ends the waiting.
        self._thread.join()
        self._server.server_close()

    def new_device(self) -> PushDevice:
        key = ec.generate_private_key(ec.SECP256R1())
        point = key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
        device = PushDevice(
            endpoint=f"{self.origin}/push/{secrets.token_urlsafe(16)}",
            p256dh=_to_base64url(point),
            auth=_to_base64url(secrets.token_bytes(16)),
            _private_key=key,
            _now=self.now,
        )
        self.devices.append(device)
        return device

    def accept(self, device: PushDevice, headers: Any, body: bytes) -> PushMessage:
        """Return the decrypted message, or raise `_Refused` with what a vendor would answer."""
        ttl = _checked_ttl(headers)
        urgency, topic = _checked_options(headers)
        self._check_sender(headers.get("Authorization", ""), device.expected_key or self.expected_key)
        if len(body) > LARGEST_BODY:
            raise _Refused(413, f"{len(body)} bytes, {LARGEST_BODY} at most")
        return PushMessage(_decrypted(device, headers, body), ttl, urgency, topic, self.now())

    def _check_sender(self, authorization: str, expected_key: str | None) -> None:
        found = re.fullmatch(r"vapid t=([\w-]+\.[\w-]+\.[\w-]+), ?k=([\w-]+)=*", authorization)
        if not found:
            raise _Refused(401, f"Authorization is not 'vapid t=…, k=…': {authorization[:40]!r}")
        token, key = found.groups()
        claims = _verified_claims(token, key)
        if expected_key is not None and key != expected_key.rstrip("="):
            raise _Refused(403, "the subscription was made with another VAPID key")
        if claims.get("aud") != self.origin:
            raise _Refused(403, f"aud is {claims.get('aud')!r}, not {self.origin!r}")
        life = float(claims.get("exp", 0)) - self.now()
        if not 0 < life <= LONGEST_VAPID_LIFE:
            raise _Refused(403, f"exp is {life:.0f} s away, between 0 and 24 h are accepted")
        # Apple refuses a space after "mailto:" and a missing subject; so do we.
        if not re.fullmatch(r"(mailto:[^\s@]+@[^\s@]+|https://\S+)", str(claims.get("sub", ""))):
            raise _Refused(403, f"sub is {claims.get('sub')!r}")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    service: FakePushService

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that hangs up is its own business: nothing to print."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.service.connections += 1

    def do_POST(self) -> None:
        service = self.server.service
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        device = next((one for one in service.devices if one.endpoint == service.origin + self.path), None)
        if device is None:
            self._reply(404, "no such subscription")
            return
        try:
            message = service.accept(device, self.headers, body)
        except _Refused as refusal:
            device._record(Attempt(refusal.status, refusal.reason, service.now()))
            self._reply(refusal.status, refusal.reason)
            return
        self._give(device._answer(), device, message)

    def _give(self, answer: _Answer, device: PushDevice, message: PushMessage) -> None:
        service = self.server.service
        service.closing.wait(answer.slow)
        if answer.never or answer.reset:
            device._record(Attempt(0, "silence" if answer.never else "reset", service.now()))
            self._hang_up(silent=answer.never)
            return
        status = 307 if answer.redirect else answer.status
        device._record(Attempt(status, "as told", service.now()), message if status < 300 else None)
        headers = {"Retry-After": answer.retry_after, "Location": answer.redirect}
        if status == 201:
            headers |= {
                "Location": f"{service.origin}/message/{secrets.token_hex(8)}",
                "TTL": str(message.ttl),
            }
        self._reply(status, "", headers)

    def _hang_up(self, *, silent: bool) -> None:
        self.close_connection = True
        if silent:
            self.server.service.closing.wait()
        # Zero seconds of linger turn the close into a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _reply(self, status: int, text: str, headers: dict[str, str | None] | None = None) -> None:
        content = text.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            if value is not None:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Tests read `attempts` instead."""


def _checked_ttl(headers: Any) -> int:
    ttl = headers.get("TTL", "")
    if not ttl.isdigit():
        raise _Refused(400, f"TTL is {ttl!r}, a number of seconds is required")
    return int(ttl)


def _checked_options(headers: Any) -> tuple[str, str | None]:
    urgency, topic = headers.get("Urgency", "normal"), headers.get("Topic")
    if urgency not in ("very-low", "low", "normal", "high"):
        raise _Refused(400, f"Urgency is {urgency!r}")
    if topic is not None and not re.fullmatch(r"[\w-]{1,32}", topic, re.ASCII):
        raise _Refused(400, f"Topic is {topic!r}, at most 32 base64url characters are accepted")
    return urgency, topic


def _decrypted(device: PushDevice, headers: Any, body: bytes) -> bytes:
    if headers.get("Content-Encoding") != "aes128gcm":
        raise _Refused(400, f"Content-Encoding is {headers.get('Content-Encoding')!r}, not 'aes128gcm'")
    try:
        decrypted: bytes = http_ece.decrypt(
            body,
            private_key=device._private_key,
            auth_secret=_from_base64url(device.auth),
            version="aes128gcm",
        )
    # A real service cannot look inside; a body no phone could read is a bug of the sender all the same.
    except Exception as error:
        raise _Refused(400, f"the phone cannot decrypt this: {error!r}") from error
    return decrypted


def _verified_claims(token: str, key: str) -> dict[str, Any]:
    head, claims, signature = token.split(".")
    try:
        public_key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _from_base64url(key))
        raw = _from_base64url(signature)
        if json.loads(_from_base64url(head))["alg"] != "ES256" or len(raw) != 64:
            raise _Refused(403, "the VAPID token is not signed with ES256")
        der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
        public_key.verify(der, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
        verified: dict[str, Any] = json.loads(_from_base64url(claims))
    except (InvalidSignature, ValueError, KeyError) as error:
        raise _Refused(403, f"the VAPID token does not hold: {error!r}") from error
    return verified


def _to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
