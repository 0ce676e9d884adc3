"""Chromium goes to the State's sign-in, which is another site, and comes back signed in: by links, cookies and CSP as
they are. Then all that was lost is one tap away: a new passkey."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask_migrate import upgrade
from playwright.sync_api import expect

from app import create_app
from app.core.db import db
from app.directory.models import Practitioner
from tests.conftest import MIGRATIONS, close_engines, free_port, settings_for
from tests.factories.town import Town
from tests.joining.conftest import SECRET, userinfo
from tests.services.browser import Browsers, assert_accessible, virtual_authenticator
from tests.services.fixtures import absent
from tests.services.pro_sante import ProSante, ProviderMissing
from tests.services.web_server import serving


@dataclass
class Served:
    address: str
    state: ProSante


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A town behind a real address, with Maya in it, who has a card and no passkey."""
    port = free_port()
    address = f"http://localhost:{port}"
    try:
        state = ProSante(address)
    except ProviderMissing as missing:
        absent(str(missing))
    settings = settings_for(
        f"sqlite:///{tmp_path / 'relais.sqlite3'}",
        tmp_path,
        PORT=str(port),
        RELAIS_PSC_ISSUER=state.issuer,
        RELAIS_PSC_DISCOVERY=f"{state.issuer}/.well-known/openid-configuration",
        RELAIS_PSC_CLIENT_ID="relais-basic",
        RELAIS_PSC_CLIENT_SECRET=SECRET,
    )
    app = create_app(settings)
    with app.app_context():
        upgrade(MIGRATIONS)
        maya = Town(app).nurse("Maya", phone=False)
        rpps = db.session.get_one(Practitioner, maya.practitioner_id).rpps
        close_engines()
    state.knows(maya={"userinfo": userinfo(rpps, "60")})
    with serving(app, port):
        yield Served(address, state)
    state.close()


def test_there_and_back_and_a_new_passkey(served: Served, browsers: Browsers) -> None:
    page = browsers.phone().pages[0]
    virtual_authenticator(page)
    page.goto(f"{served.address}/sign-in?next=/visits")
    assert_accessible(page)
    page.get_by_role("link", name="Se connecter avec Pro Santé Connect").click()
    page.wait_for_url(f"{served.state.issuer}/**")
    page.locator("input[name=card]").fill("maya")
    page.locator("input[name=card]").press("Enter")
    page.wait_for_url(f"{served.address}/account")
    expect(page.get_by_role("heading", level=1)).to_have_text("Maya Dupré")
    page.get_by_role("button", name="Ajouter une clé d’accès").click()
    expect(page.locator("#keys + ul")).to_contain_text("créée")
    page.get_by_role("button", name="Se déconnecter").click()
    # The page asks for a key by itself, and this authenticator answers at once: a touch more would be a second answer.
    page.wait_for_url(f"{served.address}/inbox")


def test_who_leaves_the_state_on_the_way_is_told_so(served: Served, browsers: Browsers) -> None:
    browsers.allow("status of 403")
    page = browsers.phone().pages[0]
    page.goto(f"{served.address}/sign-in")
    page.get_by_role("link", name="Se connecter avec Pro Santé Connect").click()
    page.wait_for_url(f"{served.state.issuer}/**")
    page.locator("input[name=card]").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Rien n’a été fait")
    assert_accessible(page)
