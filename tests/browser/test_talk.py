"""Ward and nurse talk after yes: a tablet and a phone, live, and a phone that loses its network in between."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningHouse
from tests.browser.screens import newest_offer, offers_of
from tests.browser.test_main_job import ask, state
from tests.services.browser import Browsers


def talking(house: RunningHouse, browsers: Browsers) -> tuple[Page, Page]:
    """The tablet that asked and the phone that said yes, each on its own page of the request."""
    tablet, phone = browsers.tablet().pages[0], browsers.phone().pages[0]
    phone.goto(house.as_("nurse", "inbox"))
    known = offers_of(phone)
    ask(tablet, house)
    offer = newest_offer(phone, known)
    phone.locator(f'article[data-offer="{offer}"]').get_by_role("button", name="Accepter").click()
    expect(state(tablet)).to_have_attribute("data-state", "accepted")
    phone.goto(house.as_("nurse", f"offers/{offer}"))
    return tablet, phone


def say(page: Page, text: str) -> None:
    page.locator("#thread").get_by_label("Votre message").fill(text)
    page.locator("#thread").get_by_role("button", name="Envoyer").click()


def lines(page: Page, text: str) -> object:
    return page.locator("#thread .line", has_text=text)


def test_what_one_says_stands_on_the_other_screen_at_once(house: RunningHouse, browsers: Browsers) -> None:
    tablet, phone = talking(house, browsers)
    say(tablet, "Le code de la porte est au dos de la carte.")
    expect(tablet.locator("#line-text")).to_have_value("")
    expect(lines(phone, "au dos de la carte")).to_be_visible()  # without touching the phone
    phone.locator("#thread").scroll_into_view_if_needed()
    expect(lines(tablet, "au dos de la carte")).to_contain_text("Vu par Nadia Benali")
    say(phone, "Merci, je passe à seize heures.")
    expect(lines(tablet, "seize heures")).to_be_visible()


def test_a_line_without_network_waits_and_is_sent_once(house: RunningHouse, browsers: Browsers) -> None:
    browsers.allow("net::ERR_", "Failed to fetch", "network error")
    tablet, phone = talking(house, browsers)
    phone.context.set_offline(True)
    say(phone, "Je suis devant la porte.")
    expect(lines(phone, "devant la porte")).to_contain_text("Pas encore envoyé")
    expect(lines(tablet, "devant la porte")).to_have_count(0)
    phone.context.set_offline(False)
    expect(lines(tablet, "devant la porte")).to_have_count(1)
    expect(phone.locator(".line--kept")).to_have_count(0)
    expect(lines(phone, "devant la porte")).to_have_count(1)
