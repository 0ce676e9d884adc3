"""Which pathway, and for which patient: found again, or written down."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from flask import Response, request, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS, Role
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other, wants_part
from app.core.limits import MINUTE, limited
from app.desk.door import bp, lends, my_choice, my_places, pathway_asked
from app.desk.pages import NewPatientPage, PatientSearchPage, PlaceMeant
from app.identity.searching import NotYet
from app.language.phrases import gettext as _
from app.organizations.models import Commune
from app.organizations.queries import organizations
from app.patients import actions as patients
from app.patients import merging
from app.patients import queries as patient_queries
from app.patients.forms import NewPatientForm, PatientForm, PatientSearchForm
from app.patients.models import Patient
from app.patients.numbers import named_so
from app.patients.words import Banner, banner, likeness_words, sought_in_words, what_narrows
from app.stays.queries import died_on
from app.stays.words import died_words


@bp.post("/requests/patients")
@role(*REQUESTERS)
@limited("patient search", 60, MINUTE, of=by_account)
@resumable
def search_patients() -> Response:
    """Found by birth date and name, or by number: a POST, so that none of them stands in any URL or log."""
    form = PatientSearchForm()
    if not form.validate():
        return search_page(form, status=422)
    now = clock.now()
    scope = patient_queries.openable_by(me(), now)
    if ours := patient_queries.load(named_so(form.q.data or "", me().organizations(*REQUESTERS))):
        mine = [each for each in ours if patient_queries.may_open(me(), each.id, now)]
        return search_page(form, lines_of(mine, now), _("Numéro de dossier %(number)s", number=form.q.data))
    try:
        found = patient_queries.search(form.q.data or "", scope, clock.paris(now).date())
    except NotYet as why:
        if why.unfinished and wants_part():
            return search_page(form, hint=str(why))
        form.q.errors = [str(why)]
        return search_page(form, status=422)
    people = None if found.too_many else lines_of(found.people, now)
    return search_page(form, people, sought_in_words(found.sought), what_narrows(found))


def lines_of(people: Sequence[Patient], now: datetime) -> list[tuple[UUID, Banner, str]]:
    died = died_on([each.id for each in people])
    return [(each.id, banner(each, now), died_words(died.get(each.id), each.sex)) for each in people]


def search_page(
    form: PatientSearchForm,
    found: list[tuple[UUID, Banner, str]] | None = None,
    understood: str = "",
    hint: str = "",
    status: int = 200,
) -> Response:
    pathway = pathway_asked()
    return page(PatientSearchPage(pathway, my_choice(), lends(pathway), form, found, understood, hint), status=status)


def where_she_works() -> Commune:
    return my_places()[0].commune


@bp.route("/patients/new", methods=["GET", "POST"])
@role(*REQUESTERS)
@resumable
def new_patient() -> Response:
    pathway = pathway_asked()
    form = NewPatientForm(where_she_works())
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return page(NewPatientPage(pathway, form), status=status)
    identity, now = form.identity(), clock.now()
    known = patient_queries.likely_same(identity.traits, patient_queries.openable_by(me(), now))
    if {str(person.id) for person, _why in known} - set(request.form.getlist("another")):
        alike = [(person.id, banner(person, now), likeness_words(why)) for person, why in known]
        return page(NewPatientPage(pathway, form, alike), status=422)
    with transaction():
        home = me().organizations(*REQUESTERS)[0]
        patient = patients.create(identity, organization_id=home, by=me().id, now=now)
        if form.document.data:
            patients.note_check(patient, form.document.data, by=me().id, now=now)
        note_alike(patient, {person.id for person, _why in known}, now)
    return see_other(url_for("desk.new", pathway=pathway.slug, patient=patient.id))


def note_alike(patient: Patient, looked_at: set[UUID], now: datetime) -> None:
    """Whoever else may be she is for the coordination to look at: of those nothing is told here. Who wrote her down has
    looked at some herself, and said that they are others."""
    for person, why in patient_queries.likely_same(patient.traits):
        if person.id != patient.id:
            merging.note_likely(patient.id, person.id, why, now=now)
            if person.id in looked_at:
                merging.settle(patient.id, person.id, merging.OTHER, by=me().id, now=now)


@bp.get("/communes")
@role(*REQUESTERS, Role.ADMINISTRATOR)
def communes() -> Response:
    """What Relais understands by what stands in a place's field, and what it suggests."""
    form = PatientForm(organizations(me().organizations())[0].commune, formdata=request.args)
    field = next((form[name] for name in ("commune", "birth_place") if request.args.get(name)), form.commune)
    return page(PlaceMeant(field))
