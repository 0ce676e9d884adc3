"""From one sealing key to the next: nothing becomes unreadable, whenever the rotation is stopped."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner
from cryptography.fernet import InvalidToken
from flask import Flask
from sqlalchemy import Text, select, type_coerce

from app import clock, create_app
from app.appointments import actions as appointments
from app.appointments.models import Appointment, PatientLink
from app.care_requests.models import CareRequest
from app.cli import keys, resealing
from app.core.db import db, transaction
from app.core.sealed import fernets
from app.core.tokens import hash_token
from app.language.dates import PartialDate
from app.membership import recovery
from app.patients import actions as patients
from app.patients import queries, rehashing
from app.patients.models import Patient
from app.push import request
from tests.conftest import close_engines, settings_for
from tests.factories.links import link_token
from tests.factories.town import Town
from tests.membership.mailbox import code_of, codes_of

OLD = "a secret long enough for the tests only"
NEW = "another secret, made for the years to come"
NOTE = "Code 4521B, deuxième étage"
ID = UUID(int=7)


@pytest.fixture
def patient(town: Town) -> UUID:
    """Known under the old key, with a request that has a note."""
    patient = town.patient("Monique")
    town.asks(patient=patient, note=NOTE)
    return patient


def house(engine_url: str, folder: Path, secret: str = NEW, former: str = OLD) -> Flask:
    """The same database, opened with another ring of keys."""
    app = create_app(settings_for(engine_url, folder, RELAIS_SECRET_KEY=secret, RELAIS_FORMER_SECRET_KEYS=former))
    app.config.update(TESTING=True, LIMITS_HOLD=False)
    return app


@pytest.fixture
def rotated(town: Town, patient: UUID, engine_url: str, tmp_path: Path) -> Iterator[Flask]:
    """The operator has put the new key in the place of the old one, and kept the old one for reading."""
    db.session.remove()
    app = house(engine_url, tmp_path)
    with app.app_context():
        yield app
        db.session.remove()
        close_engines()


def opens_with(secret: str) -> tuple[int, int]:
    """(values that this key opens, all values)."""
    values = [
        row[0]
        for table, columns in resealing.tables()
        for column in columns
        for row in db.session.execute(select(type_coerce(column, Text)).where(column.is_not(None)))
    ]
    db.session.rollback()
    return sum(_opens(secret, value) for value in values), len(values)


def _opens(secret: str, value: str) -> bool:
    try:
        fernets((secret,)).decrypt(value)
    except InvalidToken:
        return False
    return True


def run(command: object, *arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(command, list(arguments))  # type: ignore[arg-type]
    return done.exit_code, done.output


def found(text: str) -> list[UUID]:
    return [each.id for each in queries.search(text, select(Patient.id), clock.now().date()).people]


def test_between_the_two_keys_everything_is_read_and_found(rotated: Flask, patient: UUID) -> None:
    assert db.session.get_one(Patient, patient).birth_name == "Marchand"
    assert db.session.scalars(select(CareRequest.note)).all() == [NOTE]
    assert found("12/03/1948 mar") == [patient]
    assert opens_with(NEW)[0] == 0, "nothing was written yet"


def test_what_is_written_meanwhile_is_under_the_new_key(rotated: Flask, patient: UUID) -> None:
    with transaction():
        db.session.get_one(Patient, patient).address = "3 rue Neuve"
    assert opens_with(NEW)[0] == 1


def test_afterwards_the_new_key_is_enough(rotated: Flask, patient: UUID, engine_url: str, tmp_path: Path) -> None:
    assert run(keys.check)[0] == 1
    code, said = run(keys.rotate, "--batch", "1")
    assert code == 0, said
    assert opens_with(NEW) == (9, 9)
    assert opens_with(OLD)[0] == 0
    assert run(keys.check)[0] == 0
    db.session.remove()
    with house(engine_url, tmp_path, former="").app_context():
        mine = db.session.get_one(Patient, patient)
        assert (mine.birth_name, mine.birth_date) == ("Marchand", date(1948, 3, 12))
        assert found("12031948") == [patient]
        db.session.remove()
        close_engines()


def test_a_second_run_has_nothing_to_do(rotated: Flask, patient: UUID) -> None:
    run(keys.rotate)
    assert sum(batch.resealed for batch in resealing.reseal(100)) == 0
    assert sum(rehashing.rehash(100)) == 0


def test_a_row_that_changes_meanwhile_is_left_alone(rotated: Flask, patient: UUID) -> None:
    table, columns = next(each for each in resealing.tables() if each[0].name == "patient")
    rows = next(resealing._batches(table, columns, 10))
    with transaction():
        db.session.get_one(Patient, patient).birth_name = "Marchand-Durand"
    resealing._reseal(table, columns, rows)
    db.session.expire_all()
    assert db.session.get_one(Patient, patient).birth_name == "Marchand-Durand"
    assert resealing.left() == 2, "only the request's note and answers wait: they are in another table"


def test_without_the_former_key_it_says_so_and_breaks_nothing(
    town: Town, patient: UUID, engine_url: str, tmp_path: Path
) -> None:
    db.session.remove()
    with house(engine_url, tmp_path, former="").app_context():
        code, said = run(keys.rotate)
        assert code == 1
        assert "9 values open with no key" in said
        assert opens_with(OLD) == (9, 9)
        db.session.remove()
        close_engines()


def test_killed_again_and_again_it_comes_to_its_end(town: Town, patient: UUID, engine_url: str, tmp_path: Path) -> None:
    with transaction():
        home, by = town.emergency_id, town.orientation_nurse.account_id
        for number in range(120):
            named = "Nom", f"Prénom {number}", PartialDate(1950, 1, 1)
            identity = patients.Identity(*named, "F", "91228", "+33639980100", "91228")
            patients.create(identity, organization_id=home, by=by, now=clock.now())
    everything = opens_with(OLD)[1]
    db.session.remove()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("RELAIS_")},
        "RELAIS_DATABASE_URL": engine_url,
        "RELAIS_DATA": str(tmp_path),
        "RELAIS_SECRET_KEY": NEW,
        "RELAIS_FORMER_SECRET_KEYS": OLD,
    }
    command = [sys.executable, "-m", "app.cli", "secrets", "rotate", "--batch", "5"]
    seen = [0]
    for _ in range(2):
        running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, bufsize=0)
        assert running.stdout is not None
        for _line in range(3):
            running.stdout.readline()
        running.send_signal(signal.SIGKILL)
        running.wait(10)
        running.stdout.close()
        seen.append(opens_with(NEW)[0])
        assert opens_with(NEW)[0] + opens_with(OLD)[0] == everything, "each value opens with one key or the other"
    assert 0 < seen[1] < everything
    last = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert opens_with(NEW) == (everything, everything), last.stdout


# What travels: links, cookies, codes, tokens of notices


def test_a_printed_link_works_and_is_shown_again_as_it_was(town: Town, engine_url: str, tmp_path: Path) -> None:
    maya = town.nurse("Maya")
    town.asks()
    town.time_passes(seconds=1)
    assert maya.accepts() == 200
    db.session.rollback()
    appointment = db.session.scalars(select(Appointment)).one()
    printed, appointment_id = link_token(appointment), appointment.id
    db.session.remove()
    app = house(engine_url, tmp_path)
    with app.app_context():
        assert app.test_client().get(f"/p/{printed}").status_code == 200
        assert link_token(db.session.get_one(Appointment, appointment_id)) == printed
        run(keys.rotate)
        code, said = run(keys.check)
        assert (code, "1 patient links" in said) == (1, True), "it lives until the day after the visit"
        db.session.remove()
        close_engines()
    with house(engine_url, tmp_path, former="").app_context():
        shown = link_token(db.session.get_one(Appointment, appointment_id))
        with transaction():
            assert appointments.renew_lost_links(clock.now()) == 1
        renewed = db.session.scalars(select(PatientLink)).one()
        assert renewed.token_hash == hash_token(shown) != hash_token(printed)
        db.session.remove()
        close_engines()


def test_cookies_forms_codes_and_notices_made_before_still_count(
    town: Town, patient: UUID, engine_url: str, tmp_path: Path
) -> None:
    before = code_of(ID), request.receipt_token(ID), request.answer_token(ID, "accept"), recovery.stop_token(ID)
    town.app.config["WTF_CSRF_ENABLED"] = True
    typed = town.orientation_nurse.get("/account").text.partition('name="csrf_token" value="')[2].partition('"')[0]
    cookie = town.orientation_nurse.client.get_cookie("relais")
    assert cookie is not None
    db.session.remove()
    app = house(engine_url, tmp_path)
    app.config["WTF_CSRF_ENABLED"] = True
    client = app.test_client()
    client.set_cookie("relais", cookie.value)
    with app.app_context():
        assert client.get("/requests").status_code == 200
        assert client.post("/account/lock-screen", data={"csrf_token": typed}).status_code == 303
        assert before[0] in codes_of(ID)
        assert code_of(ID) != before[0], "new ones are made with the new key"
        assert request.receipt_token_matches(ID, before[1])
        assert request.answer_token_matches(ID, before[2], "accept")
        assert not request.answer_token_matches(ID, before[2], "refuse")
        assert recovery.stops(ID, before[3])
        db.session.remove()
        close_engines()
    with house(engine_url, tmp_path, former="").app_context() as alone:
        assert not request.receipt_token_matches(ID, before[1])
        stranger = alone.app.test_client()
        stranger.set_cookie("relais", cookie.value)
        assert stranger.get("/requests").location.startswith("/sign-in"), "retired is retired"
        db.session.remove()
        close_engines()
