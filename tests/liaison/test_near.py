"""The person and those near her: what they read of the liaison book, what they write, and that she knows who read."""

from uuid import UUID

import pytest
from flask import Flask

from app import clock
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.core.db import transaction
from app.relatives import actions as relatives
from app.relatives.actions import RelativeSaid
from app.relatives.models import RelatedPerson
from tests.desk.screen import words
from tests.factories.town import Nurse, Town
from tests.liaison.test_book import last, notes, reads, writes
from tests.patient_space.conftest import PatientPhone
from tests.relatives.conftest import Space, opens, space  # noqa: F401 -- her own space


@pytest.fixture
def phone(app: Flask) -> PatientPhone:
    return PatientPhone(app, app.test_client())


@pytest.fixture
def maya(town: Town) -> Nurse:
    return town.nurse("Maya")


@pytest.fixture
def monique(town: Town, maya: Nurse) -> UUID:
    return town.patient(usual=[maya])


def near(monique: UUID, name: str, *headings: str) -> RelatedPerson:
    with transaction():
        return relatives.name(monique, RelativeSaid(name, "child"), headings, by=None, now=clock.now())


def test_she_reads_what_is_for_her_and_writes_what_she_sees(
    maya: Nurse,
    monique: UUID,
    space: Space,  # noqa: F811
) -> None:
    writes(maya, monique, "Entre soignants seulement")
    writes(maya, monique, "Buvez un verre de plus par jour.", visibility="person")
    page = words(space.get("/notes"))
    assert "Buvez un verre de plus" in page and "Entre soignants" not in page
    for _ in range(2):
        assert space.post("/notes", {"text": "J'ai mal au genou.", "key": "k"}).status_code == 303
    assert len(notes()) == 3
    assert "La personne elle-même" in reads(maya, monique)
    assert "J'ai mal au genou." in reads(maya, monique)
    assert space.post("/notes", {"text": " "}).status_code == 422
    assert space.post("/notes", {"text": "a" * 2001}).status_code == 422
    hers = last()
    assert space.post(f"/notes/{notes()[1].id}/withdrawal").status_code == 404, "a nurse's is not hers to take back"
    assert space.post(f"/notes/{hers}/withdrawal").status_code == 303
    assert "J'ai mal au genou." not in words(space.get("/notes"))
    assert maya.post(f"/patients/{monique}/liaison/{hers}/correction", {"text": "x"}).status_code == 403


def test_a_relative_reads_and_writes_by_the_heading_alone(
    maya: Nurse,
    monique: UUID,
    phone: PatientPhone,
    space: Space,  # noqa: F811
) -> None:
    """FACTS_COORDINATION 9, check 32."""
    writes(maya, monique, "Sortie prévue jeudi.", visibility="person")
    near(monique, "Lucie Marchand", "notes")
    near(monique, "Paul Marchand", "visits")
    hers, his = opens(phone, "Lucie Marchand"), opens(phone, "Paul Marchand")
    assert "Sortie prévue jeudi." in words(phone.get(hers))
    assert "Sortie prévue" not in words(phone.get(his)) and "cahier" not in words(phone.get(his)).lower()
    assert phone.post(f"{his}/notes", {"text": "Bonjour"}).status_code == 404
    assert phone.post(f"{hers}/notes", {"text": ""}).status_code == 422
    assert phone.post(f"{hers}/notes", {"text": "Elle est tombée hier."}).status_code == 303
    assert "Lucie Marchand, un proche" in reads(maya, monique)
    assert "Elle est tombée hier." in words(space.get("/notes"))
    readers = words(space.get("/readers"))
    assert "Lucie Marchand" in readers and "Maya Dupré" in readers


def test_a_relative_who_is_withdrawn_reads_and_writes_no_more(maya: Nurse, monique: UUID, phone: PatientPhone) -> None:
    """FACTS_COORDINATION 9, check 34."""
    lucie = near(monique, "Lucie Marchand", "notes")
    hers = opens(phone, "Lucie Marchand")
    with transaction():
        relatives.allow(lucie, ["visits"], by=None, now=clock.now())
    assert phone.post(f"{hers}/notes", {"text": "Bonjour"}).status_code == 404
    with transaction():
        relatives.end(lucie, by=None, now=clock.now())
    assert phone.get(hers).status_code == 404
    assert phone.post(f"{hers}/notes", {"text": "Bonjour"}).status_code == 404
    assert notes() == []


def test_nothing_new_is_nothing_new_from_her_side_too(
    maya: Nurse,
    monique: UUID,
    phone: PatientPhone,
    space: Space,  # noqa: F811
) -> None:
    near(monique, "Lucie Marchand", "notes")
    hers = opens(phone, "Lucie Marchand")
    with transaction():
        object_to(monique, Whom(Refusing.NEW_USE), how="herself", by=None, now=clock.now())
    for answer in (space.post("/notes", {"text": "Un mot"}), phone.post(f"{hers}/notes", {"text": "Un mot"})):
        assert answer.status_code == 409
        assert "Rien de nouveau ne s'écrit" in words(answer) and "Un mot" in words(answer)
    assert notes() == []
