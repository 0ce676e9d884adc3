"""Somebody closes her account: her patients are handed over first, and what she was only asked goes to others."""

from datetime import datetime
from uuid import UUID

from app.accounts.models import Account
from app.care_requests import actions as care_requests
from app.care_requests.journal import touch
from app.directory.queries import practitioner_of
from app.dispatch import offers
from app.dispatch.models import OfferState
from app.dispatch.queries import open_offers, won_offers
from app.push import alerts as push


def patients_in_hand(account: Account) -> list[str]:
    """Why this person must stay for now, in words."""
    person = practitioner_of(account.id)
    taken = won_offers([person.id]) if person else []
    if not taken:
        return []
    whom = "un patient" if len(taken) == 1 else f"{len(taken)} patients"
    return [f"Vous suivez encore {whom}\u00a0: terminez les soins, ou désistez-vous, dans «\u00a0Mes visites\u00a0»."]


def let_go(account_id: UUID, now: datetime) -> None:
    """Each search that waited for her answer moves on at once."""
    person = practitioner_of(account_id)
    for offer in open_offers([person.id]) if person else ():
        request = care_requests.hold(offer.request_id)
        offers.end(offer, OfferState.WITHDRAWN, now)
        push.drop(offer.id)
        care_requests.plan_next_move(request, now)
        touch(request)
