"""Signed in, signed out, and sent to the right door."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, create_app
from app.accounts.models import Account, SignIn
from app.accounts.sessions import login_manager, me_sign_in
from app.core.db import db, transaction
from tests.accounts.conftest import account_of, later
from tests.accounts.visitor import Browser, Visitor
from tests.conftest import close_engines, settings_for

Anyone = Callable[..., Visitor]


def cookie_of(someone: Visitor) -> str:
    cookie = someone.browser.get_cookie("relais")
    assert cookie is not None
    return cookie.value


def test_a_revoked_sign_in_ends_at_the_next_request(nora: Visitor) -> None:
    assert nora.signed_in()
    with transaction():
        db.session.scalars(select(SignIn)).one().ended_at = clock.now()
    assert not nora.signed_in()


@pytest.mark.parametrize(("hours", "inside"), [(11.9, True), (12, False)])
def test_a_sign_in_lasts_twelve_hours(nora: Visitor, hours: float, inside: bool) -> None:
    later(hours=6)
    nora.visit("/account", buffered=True)
    later(hours=hours - 6)
    assert nora.signed_in() is inside


def test_signing_out_ends_the_row_and_clears_the_browser(nora: Visitor, visitor: Anyone) -> None:
    nora.visit("/account")
    stolen = cookie_of(nora)
    answer = nora.send("/sign-out")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief = visitor()
    thief.browser.set_cookie("relais", stolen)
    assert not thief.signed_in()


def test_the_session_changes_at_sign_in(nora: Visitor, visitor: Anyone) -> None:
    planted = visitor(keys=nora.device.keys)
    planted.visit("/sign-in")
    with planted.browser.session_transaction() as session:
        session["planted"] = "by an attacker"
    assert planted.sign_in().status_code == 200
    with planted.browser.session_transaction() as session:
        assert "planted" not in session
        first = session["_user_id"]
    assert planted.sign_in().status_code == 200
    with planted.browser.session_transaction() as session:
        assert session["_user_id"] != first
    db.session.rollback()
    assert len(db.session.scalars(select(SignIn).where(SignIn.ended_at.is_not(None))).all()) == 1


def test_only_the_hash_of_the_token_is_kept(nora: Visitor) -> None:
    with nora.browser.session_transaction() as session:
        token = session["_user_id"]
        assert str(account_of().id) not in str(dict(session))
    db.session.rollback()
    row = db.session.scalars(select(SignIn)).one()
    assert token != row.token_hash
    assert len(token) >= 43


def test_cookie_at_home_and_in_production(app: Flask, engine_url: str, tmp_path: Path) -> None:
    cookie = Browser(app, app.response_class).get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("relais=")
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=Lax", "Path=/"))
    secure = {"RELAIS_BASE_URL": "https://relais.example.org", "RELAIS_PUSH_HOSTS": ""}
    house = create_app(settings_for(engine_url, tmp_path, **secure))
    cookie = house.test_client().get("/sign-in", base_url="https://relais.example.org").headers["Set-Cookie"]
    assert cookie.startswith("__Host-relais=")
    assert all(flag in cookie for flag in ("HttpOnly", "SameSite=Lax", "Path=/", "Secure"))
    assert "Domain" not in cookie
    with house.app_context():
        close_engines()


def test_a_page_sends_to_sign_in_and_back(visitor: Anyone) -> None:
    answer = visitor().visit("/account?tab=keys")
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/account?tab%3Dkeys"


def test_a_form_sent_too_late_leads_back_to_its_page(visitor: Anyone) -> None:
    late = visitor()
    late.visit("/sign-in")
    headers = {"Referer": "http://localhost/requests/new?pathway=home-care"}
    answer = late.browser.post("/requests", data={"csrf_token": late.token}, headers=headers)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in?next=/requests/new?pathway%3Dhome-care"


def test_a_part_of_a_page_takes_its_page_along(visitor: Anyone) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/requests?state=open"}
    answer = visitor().visit("/account", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/sign-in?next=/requests?state%3Dopen"


def test_under_a_prefix_the_way_back_stays_under_it(nora: Visitor, visitor: Anyone) -> None:
    someone = visitor(keys=nora.device.keys)
    under = {"SCRIPT_NAME": "/relais"}
    answer = someone.visit("/account", environ_overrides=under)
    assert answer.headers["Location"] == "/relais/sign-in?next=/account"
    headers = {"HX-Request": "true", "HX-Current-URL": "http://localhost/relais/requests"}
    answer = someone.visit("/account", headers=headers, environ_overrides=under)
    assert answer.headers["HX-Redirect"] == "/relais/sign-in?next=/requests"


@pytest.mark.parametrize("target", ["//evil.example", "/%5Cevil.example", "/%09/evil.example", "https://evil.example"])
def test_no_open_redirect(nora: Visitor, visitor: Anyone, target: str) -> None:
    assert visitor(keys=nora.device.keys).sign_in(target).get_json() == {"next": "/"}
    assert nora.visit(f"/sign-in?next={target}").headers["Location"] == "/"
    assert "evil" not in visitor().visit(f"/sign-in?next={target}").text


def test_sign_in_needs_the_csrf_token_and_the_same_site(visitor: Anyone) -> None:
    stranger = visitor()
    stranger.visit("/sign-in")
    assert stranger.browser.post("/sign-in/options", json={}).status_code == 400
    cross = {"X-CSRFToken": stranger.token, "Sec-Fetch-Site": "cross-site"}
    assert stranger.browser.post("/sign-in/options", json={}, headers=cross).status_code == 403
    assert stranger.browser.get("/sign-out").status_code == 405


def test_another_way_of_signing_in_gets_its_turn(nora: Visitor, visitor: Anyone, app: Flask) -> None:
    nora_id = account_of().id

    @login_manager.request_loader
    def by_header(request: object) -> Account | None:
        return db.session.get(Account, nora_id)

    try:
        someone = visitor()
        assert someone.signed_in()
        someone.visit("/account")
        assert someone.send("/sign-out").status_code == 303
        with app.test_request_context("/account"):
            assert me_sign_in() is None
    finally:
        login_manager._request_callback = None


def test_the_sign_in_page_is_honest_without_javascript(visitor: Anyone) -> None:
    page = visitor().visit("/sign-in?next=/inbox").text
    assert "Se connecter" in page
    assert "Activez-le pour Relais" in page
    assert 'autocomplete="username webauthn"' in page
    assert "/sign-in/verification?next=/inbox" in page
    assert "style=" not in page
