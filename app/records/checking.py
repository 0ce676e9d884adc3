"""Met face to face: her identity compared with a document, at each step of care where somebody sees her."""

from uuid import UUID

from flask import Response, flash, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.language.phrases import gettext as _
from app.patients.actions import note_check
from app.patients.forms import IdentityCheckForm
from app.records.pages import PersonPage
from app.records.views import bp, my_patient


@bp.post("/<uuid:patient_id>/identity-check")
@role(*REQUESTERS)
def check_identity(patient_id: UUID) -> Response:
    form, now = IdentityCheckForm(), clock.now()
    if not form.validate():
        return page(PersonPage.about(my_patient(patient_id), me(), now, form), status=422)
    with transaction():
        patient = my_patient(patient_id)
        note_check(patient, form.document.data, by=me().id, now=now)
        kept = patient.id
    flash(_("C'est noté : identité vérifiée sur pièce."), "success")
    return see_other(url_for("records.person", patient_id=kept))
