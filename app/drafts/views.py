"""A form that was interrupted: kept when it arrives too late or a tablet locks, shown again to its own person.

It is shown by its own URL, behind its own guard: the page here only sends it there again with the mark `RESUMED`, and a
form with that mark never holds (`core.forms`). So it comes up filled in, and is sent by its person alone.
"""

from datetime import datetime
from uuid import UUID

import structlog
from flask import Blueprint, Response, abort, current_app, g, request, session, url_for
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from app import clock
from app.accounts.guards import me, signed_in_anywhere
from app.accounts.rules import own_path
from app.accounts.sessions import SignedIn, SignedOut, who_was_here
from app.core.db import transaction
from app.core.events import provider
from app.core.forms import RESUMED, is_resumable, is_resumed
from app.core.htmx import page, see_other
from app.core.incoming import address
from app.core.ways import way
from app.drafts import actions, queries
from app.drafts.rules import packed, unpacked

bp = Blueprint("drafts", __name__)
log = structlog.get_logger()

WAITS = "draft"
"""Where the session keeps the id of what waits for its person, and until when."""

NOT_KEPT = ("csrf_token", RESUMED)


@provider
def keep_files(account_id: UUID, now: datetime) -> tuple[list[tuple[str, str]], bool]:
    """Keep the files of this request for their person: the fields that lead back to them, and whether any was lost."""
    return [], any(file.filename for file in request.files.values())


def keep_what_was_sent(account_id: UUID) -> str | None:
    """Keep the form of this request, whose person must first come in again; returns where she then takes it up."""
    if not is_resumable(request.endpoint):
        return None
    now = clock.now()
    files, lost_files = keep_files(account_id, now)
    body = packed([*request.form.items(multi=True), *files], without=NOT_KEPT)
    if not body:
        return None
    with transaction():
        kept = actions.keep(account_id, here(), body, lost_files=lost_files, now=now)
        if current_user.is_authenticated:
            remember_what_waits(account_id, now)
    return url_for("drafts.draft", draft_id=kept)


def keep_before_leaving(_signed_out: SignedOut) -> None:
    """A tablet that locks sends along what is being typed on its page: `typed`, for `typed_at`."""
    whose = who_was_here()
    url = address(request.form.get("typed_at", ""))
    path = own_path(url.path.removeprefix(request.script_root))
    if whose is None or not _leads_to_a_form(path):
        return
    body = packed(unpacked(request.form.get("typed", "")), without=NOT_KEPT)
    if body:
        path += f"?{url.query}" if url.query else ""
        actions.keep(whose, path, body, lost_files=False, now=clock.now())


def _leads_to_a_form(path: str) -> bool:
    try:
        endpoint, _ = current_app.url_map.bind("").match(path, "POST")
    except HTTPException:
        return False
    return is_resumable(endpoint)


def remember_at_sign_in(came: SignedIn) -> None:
    remember_what_waits(came.account_id, came.now)


def remember_what_waits(account_id: UUID, now: datetime) -> None:
    """So that the pages can say so without asking the database each time."""
    waits = queries.newest(account_id, now)
    if waits is None:
        session.pop(WAITS, None)
    else:
        session[WAITS] = [str(waits.id), waits.expires_at.timestamp()]


@bp.get("/drafts/<uuid:draft_id>")
@signed_in_anywhere
def draft(draft_id: UUID) -> Response:
    """What was typed, on its way back into its form."""
    mine = queries.of(me().id, draft_id, clock.now()) or abort(404)
    return page(
        "drafts/draft.html",
        draft=mine,
        action=request.script_root + mine.path,
        fields=unpacked(mine.body),
        mark=RESUMED,
    )


@bp.post("/drafts/<uuid:draft_id>/removal")
@signed_in_anywhere
def remove(draft_id: UUID) -> Response:
    mine, now = queries.of(me().id, draft_id, clock.now()) or abort(404), clock.now()
    _forget(mine.path, now)
    return see_other(way("home"))


@bp.after_app_request
def forget_what_was_sent(response: Response) -> Response:
    """Asked of the session alone unless something waits. `reached`: the guard let the request through to its form."""
    # The status first: of what was refused for its size, the form cannot even be read.
    sent = request.method == "POST" and response.status_code < 400 and g.get("form_reached") and not is_resumed()
    if sent and WAITS in session:
        try:
            _forget(here(), clock.now())
        except SQLAlchemyError as error:  # What was sent is kept, and said so; the draft goes with its shift.
            log.warning("draft_not_forgotten", error=type(error).__name__)
    return response


def _forget(path: str, now: datetime) -> None:
    mine = me().id
    with transaction():
        actions.forget(mine, path)
        remember_what_waits(mine, now)


def here() -> str:
    """Where this form was sent, without the prefix of this Relais."""
    query = request.query_string.decode(errors="replace")
    return request.path + (f"?{query}" if query else "")


@bp.app_context_processor
def draft_words() -> dict[str, object]:
    return {"waiting_draft": waiting, "resumed": is_resumed}


def waiting() -> str | None:
    """Where to take up what waits for whoever is signed in; not on the page where she does."""
    if WAITS not in session or not current_user.is_authenticated or is_resumed() or request.blueprint == bp.name:
        return None
    draft_id, until = session[WAITS]
    return url_for("drafts.draft", draft_id=draft_id) if clock.now().timestamp() < until else None
