"""A house with one room, live, where people sign in with a cookie that a row can revoke."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask import Flask, render_template_string, request
from flask_login import LoginManager
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select, update

from app import live
from app.accounts.models import Account, SignIn
from app.core import db as database
from app.core import security
from app.core.db import Model, db, transaction
from app.core.security import public
from app.core.tokens import hash_token
from app.live import rights, views
from app.live.actions import changed, topic_name
from tests.conftest import close_engines, settings_for
from tests.live.stream import Stream
from tests.services.fixtures import absent
from tests.services.web_server import listening

COOKIE = "who"
CHROMIUM = Path("/usr/bin/chromium")
EVER = timedelta(days=1)


@dataclass
class House:
    """The one-room house; `watched` are the keys of the family `thing` that its people may listen to."""

    app: Flask
    watched: set[UUID]

    def change(self, *keys: UUID) -> None:
        with self.app.app_context(), transaction():
            for key in keys:
                changed("thing", key)

    def change_and_fail(self, key: UUID) -> None:
        with self.app.app_context(), transaction():
            changed("thing", key)
            db.session.flush()
            raise ZeroDivisionError

    def sign_in(self) -> str:
        """A new person with a new cookie."""
        now, token = datetime.now(UTC), uuid4().hex
        with self.app.app_context(), transaction():
            person = Account(email=f"{token}@example.org", given_name="A", family_name="B", created_at=now)
            db.session.add(SignIn(account=person, token_hash=hash_token(token), created_at=now, expires_at=now + EVER))
        return token

    def sign_out(self, token: str) -> None:
        with self.app.app_context(), transaction():
            found = db.session.scalars(select(SignIn).filter_by(token_hash=hash_token(token))).one()
            found.ended_at = datetime.now(UTC)

    def sign_out_all(self) -> None:
        with self.app.app_context(), transaction():
            db.session.execute(update(SignIn).values(ended_at=datetime.now(UTC)))

    def open(self, token: str, *keys: UUID, version: int = 0) -> Stream:
        names = ",".join(f"{topic_name('thing', key)}:{version}" for key in keys)
        return Stream(self.app, f"/live?topics={names}", f"{COOKIE}={token}")


@pytest.fixture
def house(engine_url: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setattr(rights, "_rules", {})
    monkeypatch.setattr(views, "HEARTBEAT", 0.3)
    house = House(one_room(engine_url, tmp_path), set())
    rights.may_listen("thing")(lambda _account, key: key in house.watched)
    with house.app.app_context():
        Model.metadata.create_all(db.engine)
    yield house
    with house.app.app_context():
        close_engines()


class Server:
    """The house on a port of its own; it can go away and come back there."""

    def __init__(self, house: House) -> None:
        self._app = house.app
        self.port = 0
        self.start()

    def start(self) -> None:
        self._server = listening(self._app, self.port)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        for listener in self._app.extensions["live"]._listeners:
            listener.dismiss()  # or its thread would outlive the server that it belongs to


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        absent("no Chromium here: install the package `chromium`")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def server(house: House) -> Iterator[Server]:
    server = Server(house)
    yield server
    server.stop()


@pytest.fixture
def opened() -> Iterator[list[Stream]]:
    """Streams to hang up at the end of the test."""
    streams: list[Stream] = []
    yield streams
    for stream in streams:
        stream.close()


def wait_for_stream(page: Page) -> None:
    """Until the stream is open. (`wait_for_function` would evaluate text in the page, which the policy forbids.)"""
    for _ in range(600):
        if page.evaluate("document.getElementById('live')._htmx?.sse?.status === 200"):
            return
        page.wait_for_timeout(100)
    pytest.fail("the stream did not open")


def one_room(database_url: str, data_dir) -> Flask:
    app = Flask("app")
    settings = settings_for(database_url, data_dir)
    app.config.update(SETTINGS=settings, SECRET_KEY=settings.secret_key, SQLALCHEMY_DATABASE_URI=database_url)
    for floor in (database, security, live):
        floor.init_app(app)
    people = LoginManager(app)

    @people.request_loader
    def who(incoming) -> Account | None:
        token = incoming.cookies.get(COOKIE, "")
        found = db.session.scalars(select(SignIn).filter_by(token_hash=hash_token(token), ended_at=None)).first()
        return found.account if found else None

    @app.get("/page/<uuid:key>")
    @public("a page with one live section, for the browser")
    def page(key: UUID) -> str:
        app.config["LOOKS"] = app.config.get("LOOKS", 0) + 1
        fragment = render_template_string(SECTION, key=key, looks=app.config["LOOKS"])
        if request.headers.get("HX-Request"):
            return fragment
        return render_template_string(PAGE, section=fragment, live_topics=[topic_name("thing", key)])

    return app


SECTION = """<section id="s" hx-get="/page/{{ key }}" hx-trigger="thing-{{ key }} from:#live, poll from:body"
  hx-swap="outerMorph" hx-status:5xx="swap:none"><input id="typed"><b>{{ looks }}</b></section>"""

PAGE = """<!doctype html><html lang="fr"><head><title>Live</title>
<meta name="htmx-config" content='{"includeIndicatorCSS": false, "history": "reload", "defaultTimeout": 15000}'>
<script defer src="/static/vendor/hx-sse-4.0.1.min.js"></script>
<script defer src="/static/js/live.js"></script>
<script defer src="/static/js/app.js"></script></head>
<body hx-headers:inherited='{"X-CSRFToken": "x"}'><p id="offline" hidden>Hors ligne</p>
<p id="silence" hidden>Pas de nouvelles</p>
<button id="copy" data-copy="abc" hidden>Copier</button>
{{ section|safe }}{% include "live/_stream.html" %}
<script src="/static/vendor/htmx-4.0.1.min.js"></script></body></html>"""
