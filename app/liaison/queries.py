"""Who reads which note. Everything of the house that shows one asks here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, exists, or_, select, true

from app import clock
from app.accounts.models import REQUESTERS, Account, Membership, Role
from app.assessments.queries import places_of_care
from app.consents.objections import keeps_the_team_apart
from app.core.db import db
from app.directory.models import Practitioner
from app.documents.models import Document
from app.liaison.models import FormerText, Note, NoteDocument, NoteReader, SafetyNote, Sight
from app.liaison.rules import HEALTH_PLACES, NoteType, Visibility
from app.organizations.models import Organization
from app.patients.models import Cause, Relation
from app.patients.queries import may_open

AT_ONCE = 20
"""Notes of one page."""

UNREAD_FOR = timedelta(days=30)
"""Older than this a note is not said to be unread: whoever joins a circle does not owe a year of reading."""

TODAY = timedelta(hours=12)


@dataclass(frozen=True)
class ReadsAs:
    """Somebody who cares for the person. `health`: as a health professional; `houses`: where she works; `apart`: the
    person keeps the team apart, so that each reads what is of her own house."""

    account_id: UUID
    health: bool
    houses: Sequence[UUID]
    apart: bool


def reader_of(account: Account, patient_id: UUID) -> ReadsAs | None:
    """For who may open the person. None of who comes to help at home or to deliver: she reads nothing of the book
    (FACTS_COORDINATION, check 35)."""
    places = places_of_care(account)
    return reader_from(account, places, apart=keeps_the_team_apart(patient_id)) if places else None


def reader_from(account: Account, places: Sequence[Organization], *, apart: bool) -> ReadsAs:
    """The same for who knows already where she cares (`places_of_care`)."""
    as_health = account.organizations(Role.REQUESTER, Role.PRACTITIONER)
    health = any(place.id in as_health and place.kind in HEALTH_PLACES for place in places)
    return ReadsAs(account.id, health, account.organizations(*REQUESTERS), apart)


def readable(patient_id: UUID, reader: ReadsAs) -> Select[Note]:
    """The notes and answers of this person that she reads, in no order."""
    named = exists(
        select(NoteReader.note_id).where(NoteReader.note_id == Note.id, NoteReader.account_id == reader.account_id)
    )
    for_all = [Visibility.CIRCLE, Visibility.PERSON, *([Visibility.HEALTH] if reader.health else [])]
    hers = or_(Note.author_id == reader.account_id, named)
    house = or_(Note.organization_id.in_(reader.houses), Note.author_id.is_(None)) if reader.apart else true()
    return select(Note).where(Note.patient_id == patient_id, or_(hers, and_(Note.visibility.in_(for_all), house)))


def may_read(account: Account, note: Note, now: datetime) -> bool:
    if not may_open(account, note.patient_id, now):
        return False
    reader = reader_of(account, note.patient_id)
    return reader is not None and note_of(note.patient_id, note.id, reader) is not None


def note_of(patient_id: UUID, note_id: UUID, reader: ReadsAs) -> Note | None:
    return db.session.scalar(readable(patient_id, reader).where(Note.id == note_id))


def _seen_by(account_id: UUID) -> Select[UUID]:
    return select(Sight.note_id).where(Sight.account_id == account_id, Sight.seen_at.is_not(None))


def unread(patient_id: UUID, reader: ReadsAs, now: datetime) -> Select[Note]:
    """Asked, observed or answered by others, and not before her eyes yet; the oldest first."""
    return (
        readable(patient_id, reader)
        .where(Note.author_id.is_distinct_from(reader.account_id), Note.withdrawn_at.is_(None))
        .where(Note.at > now - UNREAD_FOR, Note.id.not_in(_seen_by(reader.account_id)))
        .order_by(Note.id)
    )


class ToRead(NamedTuple):
    """How many notes wait for a reader, and how many of them are urgent."""

    number: int = 0
    urgent: int = 0


def to_read(patient_id: UUID, reader: ReadsAs, now: datetime) -> ToRead:
    urgent = db.session.scalars(unread(patient_id, reader, now).with_only_columns(Note.urgent).limit(100)).all()
    return ToRead(len(urgent), sum(urgent))


def notes_of(
    patient_id: UUID, reader: ReadsAs, *, only: NoteType | None = None, before: UUID | None = None
) -> Sequence[Note]:
    """The newest first, one more than `AT_ONCE` where there are older ones; answers stand with what they answer."""
    found = readable(patient_id, reader).where(Note.answers_id.is_(None)).order_by(Note.id.desc())
    if only:
        found = found.where(Note.type == only)
    if before:
        found = found.where(Note.id < before)
    return db.session.scalars(found.limit(AT_ONCE + 1)).all()


def answers_to(patient_id: UUID, note_ids: Collection[UUID], reader: ReadsAs) -> dict[UUID, list[Note]]:
    """By the advice asked, in the order in which they came."""
    found: dict[UUID, list[Note]] = {}
    if note_ids:
        answers = readable(patient_id, reader).where(Note.answers_id.in_(note_ids)).order_by(Note.id)
        for each in db.session.scalars(answers):
            if each.answers_id:
                found.setdefault(each.answers_id, []).append(each)
    return found


def written_by(patient_id: UUID, account_id: UUID, since: datetime) -> Sequence[Note]:
    """What she wrote of this person lately, the oldest first: for who reads nothing else, too."""
    mine = Note.patient_id == patient_id, Note.author_id == account_id, Note.at > since
    return db.session.scalars(select(Note).where(*mine).order_by(Note.id)).all()


def written_note(patient_id: UUID, note_id: UUID, account_id: UUID) -> Note | None:
    """A note of this very author."""
    mine = Note.id == note_id, Note.patient_id == patient_id, Note.author_id == account_id
    return db.session.scalar(select(Note).where(*mine))


@dataclass(frozen=True)
class SeenBy:
    name: str
    at: datetime


def sights_of(note_ids: Collection[UUID]) -> dict[UUID, list[SeenBy]]:
    """By note, who read it and when, the first one first."""
    found: dict[UUID, list[SeenBy]] = {}
    if note_ids:
        seen = (
            select(Sight.note_id, Account.given_name, Account.family_name, Sight.seen_at)
            .join(Account, Account.id == Sight.account_id)
            .where(Sight.note_id.in_(note_ids), Sight.seen_at.is_not(None))
        )
        for note_id, given, family, at in db.session.execute(seen.order_by(Sight.seen_at)):
            if at:
                found.setdefault(note_id, []).append(SeenBy(f"{given} {family}", at))
    return found


def documents_of(notes: Collection[Note]) -> dict[UUID, list[Document]]:
    found: dict[UUID, list[Document]] = {}
    if ids := [each.id for each in notes if each.has_documents]:
        sent = select(NoteDocument.note_id, Document).join(Document, Document.id == NoteDocument.document_id)
        for note_id, document in db.session.execute(sent.where(NoteDocument.note_id.in_(ids)).order_by(Document.id)):
            found.setdefault(note_id, []).append(document)
    return found


def former_texts(note_id: UUID) -> Sequence[FormerText]:
    """The oldest first."""
    return db.session.scalars(select(FormerText).where(FormerText.note_id == note_id).order_by(FormerText.id)).all()


def named_in(note_id: UUID) -> Sequence[Account]:
    named = select(Account).join(NoteReader, NoteReader.account_id == Account.id).where(NoteReader.note_id == note_id)
    return db.session.scalars(named.order_by(Account.family_name, Account.id)).all()


def who_cares(patient_id: UUID, now: datetime) -> Sequence[Account]:
    """Whom a note may be for: her usual professionals, whoever has said yes to care for her, and who wrote in the book.
    Who of them reads one is asked of each (`may_read`)."""
    lasts = Relation.patient_id == patient_id, or_(Relation.until.is_(None), Relation.until > now)
    herself = select(Practitioner.account_id).join(Relation, Relation.practitioner_id == Practitioner.id).where(*lasts)
    at_work = (
        select(Membership.account_id)
        .join(Relation, Relation.organization_id == Membership.organization_id)
        .where(*lasts, Relation.why.in_((Cause.CIRCLE, Cause.ACCEPTANCE)), Membership.role == Role.PRACTITIONER)
    )
    wrote = select(Note.author_id).where(Note.patient_id == patient_id, Note.author_id.is_not(None))
    theirs = or_(Account.id.in_(herself), Account.id.in_(at_work), Account.id.in_(wrote))
    return db.session.scalars(select(Account).where(theirs, Account.active).order_by(Account.id)).all()


def may_listen_to(account: Account, patient_id: UUID) -> bool:
    return may_open(account, patient_id, clock.now())


def may_open_document(account: Account, document_id: UUID) -> bool:
    came_with = select(Note).join(NoteDocument, NoteDocument.note_id == Note.id)
    note = db.session.scalar(came_with.where(NoteDocument.document_id == document_id))
    return note is not None and note.withdrawn_at is None and may_read(account, note, clock.now())


# ---- the person, and those near her


def told_to_her(patient_id: UUID, *, before: UUID | None = None) -> Sequence[Note]:
    """What she reads herself, and a relative whom she lets: notes that are for her and what she or they wrote; the
    newest first, one more than `AT_ONCE` where there are older ones."""
    hers = Note.patient_id == patient_id, Note.visibility == Visibility.PERSON, Note.withdrawn_at.is_(None)
    found = select(Note).where(*hers).order_by(Note.id.desc())
    return db.session.scalars((found.where(Note.id < before) if before else found).limit(AT_ONCE + 1)).all()


def note_by_link(patient_id: UUID, note_id: UUID, related_id: UUID | None) -> Note | None:
    """One that she wrote herself (`related_id`: none), or that this relative wrote."""
    mine = Note.id == note_id, Note.patient_id == patient_id, Note.author_id.is_(None)
    return db.session.scalar(select(Note).where(*mine, Note.related_id.is_not_distinct_from(related_id)))


# ---- at the door


def safety_notes_of(patient_id: UUID) -> Sequence[SafetyNote]:
    """The last one first: it is the one that counts."""
    hers = select(SafetyNote).where(SafetyNote.patient_id == patient_id).order_by(SafetyNote.id.desc())
    return db.session.scalars(hers.limit(10)).all()


def safety_of(patient_id: UUID) -> str:
    found = safety_notes_of(patient_id)
    return found[0].text if found else ""
