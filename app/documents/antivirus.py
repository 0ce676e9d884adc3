"""The operator's antivirus, when there is one: `clamd`, asked by its own protocol (clamd(8), INSTREAM).

`RELAIS_CLAMD` says where it listens: `tcp://127.0.0.1:3310`, or `unix:///run/clamav/clamd.ctl`. It listens without
password or encryption, so it belongs to the same machine or to a network of its own.
"""

import enum
import socket
import struct
import time
from contextlib import suppress
from urllib.parse import urlsplit

from flask import current_app

PATIENCE = 20.0
"""Seconds, in all: it looks into archives, and reloads its signatures some times a day."""

CHUNK = 65_536
LONGEST_ANSWER = 4_096


class Verdict(enum.Enum):
    CLEAN = "clean"
    FOUND = "found"
    UNKNOWN = "unknown"
    """It was not there, too slow, or would not look: nothing is known."""


def is_asked() -> bool:
    return bool(current_app.config["SETTINGS"].clamd)


def scan(body: bytes) -> Verdict:
    """What it says of this file. `CLEAN` where the operator has none."""
    where = current_app.config["SETTINGS"].clamd
    if not where:
        return Verdict.CLEAN
    try:
        return read_answer(_asked(where, body))
    except OSError:
        return Verdict.UNKNOWN


def read_answer(answer: bytes) -> Verdict:
    """`stream: OK`, `stream: Win.Test.EICAR_HDB-1 FOUND`, `INSTREAM size limit exceeded. ERROR`. A half is nothing."""
    words = answer.partition(b"\0")[0].strip() if b"\0" in answer else b""
    if words.endswith(b" FOUND"):
        return Verdict.FOUND
    return Verdict.CLEAN if words == b"stream: OK" else Verdict.UNKNOWN


def _asked(where: str, body: bytes) -> bytes:
    ends = time.monotonic() + PATIENCE
    with _connected(where) as connection:
        # It has heard enough, and says why: a file above its own limit.
        with suppress(BrokenPipeError, ConnectionResetError):
            _send(connection, body, ends)
        return _answer(connection, ends)


def _connected(where: str) -> socket.socket:
    url = urlsplit(where)
    if url.scheme == "tcp":
        return socket.create_connection((url.hostname, url.port), timeout=PATIENCE)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    connection.settimeout(PATIENCE)
    try:
        connection.connect(url.path)
    except OSError:
        connection.close()
        raise
    return connection


def _send(connection: socket.socket, body: bytes, ends: float) -> None:
    connection.sendall(b"zINSTREAM\0")
    for start in range(0, len(body), CHUNK):
        connection.settimeout(_left(ends))
        chunk = body[start : start + CHUNK]
        connection.sendall(struct.pack("!L", len(chunk)) + chunk)
    connection.sendall(struct.pack("!L", 0))


def _answer(connection: socket.socket, ends: float) -> bytes:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        connection.settimeout(_left(ends))
        part = connection.recv(LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
