"""What a card says before anyone accepts: enough to decide, and nobody's name."""

from app.directory.models import Profession
from app.inbox.queries import FREE
from tests.factories.town import Nurse, Town
from tests.inbox.plans import asked_for_ten_days, shares_a_practice
from tests.inbox.screen import Screen
from tests.inbox.test_answers import url

SECRETS = ("MARCHAND", "Monique", "Tilleuls", "39980100")


def read(nurse: Nurse, path: str = "/inbox") -> str:
    screen = Screen(nurse.get(path))
    assert screen.is_sound()
    return screen.text.replace("\xa0", " ")


def test_the_card_says_what_may_be_shown_and_names_nobody(town: Town) -> None:
    doctor = town.doctor("Marc")
    town.asks("ed-reorientation", answers={"alarm": "no", "vitals": "normal", "autonomy": "helped"})
    town.time_passes(seconds=1)
    for path in ("/inbox", url(doctor)):
        text = read(doctor, path)
        assert "Comment le patient se déplace-t-il" in text
        assert "Accompagné" in text
        assert "Constantes" not in text, "a measure of the patient is for who accepts"
        assert not any(secret in text for secret in SECRETS)
    assert doctor.accepts() == 200
    assert "Constantes" in read(doctor, url(doctor))


def test_an_answer_that_is_no_option_is_never_shown(town: Town) -> None:
    doctor = town.doctor("Marc")
    town.asks("ed-reorientation", answers={"autonomy": "Mme Marchand, 12 allée des Tilleuls"})
    town.time_passes(seconds=1)
    assert not any(secret in Screen(doctor.get("/inbox")).html for secret in SECRETS)


def test_how_often_stands_in_words(town: Town, nurse: Nurse) -> None:
    asked_for_ten_days(town)
    assert "20 passages, chaque jour, matin et soir, jusqu'au 4 décembre" in read(nurse)


def test_what_is_urgent_says_so_and_what_is_not_does_not(town: Town, nurse: Nurse) -> None:
    ward = town.service("Médecine à côté", Profession.WARD)
    town.asks("bed-request", reason="medicine", window="at-once", answers={"duration": "night", "isolation": "air"})
    town.asks()
    town.time_passes(seconds=1)
    assert "Urgent" in read(ward)
    assert "Une nuit" in read(ward)
    assert "Isolement Air" in read(ward)
    assert "Urgent" not in read(nurse)


def test_what_is_urgent_comes_before_what_was_asked_earlier(town: Town) -> None:
    ward = town.service("Médecine à côté", Profession.WARD)
    answers = {"duration": "night", "isolation": "air"}
    town.asks("bed-request", reason="rehabilitation", window="today", answers=answers)
    town.time_passes(minutes=1)
    earlier = ward.offer().id
    town.asks("bed-request", reason="medicine", window="at-once", answers=answers)
    town.time_passes(seconds=1)
    shown = Screen(ward.get("/inbox")).offers
    assert len(shown) == 2
    assert shown[1] == str(earlier)


def test_why_she_was_asked_is_for_the_coordinator(town: Town, nurse: Nurse) -> None:
    town.asks()
    town.time_passes(seconds=1)
    assert "alerte" in nurse.offer().rank_line
    for path in ("/inbox", url(nurse)):
        assert "alerte depuis" not in read(nurse, path)


def test_the_chosen_maternity_knows_whom_before_it_answers(town: Town) -> None:
    midwife = town.professional("Julie", Profession.MIDWIFE)
    chosen = town.service("Maternité des Coquelicots", Profession.MATERNITY)
    answers = {"due-date": "2027-05-14", "first": "yes", "risk": ["twins", "diabetes"]}
    town.asks("maternity-registration", by=midwife, chosen_role_id=chosen.role_id, window="month", answers=answers)
    town.time_passes(seconds=1)
    listed, opened = read(chosen), read(chosen, url(chosen))
    assert "La patiente vous a choisis" in listed
    assert "MARCHAND" not in listed
    assert "14 mai 2027" not in listed
    assert "Grossesse multiple, Diabète" in listed
    assert "Monique MARCHAND" in opened
    assert "14 mai 2027" in opened


def test_a_bed_for_nobody_is_asked_for_without_a_patient(town: Town) -> None:
    from app import clock
    from app.care_requests.opening import open_request
    from app.core.db import transaction

    ward = town.service("Médecine à côté", Profession.WARD)
    with transaction():
        open_request(
            town.need("staff", "nurse", "today"),
            None,
            organization_id=town.emergency_id,
            by=town.orientation_nurse.account,
            now=clock.now(),
        )
    town.time_passes(seconds=1)
    assert "Renfort infirmier" in read(ward)
    assert ward.accepts() == 200
    assert "Sans patient" not in read(ward, url(ward))


def test_passed_on_by_a_colleague(town: Town, nurse: Nurse) -> None:
    hugo = town.nurse("Hugo", km=60)
    shares_a_practice(nurse, hugo)
    town.asks()
    town.time_passes(seconds=1)
    nurse.post(f"{url(nurse)}/relay", {"colleague": hugo.role_id})
    assert "Proposée par Claire Dupré" in read(hugo)
    assert "Proposée par Claire Dupré" in read(hugo, url(hugo))


class TestTooLateButNobodyHasIt:
    def test_whoever_can_after_all_is_welcome(self, town: Town, nurse: Nurse) -> None:
        request_id = town.asks()
        town.time_passes(seconds=1)
        town.time_passes(hours=3)
        assert town.request(request_id).state in FREE
        assert "Encore à prendre" in read(nurse)
        assert Screen(nurse.get("/inbox")).offers == [], "nothing awaits her"
        late = read(nurse, url(nurse))
        assert "Le délai est passé, mais personne ne l'a prise" in late
        assert "Accepter" in late
        assert not any(secret in late for secret in SECRETS)
        assert nurse.accepts() == 200
        assert "Demande acceptée" in read(nurse, url(nurse))

    def test_but_not_once_somebody_has_it(self, town: Town, nurse: Nurse) -> None:
        hugo = town.nurse("Hugo", km=2)
        town.asks()
        town.time_passes(seconds=1)
        town.time_passes(hours=3)
        assert hugo.accepts() == 200
        assert "Accepter" not in read(nurse, url(nurse))
        assert "encore libres" not in read(nurse)
        assert nurse.accepts() == 409
