"""What awaits an answer. Cards identify nobody: the phone may keep this page for where there is no signal."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from app.accounts.guards import me, role
from app.accounts.models import Role
from app.core import clock
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.directory import actions as directory
from app.directory.models import PractitionerRole
from app.directory.queries import practitioner_of
from app.dispatch import queries as dispatch_queries
from app.dispatch.words import REFUSALS
from app.inbox import queries
from app.inbox.cards import Card, card
from app.inbox.mine import asks_for_part, my_inboxes, my_role, my_roles
from app.inbox.replacements import Away, away
from app.push.queries import judgements

bp = Blueprint("inbox", __name__)

TIME_TO_EXPLAIN = timedelta(minutes=10)
"""How long a refusal stays in the inbox to be given its reason."""


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
    mine, person, now = my_inboxes(), practitioner_of(me().id), clock.now()
    offers = dispatch_queries.open_offers(mine)
    said = queries.answered(offers)
    cards: dict[UUID, list[Card]] = {}
    for offer in offers:
        cards.setdefault(offer.recipient_id, []).append(card(offer, now, said))
    unexplained = dispatch_queries.refused_unexplained(mine, since=now - TIME_TO_EXPLAIN)
    response = page(
        "inbox/inbox.html",
        fragment="inbox/_inbox.html",
        inboxes=[_inbox(one, cards.get(one.recipient_id, [])) for one in my_roles()],
        unexplained=[card(offer, now) for offer in unexplained],
        reasons=REFUSALS,
        visits=len(dispatch_queries.won_offers(mine)),
        tasks=len(queries.tasks(mine)),
        proposals=len(queries.proposals(mine)),
        copies=len(queries.copies(person.id, now, unread=True)) if person else 0,
        free=[card(offer, now) for offer in queries.still_free(mine, now)],
        # Asked for once she knows what the alerts would be about, and not before.
        # The part that moves leaves what is beside it alone, so there is nothing to judge for it.
        judgement=None if asks_for_part() else judgements([me().id], now)[me().id],
        tester=me().id,
        ask_for_alerts=dispatch_queries.has_answered(mine),
        now_at=now,
        live_topics=[*(f"inbox-{one}" for one in mine), f"push-test-{me().id}"],
    )
    response.headers["X-Offline"] = "keep"
    return response


def _inbox(role: PractitionerRole, cards: list[Card]) -> Inbox:
    return Inbox(role.recipient_id, role.name, role.accepting, away(role, clock.now()), cards)


@bp.post("/inbox/availability")
@role(Role.PRACTITIONER)
def set_availability() -> Response:
    with transaction():
        directory.accept_requests(my_role(request.form.get("inbox", "")), request.form.get("accepting") == "yes")
    return inbox_page() if asks_for_part() else see_other(url_for("inbox.inbox"))
