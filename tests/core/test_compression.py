"""Pages and files travel compressed, streams and what another site asked for do not."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response

from app import create_app
from app.core import compression
from tests.conftest import settings_for

GZIP = {"Accept-Encoding": "gzip"}
STYLES = "/static/css/relais.css"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("compression")
    return create_app(settings_for(f"sqlite:///{folder / 'relais.sqlite3'}", folder))


def test_a_page_travels_compressed(house: Flask) -> None:
    client = house.test_client()
    plain, small = client.get("/offline"), client.get("/offline", headers=GZIP)
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data) / 2
    assert "Accept-Encoding" in small.headers["Vary"]
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize(("site", "encoding"), [("same-origin", "gzip"), ("none", "gzip"), ("cross-site", None)])
def test_another_site_learns_no_length(house: Flask, site: str, encoding: str | None) -> None:
    answer = house.test_client().get("/offline", headers=GZIP | {"Sec-Fetch-Site": site})
    assert answer.headers.get("Content-Encoding") == encoding


def test_a_file_is_compressed_once_and_known_again(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    client = house.test_client()
    first = client.get(STYLES, headers=GZIP)
    file = Path(house.static_folder or "") / "css/relais.css"
    assert gzip.decompress(first.data) == file.read_bytes()

    def again(*_: object) -> bytes:
        raise AssertionError("compressed again")

    monkeypatch.setattr("flask_compress.flask_compress._compress_data", again)
    assert client.get(STYLES + "?v=anything", headers=GZIP).data == first.data
    known = client.get(STYLES, headers=GZIP | {"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    plain = client.get(STYLES)
    assert plain.data == file.read_bytes()
    assert plain.headers["ETag"] != first.headers["ETag"], "two encodings are two representations"


def test_only_files_fill_the_cache(house: Flask) -> None:
    client = house.test_client()
    for n in range(20):
        client.get(f"/offline?{n}", headers=GZIP)
        client.get(f"{STYLES}?{n}", headers=GZIP)
        client.get(f"/static/nothing-{n}.css", headers=GZIP)
    cache = compression.files.cache
    assert {key.partition(";")[2] for key in cache.data} <= {STYLES, "/manifest.webmanifest"}


def test_images_and_parts_of_files_are_left_alone(house: Flask) -> None:
    client = house.test_client()
    assert "Content-Encoding" not in client.get("/static/icons/icon-192.png", headers=GZIP).headers
    part = client.get(STYLES, headers=GZIP | {"Range": "bytes=0-99"})
    assert (part.status_code, len(part.data)) == (206, 100)
    assert "Content-Encoding" not in part.headers


def test_the_service_worker_is_known_again(house: Flask) -> None:
    client = house.test_client()
    for headers in (GZIP, {}):
        first = client.get("/service-worker.js", headers=headers)
        again = client.get("/service-worker.js", headers=headers | {"If-None-Match": first.headers["ETag"]})
        assert (first.status_code, again.status_code, again.data) == (200, 304, b"")


def test_a_stream_says_each_word_at_once(tmp_path: Path) -> None:
    bare, said = Flask("bare"), []
    compression.init_app(bare)

    @bare.get("/live")
    def live() -> Response:
        def body() -> Iterator[str]:
            for n in range(3):
                said.append(n)
                yield f"data: {n}\n\n"

        return Response(body(), mimetype="text/event-stream")

    answer = bare.test_client().get("/live", headers={"Accept-Encoding": "gzip, br"}, buffered=False)
    assert "Content-Encoding" not in answer.headers
    assert next(iter(answer.response)) == b"data: 0\n\n"
    assert said == [0], "nothing was drawn from the stream before it was asked for"
