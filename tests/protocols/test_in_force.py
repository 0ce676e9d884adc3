"""A coordinator makes a pathway her territory's own."""

from uuid import UUID

from sqlalchemy import select

from app import clock
from app.accounts.models import Membership, Role
from app.audit.models import AuditEvent
from app.care_requests.queries import rulebooks
from app.core.db import db, transaction
from app.dispatch.models import Wave
from app.organizations.models import Organization
from app.pathways.actions import adopt
from app.pathways.library import pathways
from tests.desk.screen import words
from tests.factories.town import Town
from tests.protocols.screen import base, puts_in_force, writes

HOME = "/pathways/home-care"


DRAFT = f"{HOME}/draft"
NEAR = f"{DRAFT}/stages/2"


def drafts(town: Town, query: str = "", **changed: object) -> None:
    """She changes the first stage among strangers, in a draft."""
    assert town.coordinator.post(f"{HOME}/draft{query}").status_code == 303
    assert writes(town.coordinator, f"{NEAR}{query}", **changed).status_code == 303


def town_rules(town: Town):  # type: ignore[no-untyped-def]
    db.session.rollback()
    return rulebooks([town.cpts_id])["home-care"]


def test_she_sees_each_pathway_drawn(town: Town) -> None:
    listed = town.coordinator.get("/pathways")
    assert "Soins à domicile" in words(listed) and "Catalogue" in words(listed)
    page = town.coordinator.get(HOME)
    assert page.text.count('class="relay__stage"') == len(pathways()["home-care"].search.stages) + 1
    said = words(page)
    for part in (
        "Le professionnel habituel du patient",
        "jusqu'à 5 km",
        "7 personnes à la fois",
        "20 min pour répondre",
    ):
        assert part in said.replace("\u00a0", " ")
    assert town.coordinator.get("/pathways/nonsense").status_code == 404


def test_she_reads_what_changes_before_anything_does(town: Town) -> None:
    drafts(town, km=8, offers=5)
    page = town.coordinator.get(f"{DRAFT}/changes")
    said = words(page).replace("\u00a0", " ")
    assert page.status_code == 200
    assert "Étape 3 : Distance, en km 5 → devient 8" in said
    assert "Étape 3 : Personnes à la fois 7 → devient 5" in said
    assert town_rules(town) == pathways()["home-care"]


def test_her_version_holds_for_new_requests_and_those_under_way_keep_theirs(town: Town) -> None:
    town.nurse("Maya", km=7)
    before = town.asks()
    drafts(town, km=8)
    assert writes(town.coordinator, f"{DRAFT}/words/0", title="Soins chez soi").status_code == 303
    answer = puts_in_force(town.coordinator, "home-care")
    assert (answer.status_code, answer.location) == (303, HOME)
    own = town_rules(town)
    assert (own.owner, own.search.stages[2].km, own.version) == (str(town.cpts_id), 8, 6)
    request = town.request(before)
    assert request.rulebook.search.stages[2].km == 5
    pathways()["home-care"] = own  # As the requester's form is given it.
    after = town.asks(patient=town.patient("Odile"))
    town.time_passes()
    assert (first_circle(before), first_circle(after)) == (10, 8), "Maya works at 7 km"
    page = words(town.coordinator.get(HOME))
    assert "Soins chez soi" in page and "Version 6" in page and "Hélène Garnier" in page and "En service" in page
    lines = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "pathway.adopted")).all()
    assert [(line.actor_id, line.detail) for line in lines] == [(town.coordinator.account_id, {"pathway": "home-care"})]


def first_circle(request: UUID) -> int | None:
    wave = select(Wave.radius_km).where(Wave.request_id == request, Wave.kind == "near").order_by(Wave.stage)
    return db.session.scalars(wave.limit(1)).one()


def test_she_goes_back_to_the_catalogue_and_the_history_stays(town: Town) -> None:
    for km in (8, 9):
        drafts(town, km=km)
        puts_in_force(town.coordinator, "home-care")
    assert town_rules(town).version == 7
    assert town.coordinator.post(f"{HOME}/catalogue").status_code == 303
    assert town_rules(town) == pathways()["home-care"]
    page = words(town.coordinator.get(HOME))
    assert "Version 5" in page and "Version 5" in page and "En service" not in page
    assert db.session.scalar(select(AuditEvent.id).where(AuditEvent.event == "pathway.set_aside")) is not None


def test_what_she_has_not_read_is_not_put_in_force(town: Town) -> None:
    drafts(town, km=8)
    read = base(town.coordinator.get(f"{DRAFT}/changes"))
    drafts(town, km=9)
    late = town.coordinator.post(f"{HOME}/activation", {"base": read})
    assert late.status_code == 409
    assert "a changé pendant que vous lisiez" in words(late) and "devient 9" in words(late)
    assert town_rules(town) == pathways()["home-care"]
    assert town.coordinator.post(f"{HOME}/activation", {"base": base(late)}).status_code == 303
    assert town_rules(town).search.stages[2].km == 9


def test_a_version_put_in_force_meanwhile_is_not_undone_unseen(town: Town) -> None:
    drafts(town, km=8)
    read = base(town.coordinator.get(f"{DRAFT}/changes"))
    with transaction():  # A colleague, who began before.
        adopt(pathways()["home-care"], town.cpts_id, by=town.coordinator.account_id, now=clock.now())
    drafts(town, km=8)
    assert town.coordinator.post(f"{HOME}/activation", {"base": read}).status_code == 409


def test_the_nearest_organization_decides(town: Town) -> None:
    """The emergency department's own version, else the hospital's, else the territory's, else the catalogue's."""
    catalog = pathways()["home-care"]
    author = town.coordinator.account_id
    for organization, version in ((town.cpts_id, 6), (town.hospital_id, 7), (town.emergency_id, 8)):
        assert rulebooks([town.emergency_id])["home-care"].version < version
        with transaction():
            for _ in range(version - 5):  # Each organization counts its own versions.
                adopt(catalog, organization, by=author, now=clock.now())
        own = rulebooks([town.emergency_id])["home-care"]
        assert (own.owner, own.version) == (str(organization), version)
    with transaction():
        elsewhere = Organization(
            name="Ailleurs", kind="ward", identifier=None, parent_id=None, phone="", address="", commune_code="91228"
        )
        db.session.add(elsewhere)
        db.session.flush()
        elsewhere_id = elsewhere.id
    assert rulebooks([elsewhere_id])["home-care"].owner == str(town.cpts_id)


def test_she_tries_it_on_the_past_before(town: Town) -> None:
    drafts(town, offers=1)
    empty = town.coordinator.post(f"{DRAFT}/replay")
    assert "rien à rejouer" in words(empty)
    maya, ines = town.nurse("Maya"), town.nurse("Inès", km=2)
    for name in ("Monique", "Odile", "Jeanne"):
        town.asks(patient=town.patient(name))
        town.time_passes(seconds=1)
        town.time_passes(minutes=4)
        assert ines.accepts() == 200
    page = town.coordinator.post(f"{DRAFT}/replay")
    said = words(page)
    assert page.status_code == 200
    assert "Sur vos 3 demandes passées" in said
    assert "Ce qui s'est passé 4 min 2,0 0,0" in said.replace("\u00a0", " ")
    assert "Votre version, rejouée" in said
    assert town_rules(town) == pathways()["home-care"], "trying changes nothing"
    assert maya.offer() is not None


def test_whoever_coordinates_for_several_chooses_for_whom(town: Town) -> None:
    assert "Pour quelle organisation" not in town.coordinator.get("/pathways").text, "one: nothing to choose"
    with transaction():
        hospital = Membership(
            account_id=town.coordinator.account_id, organization_id=town.hospital_id, role=Role.COORDINATOR
        )
        db.session.add(hospital)
    listed = town.coordinator.get("/pathways").text
    there = f"?organization={town.hospital_id}"
    assert "Hôpital des Deux-Rives" in listed and f'href="/pathways{there}"' in listed
    assert f'href="{HOME}{there}"' in town.coordinator.get(f"/pathways{there}").text
    page = town.coordinator.get(f"{HOME}{there}")
    assert "Pour Hôpital des Deux-Rives" in words(page)
    assert f'action="{HOME}/draft{there}"' in page.text
    drafts(town, there, km=8)
    done = puts_in_force(town.coordinator, "home-care", there)
    assert (done.status_code, done.location) == (303, f"{HOME}{there}")
    db.session.rollback()
    assert rulebooks([town.hospital_id])["home-care"].search.stages[2].km == 8
    assert town_rules(town) == pathways()["home-care"], "the territory's stay as they were"


def test_nobody_adapts_for_an_organization_that_is_not_hers(town: Town) -> None:
    for other in (town.hospital_id, "nonsense"):
        assert town.coordinator.get(f"{HOME}?organization={other}").status_code == 404
        sent = town.coordinator.post(f"{HOME}/draft?organization={other}")
        assert sent.status_code == 404
    assert rulebooks([town.hospital_id])["home-care"] == pathways()["home-care"]
