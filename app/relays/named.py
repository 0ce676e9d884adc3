"""Somebody whom a person names, beside those whom the search finds: asked by her name now."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.accounts.models import Account
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest, State
from app.consents.objections import whom_she_accepts
from app.core.db import db
from app.directory.models import PractitionerRole, Profession
from app.dispatch import actions, offers, rules, snapshots
from app.dispatch.models import OfferState, Wave
from app.dispatch.search import latest_wave, opening_stage, widen
from app.dispatch.snapshots import SETTLED
from app.language.phrases import kept, later
from app.organizations.geo import distance_km
from app.relays.rules import WhyNot, why_not_asked


def asked_professions(request: CareRequest) -> list[Profession]:
    """The profession that the need asks, and those that its pathway may ask instead."""
    others = [Profession(kind) for stage in request.search.stages for kind in stage.professions]
    return list(dict.fromkeys([request.profession, *others]))


def is_refused(request: CareRequest, role: PractitionerRole) -> bool:
    """Does its patient refuse her, or the place where she works? Then nobody gives it to her."""
    return not whom_she_accepts(request.patient_id, [role])


def why_not(request: CareRequest, roles: Sequence[PractitionerRole]) -> dict[UUID, WhyNot | None]:
    """By role; none: she may be asked."""
    [snapshot] = snapshots.read([request])
    wanted = whom_she_accepts(request.patient_id, roles)
    waiting = {made.recipient_id for made in snapshot.mine if made.state is OfferState.OPEN}
    settled = {made.recipient_id for made in snapshot.family if made.state in SETTLED}
    over = request.state not in (State.SEARCHING, State.UNANSWERED) or request.stay_id is not None

    def of(role: PractitionerRole) -> WhyNot | None:
        return why_not_asked(
            over=over,
            unwanted=role not in wanted,
            asks=role.recipient_id in snapshot.never,
            waits=role.recipient_id in waiting,
            answered=role.recipient_id in settled,
            reachable=role.can_sign_in,
            accepting=role.accepting,
        )

    return {role.id: of(role) for role in roles}


def ask(request: CareRequest, role: PractitionerRole, *, by: Account, now: datetime) -> WhyNot | None:
    """Put it to her now. What nobody took is looked for again, and waits for her answer, or for the end of her time,
    before it goes on; a search that runs goes on meanwhile. None: she is asked."""
    request = care_requests.lock(request.id)
    why = why_not(request, [role])[role.id]
    if why is not None:
        return why
    alone = request.state is State.UNANSWERED
    if alone:
        actions.relaunch(request, by=by, now=now, until=now + rules.RELAUNCHED_FOR)
    wave = latest_wave(request.id) or widen(request, opening_stage(request, now), 1, now)
    until = until_answered(request, wave.stage, now)
    invite(request, wave, role, until, now, line=kept(later("demandée par son nom par %(name)s", name=by.name)))
    care_requests.note(request, "named", by=by, now=now, detail=role.name)
    if alone:
        care_requests.plan_next_move(request, until)
    return None


def until_answered(request: CareRequest, stage: int, now: datetime) -> datetime:
    """When the time ends that one has to answer at this stage."""
    patience = request.search.stages[stage].offer_patience
    return min(rules.later(request.search, now, patience, request.urgent), request.answer_by)


def invite(
    request: CareRequest, wave: Wave, role: PractitionerRole, until: datetime, now: datetime, *, line: str, by: str = ""
) -> None:
    """An offer to her alone, as any other: she reads whom it is about once she accepts. `line`: why she is asked;
    `by`: which colleague gives it to her."""
    place = request.commune
    km = distance_km(place.latitude, place.longitude, role.latitude, role.longitude)
    made = offers.offer_row(request, wave, rules.Candidate(role.id, role.recipient_id, km), until, now)
    db.session.flush()
    offers.publish([(request, wave, made | {"rank_line": line, "relayed_by": by, "knows_patient": False})], now)
