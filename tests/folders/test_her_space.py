"""What she reads of her folder in her own space, and what she says there."""

import pytest
from flask import Flask

from app import clock
from app.appointments import spaces
from app.core.db import db, transaction
from app.folders.rules import FolderState
from app.live import views
from app.rights.copying import copy_of
from tests.folders.conftest import Around
from tests.inbox.screen import Screen
from tests.patient_space.conftest import PatientPhone
from tests.relatives.conftest import Space
from tests.security.test_canary import stream


@pytest.fixture
def space(app: Flask, around: Around) -> Space:
    with transaction():
        hers = spaces.space_of(around.patient, clock.now())
        token, words = hers.token, hers.code_words
    phone = PatientPhone(app, app.test_client())
    return Space(phone, phone.post(f"/s/{token}", {"words": words}).headers["Location"])


def test_she_learns_of_it_from_somebody_and_not_from_a_screen(around: Around, space: Space) -> None:
    around.opens()
    assert "dossier de coordination" not in Screen(space.get()).text
    assert space.post("/folder/objection").status_code == 404
    around.informs(agreed="later")
    hers = Screen(space.get("/folder")).text
    assert "Êtes-vous d'accord ?" in hers
    assert "Camille Serra" in hers
    assert "au troisième" in hers


def test_she_agrees_herself_and_the_team_is_asked_then(around: Around, space: Space) -> None:
    around.opens()
    around.names(around.nurse)
    around.informs(agreed="later")
    assert space.post("/folder/agreement").status_code == 303
    around.manager.post(f"{around.at}/proposal")
    assert around.folder.state is FolderState.PROPOSED
    assert "Claire Dupré" not in Screen(space.get("/folder")).text  # asked is not in it
    around.nurse.post(f"{around.at}/answer", {"answer": "yes"})
    assert "Claire Dupré" in Screen(space.get("/folder")).text
    assert "L'équipe de son dossier de coordination" in Screen(space.get("/wishes")).text


def test_her_no_closes_open_pages(around: Around, space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    """FACTS_COORDINATION, check 6."""
    around.is_open()
    monkeypatch.setattr(views, "HEARTBEAT", 0.1)
    topic = f"folder-{around.folder.id}"
    open_page = stream(around.town, around.nurse, topic)
    try:
        assert open_page.status == 200
        assert space.post("/folder/objection").status_code == 303
        while open_page.next() is not None:
            pass  # What changed until then; the end comes by itself, once her right is asked again.
    finally:
        open_page.close()
    db.session.rollback()
    assert stream(around.town, around.nurse, topic).status == 403
    assert around.folder.state is FolderState.OBJECTED
    assert "Aucun dossier n'est partagé" in Screen(space.get("/folder")).text
    assert "Plusieurs soins à la fois" not in Screen(around.manager.get(f"/patients/{around.patient}")).text


def test_it_is_in_the_copy_of_all_that_is_kept(around: Around) -> None:
    around.is_open()
    with transaction():
        made = copy_of(around.patient, "json", by=None, now=clock.now())
    assert "Elle rentre seule, au troisième." in made.decode()
