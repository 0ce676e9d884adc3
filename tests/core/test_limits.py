"""Trying too often: who is counted, how, and what they read then."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app import create_app
from app.core import clock
from app.core.db import db, transaction
from app.core.limits import Attempts, by_address, count_attempt
from tests.conftest import settings_for
from tests.factories.town import Town

MINUTE = timedelta(minutes=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def strict(app: Flask) -> Flask:
    """The limits hold, as they do outside the tests of other things."""
    app.config["LIMITS_HOLD"] = True
    return app


def knock(client: FlaskClient, times: int, **more: object) -> list[int]:
    return [client.get("/p/unknown", **more).status_code for _ in range(times)]


def test_ten_looks_a_minute_at_a_patient_link(strict: Flask, client: FlaskClient) -> None:
    assert knock(client, 10) == [404] * 10
    answer = client.get("/p/unknown")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "61"
    assert "Doucement" in answer.text
    assert client.get("/p/another").status_code == 404
    clock.advance(MINUTE)
    assert knock(client, 1) == [404]


def test_a_part_of_a_page_is_left_as_it_was(strict: Flask, client: FlaskClient) -> None:
    knock(client, 10)
    answer = client.get("/p/unknown", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (429, "#flashes")
    assert "Attendez une minute" in answer.text
    assert "<html" not in answer.text


def test_a_script_hears_a_word(strict: Flask, client: FlaskClient) -> None:
    statuses = [client.post("/sign-in/verification", json={}).status_code for _ in range(60)]
    assert set(statuses) == {422}
    answer = client.post("/sign-in/verification", json={})
    assert (answer.status_code, answer.get_json()) == (429, {"error": "slow"})


def test_a_forged_address_changes_nothing(strict: Flask, client: FlaskClient) -> None:
    for number in range(60):
        forged = {"X-Forwarded-For": f"203.0.113.{number}", "Forwarded": f"for=203.0.113.{number}"}
        assert client.post("/sign-in/verification", json={}, headers=forged).status_code == 422
    answer = client.post("/sign-in/verification", json={}, headers={"X-Forwarded-For": "198.51.100.1"})
    assert answer.status_code == 429


def test_behind_one_proxy_of_ours_the_last_address_counts(engine_url: str, tmp_path: Path) -> None:
    house = create_app(settings_for(engine_url, tmp_path, RELAIS_TRUSTED_PROXIES="1"))
    seen: list[str] = []
    house.before_request(lambda: seen.append(by_address()))
    for claimed in ("203.0.113.7", "9.9.9.9, 203.0.113.7", "2001:db8:1:2:3::4"):
        house.test_client().get("/offline", headers={"X-Forwarded-For": claimed})
    assert seen == ["203.0.113.7", "203.0.113.7", "2001:db8:1:2::/64"]


def test_each_person_has_a_count(strict: Flask, town: Town) -> None:
    nadia, paul = town.orientation_nurse, town.requester()
    statuses = [nadia.post("/requests/patients", {"q": "x"}).status_code for _ in range(61)]
    assert statuses[-1] == 429
    assert 429 not in statuses[:-1]
    assert paul.post("/requests/patients", {"q": "x"}).status_code != 429


def test_who_may_not_come_in_is_not_counted(strict: Flask, client: FlaskClient) -> None:
    assert {client.post("/requests/patients").status_code for _ in range(70)} == {303}
    assert db.session.scalar(select(func.count()).select_from(Attempts)) == 0


def test_processes_count_together(app: Flask, now: datetime) -> None:
    def one(_number: int) -> int:
        with app.app_context(), transaction():
            return count_attempt("thing", "somebody", MINUTE, now=now)[0]

    with ThreadPoolExecutor(4) as several:
        assert sorted(several.map(one, range(12))) == list(range(1, 13))


def test_who_tried_cannot_be_read_and_is_forgotten(app: Flask, now: datetime) -> None:
    with transaction():
        count_attempt("thing", "192.0.2.1", MINUTE, now=now)
    assert "192.0.2.1" not in db.session.scalars(select(Attempts.key)).one()
    with transaction():
        count_attempt("thing", "192.0.2.2", MINUTE, now=now + MINUTE)
    assert db.session.scalar(select(func.count()).select_from(Attempts)) == 1


@pytest.mark.parametrize("name", ["RELAIS_TRUSTED_PROXIES", "RELAIS_IDLE_HOURS"])
@pytest.mark.parametrize("value", ["-1", "many", "1.5", "99999999"])
def test_a_wrong_number_is_refused(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=name):
        settings_for("sqlite:///x", tmp_path, **{name: value})
