"""An SMS gateway on this machine, with the bad manners of real ones."""

import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

from flask.testing import FlaskClient


@dataclass(frozen=True)
class Posted:
    """What one POST carried, and what it was answered."""

    headers: dict[str, str]
    body: dict[str, Any]
    status: int

    @property
    def report_path(self) -> str:
        """Where what becomes of this SMS is to be told, in the dialect it came in."""
        return urlsplit(self.body.get("report") or self.body["callbackUrlStatus"]).path

    def report(self, status: str) -> dict[str, Any]:
        if "report" in self.body:
            return {"reference": self.body["reference"], "status": status}
        at = "2026-11-24T10:00:00+01:00"
        told = {"value": status.upper(), "deliveryDate": at}
        return {"messageId": str(uuid4()), "refClient": self.body["refClient"], "status": told}


@dataclass(frozen=True)
class _Answer:
    status: int = 200
    retry_after: str = ""
    late: bool = False
    redirect: str = ""
    first: Callable[[Posted], None] | None = None


class FakeSmsGateway:
    """Serves on 127.0.0.1 until `close()`; `url` is what RELAIS_SMS_URL names."""

    def __init__(self) -> None:
        self.posts: list[Posted] = []
        self._always = _Answer()
        self._next: deque[_Answer] = deque()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.gateway = self
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/messages"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answers(self, status: int = 200, *, times: int | None = None, **manners: Any) -> None:
        """Answer so from now on, or to the next `times` only. Manners: `retry_after`, `redirect`, `late` (it takes
        the SMS, and answers when the sender has hung up), `first` (called with the SMS before it is answered: some
        report sooner than they answer)."""
        answer = _Answer(status, **manners)
        if times is None:
            self._always = answer
        else:
            self._next.extend([answer] * times)

    def tells(self, client: FlaskClient, *statuses: str, of: Posted | None = None) -> list[int]:
        """Report on an SMS (the last one taken), as often and in whatever order it likes; what it was answered."""
        sms = of or self.taken[-1]
        return [client.post(sms.report_path, json=sms.report(status)).status_code for status in statuses]

    @property
    def taken(self) -> list[Posted]:
        """What it said yes to: what the telephones got."""
        return [post for post in self.posts if post.status < 300]

    def take(self, headers: dict[str, str], body: dict[str, Any]) -> _Answer:
        answer = self._next.popleft() if self._next else self._always
        posted = Posted(headers, body, answer.status)
        if answer.first:
            answer.first(posted)
        self.posts.append(posted)
        return answer

    def close(self) -> None:
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
        if answer.late:
            self.connection.recv(1)  # Nothing comes any more but the end.
        self.send_response(answer.status)
        for name, value in (("Retry-After", answer.retry_after), ("Location", answer.redirect)):
            if value:
                self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Tests read `posts` instead."""
