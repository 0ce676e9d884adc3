"""A person's address or number was corrected: her requests go on with it, and whoever counts on it hears of it."""

from app.accounts.models import Account
from app.care_requests import words
from app.care_requests.actions import NEWS_LIFE, lock, note, plan_next_move, refresh_screens, tell
from app.care_requests.models import CareRequest
from app.care_requests.queries import open_for
from app.care_requests.rules import State
from app.core.db import db
from app.directory.queries import accounts_of
from app.live.actions import changed
from app.messages import actions as messages
from app.organizations.queries import territory_of
from app.patients.correcting import PatientCorrected
from app.patients.models import Patient
from app.patients.words import TRAITS

TO_FIND_HER = frozenset({"phone", "telecoms", "address", "commune_code"})
LOOKED_FOR = (State.DRAFT, State.SEARCHING, State.UNANSWERED)


def go_on_with(fact: PatientCorrected) -> None:
    patient, by = db.session.get_one(Patient, fact.patient_id), db.session.get_one(Account, fact.by)
    detail = ", ".join(str(label) for trait, label in TRAITS.items() if trait in fact.traits)
    for request_id in sorted(each.id for each in open_for(fact.patient_id)):
        request = lock(request_id)
        if "commune_code" in fact.traits:
            _look_there(request, patient, fact)
        note(request, "corrected", by=by, now=fact.now, detail=detail)
        if fact.traits & TO_FIND_HER:
            _tell(request, fact)


def _look_there(request: CareRequest, patient: Patient, fact: PatientCorrected) -> None:
    """Somebody is looked for around where the patient is, from now on."""
    if request.search.around != "patient":
        return
    if former := territory_of(request.commune_code):
        changed("board", former.id)  # Its board shows the request no more.
    request.commune_code = patient.commune_code
    refresh_screens(request)
    if request.state in LOOKED_FOR:
        plan_next_move(request, fact.now)


def _tell(request: CareRequest, fact: PatientCorrected) -> None:
    """Who comes reads it among her visits; who asked, on the request."""
    role_id, until = request.performer_id, fact.now + NEWS_LIFE
    comes = accounts_of([role_id]).get(role_id, []) if role_id else []
    for account_id in sorted({*comes} - {fact.by}):
        messages.alert(account_id, request.id, "corrected", words.CORRECTED_NOTICE, now=fact.now, expires_at=until)
    if request.author_id not in (fact.by, *comes):
        tell(request.author_id, request, "corrected", words.CORRECTED_NOTICE, fact.now)
