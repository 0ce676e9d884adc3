"""`relais doctor`: what is late, and one mail, SMS or alert on demand, with the stage at which it failed."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from app import cli, clock, create_app, schedule
from app.core.db import db, transaction
from app.jobs import heartbeats
from tests.conftest import close_engines, settings_for
from tests.push.house import new_account, new_subscription
from tests.services.mail_server import FakeMailServer
from tests.services.push_service import FakePushService
from tests.services.sms_gateway import FakeSmsGateway

Doctor = Callable[..., tuple[int, list[str]]]
NORA = "nora.petit@example.org"


@pytest.fixture
def server() -> Iterator[FakeMailServer]:
    service = FakeMailServer()
    yield service
    service.close()


@pytest.fixture
def gateway() -> Iterator[FakeSmsGateway]:
    service = FakeSmsGateway()
    yield service
    service.close()


@pytest.fixture
def more(server: FakeMailServer, gateway: FakeSmsGateway) -> dict[str, str]:
    return {"RELAIS_SMTP_URL": server.url, "RELAIS_SMS_URL": gateway.url, "RELAIS_SMS_KEY": "key"}


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: datetime, more: dict[str, str]) -> Iterator[Flask]:
    app = create_app(settings_for(engine_url, tmp_path, **more))
    with app.app_context():
        yield app
        db.session.remove()
        close_engines()


@pytest.fixture
def doctor(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Runs it on the app under test: (exit code, lines)."""
    monkeypatch.setattr(cli.context, "application", lambda: app)

    def run(*arguments: str) -> tuple[int, list[str]]:
        result = CliRunner().invoke(cli.main, ["doctor", *arguments])
        return result.exit_code, result.output.splitlines()

    return run


def test_without_a_worker_it_is_not_well(doctor: Doctor) -> None:
    code, lines = doctor()
    assert (code, lines[0]) == (1, "LATE: no worker runs")
    with transaction():
        heartbeats.write({timer.name: clock.now() for timer in schedule.TIMERS})
    assert doctor() == (0, ["well: every timer runs, and nothing is late", "0 searching, 0 unanswered"])


def test_a_mail(doctor: Doctor, server: FakeMailServer) -> None:
    assert doctor("--mail", NORA) == (0, ["mail: taken (250)"])
    assert [mail["To"] for mail in server.taken] == [NORA]


@pytest.mark.parametrize(
    ("manners", "said"),
    [
        ({"sender": "553 not from here"}, "mail: failed at sender refused: 553 not from here"),
        ({"recipients": {NORA: "550 no such mailbox"}}, "mail: failed at recipient refused: 550 no such mailbox"),
        ({"message": "554 spam"}, "mail: failed at message refused: 554 spam"),
        ({"hangs_up": "EHLO"}, "mail: failed at connection: Connection unexpectedly closed"),
    ],
    ids=["sender", "recipient", "message", "connection"],
)
def test_a_mail_that_fails_names_its_stage(
    doctor: Doctor, server: FakeMailServer, manners: dict[str, object], said: str
) -> None:
    vars(server.manners).update(manners)
    assert doctor("--mail", NORA) == (1, [said])


def test_an_sms(doctor: Doctor, gateway: FakeSmsGateway) -> None:
    assert doctor("--sms", "+33612345678") == (0, ["SMS: taken (200)"])
    gateway.answers(401)
    assert doctor("--sms", "+33612345678") == (1, ["SMS: failed at the gateway refused: 401"])
    assert doctor("--sms", "0123") == (1, ["SMS: this is no French mobile number in the form +33612345678"])
    assert len(gateway.posts) == 2
    gateway.close()
    assert doctor("--sms", "+33612345678")[1][0].startswith("SMS: failed at connection")


def test_an_alert(doctor: Doctor, push_vendor: FakePushService, now: datetime) -> None:
    from app.accounts.models import Account
    from app.push.vapid import public_key

    push_vendor.expected_key = public_key()
    assert doctor("--push", NORA) == (1, ["push: nobody has this address"])
    account_id = new_account(now)
    email = db.session.get_one(Account, account_id).email
    assert doctor("--push", email) == (1, ["push: no device of this person is subscribed"])
    rings, gone = push_vendor.new_device(), push_vendor.new_device()
    gone.answers(410)
    for device in (rings, gone):
        new_subscription(account_id, device, now)
    code, lines = doctor("--push", email)
    origin = rings.endpoint.rpartition("/")[0].split("/", 3)
    assert code == 1
    assert sorted(line.partition("): ")[2] for line in lines) == [
        "taken (201): the device should ring within seconds",
        "the push service says that this device is gone (410)",
    ]
    assert all("/".join(origin[:3]) in line for line in lines)


def test_nothing_is_tried_where_nothing_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        cli.context, "application", lambda: create_app(settings_for(f"sqlite:///{tmp_path / 'x'}", tmp_path))
    )
    for option, value in (("--mail", NORA), ("--sms", "+33612345678")):
        result = CliRunner().invoke(cli.main, ["doctor", option, value])
        assert (result.exit_code, "is not set" in result.output) == (1, True)
