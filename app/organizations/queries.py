"""Reads: which organizations these are, and who coordinates a place."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from app.core.db import db
from app.organizations.models import Organization, TerritoryCommune

COMMUNES = select(TerritoryCommune.commune_code).where(
    TerritoryCommune.organization_id.in_(bindparam("territories", expanding=True))
)
"""Those of these territories, for a statement that needs them and does not read them."""


def territory_of(commune_code: str) -> Organization | None:
    """The organization that coordinates answers for this commune, the smallest id when there are several."""
    statement = (
        select(Organization)
        .join(TerritoryCommune, TerritoryCommune.organization_id == Organization.id)
        .where(TerritoryCommune.commune_code == commune_code)
        .order_by(Organization.id)
    )
    return db.session.scalars(statement.limit(1)).first()


def only_territory() -> str:
    """The name of the territory that this Relais is of; empty where it has several, or none yet."""
    named = select(Organization.name).where(Organization.id.in_(select(TerritoryCommune.organization_id)))
    names = db.session.scalars(named.limit(2)).all()
    return names[0] if len(names) == 1 else ""


def territories_around(organization_ids: Sequence[UUID]) -> Sequence[UUID]:
    """The territories that these organizations lie in, or are themselves."""
    at = select(Organization.commune_code).where(Organization.id.in_(organization_ids))
    around = or_(TerritoryCommune.commune_code.in_(at), TerritoryCommune.organization_id.in_(organization_ids))
    return db.session.scalars(select(TerritoryCommune.organization_id).where(around).distinct()).all()


def whose_rules(organization_ids: Sequence[UUID]) -> list[UUID]:
    """Whose ways hold for these organizations, the nearest first: themselves, their parents, then the territories that
    coordinate their communes."""
    homes = [home for home in (db.session.get(Organization, each) for each in organization_ids) if home]
    order, row = list(homes), homes
    while row := [home.parent for home in row if home.parent and home.parent not in order]:
        order += row
    territories = [territory_of(code) for code in dict.fromkeys(home.commune_code for home in homes)]
    return list(dict.fromkeys(each.id for each in [*order, *territories] if each))


def organizations(ids: Iterable[UUID]) -> list[Organization]:
    """In the order of the ids as given."""
    return [db.session.get_one(Organization, each) for each in ids]


def within(ids: Collection[UUID]) -> list[Organization]:
    """These organizations and what stands within them at any depth, but for what is closed, by name."""
    tree = select(Organization.id).where(Organization.id.in_(ids)).cte(recursive=True)
    tree = tree.union(select(Organization.id).join(tree, Organization.parent_id == tree.c.id))
    theirs = Organization.id.in_(select(tree.c.id)), Organization.closed_at.is_(None)
    return list(db.session.scalars(select(Organization).where(*theirs).order_by(Organization.name, Organization.id)))


def territory_communes(organization_ids: Sequence[UUID]) -> Sequence[str]:
    statement = select(TerritoryCommune.commune_code).where(TerritoryCommune.organization_id.in_(organization_ids))
    return db.session.scalars(statement).all()


def names_of(ids: Collection[UUID]) -> dict[UUID, str]:
    """Names by id, in the order of the alphabet."""
    these = select(Organization.id, Organization.name).where(Organization.id.in_(ids)).order_by(Organization.name)
    return {row.id: row.name for row in db.session.execute(these)}
