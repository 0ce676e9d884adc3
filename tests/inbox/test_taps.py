"""A tap that waited for a signal, on both engines: counted once, in the order of the finger, settled in clear words."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import clock
from app.accounts.models import Account
from app.core.db import db, transaction
from app.dispatch.answers import LONGEST_WAY, Tap, touched
from app.dispatch.models import OfferState
from app.push.actions import subscribe, unsubscribe
from app.push.models import Message, Subscription
from app.push.request import answer_token, payload_for
from tests.conftest import A_TUESDAY
from tests.factories.town import Nurse, Town
from tests.inbox.test_answers import TestFromTheNotice as Notices
from tests.inbox.test_answers import asked, url

MINUTE = 60


@pytest.mark.parametrize(
    ("age", "touched_ago"),
    [(0, 0), (5 * MINUTE, 5 * MINUTE), (-3, 0), (40 * 24 * 3600, LONGEST_WAY.total_seconds())],
)
def test_when_the_finger_touched(age: int, touched_ago: float) -> None:
    tap = touched("k", timedelta(seconds=age), A_TUESDAY)
    assert tap == Tap(A_TUESDAY - timedelta(seconds=touched_ago), "k")


def test_the_later_tap_of_one_person_wins() -> None:
    earlier, later = Tap(A_TUESDAY), Tap(A_TUESDAY + timedelta(seconds=1))
    assert later.is_later_than(earlier.at)
    assert not earlier.is_later_than(later.at)
    assert not earlier.is_later_than(earlier.at)
    assert earlier.is_later_than(None)


def test_a_copy_is_known_by_its_key_and_no_key_is_nobodys_copy() -> None:
    assert Tap(A_TUESDAY, "k").said_in({"k": "accept"}) == "accept"
    assert Tap(A_TUESDAY, "k").said_in({"other": "accept"}) is None
    assert Tap(A_TUESDAY).said_in({"": "accept"}) is None


def late(nurse: Nurse, what: str, *, key: str = "", age: int = 0) -> TestResponse:
    """As `outbox.js` sends it."""
    with nurse.town.app.app_context():
        headers = {"Accept": "application/json", "Idempotency-Key": key}
        return nurse.client.post(f"{url(nurse)}/{what}", data={"key": key, "age": age}, headers=headers)


def test_a_kept_acceptance_is_settled_in_words_that_name_nobody(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    town.time_passes(minutes=5)
    answer = late(nurse, "acceptance", key="k", age=4 * MINUTE)
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["answer"] == "won"
    assert answer.json["words"].endswith("vous l'avez acceptée.")
    assert "MARCHAND" not in answer.text
    assert nurse.offer().answered_at == clock.now() - timedelta(minutes=4)
    assert nurse.offer().heard == {"k": "accept"}


def test_an_old_acceptance_does_not_undo_a_later_refusal(town: Town, nurse: Nurse) -> None:
    """Accepted in the cellar at T, refused in the street at T + 1 minute; the first arrives last."""
    request_id = asked(town, nurse, town.nurse("Hugo", km=2))
    town.time_passes(minutes=5)
    nurse.refuses()
    town.time_passes(minutes=1)
    answer = late(nurse, "acceptance", age=2 * MINUTE)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["answer"] == "outdated"
    assert "vous l'avez refusée depuis, à 10 h 05" in answer.json["words"]
    assert nurse.offer().state is OfferState.REFUSED
    assert town.request(request_id).state == "searching"


def test_an_old_refusal_does_not_undo_a_later_acceptance(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    town.time_passes(minutes=5)
    nurse.accepts()
    answer = late(nurse, "refusal", age=2 * MINUTE)
    assert answer.status_code == 409
    assert answer.json is not None
    assert answer.json["answer"] == "outdated"
    assert nurse.offer().state is OfferState.WON


def test_a_later_acceptance_undoes_a_refusal_while_the_search_goes_on(town: Town, nurse: Nurse) -> None:
    request_id = asked(town, nurse, town.nurse("Hugo", km=2))
    nurse.refuses("far")
    town.time_passes(minutes=1)
    assert nurse.accepts() == 200
    assert nurse.offer().state is OfferState.WON
    assert nurse.offer().refusal_reason is None
    assert town.request(request_id).state == "accepted"


def test_but_not_once_a_confrere_has_it(town: Town, nurse: Nurse) -> None:
    other = town.nurse("Hugo", km=2)
    asked(town, nurse, other)
    nurse.refuses()
    town.time_passes(minutes=1)
    assert other.accepts() == 200
    answer = late(nurse, "acceptance")
    assert answer.status_code == 409
    assert nurse.offer().state is OfferState.REFUSED


def test_a_refusal_never_gives_a_visit_back(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    nurse.accepts()
    town.time_passes(minutes=1)
    answer = late(nurse, "refusal")
    assert answer.status_code == 409
    assert answer.json is not None
    assert "désistez-vous" in answer.json["words"]
    assert nurse.offer().state is OfferState.WON


def test_the_same_key_twice_is_one_act_with_one_answer(town: Town, nurse: Nurse) -> None:
    request_id = asked(town, nurse)
    first, again = (late(nurse, "acceptance", key="k").json for _ in range(2))
    assert first == again
    nurse.post(f"{url(nurse)}/withdrawal", htmx=True)
    copy = late(nurse, "acceptance", key="k")
    assert copy.json is not None
    assert (copy.status_code, copy.json["answer"]) == (409, "too late")  # it undoes nothing said since
    assert nurse.offer().state is OfferState.WITHDRAWN
    assert [step.kind for step in town.request(request_id).steps].count("accept") == 1


def test_nonsense_about_the_wait_is_no_wait(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    with town.app.app_context():
        nurse.client.post(f"{url(nurse)}/acceptance", data={"key": "k" * 500, "age": "yesterday"})
    assert nurse.offer().answered_at == clock.now()
    assert [len(key) for key in nurse.offer().heard] == [64]


class TestTheCapabilityOfANotice:
    def test_dies_with_the_phones_subscription(self, town: Town, nurse: Nurse) -> None:
        message_id = Notices().message(nurse)
        with transaction():
            unsubscribe(nurse.account_id, "http://127.0.0.1/push/1")
        assert Notices().tap(town, message_id, "accept", answer_token(message_id, "accept"))[0] == 404
        assert nurse.offer().state is OfferState.OPEN

    def test_dies_with_the_account(self, town: Town, nurse: Nurse) -> None:
        message_id = Notices().message(nurse)
        with transaction():
            db.session.get_one(Account, nurse.account_id).active = False
        assert Notices().tap(town, message_id, "accept", answer_token(message_id, "accept"))[0] == 404

    def test_dies_with_the_offer(self, town: Town, nurse: Nurse) -> None:
        message_id = Notices().message(nurse)
        town.orientation_nurse.post(f"/requests/{nurse.offer().request_id}/cancellation")
        assert Notices().tap(town, message_id, "accept", answer_token(message_id, "accept")) == (409, "too late")

    def test_dies_when_its_owner_prefers_the_page(self, town: Town, nurse: Nurse) -> None:
        message_id = Notices().message(nurse)
        nurse.post("/account/lock-screen", {"answers": "no"})
        db.session.rollback()
        assert Notices().tap(town, message_id, "refuse", answer_token(message_id, "refuse"))[0] == 404

    def test_a_kept_tap_is_dated_too(self, town: Town, nurse: Nurse) -> None:
        message_id = Notices().message(nurse)
        said = {"answer": "accept", "token": answer_token(message_id, "accept"), "key": "k", "age": 90}
        answer = town.app.test_client().post(f"/offers/notice-answers/{message_id}", json=said)
        assert answer.status_code == 200
        assert nurse.offer().answered_at == clock.now() - timedelta(seconds=90)


def test_signing_out_ends_the_alerts_of_this_phone_only(town: Town, nurse: Nurse) -> None:
    keys = {
        "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
        "auth": "tBHItJI5svbpez7KI4CCXg",
    }
    with transaction():
        subscribe(nurse.account_id, "http://127.0.0.1/push/tablet", keys["p256dh"], keys["auth"], clock.now())
    with town.app.app_context():
        said = {"endpoint": "http://127.0.0.1/push/phone", "keys": keys}
        assert nurse.client.post("/push/subscription", json=said).status_code == 204
    nurse.post("/sign-out")
    db.session.rollback()
    left = db.session.scalars(select(Subscription.endpoint).where(Subscription.account_id == nurse.account_id)).all()
    assert left == ["http://127.0.0.1/push/tablet"]


def test_without_answers_on_the_lock_screen_the_alert_opens_the_page(town: Town, nurse: Nurse) -> None:
    assert 'aria-checked="true"' in nurse.get("/account").text
    nurse.post("/account/lock-screen", {"answers": "no"})
    assert 'aria-checked="false"' in nurse.get("/account").text
    message_id = Notices().message(nurse)
    notice = db.session.get_one(Message, message_id).payload
    sent = json.loads(payload_for(message_id, notice, "https://relais.example"))["notification"]["data"]
    assert "answers" not in sent
    assert sent["awaits"]
