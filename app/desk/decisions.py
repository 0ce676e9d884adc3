"""A senior doctor's decisions: who waits beside a patient, and two words to choose from (MISSION A17)."""

from uuid import UUID

from flask import Response, abort, flash, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.audit.readings import read_lately, record_reading
from app.care_requests import queries as care_request_queries
from app.care_requests.models import CareRequest
from app.consents.objections import refuses
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.desk.changes import DecisionForm
from app.desk.door import bp
from app.desk.pages import DecisionsPage
from app.dispatch import actions as dispatch
from app.language.phrases import gettext as _


@bp.get("/decisions")
@role(Role.SENIOR_DOCTOR)
def decisions() -> Response:
    return decisions_page()


def decisions_page(
    status: int = 200, wrong: tuple[UUID, DecisionForm] | None = None, too_late: bool = False
) -> Response:
    """`wrong`: the decision whose form came back."""
    now = clock.now()
    waiting = care_request_queries.to_decide(me())
    _note_readings([each for each in waiting if not read_lately(each.id, me().id, now)])
    return page(DecisionsPage.of(me(), now, wrong, too_late=too_late), status=status)


def _note_readings(seen: list[CareRequest]) -> None:
    """Who decides reads about the patient, and that leaves a line."""
    now, reader = clock.now(), me().id
    read = [(each.id, each.patient_id) for each in seen]
    if not read:
        return
    with transaction():
        for subject, patient in read:
            record_reading(subject, patient=patient, by=reader, now=now, request=subject)


@bp.post("/decisions/<uuid:request_id>")
@role(Role.SENIOR_DOCTOR)
@resumable
def decide(request_id: UUID) -> Response:
    form, now = DecisionForm(), clock.now()
    found = mine_to_decide(request_id)
    if not form.validate():
        return decisions_page(status=422, wrong=(found.id, form))
    yes = form.decision.data == "yes"
    with transaction():
        decided = dispatch.decide(mine_to_decide(request_id), yes, by=me(), now=now, reason=form.reason.data or "")
    if not decided:
        return decisions_page(status=409, too_late=True)
    flash(_("La recherche commence.") if yes else _("Le patient reste aux urgences. L'équipe le sait."), "success")
    return see_other(url_for("desk.decisions"))


def mine_to_decide(request_id: UUID) -> CareRequest:
    """A request that was put to this doctor by name; any other is not there for her."""
    found = db.session.get(CareRequest, request_id)
    hers = found is not None and found.decider_id == me().id and not refuses(found.patient_id, me())
    return found if found and hers else abort(404)
