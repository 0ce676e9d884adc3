"""The items of OWASP ASVS 5 that had no test of their own, and the table that names the test of each."""

import ast
import io
import re
from pathlib import Path

import pytest
import structlog
from sqlalchemy import select

from app.accounts.models import Account
from app.care_requests.models import CareRequest, State
from app.core import logging
from app.core.db import db
from app.dispatch.models import OfferState
from app.patients.models import Patient, Relation
from tests.factories.town import Town

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs/security.md").read_text().partition("## ASVS 5\n")[2]
ITEMS = """
1.2.1 1.2.3 1.2.4 1.2.10 1.3.6 13.2.4 15.3.2 2.2.1 2.2.3 2.3.1 2.3.3 2.3.4 15.4.2 2.4.1 3.3.1 3.3.2 3.3.3 3.3.4 3.4.1
3.4.3 3.4.4 3.4.5 3.4.6 3.5.1 3.5.3 3.5.8 4.1.3 15.3.4 5.2.1 5.2.2 5.2.3 6.3.3 6.3.8 6.5.1 6.5.5 7.2.3 7.2.4 7.4.1
7.4.2 7.4.3 7.5.2 7.5.1 8.2.1 8.2.2 8.2.3 15.3.3 8.3.2 8.4.1 9.1.1 9.1.2 9.1.3 9.2.1 10.2.1 10.5.1 10.5.4 6.8.4
11.5.1 13.4.2 14.2.1 14.3.1 14.3.2 14.3.3 15.1.2 16.2.5 16.3.1 16.3.2 16.4.1 16.4.2 16.5.1 16.5.3
5.3.1 5.4.1 6.3.1 6.4.4 6.4.6 6.5.2 8.4.2 11.2.2
"""
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'>"


def rows() -> list[list[str]]:
    lines = [line for line in TABLE.splitlines() if re.match(r"\| \d", line)]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_no_item_is_silently_absent() -> None:
    told = [item for row in rows() for item in row[0].split(", ")]  # one may have several tests
    assert set(told) == set(ITEMS.split())


def test_every_verdict_has_its_test_or_its_reason() -> None:
    for items, _, test, verdict in rows():
        if verdict == "done":
            path, _, name = test.strip("`").partition("::")
            functions = {node.name for node in ast.parse((ROOT / path).read_text()).body if hasattr(node, "name")}
            assert name in functions, f"{items}: {test}"
        else:
            assert verdict.startswith("not yet: "), items
            assert test == "–", items


def test_script_strings_are_shown_as_text(town: Town) -> None:
    maya = town.nurse("Maya")
    patient = town.patient(f"A {SCRIPT}")
    request = town.asks(patient=patient, note=SCRIPT)
    town.time_passes(seconds=1)
    maya.accepts()
    pages = [
        town.orientation_nurse.get(f"/requests/{request}").text,
        town.orientation_nurse.get("/requests").text,
        town.coordinator.get("/board").text,
        maya.get(f"/offers/{maya.offer().id}").text,
        maya.get("/visits").text,
        town.orientation_nurse.post("/requests/patients", {"q": SCRIPT}).text,
        town.orientation_nurse.post("/patients/new", {"birth_name": SCRIPT, "address": SCRIPT}).text,
    ]
    assert "alert(1)" in pages[0]
    for page in pages:
        assert "<script>alert" not in page
        assert "<img src=x" not in page


def test_no_sql_is_built_from_strings() -> None:
    """`text(...)` is given a literal, and nothing is formatted into it; the ORM binds all the rest."""
    for path in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "text":
                for argument in node.args[:1]:
                    assert isinstance(argument, ast.Constant), f"{path}:{node.lineno}"


def test_no_state_is_jumped_over(town: Town) -> None:
    maya = town.nurse("Maya")
    request = town.asks()
    town.time_passes(seconds=1)
    offer = maya.offer().id
    for act in ("start", "end", "appointment", "withdrawal"):
        answer = maya.post(f"/offers/{offer}/{act}", {"slot": "2026-11-24T13:00:00+00:00", "mode": "home"})
        assert answer.status_code in (404, 409), act
    assert (town.request(request).state, maya.offer().state) == (State.SEARCHING, OfferState.OPEN)
    maya.accepts()
    town.orientation_nurse.post(f"/requests/{request}/cancellation")
    assert maya.accepts() == 409, "an old step is not played again"
    assert town.request(request).state is State.CANCELLED


def test_fields_that_no_form_has_are_ignored(town: Town) -> None:
    elsewhere = town.requester()
    form = {
        **{"birth_name": "Marchand", "given_names": "Odile", "birth_date": "12/03/1948", "sex": "F"},
        **{"birth_place": "91228", "phone": "0639980100", "commune": "91228", "address": ""},
        **{"organization_id": str(elsewhere.account.organizations()[0]), "id": "0" * 32, "identity_status": "QUAL"},
    }
    assert town.orientation_nurse.post("/patients/new?pathway=home-care", form).status_code == 303
    db.session.rollback()
    patient = db.session.scalars(select(Patient)).one()
    holders = db.session.scalars(select(Relation.organization_id)).all()
    assert (holders, patient.identity_status.value) == ([town.emergency_id], "PROV")

    maya = town.nurse("Maya")
    request = town.asks(patient=patient.id)
    town.time_passes(seconds=1)
    extra = {"state": "done", "performer_id": str(maya.role_id), "practitioner_id": "x", "roles": "administrator"}
    maya.post(f"/offers/{maya.offer().id}/sighting", dict(extra))
    assert town.request(request).state is State.SEARCHING
    assert db.session.scalars(select(CareRequest.performer_id)).one() is None
    assert {role.value for role in db.session.get_one(Account, maya.account_id).roles} == {"practitioner"}


def test_a_name_cannot_forge_a_log_line(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = io.StringIO()
    monkeypatch.setattr("sys.stderr", heard)
    logging.init_app()
    structlog.get_logger().info("invitation_refused", name='x\r\n{"event": "account.signed_in"}\u2028\x1b[2J')
    assert len(heard.getvalue().splitlines()) == 1 or "\u2028" in heard.getvalue()
    assert heard.getvalue().count("\n") == 1
    assert "\r" not in heard.getvalue()
    assert "\x1b" not in heard.getvalue()
