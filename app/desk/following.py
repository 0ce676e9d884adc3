"""Following: the list, and one request from the tap to the care."""

from uuid import UUID

from flask import Response, abort, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS, Role
from app.appointments import spaces
from app.appointments.forms import chosen_reading
from app.appointments.models import Appointment
from app.audit.readings import read_lately, record_reading
from app.care_requests import queries as care_request_queries
from app.core.db import transaction
from app.core.forms import uuid_or_none
from app.core.htmx import page, see_other, wants_part
from app.desk import queries as desk_queries
from app.desk.door import bp
from app.desk.pages import CameBack, FollowPage, PatientCard, follow_list
from app.desk.queries import Followed


@bp.get("/requests")
@role(*REQUESTERS)
def requests() -> Response:
    everything, beside = request.args.get("show") == "all", uuid_or_none(request.args.get("beside"))
    return page(follow_list(me(), clock.now(), everything=everything, beside=beside))


@bp.get("/requests/<uuid:request_id>")
@role(*REQUESTERS, Role.COORDINATOR)
def follow(request_id: UUID) -> Response:
    now = clock.now()
    # Whoever says to ask for a part only, to fetch the page again, must have been seen to read it.
    again = wants_part() and read_lately(request_id, me().id, now)
    found = my_followed(request_id)
    patient, reader = found.request.patient_id, me().id
    answer = page(FollowPage.about(found, me(), now, CameBack()))
    if not again:  # Last, as a transaction forgets what was read; nobody has the page before it is written down.
        with transaction():
            record_reading(request_id, patient=patient, by=reader, now=now, request=request_id)
    return answer


def my_followed(request_id: UUID) -> Followed:
    found = desk_queries.followed_request(request_id)
    return found if found and care_request_queries.is_followed_by(found.request, me()) else abort(404)


def follow_again(request_id: UUID, status: int, came_back: CameBack) -> Response:
    """The page of a request as it is now, after something that was not done."""
    return page(FollowPage.about(my_followed(request_id), me(), clock.now(), came_back), status=status)


@bp.get("/requests/<uuid:request_id>/card")
@role(*REQUESTERS)
def patient_card(request_id: UUID) -> Response:
    found, appointment, patient = carried(request_id)
    with transaction():  # Whoever was cared for before there were spaces has hers from now on.
        space = spaces.space_of(patient, clock.now())
    return page(PatientCard.of(found.request, appointment, space))


@bp.post("/requests/<uuid:request_id>/card")
@role(*REQUESTERS)
def renew_card(request_id: UUID) -> Response:
    """The card was lost: the one that is printed now is the only one that opens anything."""
    patient = carried(request_id)[2]
    with transaction():
        spaces.renew(spaces.space_of(patient, clock.now()), by=me(), now=clock.now())
    return see_other(url_for("desk.patient_card", request_id=request_id))


@bp.post("/requests/<uuid:request_id>/card/reading")
@role(*REQUESTERS)
def set_card_reading(request_id: UUID) -> Response:
    """Whoever hands the card over sees in which language the patient reads: her pages and reminders speak it too."""
    patient, now = carried(request_id)[2], clock.now()
    with transaction():
        spaces.set_reading(spaces.space_of(patient, now), *chosen_reading(), by=me(), now=now)
    return see_other(url_for("desk.patient_card", request_id=request_id))


def carried(request_id: UUID) -> tuple[Followed, Appointment, UUID]:
    """A request that somebody took, with its visit and its patient; 404 for any other."""
    found = my_followed(request_id)
    appointment, patient = found.appointment, found.request.patient_id
    if appointment is None or patient is None or found.request.performer is None:
        abort(404)
    return found, appointment, patient
