"""Reads: who is near, which commune is meant, who coordinates a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.directory.geo import cells_within, distance_km
from app.directory.models import (
    Commune,
    Organization,
    Practitioner,
    PractitionerRole,
    Profession,
    TerritoryCommune,
)
from app.directory.words import searched


@dataclass(frozen=True)
class Near:
    """A role and how far it is, in kilometres as the crow flies."""

    role_id: UUID
    practitioner_id: UUID
    km: float


def near(profession: Profession, latitude: float, longitude: float, radius_km: float) -> list[Near]:
    """Accepting professionals who can sign in, within `radius_km`, nearest first."""
    rows = db.session.execute(
        select(
            PractitionerRole.id,
            PractitionerRole.practitioner_id,
            PractitionerRole.latitude,
            PractitionerRole.longitude,
        )
        .join(Practitioner, Practitioner.id == PractitionerRole.practitioner_id)
        .where(
            PractitionerRole.profession == profession,
            PractitionerRole.cell.in_(cells_within(latitude, longitude, radius_km)),
            PractitionerRole.accepting,
            Practitioner.account_id.is_not(None),
        )
    )
    found = [Near(role, person, distance_km(latitude, longitude, lat, lng)) for role, person, lat, lng in rows]
    return sorted((n for n in found if n.km <= radius_km), key=lambda n: (n.km, n.role_id))


def practitioner_of(account_id: UUID) -> Practitioner | None:
    return db.session.scalar(select(Practitioner).where(Practitioner.account_id == account_id))


def communes_named(text: str, limit: int = 8) -> Sequence[Commune]:
    """Communes whose name or postal code begins with `text`."""
    wanted = searched(text)
    if not wanted:
        return []
    column = Commune.postal_code if wanted.isdigit() else Commune.search_name
    statement = select(Commune).where(column.startswith(wanted, autoescape=True)).order_by(Commune.name).limit(limit)
    return db.session.scalars(statement).all()


def territory_of(commune_code: str) -> Organization | None:
    """The organization that coordinates answers for this commune, the smallest id when there are several."""
    statement = (
        select(Organization)
        .join(TerritoryCommune, TerritoryCommune.organization_id == Organization.id)
        .where(TerritoryCommune.commune_code == commune_code)
        .order_by(Organization.id)
    )
    return db.session.scalars(statement.limit(1)).first()


def territory_communes(organization_ids: Sequence[UUID]) -> Sequence[str]:
    statement = select(TerritoryCommune.commune_code).where(TerritoryCommune.organization_id.in_(organization_ids))
    return db.session.scalars(statement).all()


def commune_meant(text: str) -> Commune | None:
    """The one commune that `text` names: `Évry-Courcouronnes (91228)`, its code, or a name or postal code that only
    one bears; none otherwise."""
    code = text.rstrip(" )").rpartition("(")[2].strip()
    commune = db.session.get(Commune, code) if len(code) == 5 else None
    if commune is not None and ("(" in text or text.strip() == code):
        return commune
    wanted = searched(text)
    column = Commune.postal_code if wanted.isdigit() else Commune.search_name
    found = db.session.scalars(select(Commune).where(column == wanted).limit(2)).all()
    return found[0] if len(found) == 1 else None
