"""The form that a pathway's file describes: what is asked, what stops, what comes back, what is asked once only."""

import re
from datetime import timedelta
from uuid import UUID

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import clock
from app.care_requests.models import CareRequest, State
from app.care_requests.rules import read_visits
from app.core.db import db
from app.directory.models import Profession
from app.pathways.library import pathways
from app.pathways.schema import Option, Question
from tests.desk.people import at_a, service
from tests.desk.screen import state, value, words
from tests.factories.town import Town

CARE = {"reason": "dressing", "window": "tomorrow", "agreement": "y"}
EMERGENCY = {
    "reason": "fever",
    "window": "today",
    "answer-alarm": "no",
    "answer-vitals": "normal",
    "answer-autonomy": "alone",
    "decision": "protocol",
    "agreement": "y",
}


def ways(page: TestResponse) -> set[str]:
    grid = page.text.partition('<nav class="ways"')[2].partition("</nav>")[0]
    return set(re.findall(r"pathway=([a-z-]+)", grid))


def kept() -> list[CareRequest]:
    db.session.rollback()
    return list(db.session.scalars(select(CareRequest).order_by(CareRequest.id)))


# Which pathway


def test_everyone_sees_what_her_organization_may_start(town: Town) -> None:
    emergency = ways(town.orientation_nurse.get("/requests/new"))
    everyones = {
        *("home-care", "maternity-registration", "chronic-follow-up", "elderly-at-home", "ehpad-or-smr"),
        *("coordination-support", "social-worker", "hospital-clinic", "imaging-or-lab", "expert-advice"),
    }
    hospitals = {"discharge-home", "bed-request", "equipment", "staff"}
    assert emergency == everyones | hospitals | {"ed-reorientation"}
    practice = ways(at_a(town, "practice").get("/requests/new"))
    assert practice == everyones | {"town-consultation"}
    assert at_a(town, "practice").get("/requests/new?pathway=ed-reorientation").status_code == 404
    assert at_a(town, "practice").post("/requests?pathway=ed-reorientation&patient=none").status_code == 404


def test_without_a_pathway_named_the_first_she_may_start_is_meant(town: Town) -> None:
    page = at_a(town, "practice").get("/requests/new")
    assert (
        'aria-current="page"' in page.text.partition('class="ways"')[2].partition("pathway=town-consultation")[2][:60]
    )


def test_a_midwife_asks_for_her_patient_and_keeps_her_inbox_first(town: Town) -> None:
    midwife = town.professional("Maud", Profession.MIDWIFE)
    page = midwife.get("/requests/new")
    assert page.status_code == 200
    nav = page.text.partition('<nav class="nav"')[2].partition("</nav>")[0]
    labels = re.findall(r'nav__label">([^<]+)<', nav)
    assert labels == ["Demandes", "Mes visites", "Suivi", "Demander"]
    assert "Mon compte" in page.text


def test_the_chosen_pathway_can_be_changed_without_losing_the_patient(town: Town) -> None:
    patient = town.patient()
    page = town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={patient}")
    assert f"pathway=discharge-home&amp;patient={patient}" in page.text


# What is asked


def test_an_answer_that_stops_says_why_and_nothing_leaves(town: Town) -> None:
    url = f"/requests?pathway=ed-reorientation&patient={town.patient()}"
    answer = town.orientation_nurse.post(url, EMERGENCY | {"answer-alarm": "yes", "note": "Vient seule"})
    assert answer.status_code == 422
    assert "le patient reste aux urgences" in words(answer)
    assert 'id="answer-alarm-error"' in answer.text
    assert "Vient seule" in answer.text
    assert kept() == []


def test_a_question_without_an_answer_is_asked_again(town: Town) -> None:
    url = f"/requests?pathway=ed-reorientation&patient={town.patient()}"
    answer = town.orientation_nurse.post(url, {k: v for k, v in EMERGENCY.items() if k != "answer-vitals"})
    assert answer.status_code == 422
    assert 'id="answer-vitals-error"' in answer.text
    assert 'id="answer-alarm-error"' not in answer.text


def test_the_answers_are_kept_and_read_again_on_the_page(town: Town) -> None:
    url = f"/requests?pathway=ed-reorientation&patient={town.patient()}"
    sent = town.orientation_nurse.post(url, EMERGENCY)
    assert sent.status_code == 303
    page = words(town.orientation_nurse.get(sent.location))
    assert "Comment le patient se déplace-t-il ? Seul" in page.replace("\u00a0", " ")
    assert "Protocole IOA-07 v3" in page
    assert kept()[0].answers["autonomy"] == "alone"


QUESTIONS = (
    Question(
        slug="drain",
        label="Un drain ?",
        kind="choice",
        options=(Option(slug="yes", label="Oui"), Option(slug="no", label="Non")),
    ),
    Question(slug="flow", label="Débit", kind="number", unit="ml", only_if=("drain", "yes")),
    Question(slug="since", label="Posé le", kind="date", only_if=("drain", "yes"), required=False),
    Question(
        slug="risks",
        label="Risques",
        kind="choices",
        required=False,
        options=(Option(slug="fall", label="Chute"), Option(slug="bleeding", label="Saignement")),
    ),
    Question(slug="where", label="Où ?", kind="text", required=False),
)


@pytest.fixture
def asking(town: Town) -> str:
    pathways()["home-care"] = replace(pathways()["home-care"], questions=QUESTIONS)
    return f"/requests?pathway=home-care&patient={town.patient()}"


def test_every_kind_of_question_is_kept_as_what_it_is(town: Town, asking: str) -> None:
    told = {
        "answer-drain": "yes",
        "answer-flow": "12,5",
        "answer-since": "2026-11-20",
        "answer-risks": ["fall", "bleeding"],
        "answer-where": " à gauche ",
    }
    sent = town.orientation_nurse.post(asking, CARE | told)
    assert sent.status_code == 303
    assert kept()[0].answers == {
        "drain": "yes",
        "flow": 12.5,
        "since": "2026-11-20",
        "risks": ["fall", "bleeding"],
        "where": "à gauche",
    }
    page = words(town.orientation_nurse.get(sent.location)).replace("\u00a0", " ")
    for said in ("Débit 12,5 ml", "Posé le 20 novembre 2026", "Risques Chute, Saignement", "Où ? à gauche"):
        assert said in page


def test_a_question_that_was_not_asked_is_ignored_even_when_answered(town: Town, asking: str) -> None:
    sent = town.orientation_nurse.post(asking, CARE | {"answer-drain": "no", "answer-flow": "beaucoup"})
    assert sent.status_code == 303
    assert kept()[0].answers == {"drain": "no"}


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("answer-flow", "", "Répondez à cette question."),
        ("answer-flow", "beaucoup", "Écrivez un nombre"),
        ("answer-flow", "nan", "Écrivez un nombre"),
        ("answer-since", "31/02/2026", "Février n'a pas de 31."),
        ("answer-risks", "sky", ""),
        ("answer-where", "x" * 201, "200 lettres au plus"),
    ],
)
def test_a_wrong_answer_comes_back_beside_its_question(
    town: Town, asking: str, field: str, typed: str, says: str
) -> None:
    answer = town.orientation_nurse.post(asking, CARE | {"answer-drain": "yes", "answer-flow": "1", field: typed})
    assert answer.status_code == 422
    assert says in words(answer)
    assert f'id="{field}-error"' in answer.text
    assert kept() == []


# An establishment


def test_the_chosen_maternity_is_asked_nearest_first(town: Town) -> None:
    service(town, "Maternité lointaine", Profession.MATERNITY, km=30)
    near = service(town, "Maternité proche", Profession.MATERNITY, km=3)
    patient = town.patient()
    nurse = town.orientation_nurse
    page = nurse.get(f"/requests/new?pathway=maternity-registration&patient={patient}")
    assert page.text.index("Maternité proche") < page.text.index("Maternité lointaine")
    url = f"/requests?pathway=maternity-registration&patient={patient}"
    told = {
        "reason": "registration",
        "window": "month",
        "answer-due-date": "2027-03-04",
        "answer-first": "yes",
        "agreement": "y",
    }
    assert nurse.post(url, told).status_code == 422
    sent = nurse.post(url, told | {"place": str(near.role_id)})
    assert sent.status_code == 303
    town.time_passes(seconds=1)
    assert near.offer() is not None
    assert "Maternité proche" in words(nurse.get(sent.location))


# A plan


LAST = "2026-12-04"


def plan(**more: object) -> dict[str, object]:
    last = (clock.paris(clock.now()) + timedelta(days=10)).date()
    return CARE | {"plan": "1", "moments": ["morning"], "until": last.isoformat()} | more


def test_care_comes_once_unless_a_plan_is_made(town: Town) -> None:
    town.orientation_nurse.post(f"/requests?pathway=home-care&patient={town.patient()}", CARE | {"plan": "once"})
    assert kept()[0].visits == []


def test_a_dressing_every_morning_is_one_plan(town: Town) -> None:
    sent = town.orientation_nurse.post(f"/requests?pathway=home-care&patient={town.patient()}", plan())
    assert sent.status_code == 303
    visits = kept()[0].visits
    assert (visits[0], visits[-1], len(visits)) == ("2026-11-25/morning", "2026-12-04/morning", 10)
    page = words(town.orientation_nurse.get(sent.location))
    assert "10 sur 10 passages restent à prendre" in page


def test_moments_of_today_that_have_passed_are_not_planned(town: Town) -> None:
    clock.advance(timedelta(hours=4))  # two in the afternoon
    told = plan(window="today", moments=["morning", "evening"], until="25/11/2026")
    town.orientation_nurse.post(f"/requests?pathway=home-care&patient={town.patient()}", told)
    assert kept()[0].visits == ["2026-11-24/evening", "2026-11-25/morning", "2026-11-25/evening"]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"moments": []}, "Choisissez au moins un moment."),
        ({"until": ""}, "Choisissez le dernier jour."),
        ({"until": "demain"}, "Écrivez une date."),
        ({"until": "2026-11-24"}, "qui vient après le premier passage"),
        ({"until": "2027-06-01"}, "90 jours au plus"),
    ],
)
def test_a_plan_that_cannot_be_is_mended_in_its_place(town: Town, wrong: dict[str, object], says: str) -> None:
    answer = town.orientation_nurse.post(f"/requests?pathway=home-care&patient={town.patient()}", plan(**wrong))
    assert answer.status_code == 422
    assert says in words(answer)
    assert kept() == []


def test_the_plan_says_what_it_comes_to_while_it_is_written(town: Town) -> None:
    url = "/requests/plan?pathway=home-care&window=tomorrow&plan=2&moments=morning&moments=evening&until=2026-12-06"
    told = words(town.orientation_nurse.get(url))
    assert told == "12 passages, jusqu'au samedi 5 décembre"
    assert town.orientation_nurse.get("/requests/plan?plan=1&until=never").text.strip() == ""


# Several needs


def test_a_discharge_asks_for_each_need_and_follows_them_together(town: Town) -> None:
    service(town, "Matériel du Val", Profession.EQUIPMENT)
    patient = town.patient()
    told = needs("nurse", "equipment", nurse={"plan": "1", "moments": ["morning"], "until": LAST})
    url = f"/requests?pathway=discharge-home&patient={patient}"
    assert town.orientation_nurse.post(url, told).status_code == 422, "which equipment?"
    assert town.orientation_nurse.post(url, told | {"answer-items": ["piano"]}).status_code == 422
    sent = town.orientation_nurse.post(url, told | {"answer-items": ["bed", "oxygen"]})
    assert sent.status_code == 303
    nurse, equipment = kept()
    assert nurse.episode_id == equipment.episode_id
    assert (len(nurse.visits), equipment.visits) == (10, [])
    assert sent.location.endswith(str(nurse.id))
    page = town.orientation_nurse.get(sent.location)
    assert "Tout ce qui est demandé" in words(page)
    assert f'href="/requests/{equipment.id}"' in page.text
    assert f"request-{equipment.id} from:#live" in page.text


def needs(*reasons: str, **plans: dict[str, object]) -> dict[str, object]:
    """A discharge for these needs, each with its own plan."""
    fields = {f"{need}-{name}": value for need, plan in plans.items() for name, value in plan.items()}
    return CARE | {"reason": list(reasons), "window": "tomorrow", "answer-alone": "alone"} | fields


def test_the_nurse_twice_a_day_and_the_physiotherapist_twice_a_week(town: Town) -> None:
    nurse = {"plan": "1", "but": ["6"], "moments": ["morning", "evening"], "ends": "number", "number": "20"}
    walking = {"plan": "days", "weekdays": ["1", "4"], "moments": ["midday"], "ends": "date", "until": "2026-12-18"}
    told = needs("nurse", "physiotherapist", nurse=nurse, physiotherapist=walking)
    sent = town.orientation_nurse.post(f"/requests?pathway=discharge-home&patient={town.patient()}", told)
    assert sent.status_code == 303
    dressing, physiotherapist = kept()
    assert dressing.episode_id == physiotherapist.episode_id
    assert (len(dressing.visits), len(physiotherapist.visits)) == (20, 7)
    days = {visit.day.weekday() for visit in read_visits(dressing.visits)}
    assert days == {0, 1, 2, 3, 4, 5}, "not on Sunday"
    assert {visit.day.weekday() for visit in read_visits(physiotherapist.visits)} == {1, 4}
    page = words(town.orientation_nurse.get(f"/requests/{physiotherapist.id}"))
    assert "7 passages" in page


def test_care_without_an_end_has_a_day_on_which_it_is_looked_at_again(town: Town) -> None:
    endless = {"plan": "days", "weekdays": ["0", "3"], "moments": ["morning"], "ends": "review"}
    url = f"/requests?pathway=discharge-home&patient={town.patient()}"
    assert town.orientation_nurse.post(url, needs("nurse", nurse=endless)).status_code == 422
    sent = town.orientation_nurse.post(url, needs("nurse", nurse=endless | {"review_on": "2026-12-21"}))
    assert sent.status_code == 303
    [nurse] = kept()
    assert (nurse.review_on.isoformat(), nurse.rhythm["weekdays"]) == ("2026-12-21", [0, 3])
    assert len(nurse.visits) == 6, "its first weeks"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"plan": "days", "weekdays": []}, "Choisissez au moins un jour."),
        ({"ends": "number", "number": ""}, "Écrivez un nombre de passages."),
        ({"ends": "number", "number": "0"}, "Entre 1 et 270 passages."),
        ({"ends": "number", "number": "2,5"}, "Entre 1 et 270 passages."),
        ({"ends": "number", "number": "200"}, "90 jours au plus"),
        ({"ends": "review", "review_on": "2027-06-01"}, "90 jours au plus"),
    ],
)
def test_what_is_wrong_with_one_need_s_plan_is_said_in_its_place(
    town: Town, wrong: dict[str, object], says: str
) -> None:
    right = {"plan": "1", "moments": ["morning"], "until": LAST}
    told = needs("nurse", "physiotherapist", nurse=right, physiotherapist=right | wrong)
    answer = town.orientation_nurse.post(f"/requests?pathway=discharge-home&patient={town.patient()}", told)
    assert answer.status_code == 422
    assert says in words(answer)
    assert 'href="#physiotherapist-' in answer.text, "the summary leads there"
    assert kept() == []


def test_a_plan_of_a_need_that_is_not_asked_for_stops_nothing(town: Town) -> None:
    told = needs("doctor", nurse={"plan": "1", "moments": []})
    sent = town.orientation_nurse.post(f"/requests?pathway=discharge-home&patient={town.patient()}", told)
    assert sent.status_code == 303


def test_without_a_need_a_discharge_comes_back(town: Town) -> None:
    told = CARE | {"reason": [], "answer-alone": "alone"}
    answer = town.orientation_nurse.post(f"/requests?pathway=discharge-home&patient={town.patient()}", told)
    assert answer.status_code == 422
    assert "Choisissez au moins un besoin." in words(answer)


# Without a patient


def test_a_ward_asks_for_staff_without_a_patient(town: Town) -> None:
    ward = at_a(town, "ward")
    page = ward.get("/requests/new?pathway=staff")
    assert "Renfort de personnel" in words(page)
    assert "Combien de personnes" in words(page)
    assert 'name="agreement"' not in page.text
    told = {"reason": "nurse", "window": "at-once", "answer-number": "2", "answer-shift": "night"}
    sent = ward.post("/requests?pathway=staff&patient=none", told)
    assert sent.status_code == 303
    assert kept()[0].patient_id is None
    assert kept()[0].commune_code == "91228"
    assert "Sans patient" in words(ward.get(sent.location))
    assert ward.get("/requests/new?pathway=home-care&patient=none").status_code == 404
    assert ward.post("/requests?pathway=bed-request&patient=none", told | {"reason": "medicine"}).status_code == 404


# The same asked twice


def known(town: Town, patient: UUID) -> str:
    return value(town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={patient}"), "known")


def test_the_same_need_asked_meanwhile_comes_back_and_may_be_sent_on_purpose(town: Town) -> None:
    patient = town.patient()
    shown = known(town, patient)
    assert shown == ""
    town.asks(patient=patient)  # A colleague was faster.
    url = f"/requests?pathway=home-care&patient={patient}"
    back = town.orientation_nurse.post(url, CARE | {"known": shown, "note": "Deuxième étage"})
    assert back.status_code == 409
    assert "Envoyer quand même" in words(back)
    assert "Quelqu'un vient de demander la même chose" in words(back)
    assert "Deuxième étage" in back.text
    assert len(kept()) == 1
    again = town.orientation_nurse.post(url, CARE | {"known": value(back, "known")})
    assert again.status_code == 303
    assert len(kept()) == 2


def test_who_was_shown_the_other_request_asks_knowingly(town: Town) -> None:
    patient = town.patient()
    other = town.asks(patient=patient)
    page = town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={patient}")
    assert "Déjà demandé" in words(page)
    assert value(page, "known") == str(other)
    assert (
        town.orientation_nurse.post(
            f"/requests?pathway=home-care&patient={patient}", CARE | {"known": str(other)}
        ).status_code
        == 303
    )


def test_another_need_of_the_same_patient_is_no_copy(town: Town) -> None:
    patient = town.patient()
    town.asks(patient=patient)
    sent = town.orientation_nurse.post(f"/requests?pathway=home-care&patient={patient}", CARE | {"reason": "injection"})
    assert sent.status_code == 303


# The patient refuses


def test_a_refusal_is_written_down_and_closes(town: Town) -> None:
    patient = town.patient()
    url = f"/requests/refusal?pathway=ed-reorientation&patient={patient}"
    assert town.orientation_nurse.post(url, {"window": "today"}).status_code == 422
    sent = town.orientation_nurse.post(url, {"reason": "fever", "window": "today"})
    assert sent.status_code == 303
    page = town.orientation_nurse.get(sent.location)
    assert state(page) == "cancelled"
    assert "Le patient ne veut pas" in words(page)
    town.doctor("Luc")
    town.time_passes(hours=1)
    assert kept()[0].state is State.CANCELLED
    assert db.session.scalar(select(func.count()).select_from(CareRequest)) == 1
