"""Coming in with the State's card: a real OpenID provider, and every way in which its word must not be taken."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app import clock
from app.accounts.models import Account, Passkey, PasskeyLetter
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.directory.actions import invite
from app.directory.models import Practitioner
from app.joining.models import AccessRequest
from app.letters.models import Letter
from app.membership.leaving import leave
from tests.accounts.conftest import later
from tests.accounts.visitor import Visitor
from tests.factories.town import Nurse, Town, role_of
from tests.joining.conftest import SECRET, userinfo
from tests.membership.mailbox import NEWS
from tests.services.pro_sante import ProSante
from tests.services.pro_sante.meddler import Meddler

Anyone = Callable[..., Visitor]
BACK = "/sign-in/pro-sante-connect/return"


@pytest.fixture
def maya(town: Town, pro_sante: ProSante) -> Nurse:
    """A nurse of Évry with an account, and with a card in her pocket."""
    nurse = town.nurse("Maya")
    rpps = rpps_of(nurse)
    pro_sante.knows(
        maya={"userinfo": userinfo(rpps, "60")},
        nobody={"userinfo": userinfo(rpps, "60", SubjectRefPro={"exercices": []})},
        weak={"userinfo": userinfo(rpps, "60"), "level": None},
        weaker={"userinfo": userinfo(rpps, "60"), "level": "eidas0"},
        brief={"userinfo": userinfo(rpps, "60"), "token_seconds": 1},
        stranger={"userinfo": userinfo("99999999999", "60")},
    )
    return nurse


def rpps_of(nurse: Nurse) -> str:
    return db.session.get_one(Practitioner, nurse.practitioner_id).rpps


def way_there(someone: Visitor, start: str = "/sign-in/pro-sante-connect") -> str:
    answer = someone.visit(start)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def came_back(someone: Visitor, address: str) -> TestResponse:
    parts = urlsplit(address)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"http://localhost:8000{BACK}"
    return someone.visit(f"{parts.path}?{parts.query}")


def comes(someone: Visitor, pro_sante: ProSante, card: str, start: str = "/sign-in/pro-sante-connect") -> TestResponse:
    return came_back(someone, pro_sante.shows_card(way_there(someone, start), card))


def refused(answer: TestResponse, someone: Visitor, status: int = 403) -> None:
    """An honest page, and nobody signed in."""
    assert answer.status_code == status, answer.text
    assert "Retour à la connexion" in answer.text
    assert not someone.signed_in()


# In


def test_a_nurse_comes_in_with_her_card(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    assert "Se connecter avec Pro Santé Connect" in someone.visit("/sign-in").text
    answer = comes(someone, pro_sante, "maya", "/sign-in/pro-sante-connect?next=/visits")
    assert answer.status_code == 303
    assert someone.signed_in()
    assert "Maya Dupré" in someone.visit("/account").text
    db.session.rollback()
    line = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "account.signed_in")).one()
    assert (line.subject_id, line.detail) == (maya.account_id, {"means": "pro-sante-connect"})


def test_who_has_a_key_goes_on_where_she_wanted(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    comes(someone, pro_sante, "maya")
    assert someone.enrol("/account").status_code == 200
    other = visitor()
    answer = comes(other, pro_sante, "maya", "/sign-in/pro-sante-connect?next=/visits")
    assert answer.headers["Location"] == "/visits"
    elsewhere = comes(visitor(), pro_sante, "maya", "/sign-in/pro-sante-connect?next=//evil.example")
    assert elsewhere.headers["Location"] == "/"


def test_what_is_asked_of_the_state(maya: Nurse, visitor: Anyone) -> None:
    """PKCE with S256, a state, a nonce and the level, each way there another (ASVS 10.2.1, 10.5.1)."""
    ways = [parse_qs(urlsplit(way_there(visitor())).query) for _ in range(2)]
    for way in ways:
        assert way["response_type"] == ["code"]
        assert way["scope"] == ["openid scope_all"]
        assert way["acr_values"] == ["eidas1"]
        assert way["code_challenge_method"] == ["S256"]
        assert len(way["code_challenge"][0]) == len(way["state"][0]) == len(way["nonce"][0]) == 43
    assert all(ways[0][name] != ways[1][name] for name in ("state", "nonce", "code_challenge"))


def test_the_secret_may_travel_in_the_form(
    maya: Nurse, psc: dict[str, str], meddler: Meddler, visitor: Anyone, pro_sante: ProSante, app: Flask
) -> None:
    meddler.alters["/description"] = lambda told: (
        told | {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    )
    settings = app.config["SETTINGS"]
    app.config["SETTINGS"] = type(settings)(**(vars(settings) | {"psc_client_id": "relais-post"}))
    someone = visitor()
    comes(someone, pro_sante, "maya")
    assert someone.signed_in()


def test_several_professions_are_one_person(maya: Nurse, visitor: Anyone, pro_sante: ProSante, town: Town) -> None:
    pro_sante.knows(both={"userinfo": userinfo(rpps_of(maya), "50", "60", "60")})
    someone = visitor()
    comes(someone, pro_sante, "both")
    assert someone.signed_in()


# Not in


def test_who_is_at_the_states_page_comes_back_to_the_new_key(
    maya: Nurse, visitor: Anyone, pro_sante: ProSante, app: Flask
) -> None:
    """State, nonce and verifier were made before the operator changed the key: the way back is still hers."""
    someone = visitor()
    there = way_there(someone)
    app.config.update(SECRET_KEY="made for the years to come", SECRET_KEY_FALLBACKS=[app.config["SECRET_KEY"]])
    assert came_back(someone, pro_sante.shows_card(there, "maya")).status_code == 303
    assert someone.signed_in()


def test_another_state_is_refused(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    back = pro_sante.shows_card(way_there(someone), "maya")
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()} | {"state": "x" * 43}
    refused(someone.visit(f"{BACK}?{urlencode(query)}"), someone)


def test_another_browser_has_no_use_for_the_answer(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    """Neither one that never left, nor one that left for itself (login CSRF)."""
    back = pro_sante.shows_card(way_there(visitor()), "maya")
    thief, other = visitor(), visitor()
    refused(came_back(thief, back), thief)
    way_there(other)
    refused(came_back(other, back), other)


def test_another_nonce_is_refused(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    there = way_there(someone)
    nonce = parse_qs(urlsplit(there).query)["nonce"][0]
    refused(came_back(someone, pro_sante.shows_card(there.replace(nonce, "y" * 43), "maya")), someone)


def test_a_code_without_our_verifier_is_refused(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    there = way_there(someone)
    challenge = parse_qs(urlsplit(there).query)["code_challenge"][0]
    refused(came_back(someone, pro_sante.shows_card(there.replace(challenge, "z" * 43), "maya")), someone)


@pytest.mark.parametrize("card", ["weak", "weaker"])
def test_a_level_that_is_missing_or_lower_is_refused(
    maya: Nurse, visitor: Anyone, pro_sante: ProSante, card: str
) -> None:
    someone = visitor()
    refused(comes(someone, pro_sante, card), someone)


def test_another_issuer_in_the_answer_is_refused(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    back = pro_sante.shows_card(way_there(someone), "maya")
    query = {name: values[0] for name, values in parse_qs(urlsplit(back).query).items()}
    refused(someone.visit(f"{BACK}?{urlencode(query | {'iss': 'https://evil.example'})}"), someone)


def test_an_answer_serves_once(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    back = pro_sante.shows_card(way_there(someone), "maya")
    assert came_back(someone, back).status_code == 303
    someone.visit("/account")
    assert someone.send("/sign-out").status_code == 303
    refused(came_back(someone, back), someone)


def test_a_code_serves_once(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    """Also with a state of one's own: the provider itself refuses it."""
    first, second = visitor(), visitor()
    back = parse_qs(urlsplit(pro_sante.shows_card(way_there(first), "maya")).query)
    state = parse_qs(urlsplit(way_there(second)).query)["state"][0]
    first.visit(f"{BACK}?{urlencode({'code': back['code'][0], 'state': back['state'][0]})}")
    assert first.signed_in()
    refused(second.visit(f"{BACK}?{urlencode({'code': back['code'][0], 'state': state})}"), second)


def test_an_expired_token_is_refused(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    back = pro_sante.shows_card(way_there(someone), "brief")
    later(minutes=2)
    refused(came_back(someone, back), someone)


def test_who_takes_more_than_five_minutes_begins_again(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    back = pro_sante.shows_card(way_there(someone), "maya")
    later(minutes=5)
    refused(came_back(someone, back), someone)


def test_who_leaves_reads_so(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    answer = comes(someone, pro_sante, "")
    assert "Vous avez quitté Pro Santé Connect" in answer.text
    refused(answer, someone)


def test_who_is_no_professional_reads_a_calm_page(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    answer = comes(someone, pro_sante, "nobody")
    assert "Pas encore professionnel de santé ici" in answer.text
    refused(answer, someone)


def test_who_is_not_in_the_directory_reads_so(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    answer = comes(someone, pro_sante, "stranger")
    assert "Vous n'êtes pas dans cet annuaire" in answer.text.replace("&#39;", "'")
    refused(answer, someone)


def test_another_profession_than_in_the_directory_does_not_come_in(
    maya: Nurse, visitor: Anyone, pro_sante: ProSante
) -> None:
    """She may have left nursing since the directory was read: requests for a nurse are not hers to open."""
    pro_sante.knows(maya={"userinfo": userinfo(rpps_of(maya), "10", "50")})
    someone = visitor()
    answer = comes(someone, pro_sante, "maya")
    assert "une autre profession" in answer.text
    refused(answer, someone)


# Words that the State never said

Claims = dict[str, object]
FORGED: dict[str, Claims] = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-client"},
    "two audiences, for the other": {"aud": ["relais-basic", "another"], "azp": "another"},
    "expired": {"exp": 1_700_000_000},
    "from the future": {"iat": 4_000_000_000},
    "no nonce": {"nonce": None},
    "no level": {"acr": None},
    "no subject": {"sub": None},
    "somebody else": {"sub": "another person"},
}
OURS = RSAKey.generate_key(2048, {"kid": "published"})


def claims_for(there: str, pro_sante: ProSante) -> Claims:
    seconds = int(clock.now().timestamp())
    return {
        "iss": pro_sante.issuer,
        "aud": "relais-basic",
        "sub": "maya",
        "iat": seconds,
        "exp": seconds + 60,
        "acr": "eidas1",
        "nonce": parse_qs(urlsplit(there).query)["nonce"][0],
    }


def test_a_token_with_every_word_right_is_taken(
    maya: Nurse, visitor: Anyone, pro_sante: ProSante, meddler: Meddler
) -> None:
    """So that each of the next is refused for its one wrong word."""
    someone = visitor()
    assert come_with(someone, pro_sante, meddler, {}).status_code == 303
    assert someone.signed_in()


@pytest.mark.parametrize("case", FORGED)
def test_one_wrong_word_is_refused(
    maya: Nurse, visitor: Anyone, pro_sante: ProSante, meddler: Meddler, case: str
) -> None:
    someone = visitor()
    refused(come_with(someone, pro_sante, meddler, FORGED[case]), someone)


def come_with(someone: Visitor, pro_sante: ProSante, meddler: Meddler, wrong: Claims) -> TestResponse:
    """With a token signed by a key that the State published, which says what it should but for `wrong`."""
    meddler.alters["/jwks"] = lambda told: {"keys": [*told["keys"], OURS.as_dict(private=False)]}
    there = way_there(someone)
    claims = {name: value for name, value in (claims_for(there, pro_sante) | wrong).items() if value is not None}
    token = jwt.encode({"alg": "RS256", "kid": "published"}, claims, OURS)
    meddler.alters["/token"] = lambda told: told | {"id_token": token}
    return came_back(someone, pro_sante.shows_card(there, "maya"))


@pytest.mark.parametrize("kind", ["foreign key", "no signature", "signed with our secret", "not a token", "no token"])
def test_what_the_state_did_not_sign_is_refused(
    maya: Nurse, visitor: Anyone, pro_sante: ProSante, meddler: Meddler, kind: str
) -> None:
    someone = visitor()
    there = way_there(someone)
    claims = claims_for(there, pro_sante)
    token = {
        "foreign key": lambda: jwt.encode({"alg": "RS256"}, claims, RSAKey.generate_key(2048)),
        "no signature": lambda: f"{part({'alg': 'none'})}.{part(claims)}.",
        "signed with our secret": lambda: jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET * 2)),
        "not a token": lambda: "nonsense",
        "no token": lambda: "",
    }[kind]()
    meddler.alters["/token"] = lambda told: told | {"id_token": token}
    refused(came_back(someone, pro_sante.shows_card(there, "maya")), someone)


def part(told: Claims) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


def test_a_description_of_another_issuer_leads_nowhere(maya: Nurse, visitor: Anyone, meddler: Meddler) -> None:
    meddler.alters["/description"] = lambda told: told | {"issuer": "https://evil.example"}
    someone = visitor()
    refused(someone.visit("/sign-in/pro-sante-connect"), someone, 503)


def test_when_it_does_not_answer_the_page_says_so(
    maya: Nurse, visitor: Anyone, pro_sante: ProSante, app: Flask, meddler: Meddler
) -> None:
    someone = visitor()
    back = pro_sante.shows_card(way_there(someone), "maya")
    meddler.close()
    answer = came_back(someone, back)
    assert "Pro Santé Connect ne répond pas" in answer.text
    refused(answer, someone, 503)
    app.extensions.pop("pro_sante")
    refused(someone.visit("/sign-in/pro-sante-connect"), someone, 503)


def test_userinfo_in_any_shape_breaks_nothing(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    shapes: list[dict[str, object]] = [
        {},
        {"SubjectRefPro": ""},
        {"SubjectNameID": 8},
        {"SubjectRefPro": {"exercices": "60"}},
    ]
    for shape in shapes:
        pro_sante.knows(odd={"userinfo": shape})
        someone = visitor()
        refused(comes(someone, pro_sante, "odd"), someone)


# What the card proves


def test_all_keys_are_lost_and_the_card_brings_her_back(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    old = visitor()
    comes(old, pro_sante, "maya")
    assert old.enrol("/account").status_code == 200
    new = visitor()
    comes(new, pro_sante, "maya")
    assert new.enrol("/account").status_code == 200, "the card vouches like a key that was shown"
    assert new.sign_in().status_code == 200
    db.session.rollback()
    keys = db.session.scalars(select(Passkey).where(Passkey.account_id == maya.account_id)).all()
    assert len(keys) == 2
    new.prove()
    assert new.send(f"/passkeys/{keys[0].id}/removal").status_code == 303
    db.session.rollback()
    assert db.session.scalars(select(Letter.kind).where(Letter.kind.in_(NEWS)).order_by(Letter.id)).all() == [
        PasskeyLetter.ADDED,
        PasskeyLetter.ADDED,
        PasskeyLetter.REMOVED,
    ]


def test_the_card_proves_before_a_change(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    comes(someone, pro_sante, "maya")
    later(minutes=6)
    assert someone.visit("/account/email").headers["Location"] == "/proof"
    assert "Prouver avec Pro Santé Connect" in someone.visit("/proof").text
    assert comes(someone, pro_sante, "maya", "/proof/pro-sante-connect").headers["Location"] == "/account"
    assert someone.visit("/account/email").status_code == 200
    db.session.rollback()
    proofs = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "account.proven")).all()
    assert [line.detail for line in proofs] == [{"means": "pro-sante-connect"}]


def test_the_card_of_a_colleague_proves_nothing(maya: Nurse, town: Town, visitor: Anyone, pro_sante: ProSante) -> None:
    ines = town.nurse("Inès")
    pro_sante.knows(maya={"userinfo": userinfo(rpps_of(maya), "60")}, ines={"userinfo": userinfo(rpps_of(ines), "60")})
    someone = visitor()
    comes(someone, pro_sante, "maya")
    later(minutes=6)
    answer = comes(someone, pro_sante, "ines", "/proof/pro-sante-connect")
    assert answer.status_code == 403
    assert someone.visit("/account/email").headers["Location"] == "/proof"
    assert "Maya Dupré" in someone.visit("/account").text


def test_the_way_back_of_a_proof_signs_nobody_in(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    someone = visitor()
    comes(someone, pro_sante, "maya")
    back = pro_sante.shows_card(way_there(someone, "/proof/pro-sante-connect"), "maya")
    someone.visit("/account")
    assert someone.send("/sign-out").status_code == 303
    refused(came_back(someone, back), someone)


def test_a_closed_account_is_not_opened_by_a_card(maya: Nurse, visitor: Anyone, pro_sante: ProSante) -> None:
    with transaction():
        db.session.execute(update(Account).where(Account.id == maya.account_id).values(active=False))
    someone = visitor()
    assert comes(someone, pro_sante, "maya").headers["Location"] == "/access"
    assert not someone.signed_in()


def test_who_has_no_account_yet_asks_for_one_and_types_only_her_address(
    maya: Nurse, town: Town, visitor: Anyone, pro_sante: ProSante, now: datetime
) -> None:
    with transaction():
        db.session.get_one(Practitioner, maya.practitioner_id).account_id = None
    someone = visitor()
    assert comes(someone, pro_sante, "maya").headers["Location"] == "/access"
    page = someone.visit("/access").text
    assert "Pro Santé Connect vous reconnaît" in page
    assert 'name="rpps"' not in page
    assert someone.visit("/access/code").headers["Location"] == "/access", "no address yet, hence no code"
    assert someone.send("/access", email="maya@example.org").status_code == 303
    db.session.rollback()
    asked = db.session.scalars(select(AccessRequest).where(AccessRequest.email != "")).one()
    assert (asked.rpps, asked.vouched, asked.practitioner_id) == (rpps_of(maya), True, maya.practitioner_id)


def test_accepted_she_may_come_in_by_her_card_before_any_key(
    maya: Nurse, town: Town, visitor: Anyone, pro_sante: ProSante
) -> None:
    """The State says who she is, a coordinator where she works: the role that waited for her is hers."""
    with transaction():
        leave(maya.account_id, role_of(maya).organization_id, by=maya.account_id, now=clock.now())
        person = db.session.get_one(Practitioner, maya.practitioner_id)
        person.account_id = None
        invite(person, "maya@example.org", by=None, now=clock.now())
    someone = visitor()
    assert comes(someone, pro_sante, "maya").headers["Location"] == "/account"
    assert someone.visit("/inbox").status_code == 200
    assert "Maya Dupré" in someone.visit("/account").text
    db.session.rollback()
    assert role_of(maya).can_sign_in


def test_her_card_does_not_open_an_account_that_somebody_has(
    maya: Nurse, town: Town, visitor: Anyone, pro_sante: ProSante
) -> None:
    """An operator mistyped the address: it is a colleague's, who alone may take the role there."""
    ines = town.nurse("Inès")
    with transaction():
        person = db.session.get_one(Practitioner, maya.practitioner_id)
        person.account_id = None
        invite(person, ines.account.email, by=None, now=clock.now())
    someone = visitor()
    assert comes(someone, pro_sante, "maya").headers["Location"] == "/access"
    assert not someone.signed_in()


def test_who_sits_down_at_that_browser_later_is_not_taken_for_her(
    maya: Nurse, visitor: Anyone, pro_sante: ProSante
) -> None:
    with transaction():
        db.session.get_one(Practitioner, maya.practitioner_id).account_id = None
    someone = visitor()
    comes(someone, pro_sante, "maya")
    later(minutes=10)
    page = someone.visit("/access").text
    assert "Maya" not in page
    assert 'name="rpps"' in page
    assert someone.send("/access", email="thief@example.org").status_code == 422


@pytest.mark.parametrize("psc", [{}], ids=["off"])
def test_off_unless_configured(town: Town, visitor: Anyone) -> None:
    someone = visitor()
    assert "Pro Santé Connect" not in someone.visit("/sign-in").text
    assert "Pro Santé Connect" not in someone.visit("/access").text
    assert someone.visit("/sign-in/pro-sante-connect").status_code == 404
    assert someone.visit(f"{BACK}?code=a&state=b").status_code == 404
