"""Whom to call when nobody answered: people near, what each said, and the number."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from app.care_requests.models import CareRequest
from app.care_requests.queries import family
from app.consents.objections import whom_she_accepts
from app.core.db import db
from app.directory.by_name import by_name
from app.directory.models import PractitionerRole, Profession
from app.directory.words import PROFESSIONS
from app.dispatch.models import Offer, OfferState
from app.dispatch.words import SUMS
from app.language.phrases import gettext as _
from app.language.words import distance
from app.organizations.geo import distance_km, ranges_within

CIRCLES = (3, 8, 20, 50)
"""Kilometres: the smallest that holds enough people is read."""

ENOUGH, READ = 30, 400
SHOWN = 8


@dataclass(frozen=True)
class Callee:
    """Somebody to call. `said`: what she answered, or why she was not asked; `no`: she refused."""

    role_id: UUID
    name: str
    initials: str
    profession: str
    place: str
    far: str
    phone: str
    said: str
    no: bool


def callees(request: CareRequest, professions: Collection[Profession]) -> list[Callee]:
    """The nearest and everybody who was asked: those who did not refuse first, then by distance.

    Whoever is not on Relais, or paused new requests, may still be called.
    """
    offers = _last_offers(request)
    known = {role.recipient_id: role for role in _near(request, professions)}
    known |= {offer.recipient_id: offer.role for offer in offers.values()}
    place = request.commune
    ordered = []
    for role in whom_she_accepts(request.patient_id, list(known.values())):
        km = distance_km(place.latitude, place.longitude, role.latitude, role.longitude)
        made = offers.get(role.recipient_id)
        no = made is not None and made.state in (OfferState.REFUSED, OfferState.RELAYED)
        ordered.append(((no, km, role.id), _callee(role, km, made)))
    return [callee for _key, callee in sorted(ordered, key=lambda pair: pair[0])]


def may_be_found(request: CareRequest, professions: Collection[Profession], role_id: UUID) -> PractitionerRole | None:
    """The role, if it is of a profession that this is for: on the list to call, or called from elsewhere."""
    role = db.session.get(PractitionerRole, role_id)
    return role if role and role.profession in professions and whom_she_accepts(request.patient_id, [role]) else None


def called_so(request: CareRequest, professions: Collection[Profession], typed: str) -> list[Callee]:
    """Whom a typed name may mean, the nearest first, whether or not they are on the list or on Relais."""
    place = request.commune
    found = [role for profession in professions for role in by_name(typed, profession, place).people]
    away = {role.id: distance_km(place.latitude, place.longitude, role.latitude, role.longitude) for role in found}
    found = whom_she_accepts(request.patient_id, found)
    found.sort(key=lambda role: (away[role.id], role.id))
    return [_callee(role, away[role.id], None) for role in found[:SHOWN]]


def asked_professions(request: CareRequest) -> list[Profession]:
    """The profession that the need asks, and those that its pathway may ask instead."""
    others = [Profession(kind) for stage in request.search.stages for kind in stage.professions]
    return list(dict.fromkeys([request.profession, *others]))


def _last_offers(request: CareRequest) -> dict[UUID, Offer]:
    """By recipient, the last offer of this request or of a part of its plan."""
    made = select(Offer).where(Offer.request_id.in_(family(request))).options(joinedload(Offer.role))
    return {offer.recipient_id: offer for offer in db.session.scalars(made.order_by(Offer.id))}


def _near(request: CareRequest, professions: Collection[Profession]) -> list[PractitionerRole]:
    place = request.commune
    found: list[PractitionerRole] = []
    for km in CIRCLES:
        rows = _inside(professions, place.latitude, place.longitude, km)
        away = {role.id: distance_km(place.latitude, place.longitude, role.latitude, role.longitude) for role in rows}
        found = sorted((role for role in rows if away[role.id] <= km), key=lambda role: (away[role.id], role.id))
        if len(found) >= ENOUGH:
            break
    return found[:ENOUGH]


def _inside(
    professions: Iterable[str], latitude: float | None, longitude: float | None, km: float
) -> Sequence[PractitionerRole]:
    if latitude is None or longitude is None:
        return []
    cells = [PractitionerRole.cell.between(*ends) for ends in ranges_within(latitude, longitude, km)]
    near = select(PractitionerRole).where(
        PractitionerRole.profession.in_(list(professions)),
        PractitionerRole.accepting.in_([True, False]),  # Both are wanted; named, so that the index is used.
        PractitionerRole.can_sign_in.in_([True, False]),
        or_(*cells),
    )
    return db.session.scalars(near.limit(READ)).all()


def _callee(role: PractitionerRole, km: float, made: Offer | None) -> Callee:
    return Callee(
        role_id=role.id,
        name=role.name,
        initials=role.initials,
        profession=PROFESSIONS[role.profession][0],
        place=role.organization.name if role.practitioner else role.organization.commune.name,
        far=distance(km),
        phone=role.phone,
        said=answer_of(made) if made else _not_asked(role),
        no=made is not None and made.state is OfferState.REFUSED,
    )


def _not_asked(role: PractitionerRole) -> str:
    if role.practitioner and not role.practitioner.account_id:
        return _("pas contacté : pas encore sur Relais")
    if not role.can_sign_in:
        return _("pas contacté : n'y répond plus sur Relais")
    return _("pas encore contacté") if role.accepting else _("pas contacté : demandes en pause")


def answer_of(offer: Offer) -> str:
    """What this person did with the request, in a few words."""
    if offer.state is OfferState.REFUSED:
        reason = SUMS.get(offer.refusal_reason or "")
        return _("a refusé : %(why)s", why=reason[0]) if reason else _("a refusé")
    if offer.state is OfferState.EXPIRED:
        return _("a vu, n'a pas répondu") if offer.seen_at else _("n'a pas ouvert l'alerte")
    return {
        OfferState.OPEN: _("a vu, réponse attendue") if offer.seen_at else _("prévenu, réponse attendue"),
        OfferState.PROPOSED: _("propose de venir"),
        OfferState.RELAYED: _("a passé la demande à une ou un collègue"),
        OfferState.WON: _("a accepté"),
        OfferState.WITHDRAWN: _("désistement") if offer.answered_at else _("plus contacté"),
        OfferState.LOST: _("quelqu'un d'autre a été retenu"),
    }[offer.state]
