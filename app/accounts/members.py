"""Who belongs to my organization: seeing them, letting them go, vouching for one who lost every passkey."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from flask import Blueprint, Response, abort, flash, url_for

from app.accounts import actions, queries, recovery
from app.accounts.forms import ReasonForm
from app.accounts.guards import me, role
from app.accounts.models import Account, Recovery, Role
from app.accounts.words import ROLES, UNDELIVERED, UNDELIVERED_YET
from app.core import clock
from app.core.db import db, transaction
from app.core.htmx import page, see_other

bp = Blueprint("members", __name__, url_prefix="/members")


@dataclass(frozen=True)
class Place:
    id: UUID
    name: str
    members: list[tuple[Account, list[str]]]
    recoveries: dict[UUID, Recovery]
    enrolled: frozenset[UUID]
    undelivered: dict[UUID, str]


@bp.get("")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def show() -> Response:
    places = [place(*each) for each in queries.may_invite_to(me()).items()]
    return page("accounts/members.html", places=places, coordinates=Role.COORDINATOR in me().roles)


def place(organization_id: UUID, name: str) -> Place:
    people = queries.members_of(organization_id)
    members = [(each, [ROLES[role] for role in queries.roles_in(each, organization_id)]) for each in people]
    running = recovery.running_in(organization_id)
    return Place(organization_id, name, members, running, queries.with_passkey(people), undelivered(people))


def undelivered(people: Collection[Account]) -> dict[UUID, str]:
    """What to say of those whose mailed invitation never arrived."""
    states = queries.undelivered([each.id for each in people])
    return {account_id: UNDELIVERED.get(state, UNDELIVERED_YET) for account_id, state in states.items()}


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
    return page(
        "accounts/member.html",
        status=status,
        person=person,
        organization_id=organization_id,
        organization=queries.organization_names([organization_id])[organization_id],
        roles=[ROLES[each] for each in queries.roles_in(person, organization_id)],
        removable=may_remove(person, organization_id),
        vouching=recovery.may_vouch(me(), person, organization_id) and actions.has_passkey(person.id),
        recovery=here,
        code=code_to_say(here) if here else None,
        mine=here is not None and here.asked_by_id == me().id,
        elsewhere=running is not None and here is None,
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
    person, now = member_of(organization_id, account_id), clock.now()
    if not may_remove(person, organization_id):
        abort(403)
    with transaction():
        recovery.end_those_of(person.id, organization_id, by=me().id, now=now)
        actions.leave(person.id, organization_id, by=me().id, now=now)
    flash("Cette personne n'a plus accès à cette organisation.", "success")
    return see_other(url_for("members.show"))


@bp.post("/<uuid:organization_id>/<uuid:account_id>/recovery")
@role(Role.ADMINISTRATOR)
def ask_recovery(organization_id: UUID, account_id: UUID) -> Response:
    return vouch(
        organization_id,
        member_of(organization_id, account_id),
        lambda person, because: recovery.ask(person, organization_id, by=me(), because=because, now=clock.now()),
    )


@bp.post("/<uuid:organization_id>/<uuid:account_id>/recovery/confirmation")
@role(Role.ADMINISTRATOR)
def confirm_recovery(organization_id: UUID, account_id: UUID) -> Response:
    return vouch(
        organization_id,
        member_of(organization_id, account_id),
        lambda person, because: recovery.confirm(
            running_here(person.id, organization_id), by=me(), because=because, now=clock.now()
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


def running_here(account_id: UUID, organization_id: UUID) -> UUID:
    running = recovery.running_for(account_id)
    if running is None or running.organization_id != organization_id:
        abort(404)
    return running.id


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
