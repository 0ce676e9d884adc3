"""An antivirus that speaks as clamd does, with its bad manners: answers in pieces, cut short, or none at all."""

import socket
import struct
import threading
import time
from collections.abc import Callable

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
"""What every antivirus calls dangerous, and is not (https://www.eicar.org)."""


class FakeClamd:
    """Listens on 127.0.0.1 until `close()`; `url` is what RELAIS_CLAMD names.

    `limit`: StreamMaxLength of its clamd.conf. `manner`: what it does with its answer instead of sending it whole.
    """

    def __init__(self) -> None:
        self.limit = 25_000_000
        self.manner: Callable[[socket.socket, bytes], None] = whole
        self.seen: list[bytes] = []
        self.danger = EICAR
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with connection:
            try:
                self.manner(connection, self._answer(connection))
            except OSError:
                return  # whoever asked has gone

    def _answer(self, connection: socket.socket) -> bytes:
        if exactly(connection, 10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        body = b""
        while size := struct.unpack("!L", exactly(connection, 4))[0]:
            body += exactly(connection, size)
            if len(body) > self.limit:
                return b"INSTREAM size limit exceeded. ERROR\0"  # and hangs up, whatever still comes
        self.seen.append(body)
        return b"stream: Win.Test.EICAR_HDB-1 FOUND\0" if self.danger in body else b"stream: OK\0"

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


def exactly(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise ConnectionResetError
        received += part
    return received


def whole(connection: socket.socket, answer: bytes) -> None:
    connection.sendall(answer)


def in_pieces(connection: socket.socket, answer: bytes) -> None:
    for at in range(len(answer)):
        connection.sendall(answer[at : at + 1])
        time.sleep(0.001)


def half(connection: socket.socket, answer: bytes) -> None:
    connection.sendall(answer[:8])


def nothing(connection: socket.socket, _answer: bytes) -> None:
    """It reloads its signatures: connected, and silent until whoever asks has gone."""
    connection.recv(1)


def hangs_up(_connection: socket.socket, _answer: bytes) -> None:
    pass
