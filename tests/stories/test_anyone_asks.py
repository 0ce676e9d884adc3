"""Anyone may ask: whoever cares in town calls a doctor before the emergency department (MISSION A14), and each service
that answers as one is asked, accepts, and finishes."""

from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.care_requests.models import InformationCopy, State
from app.core.db import db, transaction
from app.directory.models import PractitionerRole, Profession
from app.directory.words import SERVICES
from app.dispatch import actions as dispatch
from app.dispatch.models import Offer, OfferState
from app.language.typography import plain
from app.organizations.models import Organization
from app.organizations.rules import KINDS, WITHIN
from app.organizations.words import KINDS as KIND_WORDS
from app.pathways.choosing import laid_out
from app.pathways.library import pathways
from app.simulation.invented import scattered
from app.simulation.report import lines
from tests.desk.people import at_a
from tests.desk.screen import words
from tests.factories.town import Nurse, Person, Town

NEW = (
    *("town-consultation", "chronic-follow-up", "elderly-at-home", "hospital-clinic", "imaging-or-lab"),
    *("ehpad-or-smr", "coordination-support", "social-worker"),
)
TODAY = {"reason": "wound", "window": "today", "answer-alarm": "no", "answer-autonomy": "helped", "agreement": "y"}


def written_down(nurse: Person) -> str:
    """Her patient's id, after *Nouveau patient*: nobody had seeded it."""
    form = {
        **{"birth_name": "Prévost", "given_names": "Lucienne", "birth_date": "06/05/1941", "sex": "F"},
        **{"birth_place": "91228", "phone": "06 39 98 76 54", "commune": "91228", "address": "22 rue des Aunettes"},
    }
    made = nurse.post("/patients/new?pathway=town-consultation", form)
    assert made.status_code == 303, words(made)
    return str(made.location).partition("patient=")[2]


def asks(nurse: Person, patient: str, said: dict[str, object]) -> UUID:
    sent = nurse.post(f"/requests?pathway=town-consultation&patient={patient}", said)
    assert sent.status_code == 303, words(sent)
    return UUID(str(sent.location)[-36:])


def finishes(who: Nurse, **outcome: str) -> None:
    offer = who.offer()
    assert offer is not None
    assert who.post(f"/offers/{offer.id}/start", htmx=True).status_code == 200
    assert who.post(f"/offers/{offer.id}/end", outcome, htmx=True).status_code == 200


class TestANurseInTownAsksForADoctorToday:
    def test_her_usual_doctor_first_then_the_nearest_and_the_outcome_comes_back_to_both(self, town: Town) -> None:
        nurse, usual = town.nurse("Maya"), town.doctor("Marc", km=9)
        near = town.doctor("Leïla", km=1)
        patient = written_down(nurse)
        page = words(nurse.get(f"/requests/new?pathway=town-consultation&patient={patient}"))
        assert "Plaie ou pansement qui inquiète" in page
        named = nurse.post(f"/patients/{patient}/circle", {"practitioner": str(usual.practitioner_id)})
        assert named.status_code == 303, words(named)

        request = asks(nurse, patient, TODAY)
        town.time_passes(seconds=1)
        assert (usual.offer().usual, near.offer()) == (True, None)
        town.time_passes(minutes=11)
        assert near.offer() is not None
        card = words(near.get("/inbox"))
        assert "Plaie, pansement simple" in card
        assert "Prévost" not in card

        assert near.accepts() == 200
        assert town.request(request).performer_id == near.role_id
        copy = db.session.scalars(select(InformationCopy).where(InformationCopy.request_id == request)).one()
        assert copy.practitioner_id == usual.practitioner_id
        finishes(near, done="Plaie nettoyée, pas de fièvre.", advice="Pansement tous les deux jours.")
        assert town.request(request).state is State.DONE
        page = words(nurse.get(f"/requests/{request}"))
        assert "Plaie nettoyée, pas de fièvre." in page
        assert "Pansement tous les deux jours." in page
        town.time_passes(seconds=1)
        assert f"/conversations/{request}" in usual.get("/inbox/copies").text
        assert "Pansement tous les deux jours." in words(usual.get(f"/conversations/{request}"))

    def test_an_alarm_is_for_the_emergency_service_and_nothing_leaves(self, town: Town) -> None:
        nurse, doctor = town.nurse("Maya"), town.doctor("Marc")
        patient = written_down(nurse)
        sent = nurse.post(f"/requests?pathway=town-consultation&patient={patient}", TODAY | {"answer-alarm": "yes"})
        assert sent.status_code == 422
        assert "appelez le 15" in words(sent)
        town.time_passes(minutes=1)
        assert doctor.offer() is None

    @pytest.mark.parametrize("kind", ["practice", "home-help", "home-nursing", "nursing-home", "laboratory"])
    def test_whoever_cares_in_town_may_ask(self, town: Town, kind: str) -> None:
        page = at_a(town, kind).get("/requests/new?pathway=town-consultation")
        assert page.status_code == 200
        assert "Pour quel patient" in words(page)

    def test_an_emergency_department_has_a_pathway_of_its_own(self, town: Town) -> None:
        assert town.orientation_nurse.get("/requests/new?pathway=town-consultation").status_code == 404


def somebody(town: Town, profession: str) -> Nurse:
    """Who answers for this, near: a person, or a service."""
    kind = Profession(profession)
    return town.service(f"Lieu {profession}", kind) if kind in SERVICES else town.professional(profession, kind)


@pytest.mark.parametrize("slug", NEW)
def test_each_need_is_asked_accepted_and_finished(town: Town, slug: str) -> None:
    pathway, nurse = pathways()[slug], town.nurse("Maya", km=40)
    answering: dict[str, Nurse] = {}
    for reason in pathway.reasons:
        profession = pathway.profession_for(reason)
        who = answering.setdefault(profession, answering.get(profession) or somebody(town, profession))
        request = town.asks(slug, reason=reason.slug, patient=town.patient(reason.slug.capitalize()), by=nurse)
        town.time_passes(seconds=1)
        assert who.accepts() == 200, reason.slug
        if pathway.search.choice == "requester":
            offer = who.offer()
            assert offer is not None
            assert offer.state is OfferState.PROPOSED
            with transaction():
                picked = db.session.get_one(Offer, offer.id)
                assert dispatch.choose(picked, by=nurse.account, now=clock.now())
        assert town.request(request).performer_id == who.role_id
        finishes(who, done="C'est fait.")
        assert town.request(request).state is State.DONE, reason.slug
        if pathway.after.outcome_to:
            assert "C'est fait." in words(nurse.get(f"/requests/{request}"))


@pytest.mark.parametrize("kind", [each.value for each in SERVICES])
def test_an_administrator_opens_each_service_and_it_is_asked_once_somebody_answers_there(town: Town, kind: str) -> None:
    anne = town.administrator()
    form = {
        **{"kind": kind, "name": "Un service de plus", "phone": "01 69 00 12 34", "commune": "91228"},
        **{"address": "1 rue de la Paix", "answers": "y"},
    }
    parents = {town.hospital_id: "hospital", town.cpts_id: "cpts"}
    parent = next(each for each, of in parents.items() if kind in WITHIN[of])
    if parent == town.cpts_id:
        anne = town._person("Luc", "Roy", Role.ADMINISTRATOR, parent)
    page = words(anne.get(f"/organizations/{parent}/parts/new"))
    assert plain(str(KIND_WORDS[kind])) in plain(page)
    assert anne.post(f"/organizations/{parent}/parts/new", form).status_code == 303
    db.session.rollback()
    made = db.session.scalars(select(Organization).where(Organization.name == "Un service de plus")).one()
    role = db.session.scalars(select(PractitionerRole).where(PractitionerRole.organization_id == made.id)).one()
    assert (role.profession, role.can_sign_in) == (Profession(kind), False)
    town._person("Ève", "Roy", Role.PRACTITIONER, made.id)
    db.session.rollback()
    assert db.session.get_one(PractitionerRole, role.id).answers


def test_every_service_and_kind_has_its_words() -> None:
    assert set(KIND_WORDS) == set(KINDS)
    assert {each.value for each in SERVICES} <= set(KINDS)
    within = {kind for kinds in WITHIN.values() for kind in kinds}
    assert set(KINDS) - within == {"cpts"}, "each but the first of a tree can be opened from a screen"


@pytest.mark.parametrize("slug", NEW)
def test_a_simulation_plays_it(slug: str) -> None:
    said = "\n".join(lines(20, scattered([(48.63, 2.43)], 40), ["replacement"], slug, None))
    assert slug in said


@pytest.mark.parametrize("kind", KINDS)
def test_what_one_most_asks_for_stands_first_and_all_of_it_stands_once(town: Town, kind: str) -> None:
    catalogue = pathways()
    mine = {slug: each for slug, each in catalogue.items() if not each.starts or kind in each.starts}
    choice = laid_out(mine, catalogue, {kind})
    assert 1 <= len(choice.own) <= 7, "a phone shows them without scrolling"
    shown = [each.slug for each in choice.own] + [each.slug for _words, group in choice.others for each in group]
    assert sorted(shown) == sorted(mine)
    assert all(set(each.often) <= set(each.starts or KINDS) for each in catalogue.values())


def test_the_others_are_folded_away_and_open_when_one_of_them_is_chosen(town: Town) -> None:
    nurse = town.nurse("Maya")
    page = nurse.get("/requests/new").text.partition('class="ways"')[2].partition("</nav>")[0]
    own, _fold, others = page.partition("<details")
    assert "pathway=town-consultation" in own
    assert "pathway=social-worker" in others
    assert not others.startswith(' class="sheet" open')
    chosen = nurse.get("/requests/new?pathway=social-worker").text.partition('class="ways"')[2]
    assert chosen.partition("<details")[2].startswith(' class="sheet" open')
