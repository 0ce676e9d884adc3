"""A nurse in a cellar: what she taps is kept, said to be kept, sent once; what she reads is said to be old."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import RunningHouse
from tests.browser.screens import newest_offer, offers_of
from tests.browser.test_main_job import ask, state
from tests.services.browser import Browsers, deliver_push
from tests.services.notifications import NotificationCentre
from tests.services.weak_network import WeakNetwork, weak_network

NO_SIGNAL = (r"net::ERR_", "status of 404", "status of 409", "Failed to fetch", "network error")
PATIENT = ("Monique", "Lefèvre", "LEFÈVRE", "Lefevre", "LEFEVRE", "allée du Dragon", "1948")


@pytest.fixture
def network(house: RunningHouse, browsers: Browsers) -> Iterator[WeakNetwork]:
    browsers.allow(*NO_SIGNAL)
    with weak_network(urlsplit(house.url).port or 0) as network:
        yield network


def inbox(network: WeakNetwork, persona: str = "nurse") -> str:
    return f"{network.url}/demo/as/{persona}/inbox"


def controlled(phone: Page, url: str) -> None:
    """Opened twice: the second time, the service worker serves the page and keeps it."""
    phone.goto(url)
    phone.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    phone.goto(url)
    phone.wait_for_function("() => navigator.serviceWorker.controller !== null")


def asked(browsers: Browsers, house: RunningHouse, phone: Page, network: WeakNetwork) -> tuple[Page, str]:
    """The tablet that follows a new request, and the offer of it on this phone."""
    controlled(phone, inbox(network))
    known = offers_of(phone)
    tablet = browsers.tablet().pages[0]
    ask(tablet, house)
    return tablet, newest_offer(phone, known)


def card(phone: Page, offer: str) -> Locator:
    return phone.locator(f'article[data-offer="{offer}"]')


def posts(network: WeakNetwork, offer: str, what: str) -> list[str]:
    return [line for line in network.requests if line.startswith("POST") and f"{offer}/{what}" in line]


def test_a_tap_without_signal_is_kept_dated_and_sent_once(
    house: RunningHouse, browsers: Browsers, network: WeakNetwork
) -> None:
    phone = browsers.phone().pages[0]
    tablet, offer = asked(browsers, house, phone, network)
    network.cut()
    card(phone, offer).get_by_role("button", name="Accepter").click()
    kept = card(phone, offer).locator("[data-kept]")
    expect(kept).to_contain_text(re.compile(r"Vous acceptez\.\s+Pas encore envoyé\s: gardé à \d+\sh\s\d\d"))
    expect(card(phone, offer).get_by_role("button", name="Accepter")).to_be_hidden()
    expect(state(tablet)).to_have_attribute("data-state", "searching")

    phone.reload()  # closed and opened again in the cellar: the last inbox, and the tap still kept
    expect(phone.locator("#offline")).to_contain_text(re.compile(r"dernière version reçue \(\d+\sh\s\d\d\)"))
    expect(card(phone, offer).locator("[data-kept]")).to_be_visible()

    network.mend()
    expect(state(tablet)).to_have_attribute("data-state", "accepted")
    expect(phone.locator("#flashes")).to_contain_text("vous l’avez acceptée")
    expect(card(phone, offer)).to_have_count(0)
    phone.wait_for_timeout(1_000)
    assert len(posts(network, offer, "acceptance")) == 1
    assert phone.evaluate("outbox.all().then(taps => taps.length)") == 0


def test_annuler_forgets_the_tap(house: RunningHouse, browsers: Browsers, network: WeakNetwork) -> None:
    phone = browsers.phone().pages[0]
    tablet, offer = asked(browsers, house, phone, network)
    network.cut()
    card(phone, offer).get_by_role("button", name="Refuser").click()
    expect(card(phone, offer).locator("[data-kept]")).to_contain_text("Vous refusez.")
    card(phone, offer).get_by_role("button", name="Annuler").click()
    expect(card(phone, offer).get_by_role("button", name="Accepter")).to_be_visible()
    network.mend()
    phone.goto(inbox(network))
    expect(card(phone, offer).get_by_role("button", name="Refuser")).to_be_visible()
    assert posts(network, offer, "refusal") == []
    assert tablet.locator("main").get_by_text("1 refus").count() == 0


def test_the_server_settles_when_someone_was_faster(
    house: RunningHouse, browsers: Browsers, network: WeakNetwork
) -> None:
    phone, other = browsers.phone().pages[0], browsers.phone().pages[0]
    other.goto(house.as_("nurse-2", "inbox"))
    known = offers_of(other)
    _, offer = asked(browsers, house, phone, network)
    theirs = newest_offer(other, known)
    network.cut()
    card(phone, offer).get_by_role("button", name="Accepter").click()
    expect(card(phone, offer).locator("[data-kept]")).to_be_visible()
    card(other, theirs).get_by_role("button", name="Accepter").click()
    expect(other.locator("#offer h1")).to_contain_text("Demande acceptée")
    network.mend()
    expect(phone.locator("#flashes")).to_contain_text("déjà prise par une ou un collègue")
    expect(card(phone, offer)).to_have_count(0)


def test_an_answer_whose_echo_was_lost_counts_once(
    house: RunningHouse, browsers: Browsers, network: WeakNetwork
) -> None:
    phone = browsers.phone().pages[0]
    tablet, offer = asked(browsers, house, phone, network)
    network.lose_answers(f"{offer}/acceptance")
    card(phone, offer).get_by_role("button", name="Accepter").click()
    expect(state(tablet)).to_have_attribute("data-state", "accepted")
    network.mend()
    expect(phone.locator("#flashes")).to_contain_text("vous l’avez acceptée")
    assert len(posts(network, offer, "acceptance")) > 1
    tablet.reload()
    expect(tablet.locator(".timeline__step[data-kind=accepted]")).to_have_count(1)


def test_without_a_stream_the_page_asks_by_itself(
    house: RunningHouse, browsers: Browsers, network: WeakNetwork
) -> None:
    network.lose("/live?")
    phone = browsers.phone().pages[0]
    phone.goto(inbox(network))
    known = offers_of(phone)
    ask(browsers.tablet().pages[0], house)
    phone.wait_for_function(
        "known => [...document.querySelectorAll('article[data-offer]')].some(a => !known.includes(a.dataset.offer))",
        arg=list(known),
    )
    assert not any("/live?" in line for line in network.requests if "HTTP/1.1 200" in line)


def test_nothing_of_a_patient_stays_after_signing_out(
    house: RunningHouse, browsers: Browsers, network: WeakNetwork, notification_centre: NotificationCentre
) -> None:
    context = browsers.phone()
    phone = context.pages[0]
    _, offer = asked(browsers, house, phone, network)
    card(phone, offer).get_by_role("button", name="Accepter").click()
    expect(phone.locator(".patient__name")).to_contain_text("Monique")
    phone.goto(f"{network.url}/demo/as/nurse/visits")
    phone.goto(inbox(network))
    phone.evaluate("outbox.keep({offer: 'x', answer: 'accept', at: Date.now(), key: 'k'})")
    phone.evaluate("localStorage.setItem('install-later', '1')")
    deliver_push(phone, {"notification": {"title": "Injection, Évry", "tag": "t", "data": {"path": "offers/x"}}})
    notification_centre.wait_for(1)
    before = held(phone)
    assert "/inbox?kept" in before
    assert not any(secret in before for secret in PATIENT)

    context.route(
        "**/sign-out", lambda route: route.fulfill(status=204)
    )  # what the page does by itself, before the server does
    phone.goto(f"{network.url}/demo/as/nurse/account")
    phone.get_by_role("button", name="Se déconnecter").dispatch_event("click")  # it navigates nowhere: 204
    phone.wait_for_function("async () => (await (await navigator.serviceWorker.ready).getNotifications()).length === 0")
    phone.wait_for_function("() => localStorage.length === 0")
    left = held(phone)
    assert not any(secret in left for secret in PATIENT)
    assert "/inbox?kept" not in left
    assert phone.evaluate("sessionStorage.length") == 0
    assert phone.evaluate("outbox.all()") == []


HELD = """async () => {
  const all = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const response = await cache.match(request, { ignoreVary: true });
      all.push(request.url, await response.text());
    }
  }
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((done) => { const o = indexedDB.open(name); o.onsuccess = () => done(o.result); });
    for (const store of db.objectStoreNames) {
      const rows = db.transaction(store).objectStore(store).getAll();
      all.push(await new Promise((done) => { rows.onsuccess = () => done(JSON.stringify(rows.result)); }));
    }
    db.close();
  }
  all.push(JSON.stringify(localStorage), JSON.stringify(sessionStorage));
  const ready = await navigator.serviceWorker.ready;
  for (const notice of await ready.getNotifications()) all.push(notice.title, notice.body, JSON.stringify(notice.data));
  return all.filter((text) => !text.startsWith("@layer")).join("\\n");
}"""


def held(phone: Page) -> str:
    """Everything this site keeps on the phone, as text; its own style sheet excepted."""
    text: str = phone.evaluate(HELD)
    return text
