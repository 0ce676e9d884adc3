"""Writing a pathway, part by part: what is wrong stands beside its field, and nobody overwrites anybody."""

from typing import Any

import pytest
from sqlalchemy import select

from app.core.db import db
from app.pathways.library import draft_of, load_catalog, pathways
from app.pathways.models import PathwayDraft
from app.protocols.parts import KINDS
from tests.desk.screen import value, words
from tests.factories.town import Town
from tests.protocols.screen import fields, filled, puts_in_force, writes

HERE = "/pathways/home-care/draft"


@pytest.fixture
def drafted(town: Town) -> Town:
    assert town.coordinator.post(HERE).status_code == 303
    return town


def body(town: Town, slug: str = "home-care") -> dict[str, Any]:
    db.session.rollback()
    draft = draft_of(slug, town.cpts_id)
    assert draft is not None
    return draft.body


@pytest.mark.parametrize("slug", sorted(load_catalog()))
def test_every_part_saved_as_it_is_shown_changes_nothing(town: Town, slug: str) -> None:
    here = f"/pathways/{slug}/draft"
    town.coordinator.post(here)
    before = town.coordinator.get(f"{here}/file").data
    for kind in KINDS.values():
        n = 0
        while kind.several or n == 0:
            page = town.coordinator.get(f"{here}/{kind.slug}/{n}")
            if page.status_code == 404 or (kind.several and not value(page, "base")):
                break
            sent = town.coordinator.post(f"{here}/{kind.slug}/{n}", filled(page))
            assert sent.status_code == 303, (kind.slug, n, words(sent))
            n += 1
        assert town.coordinator.get(f"{here}/file").data == before, kind.slug
    assert "Rien n'a changé" in words(town.coordinator.get(f"{here}/changes"))


@pytest.mark.parametrize(
    ("part", "name", "wrong", "told"),
    [
        ("stages/3", "km", "4", "plus grande que celle"),
        ("stages/3", "km", "loin", "valide"),
        ("stages/3", "km", "500", "entre 1 et 200"),
        ("stages/3", "offers", "", "Écrivez un nombre"),
        ("stages/0", "km", "3", "professionnels proches"),
        ("stages/0", "professions", "doctor", "D'autres professions"),
        ("windows/1", "to_hour", "6", "après le début"),
        ("reasons/0", "label", "", "Écrivez quelques mots"),
        ("reasons/0", "care", "x" * 61, "60 lettres au plus"),
        ("questions/0", "kind", "text", "à choix"),
        ("search/0", "to_hour", "", "Écrivez les deux heures"),
        ("search/0", "to_hour", "3", "après le début"),
        ("search/0", "place", "maternity", "L'établissement choisi"),
        ("after/0", "start_hours", "0", "entre 1 et"),
        ("words/0", "title", "", "Écrivez quelques mots"),
        ("sign-off/0", "label", "", "Il manque cette valeur"),
        ("sign-off/0", "number", "IOA-8", "Il manque cette valeur"),
        ("attachment/0", "label", "", "Écrivez quelques mots"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_lost(
    drafted: Town, part: str, name: str, wrong: str, told: str
) -> None:
    page = drafted.coordinator.get(f"{HERE}/{part}")
    sent = filled(page, **{name: wrong}, **({"wanted": "y"} if "sign-off" in part else {}))
    known = body(drafted)
    answer = drafted.coordinator.post(f"{HERE}/{part}", sent)
    assert answer.status_code == 422
    said = words(answer)
    assert told in said, said
    assert "data-wrong" in answer.text
    assert {key: kept for key, kept in fields(answer).items() if key != "csrf_token"} == {
        key: kept if isinstance(kept, list) else [kept] for key, kept in sent.items() if key != "csrf_token"
    }
    assert body(drafted) == known


def test_what_is_added_moved_and_removed(drafted: Town) -> None:
    coordinator = drafted.coordinator
    assert writes(coordinator, f"{HERE}/tasks/0", label="Appeler le patient", due_hours=4).status_code == 303
    assert writes(coordinator, f"{HERE}/tasks/1", label="Appeler le patient", due_hours=5).status_code == 303
    assert [task["slug"] for task in body(drafted)["after"]["tasks"]] == ["appeler-le-patient", "appeler-le-patient-2"]
    base = value(coordinator.get(f"{HERE}/tasks/1"), "base")
    coordinator.post(f"{HERE}/tasks/1/place", {"by": "up", "base": base})
    assert [task["due_hours"] for task in body(drafted)["after"]["tasks"]] == [5, 4]
    coordinator.post(f"{HERE}/tasks/1/removal", {"base": base})  # It is not the one that she saw any more.
    assert len(body(drafted)["after"]["tasks"]) == 2
    coordinator.post(f"{HERE}/tasks/0/removal", {"base": base})
    assert [task["due_hours"] for task in body(drafted)["after"]["tasks"]] == [4]
    base = value(coordinator.get(f"{HERE}/tasks/0"), "base")
    coordinator.post(f"{HERE}/tasks/0/removal", {"base": base})
    assert "tasks" not in body(drafted)["after"]


def test_answers_of_a_question_are_added_and_taken_away(drafted: Town) -> None:
    page = drafted.coordinator.get(f"{HERE}/questions/0")
    known = len(pathways()["home-care"].questions[0].options)
    sent = filled(page) | {"options-0-label": "", f"options-{known}-label": "Créole", f"options-{known}-stops": "Non."}
    assert drafted.coordinator.post(f"{HERE}/questions/0", sent).status_code == 303
    options = body(drafted)["questions"][0]["options"]
    assert [option["slug"] for option in options] == ["english", "portuguese", "turkish", "sign", "creole"]
    assert options[-1] == {"slug": "creole", "label": "Créole", "stops": "Non."}


def test_a_draft_that_lacks_something_says_so_and_cannot_be_put_in_force(town: Town) -> None:
    sent = town.coordinator.post("/pathways/new", {"title": "Aide au lever", "model": ""})
    assert sent.location == "/pathways/aide-au-lever/draft"
    page = town.coordinator.get(sent.location)
    assert "Motif : Il en faut au moins un." in words(page)
    assert f'href="{sent.location}/reasons/0"' in page.text
    assert town.coordinator.get(f"{sent.location}/file").status_code == 404
    for act in ("/pathways/aide-au-lever/activation", f"{sent.location}/replay"):
        refused = town.coordinator.post(act)
        assert refused.status_code == 422
        assert "Il en faut au moins un." in words(refused)
    assert "Mettre en service" not in words(town.coordinator.get(f"{sent.location}/changes"))
    writes(town.coordinator, f"{sent.location}/reasons/0", label="Lever", care="Aide au lever")
    assert puts_in_force(town.coordinator, "aide-au-lever").status_code == 303


def test_what_one_part_breaks_in_another_is_said_on_the_draft(drafted: Town) -> None:
    base = value(drafted.coordinator.get(f"{HERE}/reasons/0"), "base")
    drafted.coordinator.post(f"{HERE}/reasons/0/removal", {"base": base})
    page = drafted.coordinator.get(HERE)
    assert "Question « Quel pansement ? » : Un de ces motifs n'est pas dans le parcours." in words(page)
    assert f'href="{HERE}/questions/1"' in page.text


def test_two_coordinators_write_two_parts_at_once_and_both_are_kept(drafted: Town) -> None:
    first = filled(drafted.coordinator.get(f"{HERE}/reasons/0"), minutes=40)
    second = filled(drafted.coordinator.get(f"{HERE}/stages/2"), km=7)
    assert drafted.coordinator.post(f"{HERE}/reasons/0", first).status_code == 303
    assert drafted.coordinator.post(f"{HERE}/stages/2", second).status_code == 303
    assert (body(drafted)["reasons"][0]["minutes"], body(drafted)["search"]["stages"][2]["km"]) == (40, 7)


def test_the_second_to_write_one_part_sees_it_and_loses_nothing(drafted: Town) -> None:
    page = drafted.coordinator.get(f"{HERE}/reasons/0")
    first, second = filled(page, minutes=40), filled(page, minutes=50, label="Grand pansement")
    assert drafted.coordinator.post(f"{HERE}/reasons/0", first).status_code == 303
    late = drafted.coordinator.post(f"{HERE}/reasons/0", second)
    assert late.status_code == 409
    assert "a changé ceci pendant que vous écriviez" in words(late)
    assert (value(late, "label"), value(late, "minutes")) == ("Grand pansement", "50")
    assert body(drafted)["reasons"][0]["minutes"] == 40
    assert drafted.coordinator.post(f"{HERE}/reasons/0", filled(late)).status_code == 303
    assert body(drafted)["reasons"][0]["minutes"] == 50


def test_two_add_at_once_and_both_are_there(drafted: Town) -> None:
    page = drafted.coordinator.get(f"{HERE}/tasks/0")
    for label in ("Appeler", "Écrire"):
        assert drafted.coordinator.post(f"{HERE}/tasks/0", filled(page, label=label)).status_code == 303
    assert [task["label"] for task in body(drafted)["after"]["tasks"]] == ["Appeler", "Écrire"]


def test_a_draft_begun_twice_is_one_and_can_be_dropped(drafted: Town) -> None:
    writes(drafted.coordinator, f"{HERE}/words/0", title="Autrement")
    assert drafted.coordinator.post(HERE).status_code == 303
    assert body(drafted)["title"] == "Autrement"
    assert "Autrement" in words(drafted.coordinator.get("/pathways"))
    assert drafted.coordinator.post(f"{HERE}/removal").status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(PathwayDraft)).all() == []
    assert drafted.coordinator.get(HERE).status_code == 404


def test_there_is_no_other_part(drafted: Town) -> None:
    for part in ("reasons/99", "nonsense/0", "words/1", "search/1"):
        assert drafted.coordinator.get(f"{HERE}/{part}").status_code == 404, part
        assert drafted.coordinator.post(f"{HERE}/{part}", {"base": "x"}).status_code in (404, 422), part
    assert drafted.coordinator.post(f"{HERE}/words/0/removal").status_code == 404


def test_the_phone_shows_what_each_person_will_see(drafted: Town) -> None:
    writes(drafted.coordinator, f"{HERE}/reasons/0", label="Pansement du soir", care="Pansement tardif", urgent="y")
    page = drafted.coordinator.get(HERE).text.split('id="phone"')[1]
    form, card = page.split("Qui est contacté")
    assert "Pansement du soir" in form and "Quel pansement" in form and "Seulement pour" in form
    assert "Pansement tardif" in card and "Urgent" in card and "Plaie simple" in card
    assert "Pansement du soir" not in card, "what is asked is not shown before acceptance"


def test_nothing_of_another_organization_is_written(drafted: Town) -> None:
    sent = drafted.coordinator.post(f"{HERE}/words/0?organization={drafted.hospital_id}", {"title": "X"})
    assert sent.status_code == 404


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_nonsense_in_any_field_is_a_mistake_and_no_error_of_ours(drafted: Town, kind: str) -> None:
    number = 3 if kind == "stages" else 0
    right = filled(drafted.coordinator.get(f"{HERE}/{kind}/{number}"))
    for name in right.keys() - {"csrf_token"}:
        for wrong in ("nonsense=nonsense", "9" * 30, "\x00"):
            answer = drafted.coordinator.post(f"{HERE}/{kind}/{number}", {**right, name: wrong})
            assert answer.status_code in (303, 400, 409, 422), (name, wrong)
    assert drafted.coordinator.post(f"{HERE}/{kind}/{number}", {}).status_code in (303, 409, 422)
    for url in (HERE, f"{HERE}/changes"):
        assert drafted.coordinator.get(url).status_code == 200
