"""A territory writes a pathway of its own on the screen, and its people live by it."""

from io import BytesIO
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.accounts.models import Membership, Role
from app.care_requests.models import CareTask, State
from app.care_requests.queries import rulebooks
from app.core.db import db, transaction
from app.pathways.library import draft_of
from app.simulation.replay import past_requests
from tests.desk.screen import value, words
from tests.factories.town import Town
from tests.protocols.screen import puts_in_force, writes

HERE = "/pathways/soins-de-nuit/draft"


def a_territory_writes_its_own(town: Town) -> None:
    """A copy of home care, with a need, a question, a stage and a task of the territory's own."""
    she = town.coordinator
    sent = she.post("/pathways/new", {"title": "Soins de nuit", "model": "home-care"})
    assert (sent.status_code, sent.location) == (303, HERE)
    known = len(town_tables(town)["reasons"])
    writes(she, f"{HERE}/reasons/{known}", label="Passage de nuit", care="Passage de nuit", minutes=35)
    asked = len(town_tables(town)["questions"])
    answers = {"options-0-label": "À sa porte", "options-1-label": "Boîte à clés"}
    page_fields = {"label": "Où est la clé ?", "shown": "y", "reasons": "passage-de-nuit", **answers}
    writes(she, f"{HERE}/questions/{asked}", **page_fields)
    stages = len(town_tables(town)["search"]["stages"])
    other = {"kind": "other", "km": 15, "professions": "midwife"}
    writes(she, f"{HERE}/stages/{stages}", **other)
    writes(she, f"{HERE}/tasks/0", label="Appeler la famille avant de venir", owner="performer", due_hours=6)
    assert puts_in_force(she, "soins-de-nuit").status_code == 303


def town_tables(town: Town) -> dict[str, Any]:
    db.session.rollback()
    draft = draft_of("soins-de-nuit", town.cpts_id)
    assert draft is not None
    return draft.body


def asks(town: Town, patient: UUID) -> UUID:
    """On the form, as anybody does."""
    url = f"?pathway=soins-de-nuit&patient={patient}"
    form = town.orientation_nurse.get(f"/requests/new{url}")
    assert "Passage de nuit" in words(form) and "Où est la clé" in words(form)
    sent = town.orientation_nurse.post(
        f"/requests{url}",
        {
            "request_id": value(form, "request_id"),
            "reason": "passage-de-nuit",
            "window": "two-days",
            "answer-ou-est-la-cle": "boite-a-cles",
            "agreement": "y",
        },
    )
    assert sent.status_code == 303, words(sent)
    return UUID(sent.location.rsplit("/", 1)[-1].split("?")[0])


def test_a_ward_asks_with_it_a_nurse_accepts_and_it_is_played_again(town: Town) -> None:
    town.app.config["WTF_CSRF_ENABLED"] = False
    nurse, patient = town.nurse("Inès", km=2), town.patient()
    before = town.orientation_nurse.get(f"/requests/new?patient={patient}")
    assert "Soins de nuit" not in words(before)
    a_territory_writes_its_own(town)
    assert "Soins de nuit" in words(town.orientation_nurse.get(f"/requests/new?patient={patient}"))

    request = asks(town, patient)
    town.time_passes(seconds=1)
    offer = nurse.offer()
    assert offer is not None
    card = words(nurse.get(f"/offers/{offer.id}"))
    assert "Passage de nuit" in card and "Boîte à clés" in card
    assert nurse.accepts() == 200
    kept = town.request(request)
    assert (kept.state, kept.pathway, kept.rulebook.owner) == (State.ACCEPTED, "soins-de-nuit", str(town.cpts_id))
    tasks = db.session.scalars(select(CareTask).where(CareTask.request_id == request)).all()
    assert [task.slug for task in tasks] == ["appeler-la-famille-avant-de-venir"]
    assert "Appeler la famille avant de venir" in words(nurse.get(f"/offers/{offer.id}"))

    town.coordinator.post("/pathways/soins-de-nuit/draft")
    writes(town.coordinator, f"{HERE}/stages/2", offers=2)
    tried = town.coordinator.post(f"{HERE}/replay")
    assert "Sur votre demande passée" in words(tried)
    assert len(past_requests("soins-de-nuit", [town.cpts_id])) == 1

    town.coordinator.post("/pathways/soins-de-nuit/catalogue")
    assert "Soins de nuit" not in words(town.orientation_nurse.get(f"/requests/new?patient={town.patient('Odile')}"))
    assert town.request(request).rulebook.title == "Soins de nuit", "what is under way goes on"
    listed = words(town.coordinator.get("/pathways"))
    assert "Retirés Soins de nuit" in listed
    assert puts_in_force(town.coordinator, "soins-de-nuit").status_code == 303
    assert town.orientation_nurse.get("/requests/new?pathway=soins-de-nuit").status_code == 200


def test_another_territory_takes_its_file_and_asks_with_it(town: Town) -> None:
    """By the hospital's own coordinator, from the file that the territory exported."""
    town.app.config["WTF_CSRF_ENABLED"] = False
    a_territory_writes_its_own(town)
    sent = town.coordinator.get("/pathways/soins-de-nuit/file").data
    town.coordinator.post("/pathways/soins-de-nuit/catalogue")
    with transaction():
        db.session.add(
            Membership(account_id=town.coordinator.account_id, organization_id=town.hospital_id, role=Role.COORDINATOR)
        )
    there = f"?organization={town.hospital_id}"
    read = town.coordinator.post(f"/pathways/import{there}", {"file": (BytesIO(sent), "soins-de-nuit.toml")})
    assert (read.status_code, read.location) == (303, f"{HERE}{there}")
    assert puts_in_force(town.coordinator, "soins-de-nuit", there).status_code == 303
    assert town.coordinator.get(f"/pathways/soins-de-nuit/file{there}").data == sent
    db.session.rollback()
    assert rulebooks([town.emergency_id])["soins-de-nuit"].owner == str(town.hospital_id)
    assert town.request(asks(town, town.patient())).rulebook.owner == str(town.hospital_id)
