"""Who reads what of a life: who cares for her, another ward, a home help, a stranger, herself, somebody near her."""

import re
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.models import Account, Role
from app.assessments.actions import write_down
from app.assessments.library import grids
from app.audit.models import AuditEvent
from app.care_requests.models import CareRequest
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.conversations import actions as conversations
from app.core.db import db, new_id, transaction
from app.directory.models import Profession
from app.documents.models import Document
from app.documents.rights import for_account
from app.happenings.asking import LifeReader
from app.happenings.rules import Happening, Went
from app.life.line import line_of, reader_of
from app.life.picture import Lane, Span
from app.patients.models import Cause
from app.patients.relations import Holder, relate
from app.stays import actions as stays
from tests.desk.screen import words
from tests.factories import files
from tests.factories.town import Nurse, Person, Town
from tests.passages.care import TOMORROW, at_day, does_all, says, taken_by

NOVEMBER = Span.of_month(TOMORROW)


@pytest.fixture
def odile(town: Town) -> UUID:
    return town.patient("Odile")


@pytest.fixture
def maya(town: Town, odile: UUID) -> Nurse:
    """Comes mornings and evenings from tomorrow on, was written to, and was sent a prescription."""
    maya = town.nurse("Maya")
    request_id = taken_by(town, maya, patient=odile)
    with transaction():
        body, now = files.photo(), clock.now()
        paper = Document(
            patient_id=odile, type="prescription", name="secret.jpg", media_type="image/jpeg", size=len(body), pages=1,
            body=body, added_by_id=town.orientation_nurse.account_id, at=now, expires_at=now + timedelta(days=90),
            waits=True,
        )  # fmt: skip
        db.session.add(paper)
        db.session.flush()
        asks, said = town.orientation_nurse.account, "La clé est chez la voisine."
        conversations.say(request_id, said, by=asks, now=now, sent=[paper], document_type="prescription")
    return maya


def told(reader: LifeReader, patient: UUID, span: Span = NOVEMBER) -> dict[Lane, list[Happening]]:
    db.session.rollback()
    return line_of(patient, span, reader)


def read_by(person: Person, patient: UUID, span: Span = NOVEMBER) -> dict[Lane, list[Happening]]:
    db.session.rollback()
    return told(reader_of(patient, db.session.get_one(Account, person.account_id)), patient, span)


def opened(town: Town, given: str, kind: str, patient: UUID) -> Person:
    """Somebody of a place of this kind, who may open the person."""
    with transaction():
        place = town._organization(f"Chez {given}", kind, None).id
        relate(patient, Holder(place), Cause.REQUEST, by=None, now=clock.now())
    return town._person(given, "Durand", Role.REQUESTER, place)


def test_who_asked_reads_all_of_it_and_each_thing_leads_to_its_page(town: Town, odile: UUID, maya: Nurse) -> None:
    does_all(maya, _plan(odile), TOMORROW)
    at_day(TOMORROW + timedelta(days=1))
    says(maya, _plan(odile), TOMORROW + timedelta(days=1), state="absent")
    asks = town.orientation_nurse
    with transaction():
        write_down(
            odile, grids()["katz"], {}, "", key=new_id(), by=asks.account, place=town.emergency_id, now=clock.now()
        )
        stays.admit(odile, town.emergency_id, by=asks.account, now=clock.now())
    found = read_by(asks, odile)
    (plan,) = [each for each in found[Lane.CARE] if each.until]
    assert (plan.on, plan.who, plan.until) == (TOMORROW, "Maya Dupré", TOMORROW + timedelta(days=9))
    passages = [each for each in found[Lane.CARE] if not each.until]
    assert [each.went for each in passages[:4]] == [Went.DONE, Went.DONE, Went.MISSED, Went.PLANNED]
    assert "patient absent" in passages[2].what
    assert [each.who for each in found[Lane.STAYS]] == ["Urgences, Hôpital des Deux-Rives"]
    assert [(each.what, each.who) for each in found[Lane.TALK]] == [("Message", "Nadia Benali, Urgences")]
    assert [each.what for each in found[Lane.DOCUMENTS]] == ["Ordonnance"]
    assert len(found[Lane.ASSESSMENTS]) == 1
    moves = [each.what.partition(" · ")[0] for each in found[Lane.REQUESTS]]
    assert sorted(moves) == ["Acceptée", "Demande envoyée", "Soins commencés"]
    leads = {lane: {each.opens.way if each.opens else "" for each in those} for lane, those in found.items()}
    assert leads[Lane.CARE] == {"request"} and leads[Lane.TALK] == {"conversation"}
    page = asks.get(f"/patients/{odile}/life?on=2026-11")
    for each in ("Maya Dupré", "Ordonnance", "Message", "À l'hôpital", "patient absent"):
        assert each in unescape(page.text), "on the picture, whatever a list leaves to its day"
    for never in ("secret.jpg", "voisine", "Marchand, 12"):
        assert never not in page.text
    for address in _links(page.text):
        assert asks.get(address).status_code == 200, address


def _plan(patient: UUID) -> UUID:
    db.session.rollback()
    return db.session.scalars(select(CareRequest.id).where(CareRequest.patient_id == patient)).one()


def _links(page: str) -> set[str]:
    main = page[page.index('id="life"') : page.index("</main>")]
    return {each.replace("&amp;", "&") for each in re.findall(r'href="(/[^"#]+)"', main)}


def test_every_paper_that_stands_there_opens_and_no_other(town: Town, odile: UUID, maya: Nurse) -> None:
    stranger = opened(town, "Lise", "ward", odile)
    kept = db.session.scalars(select(Document.id)).all()
    for person in (town.orientation_nurse, maya, stranger):
        shown = {
            each.opens.values["document_id"] for each in read_by(person, odile).get(Lane.DOCUMENTS, []) if each.opens
        }
        account = db.session.get_one(Account, person.account_id)
        assert shown == {each for each in kept if for_account(each, account)}


def test_another_ward_reads_that_somebody_comes_and_opens_nothing_of_it(town: Town, odile: UUID, maya: Nurse) -> None:
    found = read_by(opened(town, "Lise", "ward", odile), odile)
    assert {each.opens for each in found[Lane.CARE] + found[Lane.REQUESTS]} == {None}
    assert not {Lane.TALK, Lane.DOCUMENTS} & found.keys()


def test_who_comes_to_help_at_home_reads_what_she_does_herself_alone(town: Town, odile: UUID, maya: Nurse) -> None:
    """FACTS_COORDINATION, check 35."""
    with transaction():
        stays.admit(odile, town.emergency_id, by=town.orientation_nurse.account, now=clock.now())
    found = read_by(opened(town, "Aline", "home-help", odile), odile)
    assert found.keys() == {Lane.STAYS}
    assert [each.who for each in found[Lane.STAYS]] == [""], "and in which ward is none of it"


def test_who_keeps_the_team_apart_leaves_each_with_her_own(town: Town, odile: UUID, maya: Nurse) -> None:
    karim = town.nurse("Karim", km=2)
    taken_by(town, karim, patient=odile, visits=())
    both = {each.who for each in read_by(maya, odile)[Lane.REQUESTS]}
    with transaction():
        object_to(odile, Whom(Refusing.TEAM), how="spoken", by=town.orientation_nurse.account_id, now=clock.now())
    found = read_by(karim, odile)
    assert Lane.CARE not in found and Lane.LIFE not in found
    assert {each.opens.way for each in found[Lane.REQUESTS] if each.opens} == {"offer"}
    assert Lane.CARE in read_by(maya, odile) and both


def test_nobody_else_finds_such_a_page(town: Town, odile: UUID, maya: Nurse) -> None:
    assert town.requester().get(f"/patients/{odile}/life").status_code == 404
    assert maya.get(f"/patients/{odile}/life?on=2026-11").status_code == 200
    with transaction():
        whom = Whom(Refusing.SOMEBODY, account_id=maya.account_id)
        object_to(odile, whom, how="spoken", by=town.orientation_nurse.account_id, now=clock.now())
    assert maya.get(f"/patients/{odile}/life?on=2026-11").status_code == 404


def test_herself_reads_who_comes_and_never_for_what(town: Town, odile: UUID, maya: Nurse) -> None:
    found = told(LifeReader(), odile)
    assert {each.what for each in found[Lane.CARE]} == {"Soins qui reviennent", "Passage"}
    assert {each.who for each in found[Lane.CARE]} == {"Maya Dupré"}
    assert [each.what for each in found[Lane.DOCUMENTS]] == ["Ordonnance"]
    assert not {Lane.TALK, Lane.REQUESTS} & found.keys()


@pytest.mark.parametrize(
    ("heading", "lanes"),
    [("visits", {Lane.CARE}), ("documents", {Lane.DOCUMENTS}), ("messages", set()), ("costs", set())],
)
def test_somebody_near_her_reads_by_heading(
    town: Town, odile: UUID, maya: Nurse, heading: str, lanes: set[Lane]
) -> None:
    """FACTS_COORDINATION, check 32."""
    with transaction():
        stays.admit(odile, town.emergency_id, by=town.orientation_nurse.account, now=clock.now())
    assert told(LifeReader(headings=frozenset({heading})), odile).keys() == lanes


def test_a_year_a_month_and_a_day_are_walked_by_links(town: Town, odile: UUID, maya: Nurse) -> None:
    asks, here = town.orientation_nurse, f"/patients/{odile}/life"
    year = asks.get(here)
    assert f"{here}?on=2026-11" in year.text and "Novembre" in words(year)
    month = asks.get(f"{here}?on=2026-11")
    assert f"{here}?on=2026-11-25" in month.text and "Jour par jour" in words(month)
    day = words(asks.get(f"{here}?on=2026-11-25"))
    assert "matin · Maya Dupré" in day and "soir · Maya Dupré" in day
    assert [asks.get(f"{here}?on={text}").status_code for text in ("2026-13", "x", "2026-02-30")] == [404] * 3


def test_one_kind_alone_asks_its_room_alone(town: Town, odile: UUID, maya: Nurse) -> None:
    page = words(town.orientation_nurse.get(f"/patients/{odile}/life?on=2026-11&only=documents"))
    assert re.search(r"Montrer\s: Documents", page) and "Ordonnance" in page and "Maya Dupré" not in page


def test_nothing_yet_is_said_and_the_reading_is_hers_to_know(town: Town, odile: UUID) -> None:
    asks = town.orientation_nurse
    assert "Rien pour ce moment" in words(asks.get(f"/patients/{odile}/life?on=2025"))
    read = select(AuditEvent).where(AuditEvent.event == "patient.read", AuditEvent.patient_id == odile)
    assert [each.actor_id for each in db.session.scalars(read)] == [asks.account_id]


def test_the_picture_is_heard_as_it_is_seen(town: Town, odile: UUID, maya: Nurse) -> None:
    at_day(TOMORROW)
    page = town.orientation_nurse.get(f"/patients/{odile}/life?on=2026-11").text
    assert '<title id="life-title">Ligne de vie, novembre 2026</title>' in page
    assert 'role="group" aria-label="Soins suivis"' in page
    assert page.count("data-went") > 10 and 'data-went="planned"' in page


def test_a_midwife_of_the_circle_is_told_of(town: Town, odile: UUID) -> None:
    lou = town.professional("Lou", Profession.MIDWIFE)
    patient = town.patient("Rose", usual=[lou])
    found = read_by(town.orientation_nurse, patient)
    (joined,) = found[Lane.LIFE]
    assert (joined.what.endswith("sage-femme"), joined.who) == (True, "Lou Dupré")
