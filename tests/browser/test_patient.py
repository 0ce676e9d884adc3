"""A patient's telephone of ten years ago: no script, no cookie, 320 px; in Arabic, the page is the mirror of itself."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import RunningHouse
from tests.services.browser import Browsers

LEFT_OF = """(selector) => {
  const [icon, words] = [...document.querySelector(selector).children].map((one) => one.getBoundingClientRect());
  return icon.left < words.left;
}"""


@pytest.fixture
def phone(browsers: Browsers) -> Page:
    return browsers.open("Pixel 7", 320, 568, java_script_enabled=False, permissions=[]).pages[0]


def test_she_answers_in_her_language_without_script_or_cookie(phone: Page, house: RunningHouse) -> None:
    phone.goto(f"{house.url}/demo/patient")
    phone.locator("main a[href*='/p/']").first.click()
    call = "main a[href^='tel:']"
    assert phone.evaluate(LEFT_OF, call), "the sign stands before the words"
    expect(phone.get_by_role("button", name="Écouter cette page")).to_be_hidden()
    phone.get_by_role("button", name="العربية").click()
    expect(phone.locator("html")).to_have_attribute("dir", "rtl")
    assert not phone.evaluate(LEFT_OF, call), "and after them where one reads from the right"
    number = phone.locator(f"{call} [dir=ltr]").first.inner_text()
    assert re.fullmatch(r"0\d(\s\d\d){4}", number)
    phone.get_by_role("button", name="لا أستطيع").click()
    expect(phone.locator("[data-state=declined]")).to_be_visible()
    phone.locator("input[name=moment]").first.check()
    phone.get_by_role("button", name="إرسال هذه الأوقات").click()
    expect(phone.locator("[data-state=wished]")).to_be_visible()
    phone.get_by_role("button", name="خط أكبر").click()
    expect(phone.locator("html")).to_have_class("large")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nor does it scroll sideways"
    phone.get_by_role("button", name="Français").click()
    expect(phone.locator("html")).to_have_attribute("lang", "fr")
    assert phone.context.cookies() == []


def test_a_voice_of_the_device_reads_it_and_no_other(browsers: Browsers, house: RunningHouse) -> None:
    """Which voices a browser has is the device's: here one that some service speaks, then one of its own."""
    page = browsers.phone().pages[0]
    page.add_init_script("""
      globalThis.voices = [{ lang: "fr-FR", localService: false, name: "of a service" }];
      const told = new EventTarget();
      Object.assign(told, { said: [], speaking: false, getVoices: () => globalThis.voices, cancel() { this.said = []; },
        speak(one) { this.said.push([one.text, one.voice.name]); } });
      Object.defineProperty(globalThis, "speechSynthesis", { value: told });
      globalThis.SpeechSynthesisUtterance = function (text) { this.text = text; };""")
    page.goto(f"{house.url}/demo/patient")
    button = page.locator("[data-read-aloud]")
    expect(button).to_be_hidden()
    page.evaluate("""() => {
      globalThis.voices.push({ lang: "fr-FR", localService: true, name: "of this device" });
      speechSynthesis.dispatchEvent(new Event("voiceschanged"));
    }""")
    button.click()
    expect(button).to_have_text("Arrêter la lecture")
    said = page.evaluate("speechSynthesis.said")
    assert said[0] == ["Mon espace", "of this device"]
    assert {voice for _words, voice in said} == {"of this device"}
