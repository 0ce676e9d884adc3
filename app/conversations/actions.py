"""Verbs on a thread: a line is said, an outcome comes back, somebody reads. Each begins by locking the request, or the
person around whom it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace
from sqlalchemy import func, select

from app.accounts.models import REQUESTERS, Account
from app.accounts.queries import holding
from app.assessments.queries import places_of_care
from app.audit.actions import record
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest
from app.circles import queries as circles
from app.consents.objections import is_frozen
from app.conversations import queries, words
from app.conversations.models import Conversation, Line, LineDocument, Receipt
from app.conversations.rules import CONCLUDED, TALKED_OF, Kind, Side
from app.core.db import db, insert_into, new_id
from app.directory import queries as directory
from app.documents import actions as documents
from app.documents import queries as document_queries
from app.documents.models import Document
from app.language.phrases import kept
from app.live.actions import changed
from app.messages import actions as messages
from app.messages.actions import ReachChanged
from app.messages.models import Delivery, Notice
from app.patients.models import Patient
from app.push.models import Message
from app.push.rules import Channel
from app.stays.queries import has_died

STEP = "line"
"""The step of a message that says there is something to read."""

APART = timedelta(minutes=10)
"""A thread rings nobody more often than this: what is said meanwhile rings together, or was read before."""

NEWS_LIFE = timedelta(days=3)


def say(
    request_id: UUID,
    text: str,
    *,
    by: Account,
    now: datetime,
    key: str = "",
    sent: Sequence[Document] = (),
    document_type: str = "wound-photo",
) -> Line | None:
    """A line of hers, with what she sends along. None when she has no part in it, or when the care is over.

    `key`: of the touch; the same again is the same line.
    """
    request, side = _taking_part(request_id, by, now)
    if side is None:
        return None
    if already := _said_by(request.id, by, key):
        return already
    if request.state not in TALKED_OF:
        return None
    waiting = document_queries.waiting_of(by.id, now, [each.id for each in sent]) if sent else ()
    line = _write(request, side, Kind.LINE, text, None, by, now, key, documents_too=bool(waiting))
    for each in waiting:
        documents.join(each, document_type, request.patient_id, now=now, not_before=request.window_end)
        _send_along(each, line, by, now)
    return line


def _send_along(document: Document, line: Line, by: Account, now: datetime) -> None:
    db.session.add(LineDocument(document_id=document.id, line_id=line.id))
    record("line.sent_along", document, by, now=now, request=line.conversation_id)


def conclude(
    request_id: UUID, done: str, advice: str, *, by: Account, now: datetime, key: str = "", copied: bool = True
) -> Line | None:
    """What was done and what is advised comes back to who asked, and to whom the pathway says unless the person does
    not want that (`copied`). None when it is not hers to say, or too early."""
    request, side = _taking_part(request_id, by, now)
    if side is not Side.CARES:
        return None
    if already := _said_by(request.id, by, key):
        return already
    if request.state not in CONCLUDED:
        return None
    line = _write(request, side, Kind.OUTCOME, done, advice, by, now, key)
    care_requests.note(request, "outcome", by=by, now=now)
    for profession in request.rulebook.after.outcome_to if copied else ():
        care_requests.inform(request, profession, "outcome", kept(words.OUTCOME_COPY), now, words.OUTCOME_NOTICE)
    return line


def see(request_id: UUID, *, by: Account, now: datetime) -> None:
    """She has what was said before her eyes: nothing needs to tell her any more."""
    request, side = _taking_part(request_id, by, now)
    if side is None or db.session.get(Conversation, request.id) is None:
        return
    receipt = _receipt(request.id, by.id, side)
    receipt.seen_at, receipt.side = now, side
    messages.see(receipt.id)
    _refresh(request)


# ---- around a person


def say_around(
    patient_id: UUID,
    text: str,
    *,
    by: Account,
    now: datetime,
    key: str = "",
    sent: Sequence[Document] = (),
    document_type: str = "wound-photo",
) -> Line | None:
    """A line among those who care for her, as `say`. None when she is not one of them, or nothing new is written: the
    person has died, or asked that nothing new be done with her record."""
    _lock_person(patient_id)
    if not queries.is_around(patient_id, by, now):
        return None
    if already := _said_by(patient_id, by, key):
        return already
    if has_died(patient_id) or is_frozen(patient_id):
        return None
    waiting = document_queries.waiting_of(by.id, now, [each.id for each in sent]) if sent else ()
    _begin(patient_id, None, patient_id, now)
    line = _line(patient_id, Side.CIRCLE, by, now, key, text=text, place=_own_place(by), has_documents=bool(waiting))
    record("line.said_around", line, by, now=now, patient=patient_id)
    for each in waiting:
        documents.join(each, document_type, patient_id, now=now)
        _send_along(each, line, by, now)
    changed("conversation", patient_id)
    told = [each for each in _around(patient_id, now) if each != by.id]
    notice = replace(words.AROUND_NOTICE, path=f"patients/{patient_id}/conversation")
    _mention([_receipt(patient_id, each, Side.CIRCLE) for each in told], notice, now)
    return line


def see_around(patient_id: UUID, *, by: Account, now: datetime) -> None:
    """She has what was said before her eyes."""
    _lock_person(patient_id)
    begun = db.session.get(Conversation, patient_id) is not None
    if begun and queries.is_around(patient_id, by, now):
        receipt = _receipt(patient_id, by.id, Side.CIRCLE)
        receipt.seen_at = now
        messages.see(receipt.id)
        changed("conversation", patient_id)


def _lock_person(patient_id: UUID) -> None:
    db.session.execute(select(Patient.id).where(Patient.id == patient_id).with_for_update())


def _around(patient_id: UUID, now: datetime) -> list[UUID]:
    """Whom a line is for: her circle, who has taken care of her that runs, and who said something; as long as each
    still reads."""
    members = circles.circle_of(patient_id)
    known = {each.account_id for member in members for each in circles.told_at(member) if each.account_id}
    known |= {account_id for account_id, _side in queries.spoke(patient_id)}
    taken = CareRequest.patient_id == patient_id, CareRequest.state.in_(TALKED_OF)
    performing = db.session.scalars(select(CareRequest.performer_id).where(*taken)).all()
    answering = directory.accounts_of([each for each in performing if each])
    known |= {account_id for held in answering.values() for account_id in held}
    people = db.session.scalars(select(Account).where(Account.id.in_(known), Account.active).order_by(Account.id))
    return [each.id for each in people if queries.is_around(patient_id, each, now)]


def note_arrival(fact: ReachChanged) -> None:
    """A phone says that it has the notice: who wrote reads that it came so far."""
    receipt = db.session.get(Receipt, fact.subject_id)
    if receipt is None:
        return
    came = Message.subject_id == receipt.id, Message.channel == Channel.PUSH
    latest = db.session.scalar(select(func.max(Message.received_at)).where(*came))
    if latest and (receipt.received_at is None or latest > receipt.received_at):
        receipt.received_at = latest
        changed("conversation", receipt.conversation_id)


def _refresh(request: CareRequest) -> None:
    """The thread, and the lists that say where something is to be read."""
    changed("conversation", request.id)
    changed("requests", request.organization_id)
    if request.performer:
        changed("inbox", request.performer.recipient_id)


def _taking_part(request_id: UUID, account: Account, now: datetime) -> tuple[CareRequest, Side | None]:
    request = care_requests.lock(request_id)
    return request, queries.side_of(request, account, now)


def _said_by(conversation_id: UUID, by: Account, key: str) -> Line | None:
    same = Line.conversation_id == conversation_id, Line.author_id == by.id, Line.key == key
    return db.session.scalar(select(Line).where(*same)) if key else None


def _write(
    request: CareRequest,
    side: Side,
    kind: Kind,
    text: str,
    advice: str | None,
    by: Account,
    now: datetime,
    key: str,
    *,
    documents_too: bool = False,
) -> Line:
    _begin(request.id, request.id, request.patient_id, now)
    said: dict[str, Any] = {"text": text, "advice": advice, "has_documents": documents_too}
    line = _line(request.id, side, by, now, key, kind=kind, place=_place(request, side, by), **said)
    record("line.said", line, by, now=now, patient=request.patient_id, request=request.id, kind=kind.value)
    _refresh(request)
    _tell(request, side, by, now)
    return line


def _line(
    conversation_id: UUID, side: Side, by: Account, now: datetime, key: str, *, kind: Kind = Kind.LINE, **said: Any
) -> Line:
    """`said`: the other columns of a line. Whoever speaks has read."""
    line = Line(
        id=new_id(),
        conversation_id=conversation_id,
        kind=kind,
        side=side,
        author_id=by.id,
        author_name=by.name,
        at=now,
        key=key or str(new_id()),
        **said,
    )
    db.session.add(line)
    mine = _receipt(conversation_id, by.id, side)
    mine.seen_at, mine.side = now, side
    db.session.flush()
    return line


def _begin(conversation_id: UUID, request_id: UUID | None, patient_id: UUID | None, now: datetime) -> None:
    """The thread, if it is the first word; and when the last one was said."""
    row = {"id": conversation_id, "request_id": request_id, "patient_id": patient_id, "last_at": now}
    begun = insert_into(Conversation).values(**row)
    db.session.execute(begun.on_conflict_do_update(index_elements=[Conversation.id], set_={"last_at": now}))


def _receipt(conversation_id: UUID, account_id: UUID, side: Side) -> Receipt:
    """Nobody else makes one meanwhile: the request, or the person, is locked."""
    receipt = queries.receipt_of(conversation_id, account_id)
    if receipt is None:
        receipt = Receipt(id=new_id(), conversation_id=conversation_id, account_id=account_id, side=side)
        db.session.add(receipt)
        db.session.flush()
    return receipt


def _place(request: CareRequest, side: Side, by: Account) -> str:
    """Where she speaks from."""
    if side is Side.ASKS:
        return request.organization.name
    if side is Side.CARES and request.performer:
        return request.performer.organization.name
    return _own_place(by) if side is Side.CIRCLE else ""


def _own_place(by: Account) -> str:
    """Where she works as who she is; of who asks for a ward or an establishment, that one."""
    if (she := directory.practitioner_of(by.id)) and she.role:
        return she.role.organization.name
    places = places_of_care(by)
    return places[0].name if places else ""


# ---- who is told


def _tell(request: CareRequest, side: Side, by: Account, now: datetime) -> None:
    """The other sides hear that there is something to read, and nothing of what it is."""
    notice = replace(words.LINE_NOTICE, path=f"conversations/{request.id}")
    told = [each for each in _readers(request, side, now) if each[0] != by.id]
    _mention([_receipt(request.id, account_id, theirs) for account_id, theirs in told], notice, now)


def _mention(receipts: Sequence[Receipt], notice: Notice, now: datetime) -> None:
    deliveries = [Delivery(each.account_id, each.id, notice, now + NEWS_LIFE, urgent=False) for each in receipts]
    messages.mention(deliveries, STEP, now=now, apart=APART)


def _readers(request: CareRequest, side: Side, now: datetime) -> list[tuple[UUID, Side]]:
    """Whom a line of this side is for: who asked, who comes, and who said something; as long as each still reads."""
    known = dict(queries.spoke(request.id))
    known.setdefault(request.author_id, Side.ASKS)
    if request.performer:
        for account_id in directory.accounts_of([request.performer.id]).get(request.performer.id, []):
            known.setdefault(account_id, Side.CARES)
    present = _present(request, known, now)
    if side is not Side.ASKS and Side.ASKS not in present.values():
        # Who asked has left, and nobody of her team spoke: it is for all who ask there.
        team = [each for role in REQUESTERS for each in holding(role, [request.organization_id])]
        present |= dict.fromkeys([each.id for each in team], Side.ASKS)
    return [(account_id, theirs) for account_id, theirs in present.items() if theirs is not side]


def _present(request: CareRequest, known: dict[UUID, Side], now: datetime) -> dict[UUID, Side]:
    people = db.session.scalars(select(Account).where(Account.id.in_(known), Account.active).order_by(Account.id))
    parts = {each.id: queries.side_of(request, each, now) for each in people}
    return {account_id: side for account_id, side in parts.items() if side}
