"""The liaison book of a person: its notes, what they said before, who read them, what is to be known at her door."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Identified, Model, text_enum
from app.core.sealed import Sealed
from app.liaison.rules import NoteType, Visibility, Voice


class Note(Identified, Model):
    """One note, and by whom: her name and place as they were that day (FHIR DocumentReference, volet CdL).

    `author_id`: who signs in; none: the person herself, or a relative (`related_id`, of a room above).
    `organization_id`: for whose house she wrote. `answers_id`: the advice asked that this answers. `key`: of the touch,
    with whose it is, which counts once. `written_at`: when it was typed, where it came (`at`) later for want of a
    signal. `withdrawn_at`: its author takes it back; what it said is read in its trace.
    """

    __tablename__ = "liaison_note"
    __table_args__ = (
        UniqueConstraint("patient_id", "key"),
        Index("ix_liaison_note_patient_id_answers_id", "patient_id", "answers_id"),
        CheckConstraint("(author_id IS NULL) = (voice IN ('herself', 'relative'))", name="signed_in_or_by_link"),
    )

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    type: Mapped[NoteType] = mapped_column(text_enum(NoteType, 20))
    urgent: Mapped[bool]
    visibility: Mapped[Visibility] = mapped_column(text_enum(Visibility, 10))
    voice: Mapped[Voice] = mapped_column(text_enum(Voice, 10))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    related_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(Sealed)
    place: Mapped[str]
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    answers_id: Mapped[UUID | None] = mapped_column(ForeignKey("liaison_note.id"))
    text: Mapped[str] = mapped_column(Sealed)
    at: Mapped[datetime]
    written_at: Mapped[datetime]
    key: Mapped[str]
    has_documents: Mapped[bool]
    corrected_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]


class FormerText(Identified, Model):
    """What a note said before its author corrected it."""

    __tablename__ = "liaison_former_text"

    note_id: Mapped[UUID] = mapped_column(ForeignKey("liaison_note.id"), index=True)
    text: Mapped[str] = mapped_column(Sealed)
    until: Mapped[datetime]


class NoteReader(Model):
    """One whom the author of a note names: it is for her."""

    __tablename__ = "liaison_note_reader"

    note_id: Mapped[UUID] = mapped_column(ForeignKey("liaison_note.id"), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)


class NoteDocument(Model):
    """A document that came with a note: who reads the note opens it. Erased, it leaves the note as it is."""

    __tablename__ = "liaison_document"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("document.id", ondelete="CASCADE"), primary_key=True)
    note_id: Mapped[UUID] = mapped_column(ForeignKey("liaison_note.id"), index=True)


class Sight(Identified, Model):
    """That somebody was told of a note, urgent or addressed to her, and when a note was before somebody's eyes. What
    she is told is about this row."""

    __tablename__ = "liaison_sight"
    __table_args__ = (UniqueConstraint("note_id", "account_id"),)

    note_id: Mapped[UUID] = mapped_column(ForeignKey("liaison_note.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    seen_at: Mapped[datetime | None]


class BookReader(Identified, Model):
    """One who is told, softly, that there is something to read in a person's book: what she is told is about this row,
    so that ten notes ring once."""

    __tablename__ = "liaison_book_reader"
    __table_args__ = (UniqueConstraint("patient_id", "account_id"),)

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)


class SafetyNote(Identified, Model):
    """What whoever comes to her home must know at the door: the code, the dog, the oxygen. The last one counts; the
    former ones stay written. Home helps read it, so it holds nothing of her illness."""

    __tablename__ = "liaison_safety_note"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patient.id"), index=True)
    text: Mapped[str] = mapped_column(Sealed)
    author_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime]
