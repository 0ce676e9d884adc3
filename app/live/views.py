"""Which topics changed, and to which version: as a stream, or once. Never what, for whom, or by whom."""

import re
import time
from collections.abc import Callable, Iterator
from typing import cast

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask_login import current_user

from app import clock
from app.accounts.guards import me, signed_in_anywhere
from app.core.db import apart, db
from app.core.waiting import UNAVAILABLE
from app.live import queries, rights
from app.live.hub import Hub, Listener

bp = Blueprint("live", __name__)

HEARTBEAT = 15.0  # seconds between two looks at the sign-in and the rights of a listener, each with a sign of life
ALIVE = "event: alive\ndata:\n\n"  # an event and no comment: no page can see those
LOOK_EVERY = 10.0  # seconds between two looks of a page to which no stream comes
WORDS_LAST = 60.0  # seconds after which such a page is fetched again even if nothing changed: it speaks of minutes
LONGEST = 3600.0  # seconds; the page opens the next stream by itself
TOPIC = re.compile(r"([a-z_-]+-[0-9a-f-]{36})(?::([0-9]{1,15}))?")


class StreamEnded(Exception):
    """The sign-in that opened the stream ended."""


@bp.get("/live")
@signed_in_anywhere
def stream() -> Response:
    """Server-sent events (`event: <topic>`, `data: <version>`), and `alive` every `HEARTBEAT`.

    `topics`: as `queries.stamp` writes them.
    """
    asked = known_versions(request.args.get("topics", ""))
    names = rights.allowed(me(), asked)
    if not names:
        abort(403)
    hub = cast(Hub, current_app.extensions["live"])
    listening = hub.listening(me().id, {name: asked[name] for name in names})
    allowed_now = allowed_later(names)

    def body() -> Iterator[str]:
        with listening as listener:
            yield from events(listener, lambda: allowed_now() == names)

    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Response(body(), mimetype="text/event-stream", headers=headers)


@bp.get("/live/changes")
@signed_in_anywhere
def changes() -> dict[str, int]:
    """The present version of those of `topics` (as for the stream) that changed: for a page to which no stream comes.

    Its parts are then drawn only when there is something new in them, and who may hear is asked each time.
    """
    asked = known_versions(request.args.get("topics", ""))
    names = rights.allowed(me(), asked)
    if not names:
        abort(403)
    present = queries.versions(db.session.connection(), names)
    return {name: version for name, version in present.items() if version > asked[name]}


def events(listener: Listener, still_allowed: Callable[[], bool]) -> Iterator[str]:
    """The bytes of one stream. Nothing is held on the database between two looks."""
    yield ALIVE  # At once: headers alone prove nothing to the page, a proxy may pass them and hold back the rest.
    ends = time.monotonic() + LONGEST
    while not listener.dismissed and time.monotonic() < ends:
        next_check = time.monotonic() + HEARTBEAT
        while not listener.dismissed and (left := next_check - time.monotonic()) > 0:
            for topic, version in listener.news(left):
                yield f"event: {topic}\ndata: {version}\n\n"
        try:
            if not still_allowed():
                return  # The page comes back, and is told what it may still hear.
        except StreamEnded:
            yield "event: signed-out\ndata:\n\n"
            return
        yield ALIVE


def allowed_later(names: list[str]) -> Callable[[], list[str]]:
    """A question to ask while streaming: which of `names` may the visitor hear *now*? Raises `StreamEnded`.

    It asks like a new request with the same cookie: in contexts of its own, so that nothing remembered is
    used and the database connection is given back before the stream waits again.
    """
    app = cast(Flask, current_app._get_current_object())  # type: ignore[attr-defined]
    environ = dict(request.environ)

    def ask() -> list[str]:
        try:
            with apart(), app.app_context(), app.request_context(environ):
                if not current_user.is_authenticated:
                    raise StreamEnded
                return rights.allowed(me(), names)
        except UNAVAILABLE:
            return []  # Who cannot be checked is not told.

    return ask


def known_versions(text: str) -> dict[str, int]:
    """`name:3,other:0` → {name: 3, other: 0}; what is not written like a topic is left out."""
    matches = (TOPIC.fullmatch(item) for item in text.split(","))
    return {match[1]: int(match[2] or 0) for match in matches if match}


@bp.before_app_request
def note_arrival() -> None:
    g.arrived_at = clock.now()


@bp.app_context_processor
def live_rhythm() -> dict[str, Callable[..., object]]:
    """For the layout: `live_stamp(topics)`, what the page being rendered shows, and the rhythm of the stream."""
    return {
        "live_stamp": lambda names: queries.stamp(names, g.arrived_at),
        "live_beat": lambda: HEARTBEAT,
        "live_look": lambda: LOOK_EVERY,
        "live_words": lambda: WORDS_LAST,
    }
