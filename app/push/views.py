"""What a browser says to us about its own alerts."""

from uuid import UUID

from flask import Blueprint, Response, abort, current_app, jsonify, request
from flask_wtf.csrf import generate_csrf

from app.accounts.guards import me, signed_in
from app.core import clock
from app.core.db import transaction
from app.core.security import capability, csrf
from app.push import actions, rules, vapid
from app.push.payload import receipt_token_matches

bp = Blueprint("push", __name__, url_prefix="/push")


@bp.get("/key")
@signed_in
def key() -> Response:
    """The key to subscribe with, and the CSRF token that a service worker has no page to read from."""
    return jsonify(key=vapid.public_key(), csrf=generate_csrf())


@bp.post("/subscription")
@signed_in
def subscribe() -> tuple[Response, int] | tuple[str, int]:
    """Takes `PushSubscription.toJSON()`; posted again at each opening: a browser may change it in silence."""
    endpoint, keys = _text("endpoint"), _body().get("keys")
    p256dh, auth = (keys.get("p256dh"), keys.get("auth")) if isinstance(keys, dict) else (None, None)
    if not rules.may_call(endpoint, current_app.config["SETTINGS"].push_hosts):
        return jsonify(reason="this push service is not on the list of those we call"), 403
    if not isinstance(p256dh, str) or not isinstance(auth, str):
        return jsonify(reason="keys are missing"), 422
    if trouble := rules.key_trouble(p256dh, auth):
        return jsonify(reason=trouble), 422
    with transaction():
        actions.subscribe(me().id, endpoint, p256dh, auth, clock.now())
    return "", 204


@bp.delete("/subscription")
@signed_in
def unsubscribe() -> tuple[str, int]:
    with transaction():
        actions.unsubscribe(me().id, _text("endpoint"))
    return "", 204


@bp.post("/receipts/<uuid:message_id>")
@csrf.exempt  # type: ignore[untyped-decorator]
@capability("the token came inside the encrypted message, so it proves which phone has it")
def receive(message_id: UUID) -> tuple[str, int]:
    if not receipt_token_matches(message_id, _text("token")):
        abort(404)
    with transaction():
        if not actions.receive(message_id, clock.now()):
            abort(404)
    return "", 204


def _body() -> dict[str, object]:
    body = request.get_json(silent=True)
    return body if isinstance(body, dict) else {}


def _text(name: str) -> str:
    value = _body().get(name)
    return value if isinstance(value, str) else ""
