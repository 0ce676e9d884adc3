"""A copy of everything: whatever a room keeps of a person, sealed or not, is in what she takes home."""

import base64
import json
from typing import Any
from uuid import UUID

import pypdfium2
import pytest
from sqlalchemy import inspect as mapped
from sqlalchemy import select

from app import clock
from app.appointments import spaces
from app.audit.models import AuditEvent
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, transaction
from app.patients.keeping import all_kept
from app.rights.copying import Names
from app.rights.words import COLUMNS
from tests.factories import files
from tests.factories.town import Town
from tests.patient_space.conftest import PatientPhone
from tests.rights.conftest import plant


def taken(town: Town, patient: UUID, form: str = "json") -> Any:
    answer = town.orientation_nurse.post(f"/patients/{patient}/copy", {"form": form})
    assert answer.status_code == 200, answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    return answer


def rows_of(answer: Any) -> dict[str, list[dict[str, Any]]]:
    return {section["table"]: section["rows"] for section in json.loads(answer.data)["kept"]}


def test_every_table_that_is_told_tells_something(town: Town, monique: UUID) -> None:
    told = rows_of(taken(town, monique))
    empty = {kept.table for kept in all_kept() if not kept.untold and not told[kept.table]}
    assert empty == set(), "the person of this test has nothing there: her tale needs it"
    assert len(told["patient"]) == 2, "the record that became one with hers is hers too"
    assert base64.b64decode(told["document"][0]["body"]) == files.photo()
    assert {line["who"] for line in told["audit_event"]} >= {"Nadia Benali", "Relais"}


def test_a_word_planted_in_each_sealed_column_is_in_the_copy(town: Town, monique: UUID) -> None:
    planted = plant()
    hidden = {(kept.table, name) for kept in all_kept() for name in kept.hidden if not kept.untold}
    told = json.dumps(rows_of(taken(town, monique)), ensure_ascii=False)
    told_once = {kept.table for kept in all_kept() if not kept.untold}
    untold = {where for where in planted if where[0] not in told_once}
    assert untold == {("care_plan_part", "content")}, "its versions are told"
    missing = {where for where, word in planted.items() if where[0] in told_once and word not in told}
    assert missing == hidden & planted.keys()
    keys = ("token", "code_words", "calendar_token")
    assert {name for _table, name in missing} == {*keys}, "keys alone are left out"


def test_on_paper_too(town: Town, monique: UUID) -> None:
    planted = plant()
    paper = pypdfium2.PdfDocument(taken(town, monique, "pdf").data)
    text = "".join("".join(page.get_textpage().get_text_range().split()) for page in paper)
    for table in ("patient", "care_request", "related_person", "legal_protection", "correction"):
        words = [word for (where, name), word in planted.items() if where == table and "token" not in name]
        assert any("".join(word.split()) in text for word in words), table
    assert "ToutcequeRelaisgardesurmoi" in text
    assert "Nomdenaissance" in text


def test_each_column_has_a_word_on_paper() -> None:
    shown = {
        attribute.key
        for kept in all_kept()
        if not kept.untold
        for attribute in mapped(kept.model).column_attrs
        if attribute.key not in kept.hidden and attribute.key != kept.way[0].key
        if not attribute.columns[0].primary_key
        if {key.column.table.name for key in attribute.columns[0].foreign_keys} <= {name for name, _m in Names.NAMED}
    }
    assert shown | {"event", "who"} == COLUMNS.keys()


def test_whoever_may_not_open_her_takes_nothing(town: Town, monique: UUID) -> None:
    way = f"/patients/{monique}/copy"
    assert town.requester().post(way, {"form": "json"}).status_code == 404
    assert town.orientation_nurse.post(way, {"form": "xml"}).status_code == 404
    db.session.rollback()
    assert db.session.scalars(select(AuditEvent).where(AuditEvent.event == "person.exported")).all() == []
    with transaction():
        object_to(monique, Whom(Refusing.TEAM), how="herself", by=None, now=clock.now())
    assert town.orientation_nurse.post(way, {"form": "json"}).status_code == 404, "she keeps the team apart"


@pytest.mark.parametrize("form", ["json", "pdf"])
def test_she_takes_it_herself_and_the_trail_says_so(town: Town, monique: UUID, form: str) -> None:
    with transaction():
        hers = spaces.space_of(monique, clock.now())
        token, words = hers.token, hers.code_words
    phone = PatientPhone(town.app, town.app.test_client())
    space = phone.post(f"/s/{token}", {"words": words}).headers["Location"]
    answer = phone.post(f"{space}/copy", {"form": form})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="relais.{form}"'
    assert phone.post(f"{space}/copy", {"form": "xml"}).status_code == 404
    db.session.rollback()
    line = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "person.exported")).one()
    assert (line.patient_id, line.actor_id, line.detail) == (monique, None, {"form": form})
