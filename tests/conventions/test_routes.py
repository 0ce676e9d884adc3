"""What every route must have, read from the routes themselves."""

import re
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app import create_app
from app.core.security import csrf
from tests.conftest import settings_for

NO_COOKIE_TO_BORROW = {
    *("demo.ring", "inbox.answer_from_notice", "push.receive", "push.renew", "messages.report_sms"),
    *("patient_space.answer", "patient_space.wish", "patient_space.ask_call", "patient_space.say_came"),
    *("patient_space.end_carer", "patient_space.withdraw_consent", "patient_space.refuse"),
    *("patient_space.lift_objection", "patient_space.ask_rectification", "patient_space.copy"),
    *("patient_space.name_relative", "patient_space.allow_relative", "patient_space.end_relative"),
    *("patient_space.open_relative", "patient_space.open_space", "patient_space.set_reminders"),
    *("patient_space.say_wish", "patient_space.say_of_part", "patient_space.agree_to_plan"),
    *("patient_space.agree_to_folder", "patient_space.object_to_folder"),
    "membership.stop_by_mail",
    *("patient_space.write_note", "patient_space.withdraw_note", "patient_space.relative_writes"),
    *("patient_space.read_visit", "patient_space.read_space"),
    *("patient_space.agree_to_folder", "patient_space.object_to_folder"),
}
"""Asked for by a service worker that carries a token from an encrypted message, by our own sender, by the SMS gateway,
or by whoever was handed a link: the token in the address is the proof, and no session."""

TOKENS_IN_A_COOKIE = {
    *(
        "membership.decline_invitation",
        "membership.come_in_apart",
        "membership.give_code",
        "tablets.choose_code",
        "tablets.enter",
    ),
    *("membership.first_passkey_options", "membership.first_passkey_verification"),
}
"""The mark of a shared tablet, and the invitation that this browser proved: what cookies carry must be protected."""


PART = re.compile(r"[a-z0-9-]*(\.(js|css|ics|webmanifest))?|<uuid:\w+>|<(token|key)>(\.ics)?|<(slug|grid)>")


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
    exempt = {endpoint for endpoint, *_ in unsafe(house) if _exempt(house, endpoint)}
    assert exempt == NO_COOKIE_TO_BORROW
    for endpoint in exempt:
        assert house.view_functions[endpoint].guard.startswith("capability:")


def _exempt(house: Flask, endpoint: str) -> bool:
    view = house.view_functions[endpoint]
    return f"{view.__module__}.{view.__name__}" in csrf._exempt_views


def unsafe(house: Flask) -> list[tuple[str, str, str]]:
    """(endpoint, method, an address of it) of everything that changes something."""
    found = []
    for rule in routes(house):
        url = re.sub(r"<(uuid:)?[^>]*>", "01900000-0000-7000-8000-000000000000", rule.rule.replace("<int:number>", "1"))
        found += [(rule.endpoint, method, url) for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}]
    return found


def test_an_unsafe_request_without_its_token_is_refused(house: Flask) -> None:
    client = house.test_client()
    for endpoint, method, url in unsafe(house):
        if endpoint not in NO_COOKIE_TO_BORROW:
            assert client.open(url, method=method).status_code == 400, f"{method} {url}"


FROM_ELSEWHERE = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
)


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
def test_an_unsafe_request_from_another_site_is_refused(house: Flask, headers: dict[str, str]) -> None:
    client = house.test_client()
    for endpoint, method, url in unsafe(house):
        if endpoint not in NO_COOKIE_TO_BORROW:
            assert client.open(url, method=method, headers=headers).status_code == 403, f"{method} {url}"


def test_whoever_needs_no_cookie_needs_no_origin_either(house: Flask) -> None:
    """Where the token is the proof, no check of cookies or origins stands before it; where it is in a cookie, both."""
    free = {e for e, *_ in unsafe(house) if getattr(house.view_functions[e], "borrows_nothing", False)}
    assert free == NO_COOKIE_TO_BORROW
    capabilities = {e for e, *_ in unsafe(house) if house.view_functions[e].guard.startswith("capability:")}
    assert capabilities == NO_COOKIE_TO_BORROW | TOKENS_IN_A_COOKIE


def test_urls_are_kebab_case_nouns_and_ids_are_typed(house: Flask) -> None:
    for rule in routes(house):
        for part in rule.rule.strip("/").split("/"):
            assert re.fullmatch(
                r"[a-z0-9-]*(\.(js|css|ics|webmanifest))?|<uuid:\w+>|<int:number>|<(token|key)>(\.ics)?|<(slug|grid|part|kind|state|service)>",
                part,
            ), rule.rule


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


def test_an_endpoint_begins_with_the_name_of_its_room(house: Flask) -> None:
    endpoints = {rule.endpoint for rule in house.url_map.iter_rules()} - {"static"}
    rooms = {endpoint: house.view_functions[endpoint].__module__.split(".")[1] for endpoint in endpoints}
    assert {endpoint for endpoint in endpoints if endpoint.partition(".")[0] != rooms[endpoint]} == set()
