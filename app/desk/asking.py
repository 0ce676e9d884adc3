"""Asking: the form that the pathway's file describes, and what becomes of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, abort, request, url_for
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS, Role
from app.accounts.queries import holding
from app.attachments.actions import join
from app.care_requests import opening
from app.care_requests import queries as care_request_queries
from app.care_requests.models import CareRequest
from app.care_requests.opening import Need
from app.circles.queries import usual_members
from app.circles.rules import USUAL
from app.circles.words import USUAL_WORDS
from app.consents.objections import is_frozen, refuses, whom_she_accepts
from app.core.db import transaction
from app.core.forms import is_resumed, resumable, uuid_or_none
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, limited
from app.core.security import takes
from app.desk.door import NOBODY, about_nobody, bp, home_of, my_choice, pathway_asked, patient_asked
from app.desk.finding import search_page
from app.desk.lines import since, under_way_line
from app.desk.pages import NewRequestPage, PlanWords
from app.desk.request_form import Choices, RequestForm
from app.directory.models import PractitionerRole, Profession
from app.directory.queries import services_near
from app.directory.words import PROFESSIONS
from app.dispatch import queries as dispatch_queries
from app.documents.intake import ROOM, received, type_said
from app.organizations.models import Organization
from app.organizations.queries import whose_rules
from app.passages import calendar
from app.passages.forms import PlanForm
from app.pathways.schema import Pathway
from app.patients.forms import PatientSearchForm
from app.patients.models import Patient
from app.patients.words import banner
from app.relatives.deciding import decider_said, deciders
from app.relatives.queries import protections_of

NEAREST = 6
"""Establishments shown at once; the others are a tap away."""


@bp.get("/requests/new")
@role(*REQUESTERS)
def new() -> Response:
    pathway = pathway_asked()
    patient = patient_asked()
    if patient is None and not about_nobody(pathway):
        return search_page(PatientSearchForm(), None)
    return request_page(pathway, patient, form_for(pathway, patient, clock.now()))


def form_for(pathway: Pathway, patient: Patient | None, now: datetime) -> RequestForm:
    home = home_of(pathway, patient)
    doctors = holding(Role.SENIOR_DOCTOR, whose_rules([home.id])) if pathway.sign_off else ()
    choices = Choices(
        [reason for reason in pathway.reasons if reason.patient == (patient is not None)],
        places_for(pathway, patient, home),
        [doctor for doctor in doctors if patient is None or not refuses(patient.id, doctor)],
    )
    form = RequestForm.of(pathway, choices, patient=patient is not None, now=now)
    if pathway.attachment and form.is_submitted():
        form.brought = received(by=me().id, now=now)
    return form


def places_for(pathway: Pathway, patient: Patient | None, home: Organization) -> list[tuple[PractitionerRole, float]]:
    """The establishments to choose from, the nearest first; none that the patient refuses."""
    if pathway.place is None:
        return []
    commune = patient.commune if patient else home.commune
    near = services_near(Profession(pathway.place), commune.latitude, commune.longitude)
    wanted = whom_she_accepts(patient.id if patient else None, [role for role, _km in near])
    return [(role, km) for role, km in near if role in wanted]


def request_page(
    pathway: Pathway, patient: Patient | None, form: RequestForm, status: int = 200, refused: bool = False
) -> Response:
    """`refused`: the sheet in which the patient's refusal is written down stays open."""
    now = clock.now()
    under_way = care_request_queries.under_way(patient.id, pathway.slug) if patient else []
    form.known.data = ",".join(str(each.id) for each in under_way)
    frozen = patient is not None and is_frozen(patient.id)
    circle = usual_members([patient.id]) if patient else {}
    usual = {kind: member for (_patient, kind), member in circle.items()}
    told = [kind for kind in dict.fromkeys(copy.to for copy in pathway.after.copies) if kind in USUAL]
    asked = pathway.search.profession
    shown = NewRequestPage(
        pathway=pathway,
        on_offer=my_choice(),
        who=patient.id if patient else NOBODY,
        banner=banner(patient, now) if patient else None,
        form=form,
        places={str(role.id): (role, km) for role, km in form.places},
        nearest=NEAREST,
        reachable=dispatch_queries.reachable(patient, pathway.search, usual.get(asked), now) if patient else None,
        profession=PROFESSIONS[Profession(pathway.search.profession)],
        usual_kind=asked if patient and asked in USUAL else "",
        informed=[usual[kind].name for kind in told if kind in usual],
        to_name={
            kind: str(USUAL_WORDS[Profession(kind)]) for kind in told if patient and kind not in usual and kind != asked
        },
        under_way=[under_way_line(each, now) for each in under_way],
        asked={each.reason: since(each.created_at, now) for each in under_way},
        chosen_twice=bool(status == 409) and not frozen,
        frozen=frozen,
        refused=refused,
        deciders=deciders(protections_of(patient.id)) if patient else [],
    )
    return page(shown, status=status)


@bp.get("/requests/plan")
@role(*REQUESTERS)
def plan() -> Response:
    pathway, now = pathway_asked(), clock.now()
    prefix = next((f"{each.slug}-" for each in pathway.reasons if each.slug == request.args.get("need")), "")
    form = PlanForm(formdata=request.args, prefix=prefix, meta={"csrf": False})
    window = next((each for each in pathway.windows if each.slug == request.args.get("window")), None)
    form.starts_at = window.bounds(now)[0] if window else now
    visits = form.visits(now) if form.validate() else ()
    endless = form.review_on.data if visits and form.is_endless else None
    return page(PlanWords(calendar.in_short(visits, endless) if visits else ""))


@bp.post("/requests")
@role(*REQUESTERS)
@limited("new request", 60, MINUTE, of=by_account)
@takes(ROOM)
@resumable
def ask() -> Response:
    pathway, now = pathway_asked(), clock.now()
    patient = patient_asked()
    if patient is None and not about_nobody(pathway):
        abort(404)
    form = form_for(pathway, patient, now)
    if not form.validate():
        return request_page(pathway, patient, form, status=422)
    already = already_sent(form.wanted_id, patient)
    if already is None and patient and is_frozen(patient.id):
        return request_page(pathway, patient, form, status=409)
    if already is None and patient and asked_meanwhile(form, patient):
        return request_page(pathway, patient, form, status=409)
    opened_id = already or open_once(form, patient, now)
    return see_other(url_for("desk.follow", request_id=opened_id))


def asked_meanwhile(form: RequestForm, patient: Patient) -> Sequence[CareRequest]:
    """The same need of the same patient, under way without the form's reader having been told."""
    known = {uuid_or_none(text) for text in (form.known.data or "").split(",")}
    under_way = care_request_queries.under_way(patient.id, form.pathway.slug)
    return [each for each in under_way if each.reason in form.reasons and each.id not in known]


def needs_of(form: RequestForm, now: datetime) -> list[Need]:
    start, end = form.bounds(now)
    chosen = form["place"].data if form.pathway.place else None
    decider = form["decider"].data if form.pathway.sign_off else None
    return [
        Need(
            form.pathway,
            reason,
            start,
            end,
            form.note.data or "",
            form.answers(),
            chosen_role_id=uuid_or_none(chosen),
            decider_id=uuid_or_none(decider),
            **_planned(form.plan_for(reason), now),
        )
        for reason in form.reasons
    ]


def _planned(plan: PlanForm | None, now: datetime) -> dict[str, Any]:
    """As a `Need` takes it."""
    if plan is None:
        return {}
    endless = {"rhythm": plan.rhythm, "review_on": plan.review_on.data} if plan.is_endless else {}
    return {"visits": plan.visits(now), **endless}


def open_once(form: RequestForm, patient: Patient | None, now: datetime) -> UUID:
    """The id of the request of this form, opened now or by the same form a moment ago."""
    attachment = form.pathway.attachment
    try:
        with transaction():
            opened = _open(form, patient, now)
            if attachment and form.brought.documents:
                join(opened, form.brought.documents, type_said(attachment.type), by=me(), now=now)
            return opened.id
    except IntegrityError:
        return already_sent(form.wanted_id, patient) or abort(404)  # An id that this form was never given.


def _open(form: RequestForm, patient: Patient | None, now: datetime) -> CareRequest:
    needs, home = needs_of(form, now), home_of(form.pathway, patient).id
    if patient:
        who = {"organization_id": home, "by": me(), "now": now, "decider": decider_said(patient.id)}
        several = opening.open_several(needs, patient, request_id=form.wanted_id, **who)
        return several[0]
    return opening.open_request(needs[0], None, organization_id=home, by=me(), now=now, request_id=form.wanted_id)


def already_sent(request_id: UUID | None, patient: Patient | None) -> UUID | None:
    """The request that this very form became a moment ago."""
    already = care_request_queries.for_account(request_id, me()) if request_id else None
    return already.id if already and already.patient_id == (patient.id if patient else None) else None


@bp.post("/requests/refusal")
@role(*REQUESTERS)
@limited("new request", 60, MINUTE, of=by_account)
@takes(ROOM)
@resumable
def refuse() -> Response:
    """The patient does not want it: written down, and closed (MISSION A20). Only the need must be said."""
    pathway, patient, now = pathway_asked(), patient_asked() or abort(404), clock.now()
    form = form_for(pathway, patient, now)
    if is_resumed() or not (form.reason.validate(form) and form.window.validate(form)):
        return request_page(pathway, patient, form, status=422, refused=True)
    start, end = form.bounds(now)
    need = Need(pathway, form.reasons[0], start, end)
    home = home_of(pathway, patient).id
    try:
        with transaction():
            said = decider_said(patient.id)
            noted = opening.note_refusal(
                need, patient, request_id=form.wanted_id, by=me(), organization_id=home, now=now, decider=said
            )
            noted_id = noted.id
    except IntegrityError:
        noted_id = already_sent(form.wanted_id, patient) or abort(404)
    return see_other(url_for("desk.follow", request_id=noted_id))
