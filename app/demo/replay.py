"""A day that plays by itself, beside the running Relais: requests arrive, people look, answer and plan.

The search itself is left to the worker, and the people whom a visitor plays are left to the visitor.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.models import Account
from app.care_requests.models import CareRequest
from app.care_requests.rules import OPEN, State
from app.core.db import db, transaction
from app.demo.people import CAST
from app.demo.plot import ANYONE, NOBODY, VISITORS, Plot, Teller, account
from app.demo.tale import tell
from app.demo.timeline import Tale, Timeline
from app.directory.models import Practitioner
from app.dispatch import answers
from app.dispatch.models import Offer, OfferState
from app.language.words import stamp
from app.pathways.library import pathways
from app.patients.models import Patient
from app.patients.queries import born_on, known_to

ARRIVALS_EVERY = 15.0
"""Minutes of people's time between two requests, at the mean: forty in a day of ten hours."""

ASKERS = (
    ("karim.ziani", "ed-reorientation"),
    ("ward", "home-care"),
    ("karim.ziani", "home-care"),
    ("jules.pereira", "home-care"),
    ("karim.ziani", "ed-reorientation"),
    ("maternity", "home-care"),
)
"""Who asks for what, by turns: never the person whom the visitor is."""

FOR_VISITORS = 3
"""The first patients are those that visitors are told to try with: the day leaves them alone."""


def replay(
    speed: float,
    until: datetime,
    *,
    seed: int,
    say: Callable[[str], None],
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Play until `until` (aware), people being `speed` times as fast as in life; `say` hears a line per event."""

    def heard(line: str) -> None:
        say(f"{stamp(clock.now())} {line}")

    dice = Random(seed)  # noqa: S311 -- a story, not a secret
    timeline = Timeline([*_arrivals(dice, speed, heard, until), _bystanders(_teller(dice, speed, heard))])
    while (at := timeline.next_at) and at < until:
        wait(max(0.0, (at - clock.now()).total_seconds()))
        with transaction():
            timeline.turn(clock.now())
    wait(max(0.0, (until - clock.now()).total_seconds()))
    heard("the day is over")


def _arrivals(dice: Random, speed: float, heard: Callable[[str], None], until: datetime) -> list[Tale]:
    """One tale per request of the day, the first of them almost at once."""
    arrivals: list[Tale] = []
    at = clock.now() + timedelta(minutes=1) / speed
    while at < until:
        by, pathway = ASKERS[len(arrivals) % len(ASKERS)]
        arrivals.append(_arrival(at, by, pathway, _teller(dice, speed, heard)))
        at += timedelta(minutes=ARRIVALS_EVERY * dice.uniform(0.3, 1.7)) / speed
    return arrivals


def _teller(dice: Random, speed: float, heard: Callable[[str], None]) -> Teller:
    # Dice of its own, so that a tale goes the same way whatever the others do meanwhile.
    return Teller(Random(dice.random()), speed, heard)  # noqa: S311


def _arrival(at: datetime, by: str, pathway: str, teller: Teller) -> Tale:
    now = yield at
    organization_id = account(by).memberships[0].organization_id
    patient_id = _patient(organization_id, pathway, teller.dice)
    if patient_id is not None:
        plot = _plot(by, pathway, teller.dice)
        yield from tell(plot, now, patient_id, organization_id, teller)


def _patient(organization_id: UUID, pathway: str, dice: Random) -> UUID | None:
    """A patient of that organization for whom nothing of the kind is under way."""
    spared = born_on([person.born for person in [*CAST.patients.values()][:FOR_VISITORS]])
    busy = select(CareRequest.patient_id).where(CareRequest.pathway == pathway, CareRequest.state.in_(OPEN))
    free = db.session.scalars(
        select(Patient.id)
        .where(
            Patient.id.in_(known_to([organization_id])),
            Patient.id.not_in(spared),
            Patient.id.not_in(busy),
        )
        .order_by(Patient.id)
    ).all()
    return dice.choice(free) if free else None


def _plot(by: str, pathway: str, dice: Random) -> Plot:
    known = pathways()[pathway]
    return Plot(
        by=by,
        pathway=pathway,
        reason=dice.choice(known.reasons).slug,
        window=dice.choice(known.windows).slug,
        taker=ANYONE if dice.random() < 0.8 else NOBODY,  # the rest wait for the visitor
        takes_after=dice.uniform(4, 16),
        refusing=0.25,
        cancelled_after=dice.uniform(3, 9) if dice.random() < 0.05 else None,
        proposes_after=dice.uniform(2, 8),
        slot=dice.randrange(3),
        confirms_after=dice.uniform(5, 25),
        declines=dice.random() < 0.05,
    )


def _bystanders(teller: Teller) -> Tale:
    """The others who were asked look at what the visitor sends, so that it has an audience; they never answer it."""
    now = clock.now()
    while True:
        now = yield now + teller.minutes(2)
        for offer in _unseen_of_visitors():
            if teller.dice.random() < 0.3:
                answers.see(offer, now)
                teller.heard("somebody looks at a visitor's request")


def _unseen_of_visitors() -> list[Offer]:
    visitors = select(Account.id).where(Account.persona.in_(VISITORS))
    statement = (
        select(Offer)
        .join(CareRequest, CareRequest.id == Offer.request_id)
        .join(Practitioner, Practitioner.id == Offer.recipient_id)
        .where(
            Offer.state == OfferState.OPEN,
            Offer.seen_at.is_(None),
            CareRequest.state == State.SEARCHING,
            CareRequest.author_id.in_(visitors),
            Practitioner.account_id.not_in(visitors),
        )
    )
    return list(db.session.scalars(statement.order_by(Offer.created_at, Offer.km)))
