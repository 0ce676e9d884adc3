"""Every GET route, as a production behind TLS answers it, scored like Mozilla's HTTP Observatory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from app import create_app
from app.accounts.models import Role
from app.core.db import db
from tests.conftest import close_engines, settings_for
from tests.factories.town import Person, Town
from tests.security.observatory import score

BASE = "https://relais.example"
LEAST = 130
REACHABLE = 155
"""100, and every bonus but a place on the browsers' own HSTS list (5) and SRI (5)."""

KNOWN = {"filename": "css/tokens.css", "number": 1}


@pytest.fixture
def production(engine_url: str, tmp_path: Path, now: object) -> Iterator[Town]:
    app = create_app(settings_for(engine_url, tmp_path, RELAIS_BASE_URL=BASE, RELAIS_PUSH_HOSTS=""))
    app.config.update(TESTING=True, PREFERRED_URL_SCHEME="https")
    with app.app_context():
        yield Town(app)
        db.session.remove()
        close_engines()


def ask(person: Person, url: str, method: str = "GET") -> TestResponse:
    with person.town.app.app_context():
        return person.client.open(url, method=method, base_url=BASE)


def signed_in(town: Town, person: Person) -> Person:
    """The factory's cookie was made for plain http; a production knows only `__Host-`."""
    cookie = person.client.get_cookie("__Host-relais") or person.client.get_cookie("relais")
    assert cookie is not None
    client = town.app.test_client()
    client.set_cookie("__Host-relais", cookie.value, domain="relais.example", secure=True)
    return Person(town, person.account_id, client)


def pages(app: Flask) -> list[str]:
    unknown = "01900000-0000-7000-8000-000000000000"
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    with app.test_request_context(base_url=BASE):
        built = [app.url_for(r.endpoint, **{a: KNOWN.get(a, unknown) for a in r.arguments}) for r in rules]
    return [url.removeprefix(BASE) for url in built]


def test_every_page_is_worth_its_score(production: Town) -> None:
    everyone = [production.stranger(), production.orientation_nurse, production.nurse("Maya", phone=False)]
    everyone += [
        production.coordinator,
        production._person("Ada", "Ministre", Role.ADMINISTRATOR, production.emergency_id),
    ]
    low = {}
    for person in [everyone[0], *(signed_in(production, one) for one in everyone[1:])]:
        for url in pages(production.app):
            answer = ask(person, url)
            found = score(answer.headers, answer.text if answer.mimetype == "text/html" else "")
            if found.points < LEAST or found.faults:
                low[url] = found
            answer.close()
    assert low == {}


def test_what_is_missing_for_all_of_it(production: Town) -> None:
    """The sign-in page is what a scanner sees first. SRI would guard scripts from elsewhere: there are none."""
    answer = ask(production.stranger(), "/sign-in")
    found = score(answer.headers, answer.text)
    assert (found.points, found.missing) == (REACHABLE, {"HSTS preloaded": 5, "SRI": 5})


def test_the_cookie_of_a_production(production: Town) -> None:
    cookie = ask(production.stranger(), "/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("__Host-relais=")
    for word in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert word in cookie
    assert "Domain" not in cookie


def test_hsts_lasts_two_years_on_every_answer(production: Town) -> None:
    for url in ("/", "/sign-in", "/nowhere", "/static/css/tokens.css", "/healthz"):
        answer = ask(production.stranger(), url)
        assert "max-age=63072000" in answer.headers["Strict-Transport-Security"], url
        answer.close()


def test_signing_out_clears_the_browser(production: Town) -> None:
    production.app.config["WTF_CSRF_ENABLED"] = False
    answer = ask(signed_in(production, production.orientation_nurse), "/sign-out", "POST")
    assert '"cache"' in answer.headers["Clear-Site-Data"]
    assert '"storage"' in answer.headers["Clear-Site-Data"]


def test_the_scorer_sees_what_is_wrong() -> None:
    bare = score(Headers(), "")
    assert bare.points < 50
    assert {"no CSP", "no HSTS", "no nosniff", "can be framed"} <= bare.faults.keys()
    leaky = Headers({"Set-Cookie": "session=1"})
    assert score(leaky, "").faults["session cookie without Secure"] == 40
    loose = Headers({"Content-Security-Policy": "default-src 'none'; script-src 'unsafe-inline'; form-action 'self'"})
    assert score(loose, "").faults["unsafe CSP"] == 20
