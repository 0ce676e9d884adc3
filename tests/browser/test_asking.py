"""A form that came back says all there is to mend, leads to the first, and forgets what is mended."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningHouse
from tests.services.browser import Browsers


def test_errors_are_summed_up_led_to_and_gone_when_mended(house: RunningHouse, browsers: Browsers) -> None:
    browsers.allow("status of 422")
    page = sent_empty(browsers.phone().pages[0], house)
    summary = page.locator(".mistakes")
    expect(summary).to_contain_text("Il manque 2 réponses :")
    expect(summary.get_by_role("link")).to_have_text(["le besoin", "l’accord du patient"])
    expect(page.get_by_role("radio", name="Pansement")).to_be_focused()
    expect(summary).to_be_in_viewport()

    page.get_by_role("radio", name="Pansement").check()
    expect(page.get_by_text("Choisissez un besoin.")).to_have_count(0)
    expect(summary).to_contain_text("Il manque 1 réponse :")
    summary.get_by_role("link", name="l’accord du patient").click()
    agreement = page.get_by_role("checkbox")
    expect(agreement).to_be_in_viewport()
    agreement.check()
    expect(page.locator(".mistakes, .field__error, [data-wrong], [aria-invalid]")).to_have_count(0)
    page.get_by_role("button", name="Envoyer").click()
    page.locator("#request").wait_for()


def test_without_scripts_every_mistake_has_a_way_to_it(house: RunningHouse, browsers: Browsers) -> None:
    browsers.allow("status of 422")
    page = sent_empty(browsers.phone(java_script_enabled=False).pages[0], house)
    targets = [link.get_attribute("href") for link in page.locator(".mistakes").get_by_role("link").all()]
    assert targets == ["#reason-0", "#agreement"]
    assert all(page.locator(target or "").count() == 1 for target in targets)


def sent_empty(page: Page, house: RunningHouse) -> Page:
    page.goto(house.as_("orientation-nurse", "requests/new?pathway=home-care"))
    page.locator("#q").fill("12/03/1948")
    page.locator("#q").press("Enter")
    page.locator("#patients a").first.click()
    page.get_by_role("button", name="Envoyer").click()
    return page


def test_what_is_written_without_a_space_makes_no_page_wider(house: RunningHouse, browsers: Browsers) -> None:
    page = browsers.phone().pages[0]
    page.goto(house.as_("orientation-nurse", "patients/new?pathway=home-care"))
    said = {"birth_name": "Wolfeschlegelsteinhausen" * 4, "given_names": "Hubert-Blaine-" * 7, "birth_date": "1/2/81"}
    where = {"birth_place": "91000", "phone": "06 39 98 01 00", "commune": "91000", "address": "Aunettes" * 20}
    for name, words in (said | where).items():
        page.locator(f"[name={name}]").fill(words)
    page.get_by_role("radio", name="Féminin").check()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("radio", name="Injection").check()
    page.get_by_text("Ajouter une précision").click()
    page.locator("[name=note]").fill("https" * 60)
    page.get_by_role("checkbox").last.check()
    stays_within(page, "the form")
    page.get_by_role("button", name="Envoyer").click()
    page.locator("#need").wait_for()
    stays_within(page, "the request")
    page.goto(page.locator(".patient a[href*='/patients/']").first.evaluate("(link) => link.href"))
    stays_within(page, "the person")


def stays_within(page: Page, where: str) -> None:
    for width, height in ((320, 568), (1180, 820)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") == width, f"{where} at {width}"


def test_the_follow_list_is_walked_through_with_arrows(house: RunningHouse, browsers: Browsers) -> None:
    page = browsers.tablet().pages[0]
    page.goto(house.as_("orientation-nurse", "requests"))
    expect(page.get_by_text("Choisissez une demande")).to_be_visible()
    lines = page.locator("#requests .row__link")
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        page.keyboard.press(key)
    expect(lines.first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#request")).to_be_visible()
    expect(page.locator("#requests")).to_be_visible()


def test_the_board_is_walked_through_with_arrows_what_waits_for_her_first(
    house: RunningHouse, browsers: Browsers
) -> None:
    page = browsers.tablet().pages[0]
    page.goto(house.as_("coordinator", "board"))
    mine, others = page.locator(".on-board__who"), page.locator("#board .row__link")
    page.keyboard.press("ArrowDown")
    expect(mine.first).to_be_focused()
    for _ in range(mine.count()):
        page.keyboard.press("ArrowDown")
    expect(others.first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(mine.last).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#request")).to_be_visible()
