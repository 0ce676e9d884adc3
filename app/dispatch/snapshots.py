"""Where searches stand: whom each asked, what they said, who must not be asked. Read for several of them at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Row, select

from app.care_requests.models import CareRequest
from app.circles import queries as circles
from app.circles.models import CareTeamMember
from app.consents.objections import refused_recipients
from app.core.db import db
from app.directory.models import Practitioner, PractitionerRole
from app.dispatch import rules
from app.dispatch.models import Offer, OfferState, Wave

SETTLED = (OfferState.REFUSED, OfferState.RELAYED, OfferState.WITHDRAWN, OfferState.WON, OfferState.PROPOSED)
"""Whoever said no, or has a part of the plan, or gave it back, is not asked again; silence may be, in another round."""


class OfferFact(NamedTuple):
    """What the search must remember of an offer."""

    request_id: UUID
    recipient_id: UUID
    state: OfferState
    expires_at: datetime
    paused_at: datetime | None
    wave_id: UUID
    round: int


class StageReached(NamedTuple):
    """How far a search came. `wave`: none for a stage that begins now: it is kept once it asks or waits, and one that
    has nobody to ask leaves no row."""

    round: int
    stage: int
    ends_at: datetime
    wave: Wave | None = None


@dataclass
class SearchSnapshot:
    """A search as it stands. `family`: the offers of this need and of the parts into which its plan was shared: whoever
    said no to one is not asked for another. `never`: who is not asked at all. `usual`: whom the patient usually sees.
    """

    request: CareRequest
    wave: Wave | None
    family: Sequence[OfferFact] = ()
    never: Sequence[UUID] = ()
    usual: CareTeamMember | None = None
    mine: Sequence[OfferFact] = field(init=False)

    def __post_init__(self) -> None:
        self.mine = [made for made in self.family if made.request_id == self.request.id]

    @property
    def reached(self) -> StageReached | None:
        return StageReached(self.wave.round, self.wave.stage, self.wave.ends_at, self.wave) if self.wave else None

    def at(self, reached: StageReached) -> rules.SearchState:
        live = [made for made in self.mine if made.state is OfferState.OPEN]
        settled = [made.recipient_id for made in self.family if made.state in SETTLED]
        this_round = [made.recipient_id for made in self.mine if made.round == reached.round]
        deadline = self.request.answer_by
        return rules.SearchState(
            stage=reached.stage,
            stage_ends_at=reached.ends_at,
            deadline=deadline,
            asked=frozenset([*self.never, *settled, *this_round]),
            live_until=tuple(deadline if made.paused_at else made.expires_at for made in live),
            proposals=sum(made.state is OfferState.PROPOSED for made in self.mine),
            urgent=self.request.urgent,
            empty=reached.wave is None or all(made.wave_id != reached.wave.id for made in self.mine),
        )


def read(requests: Sequence[CareRequest]) -> list[SearchSnapshot]:
    """In the order of the requests."""
    waves, families = latest_waves([request.id for request in requests]), _families(requests)
    people, services = _askers(requests), _services(requests)
    patients = {request.patient_id for request in requests if request.patient_id}
    usual, refused = circles.usual_members(patients), refused_recipients(patients)
    return [
        SearchSnapshot(
            request,
            waves.get(request.id),
            families[request.episode_id, request.reason],
            [*people[request.author_id], *services[request.organization_id], *refused.get(request.patient_id, ())],
            usual.get((request.patient_id, request.profession)) if request.patient_id else None,
        )
        for request in requests
    ]


def latest_waves(request_ids: Sequence[UUID]) -> dict[UUID, Wave]:
    waves = select(Wave).where(Wave.request_id.in_(request_ids)).order_by(Wave.round, Wave.stage)
    return {wave.request_id: wave for wave in db.session.scalars(waves)}


def _families(requests: Sequence[CareRequest]) -> dict[tuple[UUID, str], list[OfferFact]]:
    facts = (Offer.request_id, Offer.recipient_id, Offer.state, Offer.expires_at, Offer.paused_at, Wave.id, Wave.round)
    made = (
        select(CareRequest.episode_id, CareRequest.reason, *facts)
        .join(Offer, Offer.request_id == CareRequest.id)
        .join(Wave, Wave.id == Offer.wave_id)
        .where(CareRequest.episode_id.in_({request.episode_id for request in requests}))
    )
    families: dict[tuple[UUID, str], list[OfferFact]] = defaultdict(list)
    for episode_id, reason, *offer in db.session.execute(made).all():
        families[episode_id, reason].append(OfferFact._make(offer))
    return families


def _askers(requests: Sequence[CareRequest]) -> dict[UUID, list[UUID]]:
    """By account: the recipient that this person is herself, if she may be asked at all."""
    herself = select(Practitioner.account_id, Practitioner.id)
    rows = db.session.execute(herself.where(Practitioner.account_id.in_({each.author_id for each in requests})))
    return _listed(rows.all())


def _services(requests: Sequence[CareRequest]) -> dict[UUID, list[UUID]]:
    """By organization: its own services."""
    own = select(PractitionerRole.organization_id, PractitionerRole.id).where(
        PractitionerRole.organization_id.in_({each.organization_id for each in requests}),
        PractitionerRole.practitioner_id.is_(None),
    )
    return _listed(db.session.execute(own).all())


def _listed(rows: Iterable[Row[UUID | None, UUID]]) -> dict[UUID, list[UUID]]:
    listed: dict[UUID, list[UUID]] = defaultdict(list)
    for key, value in rows:
        if key:
            listed[key].append(value)
    return listed
