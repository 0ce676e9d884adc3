"""Verbs on the liaison book: a note is written, corrected, withdrawn, seen. Each begins by locking the person."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import select, update

from app.accounts.models import REQUESTERS, Account
from app.assessments.queries import places_of_care
from app.audit.actions import record
from app.consents.objections import is_frozen
from app.core.db import db, insert_into, new_id
from app.documents import actions as documents
from app.documents import queries as document_queries
from app.documents.models import Document
from app.liaison import queries
from app.liaison.models import BookReader, FormerText, Note, NoteDocument, NoteReader, SafetyNote, Sight
from app.liaison.rules import NoteType, Visibility, Voice, Written
from app.liaison.words import FOR_YOU_NOTICE, NOTICE, URGENT_NOTICE
from app.live.actions import changed
from app.messages import actions as messages
from app.messages.models import Delivery, Notice
from app.organizations.models import Organization
from app.patients import queries as patients
from app.patients.models import Patient
from app.stays.queries import has_died

STEP = "liaison"
"""The step of a message that says there is something to read."""

SELDOM = timedelta(hours=12)
"""What everybody writes on an ordinary day rings nobody more often than this, for one book."""

NEWS_LIFE = timedelta(days=3)

ARRIVES_WITHIN = timedelta(hours=12)
"""A note that says to have waited longer for a signal is taken for just written: no page stands open so long."""


@dataclass(frozen=True)
class Author:
    """Who writes: an `account`, a relative (`related_id`), or the person herself (neither). `place`: whose house."""

    voice: Voice
    name: str
    account: Account | None = None
    related_id: UUID | None = None
    place: Organization | None = None

    @property
    def whose(self) -> str:
        return str(self.account.id if self.account else self.related_id or Voice.HERSELF.value)

    @property
    def account_id(self) -> UUID | None:
        return self.account.id if self.account else None

    @property
    def why(self) -> str:
        return "care" if self.account else "patient" if self.voice is Voice.HERSELF else "relative"


def author_of(account: Account, patient_id: UUID, now: datetime) -> Author:
    """As what she writes, and for the house by which she comes to this person, where she works in several."""
    cares = places_of_care(account)
    places = cares or [db.session.get_one(Organization, each) for each in account.organizations(*REQUESTERS)]
    held = patients.holders_among(patient_id, [each.id for each in places], now)
    place = next((each for each in places if each.id in held), places[0])
    return Author(Voice.CARE if cares else Voice.HELP, account.name, account, place=place)


@dataclass(frozen=True)
class Writing:
    """What is written, for whom; `waited`: how long ago it was typed, where it came late for want of a signal."""

    text: str
    key: str
    type: NoteType = NoteType.OBSERVATION
    urgent: bool = False
    visibility: Visibility = Visibility.CIRCLE
    named: Collection[UUID] = ()
    answers: Note | None = None
    sent: Sequence[Document] = ()
    document_type: str = "wound-photo"
    waited: timedelta = timedelta(0)


def write(patient_id: UUID, said: Writing, *, by: Author, now: datetime) -> Note | Written:
    """A note in this person's book; the same touch again is the same note. Who may write was asked before."""
    _lock(patient_id)
    key = f"{by.whose} {said.key or new_id()}"
    if already := db.session.scalar(select(Note).where(Note.patient_id == patient_id, Note.key == key)):
        return already
    if has_died(patient_id):
        return Written.DIED
    if is_frozen(patient_id):
        return Written.FROZEN
    waiting = document_queries.waiting_of(by.account.id, now, [each.id for each in said.sent]) if by.account else ()
    note = Note(
        id=new_id(),
        patient_id=patient_id,
        type=said.type,
        urgent=said.urgent,
        visibility=said.visibility,
        voice=by.voice,
        author_id=by.account_id,
        related_id=by.related_id,
        author_name=by.name,
        place=by.place.name if by.place else "",
        organization_id=by.place.id if by.place else None,
        answers_id=said.answers.id if said.answers else None,
        text=said.text,
        at=now,
        written_at=now - said.waited if timedelta(0) < said.waited < ARRIVES_WITHIN else now,
        key=key,
        has_documents=bool(waiting),
    )
    db.session.add(note)
    db.session.flush()
    db.session.add_all(NoteReader(note_id=note.id, account_id=each) for each in _named(said) if each != by.account_id)
    record("note.written", note, by.account_id, now=now, why=by.why, type=note.type.value)
    for each in waiting:
        documents.join(each, said.document_type, patient_id, now=now)
        db.session.add(NoteDocument(document_id=each.id, note_id=note.id))
        record("note.sent_along", each, by.account_id, now=now)
    db.session.flush()
    changed("liaison", patient_id)
    changed("patient", patient_id)
    _tell(note, said.answers, now)
    return note


def _lock(patient_id: UUID) -> None:
    db.session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update())


def _named(said: Writing) -> set[UUID]:
    """An answer goes to whom the question was for, and to who asked."""
    if said.answers is None or said.answers.visibility is not Visibility.NAMED:
        return set(said.named)
    asked = db.session.scalars(select(NoteReader.account_id).where(NoteReader.note_id == said.answers.id))
    return {*asked, *([said.answers.author_id] if said.answers.author_id else [])}


def _tell(note: Note, asked: Note | None, now: datetime) -> None:
    """What is urgent rings everybody whom it is for, whatever her hours; what is addressed to somebody rings her
    softly; what is written on an ordinary day rings twice a day at most, unless she has looked before."""
    told = [
        each.id
        for each in queries.who_cares(note.patient_id, now)
        if each.id != note.author_id and queries.may_read(each, note, now)
    ]
    for_them = set(told) if note.urgent else _for_whom(note, asked, told)
    addressed = [(each, _sight(note.id, each)) for each in told if each in for_them]
    others = [(each, _book_reader(note.patient_id, each)) for each in told if each not in for_them]
    if note.urgent:
        messages.alert_all(_deliveries(note, addressed, URGENT_NOTICE, now), STEP, now=now)
        return
    messages.mention(_deliveries(note, addressed, FOR_YOU_NOTICE, now), STEP, now=now, apart=timedelta(0))
    messages.mention(_deliveries(note, others, NOTICE, now), STEP, now=now, apart=SELDOM)


def _for_whom(note: Note, asked: Note | None, told: Sequence[UUID]) -> set[UUID]:
    """Those to whom a note speaks: the named ones; of an advice asked all who may answer, of its answer who asked."""
    if asked:
        return {asked.author_id} if asked.author_id else set()
    return set(told) if Visibility.NAMED is note.visibility or note.type is NoteType.ADVICE else set()


def _deliveries(note: Note, about: Sequence[tuple[UUID, UUID]], notice: Notice, now: datetime) -> list[Delivery]:
    """`about`: whom, and the row of which she is told."""
    words = replace(notice, path=f"patients/{note.patient_id}/liaison")
    return [Delivery(whom, row, words, now + NEWS_LIFE, urgent=note.urgent) for whom, row in about]


def _book_reader(patient_id: UUID, account_id: UUID) -> UUID:
    """Nobody else makes one meanwhile: the person is locked."""
    hers = BookReader.patient_id == patient_id, BookReader.account_id == account_id
    known = db.session.scalar(select(BookReader.id).where(*hers))
    if known is None:
        known = new_id()
        db.session.add(BookReader(id=known, patient_id=patient_id, account_id=account_id))
        db.session.flush()
    return known


def _sight(note_id: UUID, account_id: UUID) -> UUID:
    row = Sight(id=new_id(), note_id=note_id, account_id=account_id, seen_at=None)
    db.session.add(row)
    db.session.flush()
    return row.id


def see(note: Note, *, by: Account, now: datetime) -> None:
    """She has it before her eyes, once: nothing needs to tell her of it any more, and its author reads that she did."""
    if note.author_id == by.id:
        return
    made = insert_into(Sight).values(id=new_id(), note_id=note.id, account_id=by.id, seen_at=now)
    first = made.on_conflict_do_update(
        index_elements=[Sight.note_id, Sight.account_id], set_={"seen_at": now}, where=Sight.seen_at.is_(None)
    )
    if seen := db.session.scalar(first.returning(Sight.id)):
        messages.see(seen)
    book = BookReader.patient_id == note.patient_id, BookReader.account_id == by.id
    if told := db.session.scalar(select(BookReader.id).where(*book)):
        messages.see(told)


def correct(note: Note, text: str, *, by: UUID | None, now: datetime) -> None:
    """Its author says it better; what it said before is read in its trace. The same words are no correction."""
    _lock(note.patient_id)
    db.session.refresh(note)
    if note.withdrawn_at or note.text == text:
        return
    db.session.add(FormerText(id=new_id(), note_id=note.id, text=note.text, until=now))
    note.text, note.corrected_at = text, now
    record("note.corrected", note, by, now=now)
    changed("liaison", note.patient_id)


def withdraw(note: Note, *, by: UUID | None, now: datetime) -> None:
    """It counts no more, and stays written (ANS: deactivated rather than deleted). Said twice, it was once."""
    _lock(note.patient_id)
    over = update(Note).where(Note.id == note.id, Note.withdrawn_at.is_(None)).values(withdrawn_at=now)
    if not db.session.execute(over.returning(Note.id)).first():
        return
    told = db.session.scalars(select(Sight.id).where(Sight.note_id == note.id, Sight.seen_at.is_(None))).all()
    if told:
        messages.drop(*told)
    record("note.withdrawn", note, by, now=now)
    changed("liaison", note.patient_id)


def say_at_the_door(patient_id: UUID, text: str, *, by: UUID, now: datetime) -> None:
    """What whoever comes must know; empty: nothing any more."""
    _lock(patient_id)
    if queries.safety_of(patient_id) == text:
        return
    note = SafetyNote(id=new_id(), patient_id=patient_id, text=text, author_id=by, at=now)
    db.session.add(note)
    db.session.flush()
    record("safety.noted", note, by, now=now)
    changed("liaison", patient_id)
