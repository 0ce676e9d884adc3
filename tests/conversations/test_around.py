"""What those who care for a person say among themselves, without a request: who reads it, and when it ends."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Role
from app.circles.actions import end_usual
from app.circles.models import CareTeamMember
from app.consents.agreements import CIRCLE, SHARING, agree, consents_of, withdraw
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.conversations.actions import APART, say_around
from app.conversations.models import Line
from app.core.db import db, transaction
from app.directory.models import Profession
from app.live.rights import allowed
from app.patients.models import Cause
from app.patients.relations import Holder, relate
from app.stays.queries import has_died
from tests.desk.screen import document as file
from tests.desk.screen import words
from tests.factories import files
from tests.factories.town import Nurse, Person, Town


@pytest.fixture
def nurse(town: Town) -> Nurse:
    return town.nurse("Maya")


@pytest.fixture
def doctor(town: Town) -> Nurse:
    return town.doctor("Marc")


@pytest.fixture
def patient(town: Town, nurse: Nurse, doctor: Nurse) -> UUID:
    made = town.patient("Odile", usual=[nurse, doctor])
    with transaction():
        agree(made, CIRCLE, how="spoken", by=nurse.account_id, now=clock.now())
    return made


def says(who: Person, patient: UUID, text: str, **more: object) -> int:
    return who.post(f"/patients/{patient}/conversation/lines", {"text": text, **more}, htmx=True).status_code


def reads(who: Person, patient: UUID) -> bool:
    return who.get(f"/patients/{patient}/conversation").status_code == 200


def test_from_her_page_the_nurse_writes_and_the_doctor_reads(
    town: Town, nurse: Nurse, doctor: Nurse, patient: UUID
) -> None:
    assert "Messages entre soignants" in words(nurse.get(f"/patients/{patient}"))
    assert "Rien n'a encore été dit" in words(nurse.get(f"/patients/{patient}/conversation"))
    assert says(nurse, patient, "Elle mange moins depuis lundi.", key="one") == 200
    assert says(nurse, patient, "Elle mange moins depuis lundi.", key="one") == 200
    assert db.session.scalar(select(func.count()).select_from(Line)) == 1
    town.time_passes(seconds=5)
    assert [notice["notification"]["title"] for notice in doctor.notices()] == ["Nouveau message entre soignants"]  # type: ignore[index]
    for secret in ("mange", "Odile", "Marchand"):
        assert secret not in str(doctor.notices())
    assert "mange moins" in words(doctor.get(f"/patients/{patient}/conversation"))
    assert doctor.post(f"/patients/{patient}/conversation/sighting").status_code == 204
    assert "Vu par Marc Dupré" in words(nurse.get(f"/patients/{patient}/conversation"))
    assert says(doctor, patient, "Je passe demain.") == 200
    assert "Cabinet Marc" in words(nurse.get(f"/patients/{patient}/conversation"))


def test_it_rings_once_in_ten_minutes(town: Town, nurse: Nurse, doctor: Nurse, patient: UUID) -> None:
    for n in range(3):
        assert says(nurse, patient, f"Ligne {n}") == 200
        town.time_passes(seconds=30)
    assert len(doctor.notices()) == 1
    town.time_passes(seconds=APART.total_seconds())
    assert len(doctor.notices()) == 2


def ends_in_the_circle(town: Town, nurse: Nurse, patient: UUID) -> None:
    member = db.session.scalar(select(CareTeamMember).where(CareTeamMember.practitioner_id == nurse.practitioner_id))
    assert member is not None
    end_usual(member, by=town.orientation_nurse.account_id, now=clock.now())


def refuses_her(town: Town, nurse: Nurse, patient: UUID) -> None:
    whom = Whom(Refusing.SOMEBODY, account_id=nurse.account_id)
    object_to(patient, whom, how="spoken", by=town.orientation_nurse.account_id, now=clock.now())


def keeps_the_team_apart(town: Town, nurse: Nurse, patient: UUID) -> None:
    object_to(patient, Whom(Refusing.TEAM), how="spoken", by=town.orientation_nurse.account_id, now=clock.now())


def takes_her_agreement_back(town: Town, nurse: Nurse, patient: UUID) -> None:
    for each in consents_of(patient):
        withdraw(each, how="spoken", by=town.orientation_nurse.account_id, now=clock.now())


@pytest.mark.parametrize("ended", [ends_in_the_circle, refuses_her, keeps_the_team_apart, takes_her_agreement_back])
def test_she_reads_no_more_at_once(
    town: Town, nurse: Nurse, patient: UUID, ended: Callable[[Town, Nurse, UUID], None]
) -> None:
    assert says(nurse, patient, "Bonjour", document=file(files.photo(), "plaie.jpg")) == 200
    page = nurse.get(f"/patients/{patient}/conversation").text
    picture = page.split('src="/documents/')[1].split('"')[0]
    assert nurse.get(f"/documents/{picture}").status_code == 200
    with transaction():
        ended(town, nurse, patient)
    assert not reads(nurse, patient)
    assert says(nurse, patient, "Encore") == 404
    assert nurse.get(f"/documents/{picture}").status_code == 404
    topic = f"conversation-{patient}"
    assert allowed(nurse.account, [topic]) == []
    with transaction():
        assert say_around(patient, "Encore", by=nurse.account, now=clock.now()) is None


def test_who_has_no_part_in_her_care_reads_nothing(town: Town, patient: UUID) -> None:
    assert not reads(town.orientation_nurse, patient), "she wrote her down, and no more"
    assert not reads(town.requester(), patient)
    assert not reads(town.nurse("Inès"), patient)


def test_who_asked_or_took_care_of_her_reads_too(town: Town, nurse: Nurse, patient: UUID) -> None:
    town.asks(patient=patient)
    town.time_passes(seconds=1)
    assert nurse.accepts() == 200
    assert reads(town.orientation_nurse, patient)
    assert says(town.orientation_nurse, patient, "Elle sort jeudi.") == 200
    town.time_passes(seconds=5)
    assert any("entre soignants" in str(notice) for notice in nurse.notices())


def test_who_helps_at_home_reads_nothing_of_it(town: Town, patient: UUID) -> None:
    """Check 35 of FACTS_COORDINATION."""
    helper = town.service("Aide du canal", Profession.HOME_HELP)
    with transaction():
        place = helper.account.organizations(Role.PRACTITIONER)[0]
        relate(patient, Holder(organization_id=place), Cause.ACCEPTANCE, by=None, now=clock.now())
    assert not reads(helper, patient)
    assert "Messages entre soignants" not in words(helper.get(f"/patients/{patient}"))


def test_without_her_agreement_there_is_no_thread(town: Town, nurse: Nurse) -> None:
    alone = town.patient("Lucie", usual=[nurse])
    assert not reads(nurse, alone)
    with transaction():
        agree(alone, SHARING, how="spoken", by=nurse.account_id, now=clock.now())
    assert reads(nurse, alone)


def test_after_her_death_it_is_read_and_not_written(town: Town, nurse: Nurse, doctor: Nurse, patient: UUID) -> None:
    assert says(nurse, patient, "Elle mange moins.") == 200
    today = clock.paris(clock.now()).date()
    sent = doctor.post(f"/patients/{patient}/death", {"on": f"{today:%d/%m/%Y}"})
    assert sent.status_code == 303, words(sent)
    db.session.rollback()
    assert has_died(patient)
    assert says(nurse, patient, "Encore") == 409
    assert "mange moins" in words(nurse.get(f"/patients/{patient}/conversation"))


@pytest.mark.parametrize("text", ["", "x" * 1001])
def test_what_is_wrong_is_said_and_kept(nurse: Nurse, patient: UUID, text: str) -> None:
    assert says(nurse, patient, text) == 422
