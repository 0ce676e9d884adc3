"""What a browser says to us: where to send its alerts, and that one has arrived."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, jsonify, request, session
from flask_wtf.csrf import generate_csrf
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.guards import by_account, me, signed_in
from app.accounts.rules import device_label
from app.accounts.sessions import SignedOut
from app.core.db import transaction
from app.core.incoming import json_body
from app.core.limits import MINUTE, by_address, limited
from app.core.security import capability
from app.language.phrases import later
from app.push import actions, outbox, queries, rules, vapid
from app.push.request import receipt_token_matches

bp = Blueprint("push", __name__, url_prefix="/push")

DEVICE = "device"
"""Where the session keeps which subscription is this browser's."""

Reply = tuple[Response, int] | tuple[str, int]

NOT_CALLED = later(
    "Ce navigateur reçoit ses alertes par un service que Relais n'appelle pas. Prenez Chrome, Edge, Firefox ou Safari, "
    "ou gardez cette page ouverte : elle se met à jour seule."
)
UNUSABLE = later(
    "Ce navigateur a donné des clés qui ne peuvent pas servir. Mettez-le à jour, puis recommencez. D'ici là, gardez "
    "cette page ouverte : elle se met à jour seule."
)


@dataclass(frozen=True)
class BrowserSubscription:
    """A `PushSubscription.toJSON()` as it came, hence from anyone; what is no text is empty."""

    endpoint: str
    p256dh: str
    auth: str

    @classmethod
    def read(cls, value: object) -> "BrowserSubscription":
        body = _object(value)
        keys = _object(body.get("keys"))
        return cls(_word(body, "endpoint"), _word(keys, "p256dh"), _word(keys, "auth"))

    @property
    def refusal(self) -> tuple[Response, int] | None:
        """Why no alert could be sent there: `reason` for us, `words` for the page."""
        if not rules.may_call(self.endpoint, current_app.config["SETTINGS"].push_hosts):
            return jsonify(reason="this push service is not on the list of those we call", words=str(NOT_CALLED)), 403
        if trouble := rules.key_trouble(self.p256dh, self.auth):
            return jsonify(reason=trouble, words=str(UNUSABLE)), 422
        return None


@bp.get("/key")
@signed_in
def key() -> Response:
    """The key to subscribe with, and the CSRF token that a service worker has no page to read from."""
    return jsonify(key=vapid.public_key(), csrf=generate_csrf())


@bp.post("/subscription")
@signed_in
@limited("push subscription", 120, MINUTE, of=by_account)
def subscribe() -> Reply:
    """Takes `PushSubscription.toJSON()`; posted again at each opening: a browser may change it in silence."""
    phone, name = BrowserSubscription.read(json_body()), device_label(request.user_agent.string)
    if refused := phone.refusal:
        return refused
    with transaction():
        actions.subscribe(me().id, phone.endpoint, phone.p256dh, phone.auth, clock.now(), name)
        session[DEVICE] = str(queries.device_at(phone.endpoint))
    return "", 204


@bp.post("/subscription/renewal")
@capability("the old address with its secret, which only this phone and we know, proves which phone it is")
@limited("push renewal", 60, MINUTE, of=by_address, failures=True)
def renew() -> Reply:
    """Takes `{"old": …, "new": …}`, two subscriptions: browsers replace one whoever is signed in, or nobody."""
    body = json_body()
    old, new = BrowserSubscription.read(body.get("old")), BrowserSubscription.read(body.get("new"))
    if refused := new.refusal:
        return refused
    try:
        with transaction():
            renewed = actions.renew(old.endpoint, old.auth, new.endpoint, new.p256dh, new.auth)
    except IntegrityError:  # A page of hers says it at this very moment.
        renewed = False
    return ("", 204) if renewed else abort(404)


@bp.delete("/subscription")
@signed_in
def unsubscribe() -> tuple[str, int]:
    with transaction():
        actions.unsubscribe(me().id, _word(json_body(), "endpoint"))
    return "", 204


def forget_this_device(_signed_out: SignedOut) -> None:
    """Signing out: this phone is alerted no more, and what its last notices could answer is dead."""
    if DEVICE in session:
        outbox.forget_device(UUID(session.pop(DEVICE)))


@bp.post("/receipts/<uuid:message_id>")
@capability("the token came inside the encrypted message, so it proves which phone has it")
def receive(message_id: UUID) -> tuple[str, int]:
    if not receipt_token_matches(message_id, _word(json_body(), "token")):
        abort(404)
    with transaction():
        if not actions.receive(message_id, clock.now()):
            abort(404)
    return "", 204


def _object(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
