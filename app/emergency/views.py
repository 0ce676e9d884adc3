"""Asking for a patient outside one's circle, and the one page that is then shown for an hour."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, abort, flash, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS, Role
from app.audit.readings import record_reading
from app.care_requests.queries import is_followed_by, open_for
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, limited
from app.core.ways import way
from app.emergency.forms import EmergencyForm
from app.emergency.pages import AskPage, FilePage, file_of
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.organizations.queries import territory_of
from app.patients import emergency
from app.patients.emergency import Why
from app.patients.models import EmergencyAccess, Patient
from app.patients.words import banner

bp = Blueprint("emergency", __name__, url_prefix="/emergency")

MAY_ASK = (*REQUESTERS, Role.COORDINATOR)

NOBODY = later("Aucune demande en cours pour cette personne sur votre territoire. Vérifiez l'identité, ou téléphonez.")
NO_ONE_TO_TELL = later("Personne ne coordonne ce territoire : Relais n'ouvre rien. Téléphonez à l'équipe du patient.")


@bp.get("")
@role(*MAY_ASK, own=True)
def ask() -> Response:
    return form_page(EmergencyForm())


def form_page(form: EmergencyForm, trouble: str = "", status: int = 200) -> Response:
    opened = emergency.running(me().id, clock.now())
    return page(AskPage(form, trouble, opened), status=status)


@bp.post("")
@role(*MAY_ASK, own=True)
@limited("emergency access", 5, 10 * MINUTE, of=by_account)
@resumable
def open_file() -> Response:
    form, now = EmergencyForm(), clock.now()
    if not form.validate():
        return form_page(form, status=422)
    with transaction():
        found = {patient: open_for(patient.id) for patient in emergency.found(form.wanted, me())}
        under_way = {patient: requests for patient, requests in found.items() if requests}
        mine = next((r.id for requests in under_way.values() for r in requests if is_followed_by(r, me())), None)
        opened = [] if mine else break_all(under_way, form.why, now)
    if mine is not None:
        flash(_("Vous suivez déjà ce patient : aucun accès d'urgence n'était nécessaire."), "info")
        return see_other(way("request", request_id=mine))
    if not opened:
        return form_page(form, NO_ONE_TO_TELL if under_way else NOBODY, status=422)
    if len(opened) > 1:
        return see_other(url_for("emergency.ask"))
    return see_other(url_for("emergency.file", access_id=opened[0]))


def break_all(patients: Collection[Patient], why: Why, now: datetime) -> list[UUID]:
    """The same person may have a record in two houses; a search that finds nobody leaves its line too."""
    if not patients:
        emergency.note_missed(why, by=me(), now=now)
    told = [(patient, territory) for patient in patients if (territory := watched(patient))]
    return [emergency.break_glass(patient, territory, why, by=me(), now=now).id for patient, territory in told]


def watched(patient: Patient) -> UUID | None:
    """The territory whose coordinators will read it; None when there is nobody to tell, and then nothing opens."""
    territory = territory_of(patient.commune_code)
    return territory.id if territory and emergency.coordinators(territory.id, but=me().id) else None


@bp.get("/<uuid:access_id>")
@role(*MAY_ASK, own=True)
def file(access_id: UUID) -> Response:
    now = clock.now()
    with transaction():
        access = next((each for each in emergency.running(me().id, now) if each.id == access_id), None) or abort(404)
        record_reading(access.id, patient=access.patient_id, by=me().id, now=now, why="emergency")
    return file_page(access, now)


def file_page(access: EmergencyAccess, now: datetime) -> Response:
    files = [file_of(each) for each in open_for(access.patient_id)]
    return page(FilePage(access, banner(access.patient, now), files))
