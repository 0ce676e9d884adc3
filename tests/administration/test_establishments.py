"""An establishment run by its own people: from a hospital's first administrator to a ward that asks and is asked."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.models import Membership, Role
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.directory.models import PractitionerRole, Profession
from app.organizations import actions as organizations
from app.organizations.models import Organization
from app.organizations.queries import within
from app.pathways.library import withheld
from app.stays.models import Stay
from tests.factories.town import Person, Town

WARD = {
    "kind": "ward",
    "name": "Gériatrie aiguë",
    "phone": "01 69 00 12 34",
    "contact": "Cadre du service, 9 h à 17 h",
    "address": "1 rue de la Paix",
    "commune": "91228",
    "answers": "y",
}


@pytest.fixture
def anne(town: Town) -> Person:
    return town.administrator()


def opens(town: Town, anne: Person, **otherwise: str) -> Organization:
    """Anne opens a ward in her hospital."""
    form = {name: value for name, value in {**WARD, **otherwise}.items() if value}
    answer = anne.post(f"/organizations/{town.hospital_id}/parts/new", form)
    assert answer.status_code == 303, answer.text
    db.session.rollback()
    return db.session.get_one(Organization, UUID(answer.headers["Location"].rsplit("/", 1)[1]))


def ward_of(town: Town, name: str = "Chirurgie") -> UUID:
    """One that somebody else opened."""
    with transaction():
        made = Organization(
            name=name, kind="ward", parent_id=town.hospital_id, phone="+33199001235", address="", commune_code="91228"
        )
        db.session.add(made)
        db.session.flush()
        return made.id


def test_a_ward_is_opened_and_is_asked_for_a_bed_once_somebody_works_there(town: Town, anne: Person) -> None:
    ward = opens(town, anne)
    assert (ward.name, ward.parent_id, ward.phone) == ("Gériatrie aiguë", town.hospital_id, "+33169001234")
    service = db.session.scalars(select(PractitionerRole).where(PractitionerRole.organization_id == ward.id)).one()
    assert (service.profession, service.accepting, service.can_sign_in) == (Profession.WARD, True, False)
    page = anne.get(f"/organizations/{ward.id}").text
    assert "Cadre du service, 9 h à 17 h" in page
    assert "Gériatrie aiguë" in anne.get("/organizations").text
    assert "Gériatrie aiguë" in anne.get("/members").text  # She invites there, and prepares its tablet.


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": ""}, "Écrivez le nom."),
        ({"phone": "01 69"}, "Ce numéro n'a pas le bon nombre de chiffres"),
        ({"commune": "nulle part"}, "Choisissez une commune de la liste"),
        ({"kind": "cpts"}, ""),
        ({"kind": ""}, "Choisissez ce que vous ouvrez."),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_nothing_typed_is_lost(
    town: Town, anne: Person, said: dict[str, str], words: str
) -> None:
    answer = anne.post(f"/organizations/{town.hospital_id}/parts/new", {**WARD, **said})
    assert answer.status_code == 422
    assert words in answer.text
    assert "Cadre du service, 9 h à 17 h" in answer.text
    assert db.session.scalar(select(Organization).where(Organization.kind == "ward")) is None


def test_two_parts_of_one_house_are_told_apart_by_their_names(town: Town, anne: Person) -> None:
    ward = opens(town, anne)
    again = anne.post(f"/organizations/{town.hospital_id}/parts/new", WARD | {"name": "gériatrie Aiguë "})
    assert (again.status_code, "porte déjà ce nom" in again.text) == (422, True), "a second tap opens no second ward"
    other = opens(town, anne, name="Chirurgie")
    renamed = anne.post(f"/organizations/{other.id}/description", WARD)
    assert (renamed.status_code, "porte déjà ce nom" in renamed.text) == (422, True)
    assert anne.post(f"/organizations/{ward.id}/description", WARD).status_code == 303, "its own name is its own"


def test_who_answers_the_telephone_is_corrected_everywhere(town: Town, anne: Person) -> None:
    where = f"/organizations/{town.hospital_id}/description"
    shown = anne.get(where).text
    assert "1 rue de la Paix" in shown
    assert "01 99 00 12 34" in shown
    said = {key: value for key, value in WARD.items() if key not in ("kind", "answers")}
    assert anne.post(where, {**said, "name": "Hôpital des Deux-Rives"}).status_code == 303
    hospital = db.session.get_one(Organization, town.hospital_id, populate_existing=True)
    assert (hospital.phone, hospital.contact) == ("+33169001234", "Cadre du service, 9 h à 17 h")
    line = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "organization.described")).one()
    assert line.detail == {"changed": "phone contact address postal_code"}


def test_the_ward_whose_administrator_left_is_not_lost(town: Town, anne: Person) -> None:
    ward = ward_of(town)
    assert anne.get(f"/organizations/{ward}").status_code == 404
    assert "Administrer Chirurgie" in anne.get("/organizations").text
    assert anne.post(f"/organizations/{ward}/charge").status_code == 303
    assert anne.post(f"/organizations/{ward}/charge").status_code == 303  # Twice is once.
    hers = select(Membership).where(Membership.organization_id == ward)
    assert [member.role for member in db.session.scalars(hers)] == [Role.ADMINISTRATOR]
    assert anne.get(f"/organizations/{ward}").status_code == 200


def test_nobody_takes_charge_of_a_house_that_is_not_within_hers(town: Town, anne: Person) -> None:
    elsewhere = town.requester().account.organizations()[0]
    for act in ("charge", "closing", "requests", "description", "parts/new"):
        assert anne.post(f"/organizations/{elsewhere}/{act}", WARD).status_code == 404, act
    there = Membership.organization_id == elsewhere, Membership.role == Role.ADMINISTRATOR
    assert db.session.scalar(select(Membership).where(*there)) is None
    # Nor upward: who administers a ward does not administer the hospital.
    head = town._person("Léa", "Petit", Role.ADMINISTRATOR, ward_of(town))
    assert head.get(f"/organizations/{town.hospital_id}").status_code == 404
    assert head.post(f"/organizations/{town.hospital_id}/charge").status_code == 404


def test_a_team_is_offered_what_its_administrator_left(town: Town, anne: Person) -> None:
    assert anne.post(f"/organizations/{town.emergency_id}/charge").status_code == 303
    nadia = town.orientation_nurse
    assert nadia.get("/requests/new?pathway=home-care").status_code == 200
    said = {"offered": ["ed-reorientation", "discharge-home"]}
    assert anne.post(f"/organizations/{town.emergency_id}/requests", said).status_code == 303
    assert "home-care" in withheld([town.emergency_id])[town.emergency_id]
    assert nadia.get("/requests/new?pathway=home-care").status_code == 404
    assert nadia.get("/requests/new?pathway=ed-reorientation").status_code == 200


def test_a_team_that_asks_nothing_is_a_mistake(town: Town, anne: Person) -> None:
    answer = anne.post(f"/organizations/{town.hospital_id}/requests", {})
    assert answer.status_code == 422
    assert "Laissez-lui au moins une demande." in answer.text


def test_a_ward_says_that_it_takes_nobody_for_now(town: Town, anne: Person) -> None:
    ward = opens(town, anne)
    where = f"/organizations/{ward.id}/requests"
    assert anne.post(where, {"skills": ["bed-medicine"], "offered": ["discharge-home"]}).status_code == 303
    assert asked_for(ward.id) == (False, ["bed-medicine"])
    assert (
        anne.post(where, {"welcome": "y", "skills": ["bed-surgery"], "offered": ["discharge-home"]}).status_code == 303
    )
    assert asked_for(ward.id) == (True, ["bed-surgery"])


def asked_for(organization_id: UUID) -> tuple[bool, list[str]]:
    db.session.rollback()
    service = db.session.scalars(
        select(PractitionerRole).where(PractitionerRole.organization_id == organization_id)
    ).one()
    return service.accepting, service.skills


def test_a_ward_closes_once_nothing_holds_it_open(town: Town, anne: Person) -> None:
    ward = opens(town, anne)
    lea = town._person("Léa", "Petit", Role.REQUESTER, ward.id)
    town.asks(by=lea)
    refused = anne.post(f"/organizations/{ward.id}/closing")
    assert refused.status_code == 409
    assert "1 autre personne" in refused.text
    assert "1 demande en cours" in refused.text
    db.session.rollback()
    assert db.session.get_one(Organization, ward.id).closed_at is None

    quiet = opens(town, anne, name="Hôpital de jour", answers="")
    assert anne.post(f"/organizations/{quiet.id}/closing").status_code == 303
    assert anne.get(f"/organizations/{quiet.id}").status_code == 404
    assert "Hôpital de jour" not in anne.get("/organizations").text
    db.session.rollback()
    assert quiet.id not in {each.id for each in within([town.hospital_id])}


def test_a_ward_does_not_close_around_its_patients_nor_admits_once_closed(town: Town, anne: Person) -> None:
    ward, nadia, monique = opens(town, anne, answers=""), town.orientation_nurse, town.patient()
    stay = f"/patients/{monique}/stay"
    assert nadia.post(stay, {"ward": str(ward.id)}).status_code == 303
    held = anne.post(f"/organizations/{ward.id}/closing")
    assert (held.status_code, "1 patient hospitalisé ici" in held.text) == (409, True)
    db.session.rollback()
    running = db.session.scalars(select(Stay.id)).one()
    assert nadia.post(f"{stay}/end", {"stay": str(running)}).status_code == 303
    assert anne.post(f"/organizations/{ward.id}/closing").status_code == 303
    assert nadia.post(stay, {"ward": str(ward.id)}).status_code == 409, "her page had stood open"
    db.session.rollback()
    assert db.session.scalars(select(Stay.id).where(Stay.until.is_(None))).all() == []


def test_the_house_itself_is_not_closed_by_its_last_administrator(town: Town, anne: Person) -> None:
    assert anne.post(f"/organizations/{town.hospital_id}/closing").status_code == 403


def test_what_has_no_place_there_is_a_bug(town: Town, anne: Person) -> None:
    hospital = db.session.get_one(Organization, town.hospital_id)
    described = organizations.Description("CPTS", "", "", "", place=None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no cpts within a hospital"), transaction():
        organizations.open_within(hospital, "cpts", described, by=anne.account_id, now=clock.now())
