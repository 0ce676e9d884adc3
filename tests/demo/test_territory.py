"""The invented territory looks like a real day, and everything in it came about by the real verbs."""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Account
from app.appointments.models import Appointment
from app.care_requests.models import CareRequest, State, Step
from app.care_requests.rules import TAKEN
from app.cli import demonstration
from app.core.db import db, transaction
from app.demo import territory
from app.demo.people import CAST, FOLDER, Cast, read
from app.demo.plot import VISITORS, account
from app.demo.replay import replay
from app.directory.models import Practitioner, PractitionerRole, Profession
from app.directory.queries import near, practitioner_of
from app.dispatch import queries
from app.dispatch.models import Offer, OfferState
from app.dispatch.search import advance_due
from app.organizations.models import Commune, Organization
from app.organizations.rules import KINDS
from app.pathways.library import pathways
from app.patients.models import Patient
from app.patients.queries import known_to, search

pytestmark = pytest.mark.usefixtures("inside")


def count(table: type) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_people_and_places(app: Flask) -> None:
    assert count(Commune) == 194
    professions = Counter(db.session.scalars(select(Practitioner.profession)))
    services = set(
        db.session.scalars(select(PractitionerRole.profession).where(PractitionerRole.practitioner_id.is_(None)))
    )
    assert set(professions) | services == set(Profession)
    assert professions[Profession.NURSE] == 18
    assert 35 <= professions.total() <= 45
    assert set(KINDS) == set(db.session.scalars(select(Organization.kind)))
    assert all(len(rpps) == 11 for rpps in db.session.scalars(select(Practitioner.rpps)))
    phones = [
        *db.session.scalars(select(Practitioner.phone)),
        *db.session.scalars(select(Patient.phone)),
        *db.session.scalars(select(Organization.phone)),
    ]
    assert len(phones) == len(set(phones))
    assert all(len(phone) == 12 and phone.startswith(("+3363998", "+3319900")) for phone in phones)


@pytest.mark.parametrize(
    ("said", "instead", "mistake"),
    [
        ('practice = "canal"', 'practice = "chanel"', "unknown: chanel"),
        ('kind = "maternity" }', 'kind = "motherhood" }', "motherhood.*services"),
        ("accepting = false", "accepts = false", "accepts"),
    ],
)
def test_a_mistake_among_the_people_is_named(tmp_path: Path, said: str, instead: str, mistake: str) -> None:
    text = (FOLDER / "people.toml").read_text()
    assert said in text
    wrong = tmp_path / "people.toml"
    wrong.write_text(text.replace(said, instead))
    with pytest.raises(ValueError, match=f"people.toml: .*{mistake}"):
        read(wrong, Cast)


def test_loading_again_changes_nothing(app: Flask, now: datetime) -> None:
    before = count(CareRequest), count(Account), count(Patient)
    with transaction():
        assert not territory.load(now + timedelta(hours=3))
    assert (count(CareRequest), count(Account), count(Patient)) == before


def test_every_state_is_there_and_what_is_open_is_alive(app: Flask, now: datetime) -> None:
    requests = db.session.scalars(select(CareRequest)).all()
    states = Counter(request.state for request in requests)
    assert len(requests) >= 30
    assert set(states) == set(State)
    assert states[State.UNANSWERED] == 2
    assert {request.pathway for request in requests} == {
        slug for slug, each in pathways().items() if any(reason.patient for reason in each.reasons)
    }
    for request in requests:
        if request.state in (State.SEARCHING, State.UNANSWERED, State.ACCEPTED):
            assert request.window_end > now + timedelta(hours=1)
        if request.state is State.SEARCHING:
            assert request.next_move_at > now
            assert any(offer.state is OfferState.OPEN for offer in offers_of(request))


def test_nobody_asked_is_left_without_answer_or_end(app: Flask, now: datetime) -> None:
    states = Counter(db.session.scalars(select(Offer.state)))
    assert {OfferState.OPEN, OfferState.WON, OfferState.LOST, OfferState.REFUSED, OfferState.WITHDRAWN} <= set(states)
    assert all(offer.expires_at > now for offer in db.session.scalars(select(Offer)) if offer.state is OfferState.OPEN)


def test_the_steps_are_in_order_and_in_the_past(app: Flask, now: datetime) -> None:
    for request in db.session.scalars(select(CareRequest)):
        moments = [step.at for step in request.steps]
        assert moments == sorted(moments)
        assert moments[0] == request.created_at
        assert moments[-1] <= now
    for visit in db.session.scalars(select(Appointment).where(Appointment.starts_at.is_not(None))):
        begun = next((step.at for step in visit.request.steps if step.kind == "start"), None)
        assert begun is None or begun >= visit.starts_at


def test_the_nurse_has_a_day_before_her(app: Flask) -> None:
    nurse = practitioner_of(account("nurse").id)
    assert 2 <= open_offers(nurse) <= 3
    assert {offer.request.state for offer in queries.won_offers([nurse.id])} == {
        State.ACCEPTED,
        State.SCHEDULED,
        State.STARTED,
    }
    assert open_offers(practitioner_of(account("doctor").id))


def open_offers(person: Practitioner) -> int:
    waiting = Offer.recipient_id == person.id, Offer.state == OfferState.OPEN
    return db.session.scalar(select(func.count()).select_from(Offer).where(*waiting)) or 0


@pytest.mark.parametrize(("key", "profession"), [("nurse", Profession.NURSE), ("doctor", Profession.DOCTOR)])
def test_a_request_from_evry_reaches_the_visitor_at_once(app: Flask, key: str, profession: Profession) -> None:
    evry = db.session.get_one(Commune, "91228")
    nearest = near(profession, evry.latitude, evry.longitude, 5, limit=7)
    assert practitioner_of(account(key).id).id in [found.recipient_id for found in nearest]


def test_the_patients_to_try_with_are_found_by_the_emergency_ward(app: Flask) -> None:
    mine = account("orientation-nurse").organizations()
    for person in [*CAST.patients.values()][:3]:
        born = person.born.strftime("%d/%m/%Y")
        for typed in (born, f"{born} {person.family[:3]}", f"{person.family} {person.given}"):
            assert len(search(typed, known_to(mine), clock.now().date()).people) == 1


def offers_of(request: CareRequest) -> list[Offer]:
    return list(db.session.scalars(select(Offer).where(Offer.request_id == request.id)))


def test_a_day_plays_by_itself_and_leaves_the_visitors_alone(app: Flask, now: datetime) -> None:
    lines: list[str] = []
    before = count(CareRequest)

    def wait(seconds: float) -> None:
        clock.advance(timedelta(seconds=seconds))
        advance_due(clock.now())  # the worker, whose own turn comes between two of ours

    until = now + timedelta(minutes=3)
    replay(30, until, seed=7, say=lines.append, wait=wait)
    assert clock.now() == until
    assert count(CareRequest) - before >= 4
    assert sum("accepts" in line for line in lines) >= 1
    text = "\n".join(lines).casefold()
    assert not any(patient.birth_name.casefold() in text for patient in db.session.scalars(select(Patient)))
    invariants_hold()
    visitors = [account(key).id for key in VISITORS]
    assert not db.session.scalars(select(Step).where(Step.at > now, Step.author_id.in_(visitors))).all()
    seen = select(Offer).join(Practitioner, Practitioner.id == Offer.recipient_id)
    assert not db.session.scalars(seen.where(Offer.seen_at > now, Practitioner.account_id.in_(visitors))).all()


def invariants_hold() -> None:
    for request in db.session.scalars(select(CareRequest)):
        won = [offer for offer in offers_of(request) if offer.state is OfferState.WON]
        assert len(won) == (1 if request.state in TAKEN else 0)
        assert all(offer.role_id == request.performer_id for offer in won)
        if request.state is not State.SEARCHING:
            assert not any(offer.state is OfferState.OPEN for offer in offers_of(request))
    for role in db.session.scalars(select(PractitionerRole).where(~PractitionerRole.accepting)):
        assert not db.session.scalars(select(Offer).where(Offer.role_id == role.id)).all()


def test_the_commands_are_for_demo_mode_only(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    told = CliRunner().invoke(demonstration.load)
    assert (told.exit_code, told.output) == (0, "The demonstration was loaded already.\n")
    monkeypatch.setitem(app.config, "SETTINGS", settings_without_demo(app))
    assert "RELAIS_DEMO=1" in CliRunner().invoke(demonstration.load).output
    assert CliRunner().invoke(demonstration.replay).exit_code == 1


def settings_without_demo(app: Flask) -> object:
    from dataclasses import replace

    return replace(app.config["SETTINGS"], demo=False)
