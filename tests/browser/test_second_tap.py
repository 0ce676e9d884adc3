"""The second of two taps hits nothing that has just come under the finger: real taps, in a real browser.

Seen in the field: half a second after "Accepter" the finger landed on a place, on a time, or on the patient's number,
and it counted.
"""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import RunningHouse
from tests.browser.screens import newest_offer, offers_of
from tests.browser.test_main_job import ask, state
from tests.services.browser import Browsers

TIME_STANDS = "() => { const at = performance.now(); performance.now = () => at; }"
TIME_GOES_ON = "() => { delete performance.now; still.before(); still.after(); }"
"""For still.js: however slow the machine, the second tap comes before its 700 ms are over."""

HELD = """() => Math.max(...[...document.querySelectorAll("[data-still]")].map((one) => one.dataset.still))
  - performance.now()"""


def tap(page: Page, what: Locator) -> None:
    """A finger, wherever it is: Playwright's own tap waits until a page lets it through."""
    box = what.bounding_box()
    assert box is not None
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def until_it_counts(page: Page) -> None:
    page.wait_for_function("() => !document.querySelector('[data-still]') && !document.getAnimations().length")


@pytest.fixture
def phone(browsers: Browsers) -> Page:
    """So tall that a finger reaches everything without scrolling first."""
    return browsers.open("Pixel 7", 360, 1600).pages[0]


def accepted(house: RunningHouse, browsers: Browsers, phone: Page, persona: str) -> Page:
    """She taps "Accepter" on the card, and time stands on her phone; the tablet of the one who asked. Who has many
    visits is not asked any more, so that each test has a nurse of its own."""
    phone.goto(house.as_(persona, "inbox"))
    known, tablet = offers_of(phone), browsers.tablet().pages[0]
    ask(tablet, house)
    card = phone.locator(f'article[data-offer="{newest_offer(phone, known)}"]')
    accept = card.get_by_role("button", name="Accepter")
    until_it_counts(phone)
    accept.scroll_into_view_if_needed()
    phone.evaluate(TIME_STANDS)
    tap(phone, accept)
    phone.locator("#offer h1", has_text="Demande acceptée").wait_for()
    return tablet


@pytest.mark.parametrize(
    ("persona", "where"),
    [
        ("nurse", ".slots .button >> nth=0"),
        ("nurse-2", "#offer a[href^='tel:'] >> nth=0"),
        ("nurse-3", ".sheet__label >> nth=0"),
    ],
)
def test_after_accepting_neither_a_time_nor_a_number_nor_a_place_takes_the_second_tap(
    house: RunningHouse, browsers: Browsers, phone: Page, persona: str, where: str
) -> None:
    tablet = accepted(house, browsers, phone, persona)
    said: list[str] = []
    phone.on("request", lambda request: said.append(f"{request.method} {request.url}"))
    phone.evaluate(
        "window.calls = 0; addEventListener('click', ({ target }) => "
        "target.closest('a[href^=\\'tel:\\']') && window.calls++, true)"
    )
    tap(phone, phone.locator(where))
    assert phone.evaluate(HELD) == pytest.approx(700)
    phone.evaluate(TIME_GOES_ON)
    until_it_counts(phone)
    assert not [each for each in said if each.startswith("POST")]
    assert phone.evaluate("window.calls") == 0
    assert phone.locator("details[open]").count() == 0
    expect(state(tablet)).to_have_attribute("data-state", "accepted")
    tap(phone, phone.locator(".slots .button >> nth=0"))  # and then it counts
    expect(state(tablet)).to_have_attribute("data-state", "scheduled")


def test_a_slot_says_its_place(house: RunningHouse, browsers: Browsers, phone: Page) -> None:
    """No choice that nobody made decides where."""
    accepted(house, browsers, phone, "nurse")
    phone.evaluate(TIME_GOES_ON)
    expect(phone.locator(".slots .button:visible").first).to_have_text(re.compile(r", chez elle$"))
    assert phone.locator("#offer input[type=radio]:checked").count() == 0
    phone.locator(".sheet__label", has_text="Au cabinet").click()
    expect(phone.locator("#at-practice .button").first).to_have_text(re.compile(r", au cabinet$"))
    phone.locator("#at-practice .button").first.click()
    expect(phone.locator("#offer .page-head__sub")).to_contain_text("Au cabinet")


def test_after_confirming_the_patient_does_not_decline(house: RunningHouse, browsers: Browsers, phone: Page) -> None:
    """What declines comes where what confirms was, on a page that has no script."""

    tablet = accepted(house, browsers, phone, "nurse")
    phone.evaluate(TIME_GOES_ON)
    phone.locator(".slots .button").first.click()
    expect(state(tablet)).to_have_attribute("data-state", "scheduled")
    link = re.search(r"localhost:\d+/p/[\w-]{43}", tablet.content())
    assert link
    patient = browsers.open("Pixel 7", 360, 1600).pages[0]
    patient.goto(f"http://{link[0]}")
    until_it_counts(patient)
    time = patient.context.new_cdp_session(patient)
    time.send("Animation.enable")
    time.send("Animation.setPlaybackRate", {"playbackRate": 0})  # the style sheet's 700 ms
    patient.get_by_role("button", name="Je confirme").tap()
    patient.locator("[data-state=confirmed]").wait_for()
    assert patient.evaluate("document.getAnimations().map((one) => one.effect.getTiming().duration)") == [700]
    tap(patient, patient.get_by_role("button", name="Je ne peux pas"))
    time.send("Animation.setPlaybackRate", {"playbackRate": 1})
    until_it_counts(patient)
    expect(tablet.locator("main")).to_contain_text(re.compile("a confirmé"))
    expect(patient.locator("[data-state=confirmed]")).to_be_visible()
    tap(patient, patient.get_by_role("button", name="Je ne peux pas"))
    expect(patient.locator("[data-state=declined]")).to_be_visible()


def test_keys_are_not_held_back(house: RunningHouse, browsers: Browsers, phone: Page) -> None:
    """Whoever reads with a keyboard or a screen reader acts at once."""
    tablet = accepted(house, browsers, phone, "nurse-2")
    phone.locator(".slots .button").first.focus()
    phone.keyboard.press("Enter")
    expect(state(tablet)).to_have_attribute("data-state", "scheduled")
    expect(phone.locator("#offer [data-state=scheduled]")).to_contain_text("Heure proposée")


def test_what_did_not_change_is_not_held_back(house: RunningHouse, browsers: Browsers, phone: Page) -> None:
    """The inbox that draws itself again leaves alone what stays where it was."""
    phone.goto(house.as_("nurse-2", "inbox"))
    until_it_counts(phone)
    phone.evaluate(
        "() => { window.swapped = 0; document.addEventListener('htmx:after:swap', () => window.swapped++); }"
    )
    phone.evaluate("htmx.trigger(document.body, 'poll')")
    phone.wait_for_function("() => window.swapped > 0")
    assert phone.locator("[data-still]").count() == 0
