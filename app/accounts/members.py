"""Who belongs to my organization: seeing them, letting them go, vouching for one who lost every passkey."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Blueprint, Response, abort, flash, url_for

from app.accounts import actions, invitations, queries, recovery
from app.accounts.forms import ReasonForm
from app.accounts.guards import me, role
from app.accounts.leaving import leave
from app.accounts.models import Account, Invitation, Recovery, Role
from app.accounts.rules import accepts_codes
from app.accounts.words import ROLES, UNDELIVERED, UNDELIVERED_YET
from app.core import clock
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.words import moment
from app.letters.models import Letter, LetterState
from app.organizations.queries import names_of

bp = Blueprint("members", __name__, url_prefix="/members")

INVITATIONS_SHOWN = timedelta(days=30)
"""For how long an invitation that nobody answered stays on the list."""


@dataclass(frozen=True)
class Place:
    id: UUID
    name: str
    members: list[tuple[Account, list[str]]]
    recoveries: dict[UUID, Recovery]
    enrolled: frozenset[UUID]
    invited: list[tuple[Invitation, str, str]]


@bp.get("")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def show() -> Response:
    places = [place(*each) for each in queries.may_invite_to(me()).items()]
    return page("accounts/members.html", places=places, coordinates=Role.COORDINATOR in me().roles)


def place(organization_id: UUID, name: str) -> Place:
    people = queries.members_of(organization_id)
    members = [(each, [ROLES[role] for role in queries.roles_in(each, organization_id)]) for each in people]
    running = recovery.running_in(organization_id)
    unanswered = queries.unanswered_by(organization_id, clock.now() - INVITATIONS_SHOWN)
    found = [each for each in unanswered if each.role in me().may_grant(organization_id)]
    letters = queries.letters_of(found)
    invited = [(each, ROLES[each.role], state_of(each, letters.get(each.id))) for each in found if each.role]
    return Place(organization_id, name, members, running, queries.with_passkey(people), invited)


def state_of(invitation: Invitation, letter: Letter | None) -> str:
    """What became of it so far, in words."""
    if invitation.declined_at:
        return "Invitation refusée"
    if invitation.shown_by_id is None and letter and (problem := undelivered(letter)):
        return problem
    if not accepts_codes(invitation.used_at, invitation.expires_at, invitation.attempts, clock.now()):
        return "Invitation expirée"
    if invitation.shown_by_id:
        return "Code montré à l'écran"
    left = letter is not None and letter.state is LetterState.SENT and letter.ended_at
    return f"Invitation envoyée {moment(left)}" if left else "Invitation sur le départ"


def undelivered(letter: Letter) -> str:
    """What to say of a mail that did not leave; nothing when it did, or was never refused."""
    tried_again = letter.state in (LetterState.PENDING, LetterState.LEASED) and letter.trouble
    return UNDELIVERED_YET if tried_again else UNDELIVERED.get(letter.state, "")


def invitation_of(organization_id: UUID, invitation_id: UUID) -> Invitation:
    """One that this organization sent, for a role I may give, held; any other is not there."""
    found = invitations.held_by_host(invitation_id)
    ours = found is not None and found.organization_id == organization_id and found.used_at is None
    if found is None or not ours or found.role not in me().may_grant(organization_id):
        abort(404)
    return found


@bp.post("/<uuid:organization_id>/invitations/<uuid:invitation_id>/renewal")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def renew_invitation(organization_id: UUID, invitation_id: UUID) -> Response:
    """To the address as it was typed, whoever's it has become."""
    with transaction():
        former = invitation_of(organization_id, invitation_id)
        invitations.renew(former, by=me().id, now=clock.now())
    flash("L'invitation repart par courriel. Elle vaut 24 heures.", "success")
    return see_other(url_for("members.show"))


@bp.post("/<uuid:organization_id>/invitations/<uuid:invitation_id>/removal")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def withdraw_invitation(organization_id: UUID, invitation_id: UUID) -> Response:
    with transaction():
        invitations.withdraw(invitation_of(organization_id, invitation_id), by=me().id, now=clock.now())
    flash("L'invitation est retirée\u00a0: son code n'ouvre plus rien.", "success")
    return see_other(url_for("members.show"))


def member_of(organization_id: UUID, account_id: UUID) -> Account:
    """Somebody of an organization where I may give roles; anyone else is not there for me (404)."""
    person = db.session.get(Account, account_id)
    if person is None or organization_id not in person.organizations() or not me().may_grant(organization_id):
        abort(404)
    return person


def may_remove(person: Account, organization_id: UUID) -> bool:
    """Those whose every role there I could have given; and nobody removes herself, so that one always stays."""
    held = frozenset(queries.roles_in(person, organization_id))
    return person.id != me().id and held <= me().may_grant(organization_id)


@bp.get("/<uuid:organization_id>/<uuid:account_id>")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def member(organization_id: UUID, account_id: UUID) -> Response:
    return member_page(organization_id, member_of(organization_id, account_id), ReasonForm())


def member_page(organization_id: UUID, person: Account, form: ReasonForm, status: int = 200) -> Response:
    running = recovery.running_for(person.id)
    here = running if running is not None and running.organization_id == organization_id else None
    missing = recovery.missing(running) if running else []
    return page(
        "accounts/member.html",
        status=status,
        person=person,
        organization_id=organization_id,
        organization=names_of([organization_id])[organization_id],
        roles=[ROLES[each] for each in queries.roles_in(person, organization_id)],
        removable=may_remove(person, organization_id),
        vouching=recovery.may_vouch(me(), person, organization_id) and actions.has_passkey(person.id),
        recovery=running,
        code=code_to_say(here) if here else None,
        here=here is not None,
        may_confirm=organization_id in missing and not (here and here.asked_by_id == me().id),
        missing=[name for place, name in names_of(missing).items() if place != organization_id],
        form=form,
    )


def code_to_say(running: Recovery) -> str | None:
    """Shown to the two who vouched, once the day has passed; never mailed."""
    made = recovery.invitation_of(running.id)
    if made is None or me().id not in (running.asked_by_id, running.confirmed_by_id):
        return None
    return actions.code_of(made.id)


@bp.post("/<uuid:organization_id>/<uuid:account_id>/removal")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def remove(organization_id: UUID, account_id: UUID) -> Response:
    """Asked again once both are held: who was removed a moment ago removes nobody."""
    member_of(organization_id, account_id)
    now = clock.now()
    with transaction():
        person = actions.hold(account_id)
        actions.hold_keepers([organization_id])
        if not may_remove(person, organization_id):
            abort(403)
        leave(person.id, organization_id, by=me().id, now=now)
        recovery.end_those_of(person.id, organization_id, by=me().id, now=now)
    flash("Cette personne n'a plus accès à cette organisation.", "success")
    return see_other(url_for("members.show"))


@bp.post("/<uuid:organization_id>/<uuid:account_id>/recovery")
@role(Role.ADMINISTRATOR)
@resumable
def ask_recovery(organization_id: UUID, account_id: UUID) -> Response:
    return vouch(
        organization_id,
        member_of(organization_id, account_id),
        lambda person, because: recovery.ask(person, organization_id, by=me(), because=because, now=clock.now()),
    )


@bp.post("/<uuid:organization_id>/<uuid:account_id>/recovery/confirmation")
@role(Role.ADMINISTRATOR)
@resumable
def confirm_recovery(organization_id: UUID, account_id: UUID) -> Response:
    return vouch(
        organization_id,
        member_of(organization_id, account_id),
        lambda person, because: recovery.confirm(
            running_id(person.id), organization_id, by=me(), because=because, now=clock.now()
        ),
    )


def vouch(organization_id: UUID, person: Account, say: Callable[[Account, str], bool]) -> Response:
    """One administrator's word, with its reason: how this person was recognized."""
    form = ReasonForm()
    if not form.validate():
        return member_page(organization_id, person, form, status=422)
    with transaction():
        said = say(person, form.reason.data or "")
    if not said:
        return member_page(organization_id, person, ReasonForm(formdata=None), status=409)
    return see_other(url_for("members.member", organization_id=organization_id, account_id=person.id))


def running_id(account_id: UUID) -> UUID:
    return (recovery.running_for(account_id) or abort(404)).id


def running_here(account_id: UUID, organization_id: UUID) -> UUID:
    """The one that this organization asked for."""
    found = recovery.running_for(account_id)
    return found.id if found is not None and found.organization_id == organization_id else abort(404)


@bp.post("/<uuid:organization_id>/<uuid:account_id>/recovery/cancellation")
@role(Role.ADMINISTRATOR)
def cancel_recovery(organization_id: UUID, account_id: UUID) -> Response:
    person = member_of(organization_id, account_id)
    if not recovery.may_vouch(me(), person, organization_id):
        abort(403)
    running_id = running_here(person.id, organization_id)
    with transaction():
        recovery.cancel(running_id, by=me().id, why="by an administrator", now=clock.now())
    flash("La récupération est annulée. La personne en est prévenue.", "success")
    return see_other(url_for("members.member", organization_id=organization_id, account_id=person.id))
