"""A patient of another team, in danger, in front of somebody who may not see the file."""

from uuid import UUID

import pytest
from sqlalchemy import delete, select, update

from app.accounts.models import Membership, Role
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.language.typography import plain
from app.organizations.models import Organization, TerritoryCommune
from app.patients.models import EmergencyAccess
from app.push.models import Subscription
from app.supervision.traces import patient_report
from tests.factories.town import Person, Town

REASON = "Malaise sur la voie publique, il ne parle pas"
MONIQUE = {
    "reason": "silent",
    "because": REASON,
    "birth_date": "1948-03-12",
    "birth_name": "Marchand",
    "given_names": "Monique",
    "understood": "y",
}


def accesses() -> list[EmergencyAccess]:
    db.session.rollback()
    return list(db.session.scalars(select(EmergencyAccess).order_by(EmergencyAccess.id)))


def lines(event: str) -> list[AuditEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == event)))


@pytest.fixture
def request_id(town: Town) -> UUID:
    """Monique waits for a nurse; her emergency department asked."""
    return town.asks(patient=town.patient("Monique"), note="Diabétique, sous anticoagulants")


def opens(person: Person, **changed: str) -> str:
    """Breaks the glass; the page that is then shown."""
    answer = person.post("/emergency", {**MONIQUE, **changed})
    assert answer.status_code == 303, answer.text
    return answer.location


def test_for_an_hour_and_no_longer(town: Town, request_id: UUID) -> None:
    elsewhere = town.requester("Paul")
    assert elsewhere.get(f"/requests/{request_id}").status_code == 404
    where = opens(elsewhere)
    page = elsewhere.get(where).text
    assert "MARCHAND" in page
    assert "Diabétique, sous anticoagulants" in page
    assert elsewhere.get(f"/requests/{request_id}").status_code == 404, "nothing else opens"
    town.time_passes(minutes=59)
    assert elsewhere.get(where).status_code == 200
    town.time_passes(minutes=1)
    assert elsewhere.get(where).status_code == 404
    assert "MARCHAND" not in elsewhere.get("/emergency").text


@pytest.mark.parametrize("who", ["practitioner", "coordinator of another town"])
def test_whoever_cares_may(town: Town, request_id: UUID, who: str) -> None:
    person: Person = town.nurse("Maya") if who == "practitioner" else second_coordinator(town, elsewhere=True)
    assert "Diabétique" in person.get(opens(person)).text


def second_coordinator(town: Town, *, elsewhere: bool = False) -> Person:
    place = town.cpts_id
    if elsewhere:
        with transaction():
            place = town._organization("CPTS voisine", "cpts", None).id
    return town._person("Inès", "Voisine", Role.COORDINATOR, place)


def test_the_coordinator_is_told_at_once_and_reads_why(town: Town, request_id: UUID) -> None:
    coordinator, told = town.coordinator, town.nurse("Veille")
    with transaction():  # the coordinator's own phone
        phone = update(Subscription).where(Subscription.account_id == told.account_id)
        db.session.execute(phone.values(account_id=coordinator.account_id))
    opens(town.requester("Paul"))
    town.time_passes(seconds=1)
    notice = told.notices()[-1]["notification"]
    assert isinstance(notice, dict)
    assert notice["title"] == "Accès d'urgence ouvert"
    assert "Marchand" not in str(told.notices()).title()
    page = coordinator.get("/board").text
    assert "1 accès d'urgence à relire" in page
    assert REASON in page
    assert "Paul Requérant" in page
    access = accesses()[0]
    assert coordinator.post(f"/emergency/{access.id}/acknowledgement").location == "/board"
    assert REASON not in coordinator.get("/board").text
    assert coordinator.post(f"/emergency/{access.id}/acknowledgement").status_code == 409
    assert accesses()[0].acknowledged_by_id == coordinator.account_id


def test_another_territory_neither_sees_nor_answers_for_it(town: Town, request_id: UUID) -> None:
    opens(town.requester("Paul"))
    neighbour = second_coordinator(town, elsewhere=True)
    assert REASON not in neighbour.get("/board").text
    assert neighbour.post(f"/emergency/{accesses()[0].id}/acknowledgement").status_code == 404


def test_nobody_reads_her_own(town: Town, request_id: UUID) -> None:
    """Made a coordinator since, she still waits for another one."""
    paul = town.requester("Paul")
    opens(paul)
    with transaction():
        db.session.add(Membership(account_id=paul.account_id, organization_id=town.cpts_id, role=Role.COORDINATOR))
    assert "Quelqu'un d'autre de la coordination doit relire le vôtre" in paul.get("/board").text
    assert paul.post(f"/emergency/{accesses()[0].id}/acknowledgement").status_code == 409
    assert town.coordinator.post(f"/emergency/{accesses()[0].id}/acknowledgement").status_code == 303


def test_the_patient_can_read_who_looked_and_why(town: Town, request_id: UUID) -> None:
    paul = town.requester("Paul")
    paul.get(opens(paul))
    told = [
        (line.person, plain(str(line.act)), plain(str(line.why)))
        for line in patient_report(town.request(request_id).patient_id)
    ]
    assert (
        "Paul Requérant",
        "Accès d'urgence ouvert, hors du cercle de soins",
        "urgence, hors du cercle de soins",
    ) in told
    assert ("Paul Requérant", "Consultation de l'identité", "urgence, hors du cercle de soins") in told
    assert REASON not in str([line.detail for line in lines("emergency.opened")]), "the words may speak of the patient"


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_name": "March"},
        {"birth_name": "Marchande"},
        {"given_names": "Mo"},
        {"birth_date": "1948-03-13"},
        {"given_names": "Marchand", "birth_name": "Monique"},
    ],
)
def test_a_part_of_the_identity_finds_nobody(town: Town, request_id: UUID, wrong: dict[str, str]) -> None:
    paul = town.requester("Paul")
    answer = paul.post("/emergency", {**MONIQUE, **wrong})
    assert answer.status_code == 422
    assert "Aucune demande en cours pour cette personne" in answer.text
    assert REASON in answer.text, "nothing typed is lost"
    assert accesses() == []
    assert [line.result for line in lines("emergency.missed")] == ["refused"]


def test_accents_case_and_a_second_given_name_are_no_obstacle(town: Town, request_id: UUID) -> None:
    opens(town.requester("Paul"), birth_name="MÀRCHAND", given_names="monique Andrée")


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"because": "court"}, "entre 10 et 500"),
        ({"because": ""}, "Dites ce qui se passe"),
        ({"reason": ""}, "Choisissez la raison"),
        ({"understood": ""}, "Cochez la case"),
        ({"birth_date": "2199-01-01"}, "pas encore passée"),
    ],
)
def test_without_a_reason_nothing_is_even_looked_for(
    town: Town, request_id: UUID, missing: dict[str, str], said: str
) -> None:
    form = {name: value for name, value in {**MONIQUE, **missing}.items() if value}
    answer = town.requester("Paul").post("/emergency", form)
    assert answer.status_code == 422
    assert said in answer.text
    assert accesses() == []
    assert lines("emergency.missed") == []


def test_who_follows_the_patient_already_is_led_there(town: Town, request_id: UUID) -> None:
    assert town.orientation_nurse.post("/emergency", MONIQUE).location == f"/requests/{request_id}"
    assert accesses() == []


def test_without_anything_under_way_there_is_nothing_to_open(town: Town) -> None:
    town.patient("Monique")
    assert "Aucune demande en cours" in town.requester("Paul").post("/emergency", MONIQUE).text
    assert accesses() == []


def test_a_patient_of_another_territory_is_not_found(town: Town, request_id: UUID) -> None:
    paul = town.requester("Paul")
    with transaction():
        db.session.execute(delete(TerritoryCommune).where(TerritoryCommune.commune_code == "91223"))
        home = paul.account.organizations()[0]
        db.session.execute(update(Organization).where(Organization.id == home).values(commune_code="91223"))
    assert "Aucune demande en cours" in paul.post("/emergency", MONIQUE).text
    assert accesses() == []


def test_where_nobody_would_read_it_nothing_opens(town: Town, request_id: UUID) -> None:
    with transaction():
        db.session.execute(delete(Membership).where(Membership.account_id == town.coordinator.account_id))
    answer = town.requester("Paul").post("/emergency", MONIQUE)
    assert answer.status_code == 422
    assert "Relais n'ouvre rien" in answer.text
    assert accesses() == []


def test_one_person_in_the_records_of_two_houses(town: Town, request_id: UUID) -> None:
    town.asks(patient=town.patient("Monique"))
    paul = town.requester("Paul")
    assert opens(paul) == "/emergency"
    assert len(accesses()) == 2
    assert paul.get("/emergency").text.count("Rouvrir Monique MARCHAND") == 2


def test_another_persons_access_is_not_mine(town: Town, request_id: UUID) -> None:
    where = opens(town.requester("Paul"))
    assert town.requester("Jean", organization="Troisième hôpital").get(where).status_code == 404


def test_five_tries_in_ten_minutes(town: Town, request_id: UUID) -> None:
    town.app.config["LIMITS_HOLD"] = True
    paul = town.requester("Paul")
    heard = [paul.post("/emergency", {**MONIQUE, "birth_name": f"Marchand{n * 'a'}"}).status_code for n in range(1, 8)]
    assert heard == [422] * 5 + [429] * 2


@pytest.mark.parametrize(
    "typed",
    [
        {"birth_name": "LE BOEUF"},
        {"birth_name": "le-bœuf", "given_names": "anne marie"},
        {"birth_name": "LEBOEUF", "given_names": "Anne-Marie"},
        {"birth_date": "12/3/48"},
        {"birth_date": "12 mars 1948"},
        {"birth_date": " 12 / 03 / 1948\u200e"},
        {"birth_date": "12031948"},
    ],
)
def test_letters_and_dates_are_read_as_everywhere(town: Town, typed: dict[str, str]) -> None:
    """What the search and the form of a patient take, the emergency takes too (hyphen or space alike, ligatures)."""
    town.asks(patient=town.patient("Anne-Marie", birth_name="Le Bœuf"))
    known = {"birth_name": "Le Bœuf", "given_names": "Anne-Marie"}
    odile = town.requester("Odile")
    assert "LE BŒUF" in odile.get(opens(odile, **{**known, **typed})).text
