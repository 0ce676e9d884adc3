"""The two ceremonies, and everything that must not pass for one."""

import copy
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select
from webauthn.helpers import base64url_to_bytes

from app.accounts.models import Passkey, PasskeyChallenge
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from tests.accounts.conftest import account_of, later, row, welcome
from tests.accounts.visitor import Visitor
from tests.membership.mailbox import code_of

Anyone = Callable[..., Visitor]


def events() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent.event).order_by(AuditEvent.id)))


def how_many_passkeys() -> int | None:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Passkey))


def test_an_invited_person_enrols_and_comes_back_later(nora: Visitor) -> None:
    assert nora.signed_in()
    nora.visit("/account")
    nora.send("/sign-out")
    assert not nora.signed_in()

    answer = nora.sign_in("/inbox?tab=open")

    assert answer.get_json() == {"next": "/inbox?tab=open"}
    assert nora.signed_in()
    assert events() == [
        "account.invited",
        "passkey.enrolled",
        "account.joined",
        "account.signed_in",
        "account.signed_out",
        "account.signed_in",
    ]


def test_what_the_browser_is_asked(nora: Visitor, visitor: Anyone) -> None:
    nora.visit("/account")
    new = nora.ask("/passkeys/options").get_json()
    assert new["rp"] == {"name": "Relais", "id": "localhost"}
    assert new["authenticatorSelection"]["residentKey"] == "required"
    assert new["authenticatorSelection"]["userVerification"] == "required"
    assert new["attestation"] == "none"
    assert [base64url_to_bytes(key["id"]) for key in new["excludeCredentials"]] == [nora.device.keys[0].id]
    assert len(base64url_to_bytes(new["challenge"])) == 64

    stranger = visitor()
    stranger.visit("/sign-in")
    known = stranger.ask("/sign-in/options").get_json()
    assert known["allowCredentials"] == []
    assert known["userVerification"] == "required"
    assert known["rpId"] == "localhost"
    assert known["timeout"] == 300_000


@pytest.mark.parametrize(("synced", "next_page"), [(True, "/"), (False, "/account")])
def test_a_key_of_one_device_only_is_followed_by_the_advice_to_add_one(
    visitor: Anyone, invitation: UUID, synced: bool, next_page: str
) -> None:
    someone = visitor(synced=synced)
    page = f"/invitation/{invitation}"
    someone.visit(page)
    someone.send(page, code=code_of(invitation))
    assert someone.enrol(page).get_json() == {"next": next_page}
    assert db.session.scalars(select(Passkey.synced)).all() == [synced]
    assert ("Votre seule clé" in someone.visit("/account").text) is not synced


def test_no_user_verification_no_key(visitor: Anyone, invitation: UUID) -> None:
    someone = visitor(verifies=False)
    page = f"/invitation/{invitation}"
    someone.visit(page)
    someone.send(page, code=code_of(invitation))
    answer = someone.enrol(page)
    assert (answer.status_code, answer.get_json()) == (422, {"error": "refused"})
    assert how_many_passkeys() == 0
    assert not someone.signed_in()
    assert row(invitation).used_at is None


def test_no_user_verification_no_sign_in(nora: Visitor, visitor: Anyone) -> None:
    thief = visitor(verifies=False, keys=nora.device.keys)
    assert thief.sign_in().status_code == 422
    assert not thief.signed_in()


def test_another_origin_is_refused(nora: Visitor, visitor: Anyone, app: object) -> None:
    lured = visitor(origin="http://localhost:8001", keys=nora.device.keys)
    assert lured.sign_in().status_code == 422
    nora.device.origin = "https://relais.example"
    assert nora.enrol("/account").status_code == 422


def test_a_challenge_serves_once(nora: Visitor, visitor: Anyone) -> None:
    again = visitor(keys=nora.device.keys)
    again.visit("/sign-in")
    cookie_before = again.browser.get_cookie("relais")
    assert cookie_before is not None
    options = again.ask("/sign-in/options").get_json()
    cookie = again.browser.get_cookie("relais")
    assert cookie is not None
    signed = again.device.get(options)
    assert again.ask("/sign-in/verification", signed).status_code == 200
    # The same words from the same cookie, as somebody who recorded both would say them.
    replay = visitor()
    replay.browser.set_cookie("relais", cookie.value)
    replay.token = again.token
    assert replay.ask("/sign-in/verification", signed).status_code == 422
    assert not replay.signed_in()


def test_a_challenge_is_used_up_by_a_failure_too(nora: Visitor, visitor: Anyone) -> None:
    someone = visitor(keys=nora.device.keys)
    someone.visit("/sign-in")
    options = someone.ask("/sign-in/options").get_json()
    wrong = copy.deepcopy(signed := someone.device.get(options))
    wrong["response"]["signature"] = wrong["response"]["signature"][:-4] + "AAAA"
    cookie = someone.browser.get_cookie("relais")
    assert cookie is not None
    assert someone.ask("/sign-in/verification", wrong).status_code == 422
    someone.browser.set_cookie("relais", cookie.value)
    assert someone.ask("/sign-in/verification", signed).status_code == 422


def test_a_challenge_of_another_browser_is_worth_nothing(nora: Visitor, visitor: Anyone) -> None:
    here, there = visitor(keys=nora.device.keys), visitor()
    here.visit("/sign-in")
    there.visit("/sign-in")
    there.ask("/sign-in/options")
    signed = here.device.get(here.ask("/sign-in/options").get_json())
    assert there.ask("/sign-in/verification", signed).status_code == 422


def test_a_challenge_of_the_other_ceremony_is_worth_nothing(nora: Visitor) -> None:
    nora.visit("/account")
    options = nora.ask("/passkeys/options").get_json()
    assert nora.ask("/sign-in/verification", nora.device.get(options)).status_code == 422


@pytest.mark.parametrize(("minutes", "status"), [(4.9, 200), (5, 422)])
def test_a_challenge_lasts_five_minutes(nora: Visitor, visitor: Anyone, minutes: float, status: int) -> None:
    someone = visitor(keys=nora.device.keys)
    someone.visit("/sign-in")
    options = someone.ask("/sign-in/options").get_json()
    later(minutes=minutes)
    assert someone.ask("/sign-in/verification", someone.device.get(options)).status_code == status


def test_old_challenges_do_not_pile_up(visitor: Anyone) -> None:
    for _ in range(3):
        stranger = visitor()
        stranger.visit("/sign-in")
        stranger.ask("/sign-in/options")
        stranger.ask("/sign-in/options")
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(PasskeyChallenge)) == 3
    later(minutes=6)
    stranger.ask("/sign-in/options")
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(PasskeyChallenge)) == 1


def test_an_unknown_key_is_told_apart(visitor: Anyone, nora: Visitor) -> None:
    stranger = visitor(keys=copy.copy(nora.device.keys))
    stranger.device.create({"user": {"id": "AAAA"}, "rp": {"id": "localhost"}, "challenge": "AAAA"})
    answer = stranger.sign_in()
    assert (answer.status_code, answer.get_json()) == (404, {"error": "unknown"})


def test_a_key_that_counts_backwards_is_refused(nora: Visitor, visitor: Anyone) -> None:
    owner = visitor(keys=nora.device.keys)
    assert owner.sign_in().status_code == 200
    copied = visitor(keys=[copy.copy(nora.device.keys[0])])
    copied.device.keys[0].count = 0
    assert copied.sign_in().status_code == 422
    assert owner.sign_in().status_code == 200


def test_a_synced_key_may_stay_at_zero(visitor: Anyone, invitation: UUID) -> None:
    someone = welcome(visitor(synced=True), invitation)
    for _ in range(2):
        assert someone.sign_in().status_code == 200


def test_a_closed_account_stays_out(nora: Visitor, visitor: Anyone) -> None:
    with transaction():
        account_of_nora = account_of()
    with transaction():
        db.session.merge(account_of_nora).active = False
    assert not nora.signed_in()
    assert visitor(keys=nora.device.keys).sign_in().status_code == 422


def test_a_key_that_says_another_person_is_refused(nora: Visitor, visitor: Anyone) -> None:
    nora.device.keys[0].user_handle = b"somebody else..."
    assert visitor(keys=nora.device.keys).sign_in().status_code == 422


def test_the_same_key_is_not_enrolled_twice(nora: Visitor) -> None:
    nora.visit("/account")
    options = nora.ask("/passkeys/options").get_json()
    answer = nora.device.create(options)
    assert nora.ask("/passkeys/verification", answer).status_code == 200
    assert nora.ask("/passkeys/verification", answer).status_code == 422
    assert how_many_passkeys() == 2


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        "text",
        {"id": 1},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {}},
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "é", "authenticatorData": "?", "signature": "A", "attestationObject": "oA"},
        },
        {
            "id": "é",
            "rawId": "é",
            "type": "public-key",
            "response": {
                "clientDataJSON": "e30",
                "authenticatorData": "e30",
                "signature": "AA",
                "attestationObject": "/w",
            },
        },
    ],
)
def test_nonsense_is_refused_calmly(nora: Visitor, visitor: Anyone, answer: object) -> None:
    nora.visit("/account")
    nora.ask("/passkeys/options")
    assert nora.ask("/passkeys/verification", answer).status_code == 422
    stranger = visitor()
    stranger.visit("/sign-in")
    stranger.ask("/sign-in/options")
    assert stranger.ask("/sign-in/verification", answer).status_code in (404, 422)


def test_enrolment_needs_someone(visitor: Anyone, now: datetime) -> None:
    stranger = visitor()
    stranger.visit("/sign-in")
    assert stranger.ask("/passkeys/options").status_code == 401
    assert stranger.ask("/passkeys/verification").status_code == 401
