"""What the board says of an emergency access: who opened whose file, and why."""

from dataclasses import dataclass
from uuid import UUID

from app.accounts.models import Account, Role
from app.language.words import moment
from app.organizations.queries import names_of
from app.patients import emergency


@dataclass(frozen=True)
class EmergencyLine:
    """`mine`: opened by the reader herself, for another coordinator to read."""

    id: UUID
    who: str
    initials: str
    organization: str
    patient: str
    when: str
    reason: str
    because: str
    mine: bool


def emergencies_for(coordinator: Account) -> list[EmergencyLine]:
    accesses = emergency.awaiting(coordinator.organizations(Role.COORDINATOR))
    places = {place for each in accesses for place in each.account.organizations()}
    names = names_of(places) if places else {}
    return [
        EmergencyLine(
            id=each.id,
            who=each.account.name,
            initials=each.account.initials,
            organization=", ".join(names[place] for place in sorted(set(each.account.organizations()))),
            patient=each.patient.name,
            when=moment(each.opened_at),
            reason=emergency.REASONS[each.reason],
            because=each.because,
            mine=each.account_id == coordinator.id,
        )
        for each in accesses
    ]
