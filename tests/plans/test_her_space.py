"""The person reads her plan in her space and answers by a tap; a relative reads what she may, and no word more."""

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from app import clock
from app.appointments import spaces
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.folders.models import Folder
from app.folders.rules import FolderState
from app.plans.models import CarePlanVersion
from app.plans.rules import PartState, PlanKind
from app.relatives import actions as relatives
from app.relatives.actions import RelativeSaid
from app.relatives.models import Heading
from tests.desk.screen import value, words
from tests.patient_space.conftest import PatientPhone
from tests.plans.care import Team, in_days
from tests.relatives.conftest import Space, opens

CANARY = "Elle ne prend plus ses gouttes"


@pytest.fixture
def space(app: Flask, care: Team) -> Space:
    phone = PatientPhone(app, app.test_client())
    with transaction():
        hers = spaces.space_of(care.patient, clock.now())
        token, said = hers.token, hers.code_words
    return Space(phone, phone.post(f"/s/{token}", {"words": said}).headers["Location"])


def taps(space: Space, part: UUID, answer: str, seen: int) -> int:
    return space.post(f"/plan/parts/{part}", {"answer": answer, "seen": str(seen)}).status_code


def test_she_agrees_by_herself_in_one_tap_and_changes_her_mind(care: Team, space: Space) -> None:
    """FACTS_COORDINATION 9, check 9."""
    assert "Mon plan" not in words(space.get())  # There is none yet.
    assert space.get("/plan").status_code == 404
    aim = care.has(PlanKind.OBJECTIVE, words="Marcher", criterion="Jusqu'au marché", due=in_days(9))
    assert "Mon plan" in words(space.get())
    assert "Je n'ai pas encore dit oui" in words(space.get("/plan"))
    assert taps(space, aim, "agreed", care.part(aim).version) == 303
    assert "J'ai dit oui." in words(space.get("/plan"))
    assert "par elle-même, dans son espace" in words(care.nurse.get(care.url))
    assert taps(space, aim, "declined", care.part(aim).version) == 303
    assert care.part(aim).state is PartState.DECLINED
    author = select(CarePlanVersion.author_id).order_by(CarePlanVersion.number.desc()).limit(1)
    assert db.session.scalar(author) is None
    assert "La personne elle-même" in words(care.nurse.get(f"{care.url}/versions"))


def test_she_agrees_to_nothing_that_she_has_not_read(care: Team, space: Space) -> None:
    aim = care.has(PlanKind.OBJECTIVE, words="Marcher", criterion="Jusqu'au marché", due=in_days(9))
    seen = care.part(aim).version
    form = care.nurse.get(f"{care.url}/parts/{aim}/words")
    changed = {"seen": value(form, "seen"), "words": "Courir", "criterion": "x", "due": value(form, "due")}
    assert care.nurse.post(f"{care.url}/parts/{aim}/words", changed).status_code == 303
    late = space.post(f"/plan/parts/{aim}", {"answer": "agreed", "seen": str(seen)})
    assert late.status_code == 409
    assert "vient de changer" in words(late)
    assert care.part(aim).state is PartState.PROPOSED


def test_her_own_words_go_into_the_plan(care: Team, space: Space) -> None:
    care.has(PlanKind.WISH, words="Rester chez moi")
    page = space.get("/plan")
    nothing = space.post("/plan/wishes", {"id": value(page, "id"), "words": " "})
    assert nothing.status_code == 422
    assert "Écrivez quelque chose" in words(nothing)
    for _ in range(2):
        sent = {"id": value(page, "id"), "words": "بيتي وقطتي"}
        assert space.post("/plan/wishes", sent).status_code == 303
    assert words(care.nurse.get(care.url)).count("بيتي وقطتي") == 1
    given = space.post("/plan/agreement", {"seen": value(space.get("/plan"), "seen")})
    assert given.status_code == 303
    assert "par elle-même, dans son espace" in words(care.nurse.get(care.url))


def test_she_answers_for_her_own_actions_and_no_others(care: Team, space: Space) -> None:
    mine = care.has(PlanKind.ACTION, words="Boire", owner="person", due=in_days(3))
    other = care.has(PlanKind.ACTION, words="Peser", owner=care.owner("nurse"), due=in_days(3))
    problem = care.has(PlanKind.PROBLEM, words=CANARY, domain="medicines")
    assert taps(space, mine, "accepted", 9) == 303
    assert care.part(mine).state is PartState.ACCEPTED
    assert taps(space, mine, "done", 9) == 303
    assert taps(space, other, "done", 9) == 404
    assert taps(space, problem, "solved", 9) == 404
    assert care.part(other).state is PartState.PROPOSED


def test_a_draft_is_nobody_s_plan_yet(care: Team, space: Space) -> None:
    care.has(PlanKind.WISH, words="Rester chez moi")
    with transaction():
        draft = {"state": FolderState.DRAFT, "agreed_at": None}
        db.session.execute(update(Folder).where(Folder.id == care.folder).values(**draft))
    assert space.get("/plan").status_code == 404


@pytest.mark.parametrize("heading", list(Heading))
def test_a_relative_reads_whom_to_call_where_she_may_and_nothing_else(
    care: Team, space: Space, heading: Heading
) -> None:
    """FACTS_COORDINATION 9, check 32."""
    care.has(PlanKind.WISH, words="Rester chez moi")
    care.has(PlanKind.PROBLEM, words=CANARY, domain="medicines")
    care.has(PlanKind.ALERT, words="Si elle tombe", call="15")
    with transaction():
        near = RelativeSaid("Lucie Marchand", "child")
        relatives.name(care.patient, near, [heading], by=care.referent.account_id, now=clock.now())
    page = words(space.phone.get(opens(space.phone, "Lucie Marchand")))
    assert ("Si elle tombe" in page) is (heading is Heading.WHAT_IF)
    for never in (CANARY, "Rester chez moi"):
        assert never not in page
    db.session.rollback()
    read = select(AuditEvent.id).where(AuditEvent.event == "relative.read", AuditEvent.patient_id == care.patient)
    assert db.session.scalar(read) is not None
