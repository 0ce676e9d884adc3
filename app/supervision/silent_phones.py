"""Who would be asked in a territory, and whom no alert can reach: a telephone call mends that."""

from dataclasses import dataclass
from datetime import datetime

from app.accounts.models import Account, Role
from app.directory.queries import accepting_in, territory_communes
from app.directory.words import PROFESSIONS
from app.push.queries import judgements
from app.push.reachability import Reach


@dataclass(frozen=True)
class Unreachable:
    """A professional as the board shows her; `why` in a few words."""

    name: str
    initials: str
    profession: str
    phone: str
    why: str


def unreachable_for(coordinator: Account, now: datetime) -> list[Unreachable]:
    """The accepting professionals of this person's territories whom no alert can reach, by name."""
    roles = accepting_in(territory_communes(coordinator.organizations(Role.COORDINATOR)))
    people = {account: role for role in roles if role.practitioner and (account := role.practitioner.account_id)}
    found = judgements(list(people), now)
    return [
        Unreachable(
            name=role.name,
            initials=role.initials,
            profession=PROFESSIONS[role.profession][0],
            phone=role.phone,
            why=found[account_id].told,
        )
        for account_id, role in people.items()
        if found[account_id].reach is Reach.UNREACHABLE
    ]
