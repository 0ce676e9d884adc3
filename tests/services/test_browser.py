"""The instruments themselves, on a page as strict as those of Relais."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.services.browser import Browsers, assert_accessible, deliver_push, virtual_authenticator
from tests.services.notifications import NotificationCentre
from tests.services.push_service import FakePushService

PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Essai</title>
<link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">
<script src="/page.js" defer></script>
</head><body><main><h1>Essai</h1><p id="clicked">rien</p></main></body></html>"""
SCRIPT = """navigator.serviceWorker.register("/worker.js");
navigator.serviceWorker.onmessage = (event) => {
  document.getElementById("clicked").textContent = event.data; };"""
WORKER = """self.onactivate = (event) => event.waitUntil(clients.claim());
self.onpush = (event) => event.waitUntil(registration.showNotification(event.data.json().title, {
  body: "Soins infirmiers", requireInteraction: true, actions: [{action: "accept", title: "Accepter"}]}));
self.onnotificationclick = (event) => event.waitUntil(clients.matchAll().then((all) => {
  all.forEach((client) => client.postMessage("clic " + (event.action || "sur la notification"))); }));"""
FILES = {
    "/": ("text/html", PAGE),
    "/page.js": ("text/javascript", SCRIPT),
    "/worker.js": ("text/javascript", WORKER),
}


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        kind, content = FILES.get(self.path, ("text/plain", ""))
        self.send_response(200 if self.path in FILES else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", "default-src 'self'; img-src 'self' data:; base-uri 'none'")
        self.end_headers()
        self.wfile.write(content.encode())

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://localhost:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browsers: Browsers, site: str) -> Page:
    page = browsers.phone(dark=True).pages[0]
    page.goto(site)
    return page


def test_a_phone_is_a_phone(page: Page) -> None:
    assert page.evaluate("[innerWidth, innerHeight, navigator.maxTouchPoints > 0]") == [360, 740, True]
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")


def test_a_tablet_is_a_tablet(browsers: Browsers, site: str) -> None:
    page = browsers.tablet().pages[0]
    page.goto(site)
    assert page.evaluate("[innerWidth, innerHeight, matchMedia('(pointer: coarse)').matches]") == [
        1180,
        820,
        True,
    ]


def test_a_pushed_notification_is_clicked(page: Page, notification_centre: NotificationCentre) -> None:
    deliver_push(page, {"title": "Nouvelle demande"})
    notice = notification_centre.wait_for(1)[0]
    assert (notice.title, notice.buttons) == ("Nouvelle demande", ("Accepter",))
    notification_centre.click(notice, "Accepter")
    page.get_by_text("clic accept").wait_for()


def test_a_push_wakes_a_sleeping_worker(page: Page, notification_centre: NotificationCentre) -> None:
    deliver_push(page, {"title": "Première"})
    deliver_push(page, {"title": "Seconde"}, stopped=True)
    shown = notification_centre.wait_for(2)
    assert [notice.title for notice in shown] == ["Première", "Seconde"]
    notification_centre.click(shown[1])
    page.get_by_text("clic sur la notification").wait_for()


def test_a_subscription_is_the_one_the_test_holds(browsers: Browsers, site: str, push_service: FakePushService) -> None:
    device = push_service.new_device()
    page = browsers.phone(push=device).pages[0]
    page.goto(site)
    subscribe = """navigator.serviceWorker.ready
        .then(ready => ready.pushManager.subscribe(
            {userVisibleOnly: true, applicationServerKey: new Uint8Array([4, 1, 2])}))
        .then(subscription => JSON.parse(JSON.stringify(subscription)))"""
    assert page.evaluate(subscribe) == device.subscription
    page.reload()
    kept = "navigator.serviceWorker.ready.then(r => r.pushManager.getSubscription()).then(s => s.endpoint)"
    assert page.evaluate(kept) == device.endpoint


def test_a_passkey_is_made_with_the_finger(page: Page) -> None:
    finger = virtual_authenticator(page)
    create = """() => navigator.credentials.create({publicKey: {
        rp: {name: "Relais"}, user: {id: new Uint8Array([1]), name: "n", displayName: "N"},
        challenge: new Uint8Array(16), pubKeyCredParams: [-7, -8].map(alg => ({type: "public-key", alg})),
        authenticatorSelection: {residentKey: "required", userVerification: "required"}}})
        .then(made => made.type, refused => refused.name)"""
    assert page.evaluate(create) == "public-key"
    assert len(finger.credentials) == 1
    finger.verifies(False)
    assert page.evaluate(create) == "NotAllowedError"


def test_an_inaccessible_page_is_told(page: Page) -> None:
    assert_accessible(page)
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        assert_accessible(page)


def test_complaints_fail_the_test_unless_allowed(browsers: Browsers, page: Page) -> None:
    page.evaluate("""() => { const script = document.createElement('script');
        script.textContent = '1'; document.head.append(script);
        setTimeout(() => { throw new Error('boom') }); }""")
    page.evaluate("fetch('/absent')")
    for expected in ("Content Security Policy", "boom", "404"):
        for _ in range(3000):
            if any(expected in complaint for complaint in browsers.complaints):
                break
            page.wait_for_timeout(20)
        assert any(expected in complaint for complaint in browsers.complaints), browsers.complaints
    browsers.allow("Content Security Policy", "boom")
    with pytest.raises(AssertionError, match="404"):
        browsers.close()
