"""A link, a code, a first passkey: and every way it must not work."""

import re
from collections.abc import Callable
from datetime import datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from app import clock
from app.accounts.models import Account, Membership, Role
from app.core.db import db, transaction
from app.letters.models import Letter
from app.membership.invitations import Invitee, invite
from app.membership.models import Invitation
from tests.accounts.conftest import NURSE, account_of, invited, later, row, welcome
from tests.accounts.visitor import Visitor
from tests.membership.mailbox import code_of

Anyone = Callable[..., Visitor]


def wrong(invitation_id: UUID) -> str:
    return f"{(int(code_of(invitation_id)) + 1) % 10**6:06d}"


def try_code(someone: Visitor, invitation_id: UUID, code: str) -> int:
    someone.visit(f"/invitation/{invitation_id}")
    return someone.send(f"/invitation/{invitation_id}", code=code).status_code


def test_the_name_is_shown_after_the_code_only(visitor: Anyone, invitation: UUID) -> None:
    someone, page = visitor(), f"/invitation/{invitation}"
    assert "Nora" not in someone.visit(page).text
    code = code_of(invitation)
    answer = someone.send(page, code=f" {code[:3]} {code[3:]} ")
    assert (answer.status_code, answer.headers["Location"]) == (303, page)
    assert "Nora Petit" in someone.visit(page).text
    assert "Nora" not in visitor().visit(page).text


def test_five_wrong_codes_end_it(visitor: Anyone, invitation: UUID) -> None:
    someone = visitor()
    for _ in range(5):
        assert try_code(someone, invitation, wrong(invitation)) == 422
    assert try_code(someone, invitation, code_of(invitation)) == 422
    assert row(invitation).attempts == 5


def test_four_wrong_codes_do_not(visitor: Anyone, invitation: UUID) -> None:
    someone = visitor()
    for _ in range(4):
        try_code(someone, invitation, wrong(invitation))
    assert try_code(someone, invitation, code_of(invitation)) == 303


@pytest.mark.parametrize(("hours", "status"), [(23.9, 303), (24, 422)])
def test_it_lasts_a_day(visitor: Anyone, invitation: UUID, hours: float, status: int) -> None:
    later(hours=hours)
    assert try_code(visitor(), invitation, code_of(invitation)) == status


def test_a_right_code_does_not_outlive_the_invitation(visitor: Anyone, invitation: UUID) -> None:
    someone = visitor()
    try_code(someone, invitation, code_of(invitation))
    someone.visit(f"/invitation/{invitation}")
    later(hours=25)
    assert someone.ask(f"/invitation/{invitation}/passkey/options").status_code == 401


def test_it_serves_once(nora: Visitor, visitor: Anyone, invitation: UUID) -> None:
    assert row(invitation).used_at == clock.now()
    assert try_code(visitor(), invitation, code_of(invitation)) == 422


def test_of_two_browsers_with_the_code_one_enrols(visitor: Anyone, invitation: UUID) -> None:
    first, second = visitor(), visitor()
    for someone in (first, second):
        assert try_code(someone, invitation, code_of(invitation)) == 303
    page = f"/invitation/{invitation}"
    second.visit(page)
    options = second.ask(f"{page}/passkey/options").get_json()
    assert first.enrol(page).status_code == 200
    assert second.ask(f"{page}/passkey/verification", second.device.create(options)).status_code == 401


def test_one_answer_for_wrong_expired_used_and_unknown(visitor: Anyone, invitation: UUID) -> None:
    """Nothing tells an invitation that exists from one that does not."""

    def answer(invitation_id: UUID, code: str) -> tuple[int, str]:
        someone = visitor()
        someone.visit(f"/invitation/{invitation_id}")
        said = someone.send(f"/invitation/{invitation_id}", code=code)
        text = said.text.replace(someone.token, "").replace(str(invitation_id), "").replace(code, "")
        return said.status_code, re.sub(r'name="csrf_token"[^>]*>', "", text)

    unknown = answer(uuid4(), "123456")
    assert unknown[0] == 422
    assert answer(invitation, wrong(invitation)) == unknown
    later(hours=25)
    assert answer(invitation, code_of(invitation)) == unknown


def test_a_mistyped_code_is_kept_and_costs_no_attempt(visitor: Anyone, invitation: UUID) -> None:
    someone, page = visitor(), f"/invitation/{invitation}"
    someone.visit(page)
    answer = someone.send(page, code="12345")
    assert answer.status_code == 422
    assert 'value="12345"' in answer.text
    assert "Le code a six chiffres" in answer.text
    assert row(invitation).attempts == 0


def test_a_new_invitation_ends_the_former(visitor: Anyone, invitation: UUID, practice: UUID) -> None:
    later(hours=1)
    second = invited(practice, clock.now())
    assert try_code(visitor(), invitation, code_of(invitation)) == 422
    welcome(visitor(), second)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Membership)) == 1


def test_a_mail_never_opens_an_account_that_has_a_key(
    nora: Visitor, visitor: Anyone, practice: UUID, now: datetime
) -> None:
    with transaction():
        stranger = Invitee(NURSE.email, "Autre", "Nom")
        made = invite(stranger, practice, Role.COORDINATOR, by=None, now=now).id
    thief = visitor()
    assert try_code(thief, made, code_of(made)) == 303
    assert "déjà un accès" in thief.visit(f"/invitation/{made}").text
    assert thief.ask(f"/invitation/{made}/passkey/options").status_code == 401
    assert thief.send(f"/invitation/{made}/acceptance").location.startswith("/sign-in")
    assert account_of().name == "Nora Petit"
    assert account_of().roles == {Role.PRACTITIONER}


def test_who_has_a_key_takes_the_new_role_with_it(
    nora: Visitor, visitor: Anyone, practice: UUID, now: datetime
) -> None:
    """The code of her mailbox, and her key, in either order."""
    made = invited(practice, now, role=Role.REQUESTER)
    assert "Demander des soins" in nora.visit("/account").text
    assert nora.send(f"/invitation/{made}/acceptance").status_code == 404, "no code yet"
    assert try_code(nora, made, code_of(made)) == 303
    assert nora.signed_in()
    assert "Cabinet du Parc vous propose" in nora.visit(f"/invitation/{made}").text
    assert nora.send(f"/invitation/{made}/acceptance").status_code == 303
    assert account_of().roles == {Role.PRACTITIONER, Role.REQUESTER}
    assert nora.send(f"/invitation/{made}/acceptance").status_code == 404, "answered"
    later = invited(practice, now, role=Role.CASE_MANAGER)
    other = visitor(keys=nora.device.keys)
    assert try_code(other, later, code_of(later)) == 303
    assert other.sign_in(f"/invitation/{later}").get_json() == {"next": f"/invitation/{later}"}
    other.visit(f"/invitation/{later}")
    assert other.send(f"/invitation/{later}/acceptance").status_code == 303
    assert Role.CASE_MANAGER in account_of().roles


def test_she_may_refuse(nora: Visitor, practice: UUID, now: datetime) -> None:
    made = invited(practice, now, role=Role.REQUESTER)
    try_code(nora, made, code_of(made))
    nora.visit(f"/invitation/{made}")
    assert "Rien n'est changé" in nora.send(f"/invitation/{made}/refusal").text
    assert row(made).declined_at is not None
    assert account_of().roles == {Role.PRACTITIONER}
    assert try_code(nora, made, code_of(made)) == 422


def test_proving_an_invitation_leaves_the_former_person(nora: Visitor, practice: UUID, now: datetime) -> None:
    other = invited(practice, now, Invitee("paul@example.org", "Paul", "Roux"))
    assert try_code(nora, other, code_of(other)) == 303
    assert not nora.signed_in()
    assert nora.enrol(f"/invitation/{other}").status_code == 200
    assert "Paul Roux" in nora.visit("/account").text


@pytest.fixture
def chief(visitor: Anyone, practice: UUID, now: datetime) -> Visitor:
    boss = Invitee("chief@example.org", "Anne", "Roy")
    return welcome(visitor(), invited(practice, now, boss, Role.ADMINISTRATOR))


FIELDS = {"email": "Lea.Blanc@Example.org ", "given_name": " Léa", "family_name": "Blanc", "role": "practitioner"}


def test_an_administrator_invites(chief: Visitor, practice: UUID) -> None:
    chief.visit("/invitations/new")
    answer = chief.send("/invitations/new", organization_id=str(practice), **FIELDS)
    assert answer.status_code == 303
    assert "part par e-mail" in chief.visit("/invitations/new").text
    lea = account_of(Invitee("lea.blanc@example.org", "", ""))
    assert (lea.name, lea.roles) == ("Léa Blanc", frozenset())
    made = db.session.scalars(select(Invitation).where(Invitation.account_id == lea.id)).one()
    assert (made.role, made.organization_id) == (Role.PRACTITIONER, practice)
    letter = db.session.scalars(select(Letter).where(Letter.subject_id == made.id)).one()
    assert (letter.address, letter.ended_at, letter.expires_at) == (lea.email, None, made.expires_at)
    page = chief.visit("/members").text
    assert "Invitations sans réponse" in page
    assert "Invitation sur le départ" in page
    assert "lea.blanc@example.org" in page


def test_a_bad_form_is_kept(chief: Visitor, practice: UUID) -> None:
    chief.visit("/invitations/new")
    answer = chief.send("/invitations/new", organization_id=str(practice), **(FIELDS | {"email": "léa"}))
    assert answer.status_code == 422
    assert 'value="Blanc"' in answer.text
    assert "Cette adresse e-mail est incomplète" in answer.text


def test_nobody_gives_more_than_they_may(visitor: Anyone, practice: UUID, now: datetime) -> None:
    person = Invitee("coordination@example.org", "Inès", "Faure")
    coordinator = welcome(visitor(), invited(practice, now, person, Role.COORDINATOR))
    page = coordinator.visit("/invitations/new").text
    assert "Administrer" not in page
    for fields in (
        {"organization_id": str(practice), **(FIELDS | {"role": "administrator"})},
        {"organization_id": str(uuid4()), **FIELDS},
        {"organization_id": "nonsense", **FIELDS},
        {"organization_id": str(practice), **(FIELDS | {"role": "emperor"})},
    ):
        assert coordinator.send("/invitations/new", **fields).status_code == 422
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Account)) == 1


def test_others_do_not_invite(nora: Visitor) -> None:
    assert nora.visit("/invitations/new").status_code == 403
    nora.visit("/account")
    assert nora.send("/invitations/new", **FIELDS).status_code == 403
