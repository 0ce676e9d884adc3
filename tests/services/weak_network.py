"""A network that can be cut: a TCP proxy before the house, because `set_offline` leaves an open stream alone."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class WeakNetwork:
    """Stands at `url` before the house at `port`. `cut()` drops everything at once, `mend()` lets it through again.

    `lose(path)` lets no request for that path through, which is how some proxies treat a stream. Others do worse, and
    keep it open: `freeze(path)` carries nothing of its answer any more, `pass_headers_only(path)` only the headers.
    `requests` are the first lines of those that came, in order; `lose_answers` cuts after the house has heard and
    before it is heard.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._is_cut = False
        self._lost: tuple[bytes, ...] = ()
        self._deaf: tuple[bytes, ...] = ()
        self._frozen: tuple[bytes, ...] = ()
        self._bodiless: tuple[bytes, ...] = ()
        self._asked: dict[socket.socket, bytes] = {}
        self.requests: list[str] = []
        self.url = f"http://localhost:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._is_cut = True
        for one in list(self._open):
            _close(one)

    def mend(self) -> None:
        self._is_cut, self._lost, self._deaf, self._frozen, self._bodiless = False, (), (), (), ()

    def lose(self, path: str) -> None:
        """Requests for `path` never reach the house."""
        self._lost = (*self._lost, path.encode())

    def lose_answers(self, path: str) -> None:
        """The house hears requests for `path`, and its answers are lost."""
        self._deaf = (*self._deaf, path.encode())

    def freeze(self, path: str) -> None:
        """Answers to `path` carry nothing more, those that are being given among them; nothing is closed."""
        self._frozen = (*self._frozen, path.encode())

    def pass_headers_only(self, path: str) -> None:
        """Of answers to `path` the headers pass, and nothing after them; nothing is closed."""
        self._bodiless = (*self._bodiless, path.encode())

    def close(self) -> None:
        self.cut()
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        if self._is_cut:
            return _close(near)
        far = socket.create_connection(("127.0.0.1", self._port))
        self._open |= {near, far}
        back = threading.Thread(target=self._pour, args=(far, near), daemon=True)
        back.start()
        with contextlib.suppress(OSError):
            while chunk := near.recv(65536):
                line = chunk.split(b"\r\n", 1)[0]
                if b" HTTP/1." in line:
                    self.requests.append(line.decode())
                    self._asked[near] = line
                if any(path in line for path in self._lost):
                    break
                far.sendall(chunk)
                if any(path in line for path in self._deaf):
                    self._open.discard(near)
                    _close(near)
                    threading.Event().wait(0.5)  # the house has time to hear
                    break
        _close(near)
        _close(far)
        self._open -= {near, far}
        self._asked.pop(near, None)

    def _pour(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := far.recv(65536):
                near.sendall(self._let_through(chunk, self._asked.get(near, b"")))
        _close(near)

    def _let_through(self, chunk: bytes, asked: bytes) -> bytes:
        if any(path in asked for path in self._frozen):
            return b""
        if any(path in asked for path in self._bodiless):
            head, end, _body = chunk.partition(b"\r\n\r\n")
            return head + end if head.startswith(b"HTTP/") else b""
        return chunk


def _close(one: socket.socket) -> None:
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()


@contextlib.contextmanager
def weak_network(port: int) -> Iterator[WeakNetwork]:
    network = WeakNetwork(port)
    try:
        yield network
    finally:
        network.close()
