"""How many push messages leave in a second: `python -m tests.bench.push`.

The sender as the worker runs it, with real rows on both engines, beside npm web-push at concurrency 32 and the
limits that no sender in Python can pass: the cryptography alone, aiohttp alone, and both in turn. Everything
posts to the same sink, in rounds that take turns, because a shared machine is never twice the same; so the
ratios say more than the rates. What was found stands in PUSH.md.
"""

import asyncio
import gc
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask
from pywebpush import WebPusher
from sqlalchemy import func, insert, select, update

from app import clock, create_app
from app.core.db import db, new_id, transaction
from app.messages.actions import payload_of
from app.push import sender
from app.push.models import Message, MessageState, Subscription
from app.push.outbox import topic_of
from app.push.request import payload_for
from tests.conftest import make_tables, settings_for
from tests.push.house import NOTICE, new_account
from tests.services.postgres import PostgresServer
from tests.services.push_service import FakePushService, PushDevice

WEB_PUSH = "web-push@3.6.7"
ROUNDS = int(os.environ.get("ROUNDS", "5"))
MESSAGES, PHONES, LANES = 2000, 200, 32
WAVE = 50
CURVE = ec.SECP256R1()

Rate = Callable[[], float]


class Sending:
    """The product: outbox rows on one engine, and `send_due` until all of them are settled."""

    def __init__(self, url: str, folder: Path, origin: str, devices: list[PushDevice]) -> None:
        folder.mkdir()
        make_tables(url, folder)
        self.app: Flask = create_app(settings_for(url, folder))
        self._origin = origin
        with self.app.app_context():
            who, now = new_account(clock.now()), clock.now()
            with transaction():
                self._phones = [self._subscribe(who, device, now) for device in devices]
                self._account = who

    def _subscribe(self, who: object, device: PushDevice, now: object) -> object:
        row = Subscription(
            account_id=who, endpoint=device.endpoint, p256dh=device.p256dh, auth=device.auth, created_at=now
        )
        db.session.add(row)
        db.session.flush()
        return row.id

    def owe(self, count: int, path: str) -> None:
        """So many messages to as many phones in turn, whose addresses are under `path` from now on."""
        now = clock.now()
        with transaction():
            db.session.execute(update(Message).values(state=MessageState.STALE))
            for number, phone in enumerate(self._phones):
                moved = update(Subscription).where(Subscription.id == phone)
                db.session.execute(moved.values(endpoint=f"{self._origin}/{path}/{number}"))
            rows = []
            for number in range(count):
                subject = uuid4()
                rows.append(
                    {
                        "id": new_id(),
                        "account_id": self._account,
                        "subscription_id": self._phones[number % len(self._phones)],
                        "subject_id": subject,
                        "step": "offer",
                        "payload": payload_of(NOTICE, subject),
                        "topic": topic_of(subject),
                        "urgency": "high",
                        "due_at": now,
                        "expires_at": now + timedelta(hours=1),
                    }
                )
            db.session.execute(insert(Message), rows)

    def seconds(self, count: int, path: str = "push") -> float:
        with self.app.app_context():
            self.owe(count, path)
            started = time.perf_counter()
            tried = sender.send_due(clock.now())
            took = time.perf_counter() - started
            sent = select(func.count()).where(Message.state == MessageState.SENT)
            assert (tried, db.session.scalar(sent)) == (count, count)
            db.session.remove()
            return took

    def rate(self) -> float:
        return MESSAGES / self.seconds(MESSAGES)


class Limits:
    """What remains of a sender without rows, settling, deadlines or a payload of its own."""

    def __init__(self, origin: str, devices: list[PushDevice], content: bytes) -> None:
        self._origin, self._devices, self._content = origin, devices, content
        self._keys = [device._private_key.public_key() for device in devices]
        self._points = [key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) for key in self._keys]

    def crypto(self) -> float:
        started = time.perf_counter()
        for number in range(MESSAGES):
            self._sealed(number)
        return MESSAGES / (time.perf_counter() - started)

    def pywebpush(self) -> float:
        started = time.perf_counter()
        for number in range(MESSAGES):
            WebPusher(self._devices[number % PHONES].subscription).encode(self._content)
        return MESSAGES / (time.perf_counter() - started)

    def http(self) -> float:
        body = self._sealed(0)
        return asyncio.run(self._posted(lambda _: body))

    def both(self) -> float:
        return asyncio.run(self._posted(self._sealed))

    async def _posted(self, body: Callable[[int], bytes]) -> float:
        headers = {
            "TTL": "600",
            "Urgency": "high",
            "Topic": "a" * 32,
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "Authorization": f"vapid t={'x' * 220}, k={'y' * 87}",
        }
        numbers = iter(range(MESSAGES))
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:

            async def lane() -> None:
                for number in numbers:
                    address = f"{self._origin}/push/{number % PHONES}"
                    async with session.post(address, data=body(number), headers=headers) as answer:
                        assert answer.status == 201

            started = time.perf_counter()
            await asyncio.gather(*(lane() for _ in range(LANES)))
            return MESSAGES / (time.perf_counter() - started)

    def _sealed(self, number: int) -> bytes:
        """RFC 8291 as the library has it, the phone's key at hand."""
        phone, point = self._keys[number % PHONES], self._points[number % PHONES]
        ours, salt = ec.generate_private_key(CURVE), os.urandom(16)
        our_point = ours.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        shared = _hkdf(b"a" * 16, b"WebPush: info\0" + point + our_point, 32, ours.exchange(ec.ECDH(), phone))
        key = _hkdf(salt, b"Content-Encoding: aes128gcm\0", 16, shared)
        nonce = _hkdf(salt, b"Content-Encoding: nonce\0", 12, shared)
        sealed = AESGCM(key).encrypt(nonce, self._content + b"\x02", None)
        return salt + (4096).to_bytes(4) + b"A" + our_point + sealed


def _hkdf(salt: bytes, info: bytes, length: int, secret: bytes) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)


class NpmWebPush:
    """The most used sender of all, installed for the occasion into a folder that goes with it."""

    def __init__(self, folder: Path, origin: str, size: int) -> None:
        subprocess.run(["npm", "install", "--silent", "--no-audit", "--prefix", folder, WEB_PUSH], check=True)
        script = Path(__file__).with_name("push_npm.js")
        self._command = ["node", script, folder, origin, str(MESSAGES), str(size)]

    def rate(self) -> float:
        done = subprocess.run(self._command, check=True, capture_output=True, text=True)
        return float(done.stdout)


@contextmanager
def sink() -> Iterator[str]:
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.push_sink"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


@contextmanager
def everything(npm: bool) -> Iterator[tuple[dict[str, Rate], list[tuple[str, Sending]]]]:
    service, postgres = FakePushService(), PostgresServer(durable=True).start()
    folder = Path(tempfile.mkdtemp(prefix="relais-bench-push-"))
    devices = [service.new_device() for _ in range(PHONES)]
    try:
        with sink() as origin:
            on_sqlite = Sending(f"sqlite:///{folder / 'bench.sqlite3'}", folder / "sqlite", origin, devices)
            on_postgres = Sending(postgres.create_database(), folder / "postgres", origin, devices)
            with on_sqlite.app.app_context():
                content = payload_for(uuid4(), payload_of(NOTICE, uuid4()), "https://relais.example.org")
            limits = Limits(origin, devices, content)
            rates: dict[str, Rate] = {
                "Relais, SQLite": on_sqlite.rate,
                "Relais, PostgreSQL": on_postgres.rate,
                "both in turn": limits.both,
                "aiohttp alone": limits.http,
                "cryptography alone": limits.crypto,
                "pywebpush's encode alone": limits.pywebpush,
            }
            if npm:
                rates["npm web-push"] = NpmWebPush(folder / "npm", origin, len(content)).rate
            yield rates, [("SQLite", on_sqlite), ("PostgreSQL", on_postgres)]
    finally:
        service.close()
        postgres.close()
        shutil.rmtree(folder)


def main(npm: bool = bool(shutil.which("npm"))) -> None:
    with everything(npm) as (rates, engines):
        gc.freeze()  # As the worker does when it starts; every other rate in this process gains by it too.
        found: dict[str, list[float]] = {name: [] for name in rates}
        for _ in range(ROUNDS):
            for name, rate in rates.items():
                found[name].append(rate())
        gc.unfreeze()
        middle = {name: statistics.median(some) for name, some in found.items()}
        print("| what | messages/s, median | lowest - highest | against npm web-push | against both in turn |")
        print("|---|---|---|---|---|")
        for name, some in found.items():
            against = [
                f"{statistics.median(a / b for a, b in zip(some, found[other], strict=True)):.2f}"
                if other in found
                else "-"
                for other in ("npm web-push", "both in turn")
            ]
            print(f"| {name} | {middle[name]:,.0f} | {min(some):,.0f} - {max(some):,.0f} | {' | '.join(against)} |")
        for engine, sending in engines:
            waves = sorted(1000 * sending.seconds(WAVE, "slow") for _ in range(ROUNDS + 1))
            print(f"\n{WAVE} messages to a service that takes 100 ms, {engine}: {statistics.median(waves):.0f} ms")


if __name__ == "__main__":
    main()
