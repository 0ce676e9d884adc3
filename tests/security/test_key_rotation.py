"""Whatever travels and comes back: made before the operator changed the key, and shown after (decision 0015)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from app import clock
from app.accounts import pro_sante
from app.appointments import actions as appointments
from app.core import tokens
from app.core.db import db, transaction
from app.core.tokens import hash_token, keyed_hash
from app.joining import actions as joining
from app.joining.models import AccessRequest
from app.membership import email_change, recovery
from app.membership.codes import ADDRESS_CODE
from app.membership.codes import codes_of as codes_for
from app.membership.models import EmailChange
from app.messages import channels
from app.push import request
from app.tablets import queries as tablets
from app.tablets.models import TabletTicket
from app.tablets.rules import spoken_code
from tests.factories.town import Town
from tests.membership.mailbox import address_code, code_of, codes_of

ROOT = Path(__file__).parents[2]
ID = UUID(int=7)
NEW = "another secret, made for the years to come"


@dataclass(frozen=True)
class Kept:
    """`make`: what is handed out, under the key of that moment; `accepts`: does the house know it again?"""

    make: Callable[[], str]
    accepts: Callable[[str], bool]


def ticket() -> TabletTicket:
    """As `tablets.actions._ticket` writes one."""
    code = spoken_code(keyed_hash("tablet-ticket", str(ID)))
    return TabletTicket(id=ID, code_key=keyed_hash("tablet-code", code))


def errand_of(state: str) -> str | None:
    """The verifier that goes with this state, as the browser's way back needs it."""
    return next((each.verifier for each in pro_sante._errands(b"challenge") if each.state == state), None)


TRAVELS = {
    "invitation-code": Kept(lambda: code_of(ID), lambda code: code in codes_of(ID)),
    "address-code": Kept(lambda: address_code(ID), lambda code: code in codes_for(ADDRESS_CODE, ID)),
    "stop-recovery": Kept(lambda: recovery.stop_token(ID), lambda token: recovery.stops(ID, token)),
    "push-receipt": Kept(lambda: request.receipt_token(ID), lambda token: request.receipt_token_matches(ID, token)),
    "push-answer-": Kept(
        lambda: request.answer_token(ID, "accept"), lambda token: request.answer_token_matches(ID, token, "accept")
    ),
    "sms-report": Kept(lambda: channels.report_token(ID), lambda token: channels.report_token_matches(ID, token)),
    "tablet-code": Kept(lambda: ticket().code_key, lambda key: key in tablets.code_keys(spoken_code(SPOKEN[0]))),
    "tablet-ticket": Kept(
        lambda: ticket().code_key,
        lambda key: tablets.code_shown(TabletTicket(id=ID, code_key=key)) == spoken_code(SPOKEN[0]),
    ),
    "pro-sante-state": Kept(lambda: pro_sante._errands(b"challenge")[0].state, lambda state: bool(errand_of(state))),
    "patient-link": Kept(
        lambda: hash_token(tokens.derived_token(appointments.LINK, str(ID))),
        lambda kept: kept in map(hash_token, tokens.derived_tokens(appointments.LINK, str(ID))),
    ),
}

STAYS = {
    "open-space": "for an hour: the two words of the card open it again",
    "patient-search": "hashed anew for every person by `relais secrets rotate` (`tests/patients`)",
    "pro-sante-nonce": "goes with the state: `test_who_is_at_the_states_page_comes_back_to_the_new_key`",
    "pro-sante-verifier": "goes with the state: the same test",
    "sealed-columns": "the ring of `core.sealed`: tests/core/test_rotation.py",
    "attempts": "nothing is shown: a count of tries, which begins anew",
    "demo-phone": "the demonstration is loaded again after a rotation (decision 0015)",
    "demo-phone-key": "the same",
    "demo-phone-auth": "the same",
}

SPOKEN: list[str] = []
"""The digest of the tablet's code under the key that made it."""


def rotate(app: Flask) -> None:
    """The operator puts a new key in the place of the old one, which from now on only opens."""
    app.config.update(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=[app.config["SECRET_KEY"]])


def test_every_purpose_of_a_key_stands_in_this_file() -> None:
    """A new use of our keys is added to `TRAVELS`, or says in `STAYS` why nobody brings it back."""
    named = (
        r'(?:derived_tokens?|keyed_hash(?:es)?|keyed_numbers|derive)\((?:secret, )?f?"([^"{]+)'
        r'|(?:purposes|ADDRESS_CODE) = ([^\n]+)|^LINK = "([^"]+)'
    )
    purposes = set()
    for path in (ROOT / "app").rglob("*.py"):
        for once, several, link in re.findall(named, path.read_text(), re.M):
            purposes.update(re.findall(r'"([^"]+)"', several) or [once or link])
    assert purposes == TRAVELS.keys() | STAYS.keys()


@pytest.mark.parametrize("purpose", TRAVELS)
def test_what_was_made_before_a_rotation_is_accepted_after(app: Flask, purpose: str) -> None:
    SPOKEN[:] = [keyed_hash("tablet-ticket", str(ID))]
    made = TRAVELS[purpose].make()
    rotate(app)
    assert TRAVELS[purpose].make() != made, "new ones are made with the new key"
    assert TRAVELS[purpose].accepts(made)
    app.config["SECRET_KEY_FALLBACKS"] = []
    assert not TRAVELS[purpose].accepts(made), "retired is retired"


def test_the_code_of_a_new_address_lives_through_a_rotation(town: Town) -> None:
    nadia = town.orientation_nurse
    with transaction():
        email_change.request_change(nadia.account_id, "nadia@new.example.org", now=clock.now())
    code = address_code(db.session.query(EmailChange.id).scalar())
    rotate(town.app)
    with transaction():
        assert email_change.confirm_address(nadia.account_id, code, now=clock.now())
    assert nadia.account.email == "nadia@new.example.org"


def test_the_code_of_a_request_for_access_lives_through_a_rotation(town: Town) -> None:
    with transaction():
        claim = joining.Claim("10000000009", "Léa", "Dupré", "lea@example.org")
        asked_id = joining.ask(claim, now=clock.now()).id
    code = address_code(asked_id)
    rotate(town.app)
    with transaction():
        assert joining.prove_address(asked_id, code, now=clock.now())
    assert db.session.get_one(AccessRequest, asked_id).confirmed_at == clock.now()
