"""What this room tells of a person's life: each passage of care that comes back."""

from collections.abc import Iterator

from sqlalchemy import select

from app.care_requests.lived import PERFORMER, cares, performer
from app.care_requests.models import CareRequest
from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole
from app.language.phrases import gettext as _
from app.organizations.models import Organization
from app.passages.models import Passage
from app.passages.rules import PassageState
from app.passages.words import STATES
from app.patients.happenings import Happening, Went
from app.patients.line_of_life import Asked


def passed(asked: Asked) -> Iterator[Happening]:
    reader = asked.reader
    if not reader.reads("visits"):
        return
    care = cares()
    # By its plan and its day, which are an index: five years are not read for one month.
    hers = select(CareRequest.id).where(CareRequest.patient_id == asked.patient_id, CareRequest.visits.is_not(None))
    needs = Passage.request_id, CareRequest.pathway_version_id, CareRequest.reason
    found = (
        select(Passage.day, Passage.moment, Passage.state, Passage.held, Passage.asked_at, *PERFORMER, *needs)
        .join(CareRequest, CareRequest.id == Passage.request_id)
        .join(PractitionerRole, PractitionerRole.id == Passage.role_id)
        .outerjoin(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .join(Organization, Organization.id == PractitionerRole.organization_id)
        .where(Passage.plan_id.in_(hers), Passage.day >= asked.since, Passage.day <= asked.until)
        .where(asked.of_requests(Passage.request_id))
    )
    for day, moment, state, held, asked_at, *rest in db.session.execute(found):
        *names, request_id, version_id, reason = rest
        what = care(version_id, reason) if reader.account else _("Passage")
        if state not in (PassageState.PLANNED, PassageState.DONE) and reader.headings is None:
            what = f"{what} · {STATES[state]}"
        elif held:
            what = f"{what} · {_('suspendu')}"
        went = became(state, asked=asked_at is not None)
        yield Happening(day, what, performer(*names), went, moment=moment, opens=asked.opens(request_id))


def became(state: PassageState, *, asked: bool) -> Went:
    """One that nobody spoke of in time is as one that was not."""
    if state is PassageState.DONE:
        return Went.DONE
    return Went.PLANNED if state is PassageState.PLANNED and not asked else Went.MISSED
