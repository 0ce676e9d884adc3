"""The requester's pages."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from app.accounts.guards import by_account, me, role
from app.accounts.models import Role
from app.appointments import actions as appointments
from app.appointments import queries as appointment_queries
from app.appointments.words import MODES
from app.audit.actions import record
from app.audit.readings import read_lately
from app.care_requests import actions as care_requests
from app.care_requests import queries as care_request_queries
from app.care_requests.actions import Need
from app.care_requests.models import CareRequest
from app.core import clock
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, limited
from app.core.qr import drawn
from app.desk import REQUESTERS, lines
from app.desk.forms import PatientForm, PatientSearchForm, RequestForm
from app.directory.models import Profession
from app.directory.queries import communes_named
from app.directory.words import PROFESSIONS
from app.dispatch import actions as dispatch
from app.dispatch import queries as dispatch_queries
from app.dispatch.words import answers_in_words
from app.pathways.library import pathways
from app.pathways.rules import window_bounds
from app.pathways.schema import Pathway
from app.patients import actions as patients
from app.patients import queries as patient_queries
from app.patients.models import Patient
from app.patients.words import banner

bp = Blueprint("desk", __name__)

BESIDE = 30
"""How many requests the list beside an open one holds: it is sent again with every change."""


@bp.get("/requests")
@role(*REQUESTERS)
def requests() -> Response:
    return page("desk/requests.html", fragment="desk/_requests.html", **followed())


def followed() -> dict[str, Any]:
    """The follow list: what is still open, or everything when asked."""
    everything = request.args.get("show") == "all"
    current = uuid_or_none(request.args.get("beside"))
    requests = care_request_queries.followed(me(), open_only=not everything, limit=BESIDE if current else 100)
    return {**follow_list(requests, current), "everything": everything}


def follow_list(requests: Sequence[CareRequest], current: UUID | None) -> dict[str, Any]:
    reach = dispatch_queries.reach([row.id for row in requests])
    return {
        "rows": lines.rows(requests, reach, clock.now(), current),
        "beside": current,
        "live_topics": [f"requests-{organization}" for organization in me().organizations(*REQUESTERS)],
    }


def uuid_or_none(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None


@bp.get("/requests/new")
@role(*REQUESTERS)
def new() -> Response:
    pathway = pathway_asked()
    patient = patient_asked()
    if patient is None:
        return search_page(PatientSearchForm(), None)
    return request_page(pathway, patient, RequestForm(pathway, clock.now()))


def pathway_asked() -> Pathway:
    slug = request.values.get("pathway") or next(iter(pathways()))
    return pathways().get(slug) or abort(404)


def patient_asked() -> Patient | None:
    """The patient named in the URL by id; a foreign or unknown one is not found."""
    text = request.values.get("patient")
    if not text:
        return None
    patient_id = uuid_or_none(text) or abort(404)
    return patient_queries.of_organizations(patient_id, me().organizations(*REQUESTERS)) or abort(404)


def request_page(pathway: Pathway, patient: Patient, form: RequestForm, status: int = 200) -> Response:
    return page(
        "desk/new.html",
        status=status,
        pathway=pathway,
        pathways=pathways(),
        patient=patient,
        banner=banner(patient, clock.now()),
        form=form,
        reachable=dispatch_queries.reachable(patient, pathway.search),
        profession=PROFESSIONS[Profession(pathway.search.profession)],
        under_way=care_request_queries.under_way(patient.id, pathway.slug),
    )


@bp.post("/requests/patients")
@role(*REQUESTERS)
@limited("patient search", 60, MINUTE, of=by_account)
def search_patients() -> Response:
    """Found by birth date and name: a POST, so that neither stands in any URL or log."""
    form = PatientSearchForm()
    if request.headers.get("HX-Request") and form.unfinished:
        return search_page(PatientSearchForm(formdata=None), None)
    if not form.validate():
        return search_page(form, None, status=422)
    return search_page(form, patient_queries.search(form.q.data or "", me().organizations(*REQUESTERS)))


def search_page(form: PatientSearchForm, found: list[Patient] | None, status: int = 200) -> Response:
    """`found`: none until a birth date was given."""
    now = clock.now()
    return page(
        "desk/patient.html",
        fragment="desk/_patients.html",
        status=status,
        pathway=pathway_asked(),
        pathways=pathways(),
        form=form,
        found=None if found is None else [(patient.id, banner(patient, now)) for patient in found],
    )


@bp.route("/patients/new", methods=["GET", "POST"])
@role(*REQUESTERS)
def new_patient() -> Response:
    pathway = pathway_asked()
    form = PatientForm()
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return page("desk/new_patient.html", status=status, pathway=pathway, form=form)
    identity = form.identity()
    with transaction():
        home = me().organizations(*REQUESTERS)[0]
        patient = patients.create(identity, organization_id=home, by=me().id, now=clock.now())
    return see_other(url_for("desk.new", pathway=pathway.slug, patient=patient.id))


@bp.get("/communes")
@role(*REQUESTERS)
def communes() -> str:
    """Suggestions for a commune field, as options of its list."""
    field = next((request.args[name] for name in ("commune", "birth_place") if request.args.get(name)), "")
    return render_template("desk/_communes.html", communes=communes_named(field))


@bp.post("/requests")
@role(*REQUESTERS)
@limited("new request", 60, MINUTE, of=by_account)
def ask() -> Response:
    pathway, patient, now = pathway_asked(), patient_asked() or abort(404), clock.now()
    form = RequestForm(pathway, now)
    if not form.validate():
        return request_page(pathway, patient, form, status=422)
    start, end = window_bounds(pathway.window(form.window.data), now, clock.PARIS)
    need = Need(pathway, form.reason.data, start, end, form.note.data or "")
    opened_id = open_once(form.wanted_id, need, patient.id, now)
    return see_other(url_for("desk.follow", request_id=opened_id))


def open_once(request_id: UUID | None, need: Need, patient_id: UUID, now: datetime) -> UUID:
    """The id of the request of this form, opened now or by the same form a moment ago."""
    try:
        with transaction():
            patient = patient_queries.of_organizations(patient_id, me().organizations(*REQUESTERS)) or abort(404)
            opened = care_requests.open_request(
                need, patient, organization_id=patient.organization_id, by=me(), now=now, request_id=request_id
            )
            return opened.id
    except IntegrityError:
        already = care_request_queries.for_account(request_id, me()) if request_id else None
        if already is None or already.patient_id != patient_id:
            abort(404)  # An id that this form was never given.
        return already.id


def my_request(request_id: UUID) -> CareRequest:
    return care_request_queries.for_account(request_id, me()) or abort(404)


@bp.get("/requests/<uuid:request_id>")
@role(*REQUESTERS, Role.COORDINATOR)
def follow(request_id: UUID) -> Response:
    # Whoever says to ask for a part only, to fetch the page again, must have been seen to read it.
    if not request.headers.get("HX-Request") or not read_lately(request_id, me().id, clock.now()):
        record_reading(request_id)
    return follow_page(my_request(request_id))


def follow_page(care_request: CareRequest, status: int = 200) -> Response:
    mine = care_request.organization_id in me().organizations(*REQUESTERS)
    link = patient_link(care_request) if mine else None
    beside = care_request_queries.followed(me(), open_only=True, limit=BESIDE)
    context = follow_list(beside, care_request.id)
    context["live_topics"].insert(0, f"request-{care_request.id}")
    return page(
        "desk/request.html",
        fragment="desk/_request.html",
        status=status,
        **context,
        **shown(care_request),
        everything=False,
        mine=mine,
        coordinates=Role.COORDINATOR in me().roles,
        too_late=status == 409,
        patient_link=link,
        code=drawn(link) if link else None,
    )


def shown(care_request: CareRequest) -> dict[str, Any]:
    """Everything the page says of the request itself."""
    now = clock.now()
    reach = dispatch_queries.reach([care_request.id]).get(care_request.id, dispatch_queries.Reach())
    winner = dispatch_queries.winner_of(care_request)
    return {
        "request_followed": care_request,
        "reason": care_request.need,
        "banner": banner(care_request.patient, now) if care_request.patient else None,
        "funnel": {**asdict(reach), "won": winner is not None},
        "answers": answers_in_words(dispatch_queries.answers_summed([care_request.id])[care_request.id]),
        "winner": winner,
        "found_in": lines.found_in(care_request),
        "hands": lines.hands(care_request),
        "timeline": lines.timeline(care_request, now),
        "appointment": appointment_queries.of_request(care_request.id) if winner else None,
        "modes": MODES,
    }


def record_reading(request_id: UUID) -> None:
    with transaction():
        read = my_request(request_id)
        record(
            "patient.read",
            subject=read.id,
            patient=read.patient_id,
            actor=me().id,
            why="care",
            now=clock.now(),
            request=str(read.id),
        )


def patient_link(care_request: CareRequest) -> str | None:
    """The address for the patient, once someone comes; computed anew for the screen, stored nowhere."""
    appointment = appointment_queries.of_request(care_request.id)
    if appointment is None or care_request.performer is None:
        return None
    # The configured address, not the one this page was asked by: a forged Host header must not reach a patient.
    path = url_for("appointments.patient_page", token=appointments.link_token(appointment))
    return f"{current_app.config['SETTINGS'].base_url}{path.removeprefix(request.script_root)}"


@bp.get("/requests/<uuid:request_id>/card")
@role(*REQUESTERS)
def patient_card(request_id: UUID) -> Response:
    """The card to hand to the patient: the link as a code to scan, and in print."""
    care_request = my_request(request_id)
    link = patient_link(care_request) or abort(404)
    appointment = appointment_queries.of_request(care_request.id)
    return page(
        "desk/card.html",
        request_followed=care_request,
        appointment=appointment,
        modes=MODES,
        link=link,
        code=drawn(link),
    )


@bp.post("/requests/<uuid:request_id>/cancellation")
@role(*REQUESTERS)
def cancel(request_id: UUID) -> Response:
    with transaction():
        cancelled = dispatch.cancel(my_request(request_id), by=me(), now=clock.now())
    if not cancelled:
        return follow_page(my_request(request_id), status=409)
    return see_other(url_for("desk.follow", request_id=request_id))
