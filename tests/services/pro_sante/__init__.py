"""Pro Santé Connect for the tests: npm's certified `oidc-provider`, installed once into a folder of its own."""

import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import requests

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "relais-tests"


class ProviderMissing(RuntimeError):
    """No Node.js here, or its package could not be installed."""


def missing_packages() -> list[str]:
    """Debian packages to install before the provider can be."""
    return [name for name, program in (("nodejs", "node"), ("npm", "npm")) if shutil.which(program) is None]


def folder() -> Path:
    """Where this very lock file's packages stand."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    return CACHE / f"pro-sante-{lock}"


def install() -> None:
    """Fill `folder()`, once; the lock pins each package with its hash. Raises `ProviderMissing`."""
    if (folder() / "node_modules").exists() or missing_packages():
        return
    CACHE.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=CACHE))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, made)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    done = subprocess.run(command, cwd=made, capture_output=True, text=True, check=False)
    if done.returncode:
        shutil.rmtree(made)
        raise ProviderMissing(f"npm ci failed: {done.stderr.strip()[-300:]}")
    try:
        made.rename(folder())
    except OSError:  # Another process was faster.
        shutil.rmtree(made)


class ProSante:
    """A provider on this machine. `people`: by name, what it says of each, and how it misbehaves about her."""

    def __init__(self, relais: str = "http://localhost:8000") -> None:
        if not (folder() / "node_modules").exists():
            raise ProviderMissing("no OpenID provider here: run bin/test where Node.js and its packages are reached")
        self._home = Path(tempfile.mkdtemp(prefix="relais-pro-sante-"))
        self._file = self._home / "people.json"
        self._file.write_text("{}")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.issuer = f"http://127.0.0.1:{port}"
        command = ["node", str(HERE / "provider.js"), str(folder()), str(port), str(self._file), relais]
        self._node = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self._node.stdout is not None
        if self._node.stdout.readline().strip() != "ready":
            raise ProviderMissing("the OpenID provider does not start")

    def close(self) -> None:
        self._node.kill()
        self._node.communicate()
        shutil.rmtree(self._home, ignore_errors=True)

    def knows(self, **people: dict[str, Any]) -> None:
        """`maya={"userinfo": {…}, "level": "eidas1", "token_seconds": 600}`."""
        self._file.write_text(json.dumps(people))

    def shows_card(self, url: str, card: str) -> str:
        """What a browser does at `url`: the person shows `card` ("" leaves); returns the address it is sent back to."""
        with requests.Session() as browser:
            for address in self._hops(browser, url, card):
                if not address.startswith(self.issuer):
                    return address
        raise AssertionError("Pro Santé Connect kept the person")

    def _hops(self, browser: requests.Session, url: str, card: str) -> Iterator[str]:
        for _ in range(10):
            answer = browser.get(url, allow_redirects=False, timeout=10)
            if answer.status_code == 200:
                answer = browser.post(url, data={"card": card}, allow_redirects=False, timeout=10)
            assert answer.is_redirect, answer.text
            url = urljoin(url, answer.headers["Location"])
            yield url
