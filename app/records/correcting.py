"""Correcting what was written of a person. Two who do so at once both keep what they typed."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Response, flash, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, limited
from app.language.phrases import gettext as _
from app.language.words import phone
from app.organizations.models import Commune
from app.organizations.places import Place, birth_place_written
from app.organizations.queries import organizations
from app.patients import queries as patients
from app.patients.actions import Identity
from app.patients.correcting import WRITTEN, correct, identity_of
from app.patients.models import Patient
from app.patients.words import SEXES, TRAITS
from app.records.forms import CorrectionForm
from app.records.pages import CorrectionPage, corrected
from app.records.views import bp, my_patient


@bp.get("/<uuid:patient_id>/correction")
@role(*REQUESTERS)
def correction(patient_id: UUID) -> Response:
    patient = my_patient(patient_id)
    return correction_page(patient, CorrectionForm(where_she_works(), data=as_written(patient)))


@bp.post("/<uuid:patient_id>/correction")
@role(*REQUESTERS)
@limited("correction", 60, MINUTE, of=by_account)
@resumable
def write_correction(patient_id: UUID) -> Response:
    patient, form = my_patient(patient_id), CorrectionForm(where_she_works())
    if not form.validate():
        return correction_page(patient, form, status=422)
    with transaction():
        patient = my_patient(patient_id)
        wanted = as_kept(form, patient)
        written = correct(patient.id, wanted, form.version.data or 0, by=me().id, now=clock.now())
    if not written:
        return after_another(patient_id, form)
    flash(_("Corrigé. Les personnes qui viennent le voient."), "success")
    return see_other(url_for("records.person", patient_id=patient_id))


def where_she_works() -> Commune:
    return organizations(me().organizations(*REQUESTERS))[0].commune


def correction_page(
    patient: Patient, form: CorrectionForm, meanwhile: list[tuple[str, str]] | None = None, status: int = 200
) -> Response:
    last = patients.corrections_of(patient.id, limit=1) if meanwhile else ()
    who = corrected(last[0]) if last else None
    return page(CorrectionPage(patient.id, patient.name, form, meanwhile or [], who), status=status)


def as_written(patient: Patient) -> dict[str, Any]:
    """By field, what is kept, as somebody would type it."""
    place = Place(patient.commune, (patient.postal_code,) if patient.postal_code else (), patient.commune.name)
    return {
        "birth_name": patient.birth_name,
        "given_names": patient.given_names,
        "birth_date": patient.born,
        "birth_place": birth_place_written(patient.birth_place),
        "sex": patient.sex,
        "phone": phone(patient.phone),
        "commune": place.written,
        "address": patient.address,
        "name_used": patient.name_used or "",
        "given_name_used": patient.given_name_used or "",
        "unnamed": not patient.given_names,
        "birth_rank": str(patient.birth_rank),
        "version": patient.version,
    }


def as_kept(form: CorrectionForm, patient: Patient) -> Identity:
    """A postal code that the commune alone has and that nobody wrote is no correction."""
    before, only_code = identity_of(patient), patient.commune.postal_code
    wanted = form.identity()
    unsaid = not before.postal_code and (before.commune_code, only_code) == (wanted.commune_code, wanted.postal_code)
    return replace(wanted, postal_code="") if unsaid else wanted


def after_another(patient_id: UUID, form: CorrectionForm) -> Response:
    """Somebody corrected her meanwhile: what she typed stays, and what stands there now is said beside it."""
    db.session.rollback()
    patient = my_patient(patient_id)
    now, mine = identity_of(patient), as_kept(form, patient)
    shown = as_shown(patient)
    differs = [trait for trait in WRITTEN if trait in shown and getattr(now, trait) != getattr(mine, trait)]
    form.version.raw_data = [str(patient.version)]
    return correction_page(patient, form, [(str(TRAITS[trait]), shown[trait]) for trait in differs], status=409)


SAME_NAME = (
    *("birth_name", "given_names", "name_used", "given_name_used", "birth_rank", "birth_place", "phone", "address"),
)
"""Traits whose field has their name and says what is kept."""


def as_shown(patient: Patient) -> dict[str, str]:
    """By trait, what is kept, in words."""
    written = as_written(patient)
    return {
        **{trait: str(written[trait]) for trait in SAME_NAME},
        "birth_date": patient.born.written,
        "sex": str(SEXES.get(patient.sex, _("Indéterminé"))),
        "commune_code": written["commune"],
    }
