"""A relative reads what the person allows, and no word more; each reading is known to her, and she ends it at once."""

from io import BytesIO
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.consents.models import Consent
from app.core.db import db, transaction
from app.documents.models import Document
from app.patients.merging import merge
from app.relatives.models import Heading, LegalProtection, RelatedPerson, TrustedPerson
from app.rights.models import Rectification
from tests.factories import files
from tests.factories.town import Nurse, Town
from tests.inbox.screen import Screen
from tests.patient_space.conftest import PatientPhone, proposes
from tests.relatives.conftest import Space, opens, related

DAUGHTER = {"name": "Lucie Marchand", "kinship": "child", "phone": "06 39 98 76 54", "email": ""}
CANARIES = {
    "visits": "Claire Dupré",
    "appointments": "Karim Dupré",
    "documents": "Ordonnance",
}
"""By heading, a word that its part alone can say."""


@pytest.fixture
def cared_for(town: Town, monique: UUID) -> tuple[Nurse, Nurse]:
    """A nurse comes home, a doctor receives her, and a prescription was joined."""
    claire = town.nurse("Claire")
    town.asks(patient=monique, note="Digicode 1234B")
    town.time_passes(seconds=1)
    assert claire.accepts() == 200
    proposes(claire)
    karim = town.nurse("Karim", km=2)
    town.asks(patient=monique)
    town.time_passes(seconds=1)
    claire.refuses()
    town.time_passes(seconds=1)
    assert karim.accepts() == 200
    proposes(karim, mode="practice")
    with transaction():
        body, now = files.photo(), clock.now()
        db.session.add(
            Document(
                patient_id=monique, type="prescription", name="secret.jpg", media_type="image/jpeg", size=len(body),
                pages=1, body=body, added_by_id=town.orientation_nurse.account_id, at=now, expires_at=now,
            )
        )  # fmt: skip
    return claire, karim


def names(town: Town, monique: UUID, *headings: str) -> None:
    said = {**DAUGHTER, "headings": list(headings)}
    assert town.orientation_nurse.post(f"/patients/{monique}/relatives", said).status_code == 303


@pytest.mark.parametrize("heading", CANARIES)
@pytest.mark.usefixtures("cared_for")
def test_she_reads_one_heading_and_no_word_of_the_others(
    town: Town, monique: UUID, phone: PatientPhone, heading: str
) -> None:
    names(town, monique, heading)
    page = Screen(phone.get(opens(phone, "Lucie Marchand")))
    assert page.is_sound()
    assert {each for each, word in CANARIES.items() if word in page.text} == {heading}
    for never in ("Marchand", "MARCHAND", "Tilleuls", "Digicode", "39980100", "secret.jpg"):
        assert never not in page.html


@pytest.mark.parametrize("heading", [Heading.MESSAGES, Heading.WHAT_IF, Heading.COSTS])
@pytest.mark.usefixtures("cared_for")
def test_what_does_not_exist_yet_is_shown_as_allowed_and_empty(
    town: Town, monique: UUID, phone: PatientPhone, heading: Heading
) -> None:
    names(town, monique, heading)
    page = Screen(phone.get(opens(phone, "Lucie Marchand")))
    assert "Rien encore." in page.text
    assert not any(word in page.text for word in CANARIES.values())


@pytest.mark.usefixtures("cared_for")
def test_without_a_heading_there_is_nothing(town: Town, monique: UUID, phone: PatientPhone) -> None:
    names(town, monique)
    page = Screen(phone.get(opens(phone, "Lucie Marchand")))
    assert "Rien à lire pour l'instant" in page.text
    assert not any(word in page.text for word in CANARIES.values())


@pytest.mark.usefixtures("cared_for")
def test_a_document_opens_with_its_heading_alone(town: Town, monique: UUID, phone: PatientPhone) -> None:
    names(town, monique, "documents")
    page, document = opens(phone, "Lucie Marchand"), db.session.scalars(select(Document.id)).one()
    picture = f"{page}/documents/{document}/pages/1"
    assert phone.get(f"{page}/documents/{document}").status_code == 200
    shown = phone.get(picture)
    assert (shown.status_code, shown.content_type) == (200, "image/jpeg")
    assert shown.headers["Cache-Control"] == "no-store"
    allowed = f"/patients/{monique}/relatives/{related('Lucie Marchand').id}"
    town.orientation_nurse.post(allowed, {"headings": ["visits"]})
    assert phone.get(picture).status_code == 404, "the page that stands open shows no other picture"


def test_the_person_names_her_and_ends_it_and_an_open_page_is_refused(
    monique: UUID, phone: PatientPhone, space: Space
) -> None:
    wrong = space.post("/relatives", {**DAUGHTER, "name": "", "headings": ["visits"]})
    assert (wrong.status_code, "06 39 98 76 54" in wrong.text) == (422, True)
    assert space.post("/relatives", {**DAUGHTER, "headings": ["visits"]}).status_code == 303
    page = opens(phone, "Lucie Marchand")
    assert phone.get(page).status_code == 200
    relative = related("Lucie Marchand").id
    assert related("Lucie Marchand").code_words in space.get(f"/relatives/{relative}").text
    for _ in range(2):
        assert space.post(f"/relatives/{relative}/end").status_code == 303
    assert phone.get(page).status_code == 404
    assert phone.get(f"/r/{related('Lucie Marchand').token}").status_code == 404
    given = db.session.scalars(select(Consent).where(Consent.about_id == relative)).one()
    assert (given.given_how, given.recorded_by, given.withdrawn_how) == ("herself", None, "herself")


def test_what_is_said_twice_is_kept_once(town: Town, monique: UUID, space: Space) -> None:
    tutor = {"kind": "tutelle", "decider_name": "Ana", "since": "12/03/2026"}
    for headings in (["visits"], ["visits"], ["visits", "documents"]):
        assert space.post("/relatives", {**DAUGHTER, "headings": headings}).status_code == 303
        assert space.post("/rectifications", {"words": "Ma rue a changé de nom."}).status_code == 303
        assert town.orientation_nurse.post(f"/patients/{monique}/protections", tutor).status_code == 303
    assert related("Lucie Marchand").headings == ["visits", "documents"]
    for kept in (RelatedPerson, Rectification, LegalProtection):
        assert len(db.session.scalars(select(kept)).all()) == 1, kept


def test_once_she_died_no_page_of_hers_or_about_her_is_left(
    town: Town, monique: UUID, phone: PatientPhone, space: Space
) -> None:
    names(town, monique, "visits", "documents")
    page, door = opens(phone, "Lucie Marchand"), f"/r/{related('Lucie Marchand').token}"
    said = {"on": clock.paris(clock.now()).date().isoformat()}
    assert town.orientation_nurse.post(f"/patients/{monique}/death", said).status_code == 303
    left = [phone.get(page), phone.get(door), phone.post(door, {"words": related("Lucie Marchand").code_words})]
    left += [space.get(path) for path in ("", "/readers", "/circle", "/wishes", "/relatives")]
    left += [space.post("/copy", {"form": "pdf"}), space.post("/objections", {"whom": "team"})]
    assert {("Cette page est fermée" in each.text, "Monique" in each.text) for each in left} == {(True, False)}


def test_wrong_words_open_nothing(town: Town, monique: UUID, phone: PatientPhone) -> None:
    names(town, monique, "visits")
    relative = related("Lucie Marchand")
    assert "Marchand" not in phone.get(f"/r/{relative.token}").text
    wrong = phone.post(f"/r/{relative.token}", {"words": "lune zèbre"})
    assert (wrong.status_code, "lune zèbre" in wrong.text) == (422, True)
    assert phone.get(f"/r/{relative.token}/nonsense").status_code == 303
    assert phone.get("/r/nonsense").status_code == 404


def test_each_reading_is_written_down_and_the_person_reads_it(
    town: Town, monique: UUID, phone: PatientPhone, space: Space
) -> None:
    names(town, monique, "visits", "costs")
    phone.get(opens(phone, "Lucie Marchand"))
    db.session.rollback()
    line = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "relative.read")).one()
    assert (line.patient_id, line.detail) == (monique, {"headings": "visits costs"})
    assert "Lucie Marchand" in Screen(space.get("/readers")).text


def test_a_link_lives_through_a_merge(town: Town, monique: UUID, phone: PatientPhone) -> None:
    names(town, monique, "visits")
    kept = town.patient("Monique-Anne")
    with transaction():
        merge(kept, monique, by=town.orientation_nurse.account_id, now=clock.now())
    assert phone.get(opens(phone, "Lucie Marchand")).status_code == 200
    assert "Lucie Marchand" in Screen(town.orientation_nurse.get(f"/patients/{kept}/relatives")).text


# The trusted person


def test_a_trusted_person_is_dated_signed_and_taken_back(town: Town, monique: UUID) -> None:
    names(town, monique)
    nadia, relative = town.orientation_nurse, related("Lucie Marchand").id
    page, way = f"/patients/{monique}/relatives", f"/patients/{monique}/relatives/{relative}/trust"
    assert "Personne n'est désigné" in Screen(nadia.get(page)).text
    assert nadia.post(way, {"designated_on": "demain"}).status_code == 422
    assert nadia.post(way, {"designated_on": "12/03/2026"}).status_code == 303
    assert "n'est pas joint" in Screen(nadia.get(page)).text
    sent = {"designated_on": "12/03/2026", "document": (BytesIO(files.photo()), "signe.jpg")}
    assert nadia.post(way, sent).status_code == 303
    shown = Screen(nadia.get(page)).text
    assert "désignée le jeudi 12 mars 2026" in shown.replace("\xa0", " ")
    assert "Le papier signé" in shown
    db.session.rollback()
    paper = db.session.scalars(select(TrustedPerson.document_id).where(TrustedPerson.revoked_at.is_(None))).one()
    assert nadia.get(f"/documents/{paper}").status_code == 200
    assert town.requester().get(f"/documents/{paper}").status_code == 404
    for _ in range(2):
        assert nadia.post(f"/patients/{monique}/trust/revocation").status_code == 303
    assert "Personne n'est désigné" in Screen(nadia.get(page)).text
    db.session.rollback()
    assert len(db.session.scalars(select(TrustedPerson)).all()) == 2, "what was stays written"


def test_a_trusted_person_reads_nothing_by_that(town: Town, monique: UUID, phone: PatientPhone) -> None:
    names(town, monique)
    way = f"/patients/{monique}/relatives/{related('Lucie Marchand').id}/trust"
    town.orientation_nurse.post(way, {"designated_on": "12/03/2026"})
    assert "Rien à lire" in Screen(phone.get(opens(phone, "Lucie Marchand"))).text


# Minors and protected adults


def decides(town: Town, patient: UUID, **said: str) -> int:
    whole = {"kind": "tutelle", "decider_name": "Ana Lopes", "since": "02/01/2026", "decides": "Les soins"}
    return town.orientation_nurse.post(f"/patients/{patient}/protections", whole | said).status_code


def asks(town: Town, patient: UUID, agreed_by: str, reason: str = "dressing") -> int:
    said = {"reason": reason, "window": "tomorrow", "agreement": "y", "agreed_by": agreed_by}
    nadia = town.orientation_nurse
    return nadia.post(f"/requests?pathway=home-care&patient={patient}", said).status_code


def test_who_decides_is_shown_where_consent_is_asked_and_taken_by_name(town: Town, monique: UUID) -> None:
    form = f"/requests/new?pathway=home-care&patient={monique}"
    assert "Qui donne l'accord" not in Screen(town.orientation_nurse.get(form)).text
    assert decides(town, monique, since="demain") == 422
    assert decides(town, monique) == 303
    page = Screen(town.orientation_nurse.get(form))
    assert "Ana Lopes, tuteur" in page.text
    db.session.rollback()
    guardian = db.session.scalars(select(LegalProtection.id)).one()
    assert asks(town, monique, str(guardian)) == 303
    db.session.rollback()
    given = db.session.scalars(select(Consent).where(Consent.scope == "sharing")).one()
    assert (given.decided_by, given.decided_name) == ("tutelle", "Ana Lopes")
    told = Screen(town.orientation_nurse.get(f"/patients/{monique}/wishes")).text
    assert "décidé par Ana Lopes" in told
    for _ in range(2):
        town.orientation_nurse.post(f"/patients/{monique}/protections/{guardian}/end")
    assert "Ana Lopes" not in Screen(town.orientation_nurse.get(form)).text
    assert asks(town, monique, str(guardian), "injection") == 303
    db.session.rollback()
    assert [each.decided_by for each in db.session.scalars(select(Consent).order_by(Consent.id))] == [
        "tutelle", "herself"
    ]  # fmt: skip


def test_a_minor_who_keeps_her_care_secret_decides_alone(town: Town) -> None:
    lea = town.patient("Léa")
    form = f"/requests/new?pathway=home-care&patient={lea}"
    assert decides(town, lea, kind="minor", decider_name="Anne Marchand") == 303
    assert "Anne Marchand" in Screen(town.orientation_nurse.get(form)).text
    assert decides(town, lea, kind="tutelle", keeps_secret="y") == 422
    assert decides(town, lea, kind="minor", decider_name="Marc Marchand", keeps_secret="y") == 303
    assert "Marchand, titulaire" not in Screen(town.orientation_nurse.get(form)).text
    assert "garde ces soins secrets" in Screen(town.orientation_nurse.get(f"/patients/{lea}/relatives")).text
