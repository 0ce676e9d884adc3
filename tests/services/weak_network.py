"""A network that can be cut: a TCP proxy before the house, because `set_offline` leaves an open stream alone."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class WeakNetwork:
    """Stands at `url` before the house at `port`. `cut()` drops everything at once, `mend()` lets it through again.

    `lose(path)` lets no request for that path through, which is how some proxies treat a stream. `requests` are the
    first lines of those that came, in order; `answers_lost` cuts after the house has heard and before it is heard.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._is_cut = False
        self._lost: tuple[bytes, ...] = ()
        self._deaf: tuple[bytes, ...] = ()
        self.requests: list[str] = []
        self.url = f"http://localhost:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        self._is_cut = True
        for one in list(self._open):
            _close(one)

    def mend(self) -> None:
        self._is_cut, self._lost, self._deaf = False, (), ()

    def lose(self, path: str) -> None:
        """Requests for `path` never reach the house."""
        self._lost = (*self._lost, path.encode())

    def lose_answers(self, path: str) -> None:
        """The house hears requests for `path`, and its answers are lost."""
        self._deaf = (*self._deaf, path.encode())

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

    def _pour(self, far: socket.socket, near: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while chunk := far.recv(65536):
                near.sendall(chunk)
        _close(near)


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
