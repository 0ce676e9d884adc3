"""One tablet, two nurses and an administrator: enrolled, handed over, and locked by itself with nothing left on it."""

from datetime import timedelta
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from app import clock
from app.accounts.models import Role
from app.core.db import db, transaction
from app.tablets import actions, queries
from app.tablets.models import Tablet
from tests.factories.town import Person, Town
from tests.services.browser import Browsers, assert_accessible

CODE = "271828"
THE_CLOCK_LEAPS = ("status of 401", "htmx:error: timeout")
"""What a page says whose question was under way when minutes passed at once, or whose stream met a locked tablet."""


def sound(page: Page) -> None:
    assert_accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def sign_in(page: Page, address: str, person: Person) -> None:
    """The browser of somebody who has just shown her passkey."""
    page.goto("about:blank")  # A page that is still opening its stream would ask for it as somebody else.
    cookie = person.client.get_cookie("relais")
    assert cookie is not None
    page.context.add_cookies([{"name": "relais", "value": cookie.value, "url": address}])


def code_on_her_phone(tablet_id: UUID, person: Person) -> str:
    with transaction():
        tablet = db.session.get_one(Tablet, tablet_id)
        code = queries.code_shown(actions.let_choose(tablet, person.account, now=clock.now()))
        assert code is not None
        return code


def prepared(town: Town) -> tuple[UUID, str]:
    ada = town._person("Ada", "Ministre", Role.ADMINISTRATOR, town.emergency_id)
    with transaction():
        tablet = actions.prepare(town.emergency_id, "Poste de soins", by=ada.account, now=clock.now())
        ticket = queries.live_ticket(tablet.id, None, clock.now())
        code = queries.code_shown(ticket) if ticket else None
        assert code is not None
        return tablet.id, code


def choose(page: Page, ticket: str) -> None:
    page.get_by_role("link", name="Première fois sur cette tablette").click()
    page.get_by_label("Code à usage unique").fill(f"{ticket[:4]} {ticket[4:]}".lower())
    page.get_by_label("Votre code personnel").fill(CODE)
    page.get_by_label("Le même code").fill(CODE)
    sound(page)
    page.get_by_role("button", name="Enregistrer mon code").click()


@pytest.mark.parametrize("dark", [False, True])
def test_from_hand_to_hand(served_town: tuple[Town, str], browsers: Browsers, dark: bool) -> None:
    town, address = served_town
    claire = town._person("Claire", "Delmas", Role.REQUESTER, town.emergency_id)
    paul = town._person("Paul", "Ziani", Role.REQUESTER, town.emergency_id)
    tablet_id, code = prepared(town)
    browsers.allow("status of 422", *THE_CLOCK_LEAPS)
    page = browsers.tablet(dark=dark).pages[0]
    page.clock.install()

    page.goto(f"{address}/tablet")
    sound(page)
    page.get_by_label("Code à usage unique").fill(code)
    page.get_by_role("button", name="Activer cette tablette").click()
    expect(page.get_by_text("Personne n’a encore de code ici")).to_be_visible()
    sound(page)

    choose(page, code_on_her_phone(tablet_id, claire))
    page.wait_for_url(f"{address}/requests")
    town.asks()
    page.reload()
    page.get_by_role("link", name="MARCHAND").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("MARCHAND")
    sound(page)

    page.clock.fast_forward(timedelta(minutes=4).seconds * 1000)
    page.mouse.click(5, 400)
    page.clock.fast_forward(timedelta(minutes=4).seconds * 1000)
    expect(page.get_by_role("heading", level=1)).to_contain_text("MARCHAND")
    page.clock.fast_forward(timedelta(minutes=1, seconds=2).seconds * 1000)
    page.wait_for_url(f"{address}/tablet")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tablette verrouillée")
    assert "MARCHAND" not in page.content()
    page.go_back()
    page.wait_for_url(f"{address}/tablet")
    assert "MARCHAND" not in page.content()
    sound(page)

    page.get_by_role("link", name="Claire Delmas").click()
    page.get_by_label("Votre code personnel").fill("314159")
    page.get_by_role("button", name="Prendre la tablette").click()
    expect(page.get_by_text("Encore 4 essais")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="Ce n’est pas moi").click()

    choose(page, code_on_her_phone(tablet_id, paul))
    page.wait_for_url(f"{address}/handover")
    expect(page.get_by_text("La tablette était à Claire Delmas")).to_be_visible()
    expect(page.get_by_text("MARCHAND")).to_be_visible()
    sound(page)
    page.get_by_role("button", name="J’ai pris connaissance").click()
    page.wait_for_url(f"{address}/requests")
    expect(page.get_by_role("img", name="Paul Ziani")).to_be_visible()
    page.get_by_role("button", name="Verrouiller").click()
    page.wait_for_url(f"{address}/tablet")


@pytest.mark.parametrize(("kind", "dark"), [("phone", True), ("phone", False), ("tablet", False)])
def test_the_screens_of_the_administrator_and_of_the_nurses_own_phone(
    served_town: tuple[Town, str], browsers: Browsers, kind: str, dark: bool
) -> None:
    town, address = served_town
    ada = town._person("Ada", "Ministre", Role.ADMINISTRATOR, town.emergency_id)
    page = (browsers.phone(dark=dark) if kind == "phone" else browsers.tablet(dark=dark)).pages[0]
    sign_in(page, address, ada)
    page.goto(f"{address}/tablets")
    expect(page.get_by_text("Aucune tablette")).to_be_visible()
    sound(page)
    page.get_by_label("Nom de la tablette").fill("Poste de soins")
    page.get_by_role("button", name="Préparer").click()
    code = page.locator(".code-shown").inner_text()
    sound(page)
    with transaction():
        assert actions.enrol(code, now=clock.now())
    page.reload()
    expect(page.get_by_text("Personne n’y a encore choisi de code")).to_be_visible()
    sound(page)
    page.goto(f"{address}/tablets")
    sound(page)

    sign_in(page, address, town.orientation_nurse)
    page.goto(f"{address}/account")
    page.get_by_role("link", name="Mon code sur la tablette du service").click()
    page.get_by_role("button", name="Choisir mon code").click()
    expect(page.locator(".code-shown")).to_be_visible()
    sound(page)


def test_what_was_being_typed_when_the_tablet_locked_is_there_again_for_its_nurse(
    served_town: tuple[Town, str], browsers: Browsers
) -> None:
    town, address = served_town
    claire = town._person("Claire", "Delmas", Role.REQUESTER, town.emergency_id)
    paul = town._person("Paul", "Ziani", Role.REQUESTER, town.emergency_id)
    tablet_id, code = prepared(town)
    browsers.allow("status of 422", *THE_CLOCK_LEAPS)
    page = browsers.tablet().pages[0]
    page.clock.install()
    page.goto(f"{address}/tablet")
    page.get_by_label("Code à usage unique").fill(code)
    page.get_by_role("button", name="Activer cette tablette").click()
    choose(page, code_on_her_phone(tablet_id, claire))
    page.wait_for_url(f"{address}/requests")

    page.goto(f"{address}/requests/new?pathway=home-care&patient={town.patient()}")
    note = page.get_by_label("Message pour la personne qui accepte")
    note.evaluate("area => area.closest('details')?.setAttribute('open', '')")
    note.fill("Code 12A\nSonner deux fois")
    page.clock.fast_forward(timedelta(minutes=5, seconds=2).seconds * 1000)
    page.wait_for_url(f"{address}/tablet")
    assert "12A" not in page.content()
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"

    choose(page, code_on_her_phone(tablet_id, paul))
    page.wait_for_url(f"{address}/requests")
    expect(page.get_by_text("Une saisie interrompue")).to_have_count(0)
    page.get_by_role("button", name="Verrouiller").click()

    page.get_by_role("link", name="Claire Delmas").click()
    page.get_by_label("Votre code personnel").fill(CODE)
    page.get_by_role("button", name="Prendre la tablette").click()
    page.wait_for_url(f"{address}/requests")
    sound(page)
    page.get_by_role("link", name="Reprendre").click()
    expect(page.get_by_label("Message pour la personne qui accepte")).to_have_value("Code 12A\nSonner deux fois")
    expect(page.get_by_text("Une saisie interrompue")).to_have_count(0)
    sound(page)
