"""Care that comes back: ten days, mornings and evenings, from tomorrow."""

from datetime import date, timedelta
from uuid import UUID

from app.care_requests.rules import planned
from app.core.db import db, transaction
from app.directory.models import PractitionerRole
from tests.factories.town import Nurse, Town

TOMORROW = date(2026, 11, 25)
PLAN = planned(TOMORROW, TOMORROW + timedelta(days=9), ["morning", "evening"])


def asked_for_ten_days(town: Town) -> UUID:
    request_id = town.asks(visits=PLAN)
    town.time_passes(seconds=1)
    return request_id


def shares_a_practice(one: Nurse, other: Nurse) -> None:
    with transaction():
        mine, hers = (db.session.get_one(PractitionerRole, nurse.role_id) for nurse in (one, other))
        hers.organization_id = mine.organization_id
