"""Nobody becomes somebody else: what one organization may do never reaches what a person holds in another (decision
0019).

First the tales of the attacks, as they were carried out or could be; then every act that names an account, tried by
the people of another organization, with a table that fails when an act is missing.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import cli, clock
from app.accounts.models import Account, Membership, Passkey, Role, SignIn
from app.cli.directory import enrol
from app.core.db import db, transaction
from app.directory.models import Practitioner
from app.joining.models import AccessRequest
from app.membership import email_change, invitations, recovery
from app.membership.models import EmailChange, Invitation
from app.push.models import Subscription
from app.tablets.models import Badge
from tests.accounts.authenticator import Authenticator
from tests.accounts.conftest import welcome
from tests.accounts.visitor import Visitor
from tests.factories.town import Nurse, Person, Town
from tests.membership.mailbox import address_code, code_of
from tests.tablets.ward import Ward, enrolled

LEA = invitations.Invitee("lea.blanc@example.org", "Léa", "Blanc")
WHY = {"reason": "Vue en personne, carte professionnelle vérifiée"}


def boss_elsewhere(town: Town) -> Person:
    """Administers a clinic, and coordinates a territory, that have nothing to do with anybody of the town."""
    with transaction():
        clinic = town._organization("Clinique d'ailleurs", "hospital", None).id
    boss = town._person("Mallory", "Loin", Role.ADMINISTRATOR, clinic)
    for role in (Role.COORDINATOR, Role.REQUESTER):
        works_at(boss, clinic, role)
    return boss


def works_at(person: Person, place: UUID, role: Role) -> None:
    with transaction():
        db.session.add(Membership(account_id=person.account_id, organization_id=place, role=role))


def clinic_of(boss: Person) -> UUID:
    return boss.account.organizations()[0]


def invites(boss: Person, how: str, email: str, role: str = "requester") -> TestResponse:
    form = {"email": email, "given_name": "Léa", "family_name": "Blanc", "role": role}
    return boss.post(f"/invitations/{how}", {**form, "organization_id": str(clinic_of(boss))})


def invited(town: Town, person: invitations.Invitee, role: Role = Role.REQUESTER) -> UUID:
    """By the town's own hospital, by mail."""
    with transaction():
        return invitations.invite(person, town.emergency_id, role, by=None, now=clock.now()).id


def sent_last() -> Invitation:
    db.session.rollback()
    return db.session.scalars(select(Invitation).order_by(Invitation.id.desc())).all()[0]


def account_at(email: str) -> Account:
    db.session.rollback()
    return db.session.scalars(select(Account).where(Account.email == email)).one()


def visitor(town: Town) -> Visitor:
    return Visitor(town.app, Authenticator())


def gives_code(someone: Visitor, invitation_id: UUID) -> int:
    someone.visit(f"/invitation/{invitation_id}")
    return someone.send(f"/invitation/{invitation_id}", code=code_of(invitation_id)).status_code


# The attacks


def test_an_administrator_elsewhere_cannot_enrol_her_own_key_for_somebody_invited(town: Town) -> None:
    """The takeover of 2026-11-28: what she is shown on her own screen is never the way in of somebody others expect."""
    hers = invited(town, LEA)
    boss = boss_elsewhere(town)
    assert invites(boss, "shown", LEA.email).location == "/invitations/new"
    made = sent_last()
    assert made.shown_by_id is None
    assert boss.get(f"/invitations/{made.id}").status_code == 404
    assert "code-shown" not in boss.get("/members").text
    lea = welcome(visitor(town), hers)
    assert lea.signed_in()
    assert account_at(LEA.email).organizations() == [town.emergency_id], "the clinic only proposes"


def test_who_is_first_to_show_a_code_does_not_get_what_is_proposed_later(town: Town) -> None:
    """She makes herself an account at a stranger's address, and waits for somebody to invite the stranger there."""
    boss = boss_elsewhere(town)
    shown = UUID(invites(boss, "shown", LEA.email).location.rpartition("/")[2])
    thief = welcome(visitor(town), shown)
    mailed = invited(town, LEA, Role.ADMINISTRATOR)
    thief.visit("/account")
    assert thief.send(f"/invitation/{mailed}/acceptance").status_code == 404, "the code is in a mailbox she has not"
    mailbox = visitor(town)
    assert gives_code(mailbox, mailed) == 303
    assert mailbox.ask(f"/invitation/{mailed}/passkey/options").status_code == 401, "and the mailbox alone has no key"
    assert account_at(LEA.email).organizations() == [clinic_of(boss)]


def test_a_new_address_takes_no_proposal_along(town: Town) -> None:
    """The same thief moves her account to her own mailbox, and has the invitation sent again."""
    boss = boss_elsewhere(town)
    shown = UUID(invites(boss, "shown", LEA.email).location.rpartition("/")[2])
    welcome(visitor(town), shown)
    thief_id = account_at(LEA.email).id
    mailed = invited(town, LEA, Role.ADMINISTRATOR)
    with transaction():
        email_change.request_change(thief_id, "thief@example.org", now=clock.now())
    with transaction():
        change = db.session.scalars(select(EmailChange)).one()
        assert email_change.confirm_address(thief_id, address_code(change.id), now=clock.now())
    assert gives_code(visitor(town), mailed) == 422
    with transaction():
        again = invitations.renew(db.session.get_one(Invitation, mailed), by=thief_id, now=clock.now())
    assert again is not None
    db.session.refresh(again)
    assert (again.email, again.account_id == thief_id) == (LEA.email, False)


def test_who_comes_in_by_pro_sante_connect_alone_is_opened_by_no_code(town: Town) -> None:
    """No passkey yet, but somebody is this person: a code, mailed or shown, adds no key to her account."""
    maya, boss = town.nurse("Maya"), boss_elsewhere(town)
    email = maya.account.email
    assert invites(boss, "shown", email).location == "/invitations/new"
    made = sent_last().id
    thief = visitor(town)
    assert gives_code(thief, made) == 303
    assert thief.ask(f"/invitation/{made}/passkey/options").status_code == 401
    assert "déjà un accès" in thief.visit(f"/invitation/{made}").text
    assert db.session.scalar(select(func.count()).select_from(Passkey)) == 0


def test_nobody_joins_without_her_word(town: Town) -> None:
    maya, boss = town.nurse("Maya"), boss_elsewhere(town)
    before = maya.account.organizations()
    assert invites(boss, "new", maya.account.email).status_code == 303
    assert maya.account.organizations() == before
    assert "Clinique" in maya.get("/account").text
    assert "Dupré" not in boss.get("/members").text, "nor is her name told: only what was typed"


def test_an_unused_proposal_ends(town: Town) -> None:
    mailed = invited(town, LEA)
    clock.advance(timedelta(hours=24))
    assert gives_code(visitor(town), mailed) == 422
    assert account_at(LEA.email).memberships == []


def test_a_name_typed_elsewhere_is_not_hers(town: Town) -> None:
    boss = boss_elsewhere(town)
    boss_form = {"email": LEA.email, "given_name": "Moquée", "family_name": "X", "role": "requester"}
    boss.post("/invitations/new", {**boss_form, "organization_id": str(clinic_of(boss))})
    welcome(visitor(town), invited(town, LEA))
    assert account_at(LEA.email).name == "Léa Blanc"


def with_key(person: Person) -> None:
    with transaction():
        db.session.add(a_key(person.account_id))


def a_key(account_id: UUID) -> Passkey:
    named = {"name": "Téléphone", "transports": [], "public_key": b"-", "credential_id": account_id.bytes}
    return Passkey(account_id=account_id, sign_count=0, synced=True, created_at=clock.now(), **named)


def vouches(boss: Person, place: UUID, person: Person, act: str = "") -> int:
    return boss.post(f"/members/{place}/{person.account_id}/recovery{act}", WHY).status_code


def test_two_administrators_of_one_organization_do_not_open_another(town: Town) -> None:
    """A recovered account opens all that it holds, so each organization says its word."""
    nora = town._person("Nora", "Petit", Role.REQUESTER, town.hospital_id)
    with_key(nora)
    first, second, boss = town.administrator(), town.administrator(), boss_elsewhere(town)
    clinic = clinic_of(boss)
    works_at(nora, clinic, Role.REQUESTER)
    assert vouches(first, town.hospital_id, nora) == 303
    assert vouches(second, town.hospital_id, nora, "/confirmation") == 303
    clock.advance(timedelta(hours=25))
    assert recovery.move_due(clock.now()) == 0
    assert "Clinique d'ailleurs" in first.get(f"/members/{town.hospital_id}/{nora.account_id}").text.replace(
        "&#39;", "'"
    )
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 0
    with transaction():
        for row in db.session.scalars(select(SignIn)):
            row.last_seen_at = clock.now()
    assert vouches(boss, clinic, nora, "/confirmation") == 303
    db.session.rollback()
    assert recovery.move_due(clock.now()) == 0, "from the last word on, a day"
    clock.advance(timedelta(hours=24))
    db.session.rollback()
    assert recovery.move_due(clock.now()) == 1
    assert db.session.scalars(select(Invitation)).one().recovery_id is not None


@pytest.mark.parametrize("left", ["who asked", "who confirmed", "who runs it no more", "who spoke for the clinic"])
def test_who_vouched_and_left_meanwhile_vouches_for_nobody(town: Town, left: str) -> None:
    """The day of waiting protects: two words of which one is worth nothing any more open nothing."""
    nora = town._person("Nora", "Petit", Role.REQUESTER, town.hospital_id)
    with_key(nora)
    first, second, boss = town.administrator(), town.administrator(), boss_elsewhere(town)
    works_at(nora, clinic_of(boss), Role.REQUESTER)
    assert vouches(first, town.hospital_id, nora) == 303
    assert vouches(second, town.hospital_id, nora, "/confirmation") == 303
    assert vouches(boss, clinic_of(boss), nora, "/confirmation") == 303
    gone = {"who asked": first, "who spoke for the clinic": boss}.get(left, second)
    with transaction():
        held = db.session.get_one(Account, gone.account_id)
        if left == "who runs it no more":
            held.memberships[0].role = Role.REQUESTER
        else:
            held.memberships = []
    clock.advance(timedelta(hours=25))
    assert recovery.move_due(clock.now()) == 1
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 0
    assert recovery.running_for(nora.account_id) is None
    assert recovery.move_due(clock.now()) == 0


def test_where_nobody_administers_the_operator_speaks(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    maya = town.nurse("Maya")
    with_key(maya)
    works_at(maya, town.hospital_id, Role.REQUESTER)
    first, second = town.administrator(), town.administrator()
    vouches(first, town.hospital_id, maya)
    vouches(second, town.hospital_id, maya, "/confirmation")
    running = recovery.running_for(maya.account_id)
    assert running is not None and running.opens_at is None
    monkeypatch.setattr(cli.context, "application", lambda: town.app)
    said = CliRunner().invoke(cli.main, ["vouch", maya.account.email, "--because", "Vue au bureau, carte vérifiée"])
    assert said.output == "Said for Cabinet Maya.\n"
    db.session.rollback()
    running = recovery.running_for(maya.account_id)
    assert running is not None and running.opens_at == clock.now() + timedelta(hours=24)
    assert CliRunner().invoke(cli.main, ["vouch", maya.account.email, "--because", "encore"]).exit_code == 1


def test_who_takes_a_role_meanwhile_has_her_keys(town: Town) -> None:
    """No organization was asked about the new one: the recovery ends."""
    nora = town._person("Nora", "Petit", Role.REQUESTER, town.hospital_id)
    with_key(nora)
    first, second = town.administrator(), town.administrator()
    vouches(first, town.hospital_id, nora)
    vouches(second, town.hospital_id, nora, "/confirmation")
    with transaction():
        mine = invitations.Invitee(nora.account.email, "Nora", "Petit")
        invitations.use(
            invitations.invite(mine, town.emergency_id, Role.REQUESTER, by=None, now=clock.now()), now=clock.now()
        )
    assert recovery.running_for(nora.account_id) is None


def test_an_organization_that_lets_her_go_is_not_asked_any_more(town: Town) -> None:
    """Nobody there may say anything of her, so nobody would ever have said the last word: the day begins now."""
    nora = town._person("Nora", "Petit", Role.REQUESTER, town.hospital_id)
    with_key(nora)
    first, second, boss = town.administrator(), town.administrator(), boss_elsewhere(town)
    clinic = clinic_of(boss)
    works_at(nora, clinic, Role.REQUESTER)
    vouches(first, town.hospital_id, nora)
    boss.post(f"/members/{clinic}/{nora.account_id}/removal")
    assert recovery.running_for(nora.account_id).opens_at is None, "one voice of the hospital lacks"
    works_at(nora, clinic, Role.REQUESTER)
    vouches(second, town.hospital_id, nora, "/confirmation")
    assert recovery.running_for(nora.account_id).opens_at is None, "and now the clinic's"
    boss.post(f"/members/{clinic}/{nora.account_id}/removal")
    db.session.rollback()
    assert recovery.running_for(nora.account_id).opens_at == clock.now() + timedelta(hours=24)


# Every act that names an account, with the organizations swapped


@dataclass
class World:
    """`nora` works in the town: a practice, the emergency department, its tablet. `boss` has nothing to do with her."""

    town: Town
    nora: Nurse
    boss: Person
    ward: Ward
    badge: UUID
    proposed: UUID
    asked: UUID
    ids: dict[str, UUID] = field(default_factory=dict)

    def place(self) -> UUID:
        return self.town.emergency_id


@pytest.fixture
def world(town: Town) -> World:
    nora, boss = town.nurse("Nora"), boss_elsewhere(town)
    with_key(nora)
    works_at(nora, town.emergency_id, Role.REQUESTER)
    ward = enrolled(town)
    way_in = ward.chooses(nora)
    with transaction():
        mine = invitations.Invitee(nora.account.email, "Nora", "Dupré")
        proposed = invitations.invite(mine, town.hospital_id, Role.REQUESTER, by=None, now=clock.now()).id
        asked = AccessRequest(
            rpps=rpps_of(nora),
            given_name="Nora",
            family_name="Dupré",
            email="mallory@example.org",
            vouched=False,
            practitioner_id=nora.practitioner_id,
            created_at=clock.now(),
            expires_at=clock.now(),
            confirmed_at=clock.now(),
        )
        db.session.add(asked)
        db.session.flush()
        asked_id = asked.id
    return World(town, nora, boss, ward, UUID(way_in.rpartition("/")[2]), proposed, asked_id)


def rpps_of(nurse: Nurse) -> str:
    return db.session.get_one(Practitioner, nurse.practitioner_id).rpps


def holdings(nora: Nurse) -> dict[str, Any]:
    """All that Nora has in Relais."""
    db.session.rollback()
    mine = db.session.get_one(Account, nora.account_id, populate_existing=True)
    me = nora.account_id

    def ids(model: Any, *which: Any) -> list[UUID]:
        return list(db.session.scalars(select(model.id).where(model.account_id == me, *which).order_by(model.id)))

    person = db.session.get_one(Practitioner, nora.practitioner_id, populate_existing=True)
    return {
        "roles": sorted((str(m.organization_id), m.role.value) for m in mine.memberships),
        "account": (mine.name, mine.email, mine.active),
        "keys": ids(Passkey),
        "devices": ids(SignIn, SignIn.ended_at.is_(None)),
        "phones": ids(Subscription),
        "codes": ids(Badge, Badge.wrong == 0),
        "directory": (person.account_id, person.role.can_sign_in),
        "recovery": recovery.running_for(me),
        "proposed by her own": ids(Invitation, Invitation.organization_id == nora.town.hospital_id),
    }


Act = Callable[[World], object]


def post(path: str, **fields: str) -> Act:
    """By the boss of another organization; the ids in the path are Nora's and her organizations'."""
    return lambda w: w.boss.post(named(path, w), {name: named(value, w) for name, value in fields.items()})


def named(text: str, w: World) -> str:
    known = {
        "account": w.nora.account_id,
        "hers": w.place(),
        "clinic": clinic_of(w.boss),
        "tablet": w.ward.tablet_id,
        "badge": w.badge,
        "proposed": w.proposed,
        "asked": w.asked,
        "email": w.nora.account.email,
        "rpps": rpps_of(w.nora),
        "key": db.session.scalars(select(Passkey.id).where(Passkey.account_id == w.nora.account_id)).one(),
        "device": db.session.scalars(select(SignIn.id).where(SignIn.account_id == w.nora.account_id)).first(),
        "phone": db.session.scalars(select(Subscription.id).where(Subscription.account_id == w.nora.account_id)).one(),
    }
    return text.format(**known) if "{" in text else text


def command(*arguments: str) -> Act:
    def run(w: World) -> object:
        return CliRunner().invoke(enrol if len(arguments) == 2 else cli.main, [named(each, w) for each in arguments])

    return run


def takes_her_address(w: World) -> None:
    """Even with a code that only Nora's mailbox can hold."""
    w.boss.post("/account/email", {"email": w.nora.account.email})
    db.session.rollback()
    change = db.session.scalars(select(EmailChange)).one()
    w.boss.post("/account/email/code", {"code": address_code(change.id)})


PERSON = {"email": "{email}", "given_name": "Autre", "family_name": "Nom"}
HER_MEMBER = "/members/{hers}/{account}"
AT_MINE = "/members/{clinic}/{account}"

ACTS: dict[str, list[Act]] = {
    "membership.invite": [
        post("/invitations/new", organization_id="{clinic}", role=role.value, **PERSON) for role in Role
    ]
    + [post("/invitations/new", organization_id="{hers}", role="requester", **PERSON)],
    "membership.invite_here": [
        post("/invitations/shown", organization_id=place, role="administrator", **PERSON)
        for place in ("{clinic}", "{hers}")
    ],
    "membership.give_code": [post("/invitation/{proposed}", code="123456")],
    "membership.accept_invitation": [post("/invitation/{proposed}/acceptance")],
    "membership.decline_invitation": [post("/invitation/{proposed}/refusal")],
    "membership.come_in_apart": [post("/invitation/{proposed}/own-account")],
    "membership.first_passkey_options": [post("/invitation/{proposed}/passkey/options")],
    "membership.first_passkey_verification": [post("/invitation/{proposed}/passkey/verification")],
    "membership.remove": [post(HER_MEMBER + "/removal"), post(AT_MINE + "/removal")],
    "membership.ask_recovery": [post(HER_MEMBER + "/recovery", **WHY), post(AT_MINE + "/recovery", **WHY)],
    "membership.confirm_recovery": [post(f"{page}/recovery/confirmation", **WHY) for page in (HER_MEMBER, AT_MINE)],
    "membership.cancel_recovery_of": [post(f"{page}/recovery/cancellation") for page in (HER_MEMBER, AT_MINE)],
    "membership.renew_invitation": [
        post(f"/members/{place}/invitations/{{proposed}}/renewal") for place in ("{hers}", "{clinic}")
    ],
    "membership.withdraw_invitation": [
        post(f"/members/{place}/invitations/{{proposed}}/removal") for place in ("{hers}", "{clinic}")
    ],
    "accounts.rename_passkey": [post("/passkeys/{key}/name", name="La mienne")],
    "accounts.remove_passkey": [post("/passkeys/{key}/removal")],
    "accounts.end_device": [post("/devices/{device}/sign-out")],
    "messages.remove": [post("/push/devices/{phone}/removal")],
    "membership.change_email": [takes_her_address],
    "membership.confirm_email": [takes_her_address],
    "joining.send": [
        post("/access", rpps="{rpps}", given_name="Nora", family_name="Dupré", email=email)
        for email in ("{email}", "mallory@example.org")
    ],
    "joining.show_code": [post("/access/code", code="123456")],
    "joining.accept": [post("/access-requests/{asked}/acceptance", **WHY)],
    "joining.refuse": [post("/access-requests/{asked}/refusal", **WHY)],
    "tablets.prepare": [post("/tablets", name="La mienne", organization_id="{hers}")],
    "tablets.renew_code": [post("/tablets/{tablet}/code")],
    "tablets.withdraw": [post("/tablets/{tablet}/removal")],
    "tablets.ask_code": [post("/badges/{tablet}")],
    "tablets.forget_code": [post("/badges/{tablet}/removal")],
    "tablets.enrol": [post("/tablet", ticket="ABCD EFGH")],
    "tablets.choose_code": [post("/tablet/code", ticket="ABCD EFGH", code="271828", again="271828")],
    "tablets.enter": [post("/tablet/{badge}", code="271828")],
    "command invite": [
        command("invite", "{email}", "Autre", "Nom", "--organization", "Clinique d'ailleurs", "--role", "coordinator")
    ],
    "command directory enrol": [command("{rpps}", "mallory@example.org")],
    "command vouch": [command("vouch", "{email}", "--because", "Je la connais bien")],
}
"""By endpoint, what somebody of another organization may try with an account that is not hers."""

ONESELF = {
    "accounts.sign_in_options": "names nobody",
    "accounts.sign_in_verification": "the passkey says who",
    "accounts.sign_out": "this browser",
    "accounts.enrolment_options": "oneself",
    "accounts.enrolment_verification": "oneself",
    "accounts.set_lock_screen": "oneself",
    "accounts.proof_options": "oneself",
    "accounts.proof_verification": "oneself",
    "accounts.end_other_devices": "oneself",
    "membership.cancel_recovery": "oneself",
    "membership.stop_by_mail": "whoever holds the mailed link; it only stops",
    "membership.close": "oneself",
    "accounts.set_language": "this browser, and her own account when she is signed in",
    "tablets.lock": "this browser",
    "tablets.presence": "this browser",
}
"""Acts on an account that name none."""

ROOMS = ("accounts", "membership", "joining", "tablets")


def test_every_act_on_accounts_stands_in_the_table(app: Flask) -> None:
    acts = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or ()) and (rule.endpoint.split(".")[0] in ROOMS or "device_id" in rule.arguments)
    }
    assert acts == {name for name in ACTS if not name.startswith("command")} | ONESELF.keys()


@pytest.mark.parametrize("name", ACTS)
def test_it_changes_nothing_of_what_she_holds_elsewhere(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.context, "application", lambda: world.town.app)
    before = holdings(world.nora)
    for act in ACTS[name]:
        act(world)
        assert holdings(world.nora) == before
    assert before["roles"] and before["keys"] and before["phones"] and before["codes"] and before["devices"]
    assert before["directory"] == (world.nora.account_id, True)
