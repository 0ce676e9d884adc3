"""Tablet and phone at once: what the product is for, in a real browser, on the running product."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningHouse
from tests.browser.screens import newest_offer, offers_of
from tests.services.browser import Browsers, deliver_push
from tests.services.notifications import NotificationCentre

MONIQUE = "12/03/1948 lef"


def ask(tablet: Page, house: RunningHouse, search: str = MONIQUE, when: str = "") -> None:
    """Five taps and one text field, for a patient who is known; one more when it is not for the moment proposed."""
    tablet.goto(house.as_("orientation-nurse", "requests/new?pathway=home-care"))
    tablet.get_by_label(re.compile("naissance", re.I)).first.fill(search)
    tablet.get_by_role("link", name=re.compile("monique", re.I)).first.click()
    tablet.get_by_role("radio", name="Injection").check()
    if when:
        tablet.get_by_role("radio", name=re.compile(when)).check()
    tablet.get_by_role("checkbox", name=re.compile("accord")).check()
    tablet.get_by_role("button", name="Envoyer la demande").click()
    tablet.wait_for_url(re.compile(r"/requests/[0-9a-f-]{36}"))


def state(page: Page) -> object:
    return page.locator("main [role=status][data-state]").first


def test_a_request_reaches_the_phone_and_one_tap_answers_it(house: RunningHouse, browsers: Browsers) -> None:
    tablet, phone = browsers.tablet().pages[0], browsers.phone().pages[0]
    phone.goto(house.as_("nurse", "inbox"))
    known = offers_of(phone)

    ask(tablet, house)
    expect(state(tablet)).to_have_attribute("data-state", "searching")
    offer = newest_offer(phone, known)

    phone.locator(f'article[data-offer="{offer}"]').get_by_role("button", name="Accepter").click()
    expect(state(tablet)).to_have_attribute("data-state", "accepted")  # without touching the tablet
    expect(tablet.locator("main")).to_contain_text("Nadia Benali")


def test_the_whole_push_path(house: RunningHouse, browsers: Browsers, notification_centre: NotificationCentre) -> None:
    device = house.push_service.new_device()
    tablet, phone = browsers.tablet().pages[0], browsers.phone(push=device).pages[0]
    phone.goto(house.as_("nurse", "visits"))
    phone.evaluate("navigator.serviceWorker.ready.then(r => r.getNotifications()).then(() => 1)")
    phone.wait_for_timeout(500)  # a browser session's first notice is lost otherwise (tests/services)
    phone.goto(house.as_("nurse", "inbox"))
    ask_button = phone.locator("[data-push-ask]")
    if ask_button.is_visible():
        ask_button.click()
    phone.wait_for_function("fetch('push/key').then(r => r.ok)")

    ask(tablet, house)
    message = device.wait_for(1)[-1]
    assert "Injection" in message.json["notification"]["title"]
    deliver_push(phone, message.data)
    notice = notification_centre.wait_for(1)[0]
    expect(tablet.locator("main")).to_contain_text(re.compile("reçu"))

    notification_centre.click(notice, "Accepter")
    expect(state(tablet)).to_have_attribute("data-state", "accepted")


def test_it_can_be_installed(house: RunningHouse, browsers: Browsers) -> None:
    context = browsers.phone()
    phone = context.pages[0]
    phone.goto(house.as_("nurse", "inbox"))
    phone.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    session = context.new_cdp_session(phone)
    assert session.send("Page.getAppManifest")["errors"] == []
    assert session.send("Page.getInstallabilityErrors")["installabilityErrors"] == []


def test_the_patient_answers_without_javascript(house: RunningHouse, browsers: Browsers) -> None:
    tablet = browsers.tablet().pages[0]
    phone = browsers.phone().pages[0]
    phone.goto(house.as_("nurse", "inbox"))
    known = offers_of(phone)
    ask(tablet, house)
    offer = newest_offer(phone, known)
    phone.locator(f'article[data-offer="{offer}"]').get_by_role("button", name="Accepter").click()
    phone.locator(".slots").get_by_role("button").first.click()
    expect(state(tablet)).to_have_attribute("data-state", "scheduled")

    link = re.search(r"localhost:\d+/p/[\w-]{43}", tablet.content())
    assert link, "the tablet shows the patient's link"
    old_phone = browsers.phone(java_script_enabled=False).pages[0]
    old_phone.goto(f"http://{link[0]}")
    expect(old_phone.locator("body")).not_to_contain_text("Injection")
    old_phone.get_by_role("button", name=re.compile("confirme", re.I)).click()
    expect(tablet.locator("main")).to_contain_text(re.compile("a confirmé"))
