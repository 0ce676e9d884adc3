"""Documents joined to a request: what may be joined, who may open them, what it leaves behind."""

import re
from uuid import UUID

from sqlalchemy import func, select, text, update
from werkzeug.test import TestResponse

from app.accounts.models import Role
from app.audit.models import AuditEvent
from app.care_requests.models import EpisodeDocument
from app.core.db import db, transaction
from app.documents.models import Document
from app.documents.rules import LARGEST, MOST_WAITING, TYPES, WAITS
from tests.desk.screen import document as file
from tests.desk.screen import words
from tests.desk.test_pathway_form import CARE
from tests.factories import files
from tests.factories.town import Person, Town
from tests.tablets.ward import CODE, enrolled


def kept() -> list[Document]:
    db.session.rollback()
    return list(db.session.scalars(select(Document).order_by(Document.id)))


def sends(town: Town, *files: object, **more: object) -> TestResponse:
    url = f"/requests?pathway=home-care&patient={town.patient()}"
    return town.orientation_nurse.post(url, CARE | {"document": list(files)} | more)


def test_a_prescription_goes_with_the_request_and_who_accepts_reads_it(town: Town) -> None:
    nurse, other = town.nurse("Claire"), town.nurse("Marc", km=2)
    photo = file(files.photo(), "photo.png")
    sent = sends(town, file(name="../../Ordonnance de Mme Marchand.exe"), photo, document_type="prescription")
    assert sent.status_code == 303
    assert [each.name for each in kept()] == ["Ordonnance de Mme Marchand.pdf", "photo.jpg"]
    assert {each.type for each in kept()} == {"prescription"}
    url = f"/documents/{kept()[0].id}"
    town.time_passes(seconds=1)
    assert nurse.get(url).status_code == 404
    assert nurse.accepts() == 200
    shown = nurse.get(f"{url}?back=/inbox")
    assert 'href="/inbox"' in shown.text
    assert "Ordonnance de Mme Marchand.pdf" in words(shown)
    page = nurse.get(f"{url}/pages/1")
    assert page.mimetype == "image/jpeg"
    assert "attachment" not in page.headers.get("Content-Disposition", "")
    assert (page.headers["X-Content-Type-Options"], page.headers["Cache-Control"]) == ("nosniff", "no-store")
    assert nurse.get(f"{url}/pages/2").status_code == 404
    whole = nurse.get(f"{url}/file")
    assert whole.data.startswith(b"%PDF-")
    assert whole.headers["Content-Disposition"].startswith("attachment;")
    assert whole.headers["Cache-Control"] == "no-store"
    assert town.orientation_nurse.get(f"{url}/pages/1").status_code == 200
    for foreign in (other, town.requester(), town.coordinator):
        for part in ("", "/pages/1", "/file"):
            assert foreign.get(url + part).status_code == 404
    assert opened() == [(nurse.account_id, "1"), (nurse.account_id, None), (town.orientation_nurse.account_id, "1")]


def opened() -> list[tuple[object, str | None]]:
    """Who read which page; none is the whole file."""
    db.session.rollback()
    lines = select(AuditEvent).where(AuditEvent.event == "attachment.opened").order_by(AuditEvent.id)
    return [(line.actor_id, line.detail["page"]) for line in db.session.scalars(lines)]


def test_nothing_leads_to_another_site_from_a_document(town: Town) -> None:
    sends(town, file())
    shown = town.orientation_nurse.get(f"/documents/{kept()[0].id}?back=//evil.example/")
    assert "evil.example" not in shown.text


def test_on_a_wards_tablet_it_is_read_and_leaves_no_file(town: Town) -> None:
    ward = enrolled(town)
    nurse = ward.nurse("Awa")
    ward.tablet.post(ward.chooses(nurse), {"code": CODE})
    url = f"/requests?pathway=home-care&patient={town.patient()}"
    assert ward.tablet.post(url, CARE | {"document": [file()]}).status_code == 303
    letter = f"/documents/{kept()[0].id}"
    shown = ward.tablet.get(letter)
    assert "rien n'est enregistré" in words(shown)
    assert "/file" not in shown.text
    assert ward.tablet.get(f"{letter}/pages/1").headers["Cache-Control"] == "no-store"
    assert ward.tablet.get(f"{letter}/file").status_code == 403


def test_who_gave_the_request_back_opens_nothing_any_more(town: Town) -> None:
    nurse = town.nurse("Claire")
    sends(town, file())
    town.time_passes(seconds=1)
    nurse.accepts()
    offer = nurse.offer()
    assert offer is not None
    nurse.post(f"/offers/{offer.id}/withdrawal", htmx=True)
    assert nurse.get(f"/documents/{kept()[0].id}").status_code == 404


def test_a_stolen_database_shows_neither_name_nor_content(town: Town) -> None:
    sends(town, file(files.pdf("Biologie"), "HIV Marchand.pdf"))
    row = str(db.session.execute(text("SELECT name, body FROM document")).one())
    assert "HIV" not in row
    assert "Biologie" not in row
    assert "%PDF" not in row


def heavy(town: Town, url: str, size: int) -> TestResponse:
    """A big file, as the bytes a browser sends: the test client would leave a temporary file open for it."""
    fields = "".join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in CARE.items())
    head = '--b\r\nContent-Disposition: form-data; name="document"; filename="lourd.pdf"\r\n\r\n'
    paper = files.pdf()
    body = (fields + head).encode() + paper + b"0" * (size - len(paper)) + b"\r\n--b--\r\n"
    with town.app.app_context():
        client = town.orientation_nurse.client
        return client.post(url, data=body, content_type="multipart/form-data; boundary=b")


def test_what_cannot_be_kept_is_said_by_name_and_nothing_else_is_lost(town: Town) -> None:
    """One of three is wrong, and so is an answer: the two others wait, ticked, and are not chosen again."""
    good = [file(name="lettre.pdf"), file(files.photo(), "plaie.jpg")]
    answer = sends(town, *good, file(b"MZ\x90\x00", "virus.pdf"), reason="", note="Code 12A")
    assert answer.status_code == 422
    assert "virus : Choisissez un PDF, ou une photo" in words(answer).replace("\u00a0", " ")
    assert "Code 12A" in answer.text
    assert "lettre.pdf" in words(answer)
    again = sends(town, note="Code 12A", kept_document=waiting_in(answer))
    assert again.status_code == 303
    assert [each.name for each in kept()] == ["lettre.pdf", "plaie.jpg"]
    assert "lettre.pdf" in words(town.orientation_nurse.get(again.location))


def waiting_in(answer: TestResponse) -> list[str]:
    """The ids that the form carries."""
    return re.findall(r'name="kept_document" value="([0-9a-f-]{36})" checked', answer.text)


def sent_alone(person: Person, *given: object) -> TestResponse:
    """As the phone does it while the form is being filled in."""
    return person.post("/documents", {"document": list(given)}, htmx=True)


def test_a_photo_leaves_while_the_form_is_being_filled_in(town: Town) -> None:
    nadia = town.orientation_nurse
    came = sent_alone(nadia, file(files.photo(), "plaie.jpg"))
    assert came.status_code == 200
    [photo] = waiting_in(came)
    assert nadia.get(f"/documents/{photo}/pages/1").status_code == 200
    for foreign in (town.requester(), town._person("Awa", "Collègue", Role.REQUESTER, town.emergency_id)):
        assert foreign.get(f"/documents/{photo}/pages/1").status_code == 404
    assert opened() == [], "it is about nobody yet"
    assert sends(town, kept_document=[photo], document_type="wound-photo").status_code == 303
    [joined] = kept()
    assert (joined.waits, joined.type, joined.patient_id is not None) == (False, "wound-photo", True)
    refused = sent_alone(nadia, file(b"MZ", "virus.pdf"))
    assert refused.status_code == 422
    assert "Choisissez un PDF" in words(refused)
    assert sent_alone(nadia).status_code == 422


def test_what_another_sent_is_not_joined(town: Town) -> None:
    [hers] = waiting_in(sent_alone(town.requester(), file()))
    sent = sends(town, kept_document=[hers, "not-an-id", str(UUID(int=7))])
    assert sent.status_code == 303
    assert "Aucun document joint" in words(town.orientation_nurse.get(sent.location))


def test_what_is_joined_to_one_request_is_not_joined_to_another(town: Town) -> None:
    [photo] = waiting_in(sent_alone(town.orientation_nurse, file()))
    first, second = town.asks(), town.asks(patient=town.patient())
    for request in (first, first, second):
        town.orientation_nurse.post(f"/requests/{request}/attachments", {"kept_document": photo})
    assert db.session.scalar(select(func.count()).select_from(EpisodeDocument)) == 1


def test_nobody_fills_the_house_with_what_is_never_sent(town: Town) -> None:
    for _ in range(MOST_WAITING):
        assert sent_alone(town.orientation_nurse, file()).status_code == 200
    full = sent_alone(town.orientation_nurse, file())
    assert full.status_code == 422
    assert f"{MOST_WAITING} documents au plus attendent" in words(full)
    town.time_passes(seconds=WAITS.total_seconds() + 1)
    assert kept() == []
    assert db.session.scalar(select(func.count()).where(AuditEvent.event == "attachment.erased")) == 0


def test_each_kind_is_kept_for_its_time_and_never_less_than_the_care(town: Town) -> None:
    nurse = town.nurse("Claire")
    sent = sends(town, file(files.photo(), "plaie.jpg"), document_type="wound-photo")
    town.time_passes(seconds=1)
    nurse.accepts()
    [photo] = [each.id for each in kept()]
    days = TYPES["wound-photo"].lasts.days
    town.time_passes(days=days + 1)
    assert nurse.get(f"/documents/{photo}/pages/1").status_code == 200, "the care is still under way"
    offer = nurse.offer()
    assert offer is not None
    for act in ("start", "end"):
        nurse.post(f"/offers/{offer.id}/{act}")
    town.time_passes(seconds=1)
    assert kept() == []
    assert nurse.get(f"/documents/{photo}").status_code == 404
    assert "Document effacé" in words(town.orientation_nurse.get(sent.location))
    line = select(AuditEvent).where(AuditEvent.event == "attachment.erased")
    assert [(each.why, each.subject_id) for each in db.session.scalars(line)] == [("retention", photo)]


def test_a_file_from_before_is_made_anew_when_it_is_first_opened(town: Town) -> None:
    """It was kept as it came, with its place and device."""
    sends(town, file(files.photo(), "plaie.jpg"), file(name="locked.pdf"))
    photo, locked = kept()
    with transaction():
        for document, body in ((photo, files.photo()), (locked, files.LOCKED)):
            values = {"pages": None, "body": body}
            db.session.execute(update(Document).where(Document.id == document.id).values(values))
    nadia = town.orientation_nurse
    assert nadia.get(f"/documents/{photo.id}").status_code == 200
    assert b"SAMSUNG" not in nadia.get(f"/documents/{photo.id}/pages/1").data
    assert b"SAMSUNG" not in nadia.get(f"/documents/{photo.id}/file").data
    assert "demande un mot de passe" in words(nadia.get(f"/documents/{locked.id}"))
    assert nadia.get(f"/documents/{locked.id}/file").data == files.LOCKED


def test_five_at_most_for_an_episode(town: Town) -> None:
    assert sends(town, *(file() for _ in range(6))).status_code == 422
    sent = sends(town, *(file() for _ in range(4)))
    assert sent.status_code == 303
    later = f"{sent.location}/attachments"
    more = {"document": file(name="plus tard.pdf"), "document_type": "liaison-letter"}
    assert town.orientation_nurse.post(later, more).status_code == 303
    assert "Lettre de liaison" in words(town.orientation_nurse.get(sent.location))
    assert "plus tard.pdf" in words(town.orientation_nurse.get(sent.location))
    assert "Document joint" in words(town.orientation_nurse.get(sent.location))
    full = town.orientation_nurse.post(later, {"document": file()})
    assert full.status_code == 422
    assert "5 documents au plus" in words(full)
    assert [each.waits for each in kept()].count(False) == 5


def test_nothing_chosen_is_said_calmly(town: Town) -> None:
    asked = town.asks()
    answer = town.orientation_nurse.post(f"/requests/{asked}/attachments", {})
    assert answer.status_code == 422
    assert "Choisissez un fichier." in words(answer)
    assert town.requester().post(f"/requests/{asked}/attachments", {"document": file()}).status_code == 404


def test_only_what_takes_documents_takes_more_than_a_form(town: Town) -> None:
    url = f"/requests?pathway=home-care&patient={town.patient()}"
    assert heavy(town, url, LARGEST).status_code == 303
    too_heavy = heavy(town, url + "&again", LARGEST + 1)
    assert too_heavy.status_code == 422
    assert "trop lourd" in words(too_heavy)
    assert heavy(town, url, 6 * LARGEST).status_code == 413
    assert heavy(town, "/patients/new?pathway=home-care", 2_000_000).status_code == 413
    assert [each.waits for each in kept()] == [False]


def test_an_unknown_document_is_not_found(town: Town) -> None:
    assert town.orientation_nurse.get(f"/documents/{UUID(int=7)}").status_code == 404
    assert db.session.scalar(select(func.count()).where(AuditEvent.event == "attachment.opened")) == 0
