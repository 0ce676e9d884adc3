"""A thread as it is shown: alone, or within the page of its request."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from flask import url_for

from app.accounts.models import Account
from app.care_requests.models import CareRequest
from app.conversations import queries
from app.conversations.forms import LineForm
from app.conversations.queries import SaidLine, Thread
from app.conversations.rules import TALKED_OF, Fate, Kind, Side, fate
from app.core.htmx import Page
from app.documents.models import Document
from app.language.phrases import gettext as _
from app.language.phrases import said as in_words
from app.patients.models import Patient

FEW = 4
"""Lines that stand within the page of a request; the whole thread is one tap away."""


@dataclass(frozen=True)
class Shown:
    """A line; `fate`: of one's own side alone, how far it came."""

    line: SaidLine
    mine: bool
    fate: Fate | None
    documents: Sequence[Document]


@dataclass(frozen=True)
class ShownThread:
    """`address`: of its own page; its lines and sightings stand beneath. `around`: of a person, and of no request;
    `opinion`: what comes back is one.
    `unseen`: something was said that the reader has not had before her eyes; `more`: there is more than is shown;
    `whole`: on its own page. `wrong`: the form that came back, with its mistakes."""

    id: UUID
    address: str
    lines: list[Shown]
    more: bool
    whole: bool
    is_open: bool
    unseen: bool
    back: str
    around: bool = False
    opinion: bool = False
    wrong: LineForm | None = None
    wrong_document: str = ""
    waiting: Sequence[Document] = ()
    too_late: bool = False

    @property
    def topic(self) -> str:
        return f"conversation-{self.id}"

    @property
    def has_outcome(self) -> bool:
        return any(each.line.kind is Kind.OUTCOME for each in self.lines)


def shown_thread(
    request: CareRequest,
    account: Account,
    side: Side,
    now: datetime,
    *,
    back: str,
    whole: bool = False,
    talked: bool = True,
    wrong: LineForm | None = None,
    wrong_document: str = "",
    waiting: Sequence[Document] = (),
    too_late: bool = False,
) -> ShownThread | None:
    """`side`: in which this person was found to take part. None when she may not open the patient any more, or when
    there is nothing to read and nothing to say."""
    last = queries.MOST if whole else FEW + 1
    thread = queries.thread_of(request, account, now, last) if talked else Thread(True, [], {})
    if side is not Side.FOLLOWS and not thread.openable:
        return None
    is_open = request.state in TALKED_OF
    if not thread.lines and not is_open and not whole:
        return None
    readers = list(thread.readers.values())
    shown = thread.lines if whole else thread.lines[-FEW:]
    return ShownThread(
        id=request.id,
        address=url_for("conversations.conversation", request_id=request.id),
        lines=[
            Shown(
                each,
                each.author_id == account.id,
                fate(each.at, each.side, readers) if each.side is side else None,
                thread.documents.get(each.id, ()),
            )
            for each in shown
        ],
        more=len(shown) < len(thread.lines),
        whole=whole,
        is_open=is_open,
        unseen=_unseen(shown, thread, account),
        back=back,
        opinion=bool(request.rulebook.after.opinion_hours),
        wrong=wrong,
        wrong_document=wrong_document,
        waiting=waiting,
        too_late=too_late,
    )


def _unseen(shown: Sequence[SaidLine], thread: Thread, account: Account) -> bool:
    me = thread.readers.get(account.id)
    seen_until = me.seen_at if me else None
    return any(each.author_id != account.id and (not seen_until or each.at > seen_until) for each in shown)


def shown_around(patient_id: UUID, account: Account, *, is_open: bool, back: str, **wrong: Any) -> ShownThread:
    """The whole thread around a person, for who reads it. `wrong`: what came back, as `shown_thread` takes it."""
    thread = queries.thread_around(patient_id)
    others = {account_id: reader for account_id, reader in thread.readers.items() if account_id != account.id}
    return ShownThread(
        id=patient_id,
        address=url_for("conversations.around", patient_id=patient_id),
        lines=[
            Shown(
                each,
                mine := each.author_id == account.id,
                fate(each.at, None, others.values()) if mine else None,
                thread.documents.get(each.id, ()),
            )
            for each in thread.lines
        ],
        more=False,
        whole=True,
        is_open=is_open,
        unseen=_unseen(thread.lines, thread, account),
        back=back,
        around=True,
        **wrong,
    )


def thread_within(
    request: CareRequest, account: Account, now: datetime, *, back: str, talked: bool = True
) -> ShownThread | None:
    """For the page of the request. `talked`: was anything said? Where nothing was, nothing is read."""
    side = queries.part_of(request, account)
    return shown_thread(request, account, side, now, back=back, talked=talked) if side else None


@dataclass(frozen=True)
class ThreadPage(Page):
    """One thread on its own page, for all who take part in it."""

    template = "conversations/conversation.html"
    fragment = "conversations/_thread.html"

    thread: ShownThread
    about: str
    care: str
    back: str
    live_topics: list[str]

    @classmethod
    def of(cls, request: CareRequest, thread: ShownThread) -> Self:
        return cls(thread, request.about, in_words(request.need.care), thread.back, [thread.topic])

    @classmethod
    def around(cls, patient: Patient, thread: ShownThread) -> Self:
        topics = [thread.topic, f"patient-{patient.id}"]
        return cls(thread, patient.name, _("Entre ceux qui la soignent"), thread.back, topics)
