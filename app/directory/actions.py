"""Filling the directory, and a practitioner's own switch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update

from app.accounts.models import Account, Invitation
from app.core.db import db, insert_into, insert_rows
from app.directory.geo import cell_of
from app.directory.localities import Named, commune_rows, locality_rows, still_former
from app.directory.models import Commune, Locality, Organization, Practitioner, PractitionerRole, Profession
from app.directory.places import Place
from app.directory.postal_file import PostalLine, read_postal_lines
from app.directory.words import gazetteer

AT_ONCE = 5000
"""Codes named in one statement."""


class Nowhere(Exception):
    """The commune has no position: nobody there could be found near a patient."""


@dataclass(frozen=True)
class Loaded:
    """What a file of communes brought; `unplaced`: communes known here around which nobody can be looked for."""

    communes: int
    postal_codes: int
    positions: int
    unplaced: int


def import_communes(lines: Iterable[str]) -> Loaded:
    """Load the Base officielle des codes postaux, or a file that only has positions. Raises `WrongFile`.

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


def _write_localities(named: Named, former: Sequence[Mapping[str, str]]) -> None:
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


def organization(name: str, *, kind: str, place: Place | None, phone: str) -> Organization | None:
    """The organization of that name, made at this place when there is none; None when it would stand nowhere."""
    known = db.session.scalar(select(Organization).where(Organization.name == name).order_by(Organization.id).limit(1))
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


def add_role(
    practitioner: Practitioner, organization: Organization, latitude: float, longitude: float
) -> PractitionerRole:
    """Say that `practitioner` works at `organization`, at this exact place."""
    role = PractitionerRole(
        practitioner=practitioner,
        organization=organization,
        profession=practitioner.profession,
        latitude=latitude,
        longitude=longitude,
        cell=cell_of(latitude, longitude),
        accepting=True,
    )
    db.session.add(role)
    return role


def add_service(organization: Organization, kind: Profession, skills: Iterable[str] = ()) -> PractitionerRole:
    """Say that this establishment is asked for `kind`; whoever works there as one who answers may answer.

    Raises `Nowhere` when nobody knows where its commune lies.
    """
    place = organization.commune or db.session.get_one(Commune, organization.commune_code)
    if place.latitude is None or place.longitude is None:
        raise Nowhere(place.name)
    role = PractitionerRole(
        organization=organization,
        profession=kind,
        latitude=place.latitude,
        longitude=place.longitude,
        cell=cell_of(place.latitude, place.longitude),
        accepting=True,
        skills=list(skills),
    )
    db.session.add(role)
    return role


def replace(role: PractitionerRole, replacement: PractitionerRole | None, until: datetime | None) -> None:
    """While she is away, what comes to `role` first goes to `replacement`; none: she is back."""
    role.replacement_id = replacement.id if replacement else None
    role.replaced_until = until if replacement else None


def accept_requests(role: PractitionerRole, welcome: bool) -> None:
    """One tap: new requests are welcome, or not for now."""
    role.accepting = welcome


def take_place(invitation: Invitation) -> None:
    """Who was invited as a person of the directory is she from now on; unless somebody else came first."""
    if invitation.practitioner_id is None:
        return
    statement = (
        select(Practitioner).where(Practitioner.id == invitation.practitioner_id).with_for_update(of=Practitioner)
    )
    person = db.session.scalars(statement.execution_options(populate_existing=True)).one()
    former = db.session.get(Account, person.account_id) if person.account_id else None
    taken = former is not None and former.is_active and former.id != invitation.account_id
    another = select(Practitioner.id).where(Practitioner.account_id == invitation.account_id)
    if not taken and db.session.scalar(another) is None:
        person.account_id = invitation.account_id
        db.session.flush()


def say_skills(role: PractitionerRole, skills: Iterable[str]) -> None:
    """What she does and speaks, as she says it herself (slugs of `words.SKILLS`)."""
    role.skills = sorted(set(skills))
