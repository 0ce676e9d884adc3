"""After the yes people talk: ward and nurse, in one thread, until the care is over and its outcome came back."""

import logging
from datetime import time
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app import clock
from app.care_requests.models import CareRequest, InformationCopy, State
from app.circles import actions as circles
from app.circles.models import CareTeamMember
from app.conversations.models import Line
from app.core.db import db, transaction
from app.directory.models import Profession
from app.live.models import Topic
from app.messages.actions import set_wishes
from app.messages.models import Alert
from app.messages.rules import Wishes
from app.push.models import Message
from tests.desk.screen import document as file
from tests.factories import files
from tests.factories.town import Nurse, Person, Town
from tests.inbox.screen import Screen
from tests.messages.whole_house import phone_confirms as confirms

CANARY = "coquelicot"


def taken(town: Town, nurse: Nurse, **asked: object) -> UUID:
    request = town.asks(**asked)  # type: ignore[arg-type]
    town.time_passes(seconds=1)
    assert nurse.accepts() == 200
    return request


def says(who: Person, request: UUID, text: str, **more: object) -> int:
    return who.post(f"/conversations/{request}/lines", {"text": text, **more}, htmx=True).status_code


def reads(who: Person, request: UUID) -> str:
    return Screen(who.get(f"/conversations/{request}")).text


def sees(who: Person, request: UUID) -> int:
    return who.post(f"/conversations/{request}/sighting").status_code


def may_read(who: Person, request: UUID) -> bool:
    return who.get(f"/conversations/{request}").status_code == 200


def begins(nurse: Nurse) -> str:
    offer = nurse.offer()
    assert offer is not None
    nurse.post(f"/offers/{offer.id}/appointment", {"slot": "2026-11-24T13:00:00+00:00", "mode": "home"})
    assert nurse.post(f"/offers/{offer.id}/start", htmx=True).status_code == 200
    return f"/offers/{offer.id}"


def lines() -> list[Line]:
    db.session.rollback()
    return list(db.session.scalars(select(Line).order_by(Line.id)))


def test_the_ward_and_the_nurse_talk(town: Town) -> None:
    maya, nadia = town.nurse("Maya"), town.orientation_nurse
    request = taken(town, maya)
    assert "Rien n'a encore été dit" in Screen(nadia.get(f"/requests/{request}")).text
    assert says(nadia, request, "La porte cochère ferme à 18 h.") == 200
    assert "La porte cochère" in maya.get(f"/offers/{maya.offer().id}").text
    assert says(maya, request, "Merci, je passe à 16 h.") == 200
    page = Screen(nadia.get(f"/requests/{request}")).text
    assert "Maya Dupré · Cabinet Maya" in page
    assert "je passe à 16 h" in page


def test_each_reads_how_far_it_came(town: Town) -> None:
    maya, nadia = town.nurse("Maya"), town.orientation_nurse
    request = taken(town, maya)
    says(nadia, request, "Allergie au sparadrap.")
    assert "Envoyé" in reads(nadia, request)
    town.time_passes(seconds=1)
    told = maya.notices()[-1]["notification"]
    assert told["title"] == "Nouveau message sur une demande"
    confirms(maya)
    assert "Reçu" in reads(nadia, request)
    assert sees(maya, request) == 204
    assert "Vu par Maya Dupré" in reads(nadia, request)
    assert "Vu par" not in reads(maya, request), "only who wrote reads it"


def test_ten_lines_are_one_push_and_what_comes_later_rings_again(town: Town) -> None:
    maya, nadia = town.nurse("Maya"), town.orientation_nurse
    request = taken(town, maya)
    town.time_passes(seconds=1)
    before = len(maya.notices())
    for number in range(10):
        says(nadia, request, f"Ligne {number}")
        town.time_passes(seconds=5)
    assert len(maya.notices()) == before + 1
    town.time_passes(minutes=10)
    assert len(maya.notices()) == before + 2, "nine lines that she has not seen"
    says(nadia, request, "Et ceci")
    assert sees(maya, request) == 204
    town.time_passes(minutes=10)
    assert len(maya.notices()) == before + 2, "she has seen it meanwhile"


def test_quiet_hours_are_kept(town: Town) -> None:
    maya, nadia = town.nurse("Maya"), town.orientation_nurse
    request = taken(town, maya)
    town.time_passes(seconds=1)
    with transaction():
        set_wishes(maya.account_id, Wishes(quiet=True, quiet_from=time(9), quiet_until=time(14)), clock.now())
    before = len(maya.notices())
    says(nadia, request, "Pour demain, prenez des compresses.")
    town.time_passes(minutes=5)
    assert len(maya.notices()) == before
    town.time_passes(hours=4)
    assert len(maya.notices()) == before + 1


def test_a_touch_counts_once(town: Town) -> None:
    maya = town.nurse("Maya")
    request = taken(town, maya)
    for _ in range(2):
        assert says(maya, request, "Je suis devant la porte.", key="touch-1") == 200
    assert len(lines()) == 1
    assert says(maya, request, "   ") == 422
    assert "Écrivez un message" in maya.post(f"/conversations/{request}/lines", {"text": " "}).text


def test_without_scripts_it_is_a_form_like_others(town: Town) -> None:
    maya, nadia = town.nurse("Maya"), town.orientation_nurse
    request = taken(town, maya)
    sent = nadia.post(f"/conversations/{request}/lines", {"text": "Bonjour", "back": f"/requests/{request}"})
    assert sent.status_code == 303
    page = nadia.get(sent.headers["Location"])
    assert f'href="/requests/{request}"' in page.text
    assert "Bonjour" in page.text


def test_a_photo_is_opened_by_those_who_read_the_line(town: Town) -> None:
    maya, ines, nadia = town.nurse("Maya"), town.nurse("Inès", km=2), town.orientation_nurse
    request = taken(town, maya)
    photo = {"text": "", "document": file(files.photo(), "plaie.jpg"), "document_type": "wound-photo"}
    assert nadia.post(f"/conversations/{request}/lines", photo).status_code == 303
    page = maya.get(f"/offers/{maya.offer().id}").text
    picture = page.split('src="/documents/')[1].split('"')[0]
    assert maya.get(f"/documents/{picture}").status_code == 200
    assert nadia.get(f"/documents/{picture}").status_code == 200
    for foreign in (ines, town.requester(), town.coordinator):
        assert foreign.get(f"/documents/{picture}").status_code == 404
    maya.post(f"/offers/{maya.offer().id}/withdrawal")
    assert maya.get(f"/documents/{picture}").status_code == 404


def test_colleagues_of_the_ward_read_and_strangers_do_not(town: Town) -> None:
    maya, ines = town.nurse("Maya"), town.nurse("Inès", km=2)
    colleague = town._person("Rose", "Martin", town.orientation_nurse.account.memberships[0].role, town.emergency_id)
    request = taken(town, maya)
    assert [may_read(each, request) for each in (town.orientation_nurse, colleague, maya)] == [True] * 3
    for foreign in (ines, town.requester(), town.coordinator):
        assert not may_read(foreign, request)
        assert says(foreign, request, "Et moi ?") == 404
        assert sees(foreign, request) == 404
    assert says(colleague, request, "Je prends la suite de Nadia.") == 200
    assert says(maya, request, "Bien noté.") == 200
    told = {row.account_id for row in db.session.execute(select(Alert.account_id).where(Alert.step == "line"))}
    assert told == {maya.account_id, colleague.account_id, town.orientation_nurse.account_id}


def test_nothing_is_said_before_yes(town: Town) -> None:
    maya = town.nurse("Maya")
    request = town.asks()
    town.time_passes(seconds=1)
    assert not may_read(maya, request)
    assert says(town.orientation_nurse, request, "Bonjour") == 409
    assert lines() == []


def test_giving_it_back_ends_it_and_who_comes_next_reads_on(town: Town) -> None:
    maya, ines, nadia = town.nurse("Maya", km=1), town.nurse("Inès", km=2), town.orientation_nurse
    request = taken(town, maya)
    says(nadia, request, "Le code est au dos de la carte.")
    maya.post(f"/offers/{maya.offer().id}/withdrawal")
    assert not may_read(maya, request)
    assert says(maya, request, "Encore un mot") == 404
    assert may_read(nadia, request)
    town.time_passes(seconds=1)
    assert ines.accepts() == 200
    assert "au dos de la carte" in reads(ines, request)


def test_the_outcome_comes_back_and_the_thread_is_closed_with_the_care(town: Town) -> None:
    maya, nadia = town.nurse("Maya"), town.orientation_nurse
    request = taken(town, maya)
    offer = begins(maya)
    said = {"done": "Pansement refait, plaie propre.", "advice": "Revoir dans 48 h.", "key": "end-1"}
    for _ in range(2):
        assert maya.post(f"{offer}/end", said, htmx=True).status_code == 200
    assert len(lines()) == 1
    assert town.request(request).state is State.DONE
    page = Screen(nadia.get(f"/requests/{request}")).text
    assert "Pansement refait, plaie propre." in page
    assert "Revoir dans 48 h." in page
    assert "Compte rendu reçu" in page
    assert says(nadia, request, "Merci") == 409
    assert says(maya, request, "De rien") == 409
    assert may_read(maya, request)
    patient = town.request(request).patient_id
    assert "Revoir dans 48 h." in Screen(nadia.get(f"/patients/{patient}")).text


def test_lists_say_where_there_is_something_to_read(town: Town) -> None:
    maya, nadia = town.nurse("Maya"), town.orientation_nurse
    request = taken(town, maya)
    assert "Nouveau message" not in nadia.get("/requests").text
    says(maya, request, "La sonnette ne marche pas.")
    assert "Nouveau message" in nadia.get("/requests").text
    assert "Nouveau message" not in maya.get("/visits").text
    sees(nadia, request)
    assert "Nouveau message" not in nadia.get("/requests").text
    town.time_passes(seconds=1)
    says(nadia, request, "Frappez au carreau.")
    assert "Nouveau message" in maya.get("/visits").text
    offer = begins(maya)
    town.time_passes(seconds=1)
    maya.post(f"{offer}/end", {"done": "Fait."}, htmx=True)
    page = nadia.get("/requests").text
    assert "Nouveau message" in page, "the care is over, and its outcome not read"
    assert f"/requests/{request}" in page
    sees(nadia, request)
    assert f"/requests/{request}" not in nadia.get("/requests").text


def test_the_outcome_may_come_later(town: Town) -> None:
    maya, nadia = town.nurse("Maya"), town.orientation_nurse
    request = taken(town, maya)
    offer = begins(maya)
    assert maya.post(f"{offer}/end", htmx=True).status_code == 200
    assert lines() == []
    assert maya.post(f"{offer}/outcome", {}, htmx=True).status_code == 422
    assert maya.post(f"{offer}/outcome", {"done": "Tout va bien."}, htmx=True).status_code == 200
    assert "Tout va bien." in Screen(nadia.get(f"/requests/{request}")).text
    town.time_passes(seconds=1)


def test_the_usual_doctor_reads_the_outcome_where_the_pathway_says_so(town: Town) -> None:
    maya, gp, other = town.nurse("Maya"), town.doctor("Gilles"), town.doctor("Odile", km=2)
    patient = town.patient(usual=[gp])
    request = taken(town, maya, patient=patient)
    assert may_read(gp, request), "she was told of it"
    assert not may_read(other, request)
    assert says(gp, request, "Elle est sous anticoagulant.") == 200
    offer = begins(maya)
    maya.post(f"{offer}/end", {"done": "Pansement refait.", "advice": "Surveiller l'INR."}, htmx=True)
    town.time_passes(seconds=1)
    on = db.session.scalars(select(InformationCopy.on).where(InformationCopy.request_id == request)).all()
    assert on == ["accept", "outcome"]
    assert f"/conversations/{request}" in gp.get("/inbox/copies").text
    assert "Surveiller l'INR." in reads(gp, request)
    member = db.session.scalars(select(CareTeamMember).where(CareTeamMember.patient_id == patient)).all()
    doctor = next(each for each in member if each.profession is Profession.DOCTOR)
    with transaction():
        circles.end_usual(doctor, by=None, now=clock.now())
    assert not may_read(gp, request), "she cares for her no more"


def test_nothing_of_a_line_leaves_the_thread(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    maya, nadia = town.nurse("Maya"), town.orientation_nurse
    without_phone = town.nurse("Sans", km=2, phone=False)
    with caplog.at_level(logging.DEBUG):
        request = taken(town, maya)
        says(nadia, request, f"Elle s'appelle {CANARY}.")
        says(maya, request, f"Vu, {CANARY}.")
        offer = begins(maya)
        maya.post(f"{offer}/end", {"done": CANARY, "advice": CANARY}, htmx=True)
        town.time_passes(minutes=20)
    assert without_phone.offer() is not None
    db.session.rollback()
    kept = [str(message.payload) for message in db.session.scalars(select(Message))]
    kept += [str(alert.notice) for alert in db.session.scalars(select(Alert))]
    kept += [topic.name for topic in db.session.scalars(select(Topic))]
    kept += [str(notice) for notice in maya.notices()]
    kept += [record.getMessage() for record in caplog.records]
    sealed = [str(row) for row in db.session.execute(text("SELECT text, advice FROM conversation_line"))]
    assert len(sealed) == 3
    assert not [each for each in kept + sealed if CANARY in each]
    assert db.session.get(CareRequest, request) is not None
