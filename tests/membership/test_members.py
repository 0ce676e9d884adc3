"""Who belongs where, leaving, and the way back in for who lost every key."""

import html
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import clock
from app.accounts.models import Account, Passkey, PasskeyLetter, Role
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.letters.models import Letter, LetterState
from app.letters.sender import send_mails
from app.membership import invitations, mails, recovery
from app.membership.invitations import Invitee, invite
from app.membership.leaving import leave
from app.membership.models import Invitation, MembershipLetter, Recovery, RecoveryOutcome
from app.organizations.models import Organization
from tests.accounts.conftest import NURSE, account_of, invited, later, welcome
from tests.accounts.visitor import Visitor
from tests.membership.mailbox import NEWS, code_of

Anyone = Callable[..., Visitor]
Join = Callable[[str, Role], Visitor]
WHY = {"reason": "Vue en personne, carte professionnelle vérifiée"}


@pytest.fixture
def join(visitor: Anyone, practice: UUID, now: datetime) -> Join:
    """Somebody with a role in the practice, signed in: `join("anne", Role.ADMINISTRATOR)`."""

    def joined(name: str, role: Role) -> Visitor:
        someone = welcome(visitor(), invited(practice, now, person(name), role))
        someone.visit("/account")
        return someone

    return joined


def due(now: datetime) -> int:
    """What the worker does, which looks at the database as it is now."""
    db.session.rollback()
    return recovery.move_due(now)


def person(name: str) -> Invitee:
    return Invitee(f"{name}@example.org", name.title(), "Roy")


def page_of(who: Invitee, place: UUID) -> str:
    return f"/members/{place}/{account_of(who).id}"


def test_the_members_and_what_they_do(join: Join, nora: Visitor, practice: UUID) -> None:
    anne = join("anne", Role.ADMINISTRATOR)
    page = anne.visit("/members").text
    assert "Nora Petit" in page
    assert "Professionnel de santé" in page
    assert nora.visit("/members").status_code == 403


def test_who_is_removed_has_no_access_at_the_next_request(join: Join, nora: Visitor, practice: UUID) -> None:
    anne = join("anne", Role.ADMINISTRATOR)
    anne.visit(page_of(NURSE, practice))
    assert anne.send(page_of(NURSE, practice) + "/removal").status_code == 303
    assert not nora.signed_in()
    nora.visit("/sign-in")
    options = nora.ask("/sign-in/options").get_json()
    assert nora.ask("/sign-in/verification", nora.device.get(options)).status_code == 422
    db.session.rollback()
    line = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "account.left")).one()
    assert line.detail == {"organization": str(practice), "roles": "practitioner"}


def test_who_belongs_elsewhere_too_stays_signed_in(join: Join, nora: Visitor, practice: UUID, now: datetime) -> None:
    with transaction():
        other = Organization(name="Maternité", kind="maternity", phone="", address="", commune_code="91228")
        db.session.add(other)
        db.session.flush()
        invitations.use(invite(NURSE, other.id, Role.REQUESTER, by=None, now=now), now=now)
    anne = join("anne", Role.ADMINISTRATOR)
    anne.visit(page_of(NURSE, practice))
    anne.send(page_of(NURSE, practice) + "/removal")
    assert nora.signed_in()
    assert account_of().roles == {Role.REQUESTER}


def test_nobody_removes_more_than_they_could_give(join: Join, nora: Visitor, practice: UUID) -> None:
    ines, anne = join("ines", Role.COORDINATOR), join("anne", Role.ADMINISTRATOR)
    above, below = page_of(person("anne"), practice), page_of(NURSE, practice)
    assert "/removal" not in ines.visit(above).text
    assert ines.send(above + "/removal").status_code == 403
    assert "/removal" in ines.visit(below).text
    own = page_of(person("anne"), practice)
    assert "/removal" not in anne.visit(own).text
    assert anne.send(own + "/removal").status_code == 403


def test_a_foreign_organization_is_not_there(join: Join, nora: Visitor, practice: UUID, now: datetime) -> None:
    with transaction():
        other = Organization(name="Clinique", kind="hospital", phone="", address="", commune_code="91228")
        db.session.add(other)
        db.session.flush()
        invitations.use(invite(person("stranger"), other.id, Role.ADMINISTRATOR, by=None, now=now), now=now)
        other_id = other.id
    anne = join("anne", Role.ADMINISTRATOR)
    anne.visit("/members")
    for path in (page_of(person("stranger"), other_id), page_of(NURSE, other_id)):
        assert anne.visit(path).status_code == 404
        for act in ("/removal", "/recovery", "/recovery/confirmation", "/recovery/cancellation"):
            assert anne.send(path + act, **WHY).status_code == 404


def test_two_first_invitations_at_once(app: Flask, practice: UUID, now: datetime) -> None:
    def ask(role: Role) -> None:
        with app.app_context(), transaction():
            invite(NURSE, practice, role, by=None, now=now)

    with ThreadPoolExecutor(4) as several:
        list(several.map(ask, [Role.PRACTITIONER, Role.REQUESTER] * 4))
    assert account_of().memberships == []
    valid = db.session.scalars(select(Invitation.role).where(Invitation.expires_at > now)).all()
    assert sorted(valid) == [Role.PRACTITIONER, Role.REQUESTER], "the last of each role holds"


def ask_and_confirm(first: Visitor, second: Visitor, practice: UUID) -> str:
    page = page_of(NURSE, practice)
    first.visit(page)
    assert first.send(page + "/recovery", **WHY).status_code == 303
    second.visit(page)
    assert second.send(page + "/recovery/confirmation", **WHY).status_code == 303
    return page


def test_two_administrators_and_a_day(join: Join, nora: Visitor, visitor: Anyone, practice: UUID) -> None:
    anne, bob = join("anne", Role.ADMINISTRATOR), join("bob", Role.ADMINISTRATOR)
    nora_id = account_of().id
    page = ask_and_confirm(anne, bob, practice)
    assert "préparent un nouvel accès" in nora.visit("/account").text
    later(hours=7)
    nora.visit("/account", buffered=True)

    assert due(later(hours=16.9)) == 0
    now = later(hours=0.1)
    assert due(now) == 1
    assert due(now) == 0
    made = db.session.scalars(select(Invitation).where(Invitation.recovery_id.is_not(None))).one()
    code = code_of(made.id)
    letter = db.session.scalars(select(Letter).where(Letter.subject_id == made.id)).one()
    words = mails.invitation_words(letter, now)
    assert letter.address == NURSE.email
    assert words
    assert str(made.id) in words.text
    assert code not in words.text
    db.session.rollback()
    for boss in (anne, bob):
        boss.sign_in()
        assert f"{code[:3]} {code[3:]}" in boss.visit(page).text

    new = welcome(visitor(), made.id)
    assert new.signed_in()
    db.session.rollback()
    assert len(db.session.scalars(select(Passkey).where(Passkey.account_id == nora_id)).all()) == 1
    old = visitor(keys=nora.device.keys)
    old.visit("/sign-in")
    assert old.ask("/sign-in/verification", old.device.get(old.ask("/sign-in/options").get_json())).status_code == 404
    assert db.session.scalars(select(Recovery.outcome)).one() is RecoveryOutcome.USED
    assert db.session.scalars(select(Letter.kind).where(Letter.kind.in_(NEWS)).order_by(Letter.id)).all() == [
        MembershipLetter.RECOVERY_ASKED,
        MembershipLetter.RECOVERY_CONFIRMED,
        PasskeyLetter.ADDED,
        MembershipLetter.RECOVERED,
    ]


def test_one_administrator_alone_gets_nowhere(join: Join, nora: Visitor, practice: UUID) -> None:
    anne, ines = join("anne", Role.ADMINISTRATOR), join("ines", Role.COORDINATOR)
    page = page_of(NURSE, practice)
    anne.visit(page)
    assert anne.send(page + "/recovery", reason="court").status_code == 422
    anne.send(page + "/recovery", **WHY)
    assert anne.send(page + "/recovery/confirmation", **WHY).status_code == 409
    assert anne.send(page + "/recovery", **WHY).status_code == 409
    assert ines.send(page + "/recovery/confirmation", **WHY).status_code == 403
    assert due(later(days=3)) == 0
    assert due(later(days=5)) == 1
    assert db.session.scalars(select(Recovery.outcome)).one() is RecoveryOutcome.EXPIRED


def test_nobody_vouches_for_herself(join: Join, practice: UUID) -> None:
    anne, bob = join("anne", Role.ADMINISTRATOR), join("bob", Role.ADMINISTRATOR)
    own = page_of(person("anne"), practice)
    anne.visit(own)
    assert anne.send(own + "/recovery", **WHY).status_code == 409
    bob.visit(own)
    assert bob.send(own + "/recovery", **WHY).status_code == 303
    assert anne.send(own + "/recovery/confirmation", **WHY).status_code == 409


def test_the_person_stops_it_on_any_device(join: Join, nora: Visitor, practice: UUID) -> None:
    ask_and_confirm(join("anne", Role.ADMINISTRATOR), join("bob", Role.ADMINISTRATOR), practice)
    later(hours=1)
    nora.visit("/account")
    assert nora.send("/account/recovery/cancellation").status_code == 303
    assert "préparent un nouvel accès" not in nora.visit("/account").text
    assert due(later(days=2)) == 0


def test_the_mailed_link_stops_it_even_after_the_day(
    join: Join, nora: Visitor, visitor: Anyone, practice: UUID, app: Flask
) -> None:
    ask_and_confirm(join("anne", Role.ADMINISTRATOR), join("bob", Role.ADMINISTRATOR), practice)
    due(later(hours=24))
    row = db.session.scalars(select(Recovery)).one()
    made = recovery.invitation_of(row.id)
    assert made is not None
    link, invitation_id = f"/recoveries/{row.id}/{recovery.stop_token(row.id)}", made.id
    db.session.rollback()
    someone = visitor()
    assert someone.visit(link + "x").status_code == 404
    assert "Nora" not in someone.visit(link).text
    assert recovery.running_for(account_of().id) is not None
    assert "C'est arrêté" in someone.send(link).text
    thief = visitor()
    thief.visit(f"/invitation/{invitation_id}")
    assert thief.send(f"/invitation/{invitation_id}", code=code_of(invitation_id)).status_code == 422


def test_an_administrator_who_left_vouches_for_nobody(join: Join, nora: Visitor, practice: UUID) -> None:
    anne, bob = join("anne", Role.ADMINISTRATOR), join("bob", Role.ADMINISTRATOR)
    page = page_of(NURSE, practice)
    anne.visit(page)
    anne.send(page + "/recovery", **WHY)
    anne_id, bob_id = account_of(person("anne")).id, account_of(person("bob")).id
    with transaction():
        leave(anne_id, practice, by=bob_id, now=clock.now())
    bob.visit(page)
    assert bob.send(page + "/recovery/confirmation", **WHY).status_code == 409


def test_letters_leave_once(join: Join, nora: Visitor, practice: UUID, app: Flask) -> None:
    send_mails(clock.now())
    anne = join("anne", Role.ADMINISTRATOR)
    page = page_of(NURSE, practice)
    anne.visit(page)
    send_mails(clock.now())
    anne.send(page + "/recovery", **WHY)
    assert send_mails(clock.now()) == 1
    assert send_mails(clock.now()) == 0
    letter = db.session.scalars(select(Letter).where(Letter.kind == MembershipLetter.RECOVERY_ASKED.value)).one()
    assert letter.address == NURSE.email
    assert f"/recoveries/{letter.subject_id}/" in mails.news_words(letter, clock.now()).text


def test_a_person_without_a_key_needs_no_recovery(join: Join, practice: UUID, now: datetime) -> None:
    anne = join("anne", Role.ADMINISTRATOR)
    invited(practice, now)
    page = page_of(NURSE, practice)
    assert anne.visit(page).status_code == 404, "invited, she does not belong here yet"
    assert anne.send(page + "/recovery", **WHY).status_code == 404
    assert db.session.scalar(select(func.count()).select_from(Account)) == 2


def test_who_invited_reads_that_the_address_refused(join: Join, practice: UUID, now: datetime) -> None:
    anne = join("anne", Role.ADMINISTRATOR)
    invitation = invited(practice, now)
    assert "Invitation sur le départ" in text_of(anne.visit("/members"))
    for state, trouble, said in (
        (LetterState.PENDING, "recipient 451", "L'e-mail n'est pas encore parti"),
        (LetterState.FAILED, "recipient 550", "L'adresse a refusé l'e-mail"),
        (LetterState.EXPIRED, "connection", "L'e-mail n'a pas pu partir"),
    ):
        with transaction():
            letter = db.session.scalars(select(Letter).where(Letter.subject_id == invitation)).one()
            letter.state, letter.trouble = state, trouble
        assert said in text_of(anne.visit("/members"))


def text_of(answer: TestResponse) -> str:
    return html.unescape(answer.text)
