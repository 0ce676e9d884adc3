"""The team of care that a request makes: who finds the patient because of it, while it lasts and for a while after."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.care_requests.models import CareRequest
from app.care_requests.rules import OPEN, TAKEN, State, Verb
from app.core.db import db
from app.directory.models import PractitionerRole
from app.patients.models import Cause
from app.patients.relations import Holder, end_all_but, lock_running, relate
from app.stays.queries import has_died

AFTERCARE = timedelta(days=90)
"""Who asked for care or gave it answers for it afterwards: a wound that opens again, a letter that is missing."""


def join_asker(request: CareRequest, now: datetime) -> None:
    if request.patient_id:
        asker = Holder(organization_id=request.organization_id)
        relate(request.patient_id, asker, Cause.REQUEST, by=request.author_id, now=now)


def join_performer(request: CareRequest, *, by: UUID | None, now: datetime) -> None:
    if request.patient_id and request.performer:
        relate(request.patient_id, holder_of(request.performer), Cause.ACCEPTANCE, by=by, now=now)


def holder_of(role: PractitionerRole) -> Holder:
    """Who cares for the patient where this role said yes: the person, or the service's people."""
    if role.practitioner_id:
        return Holder(practitioner_id=role.practitioner_id)
    return Holder(organization_id=role.organization_id)


LEAVES = frozenset({Verb.DECLINE, Verb.FINISH, Verb.WITHDRAW, Verb.CANCEL})
"""Verbs after which somebody may have no part in the care any more."""


def end_relations(request: CareRequest, verb: Verb, source: State, now: datetime) -> None:
    """End the relations that no request of this patient causes any more. `source`: the state it was in.

    A professional who never began has nothing to answer for: she finds the patient no more from now on, unless the
    patient died: of that she still reads.
    """
    if verb not in LEAVES or request.patient_id is None:
        return
    patient_id = request.patient_id
    for why in (Cause.REQUEST, Cause.ACCEPTANCE):
        lock_running(patient_id, why)
    theirs = select(CareRequest).where(CareRequest.patient_id == patient_id, CareRequest.state.in_(OPEN))
    still = db.session.scalars(theirs).all()
    askers = {each.organization_id for each in still}
    performers = {holder_of(each.performer).id for each in still if each.performer and each.state in TAKEN}
    cared = AFTERCARE if source is State.STARTED or has_died(patient_id) else timedelta(0)
    end_all_but(patient_id, Cause.REQUEST, askers, until=now + AFTERCARE)
    end_all_but(patient_id, Cause.ACCEPTANCE, {each for each in performers if each}, until=now + cared)
