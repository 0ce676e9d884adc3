"""The key: made once, kept to oneself; the header: one per service, renewed in time."""

import base64
import stat
import threading
from pathlib import Path

from flask import Flask

from app.push import vapid


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
