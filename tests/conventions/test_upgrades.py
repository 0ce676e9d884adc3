"""Rows of a former schema go through its migration: nothing is lost, and they mean what they meant."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import select

from app import clock, create_app
from app.accounts.models import Account
from app.attachments.queries import joined_to
from app.care_requests.models import CareRequest, Episode
from app.circles.models import CareTeamMember, Told
from app.core.db import db, transaction
from app.core.sealed import Sealed, fernets
from app.core.tokens import keyed_hash, keyring
from app.directory.models import InvitedPractitioner
from app.dispatch.models import Offer, Wave
from app.documents.models import Document
from app.patients import joining
from app.patients.models import Patient, Relation
from app.patients.queries import search
from app.stays.actions import admit
from app.tablets.models import TabletSignIn
from tests.conftest import MIGRATIONS, close_engines, settings_for

pytestmark = pytest.mark.long

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def number(n: int) -> UUID:
    return UUID(int=n)


ORGANIZATION, ACCOUNT, PATIENT, PRACTITIONER, ROLE, REQUEST, WAVE, OFFER = (number(n) for n in range(1, 9))

FORMER: list[tuple[str, dict[str, Any]]] = [
    (
        "commune",
        {
            "code": "91228",
            "name": "Évry",
            "postal_code": "91000",
            "search_name": "evry",
            "latitude": 48.6,
            "longitude": 2.4,
        },
    ),
    (
        "organization",
        {
            "id": ORGANIZATION,
            "name": "Urgences",
            "kind": "emergency",
            "phone": "",
            "address": "",
            "commune_code": "91228",
        },
    ),
    (
        "account",
        {
            "id": ACCOUNT,
            "email": "a@example.org",
            "given_name": "A",
            "family_name": "B",
            "active": True,
            "created_at": NOW,
            "answers_from_lock_screen": True,
        },
    ),
    (
        "patient",
        {
            "id": PATIENT,
            "organization_id": ORGANIZATION,
            **dict.fromkeys(
                ("birth_name", "given_names", "birth_date_text", "sex", "birth_place", "phone", "address"), "x"
            ),
            "commune_code": "91228",
            "birth_date_key": "k",
            "created_at": NOW,
        },
    ),
    (
        "practitioner",
        {
            "id": PRACTITIONER,
            "rpps": "10000000001",
            "given_name": "Maya",
            "family_name": "Dupré",
            "profession": "nurse",
            "phone": "",
            "account_id": ACCOUNT,
        },
    ),
    (
        "practitioner_role",
        {
            "id": ROLE,
            "practitioner_id": PRACTITIONER,
            "organization_id": ORGANIZATION,
            "profession": "nurse",
            "latitude": 48.6,
            "longitude": 2.4,
            "cell": 1,
            "accepting": True,
            "can_sign_in": True,
        },
    ),
    (
        "care_request",
        {
            "id": REQUEST,
            "pathway": "home-care",
            "pathway_version": 1,
            "patient_id": PATIENT,
            "organization_id": ORGANIZATION,
            "author_id": ACCOUNT,
            "profession": "nurse",
            "reason": "dressing",
            "note": "",
            "commune_code": "91228",
            "window_start": NOW,
            "window_end": NOW,
            "state": "accepted",
            "performer_id": ROLE,
            "created_at": NOW,
            "changed_at": NOW,
        },
    ),
    (
        "wave",
        {"id": WAVE, "request_id": REQUEST, "round": 1, "stage": 2, "radius_km": 10, "started_at": NOW, "ends_at": NOW},
    ),
    (
        "offer",
        {
            "id": OFFER,
            "request_id": REQUEST,
            "wave_id": WAVE,
            "role_id": ROLE,
            "practitioner_id": PRACTITIONER,
            "km": 1.0,
            "usual": True,
            "rank_line": "",
            "state": "won",
            "created_at": NOW,
            "expires_at": NOW,
        },
    ),
]


def insert(rows: list[tuple[str, dict[str, Any]]]) -> None:
    """Into the tables as they stand at that revision."""
    with db.engine.begin() as connection:
        for name, row in rows:
            table = sa.Table(name, sa.MetaData(), autoload_with=connection)
            columns = {c.name: Sealed() if c.name == "note" else c.type for c in table.columns}
            typed = sa.table(name, *(sa.column(c, sa.Uuid() if isinstance(row[c], UUID) else columns[c]) for c in row))
            connection.execute(typed.insert().values(**row))


@pytest.fixture
def app(blank_url: str, tmp_path: Path) -> Iterator[Flask]:
    """A house whose database has no schema yet."""
    app = create_app(settings_for(blank_url, tmp_path))
    yield app
    with app.app_context():
        close_engines()


def test_a_request_of_the_first_pathways_keeps_its_rules_its_offer_and_its_performer(app: Flask) -> None:
    with app.app_context():
        upgrade(MIGRATIONS, "0002")
        insert(FORMER)
        upgrade(MIGRATIONS)

        request = db.session.get_one(CareRequest, REQUEST)
        assert (request.performer_id, request.answer_by, request.visits, request.answers) == (ROLE, NOW, [], {})
        assert (request.rulebook.slug, request.rulebook.version, request.need.label) == ("home-care", 1, "Pansement")
        assert [stage.km for stage in request.rulebook.search.stages] == [0, 5, 10, 20]
        assert db.session.get_one(Episode, request.episode_id).patient_id == PATIENT
        offer = db.session.get_one(Offer, OFFER)
        assert (offer.recipient_id, offer.role.recipient_id, offer.knows_patient) == (PRACTITIONER, PRACTITIONER, True)
        wave = db.session.get_one(Wave, WAVE)
        assert (wave.kind, request.rulebook.search.stages[wave.stage].km) == ("near", wave.radius_km)


INVITATION, ENROLLED = number(20), number(30)


def test_what_was_given_to_who_never_came_is_proposed_and_who_came_keeps_her_role(app: Flask) -> None:
    """Up to where a role is taken by its person, and back to where it was given when she was invited."""
    enrolled = {**dict(FORMER)["account"], "id": ENROLLED, "email": "b@example.org"}
    once = {"created_at": NOW, "expires_at": NOW, "attempts": 0}
    with app.app_context():
        upgrade(MIGRATIONS, "0007")
        insert([(name, row) for name, row in FORMER if name in ("commune", "organization", "account", "practitioner")])
        insert([("practitioner_role", {**dict(FORMER)["practitioner_role"], "skills": []})])
        insert([("account", enrolled)])
        for n, (account, role) in enumerate(
            [(ACCOUNT, "practitioner"), (ACCOUNT, "requester"), (ENROLLED, "requester")]
        ):
            place = {"id": number(10 + n), "account_id": account, "organization_id": ORGANIZATION, "role": role}
            insert([("membership", place)])
        insert([("invitation", {"id": INVITATION, "account_id": ACCOUNT, **once})])
        insert([("invitation", {"id": number(31), "account_id": ENROLLED, "used_at": NOW, **once})])
        signed_in = {"account_id": ENROLLED, "token_hash": "t", "device": "", "must_read": False}
        insert([("sign_in", {"id": number(32), **signed_in, "created_at": NOW, "expires_at": NOW})])
        upgrade(MIGRATIONS, "0008")
        held = sa.text("SELECT role FROM membership ORDER BY role")
        assert db.session.scalars(held).all() == ["requester"]
        proposed = sa.text("SELECT role, email, given_name FROM invitation WHERE used_at IS NULL ORDER BY role")
        assert [tuple(row) for row in db.session.execute(proposed)] == [
            ("practitioner", "a@example.org", "A"),
            ("requester", "a@example.org", "A"),
        ]
        on_call = sa.text("SELECT count(*) FROM practitioner_role WHERE can_sign_in")
        linked = sa.text("SELECT count(*) FROM practitioner WHERE account_id IS NOT NULL")
        assert (db.session.scalar(on_call), db.session.scalar(linked)) == (0, 0)
        db.session.remove()
        downgrade(MIGRATIONS, "0007")
        assert db.session.scalars(held).all() == ["practitioner", "requester", "requester"]
        assert (db.session.scalar(on_call), db.session.scalar(linked)) == (1, 1)


def test_who_signed_in_on_a_tablet_and_whom_an_invitation_makes_whom_are_kept(app: Flask) -> None:
    """Up to where the room above owns what ties, and back."""
    tablet, here, away = number(40), number(41), number(42)
    proposal, other = number(43), number(44)
    with app.app_context():
        upgrade(MIGRATIONS, "0012")
        insert([(name, row) for name, row in FORMER if name in ("commune", "organization", "account", "practitioner")])
        prepared = {"organization_id": ORGANIZATION, "name": "Poste", "prepared_by_id": ACCOUNT, "created_at": NOW}
        insert([("tablet", {"id": tablet, **prepared})])
        signed_in = {"account_id": ACCOUNT, "device": "", "must_read": False, "created_at": NOW, "expires_at": NOW}
        at_tablet = {"tablet_id": tablet, "only_at_id": ORGANIZATION}
        insert([("sign_in", {"id": here, "token_hash": "h", **signed_in, **at_tablet})])
        insert([("sign_in", {"id": away, "token_hash": "a", **signed_in})])
        invited = {"account_id": ACCOUNT, "email": "a@example.org", "given_name": "A", "family_name": "B"}
        invited |= {"organization_id": ORGANIZATION, "role": "practitioner", "attempts": 0}
        invited |= {"created_at": NOW, "expires_at": NOW}
        insert([("invitation", {"id": proposal, "practitioner_id": PRACTITIONER, **invited})])
        insert([("invitation", {"id": other, **invited})])
        former = [
            sa.text("SELECT id, tablet_id, only_at_id FROM sign_in ORDER BY id"),
            sa.text("SELECT id, practitioner_id FROM invitation ORDER BY id"),
        ]
        before = [db.session.execute(each).all() for each in former]
        db.session.remove()
        upgrade(MIGRATIONS)
        assert db.session.execute(select(TabletSignIn.sign_in_id, TabletSignIn.tablet_id)).all() == [(here, tablet)]
        whose = select(InvitedPractitioner.invitation_id, InvitedPractitioner.practitioner_id)
        assert db.session.execute(whose).all() == [(proposal, PRACTITIONER)]
        db.session.remove()
        downgrade(MIGRATIONS, "0012")
        assert [db.session.execute(each).all() for each in former] == before


EPISODE, PRESCRIPTION, LOAN, DELIVERY = (number(n) for n in range(45, 49))


WAITING = {"name": "plaie.jpg", "media_type": "image/jpeg", "size": 1, "pages": 1, "body": b"x", "waits": True}
"""Sent and joined to nothing: it goes with what kept it."""


def test_a_document_joined_to_an_event_is_its_patients_and_stays_joined(app: Flask) -> None:
    """Where nobody is the patient, nobody's; and back to where the event held it."""
    rows = dict(FORMER)
    with app.app_context():
        upgrade(MIGRATIONS, "0012")
        seal = fernets(keyring()).encrypt
        insert([(name, rows[name]) for name in ("commune", "organization", "account")])
        insert([("patient", rows["patient"])])
        for episode, patient in ((EPISODE, PATIENT), (LOAN, None)):
            event = {"id": episode, "patient_id": patient, "organization_id": ORGANIZATION, "created_at": NOW}
            insert([("episode", event)])
        for document, episode in ((PRESCRIPTION, EPISODE), (DELIVERY, LOAN)):
            sealed = {"name": seal(b"HIV.pdf").decode(), "body": seal(b"%PDF-1").decode()}
            file = {"media_type": "application/pdf", "size": 6, "added_by_id": ACCOUNT, "at": NOW}
            insert([("attachment", {"id": document, "episode_id": episode, **sealed, **file})])
        upgrade(MIGRATIONS, "0014")
        db.session.remove()
        upgrade(MIGRATIONS, "0018")
        found = [(document.id, document.patient_id) for e in (EPISODE, LOAN) for document in joined_to(e)]
        assert found == [(PRESCRIPTION, PATIENT), (DELIVERY, None)]
        kept = db.session.get_one(Document, PRESCRIPTION)
        assert (kept.name, kept.body, kept.size, kept.added_by_id, kept.at) == ("HIV.pdf", b"%PDF-1", 6, ACCOUNT, NOW)
        # It is kept for a year from now, and made anew when it is first opened.
        assert (kept.type, kept.pages, kept.waits, kept.scan_at) == ("other", None, False, None)
        assert kept.expires_at > clock.now() + timedelta(days=300)
        db.session.add(waiting := Document(**WAITING, added_by_id=ACCOUNT, at=NOW, expires_at=NOW))
        db.session.commit()
        assert waiting.waits
        db.session.remove()
        downgrade(MIGRATIONS, "0012")
        joined = sa.text("SELECT count(*) FROM attachment JOIN episode ON episode.id = attachment.episode_id")
        assert db.session.scalar(joined) == 2


def test_people_are_found_under_the_new_keys_and_again_under_the_former_one(app: Flask) -> None:
    """Up to one index of keys, and back to a birth date that is always whole."""
    rows = dict(FORMER)
    with app.app_context():
        upgrade(MIGRATIONS, "0014")
        seal = fernets(keyring()).encrypt
        said = {"birth_name": "Le Bœuf", "given_names": "Odile", "birth_date_text": "1948-03-12", "sex": "F"}
        said |= {"birth_place": "91228", "phone": "+33639980100", "address": ""}
        sealed = {name: seal(text.encode()).decode() for name, text in said.items()}
        insert([(name, rows[name]) for name in ("commune", "organization", "account")])
        insert([("patient", rows["patient"] | sealed)])
        upgrade(MIGRATIONS)
        everybody = select(Patient.id)
        for typed in ("12/3/48 leb", "1948 odi", "leboeuf odile", "06 39 98 01 00"):
            assert [each.id for each in search(typed, everybody, NOW.date()).people] == [PATIENT]
        with transaction():
            db.session.get_one(Patient, PATIENT).birth_date_text = "1948"
        downgrade(MIGRATIONS, "0014")
        key = sa.text("SELECT birth_date_key FROM patient")
        assert db.session.scalar(key) == keyed_hash("birth-date", "1948-12-31")


def test_who_knew_a_patient_still_does_and_her_organization_is_found_again(app: Flask) -> None:
    """Who registered her, who asked for her, who said yes and whom she usually sees; and back."""
    usual, other, ended = number(50), number(51), number(52)
    with app.app_context():
        upgrade(MIGRATIONS, "0002")
        insert(FORMER)
        rows = dict(FORMER)
        insert([("organization", {**rows["organization"], "id": other, "name": "Maternité"})])
        insert([("practitioner", {**rows["practitioner"], "id": usual, "rpps": "10000000002", "account_id": None})])
        insert([("care_request", {**rows["care_request"], "id": ended, "organization_id": other, "state": "done"})])
        member = {"patient_id": PATIENT, "practitioner_id": usual, "profession": "nurse", "since": NOW}
        insert([("care_team_member", {"id": number(53), **member})])
        upgrade(MIGRATIONS)
        columns = (Relation.why, Relation.organization_id, Relation.practitioner_id, Relation.since, Relation.until)
        found = {tuple(row) for row in db.session.execute(select(*columns).where(Relation.patient_id == PATIENT))}
        assert found == {
            ("entered", ORGANIZATION, None, NOW, None),
            ("request", ORGANIZATION, None, NOW, None),
            ("request", other, None, NOW, NOW),
            ("acceptance", None, PRACTITIONER, NOW, None),
            ("circle", None, usual, NOW, None),
        }
        db.session.remove()
        downgrade(MIGRATIONS, "0014")
        home = sa.text(
            "SELECT count(*) FROM patient JOIN organization o ON o.id = organization_id WHERE o.name = :name"
        )
        assert db.session.scalar(home, {"name": "Urgences"}) == 1


def test_who_stands_in_the_directory_is_found_by_name_and_a_usual_professional_stays_one(app: Flask) -> None:
    """Up to words of names, places in circles and records compared once; and back to what those tables could say."""
    rows, usual = dict(FORMER), number(50)
    with app.app_context():
        upgrade(MIGRATIONS, "0014")
        insert([(name, rows[name]) for name in ("commune", "organization", "account", "patient")])
        place = {"postal_code": None, **{"name": "Cabinet des Lilas", "id": number(51)}}
        insert([("organization", {**rows["organization"], **place, "kind": "practice"})])
        insert([("practitioner", {**rows["practitioner"], "id": usual, "family_name": "de la Fontaine"})])
        role = {**rows["practitioner_role"], "practitioner_id": usual, "organization_id": number(51), "skills": []}
        insert([("practitioner_role", role)])
        member = {"patient_id": PATIENT, "practitioner_id": usual, "profession": "nurse", "since": NOW}
        insert([("care_team_member", {"id": number(53), **member})])
        upgrade(MIGRATIONS)
        words = "SELECT word FROM name_word ORDER BY word"
        found = ["delafontaine", "fontaine", "lafontaine", "lilas", "maya"]
        assert db.session.scalars(sa.text(words)).all() == found
        kept = db.session.scalars(select(CareTeamMember)).one()
        assert (kept.practitioner_id, kept.organization_id, kept.name) == (usual, None, "Maya de la Fontaine")
        assert joining.uncompared() == 1
        with transaction():
            db.session.add(
                CareTeamMember(
                    patient_id=PATIENT, organization_id=number(51), profession="doctor", since=NOW, told=Told.NAMED
                )
            )
        db.session.remove()
        downgrade(MIGRATIONS, "0022")
        members = sa.text("SELECT count(*) FROM care_team_member WHERE practitioner_id IS NOT NULL")
        assert db.session.scalar(members) == 1
        db.session.remove()
        upgrade(MIGRATIONS)
        assert db.session.scalars(sa.text(words)).all() == found


def test_a_request_of_before_waits_for_nobody_s_return_and_goes_down_again_with_a_stay(app: Flask) -> None:
    """Up to stays: nothing is suspended. Down again from one that is: the request keeps the state it had reached."""
    with app.app_context():
        upgrade(MIGRATIONS, "0002")
        insert(FORMER)
        upgrade(MIGRATIONS)
        asked = db.session.get_one(CareRequest, REQUEST)
        was, by = asked.state, db.session.get_one(Account, ACCOUNT)
        assert asked.stay_id is None
        with transaction():
            admit(PATIENT, None, by=by, now=NOW)
        assert db.session.get_one(CareRequest, REQUEST).stay_id is not None
        db.session.remove()
        downgrade(MIGRATIONS, "0024")
        state = sa.text("SELECT state FROM care_request")
        assert db.session.scalars(state).all() == [was.value]
        db.session.remove()
        upgrade(MIGRATIONS)
        assert db.session.get_one(CareRequest, REQUEST).stay_id is None
