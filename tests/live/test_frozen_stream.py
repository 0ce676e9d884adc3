"""A stream that is open and carries nothing: the page notices, says so, looks by itself, and listens again; and the
windows of one browser never take each other's connections. In a real browser, under the real security policy."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from app.live import views
from tests.live.conftest import COOKIE, House, Server, wait_for_stream
from tests.services.weak_network import WeakNetwork, weak_network

BEAT, LOOK = 1.5, 2.0  # seconds
STREAMS = 4

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SIGNS = """number => new Promise((done) => {
  let heard = 0;
  document.getElementById("live").addEventListener("alive", () => ++heard === number && done());
})"""


@pytest.fixture
def engine_url(tmp_path: Path) -> str:
    """One engine is enough for the browser's half."""
    return f"sqlite:///{tmp_path / 'relais.sqlite3'}"


@pytest.fixture(autouse=True)
def beat(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "HEARTBEAT", BEAT)
    monkeypatch.setattr(views, "LOOK_EVERY", LOOK)


@pytest.fixture
def network(server: Server) -> Iterator[WeakNetwork]:
    with weak_network(server.port) as network:
        yield network


@pytest.fixture
def key(house: House) -> UUID:
    key = uuid4()
    house.watched.add(key)
    return key


@pytest.fixture
def windows(house: House, chromium: Browser, network: WeakNetwork, key: UUID) -> Iterator[Callable[[], Page]]:
    """Opens another window of one person's browser on the same page."""
    context = chromium.new_context()
    context.add_cookies([{"name": COOKIE, "value": house.sign_in(), "url": network.url}])
    refused: list[str] = []

    def opened(context: BrowserContext = context) -> Page:
        page = context.new_page()
        page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
        page.goto(f"{network.url}/page/{key}")
        return page

    yield opened
    assert not refused
    context.close()


def looks(page: Page) -> int:
    return int(page.locator("b").inner_text())


def it_looks_by_itself_and_says_so(page: Page, house: House, key: UUID) -> None:
    expect(page.locator("#silence")).to_be_visible()
    expect(page.locator("#offline")).to_be_hidden()
    for _ in range(2):
        before = looks(page)
        house.change(key)
        expect(page.locator("b")).not_to_have_text(str(before))
    expect(page.locator("#silence")).to_be_visible()


def it_listens_again(page: Page, house: House, key: UUID) -> None:
    expect(page.locator("#silence")).to_be_hidden()
    wait_for_stream(page)
    before = looks(page)
    house.change(key)
    expect(page.locator("b")).not_to_have_text(str(before))


def test_a_stream_that_stays_open_and_goes_silent_is_noticed(house, network, windows, key) -> None:
    page = windows()
    wait_for_stream(page)
    house.change(key)
    expect(page.locator("b")).to_have_text("2")
    network.freeze("/live?")
    house.change(key)
    it_looks_by_itself_and_says_so(page, house, key)
    network.mend()
    it_listens_again(page, house, key)


@pytest.mark.parametrize("how", [WeakNetwork.freeze, WeakNetwork.pass_headers_only])
def test_a_stream_that_never_carried_anything_is_noticed(house, network, windows, key, how) -> None:
    how(network, "/live?")
    page = windows()
    it_looks_by_itself_and_says_so(page, house, key)
    network.mend()
    it_listens_again(page, house, key)


def test_without_a_stream_only_what_changed_is_fetched(house, network, windows, key) -> None:
    network.freeze("/live?")
    page = windows()
    for _ in range(3):
        page.wait_for_event("response", lambda answer: "/live/changes" in answer.url)
    assert looks(page) == 1
    house.change(key)
    expect(page.locator("b")).to_have_text("2")
    page.wait_for_event("response", lambda answer: "/live/changes" in answer.url)
    assert looks(page) == 2


def test_without_a_stream_words_do_not_grow_old(network, windows, monkeypatch) -> None:
    monkeypatch.setattr(views, "WORDS_LAST", LOOK)
    network.freeze("/live?")
    page = windows()
    for _ in range(2):
        expect(page.locator("b")).not_to_have_text(str(looks(page)))


def test_without_a_stream_a_page_whose_person_left_goes_to_sign_in(house, network, windows, key) -> None:
    network.freeze("/live?")
    page = windows()
    expect(page.locator("#silence")).to_be_visible()
    with page.expect_navigation():
        house.sign_out_all()


def test_a_calm_stream_is_no_silent_one(windows) -> None:
    page = windows()
    wait_for_stream(page)
    page.evaluate(SIGNS, 3)
    expect(page.locator("#silence")).to_be_hidden()
    assert looks(page) == 1


def test_seven_windows_of_one_browser_all_work(house, windows, key) -> None:
    pages = [windows() for _ in range(7)]
    for page in pages[:STREAMS]:
        wait_for_stream(page)
    assert streams(house) == STREAMS
    for page in pages:
        assert page.evaluate("fetch(location.href, { method: 'HEAD' }).then((answer) => answer.status)") == 200
    shown = [looks(page) for page in pages]
    house.change(key)
    for page, before in zip(pages, shown, strict=True):
        expect(page.locator("b")).not_to_have_text(str(before))


def test_a_window_that_is_hidden_or_closed_gives_its_turn_to_another(house, windows, key) -> None:
    first, second, *others = [windows() for _ in range(STREAMS + 2)]
    wait_for_stream(first)
    first.evaluate(HIDE, True)
    second.close()
    for page in others:
        wait_for_stream(page)
    house.change(key)
    first.evaluate(HIDE, False)  # no turn is left: it looks
    expect(first.locator("b")).not_to_have_text("1")
    others[0].close()
    wait_for_stream(first)


def streams(house: House) -> int:
    return len([one for one in house.app.extensions["live"]._listeners if not one.dismissed])
