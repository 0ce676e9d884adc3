"""Where she is: in hospital, since when and until when; and home again."""

from uuid import UUID

from flask import Response, abort, flash, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.core.db import db, transaction
from app.core.forms import resumable, uuid_or_none
from app.core.htmx import page, see_other
from app.language.phrases import gettext as _
from app.organizations.models import Organization
from app.patients.models import Patient
from app.records.forms import ExitForm
from app.records.views import bp, my_patient
from app.records.where import UNKNOWN, ElsewherePage, StayPage, says_exit
from app.stays import actions, queries
from app.stays.models import Stay
from app.stays.rules import ESTABLISHMENTS, Admission


@bp.get("/<uuid:patient_id>/stay")
@role(*REQUESTERS)
def stay(patient_id: UUID) -> Response:
    patient = my_patient(patient_id)
    if queries.has_died(patient.id):
        return to_person(patient)
    return page(stay_page(patient))


def stay_page(patient: Patient, form: ExitForm | None = None) -> StayPage:
    return StayPage.about(patient, me(), form or ExitForm(), request.args.get("q", "")[:100], clock.now())


@bp.post("/<uuid:patient_id>/stay")
@role(*REQUESTERS)
def admit(patient_id: UUID) -> Response:
    """`ward`: where she is in hospital, or `unknown`; `over`: the stay elsewhere that ends, of which one has read."""
    my_patient(patient_id)
    ward, over = ward_said(), uuid_or_none(request.form.get("over"))
    if ward and ward.closed_at:  # The page stood open while it closed.
        return over_meanwhile(my_patient(patient_id))
    with transaction():
        patient = my_patient(patient_id)
        said = actions.admit(patient.id, ward.id if ward else None, by=me(), now=clock.now(), over=over)
    patient = my_patient(patient_id)
    running = queries.running(patient.id)
    if said is Admission.ELSEWHERE and running:
        return page(ElsewherePage.about(patient, running, ward), status=409)
    if said in (Admission.BEGINS, Admission.TRANSFER):
        flash(_("C'est noté. Ses visites en ville attendent son retour, et ses soignants sont prévenus."), "success")
    return to_person(patient)


def ward_said() -> Organization | None:
    """None: nobody knows where."""
    named = request.form.get("ward", "")
    if named == UNKNOWN:
        return None
    wanted = uuid_or_none(named) or abort(400)
    ward = db.session.get(Organization, wanted) or abort(404)
    return ward if ward.kind in ESTABLISHMENTS else abort(404)


@bp.post("/<uuid:patient_id>/stay/exit")
@role(*REQUESTERS)
@resumable
def expect_exit(patient_id: UUID) -> Response:
    patient, form = my_patient(patient_id), ExitForm()
    running = queries.running(patient.id)
    if running is None:
        return over_meanwhile(patient)
    if not says_exit(running, me()):
        abort(403)
    if not form.validate() or form.on.data is None:
        return page(stay_page(patient, form), status=422)
    with transaction():
        said = actions.expect_exit(
            db.session.get_one(Stay, running.id), form.on.data, form.why.data or "", by=me(), now=clock.now()
        )
    if not said:
        return over_meanwhile(my_patient(patient_id))
    flash(_("C'est noté. Ses soignants habituels sont prévenus."), "success")
    return to_person(my_patient(patient_id))


@bp.post("/<uuid:patient_id>/stay/end")
@role(*REQUESTERS)
def come_home(patient_id: UUID) -> Response:
    """`stay`: the one that ends, as its page showed it."""
    with transaction():
        patient, wanted = my_patient(patient_id), uuid_or_none(request.form.get("stay"))
        ends = db.session.get(Stay, wanted) if wanted else None
        home = ends is not None and ends.patient_id == patient.id and actions.come_home(ends, by=me(), now=clock.now())
    if not home:
        return over_meanwhile(my_patient(patient_id))
    flash(_("C'est noté. Ses visites reprennent, et ses soignants sont prévenus."), "success")
    return to_person(my_patient(patient_id))


def over_meanwhile(patient: Patient) -> Response:
    """Somebody said something else of where she is: the page as it stands."""
    if queries.has_died(patient.id):
        return to_person(patient)
    return page(stay_page(patient), status=409)


def to_person(patient: Patient) -> Response:
    return see_other(url_for("records.person", patient_id=patient.id))
