"""A phone, a fingerprint reader and a mail: from the invitation to the second sign-in."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from app import create_app
from app.accounts.actions import Person, code_of, invite
from app.accounts.models import Role
from app.core import clock
from app.core.db import Model, db, transaction
from app.directory.models import Commune, Organization
from tests.conftest import settings_for
from tests.services.browser import Browsers, assert_accessible, virtual_authenticator


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """The house behind a real address; passkeys need the name `localhost`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'relais.sqlite3'}", tmp_path, PORT=str(port)))
    with app.app_context():
        Model.metadata.create_all(db.engine)
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield app, f"http://localhost:{port}"
    server.shutdown()
    thread.join()


def invite_nora(app: Flask) -> tuple[UUID, str]:
    with app.app_context(), transaction():
        db.session.add(
            Commune(code="91228", name="Évry", postal_code="91000", search_name="evry", latitude=48.6, longitude=2.4)
        )
        place = Organization(
            name="Cabinet du Parc", kind="practice", phone="0160000000", address="", commune_code="91228"
        )
        db.session.add(place)
        db.session.flush()
        nora = Person("nora.petit@example.org", "Nora", "Petit")
        invitation = invite(nora, place.id, Role.COORDINATOR, by=None, now=clock.now())
        assert invitation is not None
        return invitation.id, code_of(invitation.id)


def open_invitation(page: Page, address: str, invitation_id: UUID, code: str) -> None:
    page.goto(f"{address}/invitation/{invitation_id}")
    page.get_by_label("Code à six chiffres").fill(code)
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bonjour Nora Petit")


def test_from_the_invitation_to_the_second_sign_in(served: tuple[Flask, str], browsers: Browsers) -> None:
    app, address = served
    invitation_id, code = invite_nora(app)
    page = browsers.phone().pages[0]
    finger = virtual_authenticator(page)

    open_invitation(page, address, invitation_id, code)
    assert_accessible(page)
    page.get_by_role("button", name="Créer ma clé d'accès").click()

    page.wait_for_url(f"{address}/account")
    assert len(finger.credentials) == 1
    expect(page.get_by_text("Sur cet appareil seulement")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Ajouter une clé d'accès").click()
    expect(page.locator("[data-message]")).to_contain_text("Cet appareil a déjà une clé d'accès")

    finger.verifies(False)
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{address}/sign-in")
    assert_accessible(page)
    page.goto(f"{address}/account")
    page.wait_for_url(f"{address}/sign-in?next=/account")
    page.get_by_role("button", name="Se connecter avec ma clé d'accès").click()
    expect(page.locator("[data-message]")).to_contain_text("Rien n'a été fait")

    finger.verifies(True)
    page.get_by_role("button", name="Se connecter avec ma clé d'accès").click()
    page.wait_for_url(f"{address}/account")
    page.get_by_role("link", name="Inviter quelqu'un").click()
    assert_accessible(page)


def test_a_wrong_code_on_a_dark_tablet(served: tuple[Flask, str], browsers: Browsers) -> None:
    app, address = served
    invitation_id, code = invite_nora(app)
    browsers.allow("status of 422")
    page = browsers.tablet(dark=True).pages[0]
    page.goto(f"{address}/invitation/{invitation_id}")
    page.get_by_label("Code à six chiffres").fill(f"{(int(code) + 1) % 10**6:06d}")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Ce code n'ouvre pas cette invitation")).to_be_visible()
    assert_accessible(page)


def test_a_key_that_relais_forgot(served: tuple[Flask, str], browsers: Browsers) -> None:
    app, address = served
    invitation_id, code = invite_nora(app)
    browsers.allow("status of 404")
    page = browsers.phone().pages[0]
    finger = virtual_authenticator(page)
    open_invitation(page, address, invitation_id, code)
    page.get_by_role("button", name="Créer ma clé d'accès").click()
    page.wait_for_url(f"{address}/account")
    with app.app_context(), transaction():
        db.session.execute(Model.metadata.tables["passkey"].delete())
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{address}/sign-in")
    # The browser offers the key by itself, is told that nobody knows it, and stops keeping it.
    expect(page.locator("[data-message]")).to_contain_text("Relais ne connaît pas cette clé d'accès")
    assert finger.credentials == []
