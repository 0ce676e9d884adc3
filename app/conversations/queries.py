"""Who takes part in a thread, and what it says."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Select, Uuid, bindparam, exists, select

from app import clock
from app.accounts.models import REQUESTERS, Account, Role
from app.assessments.queries import places_of_care
from app.care_requests.models import CareRequest, InformationCopy
from app.care_requests.queries import performs
from app.circles.models import CareTeamMember
from app.consents.agreements import CIRCLE, REFUSED, SHARING
from app.consents.models import Consent
from app.consents.objections import keeps_the_team_apart
from app.conversations.models import Conversation, Line, LineDocument, Receipt
from app.conversations.rules import READ_BY_CARERS, Kind, ReaderFacts, Side
from app.core.db import UtcDateTime, db
from app.directory.models import Practitioner, PractitionerRole
from app.documents.models import Document
from app.patients.models import Cause, Relation
from app.patients.queries import may_open, openable_by

MOST = 300
"""Lines of a thread that are shown."""


def side_of(request: CareRequest, account: Account, now: datetime) -> Side | None:
    """In which part this person reads the thread of a request; none: not at all. The whole house asks here.

    Whoever may not open the patient any more (the care is over, she objects, another came) reads nothing of it.
    """
    side = part_of(request, account)
    if side in (None, Side.FOLLOWS) or request.patient_id is None:
        return side
    return side if may_open(account, request.patient_id, now) else None


def part_of(request: CareRequest, account: Account) -> Side | None:
    """The same for who asks `thread_of` too, whether the patient is still hers to open."""
    if request.organization_id in account.organizations(*REQUESTERS):
        return Side.ASKS
    if request.state not in READ_BY_CARERS:
        return None
    if performs(request, account):
        return Side.CARES
    if request.coordinator_id == account.id and Role.COORDINATOR in account.roles:
        return Side.FOLLOWS
    return Side.CIRCLE if _is_told_of(request, account) else None


def _is_told_of(request: CareRequest, account: Account) -> bool:
    """Does she usually care for the patient, and did the pathway tell her of this?"""
    told = (
        select(InformationCopy.id)
        .join(Practitioner, Practitioner.id == InformationCopy.practitioner_id)
        .join(PractitionerRole, PractitionerRole.practitioner_id == Practitioner.id)
        .join(
            CareTeamMember,
            (CareTeamMember.practitioner_id == Practitioner.id)
            | (CareTeamMember.organization_id == PractitionerRole.organization_id),
        )
        .where(InformationCopy.request_id == request.id, Practitioner.account_id == account.id)
        .where(CareTeamMember.patient_id == request.patient_id, CareTeamMember.until.is_(None))
    )
    return Role.PRACTITIONER in account.roles and db.session.scalar(told.limit(1)) is not None


def for_account(request_id: UUID, account: Account, now: datetime) -> tuple[CareRequest, Side] | None:
    """The request, if this person reads its thread, and in which part."""
    request = db.session.get(CareRequest, request_id)
    side = side_of(request, account, now) if request else None
    return (request, side) if request and side else None


def may_listen_to(account: Account, request_id: UUID) -> bool:
    return for_account(request_id, account, clock.now()) is not None


def may_open_document(account: Account, document_id: UUID) -> bool:
    came_with = select(Conversation.request_id, Conversation.patient_id).join(Line).join(LineDocument)
    about = db.session.execute(came_with.where(LineDocument.document_id == document_id)).first()
    if about is None:
        return False
    request_id, patient_id = about
    if request_id:
        return may_listen_to(account, request_id)
    return patient_id is not None and is_around(patient_id, account, clock.now())


# ---- around a person

CARES_FOR = (Cause.CIRCLE, Cause.REQUEST, Cause.ACCEPTANCE, Cause.STAY)
"""Who has a part in her care today; having written her down, or knowing her identity, is none."""


def is_around(patient_id: UUID, account: Account, now: datetime) -> bool:
    """Does this person read what those who care for her say of her among themselves?

    The team of care, with her agreement (L1110-4, L1110-12 CSP): not who only knows her, not whom she refuses, not who
    comes to help at home; and nobody while she keeps the team apart, or once she has taken her agreement back.
    """
    hers = openable_by(account, now).where(Relation.patient_id == patient_id, Relation.why.in_(CARES_FOR))
    if db.session.scalar(hers.limit(1)) is None or not places_of_care(account):
        return False
    agreed = select(Consent.id).where(
        Consent.patient_id == patient_id, Consent.scope.in_((SHARING, CIRCLE)), Consent.given_how != REFUSED
    )
    stands = db.session.scalar(agreed.where(Consent.withdrawn_at.is_(None)).limit(1)) is not None
    return stands and not keeps_the_team_apart(patient_id)


def may_hear(account: Account, subject_id: UUID) -> bool:
    """Of the thread of a request, or of that around a person."""
    return may_listen_to(account, subject_id) or is_around(subject_id, account, clock.now())


def thread_around(patient_id: UUID, last: int = MOST) -> "Thread":
    """What was said around her, of the records that became one too, and how far each reader came. For who may read."""
    hers = Conversation.patient_id == patient_id, Conversation.request_id.is_(None)
    said = select(*_SAID).join(Conversation, Conversation.id == Line.conversation_id).where(*hers)
    lines = [SaidLine._make(row) for row in db.session.execute(said.order_by(Line.id.desc()).limit(last))][::-1]
    came = Receipt.account_id, Account.given_name, Account.family_name, Receipt.side
    receipts = select(*came, Receipt.received_at, Receipt.seen_at).join(Account, Account.id == Receipt.account_id)
    readers = {
        row[0]: ReaderFacts(f"{row[1]} {row[2]}", *row[3:])
        for row in db.session.execute(receipts.where(Receipt.conversation_id == patient_id))
    }
    return Thread(True, lines, readers, _documents_of([each.id for each in lines if each.has_documents]))


class SaidLine(NamedTuple):
    """A line as it is shown."""

    id: UUID
    kind: Kind
    side: Side
    author_id: UUID
    author_name: str
    place: str
    text: str
    advice: str | None
    at: datetime
    has_documents: bool


_SAID = (
    *(Line.id, Line.kind, Line.side, Line.author_id, Line.author_name, Line.place),
    *(Line.text, Line.advice, Line.at, Line.has_documents),
)


@dataclass(frozen=True)
class Thread:
    """`openable`: may this person open the patient? The lines are the last ones, the oldest of them first."""

    openable: bool
    lines: list[SaidLine]
    readers: dict[UUID, ReaderFacts]
    documents: dict[UUID, list[Document]] = field(default_factory=dict)


def thread_of(request: CareRequest, account: Account, now: datetime, last: int = MOST) -> Thread:
    """What was said, and how far each reader came, in one question; one more where something was sent along."""
    lines: dict[UUID, SaidLine] = {}
    readers: dict[UUID, ReaderFacts] = {}
    openable = True
    for allowed, *row in db.session.execute(_thread(request, account, now, last)):
        openable = request.patient_id is None or bool(allowed)
        said, reader = row[: len(_SAID)], row[len(_SAID) :]
        if said[0] is not None:
            lines[said[0]] = SaidLine(*said)
        if reader[0] is not None:
            account_id, given, family, *came = reader
            readers[account_id] = ReaderFacts(f"{given} {family}", *came)
    ordered = sorted(lines.values(), key=lambda each: each.id)
    sent = _documents_of([each.id for each in ordered if each.has_documents])
    return Thread(openable, ordered, readers, sent)


def _thread(request: CareRequest, account: Account, now: datetime, last: int) -> Select[*tuple[Any, ...]]:
    newest = select(Line.id).where(Line.conversation_id == request.id).order_by(Line.id.desc()).limit(last)
    opens = openable_by(account, now).where(Relation.patient_id == CareRequest.patient_id).correlate(CareRequest)
    came = Receipt.account_id, Account.given_name, Account.family_name, Receipt.side
    return (
        select(exists(opens), *_SAID, *came, Receipt.received_at, Receipt.seen_at)
        .select_from(CareRequest)
        .outerjoin(Line, (Line.conversation_id == CareRequest.id) & Line.id.in_(select(newest.subquery().c.id)))
        .outerjoin(Receipt, Receipt.conversation_id == CareRequest.id)
        .outerjoin(Account, Account.id == Receipt.account_id)
        .where(CareRequest.id == request.id)
    )


def _documents_of(line_ids: Collection[UUID]) -> dict[UUID, list[Document]]:
    if not line_ids:
        return {}
    sent = select(LineDocument.line_id, Document).join(Document, Document.id == LineDocument.document_id)
    found: dict[UUID, list[Document]] = {}
    for line_id, document in db.session.execute(sent.where(LineDocument.line_id.in_(line_ids)).order_by(Document.id)):
        found.setdefault(line_id, []).append(document)
    return found


def receipt_of(conversation_id: UUID, account_id: UUID) -> Receipt | None:
    hers = Receipt.conversation_id == conversation_id, Receipt.account_id == account_id
    return db.session.scalar(select(Receipt).where(*hers))


READER = bindparam("reader", type_=Uuid())
UNREAD = exists(
    select(Conversation.id)
    .where(Conversation.request_id == CareRequest.id)
    .where(
        ~exists(
            select(Receipt.id)
            .where(Receipt.conversation_id == Conversation.id, Receipt.account_id == READER)
            .where(Receipt.seen_at >= Conversation.last_at)
        )
    )
).correlate(CareRequest)
"""For a list of requests: was something said that its `reader` has not seen?"""

UNREAD_STAYS = timedelta(days=30)
"""How long a request that is over stays in a list for what was not read of it."""

TO_READ = (
    select(Conversation.request_id)
    .join(Receipt, Receipt.conversation_id == Conversation.id)
    .join(CareRequest, CareRequest.id == Conversation.request_id)
    .where(CareRequest.organization_id.in_(bindparam("organizations", expanding=True)))
    .where(Receipt.account_id == READER, Conversation.last_at > bindparam("lately", type_=UtcDateTime()))
    .where(Receipt.seen_at.is_(None) | (Receipt.seen_at < Conversation.last_at))
    .order_by(Conversation.last_at.desc())
    .limit(bindparam("limit", type_=Integer))
    .subquery()
    .select()
)
"""The requests of these `organizations` of which the `reader` was told something that she has not seen, since `lately`:
the last `limit` of them, over or not."""


def spoke(conversation_id: UUID) -> Sequence[tuple[UUID, Side]]:
    """Who said something in this thread, and on which side."""
    said = select(Line.author_id, Line.side).where(Line.conversation_id == conversation_id).distinct()
    return [(row.author_id, row.side) for row in db.session.execute(said)]


def outcomes_of(patient_id: UUID, account: Account, limit: int = 5) -> list[tuple[CareRequest, SaidLine]]:
    """What was done and advised for this person in the care in which the reader takes part, the latest first. For who
    may open her, which is not asked again for each."""
    written = (
        select(CareRequest, *_SAID)
        .join(Conversation, Conversation.request_id == CareRequest.id)
        .join(Line, Line.conversation_id == Conversation.id)
        .where(CareRequest.patient_id == patient_id, Line.kind == Kind.OUTCOME)
        .order_by(Line.id.desc())
        .limit(limit)
    )
    found = [(row[0], SaidLine(*row[1:])) for row in db.session.execute(written)]
    return [(request, said) for request, said in found if part_of(request, account)]
