"""What goes wrong around the main job, and what people see of it."""

import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.routing import Rule

from app import clock
from app.accounts.models import Role, SignIn
from app.audit import actions as audit
from app.audit.models import AuditEvent
from app.care_requests.models import CareRequest, State, Step
from app.core.db import Model, db, transaction
from app.directory.models import PractitionerRole
from app.dispatch import actions as dispatch
from app.dispatch import answers
from app.dispatch.models import Offer, OfferState
from app.dispatch.queries import reach
from app.letters import mail
from app.letters.rules import AttemptStage, LetterOutcome
from app.live.models import Topic
from app.push.models import Message
from tests.factories.town import Nurse, Person, Town

PROBE = "01900000-0000-7000-8000-000000000000"


def unreachable(request: UUID) -> int:
    db.session.rollback()
    return reach([request])[request].unreachable


# The push service


def test_a_push_service_that_is_down_loses_nothing(town: Town) -> None:
    maya = town.nurse("Maya")
    maya.device.answers(500)
    request = town.asks()
    town.time_passes(seconds=1)
    assert maya.notices() == []
    assert unreachable(request) == 0, "it is still being tried"

    maya.device.answers(201)
    town.time_passes(minutes=2)
    assert len(maya.notices()) == 1
    assert maya.accepts() == 200


@pytest.fixture
def no_mailbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """No mail reaches anybody either."""

    def refuses(*_: object) -> LetterOutcome:
        return LetterOutcome(AttemptStage.RECIPIENT, 550, said="no such mailbox")

    monkeypatch.setattr(mail, "deliver", refuses)


@pytest.mark.usefixtures("no_mailbox")
def test_who_could_not_be_alerted_in_time_is_said_to_be_unreachable(town: Town) -> None:
    maya = town.nurse("Maya")
    town.nurse("Inès", km=2)
    maya.device.answers(reset=True)
    request = town.asks()
    town.time_passes(seconds=1)
    for _ in range(19):
        town.time_passes(minutes=1)
    before = unreachable(request)
    town.time_passes(minutes=2)
    assert (before, unreachable(request)) == (0, 1)
    assert re.search(r"1</b>\s*injoignable", town.orientation_nurse.get(f"/requests/{request}").text)


@pytest.mark.usefixtures("no_mailbox")
def test_a_phone_that_is_gone_is_known_at_once(town: Town) -> None:
    maya = town.nurse("Maya")
    maya.device.answers(410)
    request = town.asks()
    town.time_passes(seconds=1)
    assert unreachable(request) == 1
    assert maya.accepts() == 200, "her screen shows the offer even so"


# The same news twice


def titles(nurse: Nurse) -> list[str]:
    return [str(notice["notification"]["title"]) for notice in nurse.notices()]  # type: ignore[index]


def test_a_moment_that_changes_twice_is_told_twice(town: Town) -> None:
    maya, asked = town.nurse("Maya"), town.asks()
    town.time_passes(seconds=1)
    for days in (2, 3):
        with transaction():
            request, until = db.session.get_one(CareRequest, asked), clock.now() + timedelta(days=days)
            dispatch.reschedule(request, clock.now(), until, by=town.orientation_nurse.account, now=clock.now())
        town.time_passes(seconds=5)
    assert titles(maya)[1:] == ["Le moment a changé", "Le moment a changé"]


def test_a_second_question_and_a_second_answer_arrive(town: Town) -> None:
    maya, _asked = town.nurse("Maya"), town.asks()
    town.time_passes(seconds=1)
    for _ in range(2):
        with transaction():
            offer = db.session.get_one(Offer, maya.offer().id)
            inquiry = answers.ask(offer, "Quel étage ?", by=maya.account, now=clock.now())
        with transaction():
            answers.reply(inquiry, "Le deuxième.", by=town.orientation_nurse.account, now=clock.now())
        town.time_passes(seconds=5)
    assert titles(maya)[1:] == ["Réponse à votre question", "Réponse à votre question"]


def test_found_by_telephone_a_second_time(town: Town) -> None:
    """She gave it back, and was called again: her phone says so each time, and so does a mail when it is silent."""
    maya, asked = town.nurse("Maya"), town.asks()
    for _ in range(2):
        with transaction():
            role, request = db.session.get_one(PractitionerRole, maya.role_id), db.session.get_one(CareRequest, asked)
            assert dispatch.assign(request, role, by=town.orientation_nurse.account, now=clock.now())
        town.time_passes(seconds=5)
        town.time_passes(minutes=3)
        with transaction():
            request = db.session.get_one(CareRequest, asked)
            assert dispatch.withdraw(request, by=maya.account, now=clock.now(), reason="")
    assert titles(maya) == ["Demande acceptée", "Demande acceptée"]


# A sign-in that ended


def end_sign_in(person: Person) -> None:
    with transaction():
        db.session.execute(update(SignIn).where(SignIn.account_id == person.account_id).values(ended_at=clock.now()))


def test_a_dead_session_goes_to_sign_in_then_back(town: Town) -> None:
    maya = town.nurse("Maya")
    request = town.asks()
    town.time_passes(seconds=1)
    path = f"/offers/{maya.offer().id}"
    end_sign_in(maya)

    plain = maya.get(path)
    assert (plain.status_code, plain.location) == (303, f"/sign-in?next={path}")
    part = maya.client.get(path, headers={"HX-Request": "true", "HX-Current-URL": f"http://localhost{path}"})
    assert part.status_code == 401
    assert part.headers["HX-Redirect"] == plain.location
    assert maya.post(f"{path}/acceptance").status_code == 303
    assert maya.post(f"{path}/acceptance", htmx=True).status_code == 401
    assert town.request(request).state is State.SEARCHING


# A fault in the middle of a transaction


def everything() -> dict[str, list[str]]:
    """Every row of the house, as text."""
    db.session.rollback()
    return {t.name: sorted(map(repr, db.session.execute(select(t)))) for t in Model.metadata.sorted_tables}


def break_the_audit(monkeypatch: pytest.MonkeyPatch, event: str) -> None:
    append = audit.append

    def breaks(table: type[Model], **line: object) -> None:
        if line.get("event") == event:
            db.session.flush()  # As late as can be: all the rest is written, but not committed.
            raise ZeroDivisionError
        append(table, **line)

    monkeypatch.setattr(audit, "append", breaks)


def test_an_acceptance_that_breaks_half_way_changes_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    maya = town.nurse("Maya")
    town.nurse("Inès", km=2)
    request = town.asks()
    town.time_passes(seconds=1)
    offer, before = maya.offer().id, everything()
    with monkeypatch.context() as broken:
        break_the_audit(broken, "offer.answered")
        assert maya.post(f"/offers/{offer}/acceptance").status_code == 500
    assert everything() == before

    assert maya.accepts() == 200, "and the next tap is as good as the first"
    assert town.request(request).state is State.ACCEPTED


def test_a_request_that_breaks_half_way_was_never_sent(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.nurse("Maya")
    patient = town.patient()
    before = everything()
    break_the_audit(monkeypatch, "request.opened")
    with pytest.raises(ZeroDivisionError):
        town.asks(patient=patient)
    assert everything() == before


def test_a_search_that_breaks_half_way_keeps_no_other_waiting(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.nurse("Maya")
    broken, sound = town.asks(), town.asks()
    from app.dispatch import search as dispatch

    advance = dispatch.advance

    def breaks(requests: Sequence[CareRequest], now: object) -> None:
        advance(requests, now)
        db.session.flush()
        if broken in (request.id for request in requests):
            raise ZeroDivisionError

    with monkeypatch.context() as wrong:
        wrong.setattr(dispatch, "advance", breaks)
        town.time_passes(seconds=1)
    made = db.session.scalars(select(Offer.request_id)).all()
    assert made == [sound]
    assert town.request(broken).next_move_at > clock.now(), "it is tried again soon"

    town.time_passes(minutes=1)
    assert {*db.session.scalars(select(Offer.request_id))} == {broken, sound}


def test_an_answered_request_is_whole(town: Town) -> None:
    """State, step, audit line, message and topic come together: what the tests above look for is really there."""
    maya = town.nurse("Maya")
    ines = town.nurse("Inès", km=2)
    request = town.asks()
    town.time_passes(seconds=1)
    maya.accepts()
    assert town.request(request).state is State.ACCEPTED
    assert "accept" in db.session.scalars(select(Step.kind).where(Step.request_id == request)).all()
    moved = select(func.count()).where(AuditEvent.subject_id == request, AuditEvent.event == "request.moved")
    assert db.session.scalar(moved) == 1
    told = select(Message.step).where(Message.subject_id == ines.offer().id)
    assert {*db.session.scalars(told)} == {"offer", "closed"}
    assert db.session.get(Topic, f"request-{request}").version > 1
    assert ines.offer().state is OfferState.LOST


# Ids that are unknown, or someone else's


def id_routes(app: Flask) -> list[tuple[str, Rule]]:
    """Every method and route that names something by its id or token."""
    # An invitation's link answers alike whether or not it exists, so that nobody learns who was invited.
    # Its first passkey is for the browser that gave its code: any other is sent away (401) before it is looked for.
    apart = ("static", "membership.invitation", "membership.give_code")
    apart += ("membership.first_passkey_options", "membership.first_passkey_verification")
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments and rule.endpoint not in apart]
    return [(m, rule) for rule in rules for m in sorted(rule.methods or ()) if m not in ("HEAD", "OPTIONS")]


def answer_of(person: Person, method: str, rule: Rule, ids: dict[str, object]) -> int:
    url = rule.rule
    for name in rule.arguments:
        url = re.sub(rf"<(\w+:)?{name}>", str(ids.get(name, PROBE)), url)
    # What makes a form whole, so that nothing but the id can be what is refused.
    whole = {"answer": "confirmed", "slot": "2026-11-24T13:00:00+00:00", "mode": "home", "code": "000000"}
    with person.town.app.app_context():
        if rule.endpoint == "inbox.answer_from_notice":
            return person.client.post(url, json={"token": "x", "answer": "accept"}).status_code
        if rule.endpoint == "push.receive":
            return person.client.post(url, json={"token": "x"}).status_code
        return person.client.open(url, method=method, data=None if method == "GET" else whole).status_code


def test_an_unknown_id_is_not_found_whoever_asks(town: Town) -> None:
    maya = town.nurse("Maya")
    every = {rule.endpoint for _, rule in id_routes(town.app)}
    at_desk = [endpoint for endpoint in every if endpoint.startswith("desk.") and endpoint != "desk.decide"]
    by_link = ("membership.decline", "membership.stop")
    of_members = [e for e in every if e.startswith("membership.") and not e.startswith(by_link)]
    codes, on_a_tablet = ("tablets.ask_code", "tablets.forget_code"), ("tablets.code", "tablets.enter")
    of_tablets = [e for e in every if e.startswith("tablets.") and e not in (*codes, *on_a_tablet)]
    rooms = "records circles documents conversations assessments liaison passages casework planning life advice"
    of_her = tuple(f"{room}." for room in rooms.split())
    of_her += ("agenda.person", "agenda.fridge")
    her_visits = ("agenda.visit", "agenda.move", "agenda.undo")
    people = {
        "requester": (town.orientation_nurse, (*at_desk, *of_her, *codes, "emergency.", "drafts.")),
        "senior doctor": (town._person("Paule", "Aubry", Role.SENIOR_DOCTOR, town.emergency_id), ("desk.decide",)),
        "case manager": (town._person("Hugo", "Ferrand", Role.CASE_MANAGER, town.emergency_id), ("funding.",)),
        "coordinator": (town.coordinator, ("supervision.", "protocols.", "joining.", "naming.")),
        "practitioner": (
            maya,
            ("inbox.", "messages.remove", "accounts.", *her_visits),
        ),
        "administrator": (
            town.administrator(),
            (*of_members, *of_tablets, "administration."),
        ),
        "anyone": (
            town.stranger(),
            ("patient_space.", "agenda.calendar", "push.receive", "messages.report_sms", *on_a_tablet, *by_link),
        ),
    }
    asked = set()
    for person, rooms in people.values():
        for method, rule in id_routes(town.app):
            if rule.endpoint.startswith(rooms):
                asked.add(rule.endpoint)
                answer = answer_of(person, method, rule, {})
                assert answer == 404, f"{method} {rule.rule}: {answer}"
    assert asked == every, "a new room has to be written here"


def test_a_foreign_id_is_not_found_either(town: Town) -> None:
    maya = town.nurse("Maya")
    other_nurse = town.nurse("Inès", km=300)
    elsewhere, stranger = town.requester(), town.stranger()
    senior = town._person("Paule", "Aubry", Role.SENIOR_DOCTOR, town.cpts_id)
    patient = town.patient()
    request = town.asks(patient=patient)
    town.time_passes(seconds=1)
    ids: dict[str, object] = {"request_id": request, "offer_id": maya.offer().id}
    before = everything()
    for method, rule in id_routes(town.app):
        if not rule.arguments & ids.keys():
            continue
        door = rule.endpoint.partition(".")[0]
        other: dict[str, Person] = {
            "desk": senior if rule.endpoint == "desk.decide" else elsewhere,
            "inbox": other_nurse,
            "conversations": other_nurse,
            "advice": other_nurse,
            "passages": other_nurse,
            "supervision": elsewhere,
            "naming": elsewhere,
        }
        answers = answer_of(other[door], method, rule, ids), answer_of(stranger, method, rule, ids)
        assert answers[0] in ({404} if door != "supervision" else {403, 404}), f"{method} {rule.rule}: {answers[0]}"
        assert answers[1] == 303, f"{method} {rule.rule}: a stranger is asked to sign in, got {answers[1]}"
    assert elsewhere.get(f"/requests/new?pathway=home-care&patient={patient}").status_code == 404
    assert elsewhere.post("/requests", {"pathway": "home-care", "patient": patient}).status_code == 404
    after = everything()
    # Nothing but the trail, which has a line for everyone who was refused.
    refused = set(after.pop("audit_event")) - set(before.pop("audit_event"))
    assert refused
    assert all("access.refused" in line for line in refused)
    for each in (before, after):
        each.pop("attempts")  # How often one tried is counted even so.
    assert after == before


def test_a_coordinator_of_another_territory_sees_nothing(town: Town) -> None:
    from app.accounts.models import Role

    with transaction():
        cpts = town._organization("CPTS d'ailleurs", "cpts", None).id
    far = town._person("Loin", "Garnier", Role.COORDINATOR, cpts)
    request = town.asks()
    assert far.get(f"/requests/{request}").status_code == 404
    assert far.post(f"/requests/{request}/relaunch").status_code == 404
    assert str(request) not in far.get("/board").text


def test_what_is_not_an_id_is_not_found(town: Town) -> None:
    maya = town.nurse("Maya")
    for text in ("1", "x" * 400, "%00", "01900000-0000-7000-8000-00000000000g", "..%2f..%2fetc"):
        assert maya.get(f"/offers/{text}").status_code == 404
        assert town.orientation_nurse.get(f"/requests/{text}").status_code == 404
    assert town.orientation_nurse.get("/requests/new?patient=nonsense").status_code == 404
    assert town.orientation_nurse.get(f"/requests/new?patient={uuid4()}").status_code == 404
    assert town.orientation_nurse.get("/requests/new?pathway=nonsense").status_code == 404


# Counting what the database is asked


def statements(act: object, app: Flask) -> int:
    from sqlalchemy import event

    said: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        act()  # type: ignore[operator]
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(said)


def test_a_longer_inbox_asks_the_database_no_more(town: Town) -> None:
    maya = town.nurse("Maya", phone=False)
    counts = []
    for more in (3, 27):
        for n in range(more):
            town.asks(patient=town.patient(f"P{n}"))
        town.time_passes(seconds=1)
        counts.append(statements(lambda: maya.get("/inbox"), town.app))
    assert maya.get("/inbox").text.count("data-offer=") == 30
    assert counts[0] == counts[1]


def test_longer_lists_ask_the_database_no_more(town: Town) -> None:
    nurses: list[Nurse] = [town.nurse(f"N{n}", km=0.1 * n, phone=False) for n in range(1, 4)]
    nadia, helene = town.orientation_nurse, town.coordinator
    lists = [
        lambda: nadia.get("/requests"),
        lambda: nadia.get("/requests?show=all"),
        lambda: helene.get("/board"),
        lambda: nurses[0].get("/visits"),
    ]
    counts: list[list[int]] = []
    for more in (3, 12):
        for n in range(more):
            town.asks(patient=town.patient(f"P{n}"))
            town.time_passes(seconds=1)
            if n % 3 == 0:
                nurses[0].accepts()
        town.asks(patient=town.patient("Seule"))
        town.time_passes(seconds=1)
        counts.append([statements(act, town.app) for act in lists])
    assert counts[0] == counts[1]


def test_one_acceptance_closes_many_offers_in_few_statements(town: Town) -> None:
    nurses = [town.nurse(f"N{n}", km=0.1 * n, phone=False) for n in range(1, 8)]
    town.asks()
    town.time_passes(seconds=1)
    offer = nurses[0].offer().id
    assert statements(lambda: nurses[0].post(f"/offers/{offer}/acceptance"), town.app) <= 35


def test_time_does_not_pass_in_silence(town: Town) -> None:
    """A worker that was away for six hours finds everything where it was, and does it once."""
    maya = town.nurse("Maya")
    request = town.asks()
    clock.advance(timedelta(hours=6))
    town.time_passes()
    assert maya.offer().state is OfferState.OPEN
    assert len(maya.notices()) == 1
    clock.advance(timedelta(days=3))
    town.time_passes()
    assert town.request(request).state is State.UNANSWERED
    assert maya.offer().state is OfferState.EXPIRED
