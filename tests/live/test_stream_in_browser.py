"""The vendored htmx and its stream extension in a real browser, under the real content security policy."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from app.live import views
from tests.live.conftest import COOKIE, House, Server, wait_for_stream


@pytest.fixture
def engine_url(tmp_path: Path) -> str:
    """One engine is enough for the browser's half."""
    return f"sqlite:///{tmp_path / 'relais.sqlite3'}"


@pytest.fixture(autouse=True)
def patient_beat(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no silent stream."""
    monkeypatch.setattr(views, "HEARTBEAT", 3.0)


@pytest.fixture
def visit(chromium: Browser, house: House, server: Server) -> Iterator[tuple[Page, str, object]]:
    key, token = uuid4(), house.sign_in()
    house.watched.add(key)
    context = chromium.new_context()
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    root = f"http://localhost:{server.port}"
    context.add_cookies([{"name": COOKIE, "value": token, "url": root}])
    page = context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    page.goto(f"{root}/page/{key}")
    expect(page.locator("b")).to_have_text("1")
    wait_for_stream(page)
    yield page, token, key
    assert not refused
    context.close()


def looks(page: Page) -> int:
    return int(page.locator("b").inner_text())


def test_each_change_makes_the_section_look_once_and_keeps_what_is_typed(house, visit) -> None:
    page, _, key = visit
    page.locator("#typed").fill("half a wor")
    for expected in ("2", "3", "4"):
        house.change(key)
        expect(page.locator("b")).to_have_text(expected)
    page.wait_for_timeout(1000)
    assert looks(page) == 4
    assert page.locator("#typed").input_value() == "half a wor"
    assert page.locator("#live").inner_html() == ""
    page.locator("#copy").click()
    assert page.evaluate("navigator.clipboard.readText()") == "abc"


def test_a_server_that_comes_back_is_found_again_and_what_was_missed_is_shown(house, server, visit) -> None:
    page, _, key = visit
    server.stop()
    expect(page.locator("#offline")).to_be_visible()
    house.change(key)
    server.start()
    expect(page.locator("#offline")).to_be_hidden()
    expect(page.locator("b")).not_to_have_text("1")


def test_signing_out_elsewhere_reloads_the_page(house, visit) -> None:
    page, token, _ = visit
    with page.expect_navigation():
        house.sign_out(token)


def test_without_a_right_left_the_page_asks_by_itself(house, visit) -> None:
    page, _, key = visit
    house.watched.discard(key)
    expect(page.locator("#live")).not_to_be_attached()
    expect(page.locator("b")).not_to_have_text("1")


def test_a_page_whose_first_attempt_failed_polls_and_then_listens(house, server, chromium) -> None:
    key, token = uuid4(), house.sign_in()
    context = chromium.new_context()
    root = f"http://localhost:{server.port}"
    context.add_cookies([{"name": COOKIE, "value": token, "url": root}])
    page = context.new_page()
    page.goto(f"{root}/page/{key}")  # not yet watched: the stream is refused
    expect(page.locator("b")).not_to_have_text("1")
    assert page.locator("#live").inner_html() == ""
    house.watched.add(key)
    wait_for_stream(page)
    context.close()


def test_a_slow_network_does_not_lose_the_stream(house, server, chromium) -> None:
    """The extension may arrive long after htmx itself: the layout's order of scripts must not care."""
    key, token = uuid4(), house.sign_in()
    house.watched.add(key)
    context = chromium.new_context()
    root = f"http://localhost:{server.port}"
    context.add_cookies([{"name": COOKIE, "value": token, "url": root}])
    page = context.new_page()
    page.route("**/hx-sse*", lambda route: (page.wait_for_timeout(700), route.continue_()))
    page.goto(f"{root}/page/{key}")
    wait_for_stream(page)
    house.change(key)
    expect(page.locator("b")).to_have_text("2")
    context.close()
