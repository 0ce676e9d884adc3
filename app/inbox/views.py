"""What awaits an answer. Cards identify nobody: the phone may keep this page for where there is no signal."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from app.accounts.guards import me, role
from app.accounts.models import Role
from app.core import clock
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.directory import actions as directory
from app.dispatch.words import REFUSALS
from app.inbox import queries
from app.inbox.cards import Card, card
from app.inbox.mine import asks_for_part, my_recipients, my_role
from app.inbox.queries import Recipient, stand_in
from app.inbox.replacements import Away, away
from app.messages.queries import judgements

bp = Blueprint("inbox", __name__)


@dataclass(frozen=True)
class Inbox:
    """Hers, or that of a service where she answers; `away`: who stands in for her, if somebody does."""

    recipient_id: UUID
    name: str
    accepting: bool
    away: Away | None
    cards: list[Card]

    @property
    def number(self) -> int:
        return len(self.cards)


@bp.get("/inbox")
@role(Role.PRACTITIONER)
def inbox() -> Response:
    return inbox_page()


def inbox_page() -> Response:
    boxes, now = my_recipients(), clock.now()
    mine = [box.recipient_id for box in boxes if box.on_call]
    waiting, numbers = queries.waiting(mine, now), queries.numbers(me().id, mine, now)
    cards: dict[UUID, list[Card]] = {}
    for offer in waiting.offers:
        cards.setdefault(offer.recipient_id, []).append(card(offer, now, waiting.answered))
    response = page(
        "inbox/inbox.html",
        fragment="inbox/_inbox.html",
        inboxes=[_inbox(box, cards.get(box.recipient_id, []), now) for box in boxes],
        unexplained=[card(offer, now) for offer in waiting.unexplained],
        reasons=REFUSALS,
        numbers=numbers,
        free=[card(offer, now) for offer in waiting.free],
        # Asked for once she knows what the alerts would be about, and not before.
        # The part that moves leaves what is beside it alone, so there is nothing to judge for it.
        judgement=None if asks_for_part() else judgements([me().id], now)[me().id],
        tester=me().id,
        now_at=now,
        live_topics=[*(f"inbox-{one}" for one in mine), f"push-test-{me().id}"],
    )
    response.headers["X-Offline"] = "keep"
    return response


def _inbox(box: Recipient, cards: list[Card], now: datetime) -> Inbox:
    return Inbox(box.recipient_id, box.name, box.accepting, away(stand_in(box), box.replaced_until, now), cards)


@bp.post("/inbox/availability")
@role(Role.PRACTITIONER)
def set_availability() -> Response:
    with transaction():
        directory.accept_requests(my_role(request.form.get("inbox", "")), request.form.get("accepting") == "yes")
    return inbox_page() if asks_for_part() else see_other(url_for("inbox.inbox"))
