"""The real web and worker processes, and a browser that counts its bytes."""

import gzip
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlencode

from app.config import Settings


@contextmanager
def running(settings: Settings, *commands: str) -> Iterator[None]:
    """`relais web` on the settings' port, `relais worker`; returns when the port answers, ends them after."""
    environment = os.environ | {
        "RELAIS_DATABASE_URL": settings.database_url,
        "RELAIS_DATA": str(settings.data_dir),
        "RELAIS_SECRET_KEY": settings.secret_key,
        "RELAIS_PUSH_HOSTS": " ".join(settings.push_hosts),
        "PORT": str(settings.port),
    }
    processes = [
        subprocess.Popen([sys.executable, "-m", "app.cli", command], env=environment, stderr=subprocess.DEVNULL)
        for command in commands
    ]
    try:
        wait_for_port(settings.port)
        yield
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(timeout=30)


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the web process does not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Answer:
    status: int
    wire: int  # bytes of headers and body as they travelled
    text: str
    etag: str


@dataclass
class Browser:
    """One keep-alive connection, one cookie, gzip. `seen` maps what it keeps for a year to nothing."""

    port: int
    cookie: str
    _connection: HTTPConnection | None = field(default=None, repr=False)
    _streams: list[HTTPConnection] = field(default_factory=list, repr=False)

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, headers)

    def post(self, path: str, form: dict[str, str], **headers: str) -> Answer:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        return self._ask("POST", path, urlencode(form), headers)

    def stream(self, path: str) -> HTTPResponse:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        self._streams.append(connection)
        connection.request("GET", path, headers={"Cookie": f"relais={self.cookie}", "Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        return answer

    def close(self) -> None:
        for connection in [*self._streams, *([self._connection] if self._connection else [])]:
            connection.close()

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        sent = {"Cookie": f"relais={self.cookie}", "Accept-Encoding": "gzip"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        if self._connection is None:
            self._connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            self._connection.request(method, path, body, sent)
            answer = self._connection.getresponse()
        except ConnectionError:  # Idle for too long.
            self._connection.close()
            self._connection.request(method, path, body, sent)
            answer = self._connection.getresponse()
        content = answer.read()
        if answer.will_close:
            self._connection.close()
        lines = answer.getheaders()
        for name, value in lines:
            if name == "Set-Cookie" and (kept := re.match(r"relais=([^;]+)", value)):
                self.cookie = kept[1]
        head = 17 + sum(len(name) + len(value) + 4 for name, value in lines)
        plain = gzip.decompress(content) if answer.getheader("Content-Encoding") == "gzip" else content
        return Answer(
            answer.status, head + len(content), plain.decode(errors="replace"), answer.getheader("ETag") or ""
        )


def assets_of(page: str) -> list[str]:
    """What a browser fetches for this page, each once: styles, scripts, the sprite, the icon, the manifest."""
    found = re.findall(r'<(?:link|script)[^>]*?(?:href|src)="([^"]+)"', page)
    found += [url.partition("#")[0] for url in re.findall(r'<use href="([^"]+)"', page)]
    # Only an iPhone fetches its own icon, when the app is put on the home screen.
    return list(dict.fromkeys(unescape(url) for url in found if "apple-touch" not in url))


def token_in(page: str) -> str:
    """The CSRF token of the first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page[:500]
    return found[1]


def stream_of(page: str) -> str:
    found = re.search(r'hx-sse:connect="([^"]+)"', page)
    assert found, page[:500]
    return unescape(found[1])
