"""One opinion, for who asked and who answers; and one's own list of a month."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from io import StringIO
from uuid import UUID

from flask import Blueprint, Response, abort, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.advice import actions, queries
from app.advice.forms import OpinionForm
from app.advice.pages import MonthPage, OpinionPage, slug_of
from app.advice.queries import Mine, OpenedAdvice
from app.advice.rules import See
from app.audit.readings import read_lately, record_reading
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.typography import NO_BREAK

bp = Blueprint("advice", __name__, url_prefix="/advice")


@bp.get("/<uuid:request_id>")
@role(*REQUESTERS)
def one(request_id: UUID) -> Response:
    now, reader = clock.now(), me().id
    mine = my_advice(request_id)
    patient, again = mine.advice.request.patient_id, read_lately(request_id, reader, now)
    answer = page(OpinionPage.of(mine, me(), now))
    if not again:  # Last, as a transaction forgets what was read.
        with transaction():
            record_reading(request_id, patient=patient, by=reader, now=now, request=request_id)
    return answer


def my_advice(request_id: UUID) -> OpenedAdvice:
    return queries.for_account(request_id, me()) or abort(404)


@bp.post("/<uuid:request_id>/opinion")
@role(*REQUESTERS)
@resumable
def give(request_id: UUID) -> Response:
    form, now = OpinionForm(), clock.now()
    my_advice(request_id)
    if not form.validate():
        return page(OpinionPage.of(my_advice(request_id), me(), now, form), status=422)
    see = See(form.see.data)
    with transaction():
        given = actions.give(
            request_id,
            form.opinion.data or "",
            form.conduct.data or "",
            see,
            form.see_until.data if see is See.BY else None,
            by=me(),
            now=now,
            key=form.key.data or "",
        )
    if not given:
        return page(OpinionPage.of(my_advice(request_id), me(), now, form, too_late=True), status=409)
    return see_other(url_for("advice.one", request_id=request_id))


@bp.get("/month")
@role(*REQUESTERS)
def month() -> Response:
    """`month`: as `2026-11`; this one when none is said."""
    now = clock.now()
    asked = month_said(now)
    found = queries.month_of(me(), asked, now)
    answer = page(MonthPage.of(asked, found, now))
    note_reading_of(found, now)
    return answer


@bp.get("/month/table")
@role(*REQUESTERS)
def month_table() -> Response:
    """The same as a table for her accounts: a spreadsheet of France reads it (`;`, comma, byte order mark)."""
    now = clock.now()
    asked = month_said(now)
    found = queries.month_of(me(), asked, now)
    written = StringIO()
    table = csv.writer(written, delimiter=";")
    table.writerow(map(str, HEADINGS))
    for line in MonthPage.of(asked, found, now).lines:
        told = (line.code, line.amount.partition(NO_BREAK)[0], line.verdict, line.why)
        table.writerow([line.day, safe(line.about), line.what, _("demandé") if line.asked else _("rendu"), *told])
    answer = Response("\ufeff" + written.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=avis-{slug_of(asked)}.csv"
    answer.headers["Cache-Control"] = "no-store"
    note_reading_of(found, now)
    return answer


HEADINGS = (
    *(later("Jour"), later("Patient"), later("Spécialité"), later("Avis")),
    *(later("Code"), later("Montant"), later("Facturation"), later("Pourquoi")),
)


def safe(text: str) -> str:
    """What a spreadsheet would take for a formula stays a text."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def month_said(now: datetime) -> date:
    """404 for what is no month, or a month to come."""
    today = clock.paris(now).date()
    text = request.args.get("month", "")
    try:
        asked = date.fromisoformat(f"{text}-01") if text else today.replace(day=1)
    except ValueError:
        abort(404)
    return asked if asked <= today and asked.year > today.year - 10 else abort(404)


def note_reading_of(found: Sequence[Mine], now: datetime) -> None:
    """Last, as a transaction forgets what was read."""
    reader = me().id
    read = {each.request.id: each.request.patient_id for each in found if each.named}
    with transaction():
        for request_id, patient_id in read.items():
            record_reading(request_id, patient=patient_id, by=reader, now=now, request=request_id)
