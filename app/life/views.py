"""A person's line of life, for who may open her."""

from uuid import UUID

from flask import Blueprint, Response, abort, request

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.audit.readings import read_lately, record_reading
from app.core.db import transaction
from app.core.htmx import page, see_other, wants_part
from app.core.ways import way
from app.life.pages import LifePage
from app.life.picture import Lane, read_span
from app.patients import queries as patients

bp = Blueprint("life", __name__, url_prefix="/patients/<uuid:patient_id>/life")


@bp.get("")
@role(*REQUESTERS)
def line(patient_id: UUID) -> Response:
    """`on`: a year, a month or a day, as `2026-11`; `only`: one kind of thing."""
    now, reader = clock.now(), me().id
    patient = patients.for_account(patient_id, me(), now) or abort(404)
    if patient.id != patient_id:  # A record that was absorbed leads to the one that was kept.
        return see_other(way("life", patient_id=patient.id))
    span = read_span(request.args.get("on", ""), clock.paris(now).date()) or abort(404)
    again = wants_part() and read_lately(patient_id, reader, now)
    answer = page(LifePage.about(patient, me(), span, kind_asked(), now))
    if not again:  # Last, as a transaction forgets what was read.
        with transaction():
            record_reading(patient_id, patient=patient_id, by=reader, now=now)
    return answer


def kind_asked() -> Lane | None:
    asked = request.args.get("only", "")
    return Lane(asked) if asked in set(Lane) else None
