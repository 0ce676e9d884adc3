"""Her own address, and closing her own account."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Account, Membership, Passkey, Role
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.letters.models import Letter
from app.membership import email_change, invitations, mails
from app.membership.invitations import Invitee
from app.membership.models import EmailChange, Invitation, MembershipLetter
from tests.accounts.conftest import NURSE, account_of, invited, later, welcome
from tests.accounts.visitor import Visitor
from tests.membership.mailbox import NEWS, address_code

Anyone = Callable[..., Visitor]
NEW = Invitee("nora.new@example.org", "Nora", "Petit")


def asks(someone: Visitor, email: str = " Nora.New@Example.org") -> str:
    """The code that was mailed."""
    someone.visit("/account/email")
    assert someone.send("/account/email", email=email).headers["Location"] == "/account/email/code"
    someone.visit("/account/email/code")
    db.session.rollback()
    return address_code(db.session.scalars(select(EmailChange.id)).one())


def letters() -> list[tuple[str, str]]:
    db.session.rollback()
    return [
        (each.address, each.kind)
        for each in db.session.scalars(select(Letter).where(Letter.kind.in_(NEWS)).order_by(Letter.id))
    ]


def lines(event: str) -> list[AuditEvent]:
    db.session.rollback()
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == event)))


# Her address


def test_a_code_to_the_new_address_and_a_letter_to_the_old(nora: Visitor) -> None:
    code = asks(nora)
    assert account_of().email == NURSE.email, "nothing changes before the code comes back"
    assert nora.send("/account/email/code", code=f"{code[:3]} {code[3:]}").status_code == 303
    assert "nora.new@example.org" in nora.visit("/account").text
    assert letters() == [(NEW.email, MembershipLetter.ADDRESS_CODE), (NURSE.email, MembershipLetter.EMAIL_CHANGED)]
    (line,) = lines("account.email_changed")
    assert line.detail == {}, "the trail keeps no address"
    letter = db.session.scalars(select(Letter).where(Letter.kind == MembershipLetter.EMAIL_CHANGED.value)).one()
    assert "nora.new" not in mails.news_words(letter, clock.now()).text


def test_it_needs_a_key_shown_lately(nora: Visitor) -> None:
    later(minutes=6)
    nora.visit("/account")
    assert nora.visit("/account/email").headers["Location"] == "/proof"
    assert nora.send("/account/email", email=NEW.email).headers["Location"] == "/proof"
    assert letters() == []


def test_the_mail_may_take_longer_than_the_proof(nora: Visitor) -> None:
    code = asks(nora)
    later(minutes=9)
    assert nora.send("/account/email/code", code=code).status_code == 303


def test_ten_minutes_or_five_wrong_codes_end_it(nora: Visitor) -> None:
    code = asks(nora)
    later(minutes=10)
    assert nora.send("/account/email/code", code=code).status_code == 422
    nora.prove()
    code = asks(nora)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    for _ in range(5):
        assert nora.send("/account/email/code", code=wrong).status_code == 422
    assert nora.send("/account/email/code", code=code).status_code == 422
    assert account_of().email == NURSE.email


def test_a_newer_wish_takes_the_place_of_the_former(nora: Visitor) -> None:
    first = asks(nora, "typo@example.org")
    second = asks(nora)
    assert first != second
    assert nora.send("/account/email/code", code=first).status_code == 422
    assert nora.send("/account/email/code", code=second).status_code == 303


def test_the_address_of_another_is_never_hers(nora: Visitor, visitor: Anyone, practice: UUID, now: datetime) -> None:
    """Asking says nothing: the code goes to that mailbox, whose owner is the only one to read it."""
    paul = Invitee("paul@example.org", "Paul", "Roux")
    welcome(visitor(), invited(practice, now, paul))
    code = asks(nora, paul.email)
    assert nora.send("/account/email/code", code=code).status_code == 422
    assert account_of().name == "Nora Petit"
    assert account_of(paul).name == "Paul Roux"


def test_two_who_confirm_one_address_at_once(
    nora: Visitor, visitor: Anyone, practice: UUID, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A couple shares a mailbox: the first has it, the other reads that it cannot be used."""
    paul = welcome(visitor(), invited(practice, now, Invitee("paul@example.org", "Paul", "Roux")))
    first = asks(nora)
    paul.visit("/account/email")
    paul.send("/account/email", email=NEW.email)
    paul.visit("/account/email/code")
    db.session.rollback()
    latest = select(EmailChange.id).order_by(EmailChange.id.desc()).limit(1)
    codes = [(nora, first), (paul, address_code(db.session.scalars(latest).one()))]
    db.session.rollback()
    both_saw_it_free, tell = threading.Barrier(2), email_change.tell

    def tell_together(*what: Any, **more: Any) -> None:
        with suppress(threading.BrokenBarrierError):  # Where writers follow each other, nobody else comes this far.
            both_saw_it_free.wait(timeout=1)
        tell(*what, **more)

    monkeypatch.setattr(email_change, "tell", tell_together)
    with ThreadPoolExecutor(2) as at_once:
        answers = list(at_once.map(lambda one: one[0].send("/account/email/code", code=one[1]), codes))
    assert sorted(answer.status_code for answer in answers) == [303, 422]
    (refused,) = (answer for answer in answers if answer.status_code == 422)
    assert "cette adresse ne peut pas servir" in refused.text
    assert account_of(NEW).name in ("Nora Petit", "Paul Roux")
    assert len(lines("account.email_changed")) == 1
    assert [kind for _address, kind in letters()].count(MembershipLetter.EMAIL_CHANGED) == 1


def test_a_bad_address_is_kept_and_said(nora: Visitor) -> None:
    nora.visit("/account/email")
    answer = nora.send("/account/email", email="nora")
    assert answer.status_code == 422
    assert 'value="nora"' in answer.text


def test_without_a_wish_there_is_no_code_to_show(nora: Visitor) -> None:
    nora.visit("/account")
    assert nora.visit("/account/email/code").headers["Location"] == "/account/email"
    assert nora.send("/account/email/code", code="123456").headers["Location"] == "/account/email"


# Leaving for good


def test_closing_ends_everything_at_once(nora: Visitor, visitor: Anyone, app: Flask) -> None:
    tablet = visitor(keys=nora.device.keys)
    assert tablet.sign_in().status_code == 200
    nora_id = account_of().id
    nora.visit("/account/closing")
    answer = nora.send("/account/closing", sure="y")
    assert answer.headers["Location"] == "/account/closed"
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert "Votre compte est fermé" in nora.visit("/account/closed").text
    assert not nora.signed_in()
    assert not tablet.signed_in()
    tablet.visit("/sign-in")
    options = tablet.ask("/sign-in/options").get_json()
    assert tablet.ask("/sign-in/verification", tablet.device.get(options)).status_code == 404, "the key opens nothing"
    db.session.rollback()
    gone = db.session.get_one(Account, nora_id)
    assert (gone.active, gone.memberships, gone.name) == (False, [], "Nora Petit")
    assert "nora" not in gone.email
    assert db.session.scalar(select(func.count()).select_from(Passkey)) == 0
    assert letters() == [(NURSE.email, MembershipLetter.ACCOUNT_CLOSED)]
    assert len(lines("account.closed")) == len(lines("account.left")) == 1


def test_she_may_come_back_by_a_new_invitation(nora: Visitor, visitor: Anyone, practice: UUID, now: datetime) -> None:
    nora.visit("/account/closing")
    nora.send("/account/closing", sure="y")
    db.session.rollback()
    again = welcome(visitor(), invited(practice, now))
    assert again.signed_in()
    assert db.session.scalar(select(func.count()).select_from(Account)) == 2


def test_it_needs_a_box_and_a_key_shown_lately(nora: Visitor) -> None:
    nora.visit("/account/closing")
    answer = nora.send("/account/closing")
    assert answer.status_code == 422
    assert "Cochez la case" in answer.text
    later(minutes=6)
    assert nora.send("/account/closing", sure="y").headers["Location"] == "/proof"
    assert nora.signed_in()


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.COORDINATOR])
def test_the_last_who_keeps_a_place_stays(
    nora: Visitor, visitor: Anyone, practice: UUID, now: datetime, role: Role
) -> None:
    with transaction():
        invitations.use(invitations.invite(NURSE, practice, role, by=None, now=now), now=now)
    page = nora.visit("/account/closing").text
    assert "Vous êtes la seule personne" in page
    assert "Cabinet du Parc" in page
    nora.visit("/account")
    assert nora.send("/account/closing", sure="y").status_code == 409
    assert nora.signed_in()
    invitation = invited(practice, now, Invitee("paul@example.org", "Paul", "Roux"), role)
    assert nora.send("/account/closing", sure="y").status_code == 409, "invited only, he cannot come in yet"
    welcome(visitor(), invitation)
    nora.visit("/account/closing")
    assert nora.send("/account/closing", sure="y").status_code == 303
    assert db.session.scalars(select(Membership.role)).all() == [role]


def test_an_invitation_under_way_ends_too(nora: Visitor, practice: UUID, now: datetime) -> None:
    with transaction():
        invitations.invite(NURSE, practice, Role.REQUESTER, by=None, now=now)
    nora.visit("/account/closing")
    nora.send("/account/closing", sure="y")
    db.session.rollback()
    assert all(each.expires_at <= clock.now() or each.used_at for each in db.session.scalars(select(Invitation)))
