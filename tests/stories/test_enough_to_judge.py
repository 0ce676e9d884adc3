"""What the one asked reads before yes: enough to judge, by what the pathway's file says, and never a free text."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.care_requests.opening import open_request
from app.core.db import db, transaction
from app.directory.models import Profession
from app.directory.words import SERVICES
from app.dispatch.models import Offer
from app.messages.models import Alert
from app.pathways.library import pathways
from app.pathways.schema import Pathway, Question
from app.patients.models import Patient
from app.push.models import Message
from tests.desk.screen import words
from tests.factories.town import Nurse, Town

CANARY = "coquelicot"
SLUGS = sorted(
    {
        *("bed-request", "discharge-home", "ed-reorientation", "equipment", "home-care"),
        *("maternity-registration", "maternity-return-home", "staff"),
        *("town-consultation", "chronic-follow-up", "elderly-at-home", "hospital-clinic", "imaging-or-lab"),
        *("ehpad-or-smr", "coordination-support", "social-worker", "expert-advice"),
    }
)


def test_every_pathway_of_the_catalogue_is_tried(town: Town) -> None:
    assert sorted(pathways()) == SLUGS


def answer(question: Question) -> object:
    """As somebody would who writes a name wherever one can be written."""
    free = {"text": CANARY, "long-text": CANARY, "number": 2, "date": "2026-12-24"}
    if question.options:
        slug = next(option.slug for option in question.options if not option.stops)
        return [slug] if question.kind == "choices" else slug
    return free[question.kind]


def asked(town: Town, pathway: Pathway, reason: str, chosen: UUID | None) -> UUID:
    """A request in which every free text holds the canary."""
    answers = {question.slug: answer(question) for question in pathway.questions}
    need = town.need(pathway.slug, reason, answers=answers, note=CANARY, chosen_role_id=chosen)
    about = pathway.reason(reason).patient
    patient = town.patient(CANARY, address=f"12 rue {CANARY}") if about else None
    with transaction():
        request = open_request(
            need,
            db.session.get_one(Patient, patient) if patient else None,
            organization_id=town.emergency_id,
            by=town.orientation_nurse.account,
            now=clock.now(),
        )
        return request.id


def who_answers(town: Town, pathway: Pathway) -> list[Nurse]:
    """One of each profession, who knows how to do all that it asks, and one service of each kind."""
    skills = [reason.skill for reason in pathway.reasons if reason.skill]
    return [
        *(town.professional(kind.capitalize(), kind, skills=skills) for kind in Profession if kind not in SERVICES),
        *(town.service(f"Service {kind}", kind, skills=skills) for kind in SERVICES),
    ]


@pytest.mark.parametrize("slug", SLUGS)
def test_no_free_text_is_read_before_yes(town: Town, slug: str) -> None:
    pathway = pathways()[slug]
    people = who_answers(town, pathway)
    chosen = next(each.role_id for each in people if each.role_id == each.practitioner_id) if pathway.place else None
    for reason in pathway.reasons:
        asked(town, pathway, reason.slug, chosen)
    town.time_passes(seconds=1)
    offers = db.session.scalars(select(Offer)).all()
    assert len({offer.request_id for offer in offers}) == len(pathway.reasons)
    by_recipient = {each.practitioner_id: each for each in people}
    for recipient, offer_id, named in [(each.recipient_id, each.id, each.knows_patient) for each in offers]:
        if named:  # The establishment that the patient chose knows her.
            continue
        reader = by_recipient[recipient]
        assert CANARY not in reader.get("/inbox").text.lower()
        assert CANARY not in reader.get(f"/offers/{offer_id}").text.lower()
    db.session.rollback()
    kept = [str(message.payload) for message in db.session.scalars(select(Message))]
    kept += [str(alert.notice) for alert in db.session.scalars(select(Alert))]
    kept += [str(notice) for each in people for notice in each.notices()]
    assert kept
    assert not [each for each in kept if CANARY in each.lower()]


def reads(nurse: Nurse) -> str:
    offer = nurse.offer()
    assert offer is not None
    return words(nurse.get(f"/offers/{offer.id}"))


def test_the_reason_is_a_family_that_identifies_nobody(town: Town) -> None:
    doctor = town.doctor("Denis")
    town.asks("ed-reorientation", reason="skin")
    town.time_passes(seconds=1)
    assert "Peau, petite plaie" in reads(doctor)


def test_a_dressing_says_which(town: Town) -> None:
    nurse = town.nurse("Maya")
    town.asks("home-care", reason="dressing", answers={"wound": "burn", "injected": "insulin"})
    town.time_passes(seconds=1)
    page = reads(nurse)
    assert "Brûlure" in page
    assert "Insuline" not in page, "what is asked for another need is not this one's"


def test_staff_by_job_number_and_shift_and_equipment_by_item(town: Town) -> None:
    ward = town.service("Médecine d'à côté", Profession.WARD)
    told = {"number": "2", "shift": "night"}
    with transaction():
        need = town.need("staff", "care-assistant", answers=told)
        by = town.orientation_nurse.account
        open_request(need, None, organization_id=town.emergency_id, by=by, now=clock.now())
    town.time_passes(seconds=1)
    page = reads(ward)
    assert "Renfort aide-soignant" in page
    assert "Deux" in page
    assert "Nuit" in page


def test_a_pathway_about_nobody_asks_for_no_patient(town: Town) -> None:
    page = town.orientation_nurse.get("/requests/new?pathway=staff")
    assert page.status_code == 200
    assert "Sans patient" in words(page)
    assert "Combien de personnes" in words(page)


def test_the_deadline_of_the_pathway_stands_on_both_sides(town: Town) -> None:
    maternity = town.service("Maternité des Coquelicots", Profession.MATERNITY)
    request = town.asks("maternity-registration", chosen_role_id=maternity.role_id)
    town.time_passes(seconds=1)
    assert "réponse avant samedi 28 novembre" in words(town.orientation_nurse.get(f"/requests/{request}")).lower()
    assert "samedi 28 novembre" in reads(maternity)


def test_a_proposal_says_from_which_establishment(town: Town) -> None:
    clinic = town.service("Clinique des Tilleuls", Profession.WARD)
    with transaction():
        from app.organizations.models import Organization

        place = db.session.get_one(Organization, clinic.account.memberships[0].organization_id)
        place.parent_id = town.hospital_id
    request = town.asks("bed-request", reason="surgery", window="at-once", answers={"duration": "night"})
    town.time_passes(seconds=1)
    assert clinic.accepts() == 200
    page = words(town.orientation_nurse.get(f"/requests/{request}"))
    assert "Clinique des Tilleuls, Hôpital des Deux-Rives" in page


def test_a_refusal_of_the_patient_was_never_sent(town: Town) -> None:
    patient = town.patient()
    said = {"reason": "skin", "window": "today"}
    sent = town.orientation_nurse.post(f"/requests/refusal?pathway=ed-reorientation&patient={patient}", said)
    page = words(town.orientation_nurse.get(sent.headers["Location"]))
    assert "Refus du patient noté" in page
    assert "personne n'a été prévenu" in page
    assert "Demande envoyée" not in page
    assert "Demande annulée" not in page


def test_what_changed_is_read_on_an_ordinary_computer_too(town: Town) -> None:
    nurse = town.nurse("Maya")
    town.asks()
    town.time_passes(seconds=1)
    nurse.accepts()
    page = words(town.orientation_nurse.get("/handover"))
    assert "Passage de relais" in page
    assert "Acceptée par Maya Dupré" in page
    town.time_passes(hours=20)
    assert "Acceptée par" not in words(town.orientation_nurse.get("/handover?hours=8"))
    assert "Acceptée par" in words(town.orientation_nurse.get("/handover?hours=24"))
    assert town._person("Ada", "Roy", Role.ADMINISTRATOR, town.emergency_id).get("/handover").status_code == 403


def test_somebody_outside_the_list_was_found_by_telephone(town: Town) -> None:
    town.nurse("Proche", km=1)
    far = town.nurse("Aurore", km=90)
    doctor = town.doctor("Odile", km=90)
    request = town.asks()
    for _ in range(10):
        town.time_passes(minutes=30)
    assert "Aurore Dupré" not in words(town.coordinator.get(f"/requests/{request}/search"))
    url = f"/requests/{request}/somebody"
    assert "Aurore Dupré" in words(town.coordinator.get(f"{url}?q=auro"))
    assert town.coordinator.post(f"{url}/yes", {"role": str(doctor.role_id)}).status_code == 422
    assert town.coordinator.post(f"{url}/yes", {"role": str(far.role_id)}).status_code == 303
    assert town.request(request).performer_id == far.role_id
