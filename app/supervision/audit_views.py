"""The trail, for who answers for it: by person, by day, by patient. Looking at it leaves a line too."""

from uuid import UUID

from flask import Response, abort, request

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.audit.actions import record
from app.care_requests import queries as care_requests
from app.core.db import transaction
from app.core.forms import uuid_or_none
from app.core.htmx import page
from app.supervision import traces
from app.supervision.pages import AuditPage
from app.supervision.trace_form import TraceForm
from app.supervision.views import bp


@bp.get("/audit")
@role(Role.COORDINATOR)
def audit() -> Response:
    """Today's lines, unless a person, a day or a patient (by one of her requests) is asked for."""
    patient = patient_asked()
    form = TraceForm(request.args)
    form.offer(me())
    if not form.validate():
        return audit_page(form, [], patient, status=422)
    person, day = form.person.data, form.day.data
    if not (person or day or patient):
        form.day.data = day = clock.paris(clock.now()).date()
    record_search(patient, person, str(day or ""))
    before = uuid_or_none(request.args.get("before"))
    lines = traces.search(me(), person=person, on=day, patient=patient, before=before)
    return audit_page(form, lines, patient)


def audit_page(form: TraceForm, lines: list[traces.Trace], patient: UUID | None, status: int = 200) -> Response:
    by_request = request.args["request"] if patient else None
    return page(AuditPage(form, lines, by_request, full=len(lines) == traces.AT_MOST), status=status)


def patient_asked() -> UUID | None:
    """The patient of the request named in the address; a foreign or unknown one is not found."""
    text = request.args.get("request")
    if not text:
        return None
    asked = uuid_or_none(text) or abort(404)
    found = care_requests.for_account(asked, me()) or abort(404)
    return found.patient_id


def record_search(patient: UUID | None, person: UUID | None, day: str) -> None:
    with transaction():
        record(
            "audit.searched",
            person or patient or me().id,
            me(),
            now=clock.now(),
            patient=patient,
            person=str(person or ""),
            day=day,
        )
