"""Which pathway, and for which patient: found again, or written down."""

from flask import Response, request, url_for

from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS
from app.core import clock
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other, wants_part
from app.core.limits import MINUTE, limited
from app.desk.door import bp, lends, my_pathways, my_places, pathway_asked
from app.desk.forms import PatientForm, PatientSearchForm
from app.desk.pages import NewPatientPage, PatientSearchPage, PlaceMeant
from app.organizations.models import Commune
from app.patients import actions as patients
from app.patients import queries as patient_queries
from app.patients.models import Patient
from app.patients.words import banner


@bp.post("/requests/patients")
@role(*REQUESTERS)
@limited("patient search", 60, MINUTE, of=by_account)
@resumable
def search_patients() -> Response:
    """Found by birth date and name: a POST, so that neither stands in any URL or log."""
    form = PatientSearchForm()
    if wants_part() and form.unfinished:
        return search_page(PatientSearchForm(formdata=None), None)
    if not form.validate():
        return search_page(form, None, status=422)
    return search_page(form, patient_queries.search(form.q.data or "", me(), clock.now()))


def search_page(form: PatientSearchForm, found: list[Patient] | None, status: int = 200) -> Response:
    """`found`: none until a birth date was given."""
    now, pathway = clock.now(), pathway_asked()
    people = None if found is None else [(patient.id, banner(patient, now)) for patient in found]
    return page(PatientSearchPage(pathway, my_pathways(), lends(pathway), form, people), status=status)


def where_she_works() -> Commune:
    return my_places()[0].commune


@bp.route("/patients/new", methods=["GET", "POST"])
@role(*REQUESTERS)
@resumable
def new_patient() -> Response:
    pathway = pathway_asked()
    form = PatientForm(where_she_works())
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return page(NewPatientPage(pathway, form), status=status)
    identity = form.identity()
    with transaction():
        home = me().organizations(*REQUESTERS)[0]
        patient = patients.create(identity, organization_id=home, by=me().id, now=clock.now())
    return see_other(url_for("desk.new", pathway=pathway.slug, patient=patient.id))


@bp.get("/communes")
@role(*REQUESTERS)
def communes() -> Response:
    """What Relais understands by what stands in a place's field, and what it suggests."""
    form = PatientForm(where_she_works(), formdata=request.args)
    field = next((form[name] for name in ("commune", "birth_place") if request.args.get(name)), form.commune)
    return page(PlaceMeant(field))
