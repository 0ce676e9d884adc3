"""What this room tells of a person's life: her visits that have an hour, of care that comes once."""

from collections.abc import Iterator

from sqlalchemy import select

from app import clock
from app.appointments.models import Appointment
from app.care_requests.lived import PERFORMER, cares, performer
from app.care_requests.models import CareRequest
from app.care_requests.rules import State
from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole
from app.happenings.asking import Asked
from app.happenings.rules import Happening, Went
from app.language.phrases import gettext as _
from app.organizations.models import Organization


def visited(asked: Asked) -> Iterator[Happening]:
    """A relative reads those at home under one heading and those elsewhere under another."""
    reader = asked.reader
    if not reader.reads("visits", "appointments"):
        return
    care = cares()
    need = CareRequest.id, CareRequest.pathway_version_id, CareRequest.reason
    about = Appointment.starts_at, Appointment.mode, Appointment.came, CareRequest.state, CareRequest.visits
    found = (
        select(*about, *PERFORMER, *need)
        .join(CareRequest, CareRequest.id == Appointment.request_id)
        .join(PractitionerRole, PractitionerRole.id == CareRequest.performer_id)
        .outerjoin(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .join(Organization, Organization.id == PractitionerRole.organization_id)
        .where(CareRequest.patient_id == asked.patient_id, asked.within(Appointment.starts_at))
        .where(asked.of_requests(CareRequest.id))
    )
    for at, mode, came, state, visits, *rest in db.session.execute(found):
        *names, request_id, version_id, reason = rest
        if at is None or visits or not reader.reads("visits" if mode == "home" else "appointments"):
            continue
        what = care(version_id, reason) if reader.account else _("Rendez-vous")
        went = became(state, came)
        yield Happening(clock.paris(at).date(), what, performer(*names), went, at=at, opens=asked.opens(request_id))


def became(state: State, came: bool | None) -> Went:
    if state in (State.DONE, State.STARTED) or came:
        return Went.DONE
    return Went.MISSED if came is False or state is State.CANCELLED else Went.PLANNED
