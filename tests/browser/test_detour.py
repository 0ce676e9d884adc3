"""The minutes that an offer adds to her round, measured by her phone."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.organizations.geo import MINUTES_PER_KM
from tests.browser.conftest import RunningHouse
from tests.browser.screens import newest_offer, offers_of
from tests.browser.test_main_job import ask
from tests.services.browser import Browsers

SAID = re.compile(r"environ\s\d+\smin de détour sur votre tournée|sur le chemin de votre tournée")


@pytest.fixture
def phone(house: RunningHouse, browsers: Browsers) -> Page:
    page = browsers.phone().pages[0]
    page.goto(house.as_("nurse", "inbox"))
    return page


@pytest.mark.parametrize(
    ("round_left", "place", "minutes"),
    [
        ([[48, 2]], [48.1, 2], 22),  # 11.1 km away from the only place: the way there
        ([[48, 2], [48.2, 2]], [48.1, 2], 0),  # between two
        ([[48, 2], [48.2, 2]], [48.3, 2], 22),  # beyond the last one
        ([[48, 2], [48.2, 2]], [47.9, 2], 22),  # before the first one
        ([[48, 2], [48.2, 2], [48, 2], [48.2, 2]], [48, 2], 0),  # where she goes anyhow
        ([[48, 2], [48, 2.2], [48.2, 2.2]], [48.1, 2.25], 2),  # beside the second way: twice 11.7 km, less its 22.2 km
    ],
)
def test_put_in_where_it_costs_least(phone: Page, round_left: list, place: list, minutes: int) -> None:  # type: ignore[type-arg]
    given = [{"round": round_left, "pace": MINUTES_PER_KM}, place]
    assert phone.evaluate("([left, place]) => detour.minutes(left, place)", given) == minutes


def test_her_phone_says_it_and_a_colleague_s_without_a_round_does_not(
    house: RunningHouse, browsers: Browsers, phone: Page
) -> None:
    other, tablet = browsers.phone().pages[0], browsers.tablet().pages[0]
    other.goto(house.as_("nurse-5", "inbox"))
    sent: list[str] = []
    phone.on("request", lambda each: sent.append(f"{each.url} {each.post_data or ''}"))
    mine, hers = offers_of(phone), offers_of(other)
    ask(tablet, house, when="48")  # at whatever hour this is tried, it may be today
    card = phone.locator(f'article[data-offer="{newest_offer(phone, mine)}"]')
    expect(card.locator("[data-detour]")).to_have_text(SAID)
    place = card.locator("[data-detour]").get_attribute("data-detour") or ""
    card.get_by_role("link").first.click()
    expect(phone.locator("#offer [data-detour]")).to_have_text(SAID)
    phone.screenshot(path="/tmp/detour/offer.png")
    assert [each for each in sent if "/visits/places " in each], "what is left of the round came to it"
    assert not [each for each in sent for part in place.split() if part in each], "and no place leaves it"

    newest_offer(other, hers)
    with other.expect_response(lambda answer: answer.url.endswith("/visits/places")) as came:
        other.reload()
    assert came.value.json()["round"] == []
    expect(other.locator("[data-detour]").first).to_be_hidden()


def test_what_the_phone_keeps_holds_no_place_of_the_round(house: RunningHouse, phone: Page) -> None:
    phone.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    phone.reload()
    phone.locator("#inbox").wait_for()
    kept = phone.evaluate(
        """async () => {
          const names = await caches.keys(), found = [];
          for (const name of names) found.push(...(await (await caches.open(name)).keys()).map((each) => each.url));
          return [...found, ...Object.keys(localStorage), ...Object.keys(sessionStorage)];
        }"""
    )
    assert any("inbox" in each for each in kept)
    assert not [each for each in kept if "visits" in each]
