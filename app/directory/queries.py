"""Reads: who is near, who answers for what."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import cos, inf, radians
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    bindparam,
    cast,
    select,
    union_all,
)

from app.accounts.models import Account, Membership, Role
from app.core.db import db
from app.directory.models import InvitedPractitioner, Practitioner, PractitionerRole, Profession
from app.membership.models import Invitation
from app.membership.queries import live_invitations
from app.organizations.geo import cell_of, distance_km, ranges_within
from app.organizations.models import Organization
from app.organizations.queries import COMMUNES


@dataclass(frozen=True)
class Near:
    """A role, whose inbox it is (`PractitionerRole.recipient_id`), and how far, in kilometres as the crow flies."""

    role_id: UUID
    recipient_id: UUID
    km: float


Rows = Iterable[tuple[UUID, UUID | None, float, float]]
"""Of a role: its id, its practitioner's, its latitude, its longitude."""

AT_ONCE = 300
"""Rows read before the circle is drawn again, closer."""


def near(
    profession: Profession,
    latitude: float | None,
    longitude: float | None,
    radius_km: float,
    limit: int,
    without: Collection[UUID] = (),
    skill: str = "",
) -> list[Near]:
    """Accepting professionals who can sign in, within `radius_km`: the `limit` nearest, nearest first, each person
    once. `without`: recipients to leave out; `skill`: only those who have it, few enough to be read all.

    Costs the same however many there are: the next ones in the index say how wide a circle is enough; and where that
    one still holds too many, those read first say how much closer it may be drawn.
    """
    if latitude is None or longitude is None:
        return []  # Nobody is known to be near a commune without a position.
    if skill:
        able = _read(_inside_with_skill, (latitude, longitude), radius_km, profession, skill=f'%"{skill}"%')
        return [n for n in _nearest(able, latitude, longitude, without) if n.km <= radius_km][:limit]
    wanted = limit + len(without)
    here = {"profession": profession, "cell": cell_of(latitude, longitude), "rows": wanted}
    rows: Rows = db.session.execute(_BESIDE, here)
    circle, most = _enough(_nearest(rows, latitude, longitude, without), limit, radius_km), max(AT_ONCE, 6 * wanted)
    while True:
        rows = _read(_inside, (latitude, longitude), circle, profession, rows=most)
        found = [n for n in _nearest(rows, latitude, longitude, without) if n.km <= circle]
        if len(rows) < most:
            return found[:limit]
        closer = _enough(found, limit, circle)
        if closer > circle / 2:  # Many may share one place, where no circle is small enough.
            most *= 4
        circle = closer


def _read(
    statement: Callable[[int], Any], centre: tuple[float, float], circle: float, profession: Profession, **said: Any
) -> Sequence[Any]:
    """`statement`: for so many ranges of cells."""
    ranges = ranges_within(*centre, circle)
    ends = {
        f"{name}_{n}": cell for n, ends in enumerate(ranges) for name, cell in zip(("from", "to"), ends, strict=True)
    }
    return db.session.execute(statement(len(ranges)), {"profession": profession, **said, **ends}).all()


def _enough(found: Sequence[Near], limit: int, circle: float) -> float:
    """The radius that surely holds `limit` people."""
    return min(circle, found[limit - 1].km) if len(found) >= limit else circle


def _nearest(rows: Rows, latitude: float, longitude: float, without: Collection[UUID]) -> list[Near]:
    found = [Near(role, person or role, distance_km(latitude, longitude, lat, lng)) for role, person, lat, lng in rows]
    nearest: dict[UUID, Near] = {}
    for near in sorted(found, key=lambda n: (n.km, n.role_id)):
        if near.recipient_id not in without:
            nearest.setdefault(near.recipient_id, near)
    return list(nearest.values())


_ANSWERING = select(
    PractitionerRole.id,
    PractitionerRole.practitioner_id,
    PractitionerRole.latitude,
    PractitionerRole.longitude,
).where(
    PractitionerRole.profession == bindparam("profession"), PractitionerRole.accepting, PractitionerRole.can_sign_in
)


def _part(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return select(statement.subquery())  # SQLite takes no order and no limit on one part of a union.


_AT, _ROWS = bindparam("cell", type_=BigInteger), bindparam("rows", type_=Integer)
_BESIDE = union_all(
    _part(_ANSWERING.where(PractitionerRole.cell >= _AT).order_by(PractitionerRole.cell).limit(_ROWS)),
    _part(_ANSWERING.where(PractitionerRole.cell < _AT).order_by(PractitionerRole.cell.desc()).limit(_ROWS)),
)


@cache
def _inside(ranges: int) -> CompoundSelect[UUID, UUID | None, float, float]:
    """Those in so many ranges of cells, at most `rows` of them."""
    return union_all(*(_ANSWERING.where(within) for within in _cells(ranges))).limit(_ROWS)


@cache
def _inside_with_skill(ranges: int) -> CompoundSelect[UUID, UUID | None, float, float]:
    """Those who have `skill`, as the list of slugs is written."""
    has = cast(PractitionerRole.skills, String).like(bindparam("skill"))
    return union_all(*(_ANSWERING.where(has, within) for within in _cells(ranges)))


def _cells(ranges: int) -> Iterable[ColumnElement[bool]]:
    def end(name: str, n: int) -> BindParameter[int]:
        return bindparam(f"{name}_{n}", type_=BigInteger)

    return (PractitionerRole.cell.between(end("from", n), end("to", n)) for n in range(ranges))


def phones_of(account_ids: Collection[UUID]) -> dict[UUID, str]:
    """The professional numbers (E.164) of the people who sign in with these accounts, in one query."""
    known = select(Practitioner.account_id, Practitioner.phone).where(Practitioner.account_id.in_(account_ids))
    return {row.account_id: row.phone for row in db.session.execute(known)}


ACCEPTING = (
    select(Practitioner.account_id, Practitioner.given_name, Practitioner.family_name, Practitioner.phone)
    .add_columns(PractitionerRole.id.label("role_id"), PractitionerRole.profession)
    .join(PractitionerRole, PractitionerRole.practitioner_id == Practitioner.id)
    .join(Organization, Organization.id == PractitionerRole.organization_id)
    .where(Organization.commune_code.in_(COMMUNES), PractitionerRole.accepting, PractitionerRole.can_sign_in)
    .where(Practitioner.account_id.is_not(None))
    .order_by(Practitioner.family_name, Practitioner.given_name, PractitionerRole.id)
    .limit(2000)
)
"""Who could be asked in these territories: accepting professionals who can sign in, by name."""


def answering_at(organization_id: UUID, profession: Profession, limit: int = 50) -> Sequence[PractitionerRole]:
    """Who does this at this place, accepts requests and can sign in."""
    return db.session.scalars(
        select(PractitionerRole)
        .where(
            PractitionerRole.organization_id == organization_id,
            PractitionerRole.profession == profession,
            PractitionerRole.accepting,
            PractitionerRole.can_sign_in,
        )
        .order_by(PractitionerRole.id)
        .limit(limit)
    ).all()


def colleagues(role: PractitionerRole) -> Sequence[PractitionerRole]:
    """Who does the same in the same practice, accepts requests and can sign in."""
    there = answering_at(role.organization_id, role.profession)
    return [each for each in there if each.id != role.id]


def is_done_at(organization_id: UUID, profession: Profession) -> bool:
    """Does anybody do this there, whether or not she can sign in?"""
    there = PractitionerRole.organization_id == organization_id, PractitionerRole.profession == profession
    return db.session.scalar(select(PractitionerRole.id).where(*there).limit(1)) is not None


def practitioners_at(organization_id: UUID, profession: Profession, limit: int = 50) -> Sequence[Practitioner]:
    """The people who do this at this place, whether or not they can sign in."""
    there = PractitionerRole.organization_id == organization_id, PractitionerRole.profession == profession
    people = select(Practitioner).join(PractitionerRole, PractitionerRole.practitioner_id == Practitioner.id)
    return db.session.scalars(people.where(*there).order_by(Practitioner.id).limit(limit)).all()


def services(kind: Profession) -> Sequence[PractitionerRole]:
    """Every establishment that is asked for this, whether or not somebody answers there today."""
    return db.session.scalars(_services(kind).order_by(PractitionerRole.id)).all()


def services_near(
    kind: Profession, latitude: float | None, longitude: float | None, limit: int = 200
) -> list[tuple[PractitionerRole, float]]:
    """The establishments that can be chosen for this, with how far they are in kilometres: the `limit` nearest."""
    if latitude is None or longitude is None:
        return [(role, inf) for role in services(kind)[:limit]]
    north = PractitionerRole.latitude - latitude
    east = (PractitionerRole.longitude - longitude) * cos(radians(latitude))
    # On a flat map, which tells the nearest of a country; how far they are is then said exactly.
    nearest = db.session.scalars(
        _services(kind)
        .where(PractitionerRole.can_sign_in)
        .order_by(north * north + east * east, PractitionerRole.id)
        .limit(limit)
    )
    found = [(role, distance_km(latitude, longitude, role.latitude, role.longitude)) for role in nearest]
    return sorted(found, key=lambda pair: (pair[1], pair[0].name))


def _services(kind: Profession) -> Select[PractitionerRole]:
    return select(PractitionerRole).where(
        PractitionerRole.profession == kind,
        PractitionerRole.practitioner_id.is_(None),
        PractitionerRole.accepting,
    )


def accounts_of(role_ids: Collection[UUID]) -> dict[UUID, list[UUID]]:
    """By role: who answers for it today. The person herself; of a service, all who work there as ones who answer."""
    facts = select(
        *(PractitionerRole.id, PractitionerRole.organization_id, PractitionerRole.practitioner_id),
        *(PractitionerRole.can_sign_in, Practitioner.account_id),
    ).outerjoin(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
    told: dict[UUID, list[UUID]] = {}
    places: dict[UUID, list[UUID]] = {}
    for role in db.session.execute(facts.where(PractitionerRole.id.in_(role_ids))):
        if role.practitioner_id is None:
            places.setdefault(role.organization_id, []).append(role.id)
        elif role.account_id and role.can_sign_in:
            told[role.id] = [role.account_id]
    if places:
        members = select(Membership.organization_id, Membership.account_id).where(
            Membership.organization_id.in_(places), Membership.role == Role.PRACTITIONER
        )
        for organization_id, account_id in db.session.execute(members.order_by(Membership.id)):
            for role_id in places[organization_id]:
                told.setdefault(role_id, []).append(account_id)
    return told


_RECIPIENTS = union_all(
    select(Practitioner.id)
    .join(PractitionerRole, PractitionerRole.practitioner_id == Practitioner.id)
    .where(Practitioner.account_id == bindparam("account"), PractitionerRole.can_sign_in),
    select(PractitionerRole.id).where(
        PractitionerRole.organization_id.in_(bindparam("places", expanding=True)),
        PractitionerRole.practitioner_id.is_(None),
    ),
)


def recipients_of(account: Account) -> list[UUID]:
    """The inboxes that this person answers: her own while she is on call there, and those of the services where she
    works."""
    hers = {"account": account.id, "places": account.organizations(Role.PRACTITIONER)}
    return list(db.session.scalars(_RECIPIENTS, hers))


def deserted(account_id: UUID, organization_id: UUID) -> Sequence[PractitionerRole]:
    """What this person answered for, and nobody does now that she has left: her own place, and the services there."""
    on_call = select(PractitionerRole.practitioner_id).where(
        PractitionerRole.can_sign_in, PractitionerRole.practitioner_id.is_not(None)
    )
    she = Practitioner.account_id == account_id, Practitioner.id.not_in(on_call)
    hers = PractitionerRole.practitioner_id.in_(select(Practitioner.id).where(*she))
    service = PractitionerRole.practitioner_id.is_(None) & (PractitionerRole.organization_id == organization_id)
    gone = select(PractitionerRole).where(hers | service, ~PractitionerRole.can_sign_in)
    return db.session.scalars(gone.order_by(PractitionerRole.id).execution_options(populate_existing=True)).all()


def practitioner_of(account_id: UUID) -> Practitioner | None:
    return db.session.scalar(select(Practitioner).where(Practitioner.account_id == account_id))


def proposal_for(practitioner_id: UUID, now: datetime) -> Invitation | None:
    """The invitation that somebody is to take up as this person."""
    hers = live_invitations(now).join(InvitedPractitioner, InvitedPractitioner.invitation_id == Invitation.id)
    return db.session.scalar(hers.where(InvitedPractitioner.practitioner_id == practitioner_id).limit(1))
