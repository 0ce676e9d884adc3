"""Documents joined to a request: what may be joined, who may open them, what it leaves behind."""

from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from app.audit.models import AuditEvent
from app.core.db import db
from app.documents.models import Document
from app.documents.rules import LARGEST, WrongDocument, checked, safe_name
from tests.desk.screen import document as file
from tests.desk.screen import words
from tests.desk.test_pathway_form import CARE
from tests.factories.town import Town

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 40


def kept() -> list[Document]:
    db.session.rollback()
    return list(db.session.scalars(select(Document).order_by(Document.id)))


def sends(town: Town, *files: object, **more: object) -> TestResponse:
    url = f"/requests?pathway=home-care&patient={town.patient()}"
    return town.orientation_nurse.post(url, CARE | {"document": list(files)} | more)


def test_a_prescription_goes_with_the_request_and_who_accepts_opens_it(town: Town) -> None:
    nurse, other = town.nurse("Claire"), town.nurse("Marc", km=2)
    sent = sends(town, file(name="../../Ordonnance de Mme Marchand.exe"), file(PNG, "photo.jpeg"))
    assert sent.status_code == 303
    assert [each.name for each in kept()] == ["Ordonnance de Mme Marchand.pdf", "photo.png"]
    url = f"/documents/{kept()[0].id}"
    town.time_passes(seconds=1)
    assert nurse.get(url).status_code == 404
    assert nurse.accepts() == 200
    opened = nurse.get(url)
    assert opened.data == b"%PDF-1.4 biologie"
    assert opened.headers["Content-Disposition"].startswith("attachment;")
    assert opened.headers["X-Content-Type-Options"] == "nosniff"
    assert opened.headers["Cache-Control"] == "no-store"
    assert opened.mimetype == "application/pdf"
    assert town.orientation_nurse.get(url).status_code == 200
    for foreign in (other, town.requester(), town.coordinator):
        assert foreign.get(url).status_code == 404
    lines = select(AuditEvent.actor_id).where(AuditEvent.event == "attachment.opened").order_by(AuditEvent.id)
    assert db.session.scalars(lines).all() == [nurse.account_id, town.orientation_nurse.account_id]


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
    sends(town, file(name="HIV Marchand.pdf"))
    row = str(db.session.execute(text("SELECT name, body FROM document")).one())
    assert "HIV" not in row
    assert "biologie" not in row


def heavy(town: Town, url: str, size: int) -> TestResponse:
    """A big file, as the bytes a browser sends: the test client would leave a temporary file open for it."""
    fields = "".join(f'--b\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in CARE.items())
    head = '--b\r\nContent-Disposition: form-data; name="document"; filename="lourd.pdf"\r\n\r\n%PDF-'
    body = (fields + head).encode() + b"0" * size + b"\r\n--b--\r\n"
    with town.app.app_context():
        client = town.orientation_nurse.client
        return client.post(url, data=body, content_type="multipart/form-data; boundary=b")


@pytest.mark.parametrize(
    ("body", "name", "says"),
    [
        (b"MZ\x90\x00", "biologie.pdf", "Choisissez un PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo.png", "Choisissez un PDF"),
        (b"", "vide.pdf", "Choisissez un PDF"),
    ],
)
def test_what_cannot_be_joined_comes_back_and_must_be_chosen_again(
    town: Town, body: bytes, name: str, says: str
) -> None:
    answer = sends(town, file(body, name), note="Code 12A")
    assert answer.status_code == 422
    assert says in words(answer)
    assert "Code 12A" in answer.text
    assert kept() == []


def test_a_form_with_another_mistake_says_that_the_file_was_not_kept(town: Town) -> None:
    answer = sends(town, file(), reason="")
    assert answer.status_code == 422
    assert "choisissez-le de nouveau" in words(answer)
    assert kept() == []


def test_five_at_most_for_an_episode(town: Town) -> None:
    assert sends(town, *(file() for _ in range(6))).status_code == 422
    sent = sends(town, *(file() for _ in range(4)))
    assert sent.status_code == 303
    later = f"{sent.location}/attachments"
    assert town.orientation_nurse.post(later, {"document": file(name="plus tard.pdf")}).status_code == 303
    assert "plus tard.pdf" in words(town.orientation_nurse.get(sent.location))
    assert "Document joint" in words(town.orientation_nurse.get(sent.location))
    full = town.orientation_nurse.post(later, {"document": file()})
    assert full.status_code == 422
    assert "5 documents au plus" in words(full)
    assert len(kept()) == 5


def test_nothing_chosen_is_said_calmly(town: Town) -> None:
    asked = town.asks()
    answer = town.orientation_nurse.post(f"/requests/{asked}/attachments", {})
    assert answer.status_code == 422
    assert "Choisissez un fichier." in words(answer)
    assert town.requester().post(f"/requests/{asked}/attachments", {"document": file()}).status_code == 404


def test_only_what_takes_documents_takes_more_than_a_form(town: Town) -> None:
    url = f"/requests?pathway=home-care&patient={town.patient()}"
    assert heavy(town, url, LARGEST - 5).status_code == 303
    too_heavy = heavy(town, url + "&again", LARGEST)
    assert too_heavy.status_code == 422
    assert "trop lourd" in words(too_heavy)
    assert heavy(town, url, 6 * LARGEST).status_code == 413
    assert heavy(town, "/patients/new?pathway=home-care", 2_000_000).status_code == 413
    assert len(kept()) == 1


@pytest.mark.parametrize(
    ("name", "kept_name"),
    [
        ("biologie.pdf", "biologie.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\a\\radio.png", "radio.pdf"),
        ('a"\r\nX-Evil: 1.pdf', "a X-Evil 1.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("é" * 300 + ".pdf", "é" * 80 + ".pdf"),
    ],
)
def test_names_are_made_harmless(name: str, kept_name: str) -> None:
    assert safe_name(name, "pdf") == kept_name


def test_the_content_says_what_it_is() -> None:
    assert checked("x.gif", b"\xff\xd8\xff\xe0").media_type == "image/jpeg"
    with pytest.raises(WrongDocument):
        checked("x.pdf", b"GIF89a")


def test_an_unknown_document_is_not_found(town: Town) -> None:
    assert town.orientation_nurse.get(f"/documents/{UUID(int=7)}").status_code == 404
    assert db.session.scalar(select(func.count()).where(AuditEvent.event == "attachment.opened")) == 0
