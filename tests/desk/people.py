"""Those whom these tales need beside the town's own: services that answer, doctors who decide."""

from uuid import UUID

from app.accounts.models import Role
from app.core.db import db, transaction
from app.directory.actions import add_service
from app.directory.models import Profession
from tests.factories.town import Nurse, Person, Town


def service(town: Town, name: str, kind: Profession, *, km: float = 2, organization_kind: str = "hospital") -> Nurse:
    """An establishment's service, and somebody of it who answers; `practitioner_id` is the service's own inbox."""
    with transaction():
        place = town._organization(name, organization_kind, None)
        role = add_service(place, kind)
        role.latitude += km / 111.2
        db.session.flush()
        role_id, place_id = role.id, place.id
    person = town._person("Accueil", name, Role.PRACTITIONER, place_id)
    return Nurse(town, person.account_id, person.client, role_id, role_id)


def senior(town: Town, family: str = "Aubry", at: UUID | None = None) -> Person:
    return town._person("Paule", family, Role.SENIOR_DOCTOR, at or town.emergency_id)


def at_a(town: Town, kind: str, given: str = "Vera") -> Person:
    """Somebody who asks from a place of this kind."""
    with transaction():
        place = town._organization(f"Lieu {kind}", kind, None).id
    return town._person(given, "Demandeuse", Role.REQUESTER, place)
