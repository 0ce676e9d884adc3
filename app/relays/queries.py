"""What is asked before care begins or ends, and whom somebody may name who cannot come herself."""

from datetime import date

from app import clock
from app.appointments.queries import of_request as appointments_of
from app.care_requests.models import CareRequest, Verb
from app.care_requests.rules import follows
from app.consents.objections import whom_she_accepts
from app.directory.by_name import by_name
from app.directory.models import PractitionerRole
from app.directory.queries import colleagues
from app.dispatch.models import Offer, OfferState
from app.language.phrases import gettext as _
from app.language.phrases import ngettext
from app.language.words import day
from app.passages import queries as passages
from app.passages.rules import PassageState


def locums(role: PractitionerRole, typed: str) -> list[PractitionerRole]:
    """Of the same profession, in whichever practice, those whose name is typed and who answer in Relais, the nearest
    first; nobody for nothing typed."""
    if not typed.strip() or role.practitioner_id is None:
        return []
    found = by_name(typed, role.profession, role.organization.commune).people
    away = [one for one in found if one.can_sign_in and one.organization_id != role.organization_id]
    return [one for one in away if one.practitioner_id != role.practitioner_id]


def who_may_go_on(offer: Offer, typed: str) -> list[tuple[PractitionerRole, str]]:
    """Whom she may name who goes on instead of her, each with why: her practice, and locums whose name is typed."""
    near = colleagues(offer.role)
    welcome = whom_she_accepts(offer.request.patient_id, [*near, *locums(offer.role, typed)])
    return [(role, _("même cabinet") if role in near else role.organization.name) for role in welcome]


def last_to_come(request: CareRequest) -> date | None:
    """The day of the last passage that could be handed over, `date.min` when there is none; none without an end."""
    if request.rhythm:
        return None
    mine = passages.of_request(request.id)
    return max((each.day for each in mine if each.state is PassageState.PLANNED), default=date.min)


def doubts_of(offer: Offer, verb: Verb) -> list[str]:
    """What is asked before the care begins or ends: a day that has not come, a list left empty, passages to come."""
    care, found = offer.request, appointments_of(offer.request_id)
    if offer.state is not OfferState.WON or care.stay_id or follows(care.state, verb) is None:
        return []
    doubts = []
    if found and found.starts_at and clock.paris(found.starts_at).date() > clock.paris(clock.now()).date():
        doubts.append(_("Le rendez-vous est prévu %(day)s.", day=day(found.starts_at)))
    if verb is Verb.FINISH:
        if care.rulebook.after.checklist and not (found and found.ticked):
            doubts.append(_("Rien n'est coché dans la liste du rendez-vous."))
        left = sum(each.state is PassageState.PLANNED for each in passages.of_request(care.id))
        if left:
            doubts.append(ngettext("Il reste %(num)s passage.", "Il reste %(num)s passages.", left))
    return doubts
