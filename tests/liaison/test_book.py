"""The liaison book: a note at the bedside, who reads it, who was told, and what becomes of it."""

from datetime import time, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Role
from app.audit.models import AuditEvent
from app.circles import actions as circles
from app.circles.models import CareTeamMember
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, transaction
from app.directory.models import Profession
from app.documents.models import Document
from app.drafts.models import Draft
from app.liaison.models import Note, SafetyNote
from app.messages.actions import set_wishes
from app.messages.rules import Wishes
from app.patients.models import Cause
from app.patients.relations import Holder, relate
from app.stays import actions as stays
from tests.desk.screen import document as file
from tests.desk.screen import words
from tests.factories import files
from tests.factories.town import Nurse, Person, Service, Town
from tests.passages.care import TEN_DAYS


@pytest.fixture
def maya(town: Town) -> Nurse:
    return town.nurse("Maya")


@pytest.fixture
def doctor(town: Town) -> Nurse:
    return town.doctor("Anne")


@pytest.fixture
def odile(town: Town, maya: Nurse, doctor: Nurse) -> UUID:
    """Maya and Anne usually care for her."""
    return town.patient("Odile", usual=[maya, doctor])


def writes(who: Person, patient: UUID, text: str, **more: Any) -> int:
    form = {"text": text, "type": "observation", "visibility": "circle", **more}
    return who.post(f"/patients/{patient}/liaison", form).status_code


def reads(who: Person, patient: UUID, **asked: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return words(who.get(f"/patients/{patient}/liaison?{query}"))


def notes() -> list[Note]:
    db.session.rollback()
    return list(db.session.scalars(select(Note).order_by(Note.id)))


def last() -> UUID:
    return notes()[-1].id


def sees(who: Person, patient: UUID, note: UUID) -> int:
    return who.post(f"/patients/{patient}/liaison/{note}/sighting").status_code


def told(nurse: Nurse) -> list[str]:
    return [str(each["notification"]["title"]) for each in nurse.notices()]  # type: ignore[index]


def helper_of(town: Town, patient: UUID) -> Service:
    helper = town.service("Aide à domicile du Parc", Profession.HOME_HELP)
    with transaction():
        place = helper.account.organizations()[0]
        relate(patient, Holder(organization_id=place), Cause.ACCEPTANCE, by=helper.account_id, now=clock.now())
    return helper


def test_two_taps_and_the_circle_reads_it(town: Town, maya: Nurse, doctor: Nurse, odile: UUID) -> None:
    assert "Le cahier est vide" in reads(maya, odile)
    form = maya.get(f"/patients/{odile}/liaison/new").text
    assert "autofocus" in form.split('name="text"')[1].split(">")[0]
    assert 'checked class="tile__input" id="type-0"' in form, "an observation unless she says otherwise"
    assert writes(maya, odile, "Cheville enflée depuis hier.") == 303
    page = reads(doctor, odile)
    assert "À lire" in page
    assert "aujourd'hui à" in page, "what is not read may be of another day, and says which"
    assert "Cheville enflée depuis hier." in page
    assert "Maya Dupré · Cabinet Maya" in page
    assert reads(town.requester(), odile).startswith("Page introuvable")
    assert "À lire" not in reads(maya, odile), "her own note is not news to her"


def test_each_of_the_five_kinds_and_the_list_of_one_alone(maya: Nurse, doctor: Nurse, odile: UUID) -> None:
    for kind in ("observation", "intervention", "instruction", "advice", "general"):
        assert writes(maya, odile, f"Texte {kind}", type=kind) == 303
    page = reads(doctor, odile)
    for word in ("Observation", "Intervention", "Consigne", "Avis demandé", "Information"):
        assert word in page
    alone = reads(doctor, odile, type="instruction")
    assert "Texte instruction" in alone
    assert "Texte observation" not in alone
    assert writes(maya, odile, "?", type="poem") == 422


def test_the_same_touch_never_makes_two_notes_and_late_ones_say_when(maya: Nurse, odile: UUID) -> None:
    for _ in range(2):
        assert writes(maya, odile, "Pansement refait.", key="k1", waited="2400") == 303
    assert len(notes()) == 1
    assert notes()[0].at - notes()[0].written_at == timedelta(minutes=40)
    assert "arrivée plus tard faute de réseau" in reads(maya, odile)
    assert writes(maya, odile, "Autre.", key="k2", waited="-5") == 303
    assert writes(maya, odile, "Autre.", key="k3", waited="99999999") == 303
    assert [each.written_at for each in notes()[1:]] == [each.at for each in notes()[1:]]


def test_nothing_or_too_much_is_said_beside_the_field(maya: Nurse, odile: UUID) -> None:
    empty = maya.post(f"/patients/{odile}/liaison", {"type": "observation", "visibility": "circle"})
    assert empty.status_code == 422
    assert "Écrivez ou dictez la note" in words(empty)
    long = maya.post(f"/patients/{odile}/liaison", {"text": "a" * 2001, "type": "instruction", "visibility": "circle"})
    assert long.status_code == 422
    assert "a" * 2001 in long.text, "nothing typed is lost"
    assert 'value="instruction"' in long.text.split(" checked ")[1][:200]
    assert notes() == []


def test_a_photo_is_made_anew_and_opened_by_who_reads_the_note(
    town: Town, maya: Nurse, doctor: Nurse, odile: UUID
) -> None:
    sent = {"document": file(files.photo(), "plaie.jpg"), "text": "", "type": "observation", "visibility": "health"}
    assert maya.post(f"/patients/{odile}/liaison", sent).status_code == 303
    photo = db.session.scalars(select(Document.id)).one()
    assert doctor.get(f"/documents/{photo}").status_code == 200
    assert town.requester().get(f"/documents/{photo}").status_code == 404
    assert helper_of(town, odile).get(f"/documents/{photo}").status_code == 404
    assert maya.post(f"/patients/{odile}/liaison/{last()}/withdrawal").status_code == 303
    assert doctor.get(f"/documents/{photo}").status_code == 404, "it went with its note"


def test_urgent_rings_at_once_whatever_the_hours_and_says_nothing_of_it(
    town: Town, maya: Nurse, doctor: Nurse, odile: UUID
) -> None:
    with transaction():
        set_wishes(doctor.account_id, Wishes(quiet=True, quiet_from=time(0), quiet_until=time(23, 59)), clock.now())
    writes(maya, odile, "Saturation à 84.", urgent="y")
    town.time_passes(seconds=1)
    assert told(doctor) == ["Note urgente dans un cahier de liaison"]
    assert told(maya) == []
    assert not any(word in str(doctor.notices()) for word in ("Saturation", "Odile", "MARCHAND"))
    assert sees(doctor, odile, last()) == 204
    assert "Lu par Anne Dupré" in reads(maya, odile)


def test_an_ordinary_day_rings_once_and_quiet_hours_are_kept(
    town: Town, maya: Nurse, doctor: Nurse, odile: UUID
) -> None:
    for number in range(5):
        writes(maya, odile, f"Note {number}")
        town.time_passes(minutes=1)
    assert told(doctor) == ["Nouvelle note dans un cahier de liaison"]
    with transaction():
        set_wishes(maya.account_id, Wishes(quiet=True, quiet_from=time(0), quiet_until=time(23, 59)), clock.now())
    writes(doctor, odile, "Vu ce jour.")
    town.time_passes(minutes=5)
    assert told(maya) == []


def test_for_whom_it_is_is_who_reads_it(town: Town, maya: Nurse, doctor: Nurse, odile: UUID) -> None:
    worker = town._person("Karim", "Social", Role.CASE_MANAGER, town.emergency_id)
    nadia = town.orientation_nurse
    writes(maya, odile, "Pour tous")
    writes(maya, odile, "Entre soignants", visibility="health")
    assert "Cochez au moins un soignant" in words(
        maya.post(f"/patients/{odile}/liaison", {"text": "x", "type": "general", "visibility": "named"})
    )
    writes(maya, odile, "Pour Anne", visibility="named", named=str(doctor.account_id))
    assert [text in reads(nadia, odile) for text in ("Pour tous", "Entre soignants", "Pour Anne")] == [
        True,
        True,
        False,
    ]
    assert [text in reads(worker, odile) for text in ("Pour tous", "Entre soignants", "Pour Anne")] == [
        True,
        False,
        False,
    ]
    assert "Pour Anne" in reads(doctor, odile)
    assert "Pour Anne" in reads(maya, odile)
    town.time_passes(seconds=1)
    assert sorted(told(doctor)) == ["Nouvelle note dans un cahier de liaison", "Une note vous est adressée"]
    assert nadia.get(f"/patients/{odile}/liaison/{last()}").status_code == 404
    assert sees(nadia, odile, last()) == 404


def test_only_its_author_corrects_or_withdraws_and_what_it_said_stays_in_its_trace(
    maya: Nurse, doctor: Nurse, odile: UUID
) -> None:
    """FACTS_COORDINATION 9, check 37."""
    writes(maya, odile, "Jambe droite")
    note = f"/patients/{odile}/liaison/{last()}"
    assert doctor.post(f"{note}/correction", {"text": "Jambe gauche"}).status_code == 403
    assert doctor.post(f"{note}/withdrawal").status_code == 403
    assert maya.post(f"{note}/correction", {"text": ""}).status_code == 422
    for _ in range(2):
        assert maya.post(f"{note}/correction", {"text": "Jambe gauche"}).status_code == 303
    assert "Jambe gauche" in reads(doctor, odile)
    assert "Jambe droite" not in reads(doctor, odile)
    trace = words(doctor.get(note))
    assert "Ce qu'elle disait avant" in trace
    assert trace.count("Jambe droite") == 1
    for _ in range(2):
        assert maya.post(f"{note}/withdrawal").status_code == 303
    assert "Jambe gauche" not in reads(doctor, odile)
    assert "Note retirée par qui l'a écrite" in reads(doctor, odile)
    assert "Jambe gauche" in words(doctor.get(note))
    maya.post(f"{note}/correction", {"text": "Encore"})
    assert notes()[0].text == "Jambe gauche", "what is withdrawn is corrected no more"


def test_advice_is_asked_answered_in_line_and_who_asked_is_told(
    town: Town, maya: Nurse, doctor: Nurse, odile: UUID
) -> None:
    writes(maya, odile, "Faut-il revoir le pansement ?", type="advice")
    town.time_passes(seconds=1)
    assert told(doctor) == ["Une note vous est adressée"]
    asked = f"/patients/{odile}/liaison/{last()}"
    assert "Répondre" in reads(doctor, odile)
    assert doctor.post(f"{asked}/answers", {"text": ""}).status_code == 422
    for _ in range(2):
        assert doctor.post(f"{asked}/answers", {"text": "Oui, tous les jours.", "key": "a"}).status_code == 303
    assert len(notes()) == 2
    page = reads(maya, odile)
    assert "Faut-il revoir" in page and "Oui, tous les jours." in page
    town.time_passes(seconds=1)
    assert told(maya) == ["Une note vous est adressée"]
    plain = f"/patients/{odile}/liaison/{last()}"
    assert maya.post(f"{plain}/answers", {"text": "Merci"}).status_code == 404, "an answer has none"


def test_older_notes_are_on_the_next_page(maya: Nurse, doctor: Nurse, odile: UUID) -> None:
    for number in range(23):
        writes(maya, odile, f"Numéro {number}.")
    first = maya.get(f"/patients/{odile}/liaison")
    assert "Numéro 22." in words(first) and "Numéro 2." not in words(first)
    older = first.text.split("before=")[1].split('"')[0].split("&")[0]
    assert "Numéro 2." in reads(maya, odile, before=older)
    assert "Numéro 22." not in reads(maya, odile, before=older)


def test_who_leaves_the_circle_or_is_refused_reads_and_writes_no_more(
    town: Town, maya: Nurse, doctor: Nurse, odile: UUID
) -> None:
    writes(maya, odile, "Une note")
    note = f"/patients/{odile}/liaison/{last()}"
    maya.get(f"/patients/{odile}/liaison")
    with transaction():
        member = db.session.scalars(
            select(CareTeamMember).where(CareTeamMember.practitioner_id == maya.practitioner_id)
        ).one()
        circles.end_usual(member, by=None, now=clock.now())
    for url in (f"/patients/{odile}/liaison", f"/patients/{odile}/liaison/new", note):
        assert maya.get(url).status_code == 404
    part = maya.get(f"/patients/{odile}/liaison", htmx=True)
    assert part.status_code == 404 and "Odile" not in part.text, "the open page closes"
    assert sees(maya, odile, last()) == 404
    with transaction():
        whom = Whom(Refusing.SOMEBODY, account_id=doctor.account_id)
        object_to(odile, whom, how="herself", by=None, now=clock.now())
    assert doctor.get(note).status_code == 404


def test_an_objection_while_she_writes_keeps_the_text_for_her_alone(
    town: Town, maya: Nurse, doctor: Nurse, odile: UUID
) -> None:
    assert maya.get(f"/patients/{odile}/liaison/new").status_code == 200
    with transaction():
        whom = Whom(Refusing.SOMEBODY, account_id=maya.account_id)
        object_to(odile, whom, how="herself", by=None, now=clock.now())
    for htmx in (False, True):
        form = {"text": "Elle pleure beaucoup.", "type": "observation", "visibility": "circle"}
        refused = maya.post(f"/patients/{odile}/liaison", form, htmx=htmx)
        assert refused.status_code == 409
        assert "Vous n'avez plus accès" in words(refused)
        assert "Elle pleure beaucoup." in words(refused)
        assert "Odile" not in refused.text
    assert notes() == []
    db.session.rollback()
    kept = db.session.scalars(select(Draft)).one()
    assert kept.account_id == maya.account_id
    assert "Une saisie interrompue vous attend" in words(maya.get("/inbox"))
    back = maya.post(kept.path, {"text": "Elle pleure beaucoup.", "resumed": "1"})
    assert back.status_code == 409 and "Elle pleure beaucoup." in words(back)
    assert doctor.get(f"/drafts/{kept.id}").status_code == 404
    assert writes(town.requester(), odile, "Je n'étais jamais là.") == 404


def test_nothing_is_written_of_who_died_or_asked_for_nothing_new(town: Town, maya: Nurse, odile: UUID) -> None:
    with transaction():
        object_to(odile, Whom(Refusing.NEW_USE), how="spoken", by=maya.account_id, now=clock.now())
    frozen = maya.post(f"/patients/{odile}/liaison", {"text": "Un mot", "type": "general", "visibility": "circle"})
    assert frozen.status_code == 409
    assert "rien de nouveau" in words(frozen) and "Un mot" in words(frozen)
    other = town.patient("Paule", usual=[maya])
    with transaction():
        stays.say_died(other, clock.now().date(), by=maya.account, now=clock.now())
    assert writes(maya, other, "Un mot") in (404, 409)
    assert notes() == []


def test_a_team_kept_apart_reads_its_own_house_and_hers(town: Town, maya: Nurse, doctor: Nurse, odile: UUID) -> None:
    writes(maya, odile, "De Maya")
    writes(doctor, odile, "Du docteur")
    with transaction():
        object_to(odile, Whom(Refusing.TEAM), how="spoken", by=maya.account_id, now=clock.now())
    page = reads(maya, odile)
    assert "De Maya" in page and "Du docteur" not in page
    assert "ne veut pas que l'équipe partage" in page


def test_a_home_help_reads_where_when_what_and_the_door_and_observes(
    town: Town, maya: Nurse, doctor: Nurse, odile: UUID
) -> None:
    """FACTS_COORDINATION 9, check 35."""
    writes(maya, odile, "Escarre au talon")
    maya.post(f"/patients/{odile}/safety-note", {"text": "Le chien mord."})
    helper = helper_of(town, odile)
    for url in ("", "/liaison", "/liaison/new"):
        assert helper.get(f"/patients/{odile}{url}").location.endswith("/at-home")
    page = words(helper.get(f"/patients/{odile}/at-home"))
    assert "12 allée des Tilleuls" in page and "Le chien mord." in page
    assert "Escarre" not in page
    assert helper.get(f"/patients/{odile}/liaison/{last()}").status_code == 404
    assert helper.post(f"/patients/{odile}/safety-note", {"text": "x"}).status_code == 403
    sent = helper.post(
        f"/patients/{odile}/liaison", {"text": "Elle ne mange plus.", "type": "instruction", "urgent": "y"}
    )
    assert sent.status_code == 303
    assert (notes()[-1].type, notes()[-1].visibility) == ("observation", "circle")
    assert "Elle ne mange plus." in reads(doctor, odile) and "aide à domicile" in reads(doctor, odile)
    town.time_passes(seconds=1)
    assert "Note urgente dans un cahier de liaison" in told(doctor)
    mine = f"/patients/{odile}/liaison/{last()}"
    assert helper.get(mine).status_code == 200
    assert helper.post(f"{mine}/correction", {"text": "Elle mange peu."}).status_code == 303
    assert helper.post(f"/patients/{odile}/liaison", {"text": ""}).status_code == 422
    assert maya.get(f"/patients/{odile}/at-home").location.endswith("/liaison")


def test_what_is_to_be_known_at_the_door_is_said_again_and_stays_written(maya: Nurse, odile: UUID) -> None:
    for text in ("Code 12A", "Code 34B", "Code 34B", ""):
        assert maya.post(f"/patients/{odile}/safety-note", {"text": text}).status_code == 303
    db.session.rollback()
    assert [each.text for each in db.session.scalars(select(SafetyNote).order_by(SafetyNote.id))] == [
        "Code 12A",
        "Code 34B",
        "",
    ]
    assert maya.post(f"/patients/{odile}/safety-note", {"text": "a" * 301}).status_code == 422


def test_every_act_and_reading_is_in_the_trail_without_a_word_of_it(maya: Nurse, doctor: Nurse, odile: UUID) -> None:
    writes(maya, odile, "Zqxnotecanari")
    reads(doctor, odile)
    lines = db.session.scalars(select(AuditEvent).where(AuditEvent.patient_id == odile)).all()
    assert {"note.written", "patient.read"} <= {each.event for each in lines}
    assert "zqxnotecanari" not in str([each.content for each in lines]).lower()
    read = func.count()
    assert (
        db.session.scalar(
            select(read).where(AuditEvent.event == "patient.read", AuditEvent.actor_id == doctor.account_id)
        )
        == 1
    )


def test_the_person_the_visit_and_the_round_are_one_tap_from_a_note(
    town: Town, maya: Nurse, doctor: Nurse, odile: UUID
) -> None:
    new = f"/patients/{odile}/liaison/new"
    writes(doctor, odile, "Une note")
    assert "1 note à lire" in words(maya.get(f"/patients/{odile}"))
    town.asks(patient=odile, visits=TEN_DAYS)
    town.time_passes(seconds=1)
    assert maya.accepts() == 200
    assert new in maya.get(f"/offers/{maya.offer().id}").text
    clock.advance(timedelta(days=1))
    assert new in maya.get("/visits").text
