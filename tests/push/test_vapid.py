"""The key: made once, kept to oneself; the header: one per service, renewed in time."""

import base64
import json
import stat
import threading
from datetime import timedelta
from pathlib import Path

from flask import Flask

from app.core import clock
from app.push import vapid


def claims(header: str) -> dict[str, object]:
    middle = header.removeprefix("vapid t=").split(",")[0].split(".")[1]
    return json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))


def test_the_key_is_made_once_whoever_comes_first(tmp_path: Path) -> None:
    path, seen = tmp_path / "new" / "vapid.pem", set()
    start = threading.Barrier(8)

    def make() -> None:
        start.wait()
        vapid._make(path)
        seen.add(path.read_bytes())

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["vapid.pem"]


def test_the_public_key_is_a_point_that_browsers_take(app: Flask) -> None:
    point = base64.urlsafe_b64decode(vapid.public_key() + "=")
    assert (len(point), point[0]) == (65, 4)


def test_each_service_has_its_own_header_renewed_before_it_ends(app: Flask) -> None:
    key = vapid.fingerprint()
    first = vapid.authorization("https://a.example", key, clock.now())
    other = vapid.authorization("https://b.example", key, clock.now())
    assert (claims(first)["aud"], claims(other)["aud"]) == ("https://a.example", "https://b.example")
    assert vapid.authorization("https://a.example", key, clock.now()) == first
    assert claims(first)["sub"] == "mailto:relais@example.org"
    for _ in range(30):
        left = claims(vapid.authorization("https://a.example", key, clock.now()))["exp"] - clock.now().timestamp()
        assert 6 * 3600 <= left <= 12 * 3600
        clock.advance(timedelta(minutes=59))
