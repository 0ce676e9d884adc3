"""Somebody stops answering: what she was asked goes to others, and her patients are handed to a named human."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Account, Role
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest
from app.care_requests.rules import OPEN
from app.core.db import db
from app.directory.models import PractitionerRole
from app.directory.queries import accounts_of, deserted, recipients_of
from app.dispatch import offers, words
from app.dispatch.models import Offer, OfferState
from app.dispatch.queries import won_offers
from app.folders.queries import led_by
from app.language.phrases import kept, ngettext
from app.membership.leaving import Departure
from app.messages import actions as messages
from app.relays.actions import release


def in_hand(account: Account) -> list[str]:
    """Why this person must stay for now, in words: whom she cares for, and which folders she coordinates."""
    led = len(led_by(account))
    leads = ngettext(
        "Vous coordonnez encore un dossier : confiez-le à quelqu'un de son équipe, ou fermez-le.",
        "Vous coordonnez encore %(num)s dossiers : confiez-les à quelqu'un de leur équipe, ou fermez-les.",
        led,
    )
    return patients_in_hand(account) + ([leads] if led else [])


def patients_in_hand(account: Account) -> list[str]:
    """What she took, or a service where nobody else answers."""
    mine = recipients_of(account)
    answered = accounts_of(mine)  # Of services; her own inbox is not a role, and hers alone.
    alone = [each for each in mine if answered.get(each, [account.id]) == [account.id]]
    taken = won_offers(alone) if alone else []
    if not taken:
        return []
    return [
        ngettext(
            "Vous suivez encore un patient : terminez les soins, ou désistez-vous, dans « Mes visites ».",
            "Vous suivez encore %(num)s patients : terminez les soins, ou désistez-vous, dans « Mes visites ».",
            len(taken),
        )
    ]


def let_go(departure: Departure) -> None:
    """Each search that waited for her moves on at once. Whom she was to care for is looked for again; where care has
    begun, the coordinator has it in her hands."""
    if Role.PRACTITIONER not in departure.roles:
        return
    gone = [role.recipient_id for role in deserted(departure.account_id, departure.organization_id)]
    for offer in _under_way(gone):
        request = care_requests.lock(offer.request_id)
        db.session.refresh(offer)  # Somebody may have answered meanwhile.
        if offer.state is OfferState.WON:
            _hand_over(offer, departure)
        elif offer.state in offers.WAITING:
            _close(offer, request, departure)
    _leave_to_colleagues(departure)


def _under_way(recipients: Sequence[UUID]) -> Sequence[Offer]:
    """Always in one order, so that two who leave at once lock the same requests one after the other."""
    theirs = Offer.recipient_id.in_(recipients), Offer.state.in_((*offers.WAITING, OfferState.WON))
    found = select(Offer).join(CareRequest, CareRequest.id == Offer.request_id).where(*theirs)
    return db.session.scalars(found.where(CareRequest.state.in_(OPEN)).order_by(Offer.request_id, Offer.id)).all()


def _close(offer: Offer, request: CareRequest, departure: Departure) -> None:
    offers.end(offer, OfferState.WITHDRAWN, departure.now)
    messages.drop(offer.id)
    care_requests.plan_next_move(request, departure.now)
    care_requests.refresh_screens(request)


def _hand_over(offer: Offer, departure: Departure) -> None:
    by, now = db.session.get_one(Account, departure.by), departure.now
    release(offer.request, offer.role, by=by, now=now, reason=kept(words.LEFT))


def _leave_to_colleagues(departure: Departure) -> None:
    """What a service was asked stays with those who still answer there; her phone says no more of it."""
    services = select(PractitionerRole.id).where(
        PractitionerRole.organization_id == departure.organization_id, PractitionerRole.practitioner_id.is_(None)
    )
    asked = select(Offer.id).where(Offer.recipient_id.in_(services), Offer.state.in_(offers.WAITING))
    messages.silence(departure.account_id, db.session.scalars(asked).all())
