"""A professional asks for access by herself: the same words for all, and a coordinator who decides."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.accounts.models import Account, Role
from app.audit.models import AuditEvent
from app.core.db import db, transaction
from app.directory.models import Practitioner, PractitionerRole
from app.directory.queries import proposal_for
from app.joining import actions, approvals
from app.joining.models import AccessRequest
from app.letters.models import Letter
from app.membership import invitations, mails
from app.membership.invitations import Invitee
from app.membership.leaving import leave
from app.membership.models import Invitation, MembershipLetter
from tests.accounts.conftest import later, welcome
from tests.accounts.visitor import Visitor
from tests.factories.town import Town
from tests.joining.conftest import browser_of
from tests.membership.mailbox import NEWS, address_code, code_of
from tests.membership.test_at_once import in_between

Anyone = Callable[..., Visitor]
WHY = {"reason": "Appelée au numéro de l'annuaire, c'est bien elle"}


@pytest.fixture
def psc() -> dict[str, str]:
    """Nothing of this needs Pro Santé Connect."""
    return {}


@pytest.fixture
def lea(town: Town) -> Practitioner:
    """In the directory, with a practice in Évry, and without an account."""
    nurse = town.nurse("Léa", phone=False)
    with transaction():
        person = db.session.get_one(Practitioner, nurse.practitioner_id)
        person.account_id, person.family_name = None, "Dupré-Martin"
    return person


@pytest.fixture
def coordinator(town: Town) -> Visitor:
    return browser_of(town.coordinator)


def identity(person: Practitioner, **more: str) -> dict[str, str]:
    told = {"rpps": person.rpps, "given_name": "LEA", "family_name": "dupre", "email": "Lea@Example.org"}
    db.session.rollback()
    return told | more


def ask(someone: Visitor, **fields: str) -> AccessRequest:
    someone.visit("/access")
    assert someone.send("/access", **fields).status_code == 303
    return last()


def last() -> AccessRequest:
    db.session.rollback()
    return db.session.scalars(select(AccessRequest).order_by(AccessRequest.id.desc())).all()[0]


def confirm(someone: Visitor) -> AccessRequest:
    asked = last()
    code = address_code(asked.id)
    someone.visit("/access/code")
    assert someone.send("/access/code", code=code).headers["Location"] == "/access/sent"
    return last()


def letters() -> list[tuple[str, str]]:
    db.session.rollback()
    return [
        (each.address, each.kind)
        for each in db.session.scalars(select(Letter).where(Letter.kind.in_(NEWS)).order_by(Letter.id))
    ]


def test_from_the_sign_in_page_to_the_first_request(
    lea: Practitioner, town: Town, visitor: Anyone, coordinator: Visitor
) -> None:
    someone = visitor()
    assert 'href="/access"' in someone.visit("/sign-in").text
    ask(someone, **identity(lea))
    assert "Léa" not in coordinator.visit("/access-requests").text, "nobody is disturbed before the code came back"
    asked = confirm(someone)
    assert "1 demande d'accès attend votre réponse" in coordinator.visit("/board").text.replace("&#39;", "'")
    assert "Léa Dupré-Martin" in coordinator.visit("/access-requests").text
    page = coordinator.visit(f"/access-requests/{asked.id}").text
    assert "Personne n'a encore prouvé" in page.replace("&#39;", "'")
    assert "tel:+33639980001" in page
    assert coordinator.send(f"/access-requests/{asked.id}/acceptance", **WHY).status_code == 303
    db.session.rollback()
    invitation = db.session.scalars(select(Invitation)).one()
    assert (invitation.account.email, invitation.account.name) == ("lea@example.org", "Léa Dupré-Martin")
    invitation_id = invitation.id
    db.session.rollback()
    new = welcome(visitor(), invitation_id)
    assert new.visit("/inbox").status_code == 200
    lea = db.session.get_one(Practitioner, lea.id, populate_existing=True)
    assert db.session.scalars(select(PractitionerRole.can_sign_in).filter_by(practitioner_id=lea.id)).one()
    lines = db.session.scalars(select(AuditEvent).where(AuditEvent.event.startswith("joining."))).all()
    assert [(line.event, line.actor_id, line.why) for line in lines] == [
        ("joining.asked", None, "joins an organization"),
        ("joining.accepted", town.coordinator.account_id, WHY["reason"]),
    ]


@pytest.mark.parametrize("refused", [False, True])
def test_who_is_invited_again_by_address_and_role_is_the_same_person_of_the_directory(
    lea: Practitioner, town: Town, visitor: Anyone, coordinator: Visitor, refused: bool
) -> None:
    """By the form, which knows an address and a role only; not by the button that sends a letter anew."""
    someone = visitor()
    ask(someone, **identity(lea))
    asked = confirm(someone)
    coordinator.visit(f"/access-requests/{asked.id}")
    assert coordinator.send(f"/access-requests/{asked.id}/acceptance", **WHY).status_code == 303
    db.session.rollback()
    first = db.session.scalars(select(Invitation)).one()
    again = Invitee(first.email, "Lea", "Dupre"), first.organization_id, first.role
    later(days=3)
    with transaction():
        if refused:
            invitations.decline(db.session.get_one(Invitation, first.id), now=clock.now())
        second = invitations.invite(*again, by=town.coordinator.account_id, now=clock.now()).id
    welcome(visitor(), second)
    db.session.rollback()
    person = db.session.get_one(Practitioner, lea.id, populate_existing=True)
    assert person.account_id == db.session.get_one(Invitation, second).account_id


def test_nobody_learns_who_is_in_the_directory(lea: Practitioner, town: Town, visitor: Anyone) -> None:
    """Known, unknown, of another name, or with an account already: the same words, and a code for each."""
    known = town.nurse("Inès", phone=False)
    others = [
        identity(lea),
        identity(lea, rpps="99999999999"),
        identity(lea, family_name="Autre"),
        identity(db.session.get_one(Practitioner, known.practitioner_id), given_name="Inès"),
    ]
    heard = []
    for number, fields in enumerate(others):
        someone = visitor()
        someone.visit("/access")
        address = f"person-{number}@elsewhere.example"
        sent = someone.send("/access", **(fields | {"email": address}))
        code = someone.visit("/access/code")
        confirmed = someone.send("/access/code", code=address_code(last().id))
        said = [sent, code, confirmed, someone.visit("/access/sent")]
        heard.append([(each.status_code, each.headers.get("Location"), bare(each.text)) for each in said])
    assert all(each == heard[0] for each in heard)
    codes = [address for address, kind in letters() if kind == MembershipLetter.ADDRESS_CODE]
    assert codes == [f"person-{number}@elsewhere.example" for number in range(4)]


def bare(text: str) -> str:
    return re.sub(r'name="csrf_token"[^>]*>', "", text)


def test_who_has_an_account_is_told_at_the_address_we_know(town: Town, visitor: Anyone, coordinator: Visitor) -> None:
    ines = town.nurse("Inès", phone=False)
    hers = ines.account.email
    someone = visitor()
    ask(someone, **identity(db.session.get_one(Practitioner, ines.practitioner_id), given_name="Inès"))
    confirm(someone)
    assert letters() == [("lea@example.org", MembershipLetter.ADDRESS_CODE), (hers, MembershipLetter.ACCESS_KNOWN)]
    assert "Inès" not in coordinator.visit("/access-requests").text


def test_who_is_unknown_is_shown_to_nobody(lea: Practitioner, visitor: Anyone, coordinator: Visitor) -> None:
    for fields in (identity(lea, rpps="99999999999"), identity(lea, given_name="Paul")):
        someone = visitor()
        ask(someone, **fields)
        asked = confirm(someone)
        assert asked.practitioner_id is None
        assert coordinator.visit(f"/access-requests/{asked.id}").status_code == 404
    assert "Personne n'attend" in coordinator.visit("/access-requests").text.replace("&#39;", "'")


def test_five_wrong_codes_end_it(lea: Practitioner, visitor: Anyone) -> None:
    someone = visitor()
    code = address_code(ask(someone, **identity(lea)).id)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    someone.visit("/access/code")
    for _ in range(5):
        assert someone.send("/access/code", code=wrong).status_code == 422
    assert someone.send("/access/code", code=code).status_code == 422
    assert last().confirmed_at is None


def test_a_code_lasts_ten_minutes_and_serves_once(lea: Practitioner, visitor: Anyone) -> None:
    someone = visitor()
    late = ask(someone, **identity(lea))
    code = address_code(late.id)
    later(minutes=10)
    assert someone.send("/access/code", code=code).status_code == 422
    again = ask(someone, **identity(lea)).id
    assert address_code(again) != code
    confirm(someone)
    db.session.rollback()
    with transaction():
        assert not actions.prove_address(again, address_code(again), now=clock.now())


def test_another_browser_cannot_show_the_code(lea: Practitioner, visitor: Anyone) -> None:
    code = address_code(ask(visitor(), **identity(lea)).id)
    other = visitor()
    other.visit("/access")
    assert other.send("/access/code", code=code).headers["Location"] == "/access"
    assert last().confirmed_at is None


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rpps": "123"}, "onze chiffres"),
        ({"rpps": "1234567890a"}, "onze chiffres"),
        ({"email": "lea"}, "incomplète"),
        ({"family_name": " "}, "votre nom"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(
    lea: Practitioner, visitor: Anyone, wrong: dict[str, str], said: str
) -> None:
    someone = visitor()
    someone.visit("/access")
    answer = someone.send("/access", **identity(lea, **wrong))
    assert answer.status_code == 422
    assert said in answer.text
    assert 'value="LEA"' in answer.text
    assert letters() == []


def test_a_mail_carries_no_word_of_a_stranger(lea: Practitioner, visitor: Anyone) -> None:
    asked = ask(visitor(), **identity(lea, given_name="Gagnez un voyage http://evil.example"))
    letter = db.session.scalars(select(Letter)).one()
    mail = mails.news_words(letter, clock.now()).text
    assert "evil" not in mail
    assert mail.startswith("Bonjour,\n")
    assert address_code(asked.id) in mail


def test_one_address_and_one_network_may_not_ask_without_end(lea: Practitioner, visitor: Anyone, app: Flask) -> None:
    app.config["LIMITS_HOLD"] = True
    someone, fields = visitor(), identity(lea)
    for _ in range(6):
        ask(someone, **fields)
    someone.visit("/access")
    assert someone.send("/access", **fields).status_code == 429
    heard = [someone.send("/access", **(fields | {"email": f"{n}@example.org"})).status_code for n in range(95)]
    assert heard == [303] * 93 + [429] * 2


# The coordinator


@pytest.fixture
def asked(lea: Practitioner, visitor: Anyone) -> AccessRequest:
    someone = visitor()
    ask(someone, **identity(lea))
    return confirm(someone)


def test_a_refusal_is_told_without_its_reason(asked: AccessRequest, coordinator: Visitor) -> None:
    page = f"/access-requests/{asked.id}"
    coordinator.visit(page)
    assert coordinator.send(page + "/refusal", reason="Elle ne travaille plus au cabinet").status_code == 303
    assert letters()[-1] == ("lea@example.org", MembershipLetter.ACCESS_REFUSED)
    assert "demande refusée" in coordinator.visit(page).text
    assert coordinator.send(page + "/acceptance", **WHY).status_code == 409
    assert coordinator.send(page + "/refusal", **WHY).status_code == 409
    assert db.session.scalar(select(Account).where(Account.email == "lea@example.org")) is None


def test_no_decision_without_a_reason(asked: AccessRequest, coordinator: Visitor) -> None:
    page = f"/access-requests/{asked.id}"
    coordinator.visit(page)
    for act in ("/acceptance", "/refusal"):
        assert coordinator.send(page + act, reason="oui").status_code == 422
    assert last().decided_at is None


def test_only_her_territory_decides(asked: AccessRequest, town: Town, coordinator: Visitor) -> None:
    with transaction():
        cpts = town._organization("CPTS d'ailleurs", "cpts", None).id
    elsewhere = browser_of(town._person("Loin", "Lemaire", Role.COORDINATOR, cpts))
    page = f"/access-requests/{asked.id}"
    coordinator.visit(page)
    elsewhere.visit("/account")
    for act in ("/acceptance", "/refusal"):
        assert elsewhere.send(page + act, **WHY).status_code == 404
    assert "Léa" not in elsewhere.visit("/access-requests").text
    nadia = browser_of(town.orientation_nurse)
    assert nadia.visit("/access-requests").status_code == 403


def test_two_requests_for_one_person_have_one_yes(
    asked: AccessRequest, lea: Practitioner, town: Town, visitor: Anyone, app: Flask
) -> None:
    """The second may be somebody who only knows her number: whoever is accepted first, the other gets nothing."""
    someone = visitor()
    ask(someone, **identity(lea, email="impostor@example.org"))
    other_id = confirm(someone).id
    asked_id, by_id = asked.id, town.coordinator.account_id
    db.session.rollback()

    def accept(request_id: object) -> actions.Acceptance:
        with app.app_context(), transaction():
            by = db.session.get_one(Account, by_id)
            return actions.accept(request_id, by=by, because="une raison", now=clock.now())  # type: ignore[arg-type]

    with ThreadPoolExecutor(2) as both:
        answers = list(both.map(accept, [asked_id, other_id]))
    assert sorted(answer.name for answer in answers) == ["INVITED", "LATE"]


def test_an_address_that_a_practice_shares_is_not_made_hers(
    asked: AccessRequest, town: Town, coordinator: Visitor
) -> None:
    ines = town.nurse("Inès", phone=False)
    with transaction():
        db.session.get_one(Account, ines.account_id).email = "lea@example.org"
    page = f"/access-requests/{asked.id}"
    coordinator.visit(page)
    answer = coordinator.send(page + "/acceptance", **WHY)
    assert answer.status_code == 409
    assert "déjà celle d'une autre personne" in answer.text.replace("&#39;", "'")
    assert last().decided_at is None


def test_who_has_a_key_for_other_work_answers_with_it(
    asked: AccessRequest, lea: Practitioner, town: Town, visitor: Anyone, coordinator: Visitor
) -> None:
    """Léa already asks for patients in the hospital: she keeps her key, and answers requests from now on."""
    with transaction():
        person = invitations.Invitee("lea@example.org", "Léa", "Dupré-Martin")
        invitation_id = invitations.invite(person, town.emergency_id, Role.REQUESTER, by=None, now=clock.now()).id
    hers = welcome(visitor(), invitation_id)
    page = f"/access-requests/{asked.id}"
    coordinator.visit(page)
    assert coordinator.send(page + "/acceptance", **WHY).status_code == 303
    assert hers.visit("/inbox").status_code == 403, "she has not said yes"
    lea_id = lea.id
    db.session.rollback()
    proposed = proposal_for(lea_id, clock.now())
    assert proposed is not None
    answered, code = f"/invitation/{proposed.id}", code_of(proposed.id)
    hers.visit(answered)
    assert hers.send(answered, code=code).status_code == 303
    hers.visit(answered)
    assert hers.send(answered + "/acceptance").status_code == 303
    assert hers.visit("/inbox").status_code == 200


def test_what_strangers_typed_is_forgotten_and_what_waits_is_not(
    asked: AccessRequest, lea: Practitioner, visitor: Anyone
) -> None:
    someone = visitor()
    ask(someone, **identity(lea, rpps="99999999999"))
    confirm(someone)
    later(days=30)
    ask(visitor(), **identity(lea))
    db.session.rollback()
    kept = db.session.scalars(select(AccessRequest).order_by(AccessRequest.id)).all()
    assert [each.confirmed_at is not None for each in kept] == [True, False]
    assert kept[0].practitioner_id is not None


def test_signed_in_people_are_led_home(town: Town) -> None:
    assert browser_of(town.nurse("Maya", phone=False)).visit("/access").headers["Location"] == "/account"


@pytest.mark.parametrize("act", ["acceptance", "refusal"])
def test_who_coordinates_no_more_when_her_turn_comes_decides_nothing(
    town: Town, visitor: Anyone, lea: Practitioner, coordinator: Visitor, monkeypatch: pytest.MonkeyPatch, act: str
) -> None:
    """She was removed while her tap waited for the database."""
    someone = visitor()
    ask(someone, **identity(lea))
    asked, helene = confirm(someone).id, town.coordinator.account_id
    coordinator.visit(f"/access-requests/{asked}")
    in_between(monkeypatch, approvals, lambda: leave(helene, town.cpts_id, by=helene, now=clock.now()))
    assert coordinator.send(f"/access-requests/{asked}/{act}", **WHY).status_code == 404
    assert last().decided_at is None
