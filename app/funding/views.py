"""What care leaves to pay, of one person: estimates, requests to funders, and her contract."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, Response, abort, flash, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.assessments.actions import NotWritten
from app.assessments.pages import estimated_gir, refusal_words
from app.audit.readings import record_reading
from app.consents.objections import keeps_the_team_apart
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.costs.terms import ServiceKind
from app.funding import actions, queries
from app.funding.actions import ContractSaid, FunderSaid, WrittenBy
from app.funding.forms import AnswerForm, AskForm, ContractForm, PlacedForm, ServiceForm, SituationForm
from app.funding.models import Estimate, FundingRequest
from app.funding.pages import (
    AskedPage,
    ContractPage,
    EstimatePage,
    FunderPage,
    FundingPage,
    ServicePage,
    SituationPage,
    moves_of,
)
from app.funding.rules import EstimateState, Funder, FundingConflict, FundingState
from app.funding.words import CONFLICTS
from app.identity.rules import age
from app.language.phrases import gettext as _
from app.organizations.models import Organization
from app.patients import queries as patients
from app.patients.models import Patient
from app.patients.words import banner

Placed = TypeVar("Placed", bound=PlacedForm)

bp = Blueprint("funding", __name__, url_prefix="/patients/<uuid:patient_id>/funding")


@bp.get("")
@role(*REQUESTERS)
def funding(patient_id: UUID) -> Response:
    patient = my_patient(patient_id)
    answer = page(FundingPage.about(patient, me(), clock.now()))
    note_reading(patient_id, patient.id)
    return answer


# ---- estimates


@bp.get("/estimates/new")
@role(*REQUESTERS)
def estimate_form(patient_id: UUID) -> Response:
    patient, form = my_patient(patient_id), placed(SituationForm())
    suggest(form, patient)
    return page(situation_page(patient, form))


def suggest(form: SituationForm, patient: Patient) -> None:
    """What Relais knows already: her age, the last GIR that somebody estimated, her department, that she is in
    hospital."""
    now = clock.now()
    form.age.data = age(patient.birth_date, clock.paris(now).date())
    gir = estimated_gir(patient.id, me(), apart=keeps_the_team_apart(patient.id))
    form.gir.data = str(gir or "")
    form.department.data = patient.commune_code[: 3 if patient.commune_code.startswith("97") else 2]
    form.leaving.data = queries.admitted_on(patient.id) is not None


def situation_page(
    patient: Patient, form: SituationForm, changes: UUID | None = None, refused: str = ""
) -> SituationPage:
    return SituationPage(patient.id, banner(patient, clock.now()), form, changes, refused)


@bp.post("/estimates/new")
@role(*REQUESTERS)
@resumable
def begin_estimate(patient_id: UUID) -> Response:
    patient, form = my_patient(patient_id), placed(SituationForm())
    if not form.validate() or form.wanted_id is None:
        return page(situation_page(patient, form), status=422)
    with transaction():
        refused = actions.begin_estimate(my_patient(patient_id).id, form.situation(), written_by(form))
    if refused:
        return page(situation_page(my_patient(patient_id), form, refused=refusal_words(refused)), status=409)
    return see_other(url_for("funding.estimate", patient_id=patient_id, estimate_id=form.wanted_id))


@bp.get("/estimates/<uuid:estimate_id>")
@role(*REQUESTERS)
def estimate(patient_id: UUID, estimate_id: UUID) -> Response:
    patient = my_patient(patient_id)
    answer = page(EstimatePage.about(my_estimate(patient, estimate_id), patient, clock.now()))
    note_reading(estimate_id, patient.id)
    return answer


@bp.get("/estimates/<uuid:estimate_id>/situation")
@role(*REQUESTERS)
def situation_form(patient_id: UUID, estimate_id: UUID) -> Response:
    patient, form = my_patient(patient_id), placed(SituationForm())
    form.show(actions.situation_of(my_estimate(patient, estimate_id)))
    return page(situation_page(patient, form, estimate_id))


@bp.post("/estimates/<uuid:estimate_id>/situation")
@role(*REQUESTERS)
@resumable
def change_situation(patient_id: UUID, estimate_id: UUID) -> Response:
    patient, form = my_patient(patient_id), placed(SituationForm())
    known = my_estimate(patient, estimate_id)
    if not form.validate():
        return page(situation_page(patient, form, known.id), status=422)
    with transaction():
        known = my_estimate(my_patient(patient_id), estimate_id)
        done = actions.change_situation(known, form.situation(), now=clock.now())
    return back_to_estimate(patient_id, estimate_id, done)


@bp.get("/estimates/<uuid:estimate_id>/services/<service>")
@role(*REQUESTERS)
def service_form(patient_id: UUID, estimate_id: UUID, service: str) -> Response:
    patient = my_patient(patient_id)
    known = my_estimate(patient, estimate_id)
    return page(ServicePage.about(known, patient, form_of_service(known, service), clock.now()))


def form_of_service(known: Estimate, service: str) -> ServiceForm:
    if service not in {each.value for each in ServiceKind}:
        abort(404)
    before = next((each for each in actions.services_of(known) if each.kind == service), None)
    return ServiceForm.of(ServiceKind(service), before)


@bp.post("/estimates/<uuid:estimate_id>/services/<service>")
@role(*REQUESTERS)
@resumable
def set_service(patient_id: UUID, estimate_id: UUID, service: str) -> Response:
    patient = my_patient(patient_id)
    known = my_estimate(patient, estimate_id)
    form = form_of_service(known, service)
    if not form.validate():
        return page(ServicePage.about(known, patient, form, clock.now()), status=422)
    with transaction():
        known = my_estimate(my_patient(patient_id), estimate_id)
        done = actions.set_service(known, form.wanted(), now=clock.now())
    return back_to_estimate(patient_id, estimate_id, done)


@bp.post("/estimates/<uuid:estimate_id>/services/<service>/removal")
@role(*REQUESTERS)
def drop_service(patient_id: UUID, estimate_id: UUID, service: str) -> Response:
    with transaction():
        known = my_estimate(my_patient(patient_id), estimate_id)
        if service not in {each.value for each in ServiceKind}:
            abort(404)
        done = actions.drop_service(known, ServiceKind(service), now=clock.now())
    return back_to_estimate(patient_id, estimate_id, done)


@bp.post("/estimates/<uuid:estimate_id>/state")
@role(*REQUESTERS)
def move_estimate(patient_id: UUID, estimate_id: UUID) -> Response:
    """Shown to the person, accepted by her, or out of date."""
    to = request.form.get("to", "")
    with transaction():
        known = my_estimate(my_patient(patient_id), estimate_id)
        if to not in (EstimateState.SHOWN, EstimateState.ACCEPTED, EstimateState.OUTDATED):
            abort(400)
        done = actions.move_estimate(known, EstimateState(to), by=me(), now=clock.now())
    return back_to_estimate(patient_id, estimate_id, done)


def back_to_estimate(patient_id: UUID, estimate_id: UUID, done: bool) -> Response:
    if not done:
        flash(_("Cette estimation a changé d'état entre-temps : rien n'a été modifié."), "warning")
    return see_other(url_for("funding.estimate", patient_id=patient_id, estimate_id=estimate_id))


# ---- requests to funders


@bp.get("/requests/new")
@role(*REQUESTERS)
def ask_form(patient_id: UUID) -> Response:
    return page(ask_page(my_patient(patient_id), placed(AskForm())))


def ask_page(patient: Patient, form: AskForm, refused: NotWritten | FundingConflict | None = None) -> FunderPage:
    words, source = "", ""
    if isinstance(refused, FundingConflict):
        words, source = (str(each) for each in CONFLICTS[refused])
    elif refused:
        words = refusal_words(refused)
    return FunderPage(patient.id, banner(patient, clock.now()), form, words, source)


@bp.post("/requests/new")
@role(*REQUESTERS)
@resumable
def ask(patient_id: UUID) -> Response:
    patient, form = my_patient(patient_id), placed(AskForm())
    if not form.validate() or form.wanted_id is None:
        return page(ask_page(patient, form), status=422)
    with transaction():
        refused = actions.ask_funder(
            my_patient(patient_id).id,
            Funder(form.funder.data),
            form.deadline.data,
            form.note.data or "",
            written_by(form),
        )
    if refused:
        return page(ask_page(my_patient(patient_id), form, refused), status=409)
    return see_other(url_for("funding.funding", patient_id=patient_id))


@bp.get("/requests/<uuid:funding_request_id>")
@role(*REQUESTERS)
def asked(patient_id: UUID, funding_request_id: UUID) -> Response:
    patient = my_patient(patient_id)
    known = my_request(patient, funding_request_id)
    answer = page(AskedPage.about(known, patient, me(), AnswerForm.of(moves_of(known)), clock.now()))
    note_reading(funding_request_id, patient.id)
    return answer


@bp.post("/requests/<uuid:funding_request_id>")
@role(*REQUESTERS)
@resumable
def move_request(patient_id: UUID, funding_request_id: UUID) -> Response:
    patient = my_patient(patient_id)
    known = my_request(patient, funding_request_id)
    form = AnswerForm.of(moves_of(known))
    if not form.validate():
        return page(AskedPage.about(known, patient, me(), form, clock.now()), status=422)
    said = FunderSaid(form.amount.data or "", form.why.data or "", form.appeal_by.data)
    with transaction():
        known = my_request(my_patient(patient_id), funding_request_id)
        done = actions.move_request(known, FundingState(form.to.data), said, by=me(), now=clock.now())
    if not done:
        patient, known = my_patient(patient_id), my_request(my_patient(patient_id), funding_request_id)
        return page(AskedPage.about(known, patient, me(), form, clock.now(), outdated=True), status=409)
    return see_other(url_for("funding.asked", patient_id=patient_id, funding_request_id=funding_request_id))


@bp.post("/requests/<uuid:funding_request_id>/owner")
@role(*REQUESTERS)
def take_over(patient_id: UUID, funding_request_id: UUID) -> Response:
    with transaction():
        known = my_request(my_patient(patient_id), funding_request_id)
        actions.take_over(known, by=me(), place=my_places()[0].id, now=clock.now())
    return see_other(url_for("funding.asked", patient_id=patient_id, funding_request_id=funding_request_id))


# ---- the contract


@bp.get("/contract")
@role(*REQUESTERS)
def contract_form(patient_id: UUID) -> Response:
    return page(contract_page(my_patient(patient_id), placed(ContractForm())))


def contract_page(patient: Patient, form: ContractForm, refused: str = "") -> ContractPage:
    return ContractPage(patient.id, banner(patient, clock.now()), form, queries.contract_of(patient.id), refused)


@bp.post("/contract")
@role(*REQUESTERS)
@resumable
def write_contract(patient_id: UUID) -> Response:
    patient, form = my_patient(patient_id), placed(ContractForm())
    if not form.validate() or form.wanted_id is None:
        return page(contract_page(patient, form), status=422)
    said = ContractSaid(
        insurer=form.insurer.data or "",
        number=form.number.data or "",
        phone=form.phone.e164 or "",
        hours=form.hours.data or 0,
        least_nights=form.least_nights.data,
        within_days=form.within_days.data,
        before_exit=form.before_exit.data,
        terms=form.terms.data or "",
    )
    with transaction():
        refused = actions.write_contract(my_patient(patient_id).id, said, written_by(form))
    if refused:
        return page(contract_page(my_patient(patient_id), form, refusal_words(refused)), status=409)
    return see_other(url_for("funding.funding", patient_id=patient_id))


# ---- who may, and whose


def my_places() -> Sequence[Organization]:
    """Nurses, home helps and whoever delivers read nothing here; cells and who follows people over time do."""
    return queries.places_of_funding(me()) or abort(403)


def placed(form: Placed) -> Placed:
    form.stand_in(my_places())
    return form


def written_by(form: PlacedForm) -> WrittenBy:
    return WrittenBy(me(), UUID(form.place.data), form.wanted_id or abort(422), clock.now())


def my_patient(patient_id: UUID) -> Patient:
    my_places()
    return patients.for_account(patient_id, me(), clock.now()) or abort(404)


def my_estimate(patient: Patient, estimate_id: UUID) -> Estimate:
    return queries.estimate_of(patient.id, estimate_id, me()) or abort(404)


def my_request(patient: Patient, funding_request_id: UUID) -> FundingRequest:
    return queries.request_of(patient.id, funding_request_id, me()) or abort(404)


def note_reading(subject: UUID, patient: UUID) -> None:
    """Last, as a transaction forgets what was read."""
    reader, now = me().id, clock.now()
    with transaction():
        record_reading(subject, patient=patient, by=reader, now=now)
