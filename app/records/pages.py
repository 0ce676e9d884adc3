"""What each page of this door shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Self
from uuid import UUID

from app import clock
from app.accounts.models import REQUESTERS, Account, Role
from app.care_requests.lines import RequestFacts, RequestLine, line_of
from app.care_requests.rules import OPEN, State
from app.circles.queries import carers_of
from app.circles.words import Carer
from app.core.htmx import Page
from app.core.ways import way
from app.documents.models import Document
from app.identity.ins import DOCUMENTS
from app.language.phrases import gettext as _
from app.language.phrases import said
from app.language.words import brief, date_words, phone
from app.organizations.models import Organization
from app.organizations.queries import names_of, organizations
from app.patients import queries as patients
from app.patients.forms import IdentityCheckForm, PatientForm
from app.patients.models import Correction, IdentityCheck, Patient, Relation
from app.patients.words import CAUSES, STATUSES, TRAITS, Banner, banner
from app.records import queries
from app.records.forms import DeathForm, ExitForm, IdentityForm, MoveForm
from app.records.queries import Care
from app.stays import queries as stays
from app.stays.models import ExpectedExit, LifeEvent, Stay
from app.stays.rules import ESTABLISHMENTS, may_undo
from app.stays.words import died_words, exit_words, moved_words, place_words, stay_words

UNKNOWN = "unknown"
"""Instead of the id of a ward: nobody knows where she is."""


@dataclass(frozen=True)
class Access:
    """Who may find and open this person: by what, since which day, and until which if that is known."""

    name: str
    causes: list[str]
    since: str
    until: str
    reasons: list[str]


@dataclass(frozen=True)
class Corrected:
    trait: str
    before: str
    after: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Where:
    """Where she is, in words, and what the reader may say of it.

    `here`: the establishments for which the reader asks where she could be in hospital from today on, and is not.
    `exit`: when the stay may end, with what was said before; `prepares`: may the reader ask for what is needed at home?
    `undoable`: may a death that was said by mistake be taken back?
    """

    died: str
    said_by: str
    undoable: bool
    hospital: str
    exit: str
    stay_id: UUID | None
    moved: str
    here: list[Organization]
    prepares: bool

    @classmethod
    def of(cls, patient: Patient, account: Account, now: datetime) -> Self:
        known = stays.whereabouts(patient.id)
        places = [] if known.death else establishments_of(account)
        return cls(
            died=died_words(known.death.on if known.death else None, patient.sex),
            said_by=_said_by(known.death) if known.death else "",
            undoable=known.death is not None and may_undo(known.death.at, now),
            hospital=stay_words(known.stay, patient.sex) if known.stay else "",
            exit=exit_words(known.stay) if known.stay else "",
            stay_id=known.stay.id if known.stay else None,
            moved=moved_words(known.moved) if known.moved else "",
            here=[] if any(is_in(known.stay, each) for each in places) else places,
            prepares=bool(places),
        )


def establishments_of(account: Account) -> list[Organization]:
    """Those for which this person asks."""
    places = organizations(dict.fromkeys(account.organizations(*REQUESTERS)))  # Once each, whatever her roles there.
    return [each for each in places if each.kind in ESTABLISHMENTS]


def says_exit(stay: Stay, account: Account) -> bool:
    """The day of leaving is the ward's to say, its house's, or a case manager's, who prepares it with them (MISSION
    D16); anybody's who may open her where Relais does not know the ward."""
    if stay.organization is None or Role.CASE_MANAGER in account.roles:
        return True
    mine = account.organizations(*REQUESTERS)
    return stay.organization_id in mine or stay.organization.parent_id in mine


def _said_by(event: LifeEvent) -> str:
    return _("Écrit par %(name)s le %(date)s.", name=event.said_by.name, date=day_of(event.at))


@dataclass(frozen=True)
class PersonPage(Page):
    """`worrying`: what nobody comes for, or not in time; it is not among those `under_way`. `full_name`: every birth
    name, as identity papers have them, where she is called otherwise."""

    template = "records/person.html"
    fragment = "records/_person.html"

    patient_id: UUID
    woman: bool
    banner: Banner
    full_name: str
    worrying: list[RequestLine]
    under_way: list[RequestLine]
    over: list[RequestLine]
    circle: list[Carer]
    accesses: list[Access]
    documents: Sequence[Document]
    corrections: list[Corrected]
    back: str
    live_topics: list[str]
    identity: str
    checked: str
    has_namesake: bool
    check_form: IdentityCheckForm
    where: Where

    @classmethod
    def about(
        cls, patient: Patient, account: Account, now: datetime, check_form: IdentityCheckForm | None = None
    ) -> Self:
        """`check_form`: with what must be mended in it."""
        care = queries.care_of(patient.id)
        addresses = ways_in(care, account)
        places = names_of({each.facts.organization_id for each in care})
        opened = [each for each in care if each.facts.state in OPEN]
        born_as = f"{patient.given_names} {patient.birth_name.upper()}"

        def lines(chosen: Iterable[Care]) -> list[RequestLine]:
            return [care_line(each, addresses, places, now) for each in chosen]

        return cls(
            patient_id=patient.id,
            woman=patient.sex != "M",
            banner=banner(patient, now),
            full_name="" if born_as == patient.name else born_as,
            worrying=lines(each for each in opened if each.worries),
            under_way=lines(each for each in opened if not each.worries),
            over=lines(each for each in care if each.facts.state not in OPEN),
            circle=carers_of(patient.id),
            accesses=accesses(patients.relations_of(patient.id, now)),
            documents=queries.documents_of(patient.id, account),
            corrections=[corrected(each) for each in patients.corrections_of(patient.id)],
            back=way("person", patient_id=patient.id),
            live_topics=[f"patient-{patient.id}"],
            identity=STATUSES[patient.identity_status],
            checked=checked_words(patients.last_check(patient.id)),
            has_namesake=patients.has_namesake(patient, patients.openable_by(account, now)),
            check_form=check_form or IdentityCheckForm(formdata=None),
            where=Where.of(patient, account, now),
        )


def checked_words(check: IdentityCheck | None) -> str:
    """`Carte d'identité vue par Nadia Benali le 28 novembre 2026`."""
    if check is None:
        return ""
    said = {"document": DOCUMENTS[check.document], "name": check.checked_by.name}
    return _("%(document)s, vue par %(name)s le %(date)s", **said, date=date_words(clock.paris(check.at).date()))


def ways_in(care: Sequence[Care], account: Account) -> dict[UUID, str]:
    """Where this person opens each of these requests: who asked, on its page; who took it, on her offer. What others do
    for the patient is known to her, and not hers to open."""
    mine = account.organizations(*REQUESTERS)
    won = queries.won_by(account, [each.facts.id for each in care])
    asked = {each.facts.id for each in care if each.facts.organization_id in mine}
    return {
        **{request_id: way("offer", offer_id=offer_id) for request_id, offer_id in won.items()},
        **{request_id: way("request", request_id=request_id) for request_id in asked},
    }


def care_line(care: Care, addresses: dict[UUID, str], places: dict[UUID, str], now: datetime) -> RequestLine:
    facts = care.facts
    line = line_of(facts, addresses.get(facts.id, ""), when=when(care, now), note=comes(facts))
    late = facts.state in (State.ACCEPTED, State.SCHEDULED) and care.late_at and not facts.stay_id
    title, what = said(facts.need.care), places[facts.organization_id]
    return replace(line, title=title, what=what, answer=care.answer or "", overdue="clock" if late else "")


def when(care: Care, now: datetime) -> str:
    """The hour of the visit; without one, the day from which the care is wanted."""
    if care.starts_at and care.facts.state in OPEN:
        return brief(care.starts_at, now)
    return date_words(clock.paris(care.facts.window_start).date(), "d MMM")


def comes(facts: RequestFacts) -> str:
    return facts.performer.name if facts.performer else ""


def accesses(relations: Sequence[Relation]) -> list[Access]:
    """One line for each who has access, however many reasons there are."""

    def holder(each: Relation) -> str:
        return str(each.organization_id or each.practitioner_id)

    return [access_of(list(held)) for _holder, held in groupby(sorted(relations, key=holder), key=holder)]


def access_of(held: Sequence[Relation]) -> Access:
    who = held[0].organization or held[0].practitioner
    ends = [each.until for each in held if each.until]
    return Access(
        name=who.name if who else "",
        causes=list(dict.fromkeys(str(CAUSES[each.why]) for each in held)),
        since=day_of(min(each.since for each in held)),
        until=day_of(max(ends)) if len(ends) == len(held) else "",
        reasons=[f"{each.reason} ({each.recorded_by.name})" for each in held if each.reason and each.recorded_by],
    )


def day_of(moment: datetime) -> str:
    return date_words(clock.paris(moment).date(), "d MMMM y")


def corrected(each: Correction) -> Corrected:
    before, after = (phone(text) if each.trait == "phone" else text for text in (each.before, each.after))
    return Corrected(str(TRAITS[each.trait]), before, after, each.at, each.by.name)


@dataclass(frozen=True)
class CorrectionPage(Page):
    """`meanwhile`: what another wrote since this form was shown, by label; `who`: by whom, and when."""

    template = "records/correction.html"

    patient_id: UUID
    name: str
    form: PatientForm
    meanwhile: list[tuple[str, str]]
    who: Corrected | None


@dataclass(frozen=True)
class IdentityPage(Page):
    """`nobody`: that it opened nothing, which says nothing of why."""

    template = "records/identity.html"

    form: IdentityForm
    nobody: bool


@dataclass(frozen=True)
class StayPage(Page):
    """Where she is: the day of leaving, coming home and another ward while she is in hospital; otherwise in which ward
    she is from now on. `found`: whom the letters `typed` mean; `former`: the days that were said, the latest first."""

    template = "records/stay.html"
    fragment = "records/_wards.html"

    patient_id: UUID
    name: str
    woman: bool
    where: Where
    form: ExitForm
    may_say_exit: bool
    former: list[tuple[str, str, str]]
    typed: str
    found: list[tuple[UUID, str, str]]

    @classmethod
    def about(cls, patient: Patient, account: Account, form: ExitForm, typed: str, now: datetime) -> Self:
        running, where = stays.running(patient.id), Where.of(patient, account, now)
        named = {each.id for each in where.here}
        return cls(
            patient_id=patient.id,
            name=patient.name,
            woman=patient.sex != "M",
            where=where,
            form=form,
            may_say_exit=running is not None and says_exit(running, account),
            former=[exit_said(each) for each in reversed(running.expected)] if running else [],
            typed=typed,
            found=[
                ward_line(each)
                for each in stays.establishments(typed)
                if each.id not in named and not is_in(running, each)
            ],
        )


def is_in(stay: Stay | None, ward: Organization) -> bool:
    return stay is not None and stay.organization_id == ward.id


def exit_said(each: ExpectedExit) -> tuple[str, str, str]:
    """The day, why it changed, and who said so when."""
    return date_words(each.on, "EEEE d MMMM"), each.why, f"{each.said_by.name}, {day_of(each.at)}"


def ward_line(ward: Organization) -> tuple[UUID, str, str]:
    return ward.id, ward.name, ", ".join(filter(None, (ward.parent.name if ward.parent else "", ward.commune.name)))


@dataclass(frozen=True)
class ElsewherePage(Page):
    """She is said to be in another ward: somebody who reads it decides."""

    template = "records/elsewhere.html"

    patient_id: UUID
    name: str
    woman: bool
    there: str
    stay_id: UUID
    ward: str
    here: str

    @classmethod
    def about(cls, patient: Patient, running: Stay, ward: Organization | None) -> Self:
        there = stay_words(running, patient.sex)
        woman, here = patient.sex != "M", place_words(ward) or _("ailleurs, on ne sait pas où")
        return cls(patient.id, patient.name, woman, there, running.id, str(ward.id) if ward else UNKNOWN, here)


@dataclass(frozen=True)
class DeathPage(Page):
    """What saying it does, before it is said."""

    template = "records/death.html"

    patient_id: UUID
    name: str
    form: DeathForm

    @classmethod
    def about(cls, patient: Patient, form: DeathForm) -> Self:
        return cls(patient.id, patient.name, form)


@dataclass(frozen=True)
class MovePage(Page):
    template = "records/move.html"

    patient_id: UUID
    name: str
    form: MoveForm

    @classmethod
    def about(cls, patient: Patient, form: MoveForm) -> Self:
        return cls(patient.id, patient.name, form)
