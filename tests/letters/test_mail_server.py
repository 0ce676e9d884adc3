"""How a mail server is spoken to, and what each of its answers means."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from app.letters import mail
from app.letters.rules import CALM, URGENT, AttemptStage, LetterOutcome, LetterVerdict, after
from tests.conftest import settings_for
from tests.services.mail_server import FakeMailServer, certificate

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def secured(tmp_path: Path) -> Iterator[FakeMailServer]:
    """One that speaks TLS from the first byte."""
    service = FakeMailServer(certificate(tmp_path))
    yield service
    service.close()


def letter(tmp_path: Path, to: str = "nora@example.org", **more: str) -> EmailMessage:
    settings = settings_for("sqlite:///x", tmp_path, **more)
    return mail.compose(UUID(int=7), to, "Relais : votre code", "Été 1234\n", settings, NOW)


@pytest.mark.parametrize(
    ("manners", "outcome", "final"),
    [
        ({}, (None, 250), False),
        ({"recipients": {"nora@example.org": "550 no such mailbox"}}, (AttemptStage.RECIPIENT, 550), True),
        ({"recipients": {"nora@example.org": "450 later"}}, (AttemptStage.RECIPIENT, 450), False),
        ({"sender": "550 not from here"}, (AttemptStage.SENDER, 550), False),
        ({"message": "554 spam"}, (AttemptStage.MESSAGE, 554), True),
        ({"message": "451 later"}, (AttemptStage.MESSAGE, 451), False),
        ({"hangs_up": "EHLO"}, (AttemptStage.CONNECTION, None), False),
        ({"hangs_up": "DATA"}, (AttemptStage.CONNECTION, None), False),
    ],
    ids=["taken", "no mailbox", "greylisted", "sender", "spam", "message later", "hangs up", "hangs up late"],
)
def test_each_answer_has_its_stage(
    server: FakeMailServer, tmp_path: Path, manners: dict[str, object], outcome: tuple[object, object], final: bool
) -> None:
    vars(server.manners).update(manners)
    found = mail.by_smtp(letter(tmp_path), server.url)
    assert (found.stage, found.status, found.final) == (*outcome, final)
    assert len(server.taken) == (outcome[0] is None)


def test_a_name_that_leads_nowhere(tmp_path: Path) -> None:
    assert mail.by_smtp(letter(tmp_path), "smtp://mail.invalid:25").stage is AttemptStage.NAME


def test_nobody_listens(tmp_path: Path, server: FakeMailServer) -> None:
    server.close()
    assert mail.by_smtp(letter(tmp_path), server.url).stage is AttemptStage.CONNECTION


def test_an_address_that_this_server_cannot_write(server: FakeMailServer, tmp_path: Path) -> None:
    found = mail.by_smtp(letter(tmp_path, "nöra@example.org"), server.url)
    assert (found.stage, found.final) == (AttemptStage.RECIPIENT, True)


def test_a_password(server: FakeMailServer, tmp_path: Path) -> None:
    server.manners.password = "s3cret/"
    assert mail.by_smtp(letter(tmp_path), server.url.replace("//", "//relais:s3cret%2F@")).taken
    found = mail.by_smtp(letter(tmp_path), server.url.replace("//", "//relais:wrong@"))
    assert (found.stage, found.status, found.final) == (AttemptStage.SIGN_IN, 535, False)


def test_a_password_is_not_given_in_clear_to_another_machine(
    server: FakeMailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail, "THIS_MACHINE", ())
    server.manners.password = "secret"
    assert mail.by_smtp(letter(tmp_path), server.url.replace("//", "//relais:secret@")).stage is AttemptStage.TLS
    assert server.taken == []


def test_tls_first(secured: FakeMailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "localhost.pem"))
    monkeypatch.setattr(mail, "THIS_MACHINE", ())
    secured.manners.password = "secret"
    assert mail.by_smtp(letter(tmp_path), secured.url.replace("//", "//relais:secret@")).taken
    assert secured.taken[0]["To"] == "nora@example.org"


def test_a_certificate_of_nobody(secured: FakeMailServer, tmp_path: Path) -> None:
    assert mail.by_smtp(letter(tmp_path), secured.url).stage is AttemptStage.TLS


def test_tls_where_none_is_spoken(server: FakeMailServer, tmp_path: Path) -> None:
    assert mail.by_smtp(letter(tmp_path), server.url.replace("smtp:", "smtps:")).stage is AttemptStage.TLS


@pytest.mark.parametrize(
    ("sender", "shown"),
    [
        ("relais@chu.fr", "Relais <relais@chu.fr>"),
        ("Relais <relais@chu.fr>", "Relais <relais@chu.fr>"),
        ("Relais du CHU <relais@chu.fr>", "Relais du CHU <relais@chu.fr>"),
        ('"Relais, Évry" <relais@chu.fr>', '"Relais, Évry" <relais@chu.fr>'),
    ],
)
def test_the_sender_may_have_a_name(server: FakeMailServer, tmp_path: Path, sender: str, shown: str) -> None:
    assert mail.by_smtp(letter(tmp_path, RELAIS_MAIL_FROM=sender), server.url).taken
    assert server.taken[0]["From"] == shown


# The rules


def test_three_tries_when_somebody_waits_and_none_too_many_when_nobody_does() -> None:
    ends, away = NOW.replace(day=25), LetterOutcome(AttemptStage.CONNECTION)
    urgent = [after(away, URGENT, attempts=n, now=NOW, expires_at=ends).state for n in (1, 2, 3)]
    assert urgent == ["pending", "pending", "failed"]
    assert after(away, CALM, attempts=20, now=NOW, expires_at=ends).state == "pending"


def test_what_would_be_tried_after_its_end_is_over() -> None:
    away = LetterOutcome(AttemptStage.SIGN_IN, 535)
    assert after(away, CALM, attempts=1, now=NOW, expires_at=NOW + CALM.first) == LetterVerdict("expired")


def test_what_is_kept_of_a_refusal_names_nobody() -> None:
    refused = LetterOutcome(AttemptStage.RECIPIENT, 550, said="no mailbox nora@example.org here")
    assert refused.trouble == "recipient 550"
    assert LetterOutcome(status=250).trouble == ""
