"""The places of France as people name them, and the organizations of care that stand there (FHIR's name)."""

import re
from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.db import Identified, Model


class Commune(Model):
    """A French commune by its INSEE code (text: Corsica has letters), an arrondissement of Paris, Lyon or Marseille.

    Without a position it is a place to be born in and to live in, around which nobody can be looked for.
    """

    __tablename__ = "commune"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    postal_code: Mapped[str]  # empty when it has several: which one is said by the address
    search_name: Mapped[str] = mapped_column(index=True)  # as `words.searched` makes it
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class Locality(Model):
    """A name and a postal code under which people know a commune: its own, a former commune's, a hamlet's.

    `former_code`: the INSEE code that a former commune of this name had; such a row may have no postal code, and, when
    only the code is known, no name.
    """

    __tablename__ = "locality"

    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"), primary_key=True)
    search_name: Mapped[str] = mapped_column(primary_key=True, index=True)
    postal_code: Mapped[str] = mapped_column(primary_key=True, index=True)
    former_code: Mapped[str] = mapped_column(primary_key=True, index=True)
    name: Mapped[str]

    commune: Mapped[Commune] = relationship(lazy="joined")


class Organization(Identified, Model):
    """An establishment, ward, practice, maternity or territorial community; a tree with one contact point: `phone`, and
    who answers it and when (`contact`). What is closed keeps its name for what it did."""

    __tablename__ = "organization"

    name: Mapped[str]
    kind: Mapped[str]  # one of `rules.KINDS`
    identifier: Mapped[str | None] = mapped_column(unique=True)  # in the national directory
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organization.id"))
    phone: Mapped[str]
    contact: Mapped[str] = mapped_column(default="")
    address: Mapped[str]
    postal_code: Mapped[str | None]  # as its address was written
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"))
    closed_at: Mapped[datetime | None]

    commune: Mapped[Commune] = relationship(lazy="joined")
    parent: Mapped["Organization | None"] = relationship(remote_side="Organization.id")

    @property
    def full_address(self) -> str:
        """Street and town: what a patient, or the map of a telephone, needs to find it."""
        if re.search(rf"\b\d{{5}} {re.escape(self.commune.name)}$", self.address):
            return self.address
        return ", ".join(filter(None, (self.address, town_of(self.commune, self.postal_code))))


def town_of(commune: Commune, postal_code: str | None) -> str:
    """`91080 Évry-Courcouronnes`, with the code that the address was given with, or the only one there is."""
    return " ".join(filter(None, (postal_code or commune.postal_code, commune.name)))


class TerritoryCommune(Model):
    """An organization that coordinates answers for these communes."""

    __tablename__ = "territory_commune"

    organization_id: Mapped[UUID] = mapped_column(ForeignKey("organization.id"), primary_key=True)
    commune_code: Mapped[str] = mapped_column(ForeignKey("commune.code"), primary_key=True, index=True)
