"""The trail, for who answers for it: by person, by day, by patient. Looking at it leaves a line too."""

from datetime import timedelta
from uuid import UUID

from flask import Response, abort, request
from wtforms import DateField, Field, SelectField, ValidationError
from wtforms.validators import Optional

from app.accounts.guards import me, role
from app.accounts.models import Account, Role
from app.audit.actions import record
from app.care_requests import queries as care_requests
from app.core import clock
from app.core.db import transaction
from app.core.forms import Form
from app.core.htmx import page
from app.supervision import traces
from app.supervision.views import bp

LATELY = timedelta(days=31)
"""How far back one looks for the people to choose from."""


def uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


class TraceForm(Form):
    """Nothing is changed by it and it holds ids and a day only, so that it may stand in an address."""

    class Meta(Form.Meta):
        csrf = False

    person = SelectField("Qui", coerce=uuid_or_none, validators=[Optional()])
    day = DateField("Quel jour", validators=[Optional()])

    def validate_day(self, field: Field) -> None:
        if field.data and not 2000 <= field.data.year < 2200:
            raise ValidationError("Cette date n'est pas possible.")

    def offer(self, reader: Account) -> None:
        known = traces.people(reader, clock.now() - LATELY)
        self.person.choices = [("", "Tout le monde"), *((str(one), name) for one, name in known.items())]


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
    return audit_page(form, traces.search(me(), person=person, on=day, patient=patient), patient)


def audit_page(form: TraceForm, lines: list[traces.Trace], patient: UUID | None, status: int = 200) -> Response:
    return page(
        "supervision/audit.html",
        status=status,
        form=form,
        lines=lines,
        by_request=request.args["request"] if patient else None,
        full=len(lines) == traces.AT_MOST,
    )


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
