"""What she says of herself, who stands in for her, and the services where she answers."""

from datetime import timedelta

import pytest

from app import clock
from app.accounts.models import Membership, Role
from app.core.db import db, transaction
from app.directory.models import PractitionerRole, Profession
from tests.factories.town import Nurse, Town, role_of
from tests.inbox.plans import shares_a_practice
from tests.inbox.screen import Screen
from tests.inbox.test_cards import read


def fresh(nurse: Nurse) -> PractitionerRole:
    db.session.rollback()
    return role_of(nurse)


class TestWhatSheDoes:
    def test_is_ticked_kept_and_unticked(self, nurse: Nurse) -> None:
        assert "Plaies et cicatrisation" in read(nurse, "/practice")
        assert "Lits de médecine" not in read(nurse, "/practice")
        said = {"skills": ["wounds", "arabic"], "inbox": nurse.practitioner_id}
        assert nurse.post("/practice/skills", said).location == "/practice"
        assert fresh(nurse).skills == ["arabic", "wounds"]
        assert nurse.get("/practice").text.count(" checked") == 2
        nurse.post("/practice/skills", {"inbox": nurse.practitioner_id})
        assert fresh(nurse).skills == []

    def test_is_a_skill_that_exists_of_a_role_that_is_hers(self, town: Town, nurse: Nurse) -> None:
        assert nurse.post("/practice/skills", {"skills": ["bed-surgery"]}).status_code == 422
        assert nurse.post("/practice/skills", {"skills": ["surgery"]}).status_code == 422
        other = town.nurse("Inès")
        assert nurse.post("/practice/skills", {"skills": ["wounds"], "inbox": other.practitioner_id}).status_code == 404
        assert (fresh(nurse).skills, fresh(other).skills) == ([], [])

    def test_a_ward_says_which_beds_it_has(self, town: Town) -> None:
        ward = town.service("Médecine", Profession.WARD)
        assert "Lits de médecine" in read(ward, "/practice")
        assert "Mon remplacement" not in read(ward, "/practice"), "a service is not replaced"
        ward.post("/practice/skills", {"skills": ["bed-medicine"], "inbox": ward.role_id})
        assert fresh(ward).skills == ["bed-medicine"]


class TestAReplacement:
    @pytest.fixture
    def hugo(self, town: Town, nurse: Nurse) -> Nurse:
        hugo = town.nurse("Hugo", km=2)
        shares_a_practice(nurse, hugo)
        return hugo

    def leaves(self, nurse: Nurse, hugo: Nurse, until: str = "2026-12-06") -> int:
        return nurse.post("/practice/replacement", {"colleague": hugo.role_id, "until": until}).status_code

    def test_is_shown_while_it_lasts_and_asked_in_her_place(self, town: Town, nurse: Nurse, hugo: Nurse) -> None:
        assert "Hugo Dupré" in read(nurse, "/practice")
        assert self.leaves(nurse, hugo) == 303
        for page in ("/inbox", "/practice"):
            assert "Hugo Dupré vous remplace jusqu'au dimanche 6 décembre compris." in read(nurse, page)
        town.asks(patient=town.patient(usual=[nurse]))
        town.time_passes(seconds=1)
        assert (nurse.offer(), hugo.offer().usual) == (None, True)
        clock.advance(timedelta(days=12, hours=13, minutes=58))  # the evening of the sixth
        assert "vous remplace jusqu'à aujourd'hui compris" in read(nurse)
        clock.advance(timedelta(hours=1))
        assert "vous remplace" not in read(nurse)

    def test_ends_with_one_tap(self, nurse: Nurse, hugo: Nurse) -> None:
        self.leaves(nurse, hugo)
        assert nurse.post("/practice/return", {"from": "inbox"}).location == "/inbox"
        assert fresh(nurse).replacement_id is None
        assert "vous remplace" not in read(nurse)

    @pytest.mark.parametrize(
        ("until", "words"),
        [
            ("2026-11-23", "déjà passée"),
            ("2028-01-01", "Un an au plus"),
            ("", "Choisissez une date"),
            ("demain", "Écrivez une date"),
        ],
    )
    def test_has_a_day_on_which_it_ends(self, nurse: Nurse, hugo: Nurse, until: str, words: str) -> None:
        answer = nurse.post("/practice/replacement", {"colleague": hugo.role_id, "until": until})
        assert answer.status_code == 422
        assert words in Screen(answer).text
        assert Screen(answer).values["until"] == until
        assert fresh(nurse).replacement_id is None

    def test_is_somebody_of_her_practice(self, town: Town, nurse: Nurse, hugo: Nurse) -> None:
        assert self.leaves(nurse, town.nurse("Inès")) == 422
        assert fresh(nurse).replacement_id is None

    def test_alone_in_her_practice_she_reads_why_nobody_is_offered(self, nurse: Nurse) -> None:
        assert "Personne d'autre de votre profession" in read(nurse, "/practice")
        assert (
            nurse.post("/practice/replacement", {"colleague": nurse.role_id, "until": "2026-12-06"}).status_code == 422
        )


class TestSeveralInboxes:
    @pytest.fixture
    def maternity(self, town: Town) -> Nurse:
        return town.service("Maternité des Coquelicots", Profession.MATERNITY)

    @pytest.fixture
    def midwife(self, town: Town, maternity: Nurse) -> Nurse:
        """Has patients of her own, and answers for the maternity."""
        midwife = town.professional("Julie", Profession.MIDWIFE)
        with transaction():
            place = db.session.get_one(PractitionerRole, maternity.role_id).organization_id
            member = Membership(account_id=midwife.account_id, organization_id=place, role=Role.PRACTITIONER)
            db.session.add(member)
        return midwife

    def test_each_stands_under_its_name(self, town: Town, maternity: Nurse, midwife: Nurse) -> None:
        town.asks("maternity-registration", chosen_role_id=maternity.role_id, window="month")
        town.asks("maternity-return-home", window="two-days")
        town.time_passes(seconds=1)
        page = Screen(midwife.get("/inbox"))
        assert len(page.offers) == 2
        assert page.is_sound()
        assert page.text.index("Julie Dupré") < page.text.index("Maternité des Coquelicots")
        assert "<h2>" not in maternity.get("/inbox").text, "with one inbox there is nothing to tell apart"
        assert maternity.accepts() == 200
        assert "MARCHAND" in midwife.get("/visits").text, "it is hers as well"

    def test_each_has_its_switch(self, town: Town, maternity: Nurse, midwife: Nurse) -> None:
        assert midwife.get("/inbox").text.count('role="switch" aria-checked="true"') == 2
        midwife.post("/inbox/availability", {"inbox": maternity.role_id, "accepting": "no"}, htmx=True)
        assert (fresh(maternity).accepting, fresh(midwife).accepting) == (False, True)
        elsewhere = town.service("Maternité des Tilleuls", Profession.MATERNITY)
        answer = midwife.post("/inbox/availability", {"inbox": elsewhere.role_id, "accepting": "no"})
        assert answer.status_code == 404
        assert fresh(elsewhere).accepting is True
