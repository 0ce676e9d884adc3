"""What the page shows on which somebody is named."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.care_requests.models import CareRequest, State
from app.core.htmx import Page
from app.directory.by_name import by_name
from app.directory.models import PractitionerRole
from app.directory.words import PROFESSIONS
from app.language.words import distance
from app.naming.forms import ByHandForm
from app.naming.words import WHY_NOT
from app.organizations.geo import distance_km
from app.relays.named import asked_professions, why_not
from app.relays.rules import WhyNot

SHOWN = 8


@dataclass(frozen=True)
class Nominee:
    """Somebody whom the typed name may mean. `why`: why she is not asked in Relais; empty: she may be."""

    role_id: UUID
    name: str
    profession: str
    place: str
    far: str
    phone: str
    why: str


@dataclass(frozen=True)
class SomebodyPage(Page):
    """`found`: whom `typed` may mean, the nearest first; `by_hand`: for somebody whom the directory does not know;
    `notice`: what was not done, and why; `back`: where one came from."""

    template = "naming/somebody.html"

    care_request: CareRequest
    open_to_all: bool
    typed: str
    found: Sequence[Nominee]
    by_hand: ByHandForm
    notice: str
    back: tuple[str, str]


def somebody_of(
    request: CareRequest, typed: str, back: tuple[str, str], form: ByHandForm | None = None, notice: str = ""
) -> SomebodyPage:
    open_to_all = request.state in (State.SEARCHING, State.UNANSWERED) and request.stay_id is None
    found = _called_so(request, typed) if open_to_all and typed else []
    blank = form or ByHandForm(asked_professions(request), formdata=None)
    return SomebodyPage(request, open_to_all, typed, found, blank, notice, back)


def _called_so(request: CareRequest, typed: str) -> list[Nominee]:
    """Whether or not they were asked or are on Relais; nobody whom the patient refuses."""
    place = request.commune
    people = [role for kind in asked_professions(request) for role in by_name(typed, kind, place).people]
    reasons = why_not(request, people)
    away = {role.id: distance_km(place.latitude, place.longitude, role.latitude, role.longitude) for role in people}
    wanted = [role for role in people if reasons[role.id] is not WhyNot.UNWANTED]
    nearest = sorted(wanted, key=lambda role: (away[role.id], role.id))[:SHOWN]
    return [_nominee(role, away[role.id], reasons[role.id]) for role in nearest]


def _nominee(role: PractitionerRole, km: float, why: WhyNot | None) -> Nominee:
    return Nominee(
        role_id=role.id,
        name=role.name,
        profession=PROFESSIONS[role.profession][0],
        place=role.organization.name,
        far=distance(km),
        phone=role.phone,
        why=str(WHY_NOT[why]) if why else "",
    )
