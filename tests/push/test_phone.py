"""The browser's half, in Chromium: asking, subscribing, showing, reporting, answering, and being offline."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask, Response, jsonify, render_template_string, request
from playwright.sync_api import Page, expect

from app import clock, shell
from app.accounts.models import Account
from app.core import ways
from app.core.db import Model, db, transaction
from app.core.security import csrf, public
from app.language import templates
from app.messages.actions import alert
from app.push.models import Message, Subscription
from app.push.sender import send_due
from tests.conftest import close_engines, settings_for
from tests.push.house import NOTICE, SOON, new_account, one_room
from tests.services.browser import Browsers, deliver_push
from tests.services.notifications import NotificationCentre
from tests.services.push_service import FakePushService, PushDevice
from tests.services.web_server import serving

PAGE = """<!doctype html><html lang="fr"><head><title>Essai</title><link rel="icon" href="data:,">
{% include "push/_script.html" %}</head>
<body><main><h1>{{ title }}</h1>{% include "push/_ask.html" %}</main></body></html>"""

IN_CHARGE = """new Promise((done) => navigator.serviceWorker.controller ? done()
  : navigator.serviceWorker.addEventListener("controllerchange", () => done()))"""


@dataclass
class Site:
    """The push room served on localhost, with an inbox page and a place where answers land."""

    app: Flask
    subject_id: UUID
    account_id: UUID | None = None
    url: str = ""
    keeps: bool = True
    answer_status: int = 200
    answers: list[dict] = field(default_factory=list)

    def ask(self, question):
        """Run `question` in a thread of its own: Playwright keeps an asyncio loop in this one."""

        def inside():
            with self.app.app_context():
                try:
                    return question()
                finally:
                    db.session.remove()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(inside).result()

    def alert(self) -> None:
        def owe() -> None:
            now = clock.now()
            with transaction():
                alert(self.account_id, self.subject_id, "offer", NOTICE, now=now, expires_at=now + SOON)

        self.ask(owe)
        self.ask(lambda: send_due(clock.now()))

    def wait_until(self, page: Page, fact) -> None:
        for _ in range(1200):
            if self.ask(fact):
                return
            page.wait_for_timeout(50)
        raise AssertionError("it never became true")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    app = one_room(settings_for(f"sqlite:///{tmp_path / 'relais.sqlite3'}", tmp_path))
    ways.init_app(app)
    shell.init_app(app)
    templates.init_app(app)
    site = Site(app, UUID("0190aaaa-0000-7000-8000-000000000001"))
    app.login_manager.request_loader(lambda _: db.session.get(Account, site.account_id))

    @app.get("/inbox")
    @app.get("/elsewhere")
    @public("a page to open")
    def inbox() -> Response:
        response = Response(render_template_string(PAGE, title=request.path, answers_requests=True))
        if site.keeps and request.path == "/inbox":
            response.headers["X-Offline"] = "keep"
        return response

    @app.get("/offers/<uuid:offer>")
    @public("where a tap leads")
    def offer(offer: UUID) -> str:
        return render_template_string(PAGE, title="La demande", answers_requests=True)

    @app.post("/offers/notice-answers/<uuid:message>")
    @csrf.exempt
    @public("answers land here")
    def answer(message: UUID) -> tuple[Response, int]:
        site.answers.append(request.json)
        fate = {"fate": "Déjà prise par un confrère"} if site.answer_status == 409 else {}
        return jsonify(answer="noted", **fate), site.answer_status

    with app.app_context():
        Model.metadata.create_all(db.engine)
        site.account_id = new_account(clock.now())
        db.session.remove()
    with serving(app) as site.url:
        yield site
    with app.app_context():
        close_engines()


@pytest.fixture
def push_service() -> Iterator[FakePushService]:
    service = FakePushService()
    yield service
    service.close()


@pytest.fixture
def device(push_service: FakePushService) -> PushDevice:
    return push_service.new_device()


@pytest.fixture
def page(browsers: Browsers, site: Site, device: PushDevice) -> Page:
    """A phone on the inbox page, whose worker is in charge and whose subscription the server has."""
    page = browsers.phone(push=device).pages[0]
    page.goto(site.url + "/inbox")
    page.evaluate(IN_CHARGE)
    site.wait_until(page, lambda: db.session.query(Subscription).count())
    return page


def received(site: Site):
    return lambda: db.session.query(Message).filter(Message.received_at.is_not(None)).count()


def test_a_push_is_shown_with_its_buttons_reported_and_answered_by_a_tap(
    site: Site, page: Page, device: PushDevice, notification_centre: NotificationCentre
) -> None:
    site.alert()
    [message] = device.wait_for(1)
    deliver_push(page, message.data, stopped=True)
    [notice] = notification_centre.wait_for(1)
    assert (notice.title, notice.buttons) == (NOTICE.title, ("Accepter", "Refuser"))
    site.wait_until(page, received(site))
    notification_centre.click(notice, "Accepter")
    site.wait_until(page, lambda: site.answers)
    [said] = site.answers
    assert (said["token"], said["answer"]) == (message.json["answers"]["accept"]["token"], "accept")
    assert shown(page, notification_centre, "C’est noté") == ()


def shown(page: Page, centre: NotificationCentre, title: str) -> tuple[str, ...]:
    """The buttons of the notice with this title, once it is the only one."""
    for _ in range(1200):
        if [title in one.title for one in centre.notices] == [True]:
            return centre.notices[0].buttons
        page.wait_for_timeout(50)
    raise AssertionError(f"shown: {centre.notices}")


@pytest.mark.parametrize(
    ("status", "said"), [(409, "Déjà prise par un confrère"), (404, "Ouvrez Relais pour répondre")]
)
def test_too_late_is_said_where_the_tap_was(
    site: Site, page: Page, device: PushDevice, notification_centre: NotificationCentre, status: int, said: str
) -> None:
    site.answer_status = status
    site.alert()
    [message] = device.wait_for(1)
    deliver_push(page, message.data)
    [notice] = notification_centre.wait_for(1)
    notification_centre.click(notice, "Refuser")
    shown(page, notification_centre, said)


def test_a_tap_without_network_says_that_nothing_left(
    site: Site, page: Page, device: PushDevice, notification_centre: NotificationCentre
) -> None:
    site.alert()
    [message] = device.wait_for(1)
    deliver_push(page, message.data)
    [notice] = notification_centre.wait_for(1)
    page.context.set_offline(True)
    notification_centre.click(notice, "Accepter")
    shown(page, notification_centre, "Pas encore envoyé")
    assert site.answers == []


def test_a_tap_on_the_notice_brings_the_open_page_there(
    site: Site, page: Page, device: PushDevice, notification_centre: NotificationCentre
) -> None:
    site.alert()
    [message] = device.wait_for(1)
    deliver_push(page, message.data)
    [notice] = notification_centre.wait_for(1)
    notification_centre.click(notice)
    page.wait_for_url(f"{site.url}/{NOTICE.path}")


@pytest.mark.parametrize("data", ["", "not json", "{}"])
def test_a_push_nobody_can_read_still_shows_something(
    page: Page, notification_centre: NotificationCentre, data: str
) -> None:
    deliver_push(page, data)
    [notice] = notification_centre.wait_for(1)
    assert (notice.title, notice.buttons) == ("Relais", ())


def test_a_lost_subscription_is_found_again_at_the_next_opening(site: Site, page: Page) -> None:
    def lose() -> None:
        with transaction():
            db.session.query(Subscription).delete()

    site.ask(lose)
    page.reload()
    site.wait_until(page, lambda: db.session.query(Subscription).count())


def test_a_subscription_replaced_while_nobody_is_signed_in_stays_the_same_phone(
    site: Site, page: Page, device: PushDevice, push_service: FakePushService
) -> None:
    site.app.login_manager.request_loader(lambda _: None)
    renewed = push_service.new_device()
    old = device.subscription | {"options": {"applicationServerKey": "k"}}
    change = {"oldSubscription": old, "newSubscription": renewed.subscription}
    page.context.service_workers[0].evaluate("change => renew(change)", change)
    endpoints = site.ask(lambda: [row.endpoint for row in db.session.query(Subscription)])
    assert endpoints == [renewed.endpoint]


def test_a_push_service_that_is_not_called_is_said_in_the_servers_words(
    browsers: Browsers, site: Site, device: PushDevice
) -> None:
    browsers.allow("status of 403")
    elsewhere = device.subscription | {"endpoint": "https://push.example/x"}
    page = browsers.phone(push=device).pages[0]
    page.route("**/push/subscription", lambda route: route.continue_(post_data=json.dumps(elsewhere)))
    page.goto(site.url + "/inbox")
    expect(page.get_by_role("status")).to_contain_text("un service que Relais n’appelle pas")


def test_without_network_the_last_inbox_can_be_read_and_the_rest_says_so(
    browsers: Browsers, site: Site, page: Page
) -> None:
    browsers.allow("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    page.reload()
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("/inbox")
    page.goto(site.url + "/elsewhere")
    expect(page.get_by_role("heading", level=1)).to_have_text("Pas de réseau")


def test_once_signed_out_nothing_of_the_inbox_stays_on_the_phone(browsers: Browsers, site: Site, page: Page) -> None:
    browsers.allow("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    page.reload()
    assert kept_inboxes(page) == 1
    site.keeps = False
    page.reload()
    assert kept_inboxes(page) == 0


def kept_inboxes(page: Page) -> int:
    names = page.evaluate("caches.keys()")
    return sum(bool(re.match("inbox:", name)) for name in names)


def test_what_the_phone_can_do_is_said_in_plain_words(browsers: Browsers, site: Site) -> None:
    context = browsers.phone(permissions=[])
    context.add_init_script("delete window.PushManager")
    page = context.pages[0]
    page.goto(site.url + "/inbox")
    expect(page.get_by_role("status")).to_contain_text("ne sait pas recevoir d’alertes")
    expect(page.get_by_role("button", name="Activer les alertes")).to_be_hidden()


def test_permission_is_asked_by_a_tap_only(browsers: Browsers, site: Site, device: PushDevice) -> None:
    context = browsers.phone(push=device, permissions=[])
    context.add_init_script(
        """let said = "default";
        Object.defineProperty(Notification, "permission", { get: () => said });
        Notification.requestPermission = async () => (said = "granted");"""
    )
    page = context.pages[0]
    page.goto(site.url + "/elsewhere")
    button = page.get_by_role("button", name="Activer les alertes")
    expect(button).to_be_visible()
    assert site.ask(lambda: db.session.query(Subscription).count()) == 0
    button.tap()
    expect(page.get_by_role("status")).to_contain_text("ce téléphone reçoit les demandes")
    expect(button).to_be_hidden()
    assert site.ask(lambda: db.session.query(Subscription).count()) == 1
