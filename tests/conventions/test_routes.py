"""What every route must have, read from the routes themselves."""

import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app import create_app
from app.core.security import csrf
from tests.conftest import settings_for

NO_COOKIE_TO_BORROW = {"demo.ring", "inbox.answer_from_notice", "push.receive", "push.report_sms"}
"""Asked for by a service worker that carries a token from an encrypted message, by our own sender, or by the SMS
gateway: no session."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("house")
    return create_app(settings_for(f"sqlite:///{folder / 'relais.sqlite3'}", folder, RELAIS_DEMO="1"))


def routes(house: Flask) -> list[Rule]:
    return [rule for rule in house.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_names_its_guard(house: Flask) -> None:
    bare = [r.rule for r in routes(house) if not getattr(house.view_functions[r.endpoint], "guard", None)]
    assert bare == []


def test_every_public_route_says_why(house: Flask) -> None:
    guards = {house.view_functions[rule.endpoint].guard for rule in routes(house)}
    for guard in guards:
        assert not re.fullmatch(r"(public|capability):\s*", guard)


def test_only_bearers_of_a_token_do_without_a_csrf_check(house: Flask) -> None:
    exempt = {rule.endpoint for rule in routes(house) if _exempt(house, rule.endpoint)}
    assert exempt == NO_COOKIE_TO_BORROW
    for endpoint in exempt:
        assert house.view_functions[endpoint].guard.startswith("capability:")


def _exempt(house: Flask, endpoint: str) -> bool:
    view = house.view_functions[endpoint]
    return f"{view.__module__}.{view.__name__}" in csrf._exempt_views


def test_an_unsafe_request_without_its_token_is_refused(house: Flask) -> None:
    client = house.test_client()
    for rule in routes(house):
        for method in (rule.methods or set()) & {"POST", "DELETE"}:
            if rule.endpoint in NO_COOKIE_TO_BORROW:
                continue
            url = rule.rule
            for kind in ("<uuid:", "<"):
                url = re.sub(rf"{kind}[^>]*>", "01900000-0000-7000-8000-000000000000", url)
            answer = client.open(url, method=method)
            assert answer.status_code == 400, f"{method} {rule.rule} answered {answer.status_code}"


def test_an_unsafe_request_from_another_site_is_refused(house: Flask) -> None:
    client = house.test_client()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        assert client.post("/requests", headers=headers).status_code == 403


def test_urls_are_kebab_case_nouns_and_ids_are_typed(house: Flask) -> None:
    for rule in routes(house):
        for part in rule.rule.strip("/").split("/"):
            assert re.fullmatch(r"[a-z0-9-]*(\.(js|ics|webmanifest))?|<uuid:\w+>|<token>|<slug>", part), rule.rule


def test_nothing_changes_on_get(house: Flask) -> None:
    """Whoever adds a changing GET has to write it here first."""
    for rule in routes(house):
        if "GET" in (rule.methods or set()):
            assert not re.search(r"(acceptance|refusal|cancellation|relaunch|answer|withdrawal)$", rule.rule)


def test_every_answer_carries_the_strict_headers(house: Flask) -> None:
    answer = house.test_client().get("/offline")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "base-uri 'none'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_only_the_demonstration_shows_itself_in_frames(house: Flask, tmp_path: Path) -> None:
    real = create_app(settings_for(f"sqlite:///{tmp_path / 'x.sqlite3'}", tmp_path))
    assert "frame-ancestors 'none'" in real.test_client().get("/offline").headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in house.test_client().get("/offline").headers["Content-Security-Policy"]
