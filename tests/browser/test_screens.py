"""Every screen, on the device it is for, light and dark: well-formed, reachable, readable by everyone."""

from collections import Counter

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import RunningHouse
from tests.browser.screens import SCREENS
from tests.services.browser import Browsers, assert_accessible


@pytest.fixture
def screen(device: str, browsers: Browsers) -> Page:
    browsers.allow("status of 404", "status of 422")
    return (browsers.phone() if device == "phone" else browsers.tablet()).pages[0]


@pytest.mark.timeout(900)  # eighty looks: a machine with other work takes its time
@pytest.mark.parametrize("device", ["phone", "tablet"])
def test_every_screen_is_sound(screen: Page, device: str, house: RunningHouse) -> None:
    for each in SCREENS:
        if device not in each.devices:
            continue
        screen.emulate_media(color_scheme="light")
        each.open(screen, house.url)
        where = str(each)
        assert screen.locator("h1").count() == 1, where
        ids = screen.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
        assert [name for name, times in Counter(ids).items() if times > 1] == [], where
        assert unlabelled(screen) == [], where
        assert too_small(screen) == [], where
        assert_stays_within(screen, where)
        assert_accessible(screen)
        # The same page at night, of which nothing but the colours is another (test_the_night_changes_colours_only).
        screen.emulate_media(color_scheme="dark")
        assert screen.evaluate("matchMedia('(prefers-color-scheme: dark)').matches"), where
        assert_stays_within(screen, where)
        assert_accessible(screen, only=("color-contrast", "link-in-text-block"))


def assert_stays_within(page: Page, where: str) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where} scrolls sideways"


def unlabelled(page: Page) -> list[str]:
    return page.evaluate(
        """[...document.querySelectorAll('input:not([type=hidden]), select, textarea, button')]
        .filter(e => !(e.labels?.length || e.getAttribute('aria-label') || e.textContent.trim()))
        .map(e => e.outerHTML.slice(0, 100))"""
    )


def too_small(page: Page) -> list[str]:
    """Targets of a thumb: 48 px high, links within a sentence and boxes with a large label excepted."""
    return page.evaluate(
        """[...document.querySelectorAll('button, .button, nav a, summary')]
        .filter(e => e.offsetParent && e.getBoundingClientRect().height < 47.5)
        .map(e => e.outerHTML.slice(0, 100))"""
    )
