"""The thread around a person, which no request has begun: who cares for her reads and writes it (decision 0072)."""

from typing import Any
from uuid import UUID

from flask import Response, abort, request, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS
from app.accounts.rules import own_path
from app.audit.readings import read_lately, record_reading
from app.consents.objections import is_frozen
from app.conversations import actions, queries
from app.conversations.forms import came_back, line_received
from app.conversations.pages import ThreadPage, shown_around
from app.conversations.views import bp
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other, wants_part
from app.core.limits import MINUTE, limited
from app.core.security import takes
from app.core.ways import way
from app.documents.intake import ROOM, type_said
from app.patients import queries as patients
from app.patients.models import Patient
from app.stays.queries import has_died


@bp.get("/patients/<uuid:patient_id>/conversation")
@role(*REQUESTERS)
def around(patient_id: UUID) -> Response:
    now, reader = clock.now(), me().id
    again = wants_part() and read_lately(patient_id, reader, now)
    patient = hers(patient_id)
    kept_id = patient.id
    answer = around_page(patient)
    if not again:  # Last, as a transaction forgets what was read.
        with transaction():
            record_reading(kept_id, patient=kept_id, by=reader, now=now)
    return answer


def around_page(patient: Patient, status: int = 200, **wrong: Any) -> Response:
    back = own_path(request.values.get("back") or way("person", patient_id=patient.id))
    is_open = not has_died(patient.id) and not is_frozen(patient.id)
    thread = shown_around(patient.id, me(), is_open=is_open, back=back, **wrong)
    return page(ThreadPage.around(patient, thread), status=status)


def hers(patient_id: UUID) -> Patient:
    now = clock.now()
    patient = patients.for_account(patient_id, me(), now)
    return patient if patient and queries.is_around(patient.id, me(), now) else abort(404)


@bp.post("/patients/<uuid:patient_id>/conversation/lines")
@role(*REQUESTERS)
@limited("line", 60, MINUTE, of=by_account)
@takes(ROOM)
@resumable
def say_among(patient_id: UUID) -> Response:
    now = clock.now()
    patient = hers(patient_id)
    form, brought, holds = line_received(me().id, now)
    if not holds:
        return around_page(hers(patient_id), status=422, **came_back(form, brought))
    text, kind, kept_id = form.text.data or "", type_said("wound-photo"), patient.id
    with transaction():
        said = actions.say_around(
            kept_id, text, by=me(), now=now, key=form.key.data or "", sent=brought.documents, document_type=kind
        )
    if said is None:
        return around_page(hers(patient_id), status=409, wrong=form, waiting=brought.documents, too_late=True)
    if wants_part():
        return around_page(hers(patient_id))
    back = own_path(request.form.get("back", "/"))
    return see_other(url_for("conversations.around", patient_id=kept_id, back=back))


@bp.post("/patients/<uuid:patient_id>/conversation/sighting")
@role(*REQUESTERS)
def see_among(patient_id: UUID) -> tuple[str, int]:
    kept_id = hers(patient_id).id
    with transaction():
        actions.see_around(kept_id, by=me(), now=clock.now())
    return "", 204
