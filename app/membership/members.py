"""Who belongs to my organization: inviting them, letting them go, vouching for one who lost every passkey."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import Response, abort, flash, url_for

from app import clock
from app.accounts.actions import has_passkey, lock_account
from app.accounts.guards import me, proven_role, role
from app.accounts.models import Account, Role
from app.accounts.queries import with_passkey
from app.accounts.words import ROLE_HINTS, ROLE_NAMES
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.qr import qr_svg
from app.core.ways import public_address
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.words import moment
from app.letters.models import Letter, LetterState
from app.membership import invitations, queries, recovery
from app.membership.actions import lock_keepers
from app.membership.forms import InviteForm, ReasonForm
from app.membership.leaving import leave
from app.membership.models import Invitation, Recovery
from app.membership.views import bp
from app.membership.words import UNDELIVERED, UNDELIVERED_YET
from app.organizations.queries import names_of

BY_MAIL = later("Cette adresse est déjà connue de Relais : l'invitation part par e-mail, elle vaut 24 heures.")
UNANSWERED_LISTED = timedelta(days=30)
"""For how long an invitation that nobody answered stays on the list."""


@dataclass(frozen=True)
class OrganizationMembers:
    id: UUID
    name: str
    members: list[tuple[Account, list[str]]]
    recoveries: dict[UUID, Recovery]
    enrolled: frozenset[UUID]
    invited: list[tuple[Invitation, str, str]]


@bp.get("/members")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def members() -> Response:
    places = [overview_of(*each) for each in queries.may_invite_to(me()).items()]
    return page("membership/members.html", places=places, coordinates=Role.COORDINATOR in me().roles)


def overview_of(organization_id: UUID, name: str) -> OrganizationMembers:
    people = queries.members_of(organization_id)
    members = [(each, [ROLE_NAMES[role] for role in queries.roles_in(each, organization_id)]) for each in people]
    running = recovery.running_in(organization_id)
    unanswered = queries.unanswered_by(organization_id, clock.now() - UNANSWERED_LISTED)
    found = [each for each in unanswered if each.role in me().may_grant(organization_id)]
    letters = queries.letters_of(found)
    invited = [(each, ROLE_NAMES[each.role], state_of(each, letters.get(each.id))) for each in found if each.role]
    return OrganizationMembers(organization_id, name, members, running, with_passkey(people), invited)


def state_of(invitation: Invitation, letter: Letter | None) -> str:
    """What became of it so far, in words."""
    if invitation.declined_at:
        return _("Invitation refusée")
    if invitation.shown_by_id is None and letter and (problem := undelivered(letter)):
        return problem
    if not invitation.takes_codes(clock.now()):
        return _("Invitation expirée")
    if invitation.shown_by_id:
        return _("Code montré à l'écran")
    left = letter is not None and letter.state is LetterState.SENT and letter.ended_at
    return _("Invitation envoyée %(when)s", when=moment(left)) if left else _("Invitation sur le départ")


def undelivered(letter: Letter) -> str:
    """What to say of a mail that did not leave; nothing when it did, or was never refused."""
    tried_again = letter.state in (LetterState.PENDING, LetterState.LEASED) and letter.trouble
    return UNDELIVERED_YET if tried_again else UNDELIVERED.get(letter.state, "")


def our_invitation(organization_id: UUID, invitation_id: UUID) -> Invitation:
    """One that this organization sent, for a role I may give, locked; any other is not there."""
    found = invitations.lock_sent(invitation_id)
    ours = found is not None and found.organization_id == organization_id and found.used_at is None
    if found is None or not ours or found.role not in me().may_grant(organization_id):
        abort(404)
    return found


@bp.post("/members/<uuid:organization_id>/invitations/<uuid:invitation_id>/renewal")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def renew_invitation(organization_id: UUID, invitation_id: UUID) -> Response:
    """To the address as it was typed, whoever's it has become."""
    with transaction():
        former = our_invitation(organization_id, invitation_id)
        invitations.renew(former, by=me().id, now=clock.now())
    flash(_("L'invitation repart par e-mail. Elle vaut 24 heures."), "success")
    return see_other(url_for("membership.members"))


@bp.post("/members/<uuid:organization_id>/invitations/<uuid:invitation_id>/removal")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def withdraw_invitation(organization_id: UUID, invitation_id: UUID) -> Response:
    with transaction():
        invitations.withdraw(our_invitation(organization_id, invitation_id), by=me().id, now=clock.now())
    flash(_("L'invitation est retirée : son code n'ouvre plus rien."), "success")
    return see_other(url_for("membership.members"))


def member_of(organization_id: UUID, account_id: UUID) -> Account:
    """Somebody of an organization where I may give roles; anyone else is not there for me (404)."""
    person = db.session.get(Account, account_id)
    if person is None or organization_id not in person.organizations() or not me().may_grant(organization_id):
        abort(404)
    return person


def may_remove(person: Account, organization_id: UUID) -> bool:
    """Those whose every role there I could have given; and nobody removes herself, so that one always stays."""
    hers = frozenset(queries.roles_in(person, organization_id))
    return person.id != me().id and hers <= me().may_grant(organization_id)


@bp.get("/members/<uuid:organization_id>/<uuid:account_id>")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def member(organization_id: UUID, account_id: UUID) -> Response:
    return member_page(organization_id, member_of(organization_id, account_id), ReasonForm())


def member_page(organization_id: UUID, person: Account, form: ReasonForm, status: int = 200) -> Response:
    running = recovery.running_for(person.id)
    here = running if running is not None and running.organization_id == organization_id else None
    missing = recovery.missing(running) if running else []
    return page(
        "membership/member.html",
        status=status,
        person=person,
        organization_id=organization_id,
        organization=names_of([organization_id])[organization_id],
        roles=[ROLE_NAMES[each] for each in queries.roles_in(person, organization_id)],
        removable=may_remove(person, organization_id),
        vouching=recovery.may_vouch(me(), person, organization_id) and has_passkey(person.id),
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
    return made.code


@bp.post("/members/<uuid:organization_id>/<uuid:account_id>/removal")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def remove(organization_id: UUID, account_id: UUID) -> Response:
    """Asked again once both are locked: who was removed a moment ago removes nobody."""
    member_of(organization_id, account_id)
    now = clock.now()
    with transaction():
        person = lock_account(account_id)
        lock_keepers([organization_id])
        if not may_remove(person, organization_id):
            abort(403)
        leave(person.id, organization_id, by=me().id, now=now)
        recovery.note_departure(person.id, organization_id, by=me().id, now=now)
    flash(_("Cette personne n'a plus accès à cette organisation."), "success")
    return see_other(url_for("membership.members"))


@bp.post("/members/<uuid:organization_id>/<uuid:account_id>/recovery")
@role(Role.ADMINISTRATOR)
@resumable
def ask_recovery(organization_id: UUID, account_id: UUID) -> Response:
    return vouch(
        organization_id,
        member_of(organization_id, account_id),
        lambda person, because: recovery.ask(person, organization_id, by=me(), because=because, now=clock.now()),
    )


@bp.post("/members/<uuid:organization_id>/<uuid:account_id>/recovery/confirmation")
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
    return see_other(url_for("membership.member", organization_id=organization_id, account_id=person.id))


def running_id(account_id: UUID) -> UUID:
    return (recovery.running_for(account_id) or abort(404)).id


def running_here(account_id: UUID, organization_id: UUID) -> UUID:
    """The one that this organization asked for."""
    found = recovery.running_for(account_id)
    return found.id if found is not None and found.organization_id == organization_id else abort(404)


@bp.post("/members/<uuid:organization_id>/<uuid:account_id>/recovery/cancellation")
@role(Role.ADMINISTRATOR)
def cancel_recovery_of(organization_id: UUID, account_id: UUID) -> Response:
    person = member_of(organization_id, account_id)
    if not recovery.may_vouch(me(), person, organization_id):
        abort(403)
    running_id = running_here(person.id, organization_id)
    with transaction():
        recovery.cancel(running_id, by=me().id, why="by an administrator", now=clock.now())
    flash(_("La récupération est annulée. La personne en est prévenue."), "success")
    return see_other(url_for("membership.member", organization_id=organization_id, account_id=person.id))


@bp.get("/invitations/new")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def new_invitation() -> Response:
    form = InviteForm()
    form.offer(me())
    return page("membership/new_invitation.html", form=form, hints=ROLE_HINTS)


@bp.post("/invitations/new")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
@resumable
def invite() -> Response:
    return send_invitation(on_screen=False)


@bp.post("/invitations/shown")
@proven_role(Role.ADMINISTRATOR, Role.COORDINATOR)
@resumable
def invite_here() -> Response:
    """Without the mailbox as a witness, so the one who vouches has just shown her own passkey."""
    return send_invitation(on_screen=True)


def send_invitation(*, on_screen: bool) -> Response:
    form = InviteForm()
    form.offer(me())
    if not form.validate_on_submit():
        return page("membership/new_invitation.html", form=form, hints=ROLE_HINTS, status=422)
    with transaction():
        if form.role.data not in me().may_grant(form.organization_id.data):
            abort(403)  # She has lost the right since the form was read.
        made = invitations.invite(
            form.invitee, form.organization_id.data, form.role.data, by=me().id, now=clock.now(), on_screen=on_screen
        )
        made_id, here = made.id, made.shown_by_id is not None
    if here:
        return see_other(url_for("membership.show_invitation", invitation_id=made_id))
    # The same words whether or not somebody has an account of this address; but on a screen only what is new is shown.
    flash(
        str(BY_MAIL) if on_screen else _("L'invitation part par e-mail. Elle vaut 24 heures."),
        "info" if on_screen else "success",
    )
    return see_other(url_for("membership.new_invitation"))


@bp.get("/invitations/<uuid:invitation_id>")
@role(Role.ADMINISTRATOR, Role.COORDINATOR)
def show_invitation(invitation_id: UUID) -> Response:
    """The code to scan, and the six digits to say: neither opens anything without the other."""
    mine = queries.invitation_on_screen(invitation_id, me()) or abort(404)
    address = public_address(url_for("membership.invitation", invitation_id=mine.id))
    return page(
        "membership/shown_invitation.html",
        invitation=mine,
        takes_codes=mine.takes_codes(clock.now()),
        code=mine.code,
        address=address,
        drawn=qr_svg(address),
    )
