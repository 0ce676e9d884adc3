"""Every screen for those who enlarge it, who see by the system's colours, who ask for calm, and who speak to it."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import hard_day
from tests.browser.conftest import RunningHouse
from tests.browser.screens import ENTERING, SCREENS, Screen, ask_without_answers, choose_the_known, send_empty
from tests.services.browser import Browsers

ASKING = "requests/new?pathway=home-care"
FORMS = [
    Screen("asking", "new patient with mistakes", "orientation-nurse", ENTERING, act=send_empty),
    Screen("asking", "request, being written", "orientation-nurse", ASKING, act=choose_the_known),
    Screen("asking", "request with mistakes", "orientation-nurse", ASKING, act=ask_without_answers),
]
"""Forms that somebody must act to see, and that leave nothing behind."""


@pytest.fixture(scope="module")
def loaded_data(loaded_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The territory on its hard day: what holds with short names is no proof."""
    folder = tmp_path_factory.mktemp("hard-day")
    shutil.copytree(loaded_data, folder, dirs_exist_ok=True)
    hard_day.write(folder)
    return folder


def complaints(page: Page, house: RunningHouse, screens: list[Screen], look: str) -> list[str]:
    """`look`: a script that gives what is wrong with the screen, one line each."""
    found = []
    for screen in screens:
        screen.open(page, house.url)
        found += [f"{screen}: {wrong}" for wrong in page.evaluate(look)]
    return found


COVERED = """(() => {
  const barred = (one) => ["fixed", "sticky"].includes(getComputedStyle(one).position) && one.checkVisibility();
  const bars = [...document.querySelectorAll("body *")].filter(barred);
  const shared = (one, other, [from, to]) => Math.min(one[to], other[to]) - Math.max(one[from], other[from]);
  return (field) => {
    const face = field.matches(".tile__input") ? field.nextElementSibling : field;
    const is = face.getBoundingClientRect(), said = field.outerHTML.slice(0, 90);
    for (const bar of bars) {
      if (bar.contains(field) || field.contains(bar)) continue;
      const by = bar.getBoundingClientRect();
      if (shared(is, by, ["top", "bottom"]) > 1 && shared(is, by, ["left", "right"]) > 1)
        return [`${bar.className || bar.id || bar.tagName} covers ${said}`];
    }
    return is.bottom <= 0 || is.top >= innerHeight ? [`out of sight: ${said}`] : [];
  };
})()"""
"""A function: how what has the focus cannot be seen, in a list of at most one."""

WALK = f"""() => {{
  document.querySelectorAll("details").forEach((one) => (one.open = true));
  const covered = {COVERED};
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")].flatMap((field) => {{
    field.focus();
    return document.activeElement === field ? covered(field) : [];
  }});
}}"""


@pytest.fixture(params=[(320, 256), (360, 740)], ids=["400 %", "phone"])
def small(request: pytest.FixtureRequest, browsers: Browsers) -> Page:
    browsers.allow("status of 404", "status of 422")
    return browsers.open("Galaxy Tab S9 landscape", *request.param).pages[0]


def test_no_bar_covers_what_has_the_focus(house: RunningHouse, small: Page) -> None:
    """WCAG 2.2, 2.4.11: on a phone, and at 1.4.10's size, which is a glass of 1280 by 1024 seen at 400 %."""
    assert complaints(small, house, [*SCREENS, *FORMS], WALK) == []


def test_nor_when_it_comes_by_the_key(house: RunningHouse, small: Page) -> None:
    FORMS[0].open(small, house.url)
    many = small.locator("a[href], button, input, select, textarea, summary").count()
    small.evaluate("scrollTo(0, 0)")
    found, fields = [], set()
    for _ in range(many):
        small.keyboard.press("Tab")
        found += small.evaluate(f"{COVERED}(document.activeElement)")
        fields.add(small.evaluate("document.activeElement.name"))
    assert found == []
    assert {"birth_name", "birth_date", "phone", "address"} <= fields
