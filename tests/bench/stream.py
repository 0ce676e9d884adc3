"""How fast a change reaches 300 open screens served by one gevent process. Prints p50, p95 and p99; not a test.

python -m tests.bench.stream [sqlite|postgresql] [streams] [changes]
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from uuid import uuid4

from flask import Flask

from app.core.db import Model, db, transaction
from app.live import rights
from app.live.actions import changed
from app.tablets import models as _the_tables_that_others_point_to  # noqa: F401
from tests.live.conftest import COOKIE, House, one_room
from tests.services.postgres import PostgresServer

KEYS = [uuid4() for _ in range(10)]


def server_app() -> Flask:
    """What gunicorn serves: everyone signed in may listen to everything."""
    rights.may_listen("thing")(lambda _account, _key: True)
    return one_room(os.environ["BENCH_DATABASE_URL"], Path(os.environ["BENCH_DATA"]))


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    server = PostgresServer(durable=True).start()
    try:
        yield server.create_database()
    finally:
        server.close()


@contextmanager
def gunicorn(url: str, folder: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--worker-class=gevent", f"--bind=127.0.0.1:{port}"]
    command += ["--log-level=warning", "--graceful-timeout=1", "tests.bench.stream:server_app()"]
    environment = os.environ | {"BENCH_DATABASE_URL": url, "BENCH_DATA": str(folder)}
    process = subprocess.Popen(command, env=environment)
    try:
        for _ in range(1800):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        yield port
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def open_stream(port: int, token: str, number: int) -> socket.socket:
    stream = socket.create_connection(("127.0.0.1", port))
    topic = f"thing-{KEYS[number % len(KEYS)]}:0"
    stream.sendall(f"GET /live?topics={topic} HTTP/1.1\r\nHost: localhost\r\nCookie: {COOKIE}={token}\r\n\r\n".encode())
    head = stream.recv(4096)
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise SystemExit(head.decode())
    return stream


def measure(house: House, streams: list[socket.socket], changes: int) -> list[float]:
    """Seconds from the end of the writer's commit to the arrival at each stream."""
    selector = DefaultSelector()
    for stream in streams:
        selector.register(stream, EVENT_READ)
    delays = []
    for number in range(changes):
        key = KEYS[number % len(KEYS)]
        due = len(streams) // len(KEYS)
        with house.app.app_context(), transaction():
            changed("thing", key)
        start = time.perf_counter()
        while due and time.perf_counter() - start < 10:
            for ready, _ in selector.select(timeout=1):
                if f"thing-{key}".encode() in ready.fileobj.recv(4096):  # type: ignore[union-attr]
                    delays.append(time.perf_counter() - start)
                    due -= 1
        time.sleep(0.01)
    return delays


def main(kind: str = "sqlite", streams: str = "300", changes: str = "100") -> None:
    with tempfile.TemporaryDirectory() as folder, database(kind, Path(folder)) as url:
        house = House(one_room(url, Path(folder)), set())
        with house.app.app_context():
            Model.metadata.create_all(db.engine)
        tokens = [house.sign_in() for _ in range(30)]  # ten streams each: fewer than an account may open
        with gunicorn(url, Path(folder)) as port:
            began = time.perf_counter()
            opened = [open_stream(port, tokens[n % len(tokens)], n) for n in range(int(streams))]
            took = time.perf_counter() - began
            delays = sorted(measure(house, opened, int(changes)))
            expected = int(changes) * (len(opened) // len(KEYS))
            p50, p95, p99 = (delays[int(len(delays) * p) - 1] * 1000 for p in (0.5, 0.95, 0.99))
            print(f"{kind}: {streams} streams opened in {took:.1f} s; {len(delays)} of {expected} notices arrived")
            print(f"p50 {p50:.1f} ms  p95 {p95:.1f} ms  p99 {p99:.1f} ms")
            for stream in opened:
                stream.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
