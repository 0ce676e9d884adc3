"""A hospital reaches the internet by one address: three hundred people come in through it, and who guesses does not.

The clock stands still, so that all of it falls into one window of every limit.
"""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from app import clock
from app.accounts.models import Account, Membership, Passkey, Role
from app.core.db import db, transaction
from app.membership.invitations import Invitee, invite
from tests.accounts.authenticator import Authenticator, Key, _cose
from tests.accounts.visitor import Browser, Visitor
from tests.factories.town import Town
from tests.membership.mailbox import code_of

STAFF = 300


@pytest.fixture
def app(app: Flask) -> Flask:
    app.config["LIMITS_HOLD"] = True
    return app


def invited(town: Town, number: int) -> list[UUID]:
    with transaction():
        people = [Invitee(f"nurse{each}@example.org", "Anne", f"Numéro {each}") for each in range(number)]
        sent = [invite(each, town.emergency_id, Role.REQUESTER, by=None, now=clock.now()) for each in people]
        return [each.id for each in sent if each]


def with_passkeys(town: Town, number: int) -> list[Visitor]:
    """People who enrolled a passkey some other day; one pair of keys for all is quicker made than three hundred."""
    private = ec.generate_private_key(ec.SECP256R1())
    people = []
    with transaction():
        for each in range(number):
            named = {"given_name": "Anne", "family_name": f"Numéro {each}", "created_at": clock.now()}
            account = Account(email=f"nurse{each}@example.org", **named)
            db.session.add(account)
            db.session.flush()
            place = {"account_id": account.id, "organization_id": town.emergency_id, "role": Role.REQUESTER}
            key = Key(private, account.id.bytes, "localhost")
            made = {"credential_id": key.id, "public_key": _cose(private), "sign_count": 0, "synced": False}
            about = {"transports": [], "name": "Téléphone", "created_at": clock.now()}
            db.session.add_all([Membership(**place), Passkey(account_id=account.id, **made, **about)])
            people.append(Visitor(town.app, Authenticator(keys=[key])))
    return people


def test_three_hundred_invited_people_come_in_on_their_first_morning(town: Town) -> None:
    statuses = {
        Browser(town.app, town.app.response_class).post(f"/invitation/{one}", data={"code": code_of(one)}).status_code
        for one in invited(town, STAFF)
    }
    assert statuses == {303}


def test_three_hundred_people_of_one_hospital_sign_in_within_ten_minutes(town: Town) -> None:
    assert {someone.sign_in().status_code for someone in with_passkeys(town, STAFF)} == {200}


def test_who_guesses_codes_is_stopped_whoever_else_comes_in(town: Town) -> None:
    """Five tries for each invitation, and sixty wrong ones for all that one address tries."""
    guesser, (last, *others) = Browser(town.app, town.app.response_class), invited(town, 15)
    for one in others:
        right = {"code": code_of(one)}
        wrong = {"code": f"{(int(code_of(one)) + 1) % 10**6:06d}"}
        guesses = [guesser.post(f"/invitation/{one}", data=wrong).status_code for _ in range(5)]
        assert set(guesses) <= {422, 429}
        assert guesser.post(f"/invitation/{one}", data=right).status_code == guesses[-1]  # nobody's code any more
    assert guesses == [429] * 5
    assert guesser.post(f"/invitation/{last}", data={"code": code_of(last)}).status_code == 429


def test_guesses_at_once_are_counted_too(town: Town) -> None:
    def guess(_number: int) -> int:
        browser = Browser(town.app, town.app.response_class)
        return browser.post("/tablet", data={"ticket": "ABCD2345"}).status_code

    with ThreadPoolExecutor(8) as several:
        statuses = list(several.map(guess, range(30)))
    assert (statuses.count(422), statuses.count(429)) == (20, 10)


def test_who_shows_unknown_passkeys_is_stopped(town: Town) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    strangers = Visitor(town.app, Authenticator(keys=[Key(private, uuid4().bytes, "localhost")]))
    assert [strangers.sign_in().status_code for _ in range(61)] == [404] * 60 + [429]
