"""A mailbox opens every link before its owner does: ten looks cost nobody a try, and lock nobody out."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Role
from app.appointments.queries import of_request
from app.core.db import db, transaction
from app.core.limits import Attempts
from app.membership import recovery
from app.membership.invitations import Invitee, invite
from app.membership.models import Recovery
from tests.accounts.visitor import Browser
from tests.factories.links import link_token
from tests.factories.town import Town
from tests.membership.mailbox import code_of

LOOKS = 10


@pytest.fixture
def app(app: Flask) -> Flask:
    app.config["LIMITS_HOLD"] = True
    return app


def invitation(town: Town) -> tuple[str, dict[str, str]]:
    with transaction():
        anne = Invitee("anne@example.org", "Anne", "Durand")
        made = invite(anne, town.emergency_id, Role.REQUESTER, by=None, now=clock.now())
        assert made is not None
        return f"/invitation/{made.id}", {"code": code_of(made.id)}


def patient_link(town: Town) -> tuple[str, dict[str, str]]:
    nurse = town.nurse("Claire")
    request_id: UUID = town.asks()
    town.time_passes(seconds=1)
    assert nurse.accepts() == 200
    db.session.rollback()
    appointment = of_request(request_id)
    assert appointment is not None
    said = {"slot": (clock.now() + timedelta(hours=1)).isoformat(), "mode": "home"}
    assert nurse.post(f"/offers/{nurse.offer().id}/appointment", said).status_code == 303
    return f"/p/{link_token(appointment)}", {"answer": "confirmed"}


def stop_link(town: Town) -> tuple[str, dict[str, str]]:
    with transaction():
        row = Recovery(
            account_id=town.orientation_nurse.account_id,
            organization_id=town.emergency_id,
            asked_by_id=town.coordinator.account_id,
            asked_because="perdue",
            asked_at=clock.now(),
        )
        db.session.add(row)
        db.session.flush()
        return f"/recoveries/{row.id}/{recovery.stop_token(row.id)}", {}


@pytest.mark.parametrize("made", [invitation, patient_link, stop_link])
def test_ten_looks_of_a_link_scanner_do_not_lock_its_person_out(
    town: Town, made: Callable[[Town], tuple[str, dict[str, str]]]
) -> None:
    link, said = made(town)
    scanner, person = (Browser(town.app, town.app.response_class) for _ in range(2))
    for method in ("GET", "HEAD"):
        assert {scanner.open(link, method=method).status_code for _ in range(LOOKS)} == {200}
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Attempts)) == 0
    assert person.get(link).status_code == 200
    acts = f"{link}/answer" if made is patient_link else link
    assert person.post(acts, data=said).status_code in (200, 303)
