"""Filling the map: communes, the organizations that stand there, and which of them coordinates where."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update

from app.audit.actions import record
from app.core.db import db, insert_into, insert_rows
from app.organizations.localities import LinesByCode, commune_rows, locality_rows, still_former
from app.organizations.models import Commune, Locality, Organization, TerritoryCommune
from app.organizations.places import Place
from app.organizations.postal_file import PostalLine, read_postal_lines
from app.organizations.rules import kinds_within
from app.organizations.words import gazetteer

AT_ONCE = 5000
"""Codes named in one statement."""


@dataclass(frozen=True)
class Loaded:
    """What a file of communes brought; `unplaced`: communes known here around which nobody can be looked for."""

    communes: int
    postal_codes: int
    positions: int
    unplaced: int


def import_communes(lines: Iterable[str]) -> Loaded:
    """Load the Base officielle des codes postaux, or a file that only has positions. Raises `WrongPostalFile`.

    A newer file replaces the names and postal codes of the communes that it names; a position that it lacks stays.
    """
    named: dict[str, list[PostalLine]] = {}
    positions: dict[str, tuple[float, float]] = {}
    for line in read_postal_lines(lines):
        if line.names:
            named.setdefault(line.code, []).append(line)
        if line.position:
            positions.setdefault(line.code, line.position)
    known = {row.code: row.name for row in db.session.execute(select(Commune.code, Commune.name))}
    _write_communes(commune_rows(named, known))
    _write_localities(named, still_former(named, gazetteer("former-communes")))
    _write_positions(positions)
    db.session.expire_all()
    unplaced = select(func.count()).select_from(Commune).where(Commune.latitude.is_(None))
    codes = {line.postal_code for lines in named.values() for line in lines}
    return Loaded(len(named), len(codes), len(positions), db.session.scalar(unplaced) or 0)


def _write_communes(rows: Sequence[dict[str, str]]) -> None:
    if rows:
        insert = insert_into(Commune)
        newer = {column: insert.excluded[column] for column in ("name", "search_name", "postal_code")}
        db.session.execute(insert.on_conflict_do_update(index_elements=["code"], set_=newer), rows)


def _write_localities(named: LinesByCode, former: Sequence[Mapping[str, str]]) -> None:
    stale = [*named, *(row["code"] for row in former if row["code"] != row["today"])]
    for start in range(0, len(stale), AT_ONCE):
        db.session.execute(delete(Locality).where(Locality.commune_code.in_(stale[start : start + AT_ONCE])))
    insert_rows(Locality, locality_rows(named, former))


def _write_positions(positions: Mapping[str, tuple[float, float]]) -> None:
    rows = [{"at": code, "north": north, "east": east} for code, (north, east) in positions.items()]
    if rows:
        here = update(Commune).where(Commune.code == bindparam("at"))
        moved = here.values(latitude=bindparam("north"), longitude=bindparam("east"))
        db.session.connection().execute(moved, rows)


def organization_named(name: str, *, kind: str, place: Place | None, phone: str) -> Organization | None:
    """The organization of that name, made at this place when there is none; None when it would stand nowhere."""
    open_ = select(Organization).where(Organization.name == name, Organization.closed_at.is_(None))
    known = db.session.scalar(open_.order_by(Organization.id).limit(1))
    if known is not None or place is None:
        return known
    made = Organization(
        name=name,
        kind=kind,
        phone=phone,
        address="",
        postal_code=place.postal_code or None,
        commune_code=place.commune.code,
    )
    db.session.add(made)
    db.session.flush()
    return made


@dataclass(frozen=True)
class Description:
    """How an organization is named and reached. `phone`: E.164; `contact`: who answers it, and when."""

    name: str
    phone: str
    contact: str
    address: str
    place: Place


class NamedAlready(Exception):
    """Something else of the same establishment bears this name: nobody could tell the two apart."""


def _keep_apart(parent_id: UUID, name: str, but: UUID | None = None) -> None:
    """Those who name parts of one house do it one after the other. Raises `NamedAlready`."""
    db.session.execute(select(Organization.id).where(Organization.id == parent_id).with_for_update())
    beside = (
        Organization.parent_id == parent_id,
        Organization.closed_at.is_(None),
        Organization.id.is_distinct_from(but),
    )
    if name.casefold() in {each.casefold() for each in db.session.scalars(select(Organization.name).where(*beside))}:
        raise NamedAlready(name)


def open_within(parent: Organization, kind: str, described: Description, *, by: UUID, now: datetime) -> Organization:
    """A new part of `parent`. Raises `NamedAlready`, and ValueError for a kind that has no place there."""
    if kind not in kinds_within(parent.kind):
        raise ValueError(f"no {kind} within a {parent.kind}")
    _keep_apart(parent.id, described.name)
    made = Organization(kind=kind, parent_id=parent.id, **_columns(described))
    db.session.add(made)
    db.session.flush()
    record("organization.opened", made, by, now=now, parent=parent.id)
    return made


def describe(organization: Organization, described: Description, *, by: UUID, now: datetime) -> None:
    """Correct how it is named and reached. Said again, nothing changes. Raises `NamedAlready`."""
    if organization.parent_id and organization.name != described.name:
        _keep_apart(organization.parent_id, described.name, organization.id)
    changed = [name for name, value in _columns(described).items() if getattr(organization, name) != value]
    for name in changed:
        setattr(organization, name, _columns(described)[name])
    if changed:
        record("organization.described", organization, by, now=now, changed=" ".join(changed))


def _columns(described: Description) -> dict[str, str | None]:
    return {
        "name": described.name,
        "phone": described.phone,
        "contact": described.contact,
        "address": described.address,
        "postal_code": described.place.postal_code or None,
        "commune_code": described.place.commune.code,
    }


def close(organization: Organization, *, by: UUID, now: datetime) -> None:
    """It is offered nowhere any more; what it did keeps its name. Who belongs to it is the rooms' above."""
    organization.closed_at = now
    record("organization.closed", organization, by, now=now)


def set_territory(organization: Organization, department: str) -> int:
    """Make `organization` answer for every commune of the department that has no coordinator yet; returns how many."""
    taken = select(TerritoryCommune.commune_code)
    free = select(Commune.code).where(Commune.code.startswith(department), Commune.code.not_in(taken))
    codes = db.session.scalars(free).all()
    db.session.add_all(TerritoryCommune(organization_id=organization.id, commune_code=code) for code in codes)
    return len(codes)
