"""A phone, a fingerprint reader and a mail: from the invitation to the second sign-in."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from app import clock, create_app
from app.accounts.models import Account, Role, SignIn
from app.core.db import Model, db, transaction
from app.membership.invitations import Invitee, invite
from app.membership.models import Recovery
from app.organizations.models import Commune, Organization
from tests.conftest import free_port, settings_for
from tests.membership.mailbox import code_of
from tests.services.browser import Browsers, assert_accessible, virtual_authenticator
from tests.services.web_server import serving


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Flask, str]]:
    """The house behind a real address; passkeys need the name `localhost`."""
    port = free_port()
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'relais.sqlite3'}", tmp_path, PORT=str(port)))
    with app.app_context():
        Model.metadata.create_all(db.engine)
    with serving(app, port) as address:
        yield app, address


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
        nora = Invitee("nora.petit@example.org", "Nora", "Petit")
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
    page.get_by_role("button", name="Créer ma clé d’accès").click()

    page.wait_for_url(f"{address}/account")
    assert len(finger.credentials) == 1
    expect(page.get_by_text("Sur cet appareil seulement")).to_be_visible()
    assert_accessible(page)

    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.locator("[data-message]")).to_contain_text("Cet appareil a déjà une clé d’accès")

    finger.verifies(False)
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{address}/sign-in")
    assert_accessible(page)
    page.goto(f"{address}/account")
    page.wait_for_url(f"{address}/sign-in?next=/account")
    page.get_by_role("button", name="Se connecter").click()
    expect(page.locator("[data-message]")).to_contain_text("Rien n’a été fait")

    finger.verifies(True)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url(f"{address}/account")
    page.get_by_role("link", name="Inviter quelqu’un").click()
    assert_accessible(page)


def test_a_wrong_code_on_a_dark_tablet(served: tuple[Flask, str], browsers: Browsers) -> None:
    app, address = served
    invitation_id, code = invite_nora(app)
    browsers.allow("status of 422")
    page = browsers.tablet(dark=True).pages[0]
    page.goto(f"{address}/invitation/{invitation_id}")
    page.get_by_label("Code à six chiffres").fill(f"{(int(code) + 1) % 10**6:06d}")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Ce code n’ouvre pas cette invitation")).to_be_visible()
    assert_accessible(page)


def test_a_key_that_relais_forgot(served: tuple[Flask, str], browsers: Browsers) -> None:
    app, address = served
    invitation_id, code = invite_nora(app)
    browsers.allow("status of 404")
    page = browsers.phone().pages[0]
    finger = virtual_authenticator(page)
    open_invitation(page, address, invitation_id, code)
    page.get_by_role("button", name="Créer ma clé d’accès").click()
    page.wait_for_url(f"{address}/account")
    with app.app_context(), transaction():
        db.session.execute(Model.metadata.tables["passkey"].delete())
    page.get_by_role("button", name="Se déconnecter").click()
    page.wait_for_url(f"{address}/sign-in")
    # The browser offers the key by itself, is told that nobody knows it, and stops keeping it.
    expect(page.locator("[data-message]")).to_contain_text("Relais ne connaît pas cette clé d’accès")
    assert finger.credentials == []


def sound(page: Page) -> None:
    """Readable by everyone, and nothing wider than the screen."""
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def enrolled(page: Page, address: str, invitation_id: UUID, code: str) -> None:
    virtual_authenticator(page)
    open_invitation(page, address, invitation_id, code)
    page.get_by_role("button", name="Créer ma clé d’accès").click()
    page.wait_for_url(f"{address}/account")


def move_proofs_back(app: Flask) -> None:
    with app.app_context(), transaction():
        db.session.execute(update(SignIn).values(proven_at=clock.now() - timedelta(minutes=6)))


@pytest.mark.parametrize(("kind", "dark"), [("phone", False), ("tablet", True)])
def test_devices_and_the_proof(served: tuple[Flask, str], browsers: Browsers, kind: str, dark: bool) -> None:
    app, address = served
    browsers.allow("status of 403")
    page = (browsers.phone(dark=dark) if kind == "phone" else browsers.tablet(dark=dark)).pages[0]
    enrolled(page, address, *invite_nora(app))
    with app.app_context(), transaction():
        now, nora_id = clock.now(), db.session.scalars(select(Account.id)).one()
        lost = {"account_id": nora_id, "token_hash": "0", "device": "Firefox sur Windows"}
        db.session.add(SignIn(**lost, created_at=now, expires_at=now + timedelta(hours=1)))
    move_proofs_back(app)
    page.reload()
    sound(page)
    page.get_by_role("button", name="Déconnecter Firefox sur Windows").click()
    page.wait_for_url(f"{address}/proof")
    sound(page)
    page.get_by_role("button", name="Montrer ma clé d’accès").click()
    page.wait_for_url(f"{address}/account")
    page.get_by_role("button", name="Déconnecter Firefox sur Windows").click()
    expect(page.get_by_text("Cet appareil est déconnecté.")).to_be_visible()
    move_proofs_back(app)
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    page.wait_for_url(f"{address}/proof")
    page.goto(f"{address}/account")
    page.get_by_role("region", name="Mes clés d’accès").get_by_role("link").first.click()
    expect(page.get_by_text("C’est votre seule clé d’accès")).to_be_visible()
    sound(page)


@pytest.mark.parametrize(("kind", "dark"), [("phone", True), ("tablet", False)])
def test_members_and_a_recovery(served: tuple[Flask, str], browsers: Browsers, kind: str, dark: bool) -> None:
    app, address = served
    browsers.allow("status of 422")
    page = (browsers.phone(dark=dark) if kind == "phone" else browsers.tablet(dark=dark)).pages[0]
    nora = invite_nora(app)
    with app.app_context(), transaction():
        place = db.session.scalars(select(Organization.id)).one()
        boss = Invitee("anne.roy@example.org", "Anne", "Roy")
        anne = invite(boss, place, Role.ADMINISTRATOR, by=None, now=clock.now())
        anne_way = anne.id, code_of(anne.id)
        invite(Invitee("paul@example.org", "Paul", "Roux"), place, Role.REQUESTER, by=None, now=clock.now())
        proposed = invite(boss, place, Role.CASE_MANAGER, by=None, now=clock.now())
        proposal = code_of(proposed.id)
    enrolled(page, address, *nora)
    page.goto("about:blank")  # A page that is still opening its stream would say that it is signed out.
    page.context.clear_cookies()
    page.goto(f"{address}/invitation/{anne_way[0]}")
    page.get_by_label("Code à six chiffres").fill(anne_way[1])
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name="Créer ma clé d’accès").click()
    page.wait_for_url(f"{address}/account")
    sound(page)
    page.get_by_role("link", name="Répondre").click()
    page.get_by_label("Code à six chiffres").fill(proposal)
    page.get_by_role("button", name="Continuer").click()
    sound(page)
    page.get_by_role("button", name="Accepter ce rôle").click()
    page.get_by_role("link", name="Membres de mon organisation").click()
    expect(page.get_by_text("Paul Roux")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="Nora Petit").click()
    sound(page)
    page.get_by_label("Comment avez-vous reconnu").fill("Vue au cabinet, carte vérifiée")
    page.get_by_role("button", name="Demander la récupération").click()
    expect(page.get_by_text("Un autre administrateur doit confirmer.")).to_be_visible()
    sound(page)
    with app.app_context(), transaction():  # As if she were the one whose keys are said to be lost.
        row = db.session.scalars(select(Recovery)).one()
        row.account_id, row.asked_by_id = row.asked_by_id, row.account_id
    page.goto(f"{address}/account")
    expect(page.get_by_role("alert")).to_contain_text("Si ce n’est pas vrai, arrêtez-les")
    sound(page)
    page.get_by_role("button", name="Arrêter, j’ai mes clés").click()
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True])
def test_without_javascript_the_sign_in_page_says_what_to_do(
    served: tuple[Flask, str], browsers: Browsers, dark: bool
) -> None:
    _app, address = served
    page = browsers.phone(dark=dark, java_script_enabled=False).pages[0]
    page.goto(f"{address}/sign-in")
    expect(page.get_by_text("Activez-le pour Relais")).to_be_visible()
    expect(page.get_by_role("button", name="Se connecter")).to_be_disabled()
