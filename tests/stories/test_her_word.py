"""The person's own word: an agreement taken back, somebody refused, and what becomes of pages that stand open."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.accounts.models import Role
from app.appointments import spaces
from app.care_requests.models import CareRequest, EpisodeDocument, InformationCopy, State
from app.circles.actions import end_usual, name_usual
from app.circles.models import Usual
from app.circles.queries import circle_of, usual_member
from app.consents.models import Consent, Objection, Refusing
from app.consents.objections import Whom, object_to
from app.core.db import db, new_id, transaction
from app.directory.models import Practitioner, Profession
from app.dispatch.models import OfferState
from app.documents.models import Document
from app.live import views
from app.patients.models import Cause
from app.patients.relations import Holder, relate
from app.rights.models import Rectification
from tests.factories.files import photo
from tests.factories.town import Nurse, Town, role_of
from tests.inbox.plans import PLAN, shares_a_practice
from tests.inbox.screen import Screen
from tests.passages.care import TOMORROW, at_day, count, does_all, passage, taken_by
from tests.patient_space.conftest import PatientPhone
from tests.relatives.conftest import Space
from tests.security.test_canary import stream


@pytest.fixture
def town(app: Flask, town: Town) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return town


@pytest.fixture
def monique(town: Town) -> UUID:
    return town.patient()


@pytest.fixture
def space(app: Flask, town: Town, monique: UUID) -> Space:
    with transaction():
        hers = spaces.space_of(monique, clock.now())
        token, words = hers.token, hers.code_words
    phone = PatientPhone(app, app.test_client())
    return Space(phone, phone.post(f"/s/{token}", {"words": words}).headers["Location"])


@pytest.fixture
def claire(town: Town, monique: UUID) -> Nurse:
    """She takes care of Monique, and is her usual nurse since."""
    claire = town.nurse("Claire")
    town.asks(patient=monique)
    town.time_passes(seconds=1)
    assert claire.accepts() == 200
    with transaction():
        hers = db.session.get_one(Practitioner, claire.practitioner_id)
        name_usual(monique, Usual.herself(hers), by=town.orientation_nurse.account_id, now=clock.now())
    return claire


def states(patient: UUID) -> list[State]:
    db.session.rollback()
    mine = select(CareRequest.state).where(CareRequest.patient_id == patient).order_by(CareRequest.id)
    return list(db.session.scalars(mine))


def consent(patient: UUID, scope: str) -> UUID:
    db.session.rollback()
    mine = select(Consent.id).where(Consent.patient_id == patient, Consent.scope == scope)
    return db.session.scalars(mine.order_by(Consent.id.desc())).first()  # type: ignore[return-value]


# Her circle


def test_she_corrects_her_circle_and_the_nurse_finds_her_no_more(
    town: Town, monique: UUID, claire: Nurse, space: Space
) -> None:
    page = Screen(space.get("/circle"))
    assert page.is_sound()
    assert "ne trouve plus votre dossier" in page.text, "she reads what happens before it does"
    member = circle_of(monique)[0].id
    db.session.rollback()
    for _ in range(2):
        assert space.post(f"/circle/{member}/end").status_code == 303
    db.session.rollback()
    assert usual_member(monique, "nurse") is None
    assert "Claire" not in Screen(space.get("/circle")).text
    given = db.session.get_one(Consent, consent(monique, "circle"))
    assert given.withdrawn_how == "herself"
    assert claire.get(f"/offers/{claire.offer().id}").status_code == 200, "the visit that was taken stays hers"


def test_an_agreement_to_be_noted_is_taken_back(town: Town, monique: UUID, claire: Nurse, space: Space) -> None:
    assert "Claire Dupré" in Screen(space.get("/wishes")).text
    assert space.post(f"/consents/{consent(monique, 'circle')}/withdrawal").status_code == 303
    db.session.rollback()
    assert circle_of(monique) == []
    assert "retiré le" in Screen(space.get("/wishes")).text


def test_taking_back_the_agreement_stops_every_search(town: Town, monique: UUID) -> None:
    inès, nadia = town.nurse("Inès"), town.orientation_nurse
    town.asks(patient=monique)
    town.time_passes(seconds=1)
    way = f"/patients/{monique}/consents/{consent(monique, 'sharing')}/withdrawal"
    assert town.requester().post(way).status_code == 404
    for _ in range(2):
        assert nadia.post(way, {"how": "paper"}).status_code == 303
    assert states(monique) == [State.CANCELLED]
    assert inès.offer().state is OfferState.WITHDRAWN
    assert inès.accepts() == 409
    taken = db.session.get_one(Consent, consent(monique, "sharing"))
    assert (taken.withdrawn_how, taken.withdrawn_by_id) == ("paper", nadia.account_id)


def test_whoever_accepted_goes_on_and_reads_no_more_than_that(town: Town, monique: UUID, space: Space) -> None:
    inès = town.nurse("Inès")
    town.asks(patient=monique)
    town.time_passes(seconds=1)
    assert inès.accepts() == 200
    with transaction():  # She is not her usual one.
        for member in circle_of(monique):
            end_usual(member, by=None, now=clock.now())
    assert inès.get(f"/patients/{monique}").status_code == 200
    space.post(f"/consents/{consent(monique, 'sharing')}/withdrawal")
    assert inès.get(f"/patients/{monique}").status_code == 404
    assert inès.get(f"/offers/{inès.offer().id}").status_code == 200
    assert states(monique) == [State.ACCEPTED]


# Objection


def test_a_named_professional_is_refused_at_once_on_every_page(
    town: Town, monique: UUID, space: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    """She works in the ward that asked: her colleagues go on, she sees nothing, and her open page hears no more."""
    monkeypatch.setattr(views, "HEARTBEAT", 0.1)
    curious = town._person("Zoé", "Curieuse", Role.REQUESTER, town.emergency_id)
    request = town.asks(patient=monique)
    opened = [f"/patients/{monique}", f"/requests/{request}", f"/patients/{monique}/circle"]
    assert [curious.get(url).status_code for url in opened] == [200, 200, 200]
    topics = f"patient-{monique}", f"request-{request}"
    open_page = stream(town, curious, *topics)
    try:
        assert open_page.status == 200
        assert "Zoé Curieuse" in Screen(space.get("/wishes")).text
        assert space.post("/objections", {"whom": f"account {curious.account_id}"}).status_code == 303
        while open_page.next() is not None:
            pass  # What changed until then; the end comes by itself, once her right is asked again.
    finally:
        open_page.close()
    db.session.rollback()
    assert stream(town, curious, *topics).status == 403
    assert [curious.get(url).status_code for url in opened] == [404, 404, 404]
    assert curious.get(f"/patients/{monique}", htmx=True).status_code == 404
    lists = [Screen(person.get("/requests")).text for person in (curious, town.orientation_nurse)]
    assert ["MARCHAND" in text for text in lists] == [False, True]
    assert town.orientation_nurse.get(f"/patients/{monique}").status_code == 200
    found = curious.post("/requests/patients?pathway=home-care", {"q": "12/03/1948 mar"})
    assert str(monique) not in found.text
    db.session.rollback()
    refused = db.session.scalars(select(Objection.id)).one()
    for _ in range(2):
        assert space.post(f"/objections/{refused}/lifting").status_code == 303
    assert [curious.get(url).status_code for url in opened] == [200, 200, 200]


def test_whom_she_refuses_does_not_come_and_is_asked_no_more(
    town: Town, monique: UUID, claire: Nurse, space: Space
) -> None:
    inès = town.nurse("Inès", km=2)
    assert space.post("/objections", {"whom": f"practitioner {claire.practitioner_id}"}).status_code == 303
    assert states(monique) == [State.SEARCHING], "somebody else is looked for"
    assert claire.offer().state is OfferState.WITHDRAWN
    assert claire.get(f"/patients/{monique}").status_code == 404
    town.time_passes(seconds=1)
    town.asks(patient=monique)
    town.time_passes(minutes=30)
    assert claire.offer().state is OfferState.WITHDRAWN, "no other offer was made to her"
    assert inès.offer() is not None


def refuses(patient: UUID, *refused: Whom) -> None:
    with transaction():
        for whom in refused:
            object_to(patient, whom, how="herself", by=None, now=clock.now())


def her(nurse: Nurse) -> Whom:
    return Whom(Refusing.SOMEBODY, practitioner_id=nurse.practitioner_id)


def joined_and_told(request_id: UUID, doctor: Nurse) -> str:
    """The address of a letter that was joined; what became of the care was written to this professional."""
    body, now, request = photo(), clock.now(), db.session.get_one(CareRequest, request_id)
    document = Document(
        **{"id": new_id(), "patient_id": request.patient_id, "type": "liaison-letter", "name": "l.jpg", "pages": 1},
        **{"size": len(body), "media_type": "image/jpeg", "body": body, "added_by_id": request.author_id, "at": now},
        expires_at=now + timedelta(days=90),
    )
    with transaction():
        db.session.add(document)
        db.session.flush()
        db.session.add(EpisodeDocument(document_id=document.id, episode_id=request.episode_id))
        copy = {"request_id": request_id, "practitioner_id": doctor.practitioner_id, "on": "accept", "text": "t"}
        db.session.add(InformationCopy(**copy, at=now))
        return f"/documents/{document.id}"


@pytest.mark.parametrize("waits", [False, True], ids=["her-no", "her-silence"])
def test_whom_she_refuses_does_not_come_back_by_a_late_yes(town: Town, monique: UUID, waits: bool) -> None:
    lea = town.nurse("Léa")
    request_id = town.asks(patient=monique)
    town.time_passes(seconds=1)
    if waits:
        town.time_passes(hours=2)
    else:
        assert lea.refuses() == 200
    refuses(monique, her(lea))
    town.time_passes(seconds=5)
    assert lea.accepts() == 404
    assert town.request(request_id).performer_id is None


def test_nobody_names_or_notes_down_whom_she_refuses(town: Town, monique: UUID) -> None:
    maya, ines, far = town.nurse("Maya"), town.nurse("Inès", km=30), town.nurse("Jo", km=40)
    shares_a_practice(maya, ines)
    refuses(monique, her(ines), her(far))
    request_id = town.asks(patient=monique, visits=PLAN)
    town.time_passes(seconds=1)
    assert "Inès Dupré" not in Screen(town.coordinator.get(f"/requests/{request_id}/search")).text
    somebody = f"/requests/{request_id}/somebody"
    assert "Jo Dupré" not in Screen(town.coordinator.get(f"{somebody}?q=jo")).text
    for act in ("asking", "yes"):
        assert town.coordinator.post(f"{somebody}/{act}", {"role": str(ines.role_id)}).status_code == 409
    url = f"/offers/{maya.offer().id}"
    assert "Inès Dupré" not in Screen(maya.get(url)).text
    assert maya.post(f"{url}/relay", {"colleague": str(ines.role_id)}, htmx=True).status_code == 409
    assert maya.accepts() == 200
    assert "Inès Dupré" not in Screen(maya.get(f"{url}/handover")).text
    assert "Jo Dupré" not in Screen(maya.get(f"{url}/handover?q=jo")).text
    named = {"day": PLAN[4].day.isoformat(), "reason": "sick", "q": "jo", "to": str(far.role_id)}
    assert maya.post(f"{url}/handover", named).status_code == 422
    assert (ines.offer(), far.offer()) == (None, None)


def test_nobody_of_a_place_she_refuses_is_asked(town: Town, monique: UUID) -> None:
    lea, other = town.nurse("Léa"), town.nurse("Maya", km=2)
    refuses(monique, Whom(Refusing.PLACE, role_of(lea).organization_id))
    town.asks(patient=monique)
    town.time_passes(seconds=1)
    assert (lea.offer(), other.accepts()) == (None, 200)


def test_a_service_answers_for_whom_it_is_not_refused_by(town: Town, monique: UUID) -> None:
    house, midwife = town.service("Maternité", Profession.MATERNITY), town.professional("Ana", Profession.MIDWIFE)
    refuses(monique, Whom(Refusing.TEAM), Whom(Refusing.PLACE, town.cpts_id))
    request_id = town.asks("maternity-registration", patient=monique, by=midwife, chosen_role_id=house.role_id)
    town.time_passes(seconds=1)
    assert house.accepts() == 200
    assert town.request(request_id).performer_id == house.role_id


def test_where_care_has_begun_a_human_hears_of_it(town: Town, monique: UUID, claire: Nurse, space: Space) -> None:
    assert claire.post(f"/offers/{claire.offer().id}/start", htmx=True).status_code == 200
    assert states(monique) == [State.STARTED]
    space.post("/objections", {"whom": f"practitioner {claire.practitioner_id}"})
    db.session.rollback()
    request = db.session.scalars(select(CareRequest)).one()
    assert request.coordinator_id == town.coordinator.account_id
    told = Screen(town.coordinator.get(f"/requests/{request.id}")).text
    assert "La personne ne veut plus de ce professionnel" in told


def test_the_rest_of_a_plan_is_somebody_else_s_and_she_reads_nothing_more(town: Town, monique: UUID) -> None:
    maya, jo = town.nurse("Maya", phone=False), town.nurse("Jo", km=2, phone=False)
    whole = taken_by(town, maya, patient=monique, note="Digicode 1234B")
    does_all(maya, whole, TOMORROW)
    offer, said = maya.offer().id, passage(whole, TOMORROW).id
    letter = joined_and_told(whole, maya)
    pages = [f"/offers/{offer}", f"/offers/{offer}/handover", "/visits", f"/conversations/{whole}", "/inbox/copies"]
    assert "Digicode 1234B" in Screen(maya.get(pages[0])).text
    assert "MARCHAND" in Screen(maya.get("/inbox/copies")).text
    assert maya.get(letter).status_code == 200
    refuses(monique, her(maya))
    assert maya.get(letter).status_code == 404
    for page in pages:
        shown = Screen(maya.get(page)).text
        assert not [word for word in ("MARCHAND", "Tilleuls", "Digicode") if word in shown], page
    assert maya.post(f"/passages/{said}/line", {"line": "encore"}).status_code == 404
    at_day(TOMORROW + timedelta(days=1))
    assert "MARCHAND" not in Screen(maya.get("/visits")).text
    town.time_passes(seconds=1)
    assert jo.accepts() == 200
    assert count(whole) == "2 passages sur 20, prochain ce matin"


def test_a_place_is_refused_with_everybody_there(town: Town, monique: UUID, space: Space) -> None:
    nadia = town.orientation_nurse
    assert space.post("/objections", {"whom": f"place {town.emergency_id}"}).status_code == 303
    assert nadia.get(f"/patients/{monique}").status_code == 404
    assert nadia.get(f"/requests/new?pathway=home-care&patient={monique}").status_code == 404
    assert "Urgences" in Screen(space.get("/wishes")).text


def test_everybody_but_her_circle(town: Town, monique: UUID, claire: Nurse, space: Space) -> None:
    assert space.post("/objections", {"whom": "all-but-circle"}).status_code == 303
    assert town.orientation_nurse.get(f"/patients/{monique}").status_code == 404
    assert claire.get(f"/patients/{monique}").status_code == 200


def test_a_team_kept_apart_reads_its_own_and_is_told_why(
    town: Town, monique: UUID, claire: Nurse, space: Space
) -> None:
    ward = town.requester()
    with transaction():
        place = ward.account.memberships[0].organization_id
        relate(monique, Holder(place), Cause.STAY, by=ward.account_id, now=clock.now())
    assert "Claire Dupré" in Screen(ward.get(f"/patients/{monique}")).text
    assert space.post("/objections", {"whom": "team"}).status_code == 303
    page = Screen(ward.get(f"/patients/{monique}")).text
    assert "ne veut pas que l'équipe partage" in page
    assert "Claire Dupré vient" not in page
    assert "Soins infirmiers" not in page
    assert "Acceptée" in Screen(claire.get(f"/patients/{monique}")).text


@pytest.mark.parametrize("whom", ["", "nobody", "place 01900000-0000-7000-8000-000000000000", "somebody", "place"])
def test_nobody_is_refused_who_was_not_offered(monique: UUID, space: Space, whom: str) -> None:
    answer = space.post("/objections", {"whom": whom})
    assert (answer.status_code, "Choisissez à qui" in answer.text) == (422, True)
    assert db.session.scalars(select(Objection)).all() == []


def test_said_to_a_professional_it_counts_for_her_too(town: Town, monique: UUID) -> None:
    nadia = town.orientation_nurse
    way = f"/patients/{monique}/objections"
    assert nadia.post(way, {"whom": "nonsense"}).status_code == 422
    answer = nadia.post(way, {"whom": f"place {town.emergency_id}", "how": "paper"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    db.session.rollback()
    kept = db.session.scalars(select(Objection)).one()
    assert (kept.told_how, kept.recorded_by_id) == ("paper", nadia.account_id)
    assert nadia.get(f"/patients/{monique}/wishes").status_code == 404


def test_the_broken_glass_opens_and_she_reads_it(town: Town, monique: UUID, space: Space) -> None:
    town.asks(patient=monique)
    curious = town._person("Zoé", "Curieuse", Role.REQUESTER, town.emergency_id)
    curious.get(f"/patients/{monique}")
    space.post("/objections", {"whom": f"account {curious.account_id}"})
    said = {
        **{"birth_name": "Marchand", "given_names": "Monique", "birth_date": "12/03/1948"},
        **{"reason": "silent", "because": "Elle ne répond plus, à domicile.", "understood": "y"},
    }
    opened = curious.post("/emergency", said)
    assert opened.status_code == 303, opened.text
    assert "Monique MARCHAND" in Screen(curious.get(opened.headers["Location"])).text
    assert "urgence, hors du cercle de soins" in Screen(space.get("/readers")).text.lower()


# What is wrong in her record


def test_what_she_says_is_wrong_is_read_and_answered(town: Town, monique: UUID, space: Space) -> None:
    nadia = town.orientation_nurse
    town.asks(patient=monique)
    empty = space.post("/rectifications", {"words": " "})
    assert (empty.status_code, "Écrivez ce qui est faux" in empty.text) == (422, True)
    assert space.post("/rectifications", {"words": "Ma rue a changé de nom."}).status_code == 303
    page = nadia.get(f"/patients/{monique}")
    assert "Ma rue a changé de nom." in Screen(page).text
    way = f"/patients/{monique}/rectifications/"
    asked = page.text.partition(way)[2][:36]
    assert town.requester().post(way + asked, {"answer": "Non"}).status_code == 404
    for answer in ("", "Corrigé aujourd'hui.", "Une autre réponse"):
        assert nadia.post(way + asked, {"answer": answer}).status_code == 303
    told = Screen(space.get("/wishes")).text
    assert "Corrigé aujourd'hui. Nadia Benali" in told
    assert "Une autre réponse" not in told
    assert "Ma rue" not in Screen(nadia.get(f"/patients/{monique}")).text


def test_two_who_answer_her_do_not_both_believe_that_she_reads_it(town: Town, monique: UUID, space: Space) -> None:
    space.post("/rectifications", {"words": "Ma rue a changé de nom."})
    asked = db.session.scalars(select(Rectification.id)).one()
    nadia, way = town.orientation_nurse, f"/patients/{monique}/rectifications/{asked}"
    for answer, heard in (("Corrigé.", "lira votre réponse"), ("Refusé.", "Quelqu'un a déjà répondu")):
        nadia.post(way, {"answer": answer})
        assert heard in nadia.get(f"/patients/{monique}").text
    assert "Corrigé." in space.get("/wishes").text


def test_a_frozen_record_is_read_and_nothing_new_leaves_it(town: Town, monique: UUID, space: Space) -> None:
    nadia = town.orientation_nurse
    assert space.post("/objections", {"whom": "new-use"}).status_code == 303
    assert "rien de nouveau" in Screen(nadia.get(f"/patients/{monique}")).text
    way = f"/requests?pathway=home-care&patient={monique}"
    said = {"reason": "dressing", "window": "tomorrow", "agreement": "y", "note": "Digicode 12"}
    answer = nadia.post(way, said)
    assert (answer.status_code, "Digicode 12" in answer.text) == (409, True), "nothing typed is lost"
    assert "rien de nouveau" in Screen(answer).text
    assert states(monique) == []
    db.session.rollback()
    lifted = db.session.scalars(select(Objection.id)).one()
    space.post(f"/objections/{lifted}/lifting")
    assert nadia.post(way, said).status_code == 303
