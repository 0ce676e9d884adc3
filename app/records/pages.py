"""What each page of this door shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Self
from uuid import UUID

from flask import url_for

from app import clock
from app.accounts.models import REQUESTERS, Account
from app.assessments.pages import gir_words
from app.assessments.queries import places_of_care
from app.care_requests.lines import RequestLine
from app.care_requests.models import CareRequest
from app.circles.queries import carers_of
from app.circles.words import Carer
from app.consents.models import Refusing
from app.consents.objections import general_of
from app.conversations.queries import SaidLine, outcomes_of
from app.core.htmx import Page
from app.core.ways import way
from app.documents.models import Document
from app.folders.pages import OnPerson, on_person
from app.funding.queries import of_funding
from app.identity.ins import DOCUMENTS
from app.language.phrases import gettext as _
from app.language.phrases import said
from app.language.words import date_of, date_words, phone
from app.liaison.pages import to_read_words
from app.liaison.queries import ToRead, reader_from, to_read
from app.life.care import Care, CareLines, care_of, passages_of
from app.life.line import own_care
from app.life.seen import Seen
from app.organizations.queries import names_of
from app.patients import queries as patients
from app.patients.forms import IdentityCheckForm, PatientForm
from app.patients.models import Correction, IdentityCheck, Patient, Relation
from app.patients.numbers import local_number, telecom_words
from app.patients.words import CAUSES, STATUSES, TRAITS, Banner, banner
from app.records import queries
from app.records.forms import InsForm, LocalNumberForm, ReasonedForm, TelecomForm
from app.records.where import Where
from app.relatives.models import RelatedPerson
from app.relatives.queries import relatives_of
from app.relatives.words import KINSHIP
from app.rights.models import Rectification
from app.rights.rectifying import rectifications_of


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
class Outcome:
    """What somebody did for this person, and what she advises."""

    care: str
    who: str
    at: datetime
    done: str
    advice: str
    url: str


def outcome(request: CareRequest, line: SaidLine) -> Outcome:
    url = url_for(
        "conversations.conversation", request_id=request.id, back=way("person", patient_id=request.patient_id)
    )
    return Outcome(said(request.need.care), line.author_name, line.at, line.text, line.advice or "", url)


@dataclass(frozen=True)
class PersonPage(Page):
    """`seen`: what is read without scrolling. `full_name`: every birth name, as identity papers have them, where she is
    called otherwise. `apart`: she objects to sharing within the
    team (L1110-12 CSP): each reads what is hers to open, and nothing of what others do. `frozen`: she asked
    that nothing new be done with her record; `asked_to_mend`: what she says is wrong in it."""

    template = "records/person.html"
    fragment = "records/_person.html"

    patient_id: UUID
    woman: bool
    banner: Banner
    full_name: str
    telecoms: list[str]
    local_numbers: list[str]
    seen: Seen
    under_way: list[RequestLine]
    over: list[RequestLine]
    circle: list[Carer]
    relatives: list[RelatedPerson]
    kinship: dict[str, str]
    apart: bool
    frozen: bool
    asked_to_mend: list[Rectification]
    accesses: list[Access]
    outcomes: list[Outcome]
    documents: Sequence[Document]
    corrections: list[Corrected]
    back: str
    live_topics: list[str]
    identity: str
    checked: str
    has_namesake: bool
    check_form: IdentityCheckForm
    where: Where
    reads_assessments: bool
    gir: str
    notes_to_read: str
    folder: OnPerson
    reads_funding: bool

    @classmethod
    def about(
        cls, patient: Patient, account: Account, now: datetime, check_form: IdentityCheckForm | None = None
    ) -> Self:
        """`check_form`: with what must be mended in it."""
        care, refused = care_of(patient.id), general_of(patient.id)
        apart = Refusing.TEAM in refused
        own = own_care(patient.id, account)
        addresses = {each: way(page.way, **page.values) for each, page in own.items()}
        if apart:
            care = [each for each in care if each.facts.id in addresses]
        found = passages_of(care)
        lines = CareLines(addresses, names_of({each.facts.organization_id for each in care}), found, now)
        circle = [] if apart else carers_of(patient.id)
        where = Where.of(patient, account, now)
        to_mend = list(rectifications_of(patient.id))
        cares = places_of_care(account)
        notes = to_read(patient.id, reader_from(account, cares, apart=apart), now) if cares else ToRead()
        folder = on_person(patient.id, account, apart=apart, needs=needs_of(care), cares=bool(cares), now=now)
        referent = Carer(folder.who, _("Coordonne"), folder.phone, folder.initials) if folder.who else None
        born_as = f"{patient.given_names} {patient.birth_name.upper()}"

        return cls(
            patient_id=patient.id,
            woman=patient.sex != "M",
            banner=banner(patient, now),
            full_name="" if born_as == patient.name else born_as,
            telecoms=[telecom_words(each) for each in patient.telecoms],
            local_numbers=[local_number(patient, each) for each in account.organizations(*REQUESTERS)],
            seen=Seen.of(
                *(care, found, addresses, where.known, circle, now),
                apart=apart,
                to_mend=len(to_mend),
                referent=referent,
                urgent_notes=way("liaison", patient_id=patient.id) if notes.urgent else "",
            ),
            under_way=lines.of(each for each in care if each.is_open),
            over=lines.of(each for each in care if not each.is_open),
            circle=circle,
            relatives=list(relatives_of(patient.id)),
            kinship={key: str(words) for key, words in KINSHIP.items()},
            apart=apart,
            frozen=Refusing.NEW_USE in refused,
            asked_to_mend=to_mend,
            accesses=accesses(patients.relations_of(patient.id, now)),
            outcomes=[outcome(*each) for each in outcomes_of(patient.id, account)],
            documents=queries.documents_of(patient.id, account),
            corrections=[corrected(each) for each in patients.corrections_of(patient.id)],
            back=way("person", patient_id=patient.id),
            live_topics=[f"patient-{patient.id}"],
            identity=STATUSES[patient.identity_status],
            checked=checked_words(patients.last_check(patient.id)),
            has_namesake=patients.has_namesake(patient, patients.openable_by(account, now)),
            check_form=check_form or IdentityCheckForm(formdata=None),
            where=where,
            reads_assessments=bool(cares),
            gir=gir_words(patient.id, account, apart=apart) if cares else "",
            notes_to_read=to_read_words(notes.number),
            folder=folder,
            reads_funding=bool(of_funding(cares, account)),
        )


def needs_of(care: Sequence[Care]) -> list[tuple[UUID, str, datetime]]:
    """Of each open request its event, its reason and since when, as a folder is proposed by them."""
    return [(each.facts.episode_id, each.facts.reason, each.facts.created_at) for each in care if each.is_open]


def checked_words(check: IdentityCheck | None) -> str:
    """`Carte d'identité vue par Nadia Benali le 28 novembre 2026`."""
    if check is None:
        return ""
    said = {"document": DOCUMENTS[check.document], "name": check.checked_by.name}
    return _("%(document)s, vue par %(name)s le %(date)s", **said, date=date_words(clock.paris(check.at).date()))


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
        since=date_of(min(each.since for each in held)),
        until=date_of(max(ends)) if len(ends) == len(held) else "",
        reasons=[f"{each.reason} ({each.recorded_by.name})" for each in held if each.reason and each.recorded_by],
    )


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
    """`by_number`: by the national one, and not by the five traits; `nobody`: that it opened nothing, which says
    nothing of why."""

    template = "records/identity.html"

    form: ReasonedForm
    by_number: bool
    nobody: bool


@dataclass(frozen=True)
class NumbersPage(Page):
    """`telecoms`: by id, each in words; `place`: the organization whose own number she has in `local_form`; `form`: the
    one that was sent, if something must be mended in it."""

    template = "records/numbers.html"

    patient_id: UUID
    name: str
    phone: str
    telecoms: list[tuple[UUID, str]]
    place: str
    telecom_form: TelecomForm
    ins_form: InsForm
    local_form: LocalNumberForm
    form: TelecomForm | InsForm | LocalNumberForm
