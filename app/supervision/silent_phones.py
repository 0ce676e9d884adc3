"""Who would be asked in a territory, and whom no alert can reach: a telephone call mends that."""

from dataclasses import dataclass
from datetime import datetime

from app.accounts.models import Account, Role
from app.directory.queries import ACCEPTING
from app.directory.words import PROFESSIONS
from app.messages.queries import read_judgements, with_devices
from app.messages.reachability import Reachability


@dataclass(frozen=True)
class Unreachable:
    """A professional as the board shows her; `why` in a few words."""

    name: str
    initials: str
    profession: str
    phone: str
    why: str


_PEOPLE = with_devices(ACCEPTING, "account_id", "family_name", "given_name", "role_id")


def unreachable_for(coordinator: Account, now: datetime) -> list[Unreachable]:
    """The accepting professionals of this person's territories whom no alert can reach, by name."""
    found = read_judgements(_PEOPLE, now, territories=coordinator.organizations(Role.COORDINATOR))
    return [
        Unreachable(
            name=f"{given_name} {family_name}",
            initials=(given_name[:1] + family_name[:1]).upper(),
            profession=PROFESSIONS[profession][0],
            phone=phone,
            why=judgement.to_others,
        )
        for (given_name, family_name, phone, _role, profession), judgement in found.values()
        if judgement.reach is Reachability.UNREACHABLE
    ]
