"""Somebody between Relais and Pro Santé Connect, or a Pro Santé Connect gone wrong: alters what it answers."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from tests.services.pro_sante import ProSante

Told = dict[str, Any]
PATHS = {
    "/description": "/.well-known/openid-configuration",
    "/token": "/token",
    "/jwks": "/jwks",
    "/me": "/me",
}


class Meddler:
    """Passes everything on until told otherwise: `alters["/token"] = lambda told: told | {"id_token": forged}`."""

    def __init__(self, provider: ProSante) -> None:
        self.provider = provider
        self.alters: dict[str, Callable[[Told], Told]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.origin = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def told(self, path: str, told: Told) -> Told:
        if path == "/description" and "issuer" in told:
            ours = {"token_endpoint": "/token", "jwks_uri": "/jwks", "userinfo_endpoint": "/me"}
            told |= {name: self.origin + place for name, place in ours.items()}
        return self.alters[path](told) if path in self.alters else told


def _handler(meddler: Meddler) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kept = ("Authorization", "Content-Type", "Accept")
            headers = {name: self.headers[name] for name in kept if name in self.headers}
            url = meddler.provider.issuer + PATHS[self.path]
            answer = requests.request(self.command, url, data=body or None, headers=headers, timeout=10)
            content = json.dumps(meddler.told(self.path, answer.json())).encode()
            self.send_response(answer.status_code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            """Tests look at what Relais did instead."""

    return Handler
