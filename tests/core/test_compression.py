"""Pages and files travel compressed, streams and what another site asked for do not."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, Response
from werkzeug.test import TestResponse

from app import create_app
from app.core import compression
from app.shell.views import JOINED
from tests.conftest import settings_for

GZIP = {"Accept-Encoding": "gzip"}
STYLES = "/static/css/form.css"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("compression")
    return create_app(settings_for(f"sqlite:///{folder / 'relais.sqlite3'}", folder))


def get(house: Flask, path: str, **headers: str) -> TestResponse:
    answer = house.test_client().get(path, headers=headers)
    answer.get_data()
    answer.close()  # A server closes the file that it sent.
    return answer


def test_a_page_travels_compressed(house: Flask) -> None:
    plain, small = get(house, "/offline"), get(house, "/offline", **GZIP)
    assert gzip.decompress(small.data) == plain.data
    assert len(small.data) < len(plain.data) / 2
    assert "Accept-Encoding" in small.headers["Vary"]
    assert "Content-Encoding" not in plain.headers


@pytest.mark.parametrize(("site", "encoding"), [("same-origin", "gzip"), ("none", "gzip"), ("cross-site", None)])
def test_another_site_learns_no_length(house: Flask, site: str, encoding: str | None) -> None:
    answer = get(house, "/offline", **GZIP, **{"Sec-Fetch-Site": site})
    assert answer.headers.get("Content-Encoding") == encoding


def test_a_file_is_compressed_once_and_known_again(house: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    first = get(house, STYLES, **GZIP)
    file = Path(house.static_folder or "") / "css/form.css"
    assert gzip.decompress(first.data) == file.read_bytes()
    kept = compression.files.cache[f"gzip;{STYLES}"]
    assert kept == first.data
    monkeypatch.setitem(compression.files.cache, f"gzip;{STYLES}", b"not compressed again")
    assert get(house, STYLES + "?v=anything", **GZIP).data == b"not compressed again"
    monkeypatch.undo()
    known = get(house, STYLES, **GZIP, **{"If-None-Match": first.headers["ETag"]})
    assert (known.status_code, known.data) == (304, b"")
    plain = get(house, STYLES)
    assert plain.data == file.read_bytes()
    assert plain.headers["ETag"] != first.headers["ETag"], "two encodings are two representations"


def test_only_files_fill_the_cache(house: Flask) -> None:
    for n in range(20):
        get(house, f"/offline?{n}", **GZIP)
        get(house, f"{STYLES}?{n}", **GZIP)
        get(house, f"/static/nothing-{n}.css", **GZIP)
    cache = compression.files.cache
    assert {key.partition(";")[2] for key in cache} <= {STYLES, "/manifest.webmanifest"}


def test_images_and_parts_of_files_are_left_alone(house: Flask) -> None:
    assert "Content-Encoding" not in get(house, "/static/icons/icon-192.png", **GZIP).headers
    part = get(house, STYLES, **GZIP, **{"Range": "bytes=0-99"})
    assert (part.status_code, len(part.data)) == (206, 100)
    assert "Content-Encoding" not in part.headers


def test_the_service_worker_is_known_again(house: Flask) -> None:
    for headers in (GZIP, {}):
        first = get(house, "/service-worker.js", **headers)
        again = get(house, "/service-worker.js", **headers, **{"If-None-Match": first.headers["ETag"]})
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


@pytest.mark.parametrize("path", JOINED)
def test_scripts_that_go_together_travel_together_and_are_known_again(house: Flask, path: str) -> None:
    first = get(house, f"/static/{path}", **GZIP)
    static = Path(house.static_folder or "")
    assert gzip.decompress(first.data) == b"\n".join((static / part).read_bytes() for part in JOINED[path])
    assert "max-age=31536000" in first.headers["Cache-Control"]
    again = get(house, f"/static/{path}", **GZIP, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert get(house, "/static/joined/else.js").status_code == 404


def test_the_style_is_asked_for_before_the_page_is_read(house: Flask) -> None:
    page = get(house, "/offline")
    address = page.headers["Link"].partition(">")[0].removeprefix("<")
    assert f'href="{address}"' in page.text
    assert "Link" not in get(house, "/offline", **{"HX-Request": "true"}).headers
