"""The end of what is kept: a dry run changes nothing, and the run does exactly what it said."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.audit.models import AuditEvent
from app.cli import main
from app.cli import retention as command
from app.conversations.models import Line
from app.core.db import Model, db, transaction
from app.passages.models import Passage
from app.patients.models import Patient
from app.relatives import actions
from app.relatives.queries import relatives_of
from app.rights.models import RetentionRound
from app.rights.retention import foreseen, run, run_due
from app.rights.rules import Terms
from tests.factories.town import Town
from tests.rights.conftest import rows_left

YEAR = timedelta(days=366)


def test_a_record_that_is_in_use_is_left_alone(town: Town, monique: UUID) -> None:
    assert not foreseen(clock.now())
    before = rows_left()
    assert not run(clock.now())
    assert rows_left() == before


@pytest.mark.parametrize(("model", "column"), [(Passage, "said_at"), (Line, "at")])
def test_care_that_goes_on_keeps_her_record(town: Town, monique: UUID, model: type[Model], column: str) -> None:
    """A series asked for years ago: only its last visit, or its last word, is of this year."""
    clock.advance(21 * YEAR)
    with transaction():
        db.session.execute(update(model).values({column: clock.now()}))
    assert not run(clock.now()).erased
    assert db.session.scalar(select(Patient.merged_into_id).where(Patient.id == monique)) is None
    assert rows_left()["patient"] == 2


def test_dry_changes_nothing_and_in_earnest_does_what_it_said(town: Town, monique: UUID) -> None:
    clock.advance(21 * YEAR)
    young = town.patient("Odile")
    before = rows_left()
    said = foreseen(clock.now())
    assert rows_left() == before
    assert (said.erased, said.archived) == (1, 0)
    assert {table for table, rows in said.rows.items() if rows} == {name for name, rows in before.items() if rows}
    done = run(clock.now())
    after = rows_left()
    assert (done.erased, done.archived, done.rows) == (said.erased, said.archived, said.rows)
    assert {name: before[name] - after[name] for name in before if before[name] != after[name]} == said.rows
    assert [each for each in after if after[each]] == [
        each for each in after if each in ("patient", "patient_search_key", "relation")
    ], "what is left is Odile's"
    assert db.session.scalars(select(Patient.id)).all() == [young]
    line = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "person.erased")).one()
    assert (line.subject_id, line.patient_id) == (monique, None)
    kept = db.session.scalars(select(RetentionRound)).one()
    assert (kept.erased, kept.rows) == (1, dict(said.rows))
    assert not foreseen(clock.now())


def test_after_five_years_she_is_found_by_her_whole_identity_alone(town: Town, monique: UUID) -> None:
    nadia = town.orientation_nurse
    assert nadia.get(f"/patients/{monique}").status_code == 200
    clock.advance(6 * YEAR)
    said, before = foreseen(clock.now()), rows_left()
    assert (said.archived, said.erased) == (1, 0)
    assert run(clock.now()).archived == 1
    assert rows_left()["patient"] == before["patient"]
    assert foreseen(clock.now()).archived == 0
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.event == "person.archived")).one()


def test_a_relative_who_reads_no_more_is_forgotten_after_a_year(town: Town, monique: UUID) -> None:
    with transaction():
        actions.end(relatives_of(monique)[0], by=None, now=clock.now())
    clock.advance(2 * YEAR)
    said = foreseen(clock.now())
    assert said.rows["related_person"] == 1
    assert said.rows["trusted_person"] == 1
    assert run(clock.now()).rows == said.rows
    assert rows_left()["related_person"] == 0
    assert rows_left()["patient"] == 2


def test_the_house_does_it_once_a_day_where_it_is_wanted(town: Town, monique: UUID, app: Flask) -> None:
    clock.advance(21 * YEAR)
    assert run_due(clock.now()) == 0, "nothing by itself before the operator says so"
    wants(app)
    assert run_due(clock.now()) > 0
    clock.advance(timedelta(hours=23))
    assert run_due(clock.now()) == 0
    clock.advance(timedelta(hours=2))
    run_due(clock.now())
    db.session.rollback()
    assert len(db.session.scalars(select(RetentionRound)).all()) == 2


def wants(app: Flask) -> None:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], retention=True)


@pytest.mark.parametrize("dry", [True, False])
def test_the_command_tells_what_it_counts(
    town: Town, monique: UUID, app: Flask, monkeypatch: pytest.MonkeyPatch, dry: bool
) -> None:
    clock.advance(21 * YEAR)
    before = rows_left()
    monkeypatch.setattr(command.context, "enter", lambda _context: None)
    told = CliRunner().invoke(main, ["retention", *(["--dry-run"] if dry else [])])
    assert told.exit_code == 0, told.output
    assert f"1 {'would be' if dry else 'are'} erased" in told.output
    assert f"{before['patient']}\tpatient" in told.output
    assert (rows_left() == before) is dry


def test_twenty_years_by_default_and_as_the_operator_says() -> None:
    now = clock.now()
    assert (now - Terms().erased_before(now)).days == 7305
    assert (now - Terms(active=2, archived=0).erased_before(now)).days == 730
