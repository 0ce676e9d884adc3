"""Inviting somebody who stands there: she scans the screen, hears six digits, and has her key in two minutes."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.accounts.models import Account, Role
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.language.typography import plain
from app.letters.models import Letter
from app.membership import mails
from app.membership.invitations import Invitee, invite
from app.membership.leaving import leave
from app.membership.models import Invitation, MembershipLetter
from tests.accounts.conftest import NURSE, account_of, invited, later, row, welcome
from tests.accounts.visitor import Visitor
from tests.membership.mailbox import code_of

ANNE = Invitee("anne.roy@example.org", "Anne", "Roy")
Anyone = Callable[..., Visitor]


@pytest.fixture
def anne(visitor: Anyone, practice: UUID, now: datetime) -> Visitor:
    """She administers the practice, and has just shown her passkey."""
    return welcome(visitor(), invited(practice, now, ANNE, Role.ADMINISTRATOR))


def shows(anne: Visitor, practice: UUID) -> UUID:
    """Anne types who Nora is; the invitation that her screen then shows."""
    anne.visit("/invitations/new")
    answer = anne.send(
        "/invitations/shown",
        email=NURSE.email,
        given_name=NURSE.given_name,
        family_name=NURSE.family_name,
        organization_id=str(practice),
        role="practitioner",
    )
    assert answer.status_code == 303
    found = re.fullmatch(r"/invitations/([0-9a-f-]{36})", answer.location)
    assert found, answer.location
    return UUID(found[1])


def test_scanned_and_said(anne: Visitor, practice: UUID, visitor: Anyone) -> None:
    invitation = shows(anne, practice)
    page = anne.visit(f"/invitations/{invitation}").text
    assert "<svg" in page
    assert f"/invitation/{invitation}" in page
    assert f"{code_of(invitation)[:3]} {code_of(invitation)[3:]}" in page
    nora = welcome(visitor(), invitation)
    assert nora.signed_in()
    assert "sa clé d'accès" in anne.visit(f"/invitations/{invitation}").text
    assert "code-shown" not in anne.visit(f"/invitations/{invitation}").text


def test_it_is_not_mailed_but_her_mailbox_hears_of_it(anne: Visitor, practice: UUID, visitor: Anyone) -> None:
    invitation = shows(anne, practice)
    welcome(visitor(), invitation)
    db.session.rollback()
    told = db.session.scalars(select(Letter).where(Letter.address == NURSE.email)).all()
    assert [letter.kind for letter in told] == [MembershipLetter.JOINED]
    assert "Ce\nn'était pas vous" in plain(str(mails.TEXTS[MembershipLetter.JOINED]))


def test_ten_minutes(anne: Visitor, practice: UUID, visitor: Anyone) -> None:
    invitation = shows(anne, practice)
    later(minutes=10)
    late = visitor()
    late.visit(f"/invitation/{invitation}")
    assert late.send(f"/invitation/{invitation}", code=code_of(invitation)).status_code == 422
    assert "plus valable" in anne.visit(f"/invitations/{invitation}").text


def test_once(anne: Visitor, practice: UUID, visitor: Anyone) -> None:
    invitation = shows(anne, practice)
    welcome(visitor(), invitation)
    second = visitor()
    second.visit(f"/invitation/{invitation}")
    assert second.send(f"/invitation/{invitation}", code=code_of(invitation)).status_code == 422


def test_five_wrong_codes_end_it(anne: Visitor, practice: UUID, visitor: Anyone) -> None:
    invitation = shows(anne, practice)
    guesser, wrong = visitor(), f"{(int(code_of(invitation)) + 1) % 10**6:06d}"
    guesser.visit(f"/invitation/{invitation}")
    for _ in range(5):
        assert guesser.send(f"/invitation/{invitation}", code=wrong).status_code == 422
    assert guesser.send(f"/invitation/{invitation}", code=code_of(invitation)).status_code == 422
    assert row(invitation).attempts == 5


def test_whoever_has_a_passkey_is_asked_by_mail(anne: Visitor, practice: UUID, visitor: Anyone) -> None:
    welcome(visitor(), shows(anne, practice))
    anne.visit("/invitations/new")
    answer = anne.send(
        "/invitations/shown",
        email=NURSE.email,
        given_name="Autre",
        family_name="Nom",
        organization_id=str(practice),
        role="requester",
    )
    assert answer.location == "/invitations/new"
    assert "part par e-mail" in anne.visit("/invitations/new").text
    assert account_of().roles == {Role.PRACTITIONER}, "she has not said yes"
    assert account_of().given_name == "Nora"


def test_the_former_mailed_one_ends(anne: Visitor, practice: UUID, now: datetime, visitor: Anyone) -> None:
    mailed = invited(practice, now)
    shows(anne, practice)
    early = visitor()
    early.visit(f"/invitation/{mailed}")
    assert early.send(f"/invitation/{mailed}", code=code_of(mailed)).status_code == 422


def test_the_one_who_vouches_has_just_shown_her_passkey(anne: Visitor, practice: UUID) -> None:
    later(minutes=6)
    anne.visit("/invitations/new")
    answer = anne.send("/invitations/shown", email=NURSE.email)
    assert answer.location == "/proof"
    assert db.session.scalars(select(Invitation).where(Invitation.shown_by_id.is_not(None))).all() == []


def test_a_wrong_form_is_shown_again(anne: Visitor) -> None:
    anne.visit("/invitations/new")
    answer = anne.send("/invitations/shown", email="nobody", given_name="Nora")
    assert answer.status_code == 422
    assert 'value="Nora"' in answer.text


def test_another_administrators_screen_is_not_mine(
    anne: Visitor, practice: UUID, visitor: Anyone, now: datetime
) -> None:
    invitation = shows(anne, practice)
    other = welcome(visitor(), invited(practice, now, Invitee("b@example.org", "Bea", "Roy"), Role.ADMINISTRATOR))
    assert other.visit(f"/invitations/{invitation}").status_code == 404
    assert other.visit(f"/invitations/{invited(practice, now)}").status_code == 404, "a mailed one is on no screen"


def test_the_trail_says_that_she_stood_there(anne: Visitor, practice: UUID) -> None:
    shows(anne, practice)
    db.session.rollback()
    invited = select(AuditEvent).where(AuditEvent.event == "account.invited").order_by(AuditEvent.id)
    line = db.session.scalars(invited).all()[-1]
    assert (line.why, line.actor_id) == ("joins face to face", account_of(ANNE).id)


def test_what_stands_on_the_screen_of_who_is_removed_opens_nothing(
    anne: Visitor, practice: UUID, visitor: Anyone, now: datetime
) -> None:
    """She vouched for whoever stands before her, and vouches for nobody any more."""
    invitation = shows(anne, practice)
    with transaction():
        leave(account_of(ANNE).id, practice, by=account_of(ANNE).id, now=now)
    nora, page = visitor(), f"/invitation/{invitation}"
    nora.visit(page)
    assert nora.send(page, code=code_of(invitation)).status_code == 422


def test_what_who_is_removed_proposed_by_mail_opens_nothing_either(
    anne: Visitor, practice: UUID, visitor: Anyone, now: datetime
) -> None:
    """Whoever is about to be removed must not let herself in again by a mailbox of her choice."""
    accomplice = Invitee("accomplice@example.org", "A", "B")
    with transaction():
        made = invite(accomplice, practice, Role.ADMINISTRATOR, by=account_of(ANNE).id, now=now).id
    with transaction():
        leave(account_of(ANNE).id, practice, by=account_of(ANNE).id, now=now)
    other, page = visitor(), f"/invitation/{made}"
    other.visit(page)
    assert other.send(page, code=code_of(made)).status_code == 422


class TestAnAddressThatIsSomebodyElses:
    """An administrator types a stranger's address on her own screen, and comes in with it herself."""

    @pytest.fixture
    def squatter(self, anne: Visitor, practice: UUID, visitor: Anyone) -> Visitor:
        return welcome(visitor(), shows(anne, practice))

    def mailed(self, organization_id: UUID, now: datetime) -> UUID:
        """Another organization invites the owner of the address."""
        with transaction():
            return invite(NURSE, organization_id, Role.CASE_MANAGER, by=None, now=now).id

    def gives_code(self, person: Visitor, invitation: UUID) -> TestResponse:
        person.visit(f"/invitation/{invitation}")
        person.send(f"/invitation/{invitation}", code=code_of(invitation))
        return person.visit(f"/invitation/{invitation}")

    def test_its_owner_comes_in_all_the_same_and_the_other_keeps_what_was_hers(
        self, squatter: Visitor, practice: UUID, visitor: Anyone, now: datetime
    ) -> None:
        other = account_of().id
        proposed = self.mailed(practice, now)
        owner = visitor()
        assert "Cette adresse est à moi" in plain(self.gives_code(owner, proposed).text)
        assert owner.send(f"/invitation/{proposed}/own-account").status_code == 303
        owner = welcome(owner, proposed)
        db.session.rollback()
        mine = account_of()
        assert mine.id != other and [m.role for m in mine.memberships] == [Role.CASE_MANAGER]
        former = db.session.get_one(Account, other)
        assert former.email == f"{other}@unproven.invalid" and [m.role for m in former.memberships] == [
            Role.PRACTITIONER
        ]
        assert squatter.signed_in() and owner.signed_in()
        trail = select(AuditEvent.subject_id).where(AuditEvent.event == "account.email_given_back")
        assert db.session.scalars(trail).all() == [other]

    def test_an_address_for_which_its_mailbox_has_spoken_is_never_given_back(
        self, practice: UUID, visitor: Anyone, now: datetime
    ) -> None:
        """She came in by a mail: whoever reads her mailbox later takes neither her account nor her address."""
        nora = welcome(visitor(), invited(practice, now, NURSE, Role.PRACTITIONER))
        hers, proposed = account_of().id, self.mailed(practice, now)
        thief = visitor()
        assert "Cette adresse est à moi" not in plain(self.gives_code(thief, proposed).text)
        thief.send(f"/invitation/{proposed}/own-account")
        db.session.rollback()
        assert account_of().id == hers and nora.signed_in()

    def test_without_the_code_of_the_mail_nothing_moves(
        self, squatter: Visitor, practice: UUID, visitor: Anyone, now: datetime
    ) -> None:
        proposed = self.mailed(practice, now)
        stranger = visitor()
        stranger.visit(f"/invitation/{proposed}")
        assert stranger.send(f"/invitation/{proposed}/own-account").status_code == 404
