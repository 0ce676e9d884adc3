"""People at the door, with browsers and passkeys of their own."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock, create_app
from app.accounts.models import Account, Role
from app.core.db import Model, db, transaction
from app.membership.invitations import Invitee, invite
from app.membership.models import Invitation
from app.organizations.models import Commune, Organization
from tests.accounts.authenticator import Authenticator
from tests.accounts.visitor import Visitor
from tests.conftest import close_engines, settings_for
from tests.membership.mailbox import code_of

NURSE = Invitee("nora.petit@example.org", "Nora", "Petit")


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: datetime) -> Iterator[Flask]:
    """The whole house, with the CSRF check that other rooms' tests do without."""
    app = create_app(settings_for(engine_url, tmp_path, RELAIS_IDLE_HOURS="8"))
    app.config["LIMITS_HOLD"] = False
    with app.app_context():
        Model.metadata.create_all(db.engine)
        yield app
        db.session.remove()
        close_engines()


@pytest.fixture
def practice(app: Flask) -> UUID:
    with transaction():
        db.session.add(
            Commune(
                code="91228",
                name="Évry",
                postal_code="91000",
                search_name="evry",
                latitude=48.6,
                longitude=2.4,
            )
        )
        db.session.flush()
        place = Organization(
            name="Cabinet du Parc", kind="practice", phone="0160000000", address="", commune_code="91228"
        )
        db.session.add(place)
        db.session.flush()
        return place.id


@pytest.fixture
def invitation(practice: UUID, now: datetime) -> UUID:
    """Nora is invited to the practice."""
    return invited(practice, now)


def invited(place: UUID, now: datetime, person: Invitee = NURSE, role: Role = Role.PRACTITIONER) -> UUID:
    with transaction():
        made = invite(person, place, role, by=None, now=now)
        assert made is not None
        return made.id


@pytest.fixture
def visitor(app: Flask) -> Callable[..., Visitor]:
    """Somebody new with a browser and a device: `visitor(synced=True)`."""
    return lambda **device: Visitor(app, Authenticator(**device))


def welcome(someone: Visitor, invitation_id: UUID) -> Visitor:
    """Through the whole invitation, to a passkey and a first signed-in page."""
    page = f"/invitation/{invitation_id}"
    someone.visit(page)
    assert someone.send(page, code=code_of(invitation_id)).status_code == 303
    assert someone.enrol(page).status_code == 200
    return someone


@pytest.fixture
def nora(visitor: Callable[..., Visitor], invitation: UUID) -> Visitor:
    """Nora, enrolled and signed in on a device that keeps its key to itself."""
    return welcome(visitor(), invitation)


def account_of(person: Invitee = NURSE) -> Account:
    db.session.rollback()
    return db.session.scalars(select(Account).where(Account.email == person.email)).one()


def row(invitation_id: UUID) -> Invitation:
    db.session.rollback()
    return db.session.get_one(Invitation, invitation_id)


def later(**delta: float) -> datetime:
    return clock.advance(timedelta(**delta))
