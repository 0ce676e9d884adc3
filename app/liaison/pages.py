"""What each page of this room shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Self
from uuid import UUID

from flask import url_for
from sqlalchemy import select

from app import clock
from app.accounts.models import REQUESTERS, Account
from app.care_requests.models import CareRequest
from app.care_requests.rules import OPEN, read_visits
from app.core.db import db
from app.core.htmx import Page
from app.directory.models import PractitionerRole
from app.documents.models import Document
from app.language.phrases import gettext as _
from app.language.phrases import ngettext
from app.language.phrases import said as in_words
from app.language.words import date_words, moment, sentence
from app.liaison import queries
from app.liaison.forms import ObservationForm, SafetyForm, TextForm
from app.liaison.models import FormerText, Note
from app.liaison.queries import ReadsAs, SeenBy
from app.liaison.rules import NoteType, Visibility, Voice
from app.liaison.words import ICONS, READ_BY, TYPES, VOICES
from app.passages import calendar
from app.patients.models import Patient
from app.patients.words import Banner, banner

LATE = timedelta(minutes=5)
"""What waited longer than this for a signal says when it was written."""


@dataclass(frozen=True)
class ShownNote:
    """One note in words. `who`: her name, and as what where she does not care; `for_whom`: empty where for all who
    care; `written`: empty unless it came late; `seen`: who read it; `unread`: by the reader of the page;
    `news`: so is an answer to it."""

    id: UUID
    type: str
    slug: str
    icon: str
    urgent: bool
    who: str
    place: str
    for_whom: str
    text: str
    at: datetime
    written: str
    corrected: bool
    withdrawn: bool
    mine: bool
    unread: bool
    news: bool
    may_answer: bool
    documents: Sequence[Document] = ()
    seen: Sequence[SeenBy] = ()
    answers: Sequence["ShownNote"] = ()

    @property
    def read_by(self) -> str:
        """`Lu par Anne Dupré et Maya Dupré`; empty where nobody has."""
        names = [each.name for each in self.seen]
        if len(names) > 2:
            return _("Lu par %(name)s et %(more)s autres", name=names[0], more=len(names) - 1)
        if len(names) == 2:
            return _("Lu par %(name)s et %(other)s", name=names[0], other=names[1])
        return _("Lu par %(name)s", name=names[0]) if names else ""


def to_read_words(number: int) -> str:
    """`2 notes à lire`, for a link to the book; empty where there is nothing new."""
    return ngettext("%(n)s note à lire", "%(n)s notes à lire", number, n=number) if number else ""


@dataclass(frozen=True)
class Around:
    """What is read together for several notes: what came with them, who saw them, what was answered."""

    account_id: UUID
    documents: dict[UUID, list[Document]] = field(default_factory=dict)
    seen: dict[UUID, list[SeenBy]] = field(default_factory=dict)
    answers: dict[UUID, list[Note]] = field(default_factory=dict)
    unread: frozenset[UUID] = frozenset()

    @classmethod
    def of(cls, notes: Sequence[Note], reader: ReadsAs, patient_id: UUID, unread: Sequence[Note] = ()) -> Self:
        asked = [each.id for each in notes if each.type is NoteType.ADVICE]
        answers = queries.answers_to(patient_id, asked, reader)
        every = [*notes, *(one for some in answers.values() for one in some)]
        return cls(
            account_id=reader.account_id,
            documents=queries.documents_of(every),
            seen=queries.sights_of([each.id for each in every]),
            answers=answers,
            unread=frozenset(each.id for each in unread),
        )

    def shown(self, note: Note) -> ShownNote:
        mine, gone = note.author_id == self.account_id, note.withdrawn_at is not None
        return ShownNote(
            id=note.id,
            type=_("Réponse") if note.answers_id else str(TYPES[note.type]),
            slug=note.type.value,
            icon="message-square-text" if note.answers_id else ICONS[note.type],
            urgent=note.urgent,
            who=who_wrote(note),
            place=note.place,
            for_whom="" if note.visibility is Visibility.CIRCLE else str(READ_BY[note.visibility]),
            text="" if gone else note.text,
            at=note.at,
            written=moment(note.written_at, note.at) if note.at - note.written_at > LATE else "",
            corrected=note.corrected_at is not None,
            withdrawn=gone,
            mine=mine,
            unread=note.id in self.unread,
            news=any(each.id in self.unread for each in self.answers.get(note.id, ())),
            may_answer=note.type is NoteType.ADVICE and not note.answers_id and not mine and not gone,
            documents=() if gone else self.documents.get(note.id, ()),
            seen=self.seen.get(note.id, ()),
            answers=[self.shown(each) for each in self.answers.get(note.id, ())],
        )


def who_wrote(note: Note) -> str:
    """`Lucie Marchand, un proche`."""
    words = str(VOICES.get(note.voice, ""))
    if note.voice is Voice.HERSELF:
        return sentence(words)
    return f"{note.author_name}, {words}" if words else note.author_name


@dataclass(frozen=True)
class BookPage(Page):
    """A person's liaison book: what the reader has not seen first, then the days. `only`: the type alone that is shown;
    `filters`: as a `segmented` takes them; `older`: from which note on, none where there is nothing older."""

    template = "liaison/book.html"
    fragment = "liaison/_book.html"

    patient_id: UUID
    banner: Banner
    to_read: list[ShownNote]
    days: list[tuple[str, list[ShownNote]]]
    only: str
    before: UUID | None
    filters: list[tuple[str, str, bool, None]]
    older: UUID | None
    apart: bool
    safety: str
    safety_form: SafetyForm
    live_topics: list[str]

    @classmethod
    def of(
        cls,
        patient: Patient,
        reader: ReadsAs,
        now: datetime,
        *,
        only: NoteType | None = None,
        before: UUID | None = None,
        safety_form: SafetyForm | None = None,
    ) -> Self:
        first = before is None and only is None
        unread = db.session.scalars(queries.unread(patient.id, reader, now).limit(50)).all() if first else ()
        found = queries.notes_of(patient.id, reader, only=only, before=before)
        listed = found[: queries.AT_ONCE]
        # What was answered is to be read with what was asked.
        first_seen = {each.answers_id or each.id for each in unread}
        to_read = [each for each in unread if not each.answers_id]
        missing = first_seen - {each.id for each in (*to_read, *listed)}
        asked = [note for each in sorted(missing) if (note := queries.note_of(patient.id, each, reader))]
        to_read = sorted(
            {each.id: each for each in (*to_read, *asked, *(one for one in listed if one.id in first_seen))}.values(),
            key=lambda each: (not each.urgent, each.id),
        )
        around = Around.of([*to_read, *listed], reader, patient.id, unread)
        rest = [each for each in listed if each.id not in first_seen]
        by_day = groupby(rest, key=lambda each: clock.paris(each.at).date())
        safety = queries.safety_of(patient.id)
        form = safety_form or SafetyForm(formdata=None)
        if safety_form is None:
            form.text.data = safety
        return cls(
            patient_id=patient.id,
            banner=banner(patient, now),
            to_read=[around.shown(each) for each in to_read],
            days=[
                (sentence(date_words(on, "EEEE d MMMM")), [around.shown(each) for each in some]) for on, some in by_day
            ],
            only=only.value if only else "",
            before=before,
            filters=filters_of(patient.id, only),
            older=listed[-1].id if len(found) > queries.AT_ONCE else None,
            apart=reader.apart,
            safety=safety,
            safety_form=form,
            live_topics=[f"liaison-{patient.id}", f"patient-{patient.id}"],
        )


def filters_of(patient_id: UUID, only: NoteType | None) -> list[tuple[str, str, bool, None]]:
    def tab(words: str, one: NoteType | None) -> tuple[str, str, bool, None]:
        url = url_for("liaison.book", patient_id=patient_id, type=one.value if one else None)
        return url, words, one is only, None

    return [tab(_("Tout"), None), *(tab(str(words), one) for one, words in TYPES.items())]


@dataclass(frozen=True)
class WritingPage(Page):
    """A note being written at the bedside. `written`: what she wrote here lately; `refused`: why it was not written."""

    template = "liaison/writing.html"
    fragment = "liaison/_writing.html"

    patient_id: UUID
    banner: Banner
    form: ObservationForm
    written: list[ShownNote]
    waiting: Sequence[Document]
    wrong_document: str
    refused: str
    live_topics: list[str]

    @classmethod
    def of(
        cls,
        patient: Patient,
        form: ObservationForm,
        account: Account,
        now: datetime,
        *,
        waiting: Sequence[Document] = (),
        wrong: str = "",
        refused: str = "",
    ) -> Self:
        return cls(
            patient_id=patient.id,
            banner=banner(patient, now),
            form=form,
            written=written_lately(patient.id, account, now),
            waiting=waiting,
            wrong_document=wrong,
            refused=refused,
            live_topics=[f"liaison-{patient.id}"],
        )


def written_lately(patient_id: UUID, account: Account, now: datetime) -> list[ShownNote]:
    notes = queries.written_by(patient_id, account.id, now - queries.TODAY)
    around = Around(account.id, queries.documents_of(notes), queries.sights_of([each.id for each in notes]))
    return [around.shown(each) for each in notes]


@dataclass(frozen=True)
class NotePage(Page):
    """One note: who read it, what it said before, the answers. `form`: what is being answered, or said better."""

    template = "liaison/note.html"

    patient_id: UUID
    banner: Banner
    note: ShownNote
    taken_back: str
    former: Sequence[FormerText]
    named: list[str]
    reads_book: bool
    form: TextForm
    answering: bool
    refused: str

    @classmethod
    def of(
        cls,
        patient: Patient,
        note: Note,
        reader: ReadsAs | None,
        account: Account,
        form: TextForm | None = None,
        *,
        answering: bool = False,
        refused: str = "",
    ) -> Self:
        """`reader`: none of who reads her own note and nothing else."""
        around = Around.of([note], reader, patient.id) if reader else Around(account.id)
        if form is None:
            form = TextForm(formdata=None)
            form.text.data = note.text if note.author_id == account.id else ""
        return cls(
            patient_id=patient.id,
            banner=banner(patient, clock.now()),
            note=around.shown(note),
            taken_back=note.text if note.withdrawn_at else "",
            former=queries.former_texts(note.id),
            named=[each.name for each in queries.named_in(note.id)] if note.visibility is Visibility.NAMED else [],
            reads_book=reader is not None,
            form=form,
            answering=answering,
            refused=refused,
        )


@dataclass(frozen=True)
class KeptPage(Page):
    """She may not write here any more: what she had typed, for herself alone."""

    template = "liaison/kept.html"
    fragment = "liaison/_kept.html"

    text: str
    is_kept: bool


@dataclass(frozen=True)
class HomeTask:
    """What somebody's house does for this person: the task and when, nothing of why."""

    task: str
    when: str


@dataclass(frozen=True)
class AtHomePage(Page):
    """What who comes to help or to deliver reads: where, when, what to do, and what to know at the door."""

    template = "liaison/at_home.html"
    fragment = "liaison/_at_home.html"

    patient_id: UUID
    banner: Banner
    safety: str
    errands: list[HomeTask]
    form: ObservationForm
    written: list[ShownNote]
    refused: str
    live_topics: list[str]

    @classmethod
    def of(
        cls,
        patient: Patient,
        account: Account,
        now: datetime,
        form: ObservationForm | None = None,
        *,
        refused: str = "",
    ) -> Self:
        return cls(
            patient_id=patient.id,
            banner=banner(patient, now),
            safety=queries.safety_of(patient.id),
            errands=[errand_of(each) for each in errands_of(patient.id, account)],
            form=form or ObservationForm(formdata=None),
            written=written_lately(patient.id, account, now),
            refused=refused,
            live_topics=[f"liaison-{patient.id}", f"patient-{patient.id}"],
        )


def errands_of(patient_id: UUID, account: Account) -> Sequence[CareRequest]:
    """What was asked of her house for this person and goes on."""
    performs = PractitionerRole.organization_id.in_(account.organizations(*REQUESTERS))
    mine = (
        select(CareRequest)
        .join(PractitionerRole, PractitionerRole.id == CareRequest.performer_id)
        .where(performs, CareRequest.patient_id == patient_id, CareRequest.state.in_(OPEN))
    )
    return db.session.scalars(mine.order_by(CareRequest.window_start, CareRequest.id)).all()


def errand_of(request: CareRequest) -> HomeTask:
    plan = calendar.plan_in_words(read_visits(request.visits), request.review_on)
    first = date_words(clock.paris(request.window_start).date(), "EEEE d MMMM")
    return HomeTask(in_words(request.need.care), sentence(plan or first))
