"""What an administrator sees of her organizations, and what still holds one open."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from app.accounts.models import Account, Membership, Role
from app.care_requests.models import CareRequest
from app.care_requests.rules import OPEN
from app.core.db import db
from app.directory.models import PractitionerRole
from app.organizations.models import Organization
from app.organizations.queries import within
from app.stays.queries import how_many_at
from app.tablets.queries import of_organizations


@dataclass(frozen=True)
class Establishment:
    """One organization of a tree. `depth`: 0 for its top; `mine`: the reader administers it herself."""

    organization: Organization
    depth: int
    mine: bool
    people: int


def tree_of(account: Account) -> list[Establishment]:
    """What this person administers and what stands within it, each under what it belongs to."""
    administered = frozenset(account.organizations(Role.ADMINISTRATOR))
    found = within(administered)
    people = _people_at([each.id for each in found])
    known = {each.id for each in found}

    def under(parent_id: UUID | None, depth: int) -> list[Establishment]:
        rows = [each for each in found if (each.parent_id if each.parent_id in known else None) == parent_id]
        return [
            part
            for each in rows
            for part in (
                Establishment(each, depth, each.id in administered, people.get(each.id, 0)),
                *under(each.id, depth + 1),
            )
        ]

    return under(None, 0)


def _people_at(ids: Sequence[UUID]) -> dict[UUID, int]:
    counted = select(Membership.organization_id, func.count(Membership.account_id.distinct()))
    here = counted.where(Membership.organization_id.in_(ids)).group_by(Membership.organization_id)
    return {row[0]: row[1] for row in db.session.execute(here)}


def services_at(organization_id: UUID) -> Sequence[PractitionerRole]:
    """What the organization is asked for as a house."""
    here = PractitionerRole.organization_id == organization_id, PractitionerRole.practitioner_id.is_(None)
    return db.session.scalars(select(PractitionerRole).where(*here).order_by(PractitionerRole.id)).all()


@dataclass(frozen=True)
class Holding:
    """What still holds an organization open: people other than the reader, tablets, parts, requests under way that it
    sent or answers for, patients who are there."""

    people: int
    tablets: int
    parts: int
    requests: int
    patients: int

    def __bool__(self) -> bool:
        return any(vars(self).values())


def holding(organization: Organization, reader: Account) -> Holding:
    others = Membership.organization_id == organization.id, Membership.account_id != reader.id
    people = select(func.count(Membership.account_id.distinct())).where(*others)
    theirs = select(PractitionerRole.id).where(PractitionerRole.organization_id == organization.id)
    concerns = (CareRequest.organization_id == organization.id) | CareRequest.performer_id.in_(theirs)
    requests = select(func.count()).select_from(CareRequest).where(CareRequest.state.in_(OPEN), concerns)
    return Holding(
        people=db.session.scalar(people) or 0,
        tablets=len(of_organizations([organization.id])),
        parts=len(within([organization.id])) - 1,
        requests=db.session.scalar(requests) or 0,
        patients=how_many_at(organization.id),
    )
