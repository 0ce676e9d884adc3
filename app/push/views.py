"""What a browser says to us about its own alerts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, jsonify, request, session, url_for
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import IntegrityError

from app.accounts.guards import by_account, me, signed_in
from app.accounts.rules import device_label
from app.core import clock
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.core.incoming import json_body
from app.core.limits import MINUTE, by_address, limited
from app.core.security import capability
from app.push import queries, rules, sms, subscriptions, vapid
from app.push.models import Message
from app.push.payload import receipt_token_matches
from app.push.reachability import TEST_LIFE, Sign, Tested, judge_device, test_outcome

bp = Blueprint("push", __name__, url_prefix="/push")

DEVICE = "device"
"""Where the session keeps which subscription is this browser's."""

Answer = tuple[Response, int] | tuple[str, int]

NOT_CALLED = (
    "Ce navigateur reçoit ses alertes par un service que Relais n'appelle pas. Prenez Chrome, Edge, Firefox ou Safari, "
    "ou gardez cette page ouverte\u00a0: elle se met à jour seule."
)
UNUSABLE = (
    "Ce navigateur a donné des clés qui ne peuvent pas servir. Mettez-le à jour, puis recommencez. D'ici là, gardez "
    "cette page ouverte\u00a0: elle se met à jour seule."
)


@dataclass(frozen=True)
class Told:
    """A `PushSubscription.toJSON()` as it came, hence from anyone; what is no text is empty."""

    endpoint: str
    p256dh: str
    auth: str

    @classmethod
    def read(cls, value: object) -> "Told":
        body = _object(value)
        keys = _object(body.get("keys"))
        return cls(_word(body, "endpoint"), _word(keys, "p256dh"), _word(keys, "auth"))

    @property
    def refusal(self) -> tuple[Response, int] | None:
        """Why no alert could be sent there: `reason` for us, `words` for the page."""
        if not rules.may_call(self.endpoint, current_app.config["SETTINGS"].push_hosts):
            return jsonify(reason="this push service is not on the list of those we call", words=NOT_CALLED), 403
        if trouble := rules.key_trouble(self.p256dh, self.auth):
            return jsonify(reason=trouble, words=UNUSABLE), 422
        return None


@bp.get("/key")
@signed_in
def key() -> Response:
    """The key to subscribe with, and the CSRF token that a service worker has no page to read from."""
    return jsonify(key=vapid.public_key(), csrf=generate_csrf())


@bp.post("/subscription")
@signed_in
@limited("push subscription", 120, MINUTE, of=by_account)
def subscribe() -> Answer:
    """Takes `PushSubscription.toJSON()`; posted again at each opening: a browser may change it in silence."""
    told, name = Told.read(json_body()), device_label(request.user_agent.string)
    if refused := told.refusal:
        return refused
    with transaction():
        subscriptions.subscribe(me().id, told.endpoint, told.p256dh, told.auth, clock.now(), name)
        session[DEVICE] = str(queries.device_at(told.endpoint))
    return "", 204


@bp.post("/subscription/renewal")
@capability("the old address with its secret, which only this phone and we know, proves which phone it is")
@limited("push renewal", 60, MINUTE, of=by_address, failures=True)
def renew() -> Answer:
    """Takes `{"old": …, "new": …}`, two subscriptions: browsers replace one whoever is signed in, or nobody."""
    body = json_body()
    old, new = Told.read(body.get("old")), Told.read(body.get("new"))
    if refused := new.refusal:
        return refused
    try:
        with transaction():
            renewed = subscriptions.renew(old.endpoint, old.auth, new.endpoint, new.p256dh, new.auth)
    except IntegrityError:  # A page of hers says it at this very moment.
        renewed = False
    return ("", 204) if renewed else abort(404)


@bp.delete("/subscription")
@signed_in
def unsubscribe() -> tuple[str, int]:
    with transaction():
        subscriptions.unsubscribe(me().id, _word(json_body(), "endpoint"))
    return "", 204


def forget_this_device() -> None:
    """Signing out: this phone is alerted no more, and what its last notices could answer is dead."""
    if DEVICE in session:
        subscriptions.forget(UUID(session.pop(DEVICE)))


@bp.get("/devices")
@signed_in
def devices() -> Response:
    """The person's devices, and whether she can be reached."""
    mine, now = me().id, clock.now()
    return page(
        "push/devices.html",
        fragment="push/_devices.html",
        devices=[(one, judge_device(one.facts, now)) for one in queries.devices_of([mine], now)[mine]],
        judgement=queries.judgements([mine], now)[mine],
        this_device=session.get(DEVICE),
        tests=tests(mine, now),
        tester=mine,
        usefulness=queries.usefulness(mine, now),
        live_topics=[f"push-test-{mine}"],
    )


@bp.post("/devices/<uuid:device_id>/removal")
@signed_in
def remove(device_id: UUID) -> Response:
    with transaction():
        if not subscriptions.remove(device_id, me().id):
            abort(404)
    return see_other(url_for("push.devices"))


@bp.get("/test")
@signed_in
def show_test() -> Response:
    """How far the test has come, as the part of a page that asks for it."""
    if request.headers.get("HX-Request") != "true":
        return see_other(url_for("push.devices"))
    mine = me().id
    return page("push/_test.html", tests=tests(mine, clock.now()), tester=mine)


@bp.post("/test")
@signed_in
@limited("push test", 6, MINUTE, of=by_account)
def test() -> Response:
    """Ring every device of the person who asks. A second tap while the first test is on rings nothing more."""
    mine, now = me().id, clock.now()
    with transaction():
        if not any(tested.sign is Sign.WAITING for _name, tested in tests(mine, now)):
            subscriptions.try_devices(mine, now)
    return show_test()


def tests(account_id: UUID, now: datetime) -> list[tuple[str, Tested]]:
    """(device's name, what is known) of the latest test."""
    return [
        (message.subscription.name if message.subscription else "", _tested(message, now))
        for message in queries.last_test(account_id, now)
    ]


def _tested(message: Message, now: datetime) -> Tested:
    return test_outcome(
        message.state.value,
        message.last_status,
        started_at=message.expires_at - TEST_LIFE,
        received_at=message.received_at,
        now=now,
    )


@bp.post("/receipts/<uuid:message_id>")
@capability("the token came inside the encrypted message, so it proves which phone has it")
def receive(message_id: UUID) -> tuple[str, int]:
    if not receipt_token_matches(message_id, _word(json_body(), "token")):
        abort(404)
    with transaction():
        if not subscriptions.receive(message_id, clock.now()):
            abort(404)
    return "", 204


@bp.post("/sms-reports/<uuid:message_id>/<token>")
@capability("the SMS gateway alone was given this address, for this SMS")
def report_sms(message_id: UUID, token: str) -> tuple[str, int]:
    """JSON in (`sms.py`). Whatever is no news is taken all the same, so that the gateway does not say it again."""
    if not sms.report_token_matches(message_id, token):
        abort(404)
    try:
        arrived = sms.arrived(json_body())
    except ValueError:
        return "", 422
    with transaction():
        if not subscriptions.report_sms(message_id, arrived, clock.now()):
            abort(404)
    return "", 204


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
