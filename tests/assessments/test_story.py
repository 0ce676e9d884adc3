"""A nurse at the bedside, a ward and a home help: who assesses, who reads, and what is added up."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Role
from app.assessments.library import grids
from app.assessments.models import Assessment, GridVersion
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, new_id, transaction
from app.directory.models import Profession
from app.patients.models import Cause
from app.patients.relations import Holder, relate
from tests.desk.screen import words
from tests.factories.town import Person, Town

AGGIR = {f"item-{item}": "a" for item in ("communication", "behaviour", "time", "space", "outdoors", "alerting")} | {
    f"item-{item}": "b"
    for item in (
        *("washing-top", "washing-bottom", "dressing-top", "dressing-middle", "dressing-bottom"),
        *("serving", "swallowing", "urinary", "faecal", "transfers", "indoors"),
    )
}


@pytest.fixture
def patient(town: Town) -> UUID:
    return town.patient("Odile")


def assesses(person: Person, patient: UUID, grid: str, answers: dict[str, str], **more: str) -> str:
    """Where it leads."""
    place = str(person.account.organizations(*(role for role in Role))[0])
    sent = person.post(
        f"/patients/{patient}/assessments/new/{grid}", {"key": str(new_id()), "place": place, **answers, **more}
    )
    assert sent.status_code == 303, words(sent)
    return str(sent.location)


def test_autonomy_is_seen_at_the_bedside_and_read_by_all_who_care(town: Town, patient: UUID) -> None:
    nurse = town.orientation_nurse
    empty = words(nurse.get(f"/patients/{patient}/assessments"))
    assert "Rien n'a encore été évalué" in empty
    assert "AGGIR" in empty
    made = words(nurse.get(assesses(nurse, patient, "aggir", AGGIR, remark="Fatiguée ce matin")))
    assert "GIR 4" in made
    assert "seule l'équipe médico-sociale du département décide" in made
    assert "« Fatiguée ce matin »" in made
    assert "GIR 4 (estimation)" in words(nurse.get(f"/patients/{patient}"))
    colleague = town._person("Lise", "Roche", Role.REQUESTER, town.emergency_id)
    assert "GIR 4 (estimation)" in words(colleague.get(f"/patients/{patient}/assessments"))
    assert town.requester().get(f"/patients/{patient}/assessments").status_code == 404


def test_what_could_not_be_answered_stays_open_and_is_said(town: Town, patient: UUID) -> None:
    answered = {name: value for name, value in AGGIR.items() if name not in ("item-transfers", "item-indoors")}
    made = words(town.orientation_nurse.get(assesses(town.orientation_nurse, patient, "aggir", answered)))
    assert "Incomplet : 2 réponses manquent" in made
    assert "GIR" not in made.replace("AGGIR", "").replace("décide du GIR", "")


def test_clinical_points_are_added_up_only_where_somebody_answers_for_it(town: Town, patient: UUID) -> None:
    """FACTS_COORDINATION 1.3; decision 0067."""
    lace = {"item-length": "4-6", "item-acute": "yes", "item-comorbidity": "4", "item-emergency": "2"}
    where = assesses(town.orientation_nurse, patient, "lace", lace)
    on_paper = words(town.orientation_nurse.get(where))
    assert "comptez-les comme sur la grille de papier" in on_paper
    assert "4 à 6 jours" in on_paper
    assert "14" not in on_paper.split("Réponses")[0].replace("2026", "")
    assert "élevé" not in on_paper
    settings = town.app.config["SETTINGS"]
    town.app.config["SETTINGS"] = replace(settings, clinical_scores="Dr Anne Roy, gériatre")
    added_up = words(town.orientation_nurse.get(where))
    assert "14/19" in added_up
    assert "sous la responsabilité de Dr Anne Roy, gériatre" in added_up


def test_a_total_counted_on_paper_has_bounds(town: Town, patient: UUID) -> None:
    nurse, url = town.orientation_nurse, f"/patients/{patient}/assessments/new/mmse"
    place = {"key": str(new_id()), "place": str(town.emergency_id)}
    for typed, said in (("31", "de 0 à 30"), ("2,5", "nombre entier"), ("", "Écrivez le total"), ("x", "un nombre")):
        refused = nurse.post(url, {**place, "total": typed, "remark": "Au calme"})
        assert refused.status_code == 422
        assert said in words(refused)
        assert "Au calme" in refused.text
    assert "22 sur 30" in words(nurse.get(assesses(nurse, patient, "mmse", {"total": "22"})))


def test_nothing_answered_is_nothing_to_keep(town: Town, patient: UUID) -> None:
    sent = town.orientation_nurse.post(
        f"/patients/{patient}/assessments/new/katz", {"key": str(new_id()), "place": str(town.emergency_id)}
    )
    assert sent.status_code == 422
    assert "Répondez au moins à une question" in words(sent)
    forged = {"key": str(new_id()), "place": str(town.hospital_id), "item-eating": "alone"}
    assert town.orientation_nurse.post(f"/patients/{patient}/assessments/new/katz", forged).status_code == 422
    assert town.orientation_nurse.get(f"/patients/{patient}/assessments/new/nothing").status_code == 404


def test_two_quick_taps_are_one_assessment_and_a_grid_is_kept_once(town: Town, patient: UUID) -> None:
    key = str(new_id())
    for _ in range(2):
        assesses(town.orientation_nurse, patient, "katz", {"item-eating": "alone"}, key=key)
    assesses(town.orientation_nurse, patient, "katz", {"item-eating": "not"})
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Assessment)) == 2
    assert db.session.scalar(select(func.count()).select_from(GridVersion)) == 1


def test_a_grid_that_changes_leaves_what_was_answered_as_it_was(
    town: Town, patient: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = assesses(town.orientation_nurse, patient, "katz", {"item-eating": "helped"})
    renamed = replace_grid("katz", title="Katz, nouvelle version", version=2)
    monkeypatch.setitem(town.app.extensions["grids"], "katz", renamed)
    town.app.extensions["grid_versions"].clear()
    assert "nouvelle version" not in words(town.orientation_nurse.get(where))


def replace_grid(slug: str, **changed: object) -> object:
    from msgspec.structs import replace as changed_to

    return changed_to(grids()[slug], **changed)


def test_only_its_author_takes_it_back_and_it_stays_written(town: Town, patient: UUID) -> None:
    where = assesses(town.orientation_nurse, patient, "aggir", AGGIR)
    colleague = town._person("Lise", "Roche", Role.REQUESTER, town.emergency_id)
    assert colleague.post(f"{where}/withdrawal").status_code == 403
    for _ in range(2):
        assert town.orientation_nurse.post(f"{where}/withdrawal").status_code == 303
    assert "elle ne compte plus" in words(colleague.get(where))
    assert "retirée" in words(colleague.get(f"/patients/{patient}/assessments"))
    assert "GIR 4" not in words(colleague.get(f"/patients/{patient}"))


def test_who_comes_to_help_at_home_reads_nothing_of_it(town: Town, patient: UUID) -> None:
    """FACTS_COORDINATION 9, check 35."""
    where = assesses(town.orientation_nurse, patient, "aggir", AGGIR)
    helper = town.service("Aide à domicile du Parc", Profession.HOME_HELP)
    with transaction():
        place = helper.account.organizations()[0]
        relate(patient, Holder(organization_id=place), Cause.REQUEST, by=helper.account_id, now=clock.now())
    assert "Évaluations" not in words(helper.get(f"/patients/{patient}"))
    for url in (where, f"/patients/{patient}/assessments", f"/patients/{patient}/assessments/new/katz"):
        assert helper.get(url).status_code == 403


def test_a_person_who_keeps_the_team_apart_is_read_by_those_who_saw_it(town: Town, patient: UUID) -> None:
    where = assesses(town.orientation_nurse, patient, "aggir", AGGIR)
    elsewhere = town.requester()
    with transaction():
        place = elsewhere.account.organizations()[0]
        relate(patient, Holder(organization_id=place), Cause.REQUEST, by=elsewhere.account_id, now=clock.now())
    assert "GIR 4" in words(elsewhere.get(f"/patients/{patient}"))
    with transaction():
        object_to(patient, Whom(Refusing.TEAM), how="spoken", by=town.orientation_nurse.account_id, now=clock.now())
    assert "GIR 4" not in words(elsewhere.get(f"/patients/{patient}"))
    assert elsewhere.get(where).status_code == 404
    assert town.orientation_nurse.get(where).status_code == 200


def test_nothing_new_is_written_of_who_asked_for_nothing_new(town: Town, patient: UUID) -> None:
    with transaction():
        object_to(patient, Whom(Refusing.NEW_USE), how="spoken", by=town.orientation_nurse.account_id, now=clock.now())
    sent = town.orientation_nurse.post(
        f"/patients/{patient}/assessments/new/katz",
        {"key": str(new_id()), "place": str(town.emergency_id), "item-eating": "not"},
    )
    assert sent.status_code == 409
    assert "rien de nouveau" in words(sent)
    assert db.session.scalar(select(func.count()).select_from(Assessment)) == 0
