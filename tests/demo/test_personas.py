"""Anyone may be anyone under /demo/as/, in demo mode and nowhere else."""

from pathlib import Path

import pytest
from flask import Flask, Response, url_for
from flask.testing import FlaskClient
from flask_login import current_user
from sqlalchemy import select

from app import create_app
from app.accounts.models import Account
from app.config import WrongSetting
from app.core.db import Model, db
from app.demo.people import CAST, Persona
from app.demo.personas import PersonaMount
from app.demo.views import IN_HAND
from tests.conftest import close_engines, settings_for


def asked_as(app: Flask, path: str) -> tuple[str, str | None]:
    """(a URL made during a request for `path`, persona signed in then)."""
    seen: list[tuple[str, str | None]] = []

    def look(response: Response) -> Response:
        seen.append((url_for("demo.show"), getattr(current_user, "persona", None)))
        return response

    functions = app.after_request_funcs.setdefault(None, [])
    functions.append(look)
    try:
        app.test_client().get(path)
    finally:
        functions.remove(look)
    return seen[0]


def test_under_the_prefix_one_is_that_person_and_links_stay_there(app: Flask) -> None:
    assert asked_as(app, "/demo/as/nurse/service-worker.js") == ("/demo/as/nurse/demo", "nurse")
    assert asked_as(app, "/service-worker.js") == ("/demo", None)


def test_one_browser_is_several_people(client: FlaskClient) -> None:
    assert client.get("/demo/as/nurse/account").status_code == 200
    assert client.get("/demo/as/doctor/account").status_code == 200
    assert client.get("/account").status_code in (302, 303)


def test_without_its_slash_the_prefix_leads_to_it(client: FlaskClient) -> None:
    answer = client.get("/demo/as/nurse")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/demo/as/nurse/")


@pytest.mark.parametrize(
    "path",
    ["/demo/as/nobody/inbox", "/demo/as/nobody", "/demo/as/", "/demo/as/nurse/demo", "/demo/as/nurse/demo/as/ward/"],
)
def test_strangers_are_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_every_persona_is_a_person_of_the_territory(app: Flask) -> None:
    with app.app_context():
        known = set(db.session.scalars(select(Account.persona).where(Account.persona.is_not(None))))
    assert known == {persona.slug for persona in CAST.personas}
    assert known >= {slug for labels in IN_HAND.values() for slug in labels}


@pytest.mark.parametrize("persona", CAST.personas, ids=lambda persona: persona.slug)
def test_each_persona_has_a_first_screen(client: FlaskClient, persona: Persona) -> None:
    answer = client.get(f"/demo/as/{persona.slug}/{persona.opens}", follow_redirects=True)
    assert answer.status_code == 200


def test_the_page_shows_two_devices_and_everyone(client: FlaskClient) -> None:
    answer = client.get("/demo")
    page = answer.text
    assert answer.status_code == 200
    assert page.count("<iframe") == 2
    assert 'src="/demo/as/nurse/inbox"' in page
    assert 'src="/demo/as/orientation-nurse/requests"' in page
    assert all(f'href="/demo/as/{persona.slug}/' in page for persona in CAST.personas)
    assert page.count("<h1") == 1
    assert "style=" not in page
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]


def test_none_of_it_exists_outside_demo_mode(tmp_path: Path) -> None:
    real = create_app(settings_for(f"sqlite:///{tmp_path / 'real.sqlite3'}", tmp_path))
    assert "demo" not in real.blueprints
    assert not isinstance(real.wsgi_app, PersonaMount)
    with real.app_context():
        Model.metadata.create_all(db.engine)
    for path in ("/demo", "/demo/as/nurse/inbox", "/demo/as/nurse/account"):
        answer = real.test_client().get(path)
        assert answer.status_code == 404
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    with real.app_context():
        close_engines()


def test_demo_mode_is_refused_on_a_real_address(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="RELAIS_DEMO"):
        settings_for("sqlite:///x", tmp_path, RELAIS_DEMO="1", RELAIS_BASE_URL="https://relais.example.org")
