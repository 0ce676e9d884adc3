"""Relation × role × verb: who finds, opens, corrects, names, asks for and reads about a person. Each cell is asked."""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from app import clock
from app.accounts.models import Membership, Role
from app.core.db import db, transaction
from app.directory.models import Practitioner, Profession
from app.patients.models import Cause, Relation
from tests.factories.town import Nurse, Person, Town
from tests.records.test_person import typed_in

TABLE = """
held by her organization  practitioner  requester  case-manager  coordinator  administrator  senior-doctor
entered                   all           all        all           no           no             no
request                   all           all        all           no           no             no
stay                      all           all        all           no           no             no
circle                    all           all        all           no           no             no
acceptance                all           all        all           no           no             no
identity                  all           all        all           no           no             no
folder                    all           all        all           no           no             no
none                      nothing       nothing    nothing       no           no             no

held by herself           nurse         doctor     midwife       colleague
circle                    all           all        all           nothing
acceptance                all           all        all           nothing
folder                    all           all        all           nothing
none                      nothing       nothing    nothing       nothing
"""
"""`all`: every verb below. `nothing`: as for somebody who does not exist (404). `no`: the role has work of its own, and
no such page (403)."""


def cells(part: int) -> list[tuple[str, str, str]]:
    """(why, who, what she may) of each cell of this part of the table."""
    head, *lines = [re.split(r"\s{2,}", line.strip()) for line in TABLE.strip().split("\n\n")[part].splitlines()]
    return [(line[0], who, may) for line in lines for who, may in zip(head[1:], line[1:], strict=True)]


@pytest.fixture
def somebody(town: Town) -> UUID:
    return town.patient()


def hold(patient: UUID, why: Cause, *, until: timedelta | None = None, **holder: UUID) -> None:
    now = clock.now()
    reason = "Elle vient d'arriver ici." if why is Cause.IDENTITY else None
    ends = now + until if until else None
    with transaction():
        db.session.add(Relation(patient_id=patient, why=why, since=now, until=ends, reason=reason, **holder))


def heard(person: Person, patient: UUID, filled: dict[str, str]) -> dict[str, int | bool]:
    """What each verb answers this person."""
    found = person.post("/requests/patients?pathway=home-care", {"q": "12/03/1948 mar"})
    page = person.get(f"/patients/{patient}")
    corrected = person.post(f"/patients/{patient}/correction", filled)
    telephone = {"number": "06 39 98 01 77", "whose": "neighbour"}
    return {
        "finds": str(patient) in found.text,
        "opens": page.status_code,
        "reads the form": person.get(f"/patients/{patient}/correction").status_code,
        "corrects": corrected.status_code,
        "writes a number": person.post(f"/patients/{patient}/telephones", telephone).status_code,
        "asks": person.get(f"/requests/new?pathway=home-care&patient={patient}").status_code,
        "reads the circle": person.get(f"/patients/{patient}/circle").status_code,
        "names": person.post(f"/patients/{patient}/circle", {"practitioner": ""}).status_code,
        "sees documents": "Aucun document joint" in page.text,
        "sees history": "12 allée des Tilleuls" in page.text,
    }


ALL: dict[str, int | bool] = {
    **{"finds": True, "opens": 200, "reads the form": 200, "corrects": 303, "writes a number": 303, "asks": 200},
    **{"reads the circle": 200, "names": 422, "sees documents": True, "sees history": True},
}
"""Naming nobody is refused by the form (422): whoever may not is stopped before."""
NOTHING_OF_HERS = {verb: False if said is True else 404 for verb, said in ALL.items()}
NO_SUCH_ROLE = {verb: False if said is True else 403 for verb, said in ALL.items()}


@pytest.fixture
def filled(town: Town, somebody: UUID) -> dict[str, str]:
    """A correction form, as somebody who may see it fills it in."""
    return typed_in(town.orientation_nurse, somebody)


MAY = {"all": ALL, "nothing": NOTHING_OF_HERS, "no": NO_SUCH_ROLE}


@pytest.mark.parametrize("role", list(Role))
def test_what_an_organization_holds_serves_those_who_care_there(
    town: Town, somebody: UUID, filled: dict[str, str], role: Role
) -> None:
    mine = {why: may for why, who, may in cells(0) if who == role.value}
    assert mine.keys() == {*map(str, Cause), "none"}, "each cause has its line"
    for why, may in mine.items():
        with transaction():
            place = town._organization(f"Lieu {why}", "hospital", None).id
        person = town._person("Ada", why, role, place)
        assert heard(person, somebody, filled) == MAY[mine["none"]], f"{role} before {why}"
        if why != "none":
            hold(somebody, Cause(why), organization_id=place)
        assert heard(person, somebody, filled) == MAY[may], f"{role} by {why}"


@pytest.mark.parametrize(("why", "who", "may"), cells(1))
def test_what_a_practitioner_holds_serves_her_alone(
    town: Town, somebody: UUID, filled: dict[str, str], why: str, who: str, may: str
) -> None:
    maya = town.professional("Maya", Profession("nurse" if who == "colleague" else who))
    with transaction():
        practice = db.session.get_one(Practitioner, maya.practitioner_id).role.organization_id
    colleague = town._person("Inès", "Voisine", Role.PRACTITIONER, practice)
    if why != "none":
        hold(somebody, Cause(why), practitioner_id=maya.practitioner_id)
    assert heard(colleague if who == "colleague" else maya, somebody, filled) == MAY[may]


def only_asks(maya: Nurse, organization_id: UUID) -> None:
    """She practises no more, and works in the ward."""
    with transaction():
        for membership in maya.account.memberships:
            db.session.delete(membership)
        db.session.add(Membership(account_id=maya.account_id, organization_id=organization_id, role=Role.REQUESTER))


def test_who_practises_no_more_has_nothing_left_of_it(town: Town, somebody: UUID, filled: dict[str, str]) -> None:
    maya, elsewhere = town.nurse("Maya"), town.requester()
    hold(somebody, Cause.CIRCLE, practitioner_id=maya.practitioner_id)
    only_asks(maya, elsewhere.account.memberships[0].organization_id)
    assert heard(maya, somebody, filled) == NOTHING_OF_HERS


@pytest.mark.parametrize("why", list(Cause))
def test_what_is_over_serves_nobody(town: Town, somebody: UUID, filled: dict[str, str], why: Cause) -> None:
    ward = town.requester()
    place = ward.account.memberships[0].organization_id
    hold(somebody, why, organization_id=place, until=timedelta(hours=1))
    assert heard(ward, somebody, filled) == ALL
    clock.advance(timedelta(hours=1))
    assert heard(ward, somebody, filled) == NOTHING_OF_HERS
