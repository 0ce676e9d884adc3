"""Every screen for those who enlarge it, who see by the system's colours, who ask for calm, and who speak to it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page

from tests.browser import hard_day
from tests.browser.conftest import RunningHouse
from tests.browser.screens import (
    ASKING,
    ENTERING,
    SCREENS,
    Screen,
    ask_without_answers,
    choose_the_known,
    send_empty,
)
from tests.services.browser import Browsers

FORMS = [
    Screen("asking", "new patient with mistakes", "orientation-nurse", ENTERING, act=send_empty),
    Screen("asking", "request, being written", "orientation-nurse", ASKING, act=choose_the_known),
    Screen("asking", "request with mistakes", "orientation-nurse", ASKING, act=ask_without_answers),
]
"""Forms that somebody must act to see, and that leave nothing behind."""

COVERED = """(() => {
  const barred = (one) => ["fixed", "sticky"].includes(getComputedStyle(one).position) && one.checkVisibility();
  const bars = [...document.querySelectorAll("body *")].filter(barred);
  const shared = (one, other, [from, to]) => Math.min(one[to], other[to]) - Math.max(one[from], other[from]);
  return (field) => {
    const face = field.matches(".tile__input") ? field.nextElementSibling : field;
    const whole = face.getBoundingClientRect(), said = field.outerHTML.slice(0, 90);
    // Of a field of several lines the browser brings the one in which one writes.
    const height = field.matches("textarea") ? Math.min(whole.height, 48) : whole.height;
    const is = new DOMRect(whole.x, whole.y, whole.width, height);
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

FORCED = """() => {
  // Drawn by the system itself, or a line of a list that has its edges.
  const drawn = "[type=file], .other-key, [type=checkbox], [type=radio], .switch, .onward--act, .row__link,.strip__act";
  return [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")]
  .filter((one) => one.checkVisibility())
  .flatMap((one) => {
    const face = one.matches(".tile__input, .switch input") ? one.nextElementSibling : one;
    const style = getComputedStyle(face);
    const wrong = [];
    const said = `${one.outerHTML.slice(0, 90)}`;
    if (one.matches("button, .button, input, select, textarea")) {
      const edged = parseFloat(style.borderTopWidth) > 0 && style.borderTopStyle !== "none";
      const underlined = style.textDecorationLine.includes("underline");
      if (!edged && !underlined && !one.matches(drawn)) wrong.push(`no edge: ${said}`);
    }
    one.focus({ focusVisible: true });
    if (one.matches(":focus-visible")) {
      const { outlineStyle, outlineWidth } = getComputedStyle(face);
      if (outlineStyle === "none" || parseFloat(outlineWidth) < 2) wrong.push(`no focus ring: ${said}`);
    }
    return wrong;
  });
}"""

MOVES = """() => [document.documentElement, ...document.querySelectorAll("body *")].flatMap((one) => {
  const longest = (times) => Math.max(...times.split(",").map(parseFloat).map((time) => time || 0));
  if (one === document.body) return [];
  return [null, "::before", "::after"].flatMap((part) => {
    const { animationDuration, animationName, transitionDuration } = getComputedStyle(one, part);
    const moves = (animationName !== "none" && longest(animationDuration) > .001) || longest(transitionDuration) > .001;
    return moves ? [`${one.tagName}.${one.className}${part ?? ""}`] : [];
  });
})"""

LARGE = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  const words = "button, .button, h1, h2, .status, .nav__label, .tile__face, .chip, label, .time-left";
  const cut = [...document.querySelectorAll(words)]
    .filter((one) => one.checkVisibility() && !one.matches(".visually-hidden") && one.clientWidth)
    .filter((one) => one.scrollWidth > one.clientWidth + 1)
    .map((one) => `cut: ${one.outerHTML.slice(0, 90)}`);
  return wide > 0 ? [`scrolls sideways by ${wide} px`, ...cut] : cut;
}"""

LABELS = """() => {
  const plain = (text) => text.toLowerCase().replace(/[^\\p{L}\\p{N}]+/gu, " ").trim();
  const unseen = (node) => !node.checkVisibility?.() || node.matches(".visually-hidden, svg");
  const shown = (one) => [...one.childNodes]
    .map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : unseen(node) ? " " : shown(node))).join(" ");
  return [...document.querySelectorAll("[aria-label]:is(a, button, [role=button], summary)")]
    .filter((one) => one.checkVisibility())
    .filter((one) => !plain(one.getAttribute("aria-label")).includes(plain(shown(one))))
    .map((one) => `says "${shown(one).trim()}", is called "${one.getAttribute("aria-label")}"`);
}"""


class Look(NamedTuple):
    """`prepare` makes the page as this person has it, `script` gives what is wrong then, one line each."""

    name: str
    prepare: Callable[[Page], object]
    script: str


def glass(width: int, height: int) -> Callable[[Page], object]:
    return lambda page: page.set_viewport_size({"width": width, "height": height})


LARGER = "document.documentElement.style.fontSize = '212.5%'"
LOOKS = [
    # WCAG 2.2, 2.5.3: whoever speaks to the telephone says the words she sees.
    Look("spoken to", lambda page: None, LABELS),
    # 2.4.11: what has the focus is not under a bar; at 1.4.10's size too, which is 1280 by 1024 seen at 400 %.
    Look("by keys", lambda page: None, WALK),
    Look("at 400 %", glass(320, 256), WALK),
    # 1.4.4: the size that the telephone's settings ask for.
    Look("in large letters", lambda page: (glass(360, 740)(page), page.evaluate(LARGER)), LARGE),
    # Forced colours take every ground and shadow away: what only those told apart is one with the page.
    Look("in the system's colours", lambda page: page.emulate_media(forced_colors="active"), FORCED),
    Look("in calm", lambda page: page.emulate_media(forced_colors="none", reduced_motion="reduce"), MOVES),
]


@pytest.fixture(scope="module")
def loaded_data(loaded_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The territory on its hard day: what holds with short names is no proof."""
    folder = tmp_path_factory.mktemp("hard-day")
    shutil.copytree(loaded_data, folder, dirs_exist_ok=True)
    hard_day.write(folder)
    return folder


@pytest.fixture
def phone(browsers: Browsers) -> Page:
    browsers.allow("status of 404", "status of 422")
    return browsers.open("Galaxy Tab S9 landscape", 360, 740).pages[0]


@pytest.mark.timeout(900)  # fifty screens, six times
def test_every_screen_holds_for_everyone(house: RunningHouse, phone: Page) -> None:
    found = []
    for screen in (*SCREENS, *FORMS):
        screen.open(phone, house.url)
        for look in LOOKS:
            look.prepare(phone)
            found += [f"{screen}, {look.name}: {wrong}" for wrong in phone.evaluate(look.script)]
        phone.emulate_media(reduced_motion="no-preference")
    assert found == [], "\n".join(found)


def test_the_focus_is_in_sight_as_it_comes_by_the_key(house: RunningHouse, phone: Page) -> None:
    """The longest form, tabbed through as a person does."""
    glass(320, 256)(phone)
    FORMS[0].open(phone, house.url)
    many = phone.locator("a[href], button, input, select, textarea, summary").count()
    phone.evaluate("document.activeElement.blur()")
    found, fields = [], set()
    for _ in range(many):
        phone.keyboard.press("Tab")
        found += phone.evaluate(f"{COVERED}(document.activeElement)")
        fields.add(phone.evaluate("document.activeElement.name"))
    assert found == [], "\n".join(found)
    assert {"birth_name", "birth_date", "phone", "address"} <= fields


def test_calm_holds_back_a_second_tap_still(house: RunningHouse, phone: Page) -> None:
    """And without it there is motion, or the walk above would prove nothing."""
    SCREENS[0].open(phone, house.url)
    assert phone.evaluate(MOVES) != []
    phone.emulate_media(reduced_motion="reduce")
    assert phone.evaluate("getComputedStyle(document.body).animationDuration") == "0.7s"
