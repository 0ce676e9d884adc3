"""A coordinator writes a pathway on her phone, reads it on a tablet, and puts it in force; a ward asks with it."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningHouse
from tests.services.browser import Browsers


def writes(page: Page, link: str, **fields: str) -> None:
    """From the draft: open a part, fill it in, save it."""
    page.get_by_role("link", name=link, exact=True).click()
    for name, said in fields.items():
        page.locator(f"[name='{name.replace('__', '-')}']").fill(said)
    page.get_by_role("button", name="Enregistrer").click()
    page.locator("#phone").wait_for()


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_pathway_is_made_and_asked_for(house: RunningHouse, browsers: Browsers, scripts: bool) -> None:
    title = "Soins du soir" if scripts else "Soins du matin"
    page = browsers.phone(java_script_enabled=scripts).pages[0]
    page.goto(house.as_("coordinator", "pathways"))
    page.get_by_role("link", name="Nouveau parcours").click()
    page.get_by_label("Comment s’appelle-t-il").fill(title)
    page.get_by_label("En partant de").select_option("home-care")
    page.get_by_role("button", name="Commencer à écrire").click()
    writes(page, "Ajouter un motif", label="Passage de nuit", care="Passage de nuit")
    expect(page.locator("#phone")).to_contain_text("Passage de nuit")
    writes(page, "Ajouter une question", label="Où est la clé ?", options__0__label="À sa porte")
    writes(page, "Ajouter une tâche", label="Appeler avant de venir")
    page.get_by_role("link", name="Voir ce qui change").click()
    expect(page.locator("main")).to_contain_text("Un nouveau parcours")
    page.get_by_role("button", name="Mettre en service").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(title)

    ward = browsers.tablet().pages[0]
    ward.goto(house.as_("orientation-nurse", "requests/new"))
    expect(ward.get_by_role("link", name=re.compile(title))).to_be_visible()


def test_on_a_tablet_the_phone_stands_beside_the_pathway(house: RunningHouse, browsers: Browsers) -> None:
    page = browsers.tablet().pages[0]
    page.goto(house.as_("coordinator", "pathways/home-care"))
    page.get_by_role("button", name=re.compile("Modifier|Reprendre le brouillon")).click()
    phone, parts = page.locator("#phone"), page.locator("#reasons")
    expect(phone).to_be_in_viewport()
    beside, written = phone.bounding_box(), parts.bounding_box()
    assert beside and written and beside["x"] >= written["x"] + written["width"]


def test_a_mistake_stands_beside_its_field(house: RunningHouse, browsers: Browsers) -> None:
    browsers.allow("status of 422")
    page = browsers.phone().pages[0]
    page.goto(house.as_("coordinator", "pathways/home-care"))
    page.get_by_role("button", name=re.compile("Modifier|Reprendre le brouillon")).click()
    page.get_by_role("link", name=re.compile("10.km")).first.click()
    page.get_by_label("Distance, en km").fill("2")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.locator("#km-error")).to_contain_text("plus grande que celle")
    expect(page.get_by_label("Distance, en km")).to_have_value("2")
