"""Other telephones, the national number and the one of an organization's own files: written, traced, told, found."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app import clock
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.identity.ins import InsKind
from app.language.typography import plain
from app.patients import rehashing
from app.patients.merging import merge
from app.patients.models import Cause, Correction, LikelyDuplicate, LocalNumber, Patient
from app.patients.relations import Holder, relate
from app.records import identity as coming
from tests.desk.screen import words
from tests.factories.town import Person, Town

NIR, ANOTHER = "295109912611193", "253072B07300470"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coming, "TAKES", 0)


@pytest.fixture
def monique(town: Town) -> UUID:
    return town.patient()


def searched(person: Person, typed: str) -> str:
    return words(person.post("/requests/patients?pathway=home-care", {"q": typed}))


def corrections() -> list[tuple[str, str, str]]:
    db.session.rollback()
    return [(each.trait, plain(each.before), plain(each.after)) for each in db.session.scalars(select(Correction))]


class TestTelephones:
    DAUGHTER = {"number": "06 39 98 01 55", "whose": "child", "name": "Julie"}  # noqa: RUF012 -- read only

    def test_her_daughter_s_is_added_shown_found_and_taken_away(self, town: Town, monique: UUID) -> None:
        nurse = town.orientation_nurse
        assert nurse.post(f"/patients/{monique}/telephones", self.DAUGHTER).status_code == 303
        page = words(nurse.get(f"/patients/{monique}"))
        assert "06 39 98 01 55 (Sa fille ou son fils, Julie)" in page
        assert "Monique MARCHAND" in searched(nurse, "0639980155")
        telecom = db.session.get_one(Patient, monique).telecoms[0].id
        for _ in range(2):
            assert nurse.post(f"/patients/{monique}/telephones/{telecom}/removal").status_code == 303
        assert "Monique MARCHAND" not in searched(nurse, "0639980155")
        said = "06 39 98 01 55 (Sa fille ou son fils, Julie)"
        assert corrections() == [("telecoms", "", said), ("telecoms", said, "")]

    def test_the_same_number_again_changes_whose_it_is(self, town: Town, monique: UUID) -> None:
        for whose in ("child", "neighbour", "neighbour"):
            town.orientation_nurse.post(f"/patients/{monique}/telephones", {**self.DAUGHTER, "whose": whose})
        assert len(corrections()) == 2
        assert [each.whose for each in db.session.get_one(Patient, monique).telecoms] == ["neighbour"]

    def test_who_comes_hears_of_it(self, town: Town, monique: UUID) -> None:
        maya = town.nurse("Maya")
        request = town.asks(patient=monique)
        town.time_passes(seconds=1)
        maya.accepts()
        town.orientation_nurse.post(f"/patients/{monique}/telephones", self.DAUGHTER)
        town.time_passes(seconds=1)
        told = maya.notices()[-1]["notification"]
        assert "06 39" not in str(told) and "Julie" not in str(told)
        assert told["title"] == "Les coordonnées d'un patient ont changé", told
        assert "Autre téléphone" in words(town.orientation_nurse.get(f"/requests/{request}"))

    @pytest.mark.parametrize("number", ["", "06 39 98 01 5", "0000000000", "01 23 45 67 8"])
    def test_a_number_that_cannot_be_is_said_beside_it(self, town: Town, monique: UUID, number: str) -> None:
        answer = town.orientation_nurse.post(f"/patients/{monique}/telephones", {**self.DAUGHTER, "number": number})
        assert answer.status_code == 422
        assert 'value="Julie"' in answer.text, "nothing is lost"

    def test_a_list_of_numbers_is_no_record(self, town: Town, monique: UUID) -> None:
        for n in range(9):
            sent = {**self.DAUGHTER, "number": f"06 39 98 02 0{n}"}
            answer = town.orientation_nurse.post(f"/patients/{monique}/telephones", sent)
        assert answer.status_code == 422


class TestTheNationalNumber:
    def test_is_written_afterwards_with_its_kind_and_a_trace(self, town: Town, monique: UUID) -> None:
        sent = {"ins": "2 95 10 99 126 111 93", "kind": "INS-NIA"}
        assert town.orientation_nurse.post(f"/patients/{monique}/ins", sent).status_code == 303
        assert corrections() == [("ins", "", NIR)]
        patient = db.session.get_one(Patient, monique)
        assert (patient.ins, patient.ins_kind) == (NIR, InsKind.NIA)
        town.orientation_nurse.post(f"/patients/{monique}/ins", {"ins": "", "kind": "INS-NIR"})
        db.session.rollback()
        assert (db.session.get_one(Patient, monique).ins, db.session.get_one(Patient, monique).ins_kind) == (None, None)

    def test_typed_by_hand_it_came_from_no_service(self, town: Town, monique: UUID) -> None:
        with transaction():
            db.session.get_one(Patient, monique).identity_status = "QUAL"
        town.orientation_nurse.post(f"/patients/{monique}/ins", {"ins": NIR, "kind": "INS-NIR"})
        db.session.rollback()
        assert db.session.get_one(Patient, monique).identity_status == "VALI"

    def test_a_wrong_key_is_refused(self, town: Town, monique: UUID) -> None:
        answer = town.orientation_nurse.post(f"/patients/{monique}/ins", {"ins": "295109912611194", "kind": "INS-NIR"})
        assert (answer.status_code, corrections()) == (422, [])
        assert "La clé (deux derniers chiffres) ne va pas" in words(answer)

    def test_another_record_that_has_it_may_be_hers(self, town: Town, monique: UUID) -> None:
        other = town.patient("Odile", ins=NIR, ins_kind=InsKind.NIR)
        town.orientation_nurse.post(f"/patients/{monique}/ins", {"ins": NIR, "kind": "INS-NIR"})
        db.session.rollback()
        pair = db.session.scalars(select(LikelyDuplicate)).one()
        assert (pair.patient_id, pair.other_id, pair.why) == (monique, other, "same-ins")
        assert "ême matricule INS" in words(town.coordinator.get("/duplicates"))


class TestAWayInByIt:
    SENT = {  # noqa: RUF012 -- read only
        **{"ins": NIR, "kind": "INS-NIR", "birth_date": "12/03/1948"},
        **{"reason": "Elle est suivie chez nous depuis ce matin.", "understood": "y"},
    }

    @pytest.fixture
    def known(self, town: Town) -> UUID:
        return town.patient(ins=NIR, ins_kind=InsKind.NIR)

    def test_opens_her_for_thirty_days_with_a_reason(self, town: Town, known: UUID) -> None:
        ward = town.requester()
        assert ward.get(f"/patients/{known}").status_code == 404
        assert ward.get("/patients/identity/ins").status_code == 200
        assert ward.post("/patients/identity/ins", self.SENT).location == f"/patients/{known}"
        assert "Elle est suivie chez nous depuis ce matin." in words(town.orientation_nurse.get(f"/patients/{known}"))
        clock.advance(timedelta(days=31))
        assert ward.get(f"/patients/{known}").status_code == 404

    @pytest.mark.parametrize("wrong", [{"ins": ANOTHER}, {"kind": "INS-NIA"}, {"birth_date": "13/03/1948"}])
    def test_whatever_is_wrong_is_one_answer(self, town: Town, known: UUID, wrong: dict[str, str]) -> None:
        ward = town.requester()
        nobody = ward.post("/patients/identity/ins", {**self.SENT, "ins": "253072A07300443"})
        almost = ward.post("/patients/identity/ins", self.SENT | wrong)
        assert (nobody.status_code, almost.status_code) == (422, 422)
        for answer in (nobody, almost):
            assert "Aucun dossier ne s'ouvre ainsi" in words(answer) and "MARCHAND" not in answer.text
        missed = select(AuditEvent.actor_id).where(AuditEvent.event == "patient.missed")
        assert db.session.scalars(missed).all() == [ward.account_id] * 2

    def test_tries_are_counted_with_those_by_the_traits(self, town: Town, known: UUID) -> None:
        ward = town.requester()
        town.app.config["LIMITS_HOLD"] = True
        codes = [ward.post("/patients/identity/ins", self.SENT | {"ins": ANOTHER}).status_code for _ in range(11)]
        assert codes == [422] * 10 + [429]
        assert ward.post("/patients/identity", {}).status_code == 429


class TestANumberOfOnesOwnFiles:
    def test_is_shown_and_found_where_it_was_given_and_nowhere_else(self, town: Town, monique: UUID) -> None:
        nurse, ward = town.orientation_nurse, town.requester()
        assert nurse.post(f"/patients/{monique}/local-number", {"local_number": "800123456"}).status_code == 303
        with transaction():
            hold(monique, ward)
        assert "IPP 800123456" in words(nurse.get(f"/patients/{monique}"))
        assert "Monique MARCHAND" in searched(nurse, "800123456")
        assert "800123456" not in ward.get(f"/patients/{monique}").text
        assert "800123456" not in ward.get(f"/patients/{monique}/numbers").text
        assert "Monique MARCHAND" not in searched(ward, "800123456")
        assert corrections() == [], "others read what was corrected"
        trail = select(AuditEvent.actor_id).where(AuditEvent.event == "patient.local_number")
        assert db.session.scalars(trail).all() == [nurse.account_id]

    def test_is_one_person_s_there_and_another_s_elsewhere(self, town: Town, monique: UUID) -> None:
        nurse, ward, other = town.orientation_nurse, town.requester(), town.patient("Odile")
        with transaction():
            hold(other, ward)
        assert nurse.post(f"/patients/{monique}/local-number", {"local_number": "A-123"}).status_code == 303
        again = nurse.post(f"/patients/{other}/local-number", {"local_number": "a-123"})
        assert again.status_code == 422 and "déjà celui d'un autre patient" in words(again)
        assert ward.post(f"/patients/{other}/local-number", {"local_number": "A-123"}).status_code == 303
        assert "Odile MARCHAND" in searched(ward, "A-123") and "Odile" not in searched(nurse, "A-123")

    def test_is_changed_and_taken_away(self, town: Town, monique: UUID) -> None:
        nurse = town.orientation_nurse
        for number in ("123456", "654321", "654321", ""):
            nurse.post(f"/patients/{monique}/local-number", {"local_number": number})
        db.session.rollback()
        assert db.session.scalars(select(LocalNumber)).all() == []
        assert "Monique" not in searched(nurse, "654321")

    @pytest.mark.parametrize("number", ["12", "sans chiffre", "abc", "12 34 56"])
    def test_what_is_no_number(self, town: Town, monique: UUID, number: str) -> None:
        sent = {"local_number": number}
        assert town.orientation_nurse.post(f"/patients/{monique}/local-number", sent).status_code == 422

    def test_finds_the_record_that_was_kept_when_two_become_one(self, town: Town, monique: UUID) -> None:
        nurse, double = town.orientation_nurse, town.patient("Monik")
        nurse.post(f"/patients/{double}/local-number", {"local_number": "111222"})
        nurse.post(f"/patients/{monique}/local-number", {"local_number": "333444"})
        with transaction():
            merge(monique, double, by=town.coordinator.account_id, now=clock.now())
        for number in ("111222", "333444"):
            assert str(monique) in nurse.post("/requests/patients?pathway=home-care", {"q": number}).text

    def test_outlives_a_change_of_key(self, town: Town, monique: UUID) -> None:
        town.orientation_nurse.post(f"/patients/{monique}/local-number", {"local_number": "800123456"})
        with transaction():
            kept = db.session.scalars(select(LocalNumber)).one()
            right, kept.key = kept.key, 1
            db.session.execute(text("DELETE FROM patient_search_key"))
        assert sum(rehashing.rehash(10)) == 1
        db.session.rollback()
        assert db.session.scalars(select(LocalNumber.key)).one() == right


def hold(patient: UUID, ward: Person) -> None:
    """A relation of the ward's own."""
    place = ward.account.memberships[0].organization_id
    relate(patient, Holder(organization_id=place), Cause.ENTERED, by=ward.account_id, now=clock.now())
