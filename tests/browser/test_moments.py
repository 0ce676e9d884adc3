"""The moments that people show to a colleague, or hold on paper: the baton, one state in one word, the printed card."""

import re
from typing import Any

from playwright.sync_api import Page, expect
from pypdfium2 import PdfDocument

from tests.browser.conftest import RunningHouse
from tests.browser.screens import go_to_the_patients_page, newest_offer, offers_of
from tests.browser.test_main_job import ask, state
from tests.services.browser import Browsers

HELD_AT_ITS_START = """() => {
  const [move] = document.getAnimations().filter((one) => one.animationName === "pass");
  const baton = move.effect.target, [giver, taker] = baton.closest(".pass").querySelectorAll(".avatar");
  const gap = (one) => Math.abs(one.getBoundingClientRect().x - baton.getBoundingClientRect().x);
  const from = [gap(giver), gap(taker)];
  const lasts = move.effect.getTiming().duration;
  move.finish();
  return { lasts, from, to: [gap(giver), gap(taker)] };
}"""
PASSING = "() => document.getAnimations().some((one) => one.animationName === 'pass')"


def time_stands(page: Page) -> None:
    """Motion waits on its first picture, however slow the machine."""
    page.wait_for_function("() => !document.getAnimations().some((one) => one.animationName === 'still')")
    session = page.context.new_cdp_session(page)
    session.send("Animation.enable")
    session.send("Animation.setPlaybackRate", {"playbackRate": 0})


def accepting(house: RunningHouse, browsers: Browsers, persona: str, **options: Any) -> tuple[Page, Page]:
    """The phone on which a new request is open, and the tablet that follows it, a moment before the tap."""
    tablet, phone = browsers.tablet(**options).pages[0], browsers.phone(**options).pages[0]
    phone.goto(house.as_(persona, "inbox"))
    known = offers_of(phone)
    ask(tablet, house)
    phone.goto(house.as_(persona, f"offers/{newest_offer(phone, known)}"))
    return phone, tablet


def accept(phone: Page) -> None:
    phone.locator("#offer").get_by_role("button", name="Accepter").click()
    phone.locator("#offer h1", has_text="Demande acceptée").wait_for()


def test_the_baton_passes_from_the_one_who_asked_to_the_one_who_comes_on_both_screens(
    house: RunningHouse, browsers: Browsers
) -> None:
    screens = phone, _tablet = accepting(house, browsers, "nurse")
    for page in screens:
        time_stands(page)
    accept(phone)
    for page in screens:
        page.wait_for_function(PASSING)
        seen = page.evaluate(HELD_AT_ITS_START)
        assert 0 < seen["lasts"] <= 180
        assert seen["from"][0] < seen["from"][1], "it begins beside the one who asked"
        assert seen["to"][1] < seen["to"][0], "and ends beside the one who comes"


def test_it_lies_there_at_once_for_who_asks_for_calm(house: RunningHouse, browsers: Browsers) -> None:
    phone, tablet = accepting(house, browsers, "nurse-2", reduced_motion="reduce")
    accept(phone)
    for page in (phone, tablet):
        lasts = page.locator(".pass__baton").evaluate("one => getComputedStyle(one).animationDuration")
        assert float(lasts.removesuffix("s")) <= 0.001


ANSWERS = {
    "Je confirme": "Confirmé par le patient",
    "Je ne peux pas": "À reproposer",
}


def test_after_each_answer_of_the_patient_every_screen_says_the_same_word(
    house: RunningHouse, browsers: Browsers
) -> None:
    """Seen in the field: title, label and box said three things of one visit."""
    phone, tablet = accepting(house, browsers, "nurse-3")
    accept(phone)
    phone.wait_for_function("() => !document.querySelector('[data-still]')")
    phone.locator("#offer .slots .button").first.click()
    says("Heure proposée", phone, tablet)
    patient = browsers.phone(java_script_enabled=False).pages[0]
    patient.goto(tablet.url)
    go_to_the_patients_page(patient)
    for button, word in ANSWERS.items():
        patient.get_by_role("button", name=button).click()
        patient.locator("[role=status][data-state]").wait_for()
        says(word, phone, tablet)


def says(word: str, phone: Page, tablet: Page) -> None:
    places = [
        phone.locator("#offer [role=status][data-state=scheduled], #offer .status[data-state=scheduled]"),
        tablet.locator("#request .status[data-state=scheduled]"),
        tablet.locator("#requests [aria-current] .status"),
    ]
    for place in places:
        expect(place.first).to_have_text(re.compile(word))
    others = {"Heure proposée", *ANSWERS.values()} - {word}
    for page, part in ((phone, "#offer"), (tablet, "#request h1, #request .state, #request .page-head")):
        assert not [each for text in page.locator(part).all_inner_texts() for each in others if each in text]


def test_the_card_is_one_page_of_paper_that_is_right_on_another_day(house: RunningHouse, browsers: Browsers) -> None:
    phone, tablet = accepting(house, browsers, "nurse-3")
    accept(phone)
    phone.wait_for_function("() => !document.querySelector('[data-still]')")
    phone.locator("#offer .slots .button").first.click()
    expect(state(tablet)).to_have_attribute("data-state", "scheduled")
    patient = tablet.locator("#request h1").inner_text().split()[-1]
    tablet.goto(f"{tablet.url}/card")
    for scheme in ("light", "dark"):  # the screen's own night does not go on paper
        tablet.emulate_media(color_scheme=scheme)
        printed = tablet.pdf(prefer_css_page_size=True, print_background=True)
        paper = PdfDocument(printed)
        assert len(paper) == 1
        assert round(paper[0].get_width()) == 595, "A4"
        words = " ".join(paper[0].get_textpage().get_text_bounded().split())
        assert "Centre hospitalier des Deux-Rives" in words
        assert re.search(r"(lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche) \d+ \w+ \d{4}", words, re.I), words
        assert "En cas d'urgence, appelez le 15" in words.replace("’", "'")
        assert not re.search(r"aujourd.hui|demain|Imprimer|Suivi", words, re.I), words
        assert patient not in words and "Injection" not in words, "whoever finds it learns neither who nor why"
        pixels = bytes(paper[0].render(scale=1, grayscale=True).buffer)
        assert min(pixels[:2000]) > 250, "white to its edge"
        assert sum(one < 60 for one in pixels) > len(pixels) / 50, "and the code and the words are black"
    tablet.locator("button[value=ar]").click()
    tablet.get_by_role("button", name="Grandes lettres").click()
    expect(tablet.locator(".handout--large[lang=ar][dir=rtl]")).to_be_visible()
    assert len(PdfDocument(tablet.pdf(prefer_css_page_size=True))) == 1, "in large letters too"
