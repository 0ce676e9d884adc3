"""Ten days of dressings: two phones, the ward's tablet and the patient's page."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import RunningHouse
from tests.browser.screens import newest_offer, offers_of
from tests.services.browser import Browsers

LOCUM = "Mehdi Haddad"


def test_ten_days_change_hands_on_two_phones(house: RunningHouse, browsers: Browsers) -> None:
    browsers.allow("Failed to fetch", "ERR_INTERNET_DISCONNECTED")
    tablet = browsers.tablet().pages[0]
    phones = browsers.phone(), browsers.phone()
    phone, other = (each.pages[0] for each in phones)
    tablet.goto(house.as_("ward", "requests"))
    tablet.get_by_role("link", name=re.compile("Marcel.*Pansement")).first.click()
    plan = tablet.locator("#plan")
    expect(plan).to_contain_text("3 passages sur 10")
    expect(plan).to_contain_text("patient absent")

    # Without a signal: it is kept, dated, and sent once when there is one.
    phone.goto(house.as_("nurse", "visits"))
    phone.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    stop = phone.locator("[data-passage]", has_text="Marcel")
    phones[0].set_offline(True)
    stop.get_by_role("button", name="Fait").click()
    expect(stop).to_contain_text("Passage noté.")
    phones[0].set_offline(False)
    expect(stop.get_by_role("status")).to_have_attribute("data-state", "done")
    expect(plan).to_contain_text("4 passages sur 10")  # without touching the tablet

    other.goto(house.as_("nurse-5", "inbox"))
    known = offers_of(other)
    stop.get_by_role("link", name=re.compile("Marcel")).click()
    phone.get_by_role("link", name=re.compile("confier la suite")).click()
    phone.get_by_label(re.compile("remplaçant")).fill("had meh")
    phone.get_by_role("button", name="Chercher").click()
    phone.get_by_role("radio", name=re.compile(LOCUM)).check()
    phone.get_by_role("radio", name="Je suis malade").check()
    phone.get_by_role("button", name="Confier la suite").click()
    phone.wait_for_url(re.compile("/visits"))

    offer = newest_offer(other, known)
    other.locator(f'article[data-offer="{offer}"]').get_by_role("button", name="Accepter").click()
    expect(plan.get_by_title(LOCUM).first).to_be_visible()
    expect(plan).to_contain_text("4 passages sur 10")
    expect(other.locator("#offer")).to_contain_text("Sonnez deux fois.")

    link = re.search(r"localhost:\d+/p/[\w-]{43}", tablet.content())
    assert link, "the tablet shows the patient's link"
    old_phone = browsers.phone(java_script_enabled=False).pages[0]
    old_phone.goto(f"http://{link[0]}")
    expect(old_phone.locator("body")).to_contain_text("4 passages sur 10")
