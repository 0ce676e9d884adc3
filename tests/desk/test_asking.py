"""Asking: whose request, what for, with whose agreement."""

from datetime import date
from html import unescape
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import clock
from app.care_requests.models import CareRequest, State
from app.consents.models import Consent
from app.core.db import db, new_id, transaction
from app.language.dates import PartialDate
from app.organizations.actions import import_communes
from app.patients.actions import Identity, create
from app.patients.models import IdentityCheck, LikelyDuplicate, Patient
from app.patients.queries import known_to
from tests.desk.screen import chosen, state, value, words
from tests.factories.town import Town


def form_of(town: Town, patient: UUID, pathway: str = "home-care") -> str:
    return f"/requests?pathway={pathway}&patient={patient}"


AGREED = {"reason": "dressing", "window": "today", "agreement": "y"}


def requests_kept() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(CareRequest)) or 0


def test_a_known_patient_takes_one_text_field_and_the_first_window_is_chosen(town: Town) -> None:
    patient = town.patient()
    nurse = town.orientation_nurse
    found = nurse.post("/requests/patients?pathway=home-care", {"q": "12031948 mar"})
    assert "Monique MARCHAND" in words(found)
    assert f"patient={patient}" in found.text
    page = nurse.get(f"/requests/new?pathway=home-care&patient={patient}")
    assert page.status_code == 200
    assert page.text.count("<h1") == 1
    assert chosen(page, "window") == "today"
    sent = nurse.post(form_of(town, patient), {"reason": "dressing", "window": "today", "agreement": "y"})
    assert sent.status_code == 303
    followed = nurse.get(sent.location)
    assert state(followed) == "searching"
    agreement = db.session.scalars(select(Consent).where(Consent.patient_id == patient)).one()
    assert agreement.recorded_by == nurse.account_id


@pytest.mark.parametrize("typed", ["12/03/1948", "12031948 m", "12.03.1948 MARCH", "12 03 1948"])
def test_search_reads_the_date_then_letters_of_the_name(town: Town, typed: str) -> None:
    town.patient()
    answer = town.orientation_nurse.post("/requests/patients", {"q": typed}, htmx=True)
    assert answer.status_code == 200
    assert "MARCHAND" in answer.text
    assert "<html" not in answer.text


def test_search_says_when_nobody_was_born_that_day(town: Town) -> None:
    answer = town.orientation_nurse.post("/requests/patients", {"q": "13/03/1948 mar"})
    assert answer.status_code == 200
    assert "inscrivez un nouveau patient" in words(answer)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Écrivez une date de naissance, un nom et un prénom, ou un numéro."),
        ("marchand", "Ajoutez la date de naissance, ou le prénom."),
        ("31/02/1948", "Février n'a pas de 31."),
        ("12/03", "Il manque l'année."),
    ],
)
def test_search_says_what_lacks_and_keeps_what_was_typed(town: Town, typed: str, said: str) -> None:
    answer = town.orientation_nurse.post("/requests/patients", {"q": typed})
    assert answer.status_code == 422
    assert said in words(answer)
    assert value(answer, "q") == typed


def test_the_search_never_stays_blank_while_one_types(town: Town) -> None:
    for typed in ("1", "12", "12/0", "12/03", "12/03/1", "12/03/194", "m", "mar", "0", "06", "061", "06123456"):
        answer = town.orientation_nurse.post("/requests/patients", {"q": typed}, htmx=True)
        assert (answer.status_code, words(answer).strip() == "") == (200, False), typed


@pytest.mark.parametrize(
    "typed",
    ["12/3/48", "12 mars 1948 marchand", "1948 mar", "marchand monique", "monique marchand", "06 39 98 01 00"],
)
def test_a_patient_is_found_as_people_ask_for_her(town: Town, typed: str) -> None:
    town.patient()
    answer = town.orientation_nurse.post("/requests/patients", {"q": typed}, htmx=True)
    assert answer.status_code == 200
    assert "MARCHAND" in answer.text


def test_seven_hundred_people_of_one_birth_date_can_all_be_found_by_typing_on(town: Town) -> None:
    """The bare date asks for letters instead of listing, and nobody is hidden by a bound."""
    sounds = ("ba", "ko", "mi", "zu", "le", "ra", "to", "ne", "si")
    names = ["Zerrouki", *("".join(each).capitalize() for each in product(sounds, repeat=3))][:700]
    with transaction():
        for name in names:
            born = Identity(name, "Fatma", PartialDate(1970, 1, 1), "F", "99352", "+33639980100", "91228")
            create(born, organization_id=town.emergency_id, by=town.orientation_nurse.account_id, now=clock.now())

    def asked(text: str) -> str:
        return words(town.orientation_nurse.post("/requests/patients", {"q": text}, htmx=True))

    assert "ajoutez trois lettres" in asked("01/01/1970")
    assert "ajoutez trois lettres" in asked("01/01/1970 z")
    assert "Fatma ZERROUKI" in asked("1/1/70 zer")
    for name in names[1::50]:
        assert f"Fatma {name.upper()}" in asked(f"1/1/1970 {name}")
    assert "Beaucoup de personnes" in asked("1970 fat")
    assert "Fatma ZERROUKI" in asked("1970 fatma zerrouki")


def test_where_nothing_can_be_added_all_namesakes_of_one_birth_date_are_shown(town: Town) -> None:
    for n in range(25):
        town.patient("Fatma", born=date(1970, 1, 1), birth_name="Benali", phone=f"+336399801{n:02d}")

    def shown(text: str) -> int:
        return town.orientation_nurse.post("/requests/patients", {"q": text}, htmx=True).text.count("BENALI")

    assert shown("1/1/1970 benali") == 0
    assert shown("1/1/1970 benali fatma") == 25


def test_nothing_is_wrong_while_the_date_is_still_being_typed(town: Town) -> None:
    asked = town.orientation_nurse
    assert asked.post("/requests/patients", {"q": "12/03"}, htmx=True).status_code == 200
    assert asked.post("/requests/patients", {"q": "31/02/1948"}, htmx=True).status_code == 422


def test_another_establishment_does_not_find_the_patient(town: Town) -> None:
    patient, stranger = town.patient(), town.requester()
    assert "MARCHAND" not in stranger.post("/requests/patients", {"q": "12/03/1948"}).text
    assert stranger.get(f"/requests/new?pathway=home-care&patient={patient}").status_code == 404
    assert stranger.post(form_of(town, patient), AGREED).status_code == 404
    assert stranger.get("/requests/new?patient=not-an-id").status_code == 404
    assert stranger.get("/requests/new?pathway=unknown").status_code == 404


def test_without_agreement_nothing_leaves_and_nothing_typed_is_lost(town: Town) -> None:
    patient = town.patient()
    answer = town.orientation_nurse.post(
        form_of(town, patient), {"reason": "injection", "window": "tomorrow", "note": "Code 12A"}
    )
    assert answer.status_code == 422
    assert "Sans l'accord du patient" in words(answer)
    assert "Code 12A" in answer.text
    assert chosen(answer, "reason") == "injection"
    assert requests_kept() == 0


def test_a_reason_of_another_pathway_is_refused(town: Town) -> None:
    answer = town.orientation_nurse.post(form_of(town, town.patient()), AGREED | {"reason": "fever"})
    assert answer.status_code == 422
    assert requests_kept() == 0


def test_the_preview_counts_those_who_can_be_reached(town: Town) -> None:
    claire = town.nurse("Claire", km=1)
    for number in range(7):
        town.nurse(f"Proche {number}", km=7)
    town.nurse("Loin", km=60)
    page = town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={town.patient(usual=[claire])}")
    assert "8 infirmières et infirmiers à moins de 10 km" in words(page)
    assert "Claire Dupré Soigne déjà ce patient" in words(page)


def test_the_preview_is_honest_when_nobody_can_be_reached(town: Town) -> None:
    page = town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={town.patient()}")
    assert "Personne n'accepte de demande à moins de 20 km" in words(page)


def test_the_same_form_sent_twice_is_one_request(town: Town) -> None:
    patient, nurse = town.patient(), town.orientation_nurse
    token = value(nurse.get(f"/requests/new?pathway=home-care&patient={patient}"), "request_id")
    first = nurse.post(form_of(town, patient), AGREED | {"request_id": token})
    second = nurse.post(form_of(town, patient), AGREED | {"request_id": token})
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    assert first.location.endswith(token)
    assert requests_kept() == 1


def test_a_made_up_token_is_simply_replaced(town: Town) -> None:
    patient, nurse = town.patient(), town.orientation_nurse
    sent = nurse.post(form_of(town, patient), AGREED | {"request_id": "mine"})
    assert sent.status_code == 303
    assert requests_kept() == 1


def test_a_token_survives_a_mistake_so_that_the_mended_form_is_still_one_request(town: Town) -> None:
    token = str(new_id())
    answer = town.orientation_nurse.post(form_of(town, town.patient()), {"request_id": token})
    assert answer.status_code == 422
    assert value(answer, "request_id") == token


def test_a_request_already_under_way_is_shown_before_the_form_is_filled(town: Town) -> None:
    patient = town.patient()
    under_way = town.asks(patient=patient)
    page = town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={patient}")
    assert "déjà en cours pour ce patient" in words(page)
    assert f"/requests/{under_way}" in page.text
    other = town.orientation_nurse.get(f"/requests/new?pathway=ed-reorientation&patient={patient}")
    assert "déjà en cours" not in words(other)


NEW_PATIENT = {
    "birth_name": "Lefèvre",
    "given_names": "Odile Anne",
    "birth_date": "02/06/1951",
    "sex": "F",
    "birth_place": "Étampes",
    "phone": "06 39 98 01 02",
    "commune": "91228",
    "address": "3 rue du Lac",
}


def test_a_new_patient_goes_on_to_the_request(town: Town) -> None:
    sent = town.orientation_nurse.post("/patients/new?pathway=home-care", NEW_PATIENT)
    assert sent.status_code == 303
    assert "Lefèvre".lower() not in sent.location.lower()
    page = town.orientation_nurse.get(sent.location)
    assert "Odile LEFÈVRE" in words(page)
    assert "née le 2 juin 1951" in words(page)
    kept = db.session.scalars(select(Patient).where(Patient.id.in_(known_to([town.emergency_id])))).one()
    assert (kept.birth_place, kept.commune_code, kept.phone) == ("91223", "91228", "+33639980102")
    assert kept.birth_date == date(1951, 6, 2)


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("birth_name", "", "Écrivez le nom de naissance."),
        ("birth_name", "1234", "Écrivez le nom en lettres."),
        ("given_names", "", "Écrivez au moins un prénom."),
        ("birth_date", "", "Écrivez la date de naissance"),
        ("birth_date", "31/02/1948", "Février n'a pas de 31."),
        ("birth_date", "01/01/2190", "Cette date n'est pas encore passée."),
        ("sex", "X", ""),
        ("birth_place", "Atlantis", "Choisissez une commune de la liste"),
        ("phone", "06 12", "pas le bon nombre de chiffres"),
        ("phone", "01 23 45 67 8", "pas le bon nombre de chiffres"),
        ("phone", "00 00 00 00 00", "Écrivez un numéro de téléphone qui existe"),
        ("phone", "bonjour", "Écrivez un numéro de téléphone"),
        ("commune", "", "Écrivez la commune."),
    ],
)
def test_a_wrong_trait_comes_back_with_everything_else(town: Town, field: str, typed: str, says: str) -> None:
    answer = town.orientation_nurse.post("/patients/new?pathway=home-care", NEW_PATIENT | {field: typed})
    assert answer.status_code == 422
    assert says in words(answer)
    assert value(answer, "address") == "3 rue du Lac"
    if field != "sex":
        assert value(answer, field) == typed
        assert f'id="{field}-error"' in answer.text
    assert db.session.scalar(select(func.count()).select_from(Patient)) == 0


def test_places_are_suggested_by_name_and_by_postal_code(town: Town) -> None:
    nurse = town.orientation_nurse
    assert 'value="91000 Évry-Courcouronnes (Essonne)"' in nurse.get("/communes?commune=évr").text
    assert 'value="91150 Etampes (Essonne)"' in nurse.get("/communes?birth_place=9115").text
    assert 'value="Algérie (99352)"' in nurse.get("/communes?birth_place=alg").text
    assert "<option" not in nurse.get("/communes").text


def test_what_was_understood_is_shown_before_anything_is_sent(town: Town) -> None:
    nurse = town.orientation_nurse
    assert "Évry-Courcouronnes · 91000 · Essonne" in words(nurse.get("/communes?commune=91000"))
    assert "Algérie" in words(nurse.get("/communes?birth_place=99352"))
    back = nurse.post("/patients/new?pathway=home-care", NEW_PATIENT | {"commune": "91000", "phone": "06 12"})
    assert "Évry-Courcouronnes · 91000 · Essonne" in words(back)
    assert value(back, "commune") == "91000", "what was typed stays"
    saved = nurse.post("/patients/new?pathway=home-care", NEW_PATIENT | {"commune": "91000"})
    assert "3 rue du Lac, 91000 Évry-Courcouronnes" in words(nurse.get(saved.location))


SHARED = """\
#Code_commune_INSEE;Nom_de_la_commune;Code_postal;Libellé_d_acheminement;Ligne_5
91228;EVRY COURCOURONNES;91080;EVRY COURCOURONNES;COURCOURONNES
91228;EVRY COURCOURONNES;91000;EVRY COURCOURONNES;EVRY
91080;BOISSY LE CUTTE;91590;BOISSY LE CUTTE;
91223;ETAMPES;91150;ETAMPES;
91433;MORIGNY CHAMPIGNY;91150;MORIGNY CHAMPIGNY;
"""


@pytest.fixture
def shared_codes(town: Town) -> Town:
    """A newer file: a commune with two postal codes, a postal code of two communes."""
    with transaction():
        import_communes(SHARED.splitlines(keepends=True))
    return town


def test_five_digits_are_a_postal_code_and_the_address_keeps_it(shared_codes: Town) -> None:
    sent = shared_codes.orientation_nurse.post("/patients/new?pathway=home-care", NEW_PATIENT | {"commune": "91080"})
    kept = db.session.scalars(select(Patient)).one()
    assert (kept.commune_code, kept.postal_code) == ("91228", "91080")
    assert "91080 Évry-Courcouronnes" in words(shared_codes.orientation_nurse.get(sent.location))


def test_one_place_that_fits_in_part_is_asked_in_the_singular_and_none_is_said(shared_codes: Town) -> None:
    nurse = shared_codes.orientation_nurse
    asked = nurse.get("/communes?commune=Morigny")
    assert "Est-ce cette commune ?" in words(asked)
    assert asked.text.count('type="radio"') == 1
    assert "Choisissez une commune de la liste" in words(nurse.get("/communes?commune=xyzzy"))
    assert "Choisissez" not in words(nurse.get("/communes?commune=x"))  # still being typed


def test_everything_to_mend_is_named_once_in_the_order_of_the_screen(shared_codes: Town) -> None:
    wrong = NEW_PATIENT | {"birth_place": "Morigny", "sex": "", "phone": "01 23 45 67 8"}
    came_back = shared_codes.orientation_nurse.post("/patients/new?pathway=home-care", wrong)
    assert "3 réponses à compléter ou à corriger : Lieu de naissance Sexe Téléphone Rien n'est perdu." in words(
        came_back
    )
    hidden = '<legend class="visually-hidden">Est-ce ce lieu ? Touchez-le pour le choisir.</legend>'
    assert hidden in came_back.text  # the error above says it already


def test_a_postal_code_of_several_communes_asks_which(shared_codes: Town) -> None:
    nurse = shared_codes.orientation_nurse
    asked = nurse.post("/patients/new?pathway=home-care", NEW_PATIENT | {"commune": "91150"})
    assert asked.status_code == 422
    assert "Plusieurs communes sont possibles" in words(asked)
    choice = "91150 Morigny-Champigny (Essonne)"
    assert f'type="radio" id="commune-2" name="commune" value="{choice}"' in asked.text
    assert db.session.scalar(select(func.count()).select_from(Patient)) == 0
    both = NEW_PATIENT | {"commune": ["91150", choice]}  # the text stays beside the button
    assert nurse.post("/patients/new?pathway=home-care", both).status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Patient)).one().commune_code == "91433"


def test_a_patient_may_live_where_no_position_is_known(shared_codes: Town) -> None:
    """Nobody is near such a commune: the search ends with a human instead of a silence."""
    town = shared_codes
    town.orientation_nurse.post("/patients/new?pathway=home-care", NEW_PATIENT | {"commune": "91590"})
    patient = db.session.scalars(select(Patient)).one()
    town.nurse("Maya")
    page = town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={patient.id}")
    assert page.status_code == 200
    asked = town.asks(patient=patient.id)
    town.time_passes()
    assert town.request(asked).state is State.UNANSWERED


def test_an_unknown_birthplace_and_a_wrong_country_have_an_answer(town: Town) -> None:
    nurse = town.orientation_nurse
    wrong = nurse.post("/patients/new?pathway=home-care", NEW_PATIENT | {"birth_place": "99001"})
    assert wrong.status_code == 422
    assert 'id="birth_place-error"' in wrong.text
    nurse.post("/patients/new?pathway=home-care", NEW_PATIENT | {"birth_place": "inconnue"})
    nurse.post(
        "/patients/new?pathway=home-care",
        NEW_PATIENT | {"birth_name": "Benali", "birth_place": "Algérie", "phone": "0692 12 34 56"},
    )
    kept = db.session.scalars(select(Patient).order_by(Patient.id)).all()
    assert [(each.birth_place, each.phone) for each in kept] == [
        ("99999", "+33639980102"),
        ("99352", "+262692123456"),
    ]


def test_a_window_that_has_ended_is_not_offered(town: Town) -> None:
    patient = town.patient()
    clock.advance(clock.paris(clock.now()).replace(hour=22, minute=0) - clock.paris(clock.now()))
    page = town.orientation_nurse.get(f"/requests/new?pathway=home-care&patient={patient}")
    assert "Aujourd'hui" not in words(page)
    assert chosen(page, "window") == "tomorrow-morning"


def writes_down(town: Town, **otherwise: object) -> TestResponse:
    return town.orientation_nurse.post("/patients/new?pathway=home-care", NEW_PATIENT | otherwise)


def kept_ones() -> list[Patient]:
    db.session.rollback()
    return list(db.session.scalars(select(Patient).order_by(Patient.id)))


@pytest.mark.parametrize(
    ("typed", "iso", "said"),
    [
        ("2/6/51", "1951-06-02", "née le 2 juin 1951"),
        ("2 juin 1951", "1951-06-02", "née le 2 juin 1951"),
        ("1948", "1948", "née en 1948"),
        ("03/1948", "1948-03", "née en mars 1948"),
    ],
)
def test_a_birth_known_in_part_is_kept_so_and_said_so(town: Town, typed: str, iso: str, said: str) -> None:
    sent = writes_down(town, birth_date=typed)
    assert [each.born.iso for each in kept_ones()] == [iso]
    assert said in words(town.orientation_nurse.get(sent.location))


def test_the_name_she_uses_is_shown_and_both_find_her(town: Town) -> None:
    sent = writes_down(town, name_used="Martin", given_name_used="Lili", given_names="Odile, Marie")
    assert "Lili MARTIN" in words(town.orientation_nurse.get(sent.location))
    for typed in ("2/6/51 mar", "2/6/51 lef", "lefevre odile", "martin lili"):
        assert "Lili MARTIN" in town.orientation_nurse.post("/requests/patients", {"q": typed}, htmx=True).text


def test_newborn_twins_without_a_given_name_are_two(town: Town) -> None:
    born = f"{clock.now():%d/%m/%Y}"
    for rank in (1, 2):
        assert writes_down(town, given_names="", unnamed="y", birth_rank=str(rank), birth_date=born).status_code == 303
    assert [each.name for each in kept_ones()] == [
        "Sans prénom LEFÈVRE (1er jumeau)",
        "Sans prénom LEFÈVRE (2e jumeau)",
    ]


@pytest.mark.parametrize(
    ("otherwise", "said"),
    [
        ({"given_names": ""}, "Écrivez au moins un prénom."),
        ({"given_names": "", "unnamed": "y"}, "Seul un nouveau-né n'a pas encore de prénom."),
        ({"unnamed": "y"}, "Un prénom est écrit plus haut"),
        ({"ins": "2 51 06 91 223 001 00"}, "La clé (deux derniers chiffres)"),
        ({"ins": "251"}, "Un matricule a 15 caractères"),
        ({"other_phone": "01 23"}, "nombre de chiffres"),
    ],
)
def test_what_cannot_be_of_an_identity_is_said_beside_its_field(
    town: Town, otherwise: dict[str, object], said: str
) -> None:
    wrong = writes_down(town, **otherwise)
    assert wrong.status_code == 422
    assert said in words(wrong)
    assert (value(wrong, "birth_name"), kept_ones()) == ("Lefèvre", [])


def test_her_matricule_another_number_and_what_was_checked_are_kept(town: Town) -> None:
    sent = writes_down(
        town,
        ins="2 53 07 2B 073 004 70",
        other_phone="06 39 98 01 99",
        other_phone_whose="child",
        other_phone_name="Sylvie",
        document="national-id",
    )
    [kept] = kept_ones()
    assert (kept.ins, kept.ins_kind, kept.identity_status) == ("253072B07300470", "INS-NIR", "VALI")
    assert [(each.number, each.whose, each.name) for each in kept.telecoms] == [("+33639980199", "child", "Sylvie")]
    check = db.session.scalars(select(IdentityCheck)).one()
    assert (check.document, check.checked_by_id, check.patient_id) == (
        *("national-id", town.orientation_nurse.account_id),
        kept.id,
    )
    assert "253072B07300470" not in sent.location
    assert "ODILE" in town.orientation_nurse.post("/requests/patients", {"q": "06 39 98 01 99"}, htmx=True).text.upper()


def test_a_likely_duplicate_is_offered_before_a_second_record_is_made(town: Town) -> None:
    """Same birth date and same name, letters above: "c'est elle", or "une autre personne" goes on."""
    writes_down(town)
    [known] = kept_ones()
    asked = writes_down(town, birth_name="LEFEVRE", given_names="Odil")
    assert asked.status_code == 422
    assert "Est-ce elle ?" in words(asked) and "prénom à une lettre près" in words(asked)
    assert f"patient={known.id}" in unescape(asked.text)
    assert (value(asked, "given_names"), len(kept_ones())) == ("Odil", 1)
    went_on = writes_down(town, birth_name="LEFEVRE", given_names="Odil", another=str(known.id))
    assert (went_on.status_code, len(kept_ones())) == (303, 2)
    pair = db.session.scalars(select(LikelyDuplicate)).one()
    assert (pair.verdict, pair.settled_by_id) == ("other", town.orientation_nurse.account_id)


def test_of_whom_another_house_knows_nothing_is_told_and_somebody_looks_later(town: Town) -> None:
    elsewhere = town.requester()
    writes_down(town)
    sent = elsewhere.post("/patients/new?pathway=home-care", NEW_PATIENT | {"given_names": "Odil"})
    assert sent.status_code == 303
    pair = db.session.scalars(select(LikelyDuplicate)).one()
    assert (pair.verdict, pair.why) == (None, "same-date same-family slipped-given")
