"""When a phone does not say that it has an urgent request: a mail, then an SMS, and what the requester reads."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.config import WrongSetting
from app.core.db import db, transaction
from app.directory.models import Practitioner
from app.dispatch import search
from app.dispatch.queries import reach
from app.language.typography import plain
from app.letters import actions, mail, sender
from app.letters import sms as gateways
from app.letters.kinds import Words
from app.letters.rules import URGENT, AttemptStage, LetterOutcome, LetterVerdict, Medium, after, is_mobile
from app.live.models import Topic
from app.messages import actions as messages
from app.messages import channels
from app.messages.models import Delivery, Notice
from app.messages.rules import channel_after
from app.push.models import Message, MessageState
from app.push.rules import Channel
from tests.conftest import settings_for
from tests.core.statements import statements
from tests.factories.town import Town
from tests.messages.whole_house import mails, phone_confirms, whole_house
from tests.services.sms_gateway import FakeSmsGateway, Posted

NEW_REQUEST = "Relais : nouvelle demande. Ouvrez Relais pour répondre."
KEY = "the operator's key"


@pytest.fixture
def gateway() -> Iterator[FakeSmsGateway]:
    service = FakeSmsGateway()
    yield service
    service.close()


@pytest.fixture
def more(request: pytest.FixtureRequest) -> dict[str, str]:
    """Settings of the house: none of SMS unless the test asks for the gateway."""
    if "gateway" not in request.fixturenames:
        return {}
    gateway: FakeSmsGateway = request.getfixturevalue("gateway")
    return {"RELAIS_SMS_URL": gateway.url, "RELAIS_SMS_KEY": KEY}


@pytest.fixture
def app(engine_url: str, tmp_path: Path, now: datetime, more: dict[str, str]) -> Iterator[Flask]:
    yield from whole_house(engine_url, tmp_path, **more)


def page(town: Town, request: UUID) -> str:
    text = re.sub(r"<[^>]+>", "", town.orientation_nurse.get(f"/requests/{request}").text)
    return " ".join(text.split())


def letters(channel: Channel) -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).where(Message.channel == channel).order_by(Message.id)))


# A mail


def test_a_nurse_whose_phone_died_gets_a_mail_and_the_requester_reads_it(town: Town, tmp_path: Path) -> None:
    maya = town.nurse("Maya")
    maya.device.answers(410)
    request = town.asks()
    town.time_passes(seconds=1)
    [told] = mails(tmp_path)
    assert told["To"] == maya.account.email
    assert plain(told["Subject"]) == "Relais : nouvelle demande"
    assert plain(told.get_content()).split("\n")[:2] == [NEW_REQUEST, "http://localhost:8000"]
    truth = reach([request])[request]
    assert (truth.asked, truth.by_mail, truth.by_sms, truth.unreachable) == (1, 1, 0, 0)
    assert "1 prévenu 0 a reçu 0 a ouvert 0 refus dont 1 par e-mail" in page(town, request)
    assert "injoignable" not in page(town, request)


def test_who_has_no_phone_at_all_gets_it_at_once(town: Town, tmp_path: Path) -> None:
    town.nurse("Maya", phone=False)
    town.asks()
    town.time_passes(seconds=1)
    assert len(mails(tmp_path)) == 1


def test_one_dead_phone_of_two_is_no_reason_for_a_mail(town: Town, tmp_path: Path) -> None:
    maya = town.nurse("Maya")
    maya.device.answers(410)
    maya.device = town.push_service.new_device()
    with transaction():
        town._subscribe(maya.account_id, maya.device)
    town.asks()
    town.time_passes(seconds=1)
    phone_confirms(maya)
    town.time_passes(minutes=3)
    assert mails(tmp_path) == []


def test_a_phone_that_stays_silent_is_given_a_minute(town: Town, tmp_path: Path) -> None:
    maya = town.nurse("Maya")
    request = town.asks()
    town.time_passes()
    town.time_passes(seconds=59)
    assert (len(maya.notices()), mails(tmp_path)) == (1, [])
    town.time_passes(seconds=1)
    assert len(mails(tmp_path)) == 1
    assert reach([request])[request].by_mail == 1
    phone_confirms(maya)
    db.session.rollback()
    truth = reach([request])[request]
    assert (truth.received, truth.by_mail) == (1, 0), "the phone was only slow"
    town.time_passes(minutes=5)
    assert len(mails(tmp_path)) == 1, "one mail, whatever happens"


def test_a_phone_that_confirms_needs_no_mail(town: Town, tmp_path: Path) -> None:
    maya = town.nurse("Maya")
    town.asks()
    town.time_passes()
    phone_confirms(maya)
    town.time_passes(minutes=2)
    assert mails(tmp_path) == []
    assert [letter.state for letter in letters(Channel.EMAIL)] == [MessageState.STALE]


def test_whoever_has_it_before_her_eyes_needs_no_mail(town: Town, tmp_path: Path) -> None:
    maya = town.nurse("Maya")
    town.asks()
    town.time_passes()
    assert maya.post(f"/offers/{maya.offer().id}/sighting").status_code == 204
    [alert] = letters(Channel.PUSH)
    assert alert.state is MessageState.SEEN
    town.time_passes(minutes=2)
    assert mails(tmp_path) == []
    phone_confirms(maya)
    db.session.rollback()
    assert letters(Channel.PUSH)[0].state is MessageState.SEEN


def test_nothing_leaves_once_somebody_took_it(town: Town, tmp_path: Path) -> None:
    maya, ines = town.nurse("Maya"), town.nurse("Inès", km=2)
    town.asks()
    town.time_passes()
    town.time_passes(seconds=30)
    assert ines.accepts() == 200
    town.time_passes(minutes=2)
    assert mails(tmp_path) == []
    assert maya.notices()[-1]["notification"]["title"] == "Demande déjà prise"


def test_nothing_leaves_when_it_is_taken_while_it_is_on_its_way(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.nurse("Maya", phone=False)
    ines = town.nurse("Inès", km=2)
    town.asks()
    search.advance_due(clock.now())
    assert channels.hand_over_due(clock.now()) == 1
    with transaction():
        letter = actions.claim(Medium.EMAIL, clock.now())
        assert letter
    assert ines.accepts() == 200
    sender._carry(letter)
    assert mails(tmp_path) == []
    assert {one.state for one in letters(Channel.EMAIL)} == {MessageState.STALE}


def test_who_had_accepted_hears_of_a_cancellation(town: Town, tmp_path: Path) -> None:
    maya = town.nurse("Maya", phone=False)
    request = town.asks()
    town.time_passes()
    maya.accepts()
    town.orientation_nurse.post(f"/requests/{request}/cancellation")
    town.time_passes()
    subjects = [plain(told["Subject"]) for told in mails(tmp_path)]
    assert subjects.count("Relais : une demande acceptée est annulée") == 1


def test_a_mail_server_that_is_away_is_tried_again(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town.nurse("Maya", phone=False)

    def away(*_: object) -> LetterOutcome:
        return LetterOutcome(AttemptStage.CONNECTION)

    town.asks()
    with monkeypatch.context() as broken:
        broken.setattr(mail, "deliver", away)
        town.time_passes()
    assert mails(tmp_path) == []
    town.time_passes(seconds=5)
    assert len(mails(tmp_path)) == 1


def test_in_production_a_mail_that_stays_in_a_folder_reaches_nobody(tmp_path: Path) -> None:
    more = {"RELAIS_BASE_URL": "https://relais.example.org", "RELAIS_PUSH_HOSTS": ""}
    assert not settings_for("sqlite:///x", tmp_path, **more).mails
    assert settings_for("sqlite:///x", tmp_path, **more, RELAIS_SMTP_URL="smtp://mail.example.org").mails


# An SMS


def test_no_sms_without_the_setting(town: Town) -> None:
    town.nurse("Maya", phone=False)
    request = town.asks()
    for _ in range(5):
        town.time_passes(minutes=1)
    assert letters(Channel.SMS) == []
    assert reach([request])[request].by_sms == 0


def test_a_minute_after_the_mail_comes_an_sms(town: Town, tmp_path: Path, gateway: FakeSmsGateway) -> None:
    town.nurse("Maya", phone=False)
    request = town.asks()
    town.time_passes()
    assert (len(mails(tmp_path)), gateway.posts) == (1, [])
    town.time_passes(seconds=60)
    [sent] = gateway.taken
    assert sent.headers["authorization"] == f"Bearer {KEY}"
    assert sent.body["to"] == "+33639980001"
    assert sent.body["text"] == f"{NEW_REQUEST} http://localhost:8000"
    assert sent.body["reference"] == str(letters(Channel.SMS)[0].id)
    assert "1 prévenu 0 a reçu 0 a ouvert 0 refus dont 1 par SMS" in page(town, request)
    town.time_passes(minutes=5)
    assert len(gateway.posts) == 1, "each is paid for"


def test_a_refused_mail_brings_the_sms_forward(
    town: Town, gateway: FakeSmsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> LetterOutcome:
        return LetterOutcome(AttemptStage.RECIPIENT, 550, said="no such mailbox")

    monkeypatch.setattr(mail, "deliver", refuses)
    town.nurse("Maya", phone=False)
    request = town.asks()
    town.time_passes(seconds=1)
    assert len(gateway.taken) == 1
    assert reach([request])[request].by_mail == 0


def test_no_sms_once_it_was_seen_or_taken(town: Town, gateway: FakeSmsGateway) -> None:
    maya, ines = town.nurse("Maya", phone=False), town.nurse("Inès", km=2, phone=False)
    town.asks()
    town.time_passes()
    maya.post(f"/offers/{maya.offer().id}/sighting")
    assert ines.accepts() == 200
    town.time_passes(minutes=3)
    assert gateway.posts == []


def test_a_landline_gets_no_sms(town: Town, gateway: FakeSmsGateway) -> None:
    maya = town.nurse("Maya", phone=False)
    with transaction():
        db.session.get_one(Practitioner, maya.practitioner_id).phone = "+33169000000"
    town.asks()
    town.time_passes()
    town.time_passes(minutes=3)
    assert gateway.posts == []


@pytest.mark.parametrize(
    ("manners", "posts", "state"),
    [
        ({"status": 429, "times": 1, "retry_after": "20"}, 2, MessageState.SENT),
        ({"status": 500, "times": 2}, 3, MessageState.SENT),
        ({"status": 503}, 3, MessageState.FAILED),
        ({"status": 400}, 1, MessageState.FAILED),
        ({"status": 401}, 1, MessageState.FAILED),
        ({"status": 307, "redirect": "http://127.0.0.1:1/"}, 1, MessageState.FAILED),
        ({"status": 200, "late": True}, 3, MessageState.FAILED),
    ],
    ids=["too many", "passing trouble", "down", "bad number", "bad key", "redirect", "slow"],
)
def test_the_manners_of_gateways(
    town: Town,
    gateway: FakeSmsGateway,
    monkeypatch: pytest.MonkeyPatch,
    manners: dict[str, Any],
    posts: int,
    state: MessageState,
) -> None:
    if "late" in manners:
        monkeypatch.setattr(gateways, "GATEWAY_SECONDS", 0.5)
    gateway.answers(**manners)
    town.nurse("Maya", phone=False)
    town.asks()
    town.time_passes()
    for _ in range(12):
        town.time_passes(seconds=10)
    [letter] = letters(Channel.SMS)
    assert letter.state is state
    assert letter.attempts == posts
    if "late" not in manners:
        assert len(gateway.posts) == posts


def test_smsmode_is_spoken_to_as_it_documents(app: Flask, tmp_path: Path, gateway: FakeSmsGateway) -> None:
    settings = settings_for(
        "sqlite:///x",
        tmp_path,
        RELAIS_SMS_URL=gateway.url,
        RELAIS_SMS_KEY=KEY,
        RELAIS_SMS_DIALECT="smsmode",
    )
    report = channels.report_address(UUID(int=7), settings.base_url)
    words = Words(f"{NEW_REQUEST} http://localhost:8000", report=report)
    outcome = gateways.send(UUID(int=7), "+33639980001", words, settings)
    [sent] = gateway.taken
    assert outcome == LetterOutcome(status=200)
    assert sent.headers["x-api-key"] == KEY
    assert sent.headers["content-type"] == "application/json"
    assert sent.body == {
        "recipient": {"to": "33639980001"},
        "body": {"text": f"{NEW_REQUEST} http://localhost:8000"},
        "refClient": str(UUID(int=7)),
        "callbackUrlStatus": f"http://localhost:8000/push/sms-reports/{UUID(int=7)}/{channels.report_token(UUID(int=7))}",
    }


def test_the_ways_to_a_group_cost_one_question(town: Town, gateway: FakeSmsGateway) -> None:
    nurses = [town.nurse(f"N{n}", phone=False) for n in range(12)]
    with transaction():
        db.session.get_one(Practitioner, nurses[0].practitioner_id).phone = "+33169000000"
    accounts = [nurse.account.id for nurse in nurses]
    with statements() as said:
        ways = messages.ways_to(accounts)
    assert len(said) == 1
    assert ways[accounts[0]] == {Channel.PUSH, Channel.EMAIL}
    assert all(ways[account] == set(Channel) for account in accounts[1:])


def test_alerting_a_group_costs_as_much_as_alerting_one(town: Town, gateway: FakeSmsGateway) -> None:
    """The search rings fifty groups of seven in one transaction: nothing may be asked for each of them."""

    def cost(accounts: list[UUID]) -> int:
        notice = Notice("Demande", "Évry", "inbox", answerable=True, elsewhere=NEW_REQUEST)
        now, ends = clock.now(), clock.now() + timedelta(hours=1)
        with statements() as said, transaction():
            messages.alert_all([Delivery(each, uuid4(), notice, ends, True) for each in accounts], "offer", now=now)
        return len(said)

    accounts = [town.nurse(f"N{n}", phone=False).account.id for n in range(12)]
    assert cost(accounts) == cost(accounts[:1])


# What the gateway reports later


@pytest.fixture
def an_sms(town: Town, gateway: FakeSmsGateway) -> UUID:
    """Maya has no phone that rings: an SMS left. The request's id."""
    town.nurse("Maya", phone=False)
    request = town.asks()
    town.time_passes()
    town.time_passes(seconds=60)
    assert len(gateway.taken) == 1
    return request


def sms_state() -> MessageState:
    return letters(Channel.SMS)[0].state


def test_an_sms_that_arrived_is_received(town: Town, gateway: FakeSmsGateway, an_sms: UUID) -> None:
    client = town.app.test_client()
    assert gateway.tells(client, "enroute") == [204]
    assert sms_state() is MessageState.SENT
    assert gateway.tells(client, "delivered") == [204]
    assert sms_state() is MessageState.RECEIVED
    truth = reach([an_sms])[an_sms]
    assert (truth.by_sms, truth.received, truth.unreachable) == (1, 1, 0)
    assert "1 prévenu 1 a reçu 0 a ouvert 0 refus dont 1 par SMS" in page(town, an_sms)


def test_an_sms_that_never_will_is_no_reach(town: Town, gateway: FakeSmsGateway, an_sms: UUID) -> None:
    before = changes_of(an_sms)
    assert gateway.tells(town.app.test_client(), "undeliverable") == [204]
    assert sms_state() is MessageState.FAILED
    assert reach([an_sms])[an_sms].by_sms == 0
    assert changes_of(an_sms) > before, "the requester's page moves by itself"


def changes_of(request: UUID) -> int:
    db.session.rollback()
    return db.session.scalar(select(Topic.version).where(Topic.name == f"request-{request}")) or 0


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (("delivered", "delivered", "delivered"), MessageState.RECEIVED),
        (("delivered", "enroute"), MessageState.RECEIVED),
        (("delivered", "undelivered"), MessageState.RECEIVED),
        (("undelivered", "delivered"), MessageState.RECEIVED),
        (("undelivered", "undelivered"), MessageState.FAILED),
        (("something new",), MessageState.SENT),
    ],
    ids=["thrice", "out of order", "then not", "then yes", "twice", "unknown word"],
)
def test_reports_come_twice_late_and_in_any_order(
    town: Town, gateway: FakeSmsGateway, an_sms: UUID, said: tuple[str, ...], state: MessageState
) -> None:
    clock.advance(timedelta(days=2))
    assert gateway.tells(town.app.test_client(), *said) == [204] * len(said)
    assert sms_state() is state


def test_a_report_that_comes_before_the_answer_is_not_overwritten(town: Town, gateway: FakeSmsGateway) -> None:
    reported: list[int] = []

    def at_once(posted: Posted) -> None:
        reported.extend(gateway.tells(town.app.test_client(), "delivered", of=posted))

    gateway.answers(200, first=at_once)
    town.nurse("Maya", phone=False)
    request = town.asks()
    town.time_passes()
    town.time_passes(seconds=60)
    assert reported == [204]
    assert sms_state() is MessageState.RECEIVED
    assert reach([request])[request].received == 1
    assert len(gateway.posts) == 1


def test_one_that_timed_out_may_have_arrived(
    town: Town, gateway: FakeSmsGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateways, "GATEWAY_SECONDS", 0.5)
    gateway.answers(200, late=True)
    town.nurse("Maya", phone=False)
    town.asks()
    town.time_passes()
    for _ in range(4):
        town.time_passes(seconds=60)
    assert sms_state() is MessageState.FAILED
    assert gateway.tells(town.app.test_client(), "delivered") == [204]
    assert sms_state() is MessageState.RECEIVED


def test_nobody_else_can_report(town: Town, gateway: FakeSmsGateway, an_sms: UUID) -> None:
    client, delivered = town.app.test_client(), {"status": "delivered"}
    path = gateway.taken[0].report_path
    row = letters(Channel.SMS)[0]
    [mail_row] = letters(Channel.EMAIL)
    other = uuid4()
    for wrong in (
        path[:-3] + "abc",
        path.replace(str(row.id), str(other)),
        f"/push/sms-reports/{other}/{channels.report_token(other)}",
        f"/push/sms-reports/{mail_row.id}/{channels.report_token(mail_row.id)}",
    ):
        assert client.post(wrong, json=delivered).status_code == 404
    for no_report in ({}, [], {"status": 3}):
        assert client.post(path, json=no_report).status_code == 422
    assert client.post(path, data="delivered").status_code == 422
    assert sms_state() is MessageState.SENT


def test_smsmode_reports_in_its_own_words() -> None:
    assert channels.arrived({"messageId": "x", "status": {"value": "DELIVERED", "deliveryDate": "…"}}) is True
    assert channels.arrived({"messageId": "x", "status": {"value": "UNDELIVERABLE"}}) is False
    assert channels.arrived({"messageId": "x", "status": {"value": "ENROUTE"}}) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"RELAIS_SMS_URL": "https://sms.example.org"},
        {"RELAIS_SMS_URL": "ftp://sms.example.org", "RELAIS_SMS_KEY": KEY},
        {"RELAIS_SMS_DIALECT": "morse"},
        {
            "RELAIS_BASE_URL": "https://relais.example.org",
            "RELAIS_PUSH_HOSTS": "",
            "RELAIS_SMS_URL": "http://sms.example.org",
            "RELAIS_SMS_KEY": KEY,
        },
    ],
)
def test_a_gateway_that_would_not_be_safe_is_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(WrongSetting):
        settings_for("sqlite:///x", tmp_path, **wrong)


# What they say


def test_no_mail_and_no_sms_says_anything_of_the_patient(town: Town, tmp_path: Path, gateway: FakeSmsGateway) -> None:
    """Words that stand nowhere else: were one of them found, it would be the patient's."""
    maya = town.nurse("Maya", phone=False)
    request = town.asks(patient=town.patient("Zéphyrine"), note="canari-au-fond-de-la-mine")
    town.time_passes()
    town.time_passes(seconds=60)
    maya.accepts()
    town.orientation_nurse.post(f"/requests/{request}/cancellation")
    town.time_passes()
    town.time_passes(seconds=60)
    said = [told.as_string() + told.get_content() for told in mails(tmp_path)]
    said += [str(sent.body) for sent in gateway.posts]
    assert len(said) == 4
    for text in said:
        for word in (
            "phyrine",
            "canari",
            "Marchand",
            "1948",
            "Tilleuls",
            "639980100",
            "vry",
            "Pansement",
            str(request),
        ):
            assert word not in text


# The rules


def test_the_order_of_the_channels() -> None:
    everything = set(Channel)
    assert channel_after(Channel.PUSH, everything) is Channel.EMAIL
    assert channel_after(Channel.EMAIL, everything) is Channel.SMS
    assert channel_after(Channel.SMS, everything) is None
    assert channel_after(Channel.PUSH, {Channel.PUSH, Channel.SMS}) is Channel.SMS
    assert channel_after(Channel.PUSH, {Channel.PUSH}) is None


@pytest.mark.parametrize(
    ("number", "mobile"),
    [
        ("+33612345678", True),
        ("+33712345678", True),
        ("+262692123456", True),
        ("+596696123456", True),
        ("+33169000000", False),
        ("+33912345678", False),
        ("+3361234567", False),
        ("0612345678", False),
        ("", False),
    ],
)
def test_which_numbers_get_an_sms(number: str, mobile: bool) -> None:
    assert is_mobile(number) is mobile


def test_a_gateway_that_asks_for_patience_beyond_the_deadline_is_not_waited_for(now: datetime) -> None:
    ends = now + timedelta(seconds=30)
    outcome = LetterOutcome(AttemptStage.GATEWAY, 429, "60")
    verdict = after(outcome, URGENT, attempts=1, now=now, expires_at=ends)
    assert verdict == LetterVerdict("expired")
