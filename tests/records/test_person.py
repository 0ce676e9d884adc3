"""Everybody who cares for a person meets on her page; whoever does not, needs her whole identity and a reason."""

import re
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.audit.models import AuditEvent
from app.care_requests import actions as care_requests
from app.care_requests.models import CareRequest
from app.care_requests.rules import State, Verb
from app.circles.actions import set_usual
from app.circles.models import Told, Usual
from app.core.db import db, transaction
from app.directory.models import Practitioner, Profession
from app.organizations.places import birth_place_meant, birth_place_written
from app.patients import queries as patients
from app.patients.models import Cause, Correction, Patient, Relation
from app.records import identity as coming
from app.supervision.traces import patient_report
from tests.desk.screen import value, words
from tests.factories.town import Person, Town

IDENTITY = {
    **{"birth_date": "12/03/1948", "birth_name": "Marchand", "given_names": "Monique", "sex": "F"},
    **{"birth_place": "91228", "reason": "Elle est suivie chez nous depuis ce matin.", "understood": "y"},
}


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers need not take their time in a test that does not measure it."""
    monkeypatch.setattr(coming, "TAKES", 0)


@pytest.fixture
def monique(town: Town) -> UUID:
    return town.patient()


def maternity_of(town: Town) -> Person:
    return town.requester("Claire", "Maternité")


def typed_in(person: Person, patient: UUID, **changes: str) -> dict[str, Any]:
    """The correction form as this person sees it, with her changes."""
    form = person.get(f"/patients/{patient}/correction")
    names = ("birth_name", "given_names", "birth_date", "birth_place", "phone", "commune", "address", "version")
    return {**{name: value(form, name) for name in names}, "sex": "F", **changes}


def corrects(person: Person, patient: UUID, **changes: str) -> int:
    return person.post(f"/patients/{patient}/correction", typed_in(person, patient, **changes)).status_code


def patient_of(patient: UUID) -> Patient:
    db.session.rollback()
    return db.session.get_one(Patient, patient, populate_existing=True)


class TestWhoMeets:
    def test_the_maternity_finds_her_again_a_month_later_and_her_midwife_is_asked(self, town: Town) -> None:
        """A8: she was registered in one house, and is asked for there again."""
        maternity, lou = maternity_of(town), town.professional("Lou", Profession.MIDWIFE)
        new = {**IDENTITY, "birth_place": "91228", "phone": "0639980100", "commune": "91228", "address": "12 allée"}
        sent = maternity.post("/patients/new?pathway=maternity-registration", new)
        patient = UUID(sent.location.rpartition("patient=")[2])
        with transaction():
            set_usual(
                patient,
                Usual.herself(db.session.get_one(Practitioner, lou.practitioner_id)),
                told=Told.NAMED,
                now=clock.now(),
            )
        clock.advance(timedelta(days=30))
        found = maternity.post("/requests/patients?pathway=home-care", {"q": "12/03/1948 mar"})
        assert str(patient) in found.text
        page = words(maternity.get(f"/patients/{patient}"))
        assert "Lou Dupré" in page and "Monique MARCHAND" in page
        request = town.asks("maternity-return-home", patient=patient, by=maternity)
        town.time_passes(seconds=1)
        assert lou.offer() is not None, "her own midwife first"
        assert lou.offer().request_id == request
        assert lou.accepts() == 200
        assert "Lou Dupré" in words(maternity.get(f"/patients/{patient}"))

    def test_emergency_ward_case_manager_and_nurse_meet_one_person(self, town: Town, monique: UUID) -> None:
        ward, maya = town.requester("Paul", "Médecine A"), town.nurse("Maya")
        case_manager = town._person("Zoé", "Marin", Role.CASE_MANAGER, town.emergency_id)
        assert ward.post("/patients/identity", IDENTITY).location == f"/patients/{monique}"
        first = town.asks(patient=monique)
        town.time_passes(seconds=1)
        assert maya.accepts() == 200
        second = town.asks(patient=monique, by=ward)
        for person in (town.orientation_nurse, ward, case_manager, maya):
            page = person.get(f"/patients/{monique}")
            assert page.status_code == 200
            said = words(page)
            assert "Maya Dupré" in said and "Médecine A" in said and "Urgences" in said
        assert f"/requests/{first}" not in ward.get(f"/patients/{monique}").text, (
            "another's request is not hers to open"
        )
        assert f"/requests/{second}" in ward.get(f"/patients/{monique}").text
        assert f"/offers/{maya.offer().id}" in maya.get(f"/patients/{monique}").text

    def test_what_worries_stands_first(self, town: Town, monique: UUID) -> None:
        request = town.asks(patient=monique)
        for _ in range(9):
            town.time_passes(minutes=30)
        assert town.request(request).state is State.UNANSWERED
        page = town.orientation_nurse.get(f"/patients/{monique}").text
        assert page.index("À surveiller") < page.index("Ce qui vient")
        assert "data-worrying" in page

    def test_a_stranger_to_her_care_finds_no_such_page(self, town: Town, monique: UUID) -> None:
        maya = town.nurse("Maya")
        for person in (maya, maternity_of(town)):
            assert person.get(f"/patients/{monique}").status_code == 404
            assert person.get(f"/patients/{monique}/correction").status_code == 404
            assert person.post(f"/patients/{monique}/correction", {}).status_code == 404

    def test_every_reading_is_a_line_that_the_patient_gets(self, town: Town, monique: UUID) -> None:
        town.orientation_nurse.get(f"/patients/{monique}")
        assert [line.act for line in patient_report(monique)][-1] == "Consultation de l’identité"

    def test_documents_are_those_that_the_reader_may_open(self, town: Town, monique: UUID) -> None:
        assert "Aucun document joint" in words(town.orientation_nurse.get(f"/patients/{monique}"))


class TestTheWholeIdentity:
    def test_opens_her_with_a_reason_that_stays(self, town: Town, monique: UUID) -> None:
        ward = maternity_of(town)
        assert ward.post("/patients/identity", IDENTITY).location == f"/patients/{monique}"
        page = words(ward.get(f"/patients/{monique}"))
        assert "Maternité" in page and IDENTITY["reason"] in page
        told = [(line.person, line.act, line.why) for line in patient_report(monique)]
        assert (
            "Claire Requérant",
            "Dossier trouvé par l’identité entière, avec une raison",
            "soins, identité donnée en entier",
        ) in told
        db.session.rollback()
        relation = db.session.scalars(select(Relation).where(Relation.why == Cause.IDENTITY)).one()
        assert (relation.until, relation.recorded_by_id) == (clock.now() + timedelta(days=30), ward.account_id)
        clock.advance(timedelta(days=30))
        assert ward.get(f"/patients/{monique}").status_code == 404, "a visit is no circle"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"birth_name": "Marchan"},
            {"birth_name": "Mar"},
            {"given_names": "Mo"},
            {"given_names": "Odile"},
            {"birth_date": "13/03/1948"},
            {"birth_date": "03/1948"},
            {"birth_date": "1948"},
            {"sex": "M"},
            {"birth_place": "91174"},
            {"birth_place": "inconnu"},
        ],
    )
    def test_one_wrong_trait_opens_nothing_and_says_nothing(
        self, town: Town, monique: UUID, wrong: dict[str, str]
    ) -> None:
        ward = maternity_of(town)
        nobody = ward.post("/patients/identity", {**IDENTITY, "birth_name": "Absente"})
        almost = ward.post("/patients/identity", IDENTITY | wrong)
        assert (nobody.status_code, almost.status_code) == (422, 422)
        assert without_typed(almost.text, IDENTITY | wrong) == without_typed(
            nobody.text, {**IDENTITY, "birth_name": "Absente"}
        )
        assert ward.get(f"/patients/{monique}").status_code == 404

    def test_two_of_the_same_identity_are_the_same_words(self, town: Town, monique: UUID) -> None:
        ward = maternity_of(town)
        nobody = ward.post("/patients/identity", {**IDENTITY, "birth_name": "Absente"})
        town.patient()
        several = ward.post("/patients/identity", IDENTITY)
        assert several.status_code == 422
        assert without_typed(several.text, IDENTITY) == without_typed(
            nobody.text, {**IDENTITY, "birth_name": "Absente"}
        )

    def test_takes_as_long_whoever_is_there(self, town: Town, monique: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
        slept: list[float] = []
        monkeypatch.setattr(coming, "TAKES", 60)
        monkeypatch.setattr(coming.time, "sleep", slept.append)
        ward = maternity_of(town)
        for name in ("Absente", "Marchand"):
            ward.post("/patients/identity", {**IDENTITY, "birth_name": name})
        assert len(slept) == 2 and min(slept) > 50

    def test_every_try_is_counted_and_written_down(self, town: Town, monique: UUID) -> None:
        ward = maternity_of(town)
        town.app.config["LIMITS_HOLD"] = True
        tries = [
            ward.post("/patients/identity", {**IDENTITY, "birth_name": f"Nom{'abcdefghijkl'[n]}"}).status_code
            for n in range(11)
        ]
        assert (set(tries[:10]), tries[10]) == ({422}, 429)
        db.session.rollback()
        missed = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "patient.missed")).all()
        assert len(missed) == 10
        assert {(line.actor_id, line.patient_id) for line in missed} == {(ward.account_id, None)}

    def test_without_a_reason_or_the_word_nothing_is_looked_for(self, town: Town, monique: UUID) -> None:
        ward = maternity_of(town)
        for missing in ("reason", "understood", "birth_place"):
            form = {name: text for name, text in IDENTITY.items() if name != missing}
            assert ward.post("/patients/identity", form).status_code == 422
        assert db.session.scalars(select(AuditEvent).where(AuditEvent.event.like("patient.missed"))).all() == []

    def test_who_has_her_already_needs_no_second_relation(self, town: Town, monique: UUID) -> None:
        assert town.orientation_nurse.post("/patients/identity", IDENTITY).location == f"/patients/{monique}"
        db.session.rollback()
        assert db.session.scalars(select(Relation).where(Relation.why == Cause.IDENTITY)).all() == []


def without_typed(page: str, typed: dict[str, str]) -> str:
    """A page without what its reader typed, nor what is new on every page."""
    for text in sorted({*typed.values(), "Corbeil-Essonnes", "Évry-Courcouronnes"}, key=len, reverse=True):
        page = page.replace(text, "·")
    page = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S)
    said = re.search(r'<div class="notice" data-kind="warning">.*?</div>', page, re.S)
    return said.group(0) if said else page


class TestCorrecting:
    def test_everything_typed_can_be_corrected_and_what_it_was_is_kept(self, town: Town, monique: UUID) -> None:
        nadia = town.orientation_nurse
        assert corrects(nadia, monique, phone="06 39 98 01 99", birth_name="Marchant", birth_date="13/03/1948") == 303
        kept = patient_of(monique)
        assert (kept.phone, kept.birth_name, kept.born.iso, kept.version) == (
            "+33639980199",
            "Marchant",
            "1948-03-13",
            2,
        )
        rows = db.session.scalars(select(Correction).order_by(Correction.trait)).all()
        assert [(row.trait, row.before, row.after) for row in rows] == [
            ("birth_date", "1948-03-12", "1948-03-13"),
            ("birth_name", "Marchand", "Marchant"),
            ("phone", "+33639980100", "+33639980199"),
        ]
        page = words(nadia.get(f"/patients/{monique}"))
        assert "avant : Marchand · Nadia Benali" in page
        scope = patients.openable_by(nadia.account, clock.now())
        today = clock.now().date()
        assert [p.id for p in patients.search("13/03/1948 marchant", scope, today).people] == [monique]
        assert patients.search("12/03/1948 marchand", scope, today).people == []
        assert "Identité ou coordonnées corrigées" in [line.act for line in patient_report(monique)]

    def test_a_form_that_changes_nothing_leaves_no_trace(self, town: Town, monique: UUID) -> None:
        assert corrects(town.orientation_nurse, monique) == 303
        assert (patient_of(monique).version, db.session.scalars(select(Correction)).all()) == (1, [])

    @pytest.mark.parametrize(
        ("field", "wrong", "said"),
        [
            ("phone", "06 12", "pas le bon nombre de chiffres"),
            ("birth_date", "31/02/1948", "Février"),
            ("commune", "Nulle-part-les-Oies", "Choisissez une commune"),
            ("birth_name", "", "Écrivez le nom de naissance"),
        ],
    )
    def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
        self, town: Town, monique: UUID, field: str, wrong: str, said: str
    ) -> None:
        nadia = town.orientation_nurse
        form = typed_in(nadia, monique, address="3 rue Neuve") | {field: wrong}
        back = nadia.post(f"/patients/{monique}/correction", form)
        assert back.status_code == 422
        assert said in words(back)
        assert value(back, "address") == "3 rue Neuve"
        assert patient_of(monique).version == 1

    def test_of_two_at_once_the_second_sees_what_the_first_wrote_and_loses_nothing(
        self, town: Town, monique: UUID
    ) -> None:
        nadia, zoe = town.orientation_nurse, town._person("Zoé", "Marin", Role.CASE_MANAGER, town.emergency_id)
        hers = typed_in(zoe, monique, address="3 rue Neuve")
        assert corrects(nadia, monique, phone="06 39 98 01 99") == 303
        second = zoe.post(f"/patients/{monique}/correction", hers)
        assert second.status_code == 409
        said = words(second)
        assert "Nadia Benali a corrigé ce dossier pendant votre saisie" in said
        assert "06 39 98 01 99" in said.replace("\xa0", " ")
        assert (value(second, "address"), value(second, "version")) == ("3 rue Neuve", "2")
        assert patient_of(monique).address == "12 allée des Tilleuls"
        again = {**hers, "version": value(second, "version"), "phone": "06 39 98 01 99"}
        assert zoe.post(f"/patients/{monique}/correction", again).status_code == 303
        kept = patient_of(monique)
        assert (kept.address, kept.phone, kept.version) == ("3 rue Neuve", "+33639980199", 3)

    def test_the_nurse_who_accepted_and_who_asked_hear_of_a_new_address(self, town: Town, monique: UUID) -> None:
        maya, zoe = town.nurse("Maya"), town._person("Zoé", "Marin", Role.CASE_MANAGER, town.emergency_id)
        request = town.asks(patient=monique)
        town.time_passes(seconds=1)
        maya.accepts()
        assert corrects(zoe, monique, address="3 rue Neuve, code 12B", commune="91174") == 303
        town.time_passes(seconds=1)
        notice = str(maya.notices()[-1])
        assert "Les coordonnées d'un patient ont changé" in notice
        assert not any(secret in notice for secret in ("Neuve", "12B", "Marchand", "Monique", "Corbeil"))
        assert "3 rue Neuve, code 12B" in words(maya.get(f"/offers/{maya.offer().id}"))
        steps = town.request(request).steps
        assert (steps[-1].kind, steps[-1].author_name) == ("corrected", "Zoé Marin")
        assert "Neuve" not in steps[-1].detail

    def test_somebody_is_looked_for_where_she_is_now(self, town: Town, monique: UUID) -> None:
        request = town.asks(patient=monique)
        assert corrects(town.orientation_nurse, monique, commune="91223") == 303
        found = town.request(request)
        assert (found.commune_code, found.next_move_at) == ("91223", clock.now())

    def test_what_is_over_hears_nothing(self, town: Town, monique: UUID) -> None:
        request = town.asks(patient=monique)
        with transaction():
            care_requests.move(
                care_requests.lock(request), Verb.CANCEL, by=town.orientation_nurse.account, now=clock.now()
            )
        corrects(town.orientation_nurse, monique, commune="91223")
        assert db.session.get_one(CareRequest, request).commune_code == "91228"
        assert "corrected" not in [step.kind for step in town.request(request).steps]

    def test_a_birthplace_is_written_as_it_is_read(self, town: Town) -> None:
        for code in ("91228", "99352", "75056", "99999"):
            meant = birth_place_meant(birth_place_written(code)).place
            assert meant is not None and meant.code == code
