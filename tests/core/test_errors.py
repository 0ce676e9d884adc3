"""Whatever goes wrong: one honest page that says what to do."""

import re
from secrets import token_hex

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from structlog.testing import capture_logs
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app
from werkzeug.wrappers import Response

from app import create_app
from app.core.db import db, transaction
from app.core.security import csrf
from app.language.typography import plain
from tests.conftest import settings_for

HOSTS = (
    *("a" * 4_000, "a" * 64, "evil.example", "localhost.evil.example", "a..b", ".", "é", "", "a b", "x@localhost"),
    *("[::::]:80", "[::1", "localhost:99999"),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Without a database: nothing here needs one."""
    folder = tmp_path_factory.mktemp("house")
    return create_app(settings_for(f"sqlite:///{folder / 'relais.sqlite3'}", folder))


def asked(app: Flask, path: str = "/offline", method: str = "GET", **environ: str) -> Response:
    """Past the test client, which has its own idea of what may be sent."""
    body, status, headers = run_wsgi_app(app, EnvironBuilder(path, method=method).get_environ() | environ)
    return Response(body, status, headers)


def is_honest(answer: Response | TestResponse, words: str) -> bool:
    page = plain(answer.get_data(as_text=True))
    return words in page and 'lang="fr"' in page and "/static/joined/relais.css" in page


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("path", ["/offline", "/nowhere", "/healthz"])
def test_another_host_hears_where_relais_is(house: Flask, host: str, path: str) -> None:
    answer = asked(house, path, HTTP_HOST=host)
    assert answer.status_code == 400
    assert is_honest(answer, "Ouvrez http://localhost:8000.")
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:8000"])
def test_our_own_names_are_known(house: Flask, host: str) -> None:
    assert asked(house, HTTP_HOST=host).status_code == 200


NO_ACTIONS = {"POST": "/offline", "DELETE": "/inbox", "PUT": "/access", "TRACE": "/inbox", "BREW": "/"}


@pytest.mark.parametrize("method", NO_ACTIONS)
def test_an_action_that_does_not_exist_says_which_do(house: Flask, method: str) -> None:
    answer = asked(house, NO_ACTIONS[method], method)
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert is_honest(answer, "Cette action n'existe pas ici")


def test_no_address_answers_with_a_page_that_is_not_ours(house: Flask) -> None:
    """Every route, asked in every way that it does not know, and without the token that its forms carry."""
    client, unknown = house.test_client(), "01900000-0000-7000-8000-000000000000"
    for rule in house.url_map.iter_rules():
        url = re.sub(r"<[^>]+>", unknown, re.sub(r"<int:[^>]+>", "1", rule.rule))
        known = {
            each for other in house.url_map.iter_rules() if other.rule == rule.rule for each in other.methods or ()
        }
        for method in {"POST", "PUT", "PATCH", "DELETE", "TRACE"}:
            answer = client.open(url, method=method)
            if method not in known:
                assert (answer.status_code, answer.headers["Allow"] != "") == (405, True), f"{method} {url}"
                assert is_honest(answer, "<h1"), f"{method} {url}"
            elif not is_exempt(house, rule.endpoint):
                assert answer.status_code == 400, f"{method} {url}"
                assert is_honest(answer, "La page était trop ancienne"), f"{method} {url}"
        assert client.options(url).text == ""


def is_exempt(house: Flask, endpoint: str) -> bool:
    view = house.view_functions[endpoint]
    return f"{view.__module__}.{view.__name__}" in csrf._exempt_views


def test_only_what_exists_is_said_when_asked(house: Flask) -> None:
    client = house.test_client()
    answer = client.options("/offline")
    assert (answer.status_code, answer.text) == (200, "")
    assert {"GET", "HEAD", "OPTIONS"} == {method.strip() for method in answer.headers["Allow"].split(",")}
    assert (client.head("/offline").status_code, client.head("/offline").text) == (200, "")
    assert (client.head("/nowhere").status_code, client.head("/nowhere").text) == (404, "")


BODIES: dict[str, tuple[int, dict[str, object]]] = {
    "too long": (413, {"data": b"a" * 1_100_000}),
    "no boundary": (422, {"data": b"--", "content_type": "multipart/form-data"}),
    "no form": (422, {"data": b"\xff\x00", "content_type": "image/png"}),
    "no length": (422, {"data": b"", "headers": {"Content-Length": "many"}}),
}


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_cannot_be_read(house: Flask, case: str) -> None:
    status, sent = BODIES[case]
    answer = house.test_client().post("/push/receipts/01900000-0000-7000-8000-000000000000", **sent)
    assert answer.status_code == status
    assert is_honest(answer, "trop lourd" if status == 413 else "illisible")


def test_an_old_page_is_asked_again(house: Flask) -> None:
    answer = house.test_client().post("/access", data={"email": "anne@example.org"})
    assert answer.status_code == 400
    assert is_honest(answer, "La page était trop ancienne")


TOO_MUCH = {
    "no number": ("SELECT CAST(:said AS integer)", "Marchand"),
    "no letter": ("SELECT CAST(:said AS text)", "Marchand\x00"),
    "longer than an index holds": ("INSERT INTO live_topic VALUES (:said, 1, now())", ""),
}


@pytest.mark.parametrize("case", TOO_MUCH)
def test_what_the_database_cannot_keep_is_no_outage_and_no_bug(app: Flask, case: str) -> None:
    """SQLite keeps anything: there, it is kept."""
    statement, said = TOO_MUCH[case]
    postgresql = db.engine.dialect.name == "postgresql"

    @app.get("/keeping")
    def keep() -> str:
        with transaction():
            db.session.execute(text(statement if postgresql else "SELECT :said"), {"said": said or token_hex(9_000)})
        return "kept"

    with capture_logs() as lines:
        answer = app.test_client().get("/keeping")
    assert answer.status_code == (422 if postgresql else 200)
    assert is_honest(answer, "illisible") or not postgresql
    assert [line["event"] for line in lines] == (["data_refused"] if postgresql else [])
    assert "Marchand" not in str(lines)


def test_a_connection_that_died_does_not_cost_the_page(app: Flask, engine_url: str) -> None:
    """PostgreSQL restarts under a request that fails by itself."""

    @app.get("/failing")
    def fail() -> str:
        if db.engine.dialect.name == "postgresql":
            killed = db.session.scalar(text("SELECT pg_backend_pid()"))
            other = create_engine(engine_url.replace("postgresql://", "postgresql+psycopg://"))
            with other.begin() as connection:
                connection.execute(text("SELECT pg_terminate_backend(:killed, 5000)"), {"killed": killed})
            other.dispose()
        raise ZeroDivisionError

    for _ in range(2):
        answer = app.test_client().get("/failing")
        assert answer.status_code == 500
        assert is_honest(answer, "Une erreur de notre côté")
