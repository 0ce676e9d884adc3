"""One tap each way, on both engines: whoever is first has the visit, everybody else reads it calmly."""

from uuid import UUID, uuid4

from sqlalchemy import select

from app import clock
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.dispatch.models import OfferState
from app.push.actions import subscribe
from app.push.models import Message
from app.push.request import answer_token
from tests.factories.town import Nurse, Town, role_of
from tests.inbox.screen import Screen


def asked(town: Town, *nurses: Nurse, note: str = "") -> UUID:
    """A request that was put to these nurses."""
    request_id = town.asks(note=note)
    town.time_passes()
    assert all(nurse.offer() for nurse in nurses)
    return request_id


def url(nurse: Nurse) -> str:
    offer = nurse.offer()
    assert offer is not None
    return f"/offers/{offer.id}"


def test_an_open_offer_stands_in_the_inbox_and_names_nobody(town: Town, nurse: Nurse) -> None:
    asked(town, nurse, note="Digicode 1234B")
    answer = nurse.get("/inbox")
    screen = Screen(answer)
    assert screen.offers == [str(nurse.offer().id)]
    assert screen.is_sound()
    assert "1 demande pour vous" in screen.text.replace("\xa0", " ")
    assert "Accepter" in screen.text
    assert "Refuser" in screen.text
    assert not any(secret in screen.html for secret in ("MARCHAND", "Monique", "Tilleuls", "39980100", "1234B"))
    assert answer.headers["X-Offline"] == "keep"
    assert answer.headers["Cache-Control"] == "private, no-cache"


def test_the_patient_is_hidden_before_acceptance_and_shown_after(town: Town, nurse: Nurse) -> None:
    asked(town, nurse, note="Digicode 1234B")
    before = Screen(nurse.get(url(nurse)))
    assert before.states == ["open"]
    assert before.is_sound()
    assert not any(secret in before.html for secret in ("MARCHAND", "Tilleuls", "39980100", "1234B"))
    assert nurse.accepts() == 200
    after = Screen(nurse.get(url(nurse)))
    assert after.states == ["accepted"]
    assert after.is_sound()
    for known in ("Monique MARCHAND", "12 allée des Tilleuls", "1234B", "née le 12 mars 1948"):
        assert known in after.text
    assert 'href="tel:+33639980100"' in after.html
    assert "X-Offline" not in nurse.get(url(nurse)).headers
    assert nurse.get(url(nurse)).headers["Cache-Control"] == "no-store"


def test_reading_a_patient_leaves_a_trace(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    nurse.get(url(nurse))
    nurse.accepts()
    nurse.get(url(nurse))
    db.session.rollback()
    reads = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "patient.read")).all()
    assert [event.actor_id for event in reads] == [nurse.account_id] * 2


def test_the_usual_professional_sees_her_patient_but_not_in_the_list(town: Town, nurse: Nurse) -> None:
    request_id = town.asks(patient=town.patient(usual=[nurse]))
    town.time_passes()
    listed = Screen(nurse.get("/inbox"))
    assert "Votre patient" in listed.text
    assert "MARCHAND" not in listed.html
    assert "Monique MARCHAND" in Screen(nurse.get(url(nurse))).text
    nurse.refuses()
    assert "MARCHAND" not in Screen(nurse.get(url(nurse))).html
    assert town.request(request_id).state == "searching"


def test_the_second_tap_of_the_winner_answers_like_the_first(town: Town, nurse: Nurse) -> None:
    request_id = asked(town, nurse)
    assert nurse.accepts() == 200
    assert nurse.accepts() == 200
    plain = nurse.post(f"{url(nurse)}/acceptance")
    assert plain.status_code == 303
    assert plain.location == url(nurse)
    kinds = [step.kind for step in town.request(request_id).steps]
    assert kinds.count("accept") == 1


def test_the_one_who_comes_late_reads_it_calmly(town: Town, nurse: Nurse) -> None:
    slower = town.nurse("Hugo", km=2)
    asked(town, nurse, slower)
    nurse.accepts()
    late = slower.post(f"{url(slower)}/acceptance", htmx=True)
    screen = Screen(late)
    assert late.status_code == 409
    assert screen.states == ["lost"]
    assert screen.headings == 1
    assert "Déjà prise" in screen.text
    assert "MARCHAND" not in screen.html
    assert slower.post(f"{url(slower)}/acceptance").status_code == 409  # the same without JavaScript
    assert slower.refuses() == 409


def test_an_offer_made_to_another_does_not_exist(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    stranger = town.nurse("Inès", km=60)
    assert stranger.get(url(nurse)).status_code == 404
    for verb in ("acceptance", "refusal", "sighting", "appointment", "start", "end", "withdrawal"):
        assert stranger.post(f"{url(nurse)}/{verb}").status_code == 404, verb
    assert nurse.get(f"/offers/{uuid4()}").status_code == 404
    assert town.orientation_nurse.get(url(nurse)).status_code == 403
    assert nurse.offer().state is OfferState.OPEN


def test_a_refusal_is_one_tap_and_its_reason_one_more(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    refused = nurse.post(f"{url(nurse)}/refusal", {"from": "inbox"}, htmx=True)
    screen = Screen(refused)
    assert screen.offers == []
    assert "C'est noté." in screen.text
    assert "C'est trop loin" in screen.text
    assert "C'est trop loin" in Screen(nurse.get("/inbox")).text  # a live refresh does not take it away
    nurse.post(f"{url(nurse)}/refusal", {"from": "inbox", "reason": "far"}, htmx=True)
    assert nurse.offer().refusal_reason == "far"
    assert "C'est trop loin" not in Screen(nurse.get("/inbox")).text
    assert 'value="far" aria-pressed="true"' in Screen(nurse.get(url(nurse))).html


def test_a_reason_is_not_asked_for_ever(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    nurse.refuses()
    town.time_passes(minutes=11)
    assert "C'est noté." not in Screen(nurse.get("/inbox")).text


def test_a_refusal_without_javascript_goes_back_to_where_it_was_said(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    assert nurse.post(f"{url(nurse)}/refusal", {"from": "inbox"}).location == "/inbox"
    assert nurse.post(f"{url(nurse)}/refusal", {"reason": "full"}).location == url(nurse)
    assert nurse.post(f"{url(nurse)}/refusal", {"reason": "<script>"}).status_code == 422


def test_of_two_answers_of_one_instant_the_first_stands(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    nurse.refuses()
    assert nurse.accepts() == 409
    assert nurse.offer().state is OfferState.REFUSED


def test_silence_ends_in_a_page_that_reproaches_nothing(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    town.time_passes(hours=3)
    screen = Screen(nurse.get(url(nurse)))
    assert screen.states == ["expired"]
    assert screen.is_sound()


def test_a_cancelled_visit_says_not_to_go(town: Town, nurse: Nurse) -> None:
    request_id = asked(town, nurse)
    nurse.accepts()
    town.orientation_nurse.post(f"/requests/{request_id}/cancellation")
    screen = Screen(nurse.get(url(nurse)))
    assert screen.states == ["withdrawn"]
    assert "Ne vous déplacez pas" in screen.text
    assert "MARCHAND" not in screen.html


def test_seen_is_said_once(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    assert f"{url(nurse)}/sighting" in nurse.get("/inbox").text
    assert nurse.post(f"{url(nurse)}/sighting").status_code == 204
    seen_at = nurse.offer().seen_at
    town.time_passes(minutes=1)
    assert nurse.post(f"{url(nurse)}/sighting").status_code == 204
    assert nurse.offer().seen_at == seen_at
    assert "/sighting" not in nurse.get("/inbox").text


def test_whom_no_alert_reaches_reads_it_before_anything_else(town: Town, nurse: Nurse) -> None:
    asked(town, nurse)
    page = nurse.get("/inbox").text
    assert 0 < page.index("Ce téléphone ne sonnera pas") < page.index("<h1")


def test_the_switch_is_one_tap(town: Town, nurse: Nurse) -> None:
    assert 'aria-checked="true"' in nurse.get("/inbox").text
    answer = nurse.post("/inbox/availability", {"accepting": "no"}, htmx=True)
    assert 'aria-checked="false"' in answer.text
    assert Screen(answer).headings == 1
    db.session.rollback()
    assert role_of(nurse).accepting is False
    assert nurse.post("/inbox/availability", {"accepting": "yes"}).location == "/inbox"
    db.session.rollback()
    assert role_of(nurse).accepting is True


class TestFromTheNotice:
    """The buttons of the alert itself, with no page open and nobody signed in."""

    def message(self, nurse: Nurse) -> UUID:
        with_key = {
            "endpoint": "http://127.0.0.1/push/1",
            "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
            "auth": "tBHItJI5svbpez7KI4CCXg",
        }
        with transaction():
            subscribe(nurse.account_id, with_key["endpoint"], with_key["p256dh"], with_key["auth"], clock.now())
        asked(nurse.town, nurse)
        db.session.rollback()
        hers = Message.account_id == nurse.account_id, Message.step == "offer", Message.subscription_id.is_not(None)
        owed = select(Message.id).where(*hers)
        return db.session.scalars(owed).one()

    def tap(self, town: Town, message_id: UUID, answer: str, token: str) -> tuple[int, object]:
        said = {"answer": answer, "token": token}
        response = town.app.test_client().post(f"/offers/notice-answers/{message_id}", json=said)
        return response.status_code, (response.json or {}).get("answer") if response.is_json else None

    def test_accept_and_again(self, town: Town, nurse: Nurse) -> None:
        message_id = self.message(nurse)
        token = answer_token(message_id, "accept")
        assert self.tap(town, message_id, "accept", token) == (200, "won")
        assert self.tap(town, message_id, "accept", token) == (200, "won")
        assert nurse.offer().state is OfferState.WON

    def test_refuse_and_then_a_replayed_acceptance(self, town: Town, nurse: Nurse) -> None:
        message_id = self.message(nurse)
        assert self.tap(town, message_id, "refuse", answer_token(message_id, "refuse")) == (200, "refused")
        status, _ = self.tap(town, message_id, "accept", answer_token(message_id, "accept"))
        assert status == 409
        assert nurse.offer().state is OfferState.REFUSED

    def test_a_token_opens_one_answer_of_one_message(self, town: Town, nurse: Nurse) -> None:
        message_id = self.message(nurse)
        other = answer_token(uuid4(), "accept")
        for answer, token in (("accept", other), ("accept", answer_token(message_id, "refuse")), ("delete", other)):
            assert self.tap(town, message_id, answer, token)[0] == 404
        assert self.tap(town, uuid4(), "accept", other)[0] == 404
        assert nurse.offer().state is OfferState.OPEN
