"""A form that was being filled in when the session ended: there again for its person, and for nobody else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from flask import session
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import TimeoutError as NoConnection
from werkzeug.datastructures import MultiDict

from app import clock
from app.accounts import sessions
from app.accounts.models import Account, Role, SignIn
from app.care_requests.models import CareRequest
from app.core.db import db, transaction
from app.documents.models import Document
from app.drafts import actions
from app.drafts.actions import forget_due
from app.drafts.models import Draft
from app.drafts.rules import DRAFT_LASTS, LARGEST, MOST_DRAFTS, packed, unpacked
from app.membership.leaving import leave
from app.patients.models import Patient
from tests.desk.screen import document
from tests.factories.files import photo
from tests.factories.town import Person, Town
from tests.tablets.ward import CODE, Ward, enrolled

NOTE = "Code 12A, le chien mord\r\nSonner <deux> fois"
WAITS = "Une saisie interrompue vous attend"
NOT_SENT = "Voici ce que vous aviez saisi. Rien n'a été envoyé"


@pytest.fixture
def nadia(town: Town) -> Person:
    return town.orientation_nurse


@pytest.fixture
def form(town: Town) -> str:
    """Where a request for a patient is sent."""
    return f"/requests?pathway=home-care&patient={town.patient()}"


def left_alone(person: Person) -> None:
    """Her session ran out by itself."""
    with transaction():
        mine = update(SignIn).where(SignIn.account_id == person.account_id)
        db.session.execute(mine.values(expires_at=clock.now()))


def comes_in(person: Person, browser: Person) -> Person:
    """Shows her passkey on this browser."""
    town = browser.town
    cookie = browser.client.get_cookie("relais")
    with town.app.test_request_context(headers={"Cookie": f"relais={cookie.value}" if cookie else ""}):
        with transaction():
            sessions.sign_in(db.session.get_one(Account, person.account_id), "passkey", now=clock.now())
        kept = dict(session)
    with browser.client.session_transaction() as new:
        new.clear()
        new.update(kept)
    return Person(town, person.account_id, browser.client)


def typed(note: str = NOTE) -> dict[str, object]:
    return {"reason": "dressing", "window": "tomorrow", "note": note, "csrf_token": "x", "documents": ""}


def interrupted(person: Person, url: str, fields: dict[str, object] | None = None) -> str:
    """Sent too late; returns where it waits."""
    left_alone(person)
    answer = person.post(url, fields or typed())
    assert answer.status_code == 303
    found = re.fullmatch(r"/sign-in\?next=(/drafts/[0-9a-f-]{36})", answer.location)
    assert found, answer.location
    return found[1]


def resume(person: Person, waits: str):
    """What the page does by itself, or the finger without JavaScript."""
    page = person.get(waits)
    assert page.status_code == 200
    [action] = re.findall(r'<form id="draft"[^>]* action="([^"]+)"', page.text)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text.partition('id="draft"')[2])
    return person.post(unescape(action), MultiDict((unescape(name), unescape(value)) for name, value in fields))


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_what_she_typed_is_there_after_signing_in_and_gone_once_sent(nadia: Person, form: str) -> None:
    waits = interrupted(nadia, form)
    again = comes_in(nadia, nadia)
    assert WAITS in again.get("/requests").text
    shown = resume(again, waits)
    assert shown.status_code == 422
    assert NOTE.replace("\r\n", "\n") in unescape(shown.text).replace("\r\n", "\n")
    assert re.search(r'value="tomorrow"[^>]* checked|checked[^>]* value="tomorrow"', shown.text)
    assert WAITS not in shown.text
    assert NOT_SENT in unescape(shown.text)
    assert (count(CareRequest), count(Draft)) == (0, 1)
    sent = again.post(form, typed() | {"agreement": "y"})
    assert sent.status_code == 303
    assert (count(CareRequest), count(Draft)) == (1, 0)
    assert WAITS not in again.get("/requests").text


def test_the_next_person_at_the_browser_never_sees_it(town: Town, nadia: Person, form: str) -> None:
    waits = interrupted(nadia, form)
    other = comes_in(town._person("Paul", "Autre", Role.REQUESTER, town.emergency_id), nadia)
    assert WAITS not in other.get("/requests").text
    assert other.get(waits).status_code == 404
    assert other.post(waits + "/removal").status_code == 404
    elsewhere = comes_in(nadia, town.stranger())
    assert WAITS in elsewhere.get("/requests").text


def test_it_lies_sealed_in_the_database(nadia: Person, form: str) -> None:
    interrupted(nadia, form)
    [row] = db.session.execute(text("SELECT path, body FROM draft")).all()
    assert "12A" not in str(row)
    assert row.path == form


@pytest.mark.parametrize("end", ["signs out", "is signed out from afar"])
def test_who_signed_out_leaves_nothing(nadia: Person, form: str, end: str) -> None:
    if end == "signs out":
        nadia.post("/sign-out")
    else:
        with transaction():
            db.session.execute(update(SignIn).values(ended_at=clock.now()))
    answer = nadia.post(form, typed())
    assert answer.location.startswith("/sign-in")
    assert "drafts" not in answer.location
    assert count(Draft) == 0


def test_a_form_sent_by_htmx_survives_too(nadia: Person, form: str) -> None:
    left_alone(nadia)
    answer = nadia.post(form, typed(), htmx=True)
    assert answer.status_code == 401
    assert re.fullmatch(r"/sign-in\?next=/drafts/[0-9a-f-]{36}", answer.headers["HX-Redirect"])


def test_a_new_patient_is_not_written_down_twice_nor_lost(nadia: Person) -> None:
    url = "/patients/new?pathway=home-care"
    fields = {"birth_name": "Lœuillet", "given_names": "Odile", "birth_date": "12/03/1948", "phone": "06"}
    waits = interrupted(nadia, url, fields)
    shown = resume(comes_in(nadia, nadia), waits)
    assert all(f'value="{value}"' in shown.text for value in fields.values())
    assert count(Patient) == 0


def test_what_waits_can_be_erased(nadia: Person, form: str) -> None:
    waits = interrupted(nadia, form)
    again = comes_in(nadia, nadia)
    assert again.post(waits + "/removal").status_code == 303
    assert count(Draft) == 0
    assert WAITS not in again.get("/requests").text


def test_after_a_shift_it_is_gone(nadia: Person, form: str) -> None:
    waits = interrupted(nadia, form)
    assert forget_due(clock.now()) == 0
    again = comes_in(nadia, nadia)
    clock.advance(DRAFT_LASTS - timedelta(minutes=1))
    left_alone(nadia)
    again = comes_in(nadia, nadia)
    assert again.get(waits).status_code == 200
    clock.advance(timedelta(minutes=1))
    assert WAITS not in again.get("/requests").text
    assert again.get(waits).status_code == 404
    assert forget_due(clock.now()) == 1
    assert count(Draft) == 0


def test_one_of_each_form_is_kept_and_not_without_end(nadia: Person, form: str) -> None:
    first = interrupted(nadia, form, typed("avant"))
    assert interrupted(nadia, form, typed("après")) == first
    assert count(Draft) == 1
    assert "après" in resume(comes_in(nadia, nadia), first).text
    for number in range(MOST_DRAFTS + 2):
        interrupted(nadia, f"{form}&n={number}")
        clock.advance(timedelta(seconds=1))
    assert count(Draft) == MOST_DRAFTS
    assert packed([("note", LARGEST * "x")], without=()) == ""


def test_what_has_nothing_typed_is_not_kept(nadia: Person, form: str) -> None:
    left_alone(nadia)
    assert "drafts" not in nadia.post(form, {"csrf_token": "x", "note": " "}).location
    assert "drafts" not in nadia.post("/requests/0190aaaa-0000-7000-8000-000000000001/widening", {"x": "y"}).location
    assert count(Draft) == 0


def test_odd_letters_come_back_as_they_were() -> None:
    fields = [("a", "é&=+ %\n\x00"), ("a", ""), ("b", "𝄞")]
    assert unpacked(packed(fields, without=())) == fields


def test_other_windows_of_hers_can_still_be_sent_and_nobody_elses(town: Town, nadia: Person) -> None:
    def token() -> object:
        with nadia.client.session_transaction() as mine:
            return mine.get("csrf_token")

    with nadia.client.session_transaction() as mine:
        mine["csrf_token"] = "of her pages"
    left_alone(nadia)
    comes_in(nadia, nadia)
    assert token() == "of her pages"
    comes_in(town._person("Paul", "Autre", Role.REQUESTER, town.emergency_id), nadia)
    assert token() != "of her pages"


@pytest.fixture
def ward(town: Town) -> Iterator[Ward]:
    return enrolled(town)


def test_what_is_typed_on_a_tablet_that_locks_waits_for_its_nurse(ward: Ward, form: str) -> None:
    maya, paul = ward.nurse("Maya"), ward.nurse("Paul")
    ways = {name: ward.chooses(each) for name, each in (("maya", maya), ("paul", paul))}

    def enters(who: str) -> str:
        assert ward.tablet.post(ways[who], {"code": CODE}).status_code == 303
        ward.tablet.post("/handover")
        return ward.tablet.get("/requests").text

    assert WAITS not in enters("maya")
    carried = {"typed": urlencode(typed()), "typed_at": form}
    assert ward.tablet.post("/tablet/lock", carried).location == "/tablet"
    assert NOTE[:8] not in ward.tablet.get("/tablet").text
    assert WAITS not in enters("paul")
    ward.locks()
    page = enters("maya")
    assert WAITS in page
    [waits] = re.findall(r'href="(/drafts/[0-9a-f-]+)"', page)
    assert NOTE[:8] in resume(ward.tablet, waits).text


@pytest.mark.parametrize("place", ["//evil.example/requests", "/nowhere", "/sign-out", "", "/requests/refusal\n"])
def test_a_tablet_keeps_forms_of_this_house_only(ward: Ward, place: str) -> None:
    ward.chooses(ward.nurse("Maya"))
    ward.tablet.post("/tablet/lock", {"typed": "note=x", "typed_at": place})
    assert count(Draft) == 0


def test_a_proof_that_is_asked_first_loses_nothing(town: Town) -> None:
    ada = town._person("Ada", "Ministre", Role.ADMINISTRATOR, town.emergency_id)
    clock.advance(timedelta(hours=1))
    fields = {"name": "Poste de soins", "organization_id": str(town.emergency_id)}
    assert ada.post("/tablets", fields).location == "/proof"
    assert WAITS in ada.get("/account").text
    with transaction():
        db.session.execute(update(SignIn).values(proven_at=clock.now()))
    [waits] = re.findall(r'href="(/drafts/[0-9a-f-]+)"', ada.get("/account").text)
    assert 'value="Poste de soins"' in resume(ada, waits).text
    assert ada.post("/tablets", fields).status_code == 303
    assert count(Draft) == 0


def test_a_form_that_was_sent_is_said_to_be_whatever_becomes_of_its_draft(
    nadia: Person, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request is kept by then: an error would have her send it a second time."""
    interrupted(nadia, form)
    again = comes_in(nadia, nadia)

    def nobody_may_write(*_: object) -> None:
        raise NoConnection("too many write at once")

    monkeypatch.setattr(actions, "forget", nobody_may_write)
    assert again.post(form, typed() | {"agreement": "y"}).status_code == 303
    assert count(CareRequest) == 1


def test_who_belongs_nowhere_any_more_leaves_nothing_either(town: Town, nadia: Person, form: str) -> None:
    """Her session ran out before she was removed: the page that is still open writes nothing of a patient."""
    left_alone(nadia)
    with transaction():
        leave(nadia.account_id, town.emergency_id, by=town.coordinator.account_id, now=clock.now())
    assert "/drafts/" not in nadia.post(form, typed()).location
    assert count(Draft) == 0


def waiting_documents(page: str) -> list[str]:
    return re.findall(r'name="kept_document" value="([0-9a-f-]{36})" checked', page)


def test_the_documents_of_an_interrupted_form_are_kept_with_it(nadia: Person, form: str) -> None:
    waits = interrupted(nadia, form, typed() | {"document": [document(name="lettre.pdf"), document(name="ecg.pdf")]})
    again = comes_in(nadia, nadia)
    assert "pas pu être gardé" not in unescape(again.get(waits).text)
    shown = resume(again, waits)
    assert len(waiting_documents(shown.text)) == 2
    assert "lettre.pdf" in shown.text
    assert count(CareRequest) == 0
    sent = again.post(form, typed() | {"agreement": "y", "kept_document": waiting_documents(shown.text)})
    assert sent.status_code == 303
    assert "ecg.pdf" in again.get(sent.location).text
    assert count(Draft) == 0


def test_a_document_that_cannot_be_kept_is_said_before_the_form_comes_back(nadia: Person, form: str) -> None:
    waits = interrupted(nadia, form, typed() | {"document": [document(b"MZ", "virus.pdf"), document()]})
    again = comes_in(nadia, nadia)
    assert "pas pu être gardé" in unescape(again.get(waits).text)
    assert len(waiting_documents(resume(again, waits).text)) == 1


def test_a_photo_alone_is_worth_keeping_and_is_nobody_elses(town: Town, nadia: Person) -> None:
    request = town.asks()
    waits = interrupted(nadia, f"/requests/{request}/attachments", {"document": [document(photo(), "plaie.jpg")]})
    other = comes_in(town._person("Paul", "Autre", Role.REQUESTER, town.emergency_id), nadia)
    [kept] = db.session.scalars(select(Document.id))
    assert other.get(f"/documents/{kept}").status_code == 404
    mine = comes_in(nadia, town.stranger())
    shown = resume(mine, waits)
    assert waiting_documents(shown.text) == [str(kept)]
    assert mine.post(f"/requests/{request}/attachments", {"kept_document": str(kept)}).status_code == 303
    assert "plaie.jpg" in mine.get(f"/documents/{kept}").text


def test_a_tablet_that_locks_takes_the_sent_documents_along(town: Town, form: str) -> None:
    ward = enrolled(town)
    awa = ward.nurse("Awa")
    her_name = ward.chooses(awa)
    ward.tablet.post(her_name, {"code": CODE})
    came = ward.tablet.post("/documents", {"document": document(photo(), "plaie.jpg")}, htmx=True)
    [kept] = waiting_documents(came.text)
    carried = urlencode({"note": NOTE, "kept_document": kept})
    assert ward.tablet.post("/tablet/lock", {"typed": carried, "typed_at": form}).location == "/tablet"
    ward.tablet.post(her_name, {"code": CODE})
    [waits] = re.findall(r'href="(/drafts/[0-9a-f-]+)"', ward.tablet.get("/requests").text)
    assert waiting_documents(resume(ward.tablet, waits).text) == [kept]


def test_what_waits_goes_with_the_role(town: Town, nadia: Person) -> None:
    nadia.post("/documents", {"document": document()}, htmx=True)
    assert count(Document) == 1
    with transaction():
        leave(nadia.account_id, town.emergency_id, by=town.coordinator.account_id, now=clock.now())
    assert count(Document) == 0
