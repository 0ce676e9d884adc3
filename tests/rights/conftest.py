"""A person of whom every room keeps something."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.accounts.models import Account
from app.advice.models import Advice
from app.advice.rules import See
from app.agenda.models import VisitMove
from app.appointments import spaces
from app.assessments.actions import write_down
from app.assessments.library import grids
from app.care_requests.models import CareTask, EpisodeDocument, InformationCopy
from app.circles import actions as circles
from app.circles.models import Usual
from app.consents.models import Refusing
from app.consents.objections import Whom, object_to
from app.conversations.models import Conversation, Line
from app.conversations.rules import Kind, Side
from app.core.db import Model, db, new_id, transaction
from app.core.sealed import Sealed
from app.costs.terms import FundingSituation
from app.directory.models import Practitioner
from app.dispatch.models import Inquiry
from app.documents.models import Document
from app.folders import actions as folders
from app.folders import team
from app.folders.rules import CriticalMoment
from app.folders.team import TeamCandidate
from app.funding.actions import ContractSaid, WrittenBy, ask_funder, begin_estimate, write_contract
from app.funding.rules import Funder
from app.liaison import actions as liaison
from app.liaison.models import Note, NoteDocument
from app.liaison.rules import NoteType, Visibility
from app.organizations.models import Organization
from app.passages.models import Passage
from app.passages.rules import PassageState
from app.patients.keeping import all_kept
from app.patients.merging import merge
from app.patients.models import Cause, Correction, EmergencyAccess, IdentityCheck, Patient, PatientTelecom, Relation
from app.patients.numbers import write_local_number
from app.plans import actions as plans
from app.plans.actions import PlanAuthor
from app.plans.rules import PlanKind
from app.relatives import actions as relatives
from app.relatives.actions import Decides, RelativeSaid
from app.rights.rectifying import ask_rectification
from app.stays.models import ExpectedExit, LifeEvent, Stay
from app.stays.rules import LifeKind
from tests.factories import files
from tests.factories.town import Town
from tests.patient_space.conftest import proposes


@pytest.fixture
def town(app: Flask, town: Town) -> Town:
    app.config["WTF_CSRF_ENABLED"] = False
    return town


@pytest.fixture
def monique(town: Town) -> UUID:
    """Cared for, written about by everybody, and made one with a second record of hers."""
    patient, claire = town.patient(), town.nurse("Claire")
    request_id = town.asks(patient=patient, note="Digicode 1234B")
    town.time_passes(seconds=1)
    assert claire.accepts() == 200
    proposes(claire)
    by, now = town.orientation_nurse.account_id, clock.now()
    request, other = town.request(request_id), town.patient("Monique-Anne")
    offer, body = claire.offer(), files.photo()
    assert offer is not None
    with transaction():
        spaces.space_of(patient, now)
        ask_rectification(patient, "Ma rue a changé de nom.", now=now)
        lucie = RelativeSaid("Lucie", "child", "+33639980200", "l@example.org")
        near = relatives.name(patient, lucie, ["visits"], by=by, now=now)
        relatives.designate(near, clock.paris(now).date(), None, by=by, now=now)
        relatives.note_protection(patient, Decides("tutelle", "Ana", clock.paris(now).date()), by=by, now=now)
        whom = Whom(Refusing.SOMEBODY, account_id=town.coordinator.account_id)
        object_to(patient, whom, how="spoken", by=by, now=now)
        usual = Usual.herself(db.session.get_one(Practitioner, claire.practitioner_id))
        circles.name_usual(patient, usual, by=by, now=now)
        document = Document(
            **{"id": new_id(), "patient_id": patient, "type": "prescription", "name": "o.jpg", "size": len(body)},
            **{"media_type": "image/jpeg", "pages": 1, "body": body, "added_by_id": by, "at": now},
            expires_at=now + timedelta(days=90),
        )
        stay = Stay(id=new_id(), patient_id=patient, organization_id=town.hospital_id, since=now, said_by_id=by)
        stay.expected = [ExpectedExit(on=clock.paris(now).date(), why="mieux", said_by_id=by, at=now)]
        write_local_number(db.session.get_one(Patient, patient), town.hospital_id, "800412077", by=by, now=now)
        line = {"kind": Kind.OUTCOME, "side": Side.CARES, "author_id": claire.account_id, "author_name": "Claire Dupré"}
        db.session.add(Conversation(id=request_id, request_id=request_id, patient_id=patient, last_at=now))
        db.session.flush()
        db.session.add(
            Line(
                **{**line, "conversation_id": request_id, "place": "Cabinet", "text": "Fait", "advice": "Revoir"},
                **{"at": now, "key": "k", "has_documents": False},
            )
        )
        db.session.add(
            Passage(
                **{"plan_id": request_id, "request_id": request_id, "role_id": claire.role_id, "moment": "morning"},
                **{"day": clock.paris(now).date(), "state": PassageState.DONE, "say_by": now, "said_at": now},
                **{"said_by_id": claire.account_id, "note": "Plaie propre"},
            )
        )
        aggir = grids()["aggir"]
        answers, place = {"indoors": "a"}, town.hospital_id
        account = db.session.get_one(Account, by)
        write_down(patient, aggir, answers, "Marche", key=new_id(), by=account, place=place, now=now)
        writes = liaison.author_of(account, patient, now)
        seen_by = [claire.account_id]
        said = liaison.Writing("Fatiguée", "k", NoteType.ADVICE, visibility=Visibility.NAMED, named=seen_by)
        note = liaison.write(patient, said, by=writes, now=now)
        assert isinstance(note, Note)
        liaison.correct(note, "Très fatiguée", by=by, now=now)
        liaison.write(patient, liaison.Writing("Vue", "l"), by=writes, now=now)
        liaison.say_at_the_door(patient, "Le chien", by=by, now=now)
        db.session.add(document)
        db.session.flush()
        db.session.add(NoteDocument(document_id=document.id, note_id=note.id))
        db.session.add_all(
            [
                EpisodeDocument(document_id=document.id, episode_id=request.episode_id),
                PatientTelecom(patient_id=patient, number="+33639980300", whose="child", name="Lucie"),
                IdentityCheck(patient_id=patient, document="passport", checked_by_id=by, at=now),
                Correction(patient_id=patient, trait="address", before="1", after="2", at=now, by_id=by),
                Relation(
                    patient_id=patient, organization_id=town.hospital_id, why=Cause.IDENTITY, since=now, reason="r"
                ),
                CareTask(request_id=request_id, slug="call", label="Appeler", owner="requester", due_at=now),
                InformationCopy(
                    request_id=request_id, practitioner_id=claire.practitioner_id, on="accept", text="t", at=now
                ),
                stay,
                LifeEvent(patient_id=patient, kind=LifeKind.MOVED, on=clock.paris(now).date(), said_by_id=by, at=now),
                Inquiry(offer_id=offer.id, request_id=request_id, question="Quelle sonde ?", asked_at=now),
                EmergencyAccess(
                    **{"account_id": by, "patient_id": patient, "territory_id": town.cpts_id, "reason": "other"},
                    **{"because": "un malaise", "opened_at": now, "ends_at": now},
                ),
            ]
        )
    with transaction():
        reckon(patient, town, now)
    with transaction():
        coordinate(patient, town, now)
        today = clock.paris(now).date()
        db.session.add(VisitMove(request_id=request_id, day=today, moment="morning", by_id=claire.account_id, at=now))
        given = {"answered_at": now, "author_id": claire.account_id, "see": See.BY, "see_until": today}
        db.session.add(Advice(request_id=request_id, **given))
    with transaction():
        merge(patient, other, by=by, now=now)
    return patient


def coordinate(patient: UUID, town: Town, now: datetime) -> None:
    """Her folder with its team, and a plan to which she agreed."""
    by = db.session.get_one(Account, town.orientation_nurse.account_id)
    place = db.session.get_one(Organization, town.hospital_id)
    today = clock.paris(now).date()
    her = db.session.get_one(Patient, patient)
    said = CriticalMoment.RETURN, "Elle rentre seule.", 2, today + timedelta(days=90)
    folder = folders.begin(her, *said, by=by, place=place.id, now=now).folder
    assert folder is not None
    team.name_member(folder, TeamCandidate(organization_id=place.id, account_id=by.id), by=by, now=now, leads=True)
    folders.inform(folder, "bedside", agreed=True, by=by, now=now)
    author = PlanAuthor(by)
    for key in (new_id(), new_id()):
        assert plans.add(folder.id, PlanKind.WISH, None, {"words": "Rester"}, key=key, by=author, now=now) is None
    assert plans.agree(folder.id, 1, "spoken", today, folder.team, by=author, now=now) is None


def reckon(patient: UUID, town: Town, now: datetime) -> None:
    """What her care leaves to pay, what is asked of whom, and her contract."""
    account = db.session.get_one(Account, town.orientation_nurse.account_id)
    estimate, asked, contract = (WrittenBy(account, town.emergency_id, new_id(), now) for _ in range(3))
    begin_estimate(patient, FundingSituation(age=84), estimate)
    ask_funder(patient, Funder.APA, None, "il manque le RIB", asked)
    said = ContractSaid("Mutuelle", "A12", "+33639980300", 10, None, None, before_exit=True, terms="article 4")
    write_contract(patient, said, contract)


def canary(table: str, column: str) -> str:
    return f"zqx-{table}-{column}-canari"


def plant() -> dict[tuple[str, str], str]:
    """A word that nobody bears in every sealed column of every room, by table and column; some are not there to plant
    in, which fails by itself where they are looked for."""
    planted = {}
    with transaction():
        for kept in all_kept():
            table = Model.metadata.tables[kept.table]
            words = {
                column.name: canary(table.name, column.name)
                for column in table.columns
                if isinstance(column.type, Sealed)
            }
            if words:
                db.session.execute(update(table).values(words))
            planted.update({(table.name, name): word for name, word in words.items()})
    return planted


def rows_left() -> dict[str, int]:
    """Of every table that keeps something of a person."""
    db.session.rollback()
    return {kept.table: len(db.session.execute(select(Model.metadata.tables[kept.table])).all()) for kept in all_kept()}
