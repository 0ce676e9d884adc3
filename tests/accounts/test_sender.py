"""The mail of an invitation: once, in time, with the right code."""

import smtplib
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask

from app.accounts import sender
from app.accounts.actions import LEASE, code_of
from app.accounts.invitations import Person
from app.config import Settings
from app.core import clock, mail
from tests.accounts.conftest import invited, later, row


def mails(folder: Path) -> list[EmailMessage]:
    paths = sorted((folder / "mail").glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]  # type: ignore[misc]


def test_the_mail_says_where_and_which_code(invitation: UUID, tmp_path: Path, now: datetime) -> None:
    assert sender.send_due(now) == 1
    (mail,) = mails(tmp_path)
    text = mail.get_content()
    assert mail["To"] == "nora.petit@example.org"
    assert f"http://localhost:8000/invitation/{invitation}" in text
    assert code_of(invitation) in text
    assert "Nora" in text
    assert "Petit" not in text
    assert row(invitation).sent_at == now
    assert sender.send_due(now) == 0


def test_two_workers_send_it_once(
    app: Flask, practice: UUID, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        invited(practice, now, Person(f"nurse-{number}@example.org", "Nora", "Petit"))
    sent: list[UUID] = []
    really = sender.deliver

    def noted(message: EmailMessage, invitation_id: UUID, settings: Settings) -> None:
        sent.append(invitation_id)
        really(message, invitation_id, settings)

    monkeypatch.setattr(sender, "deliver", noted)
    together = Barrier(2)

    def work() -> int:
        with app.app_context():
            together.wait()
            return sender.send_due(now)

    with ThreadPoolExecutor() as workers:
        counts = [future.result() for future in [workers.submit(work), workers.submit(work)]]
    sender.send_due(now)
    assert sum(counts) <= 4
    assert len(sent) == len(set(sent)) == 4
    assert len(mails(tmp_path)) == 4


def test_a_mail_server_away_is_tried_again(
    invitation: UUID, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(sender, "deliver", away)
        assert sender.send_due(now) == 0
    assert sender.send_due(now + LEASE - timedelta(seconds=1)) == 0
    assert sender.send_due(now + LEASE) == 1
    assert len(mails(tmp_path)) == 1


def test_an_expired_invitation_is_not_sent(invitation: UUID, tmp_path: Path) -> None:
    later(hours=24)
    assert sender.send_due(clock.now()) == 0
    assert mails(tmp_path) == []


def test_a_password_is_not_given_in_clear_to_another_machine(
    invitation: UUID, app: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Plain(smtplib.SMTP):
        def __init__(self, *_: object, **__: object) -> None:
            self.said: list[str] = []

        def __enter__(self) -> "Plain":
            return self

        def __exit__(self, *_: object) -> None: ...

        def ehlo(self, name: str = "") -> tuple[int, bytes]:
            self.esmtp_features: dict[str, str] = {}
            return 250, b""

        def login(self, *_: object, **__: object) -> tuple[int, bytes]:
            raise AssertionError("the password left")

    monkeypatch.setattr(smtplib, "SMTP", Plain)
    with pytest.raises(smtplib.SMTPNotSupportedError):
        mail.by_smtp(sender.compose(invitation, "Nora", "a@example.org", now), "smtp://u:p@mail.example:25")
