"""Trying too often: who is counted, how, and what they read then."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask, abort, g
from flask.testing import FlaskClient
from psycopg.errors import DeadlockDetected
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from structlog.testing import capture_logs

from app import clock, create_app
from app.core import limits
from app.core.db import db, transaction
from app.core.limits import Attempts, by_address, count_attempt, limited, unheard_proxy
from app.core.security import csrf
from tests.conftest import close_engines, settings_for
from tests.factories.town import Town

MINUTE = timedelta(minutes=1)
GUESS = {"ticket": "ABCD2345"}
HTMX = {"HX-Request": "true"}


@pytest.fixture
def strict(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The limits hold, as they do outside the tests of other things; forms are drawn with their token."""
    app.config.update(LIMITS_HOLD=True, WTF_CSRF_ENABLED=True)
    monkeypatch.setattr(csrf, "protect", lambda **_: setattr(g, "csrf_valid", True))
    return app


def knock(client: FlaskClient, times: int) -> list[int]:
    return [client.post("/tablet", data=GUESS).status_code for _ in range(times)]


def test_twenty_wrong_tickets_in_ten_minutes(strict: Flask, client: FlaskClient) -> None:
    assert knock(client, 20) == [422] * 20
    answer = client.post("/tablet", data=GUESS)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "601"
    assert "Doucement" in answer.text
    assert client.get("/tablet").status_code == 200
    clock.advance(10 * MINUTE)
    assert knock(client, 1) == [422]


def test_what_succeeds_is_not_counted_where_only_failures_are(strict: Flask, client: FlaskClient) -> None:
    @strict.get("/trying/<outcome>")
    @limited("trying", 2, MINUTE, of=by_address, failures=True)
    def trying(outcome: str) -> tuple[str, int]:
        return ("", int(outcome)) if outcome != "404" else abort(404)

    def tries(*statuses: int) -> list[int]:
        return [client.get(f"/trying/{status}").status_code for status in statuses]

    assert tries(200, 303, 200, 503, 422, 200, 200) == [200, 303, 200, 503, 422, 200, 200]
    assert tries(404, 200, 422) == [404, 429, 429]


def test_what_was_done_is_said_to_be_when_its_count_cannot_be_given_back(
    strict: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She is signed in by then: "nothing was kept" would not be true."""

    def nobody_may_write(*_: object, **__: object) -> None:
        raise NoConnection("too many write at once")

    @strict.get("/done")
    @limited("done", 2, MINUTE, of=by_address, failures=True)
    def done() -> tuple[str, int]:
        return "", 204

    monkeypatch.setattr(limits, "give_back", nobody_may_write)
    assert client.get("/done").status_code == 204


def undone() -> OperationalError:
    return OperationalError("UPDATE", None, DeadlockDetected())


def test_what_lost_a_deadlock_is_done_again_and_counted_once(strict: Flask, client: FlaskClient) -> None:
    """That an attempt was counted is no reason to answer 503 to somebody who only met somebody else."""
    done: list[str] = []

    @strict.get("/met")
    @limited("met", 2, MINUTE, of=by_address)
    @limited("met too", 2, MINUTE, of=by_address, failures=True)
    def met() -> tuple[str, int]:
        done.append("")
        if len(done) % 2:
            raise undone()
        return "", 204

    assert [client.get("/met").status_code for _ in range(3)] == [204, 204, 429]
    assert len(done) == 4
    db.session.rollback()
    assert sorted(db.session.scalars(select(Attempts.count))) == [0, 3]


def test_what_was_kept_is_not_done_again(strict: Flask, client: FlaskClient) -> None:
    done: list[str] = []

    @strict.get("/kept")
    @limited("kept", 2, MINUTE, of=by_address)
    def kept() -> None:
        done.append("")
        with transaction():
            count_attempt("something", "else", MINUTE, now=clock.now())
        raise undone()

    assert client.get("/kept").status_code == 503
    assert len(done) == 1


def test_a_part_of_a_page_is_left_as_it_was(strict: Flask, client: FlaskClient) -> None:
    knock(client, 20)
    answer = client.post("/tablet", data=GUESS, headers=HTMX)
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
    with house.app_context():
        close_engines()


def heard(engine_url: str, tmp_path: Path, address: str = "127.0.0.1", proxies: str = "0") -> tuple[list[str], int]:
    """(what `relais doctor` says of the proxy from another process, lines in the log) after three requests."""
    environ = {"environ_base": {"REMOTE_ADDR": address}, "headers": {"X-Forwarded-For": "203.0.113.7"}}
    web = create_app(settings_for(engine_url, tmp_path))
    with capture_logs() as lines:
        for _ in range(3):
            assert web.test_client().get("/offline", **environ).status_code == 200
    doctor = create_app(settings_for(engine_url, tmp_path, RELAIS_TRUSTED_PROXIES=proxies))
    with doctor.app_context():
        said = unheard_proxy(clock.now())
        tomorrow = unheard_proxy(clock.now() + timedelta(days=1))
        db.session.remove()
        close_engines()
    with web.app_context():
        close_engines()
    assert tomorrow == []
    return said, len([line for line in lines if line["event"] == "proxy_unheard"])


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "10.0.0.2", ""])
def test_a_proxy_that_nobody_hears_is_told_once(engine_url: str, tmp_path: Path, now: datetime, address: str) -> None:
    said, lines = heard(engine_url, tmp_path, address)
    assert "RELAIS_TRUSTED_PROXIES" in said[0]
    assert lines == 1


def test_what_anybody_may_send_is_no_proxy(engine_url: str, tmp_path: Path, now: datetime) -> None:
    assert heard(engine_url, tmp_path, "1.1.1.1") == ([], 0)


def test_once_it_is_heard_nothing_is_said(engine_url: str, tmp_path: Path, now: datetime) -> None:
    assert heard(engine_url, tmp_path, proxies="1") == ([], 1)


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
