"""What each page of this room shows."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Self

from app import clock
from app.accounts.models import Account
from app.advice import words
from app.advice.forms import OpinionForm
from app.advice.queries import Mine, OpenedAdvice, after
from app.advice.rules import BillingVerdict, See
from app.attachments.queries import joined_to
from app.care_requests.models import CareRequest
from app.care_requests.rules import State
from app.care_requests.words import answers_in_words
from app.conversations.pages import ShownThread, shown_thread
from app.conversations.queries import SaidLine, thread_of
from app.conversations.rules import Kind, Side
from app.core.htmx import Page
from app.core.ways import way
from app.documents.models import Document
from app.language.phrases import decimal, said
from app.language.phrases import gettext as _
from app.language.typography import NO_BREAK
from app.language.words import date_words
from app.patients.words import Banner, banner

QUESTION = "question"
"""The pathway's question that says in one sentence what is asked; it stands large."""


@dataclass(frozen=True)
class OpinionPage(Page):
    """The question and what came with it beside the answer, or the form in which it is written. `answers`: how this
    person writes it, none for who asked and once it is given; `late`: said nothing in time."""

    template = "advice/one.html"

    asked_for: CareRequest
    banner: Banner | None
    asked: str
    details: list[tuple[str, str]]
    specialty: str
    documents: Sequence[Document]
    opinion: SaidLine | None
    see: str
    due_at: datetime | None
    late: bool
    form: OpinionForm | None
    by: str
    too_late: bool
    thread: ShownThread | None
    asks: bool
    back: str
    live_topics: list[str]

    @classmethod
    def of(
        cls,
        mine: OpenedAdvice,
        account: Account,
        now: datetime,
        form: OpinionForm | None = None,
        *,
        too_late: bool = False,
    ) -> Self:
        """`form`: with what must be mended in it."""
        advice, side = mine
        request = advice.request
        given = advice.answered_at is not None
        written = side is Side.CARES and not given and request.state in (State.ACCEPTED, State.SCHEDULED, State.STARTED)
        address = way("advice", request_id=request.id)
        thread = shown_thread(request, account, side, now, back=address)
        asked, details = request.answers.get(QUESTION, ""), answers_in_words(request)
        return cls(
            asked_for=request,
            banner=banner(request.patient, now) if request.patient else None,
            asked=asked or said(request.need.label),
            details=[(label, told) for label, told in details if told != asked],
            specialty=said(request.need.label),
            documents=joined_to(request.episode_id),
            opinion=_opinion(request, account, now) if given else None,
            see=_see(advice.see, advice.see_until),
            due_at=None if given else request.start_by,
            late=not given and request.start_by is not None and now > request.start_by,
            form=(form or OpinionForm(formdata=None)) if written else None,
            by=request.performer.name if request.performer else "",
            too_late=too_late,
            thread=thread and replace(thread, lines=[each for each in thread.lines if each.line.kind is Kind.LINE]),
            asks=side is Side.ASKS,
            back=way("request", request_id=request.id) if side is Side.ASKS else way("home"),
            live_topics=[f"request-{request.id}", f"conversation-{request.id}"],
        )


def _opinion(request: CareRequest, account: Account, now: datetime) -> SaidLine | None:
    lines = thread_of(request, account, now).lines
    return next((each for each in lines if each.kind is Kind.OUTCOME), None)


def _see(see: See | None, until: date | None) -> str:
    if see is None:
        return ""
    return date_words(until) if see is See.BY and until else str(words.SEE[see])


@dataclass(frozen=True)
class MonthLine:
    """One opinion of the list; `amount`: in euros, empty where none is known."""

    day: str
    about: str
    what: str
    asked: bool
    verdict: str
    sure: bool
    code: str
    amount: str
    why: str


@dataclass(frozen=True)
class MonthPage(Page):
    """Her own opinions of a month. `total`: of what may be billed for sure; `before`, `next`: the months beside it."""

    template = "advice/month.html"

    month: str
    slug: str
    lines: list[MonthLine]
    total: str
    before: str
    next: str

    @classmethod
    def of(cls, month: date, found: Sequence[Mine], now: datetime) -> Self:
        total = sum((each.mark.amount or Decimal(0) for each in found), Decimal(0))
        following = after(month)
        earlier = date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)
        return cls(
            month=date_words(month, "MMMM yyyy"),
            slug=slug_of(month),
            lines=[line_of(each) for each in found],
            total=euros(total) if total else "",
            before=slug_of(earlier),
            next=slug_of(following) if following <= clock.paris(now).date() else "",
        )


def line_of(each: Mine) -> MonthLine:
    mark = each.mark
    return MonthLine(
        day=date_words(mark.act.day, "d MMM"),
        about=each.request.about if each.named else _("Dossier refermé"),
        what=said(each.request.need.label),
        asked=mark.act.asked,
        verdict=str(words.VERDICTS[mark.verdict]),
        sure=mark.verdict is BillingVerdict.YES,
        code=mark.code,
        amount=euros(mark.amount) if mark.amount is not None else "",
        why=str(words.WHY[mark.why]) if mark.why else "",
    )


def slug_of(month: date) -> str:
    """`2026-11`."""
    return f"{month:%Y-%m}"


def euros(amount: Decimal) -> str:
    return f"{decimal(float(amount), '.2f')}{NO_BREAK}€"
