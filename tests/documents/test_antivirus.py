"""The operator's antivirus: what it finds is never kept, and what it could not see is opened by nobody until it has."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.models import AuditEvent
from app.config import WrongSetting, read_settings
from app.core.db import db
from app.documents import antivirus
from app.documents.antivirus import Verdict
from tests.desk.screen import document as file
from tests.desk.screen import words
from tests.desk.test_documents import kept, sends
from tests.factories import files
from tests.factories.town import Town
from tests.services import clamd
from tests.services.clamd import EICAR, FakeClamd


@pytest.fixture
def scanner(app: Flask) -> Iterator[FakeClamd]:
    fake = FakeClamd()
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], clamd=fake.url)
    yield fake
    fake.close()


def test_without_one_nothing_is_asked(app: Flask) -> None:
    assert antivirus.scan(EICAR) is Verdict.CLEAN


@pytest.mark.parametrize("manner", [clamd.whole, clamd.in_pieces])
def test_it_sees_every_byte_and_its_answer_is_read_to_the_end(scanner: FakeClamd, manner: object) -> None:
    scanner.manner = manner
    large = b"x" * 200_001
    assert antivirus.scan(large) is Verdict.CLEAN
    assert scanner.seen == [large]
    assert antivirus.scan(b"before " + EICAR) is Verdict.FOUND


@pytest.mark.parametrize("manner", [clamd.half, clamd.hangs_up, clamd.nothing])
def test_half_an_answer_is_no_answer(scanner: FakeClamd, manner: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(antivirus, "PATIENCE", 0.3)
    scanner.manner = manner
    began = time.monotonic()
    assert antivirus.scan(b"letter") is Verdict.UNKNOWN
    assert time.monotonic() - began < 5


def test_a_file_above_its_own_limit_is_one_that_it_has_not_seen(scanner: FakeClamd) -> None:
    scanner.limit = 100_000
    assert antivirus.scan(b"x" * 5_000_000) is Verdict.UNKNOWN


def test_a_socket_that_is_not_there_is_no_answer(app: Flask) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], clamd="unix:///nowhere/clamd.ctl")
    assert antivirus.scan(b"letter") is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (b"stream: OK\0", Verdict.CLEAN),
        (b"stream: OK", Verdict.UNKNOWN),
        (b"", Verdict.UNKNOWN),
        (b"stream: Eicar-Signature FOUND\0", Verdict.FOUND),
        (b"INSTREAM size limit exceeded. ERROR\0", Verdict.UNKNOWN),
        (b"stream: NOT OK\0", Verdict.UNKNOWN),
    ],
)
def test_its_answers(answer: bytes, verdict: Verdict) -> None:
    assert antivirus.read_answer(answer) is verdict


def test_what_it_finds_is_not_kept_and_said(town: Town, scanner: FakeClamd) -> None:
    answer = sends(town, file(files.pdf() + EICAR, "facture.pdf"))
    assert answer.status_code == 422
    assert "facture : L'antivirus a reconnu un danger" in words(answer).replace("\u00a0", " ")
    assert kept() == []


def test_what_it_could_not_see_waits_in_quarantine_until_it_has(town: Town, scanner: FakeClamd) -> None:
    nadia = town.orientation_nurse
    scanner.manner = clamd.hangs_up
    sent = sends(town, file())
    assert sent.status_code == 303
    [letter] = kept()
    assert "en vérification" in words(nadia.get(sent.location))
    assert "L'antivirus ne l'a pas encore vu" in words(nadia.get(f"/documents/{letter.id}"))
    assert nadia.get(f"/documents/{letter.id}/pages/1").status_code == 404
    assert nadia.get(f"/documents/{letter.id}/file").status_code == 404
    town.time_passes(minutes=2)
    assert nadia.get(f"/documents/{letter.id}/file").status_code == 404
    scanner.manner = clamd.whole
    town.time_passes(minutes=2)
    assert nadia.get(f"/documents/{letter.id}/pages/1").status_code == 200
    assert "en vérification" not in words(nadia.get(sent.location))


def test_what_it_finds_later_is_erased_and_written_down(town: Town, scanner: FakeClamd) -> None:
    scanner.manner = clamd.hangs_up
    sent = sends(town, file())
    [letter] = [each.id for each in kept()]
    scanner.manner, scanner.danger = clamd.whole, b"%PDF"
    town.time_passes(minutes=2)
    assert kept() == []
    assert "Document effacé" in words(town.orientation_nurse.get(sent.location))
    line = select(AuditEvent.why).where(AuditEvent.event == "attachment.erased", AuditEvent.subject_id == letter)
    assert db.session.scalars(line).all() == ["antivirus"]


@pytest.mark.parametrize(
    "where", ["127.0.0.1:3310", "tcp://127.0.0.1", "http://scanner:3310", "unix://clamd.ctl", "tcp://:3310"]
)
def test_one_that_cannot_be_asked_is_found_at_the_start(where: str, tmp_path: object) -> None:
    with pytest.raises(WrongSetting, match="RELAIS_CLAMD"):
        read_settings({"RELAIS_CLAMD": where, "RELAIS_DATA": str(tmp_path)})


@pytest.mark.parametrize("where", ["", "tcp://127.0.0.1:3310", "tcp://clamav:3310", "unix:///run/clamav/clamd.ctl"])
def test_one_that_can_be_asked(where: str, tmp_path: object) -> None:
    assert read_settings({"RELAIS_CLAMD": where, "RELAIS_DATA": str(tmp_path)}).clamd == where
