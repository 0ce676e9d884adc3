"""The numbers of a person: other telephones and whose they are, the national number, and the one of one's own files."""

from dataclasses import dataclass
from uuid import UUID

from flask import Response, flash, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, limited
from app.identity.ins import InsKind
from app.language.phrases import gettext as _
from app.language.words import phone
from app.organizations.models import Organization
from app.organizations.queries import organizations
from app.patients import numbers as patients
from app.patients.actions import Telecom
from app.patients.models import Patient
from app.records.forms import InsForm, LocalNumberForm, TelecomForm
from app.records.pages import NumbersPage
from app.records.views import NUMBERS, bp, my_patient


@dataclass(frozen=True)
class Forms:
    """The three of the page: the one that was sent with what was typed, the others as they are kept."""

    telecom: TelecomForm | None = None
    ins: InsForm | None = None
    local: LocalNumberForm | None = None


def numbers_page(patient: Patient, sent: Forms, status: int = 200) -> Response:
    place = my_place()
    kept = {"ins": patient.ins or "", "kind": patient.ins_kind or InsKind.NIR}
    number = patients.local_number(patient, place.id)
    telecom = sent.telecom or TelecomForm(formdata=None)
    shown = NumbersPage(
        patient_id=patient.id,
        name=patient.name,
        phone=phone(patient.phone),
        telecoms=[(each.id, patients.telecom_words(each)) for each in patient.telecoms],
        place=place.name,
        telecom_form=telecom,
        ins_form=sent.ins or InsForm(formdata=None, data=kept),
        local_form=sent.local or LocalNumberForm(formdata=None, data={"local_number": number}),
        form=sent.ins or sent.local or telecom,
    )
    return page(shown, status=status)


def my_place() -> Organization:
    """Whose own numbers the reader writes down: the first place for which she asks."""
    return organizations(me().organizations(*REQUESTERS)[:1])[0]


@bp.get("/<uuid:patient_id>/numbers")
@role(*REQUESTERS)
def numbers(patient_id: UUID) -> Response:
    return numbers_page(my_patient(patient_id, *NUMBERS), Forms())


@bp.post("/<uuid:patient_id>/telephones")
@role(*REQUESTERS)
@limited("correction", 60, MINUTE, of=by_account)
@resumable
def add_telephone(patient_id: UUID) -> Response:
    form = TelecomForm()
    if not form.validate():
        return numbers_page(my_patient(patient_id), Forms(telecom=form), status=422)
    wanted = Telecom(form.number.e164 or "", form.whose.data, form.name.data or "")
    with transaction():
        added = patients.add_telecom(my_patient(patient_id), wanted, by=me().id, now=clock.now())
    if not added:
        form.number.errors = [_("Cette personne a déjà beaucoup de numéros : retirez-en un.")]
        return numbers_page(my_patient(patient_id), Forms(telecom=form), status=422)
    return written(patient_id)


@bp.post("/<uuid:patient_id>/telephones/<uuid:telecom_id>/removal")
@role(*REQUESTERS)
@limited("correction", 60, MINUTE, of=by_account)
def remove_telephone(patient_id: UUID, telecom_id: UUID) -> Response:
    with transaction():
        patients.remove_telecom(my_patient(patient_id), telecom_id, by=me().id, now=clock.now())
    return written(patient_id)


@bp.post("/<uuid:patient_id>/ins")
@role(*REQUESTERS)
@limited("correction", 60, MINUTE, of=by_account)
@resumable
def write_ins(patient_id: UUID) -> Response:
    form = InsForm()
    if not form.validate():
        return numbers_page(my_patient(patient_id), Forms(ins=form), status=422)
    kind = InsKind(form.kind.data)
    with transaction():
        patients.write_ins(my_patient(patient_id), form.ins.matricule, kind, by=me().id, now=clock.now())
    return written(patient_id)


@bp.post("/<uuid:patient_id>/local-number")
@role(*REQUESTERS)
@limited("correction", 60, MINUTE, of=by_account)
@resumable
def write_local_number(patient_id: UUID) -> Response:
    form = LocalNumberForm()
    if not form.validate():
        return numbers_page(my_patient(patient_id), Forms(local=form), status=422)
    number, place = form.local_number.data or "", my_place()
    try:
        with transaction():
            patients.write_local_number(my_patient(patient_id), place.id, number, by=me().id, now=clock.now())
    except patients.Taken:
        form.local_number.errors = [_("Ce numéro est déjà celui d'un autre patient chez vous : vérifiez-le.")]
        return numbers_page(my_patient(patient_id), Forms(local=form), status=422)
    return written(patient_id)


def written(patient_id: UUID) -> Response:
    flash(_("C'est noté."), "success")
    return see_other(url_for("records.numbers", patient_id=patient_id))
