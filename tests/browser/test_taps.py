"""How many taps and keys a task costs, by doing it: the table of `docs/benchmarks.md` says the same."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import RunningHouse
from tests.browser.screens import KNOWN, newest_offer, offers_of
from tests.browser.test_main_job import ask, state
from tests.services.browser import Browsers

TABLE = (Path(__file__).parents[2] / "docs/benchmarks.md").read_text()

LEAVES = """addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='tel:'], a[href^='geo:'], [data-go-link]");
  if (!link) return;
  (window.left ??= []).push(link.href);
  event.preventDefault();
}, true)"""
"""Where the telephone or the map would open, noted: this machine has neither."""


@dataclass
class Hand:
    """One finger on a glass; what is waited for costs nothing."""

    page: Page
    taps: int = 0
    keys: int = 0

    def tap(self, what: Locator) -> None:
        what.first.wait_for()
        self.page.wait_for_function("() => !document.querySelector('[data-still]')")
        what.first.tap()
        self.taps += 1

    def write(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.keys += len(text)

    def left_for(self) -> list[str]:
        return self.page.evaluate("window.left ?? []")

    def __str__(self) -> str:
        return f"{self.taps} tap{'s' * (self.taps > 1)}" + (f", {self.keys} keys" if self.keys else "")


def told(task: str) -> str:
    """What the table says that it costs now."""
    row = re.search(rf"^\| {re.escape(task)} \|[^|]*\|([^|]*)\|", TABLE, re.M)
    assert row, f"no line of docs/benchmarks.md begins with {task}"
    return row[1].strip()


@pytest.fixture
def hand(browsers: Browsers) -> Hand:
    context = browsers.phone()
    context.add_init_script(LEAVES)
    return Hand(context.pages[0])


def test_to_accept_with_a_time_then_to_go_and_to_call(house: RunningHouse, browsers: Browsers, hand: Hand) -> None:
    phone, tablet = hand.page, browsers.tablet().pages[0]
    phone.goto(house.as_("nurse", "inbox"))
    known = offers_of(phone)
    ask(tablet, house)
    card = phone.locator(f'article[data-offer="{newest_offer(phone, known)}"]')
    hand.tap(card.get_by_role("button", name="Accepter"))
    hand.tap(phone.locator("#offer .slots .button"))
    expect(state(tablet)).to_have_attribute("data-state", "scheduled")
    assert str(hand) == told("accept with a time, from the inbox")

    hand.taps = 0
    hand.tap(phone.locator("#offer .patient").get_by_role("link", name="Appeler"))
    assert hand.left_for()[-1].startswith("tel:")
    assert str(hand) == told("call the patient")

    for task in ("go to the patient, the first time", "go to the patient"):
        hand.taps = 0
        hand.tap(phone.locator("#offer .go summary"))
        if phone.locator("[data-go-link]").is_visible():
            hand.tap(phone.locator("[data-go-link]"))
        assert "Dragon" in hand.left_for()[-1], "the map has the address"
        assert str(hand) == told(task)
        phone.reload()


@pytest.mark.parametrize("device", ["phone", "tablet"])
def test_to_ask(house: RunningHouse, browsers: Browsers, device: str) -> None:
    open_device: dict[str, Any] = {"phone": browsers.phone, "tablet": browsers.tablet}
    hand = Hand(open_device[device]().pages[0])
    hand.page.goto(house.as_("orientation-nurse", "requests"))
    hand.tap(hand.page.get_by_role("link", name="Demander"))
    hand.tap(hand.page.locator("main").get_by_role("link", name="Soins à domicile"))
    expect(hand.page.locator("#q")).to_be_focused()
    hand.write(KNOWN)
    hand.tap(hand.page.locator("#patients").get_by_role("link", name="LEFÈVRE"))
    hand.tap(hand.page.locator(".tile", has_text="Injection"))
    hand.tap(hand.page.locator(".check", has_text="accord"))
    hand.tap(hand.page.get_by_role("button", name="Envoyer la demande"))
    hand.page.locator("#request").wait_for()
    assert str(hand) == told(f"ask for care, {device}")


def test_to_find_somebody_by_telephone(house: RunningHouse, hand: Hand) -> None:
    phone = hand.page
    phone.goto(house.as_("coordinator", "board"))
    hand.tap(phone.locator("#unanswered").get_by_role("link", name="Liste à appeler"))
    hand.tap(phone.locator("#call-list .callee a[href^='tel:']"))
    assert hand.left_for()[-1].startswith("tel:")
    hand.tap(phone.locator("#call-list").get_by_role("button", name="A dit oui"))
    phone.get_by_text("Acceptée").first.wait_for()
    assert str(hand) == told("find somebody by telephone")
