"""An SMS gateway on this machine, with the bad manners of real ones."""

import json
import threading
from collections import deque
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Posted:
    """What one POST carried, and what it was answered."""

    headers: dict[str, str]
    body: dict[str, Any]
    status: int


@dataclass(frozen=True)
class _Answer:
    status: int = 200
    retry_after: str = ""
    slow: float = 0
    redirect: str = ""


class FakeSmsGateway:
    """Serves on 127.0.0.1 until `close()`; `url` is what RELAIS_SMS_URL names."""

    def __init__(self) -> None:
        self.posts: list[Posted] = []
        self._always = _Answer()
        self._next: deque[_Answer] = deque()
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.gateway = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/messages"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answers(self, status: int = 200, *, times: int | None = None, **manners: Any) -> None:
        """Answer so from now on, or to the next `times` only. Manners: `retry_after`, `slow` (seconds), `redirect`."""
        answer = _Answer(status, **manners)
        if times is None:
            self._always = answer
        else:
            self._next.extend([answer] * times)

    @property
    def taken(self) -> list[Posted]:
        """What it said yes to: what the telephones got."""
        return [post for post in self.posts if post.status < 300]

    def take(self, headers: dict[str, str], body: dict[str, Any]) -> _Answer:
        answer = self._next.popleft() if self._next else self._always
        self._closing.wait(answer.slow)
        self.posts.append(Posted(headers, body, answer.status))
        return answer

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    gateway: FakeSmsGateway

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A sender that hangs up is its own business: nothing to print."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = self.server.gateway.take({name.lower(): value for name, value in self.headers.items()}, body)
        self.send_response(answer.status)
        for name, value in (("Retry-After", answer.retry_after), ("Location", answer.redirect)):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Tests read `posts` instead."""
