"""From the browser to the home screen: offered after a first answer, guided, put aside by one tap, never in the way."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningHouse
from tests.browser.test_main_job import ask, newest_offer, offers_of, state
from tests.services.browser import Browsers, assert_accessible, deliver_push
from tests.services.notifications import NotificationCentre

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.4 Mobile/15E148 Safari/604.1"
)
DESKTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"

NO_REAL_QUESTION = """
addEventListener("beforeinstallprompt", (event) => event.isTrusted && event.stopImmediatePropagation());
"""

COUNTED_BADGE = """
globalThis.badge = null;
navigator.setAppBadge = async (count) => { globalThis.badge = count; };
navigator.clearAppBadge = async () => { globalThis.badge = 0; };
"""
BADGE_IS_RIGHT = "() => badge > 0 && badge === document.querySelectorAll('article[data-offer]').length"


def inbox(house: RunningHouse, browsers: Browsers, persona: str = "nurse", **options: object) -> Page:
    page = browsers.phone(**options).pages[0]
    page.goto(house.as_(persona, "inbox"))
    return page


def test_it_is_offered_after_a_first_answer_and_put_aside_by_one_tap(house: RunningHouse, browsers: Browsers) -> None:
    phone = inbox(house, browsers)
    card = phone.locator("[data-install-card]")
    expect(card).to_be_visible()
    assert_accessible(phone)
    card.get_by_role("button", name="Plus tard").click()
    expect(card).to_be_hidden()
    phone.reload()
    expect(phone.locator("h1")).to_be_visible()
    expect(card).to_be_hidden()


def test_one_question_at_a_time(house: RunningHouse, browsers: Browsers) -> None:
    context = browsers.phone()
    context.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'default' })")
    phone = context.pages[0]
    phone.goto(house.as_("nurse", "inbox"))
    expect(phone.locator("[data-push-card]").get_by_role("button", name="Activer les alertes")).to_be_visible()
    expect(phone.locator("[data-install-card]")).to_be_hidden()


@pytest.mark.parametrize(
    ("agent", "guide", "words"),
    [
        (IPHONE, "ios", "Sur l’écran d’accueil"),
        (None, "android", "trois points"),
        (DESKTOP, "desktop", "Chrome ou Edge"),
    ],
)
def test_the_guide_of_this_device_stands_open(
    house: RunningHouse, browsers: Browsers, agent: str | None, guide: str, words: str
) -> None:
    options = {"user_agent": agent} if agent else {}
    page = browsers.phone(**options).pages[0]
    page.goto(house.as_("nurse", "install"))
    expect(page.locator(f"details[data-guide={guide}]")).to_have_attribute("open", "")
    expect(page.locator("details[open]")).to_have_count(1)
    expect(page.locator(f"details[data-guide={guide}]")).to_contain_text(words)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert_accessible(page)


def test_without_javascript_every_guide_can_be_read(house: RunningHouse, browsers: Browsers) -> None:
    page = browsers.phone(java_script_enabled=False).pages[0]
    page.goto(house.as_("nurse", "install"))
    expect(page.locator("details[open]")).to_have_count(3)


def test_the_browsers_own_question_waits_for_a_tap(house: RunningHouse, browsers: Browsers) -> None:
    context = browsers.phone()
    context.add_init_script(NO_REAL_QUESTION)
    page = context.pages[0]
    page.goto(house.as_("nurse", "install"))
    page.evaluate(
        """() => {
          const event = new Event("beforeinstallprompt", { cancelable: true });
          event.prompt = async () => { globalThis.prompted = true; };
          dispatchEvent(event);
          globalThis.held = event.defaultPrevented;
        }"""
    )
    assert page.evaluate("held")
    button = page.locator("details[data-guide=android]").get_by_role("button", name="Installer", exact=True)
    button.click()
    assert page.evaluate("prompted")
    expect(button).to_be_hidden()


def test_once_blocked_the_page_shows_the_way_back(house: RunningHouse, browsers: Browsers) -> None:
    context = browsers.phone()
    context.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'denied' })")
    page = context.pages[0]
    page.goto(house.as_("nurse", "inbox"))
    card = page.locator("[data-push-card]")
    expect(card).to_contain_text("Ce téléphone ne sonnera pas")
    card.get_by_role("link", name="Réparer").click()
    expect(card).to_contain_text("Les alertes sont bloquées")
    expect(card.locator("[data-way-back=android]")).to_be_visible()
    expect(card.locator("[data-way-back=ios]")).to_be_hidden()
    expect(card.get_by_role("button")).to_have_count(0)


def test_the_icon_counts_the_requests_that_await_an_answer(house: RunningHouse, browsers: Browsers) -> None:
    context = browsers.phone()
    context.add_init_script(COUNTED_BADGE)
    phone = context.pages[0]
    phone.goto(house.as_("nurse", "inbox"))
    known = offers_of(phone)
    phone.wait_for_function(BADGE_IS_RIGHT)
    ask(browsers.tablet().pages[0], house)
    newest_offer(phone, known)
    phone.wait_for_function(BADGE_IS_RIGHT)


def test_both_answers_of_an_opened_alert_are_under_the_thumb(house: RunningHouse, browsers: Browsers) -> None:
    """Where a notice has no buttons (iPhone), its tap opens this page."""
    phone = inbox(house, browsers, user_agent=IPHONE)
    phone.goto(phone.locator("article[data-offer] a[href*='offers/']").first.evaluate("a => a.href"))
    for name in ("Accepter", "Refuser"):
        box = phone.get_by_role("button", name=name).bounding_box()
        assert box is not None
        assert box["height"] >= 56
        assert box["width"] >= 120
        assert box["y"] >= 370, f"{name} is not in the lower half"
        assert box["y"] + box["height"] <= 740, f"{name} is below the first screen"


def test_answers_on_the_lock_screen_are_a_choice(
    house: RunningHouse, browsers: Browsers, notification_centre: NotificationCentre
) -> None:
    device = house.push_service.new_device()
    tablet, phone = browsers.tablet().pages[0], browsers.phone(push=device).pages[0]
    phone.goto(house.as_("nurse-2", "account"))
    phone.get_by_role("switch", name="Répondre depuis l’écran verrouillé").click()
    expect(phone.get_by_role("switch", name="Répondre")).to_have_attribute("aria-checked", "false")
    phone.goto(house.as_("nurse-2", "inbox"))
    phone.wait_for_function("() => fetch('push/key').then(r => r.ok)")
    ask(tablet, house)
    message = device.wait_for(1)[-1]
    assert "answers" not in message.json["notification"]["data"]
    deliver_push(phone, message.data)
    notice = notification_centre.wait_for(1)[0]
    assert not {"Accepter", "Refuser"} & set(notice.buttons)
    notification_centre.click(notice)
    assert opened_an_offer(phone)
    expect(state(tablet)).to_have_attribute("data-state", "searching")


def opened_an_offer(phone: Page) -> bool:
    for _ in range(600):
        if any("/offers/" in page.url for page in phone.context.pages):
            return True
        phone.wait_for_timeout(100)
    return False


def test_a_lock_screen_answer_without_signal_is_kept(
    house: RunningHouse, browsers: Browsers, notification_centre: NotificationCentre
) -> None:
    browsers.allow("net::ERR_", "Failed to fetch", "network error")
    device = house.push_service.new_device()
    tablet, context = browsers.tablet().pages[0], browsers.phone(push=device)
    phone = context.pages[0]
    phone.goto(house.as_("nurse-3", "inbox"))
    phone.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    phone.wait_for_function("() => fetch('push/key').then(r => r.ok)")
    ask(tablet, house)
    message = device.wait_for(1)[-1]
    deliver_push(phone, message.data)
    notice = notification_centre.wait_for(1)[0]
    context.set_offline(True)
    notification_centre.click(notice, "Accepter")
    phone.wait_for_function("() => outbox.all().then(taps => taps.length === 1)")
    expect(state(tablet)).to_have_attribute("data-state", "searching")
    context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(state(tablet)).to_have_attribute("data-state", "accepted")
    expect(tablet.locator("main")).to_contain_text(re.compile("Fatoumata|Keïta"))
