"""An establishment as its own people run it: its services, how they are reached, what is asked of and by them.

Who administers a house may take charge of any part of it; from then on everything about that part (members, tablets,
requests) is hers as if she had been invited there.
"""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, url_for

from app import clock
from app.accounts.guards import me, proven_role, role
from app.accounts.models import Role
from app.administration import actions
from app.administration.forms import DescriptionForm, PartForm, RequestsForm
from app.administration.pages import DescribePage, EstablishmentPage, EstablishmentsPage, OpenPage
from app.administration.queries import Holding, services_at, tree_of
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.directory.actions import Nowhere
from app.language.phrases import gettext as _
from app.membership.actions import take_charge
from app.organizations import actions as organizations
from app.organizations.actions import NamedAlready
from app.organizations.models import Organization
from app.organizations.queries import within
from app.organizations.rules import kinds_within
from app.organizations.words import KINDS
from app.pathways.actions import withhold
from app.pathways.library import withheld
from app.tablets.queries import of_organizations

bp = Blueprint("administration", __name__)


def mine(organization_id: UUID) -> Organization:
    """One that this person administers; any other is not there for her."""
    found = db.session.get(Organization, organization_id)
    if found is None or found.closed_at or found.id not in me().organizations(Role.ADMINISTRATOR):
        abort(404)
    return found


def in_words() -> dict[str, str]:
    return {kind: str(words) for kind, words in KINDS.items()}


@bp.get("/organizations")
@role(Role.ADMINISTRATOR)
def establishments() -> Response:
    return page(EstablishmentsPage(tree_of(me()), in_words()))


@bp.get("/organizations/<uuid:organization_id>")
@role(Role.ADMINISTRATOR)
def establishment(organization_id: UUID) -> Response:
    found = mine(organization_id)
    return establishment_page(found, requests_form(found))


def requests_form(organization: Organization) -> RequestsForm:
    service = next(iter(services_at(organization.id)), None)
    welcome, skills = (service.accepting, service.skills) if service else (False, [])
    return RequestsForm.of(organization, welcome, skills, withheld([organization.id])[organization.id])


def establishment_page(
    organization: Organization, form: RequestsForm, *, held: Holding | None = None, status: int = 200
) -> Response:
    parts = tree_of(me())
    itself = next(part for part in parts if part.organization.id == organization.id)
    shown = EstablishmentPage(
        organization=organization,
        kind=in_words().get(organization.kind, organization.kind),
        people=itself.people,
        tablets=len(of_organizations([organization.id])),
        parts=[part for part in parts if part.organization.parent_id == organization.id],
        kinds=in_words(),
        form=form,
        opens=bool(kinds_within(organization.kind)),
        closable=organization.parent_id in me().organizations(Role.ADMINISTRATOR),
        held=held,
    )
    return page(shown, status=status)


@bp.post("/organizations/<uuid:organization_id>/requests")
@role(Role.ADMINISTRATOR)
@resumable
def set_requests(organization_id: UUID) -> Response:
    form = requests_form(mine(organization_id))
    if not form.validate():
        return establishment_page(mine(organization_id), form, status=422)
    try:
        with transaction():
            ours = mine(organization_id)
            if "welcome" in form:
                actions.set_answers(ours, form.welcome.data, (form.skills.data or ()) if "skills" in form else ())
            withhold(ours.id, form.withheld(ours), by=me().id, now=clock.now())
    except Nowhere:
        form.welcome.errors = [_("Personne ne sait où se trouve sa commune : corrigez-la d'abord.")]
        return establishment_page(mine(organization_id), form, status=422)
    flash(_("C'est enregistré."), "success")
    return see_other(url_for("administration.establishment", organization_id=organization_id))


@bp.route("/organizations/<uuid:organization_id>/description", methods=["GET", "POST"])
@role(Role.ADMINISTRATOR)
@resumable
def describe(organization_id: UUID) -> Response:
    found = mine(organization_id)
    form = DescriptionForm.of(found)
    if not form.is_submitted():
        return page(DescribePage(found, form))
    if not form.validate():
        return page(DescribePage(found, form), status=422)
    try:
        with transaction():
            organizations.describe(mine(organization_id), form.described(), by=me().id, now=clock.now())
    except NamedAlready:
        form.say_named_already()
        return page(DescribePage(mine(organization_id), form), status=422)
    flash(_("C'est corrigé, partout où ce nom et ce numéro se lisent."), "success")
    return see_other(url_for("administration.establishment", organization_id=organization_id))


def part_form(parent: Organization) -> PartForm:
    form = PartForm.near(parent)
    form.offer(parent)
    return form


@bp.get("/organizations/<uuid:organization_id>/parts/new")
@role(Role.ADMINISTRATOR)
def new_part(organization_id: UUID) -> Response:
    parent = mine(organization_id)
    return page(OpenPage(parent, part_form(parent)))


@bp.post("/organizations/<uuid:organization_id>/parts/new")
@proven_role(Role.ADMINISTRATOR)
@resumable
def open_part(organization_id: UUID) -> Response:
    parent = mine(organization_id)
    form = part_form(parent)
    if not form.validate():
        return page(OpenPage(parent, form), status=422)
    try:
        with transaction():
            made = actions.open_part(
                mine(organization_id),
                form.kind.data,
                form.described(),
                answers=form.answers.data,
                by=me(),
                now=clock.now(),
            )
            made_id = made.id
    except NamedAlready:
        form.say_named_already()
        return page(OpenPage(mine(organization_id), form), status=422)
    except Nowhere:
        form.commune.errors = [_("Personne ne sait où se trouve cette commune : choisissez la voisine.")]
        return page(OpenPage(mine(organization_id), form), status=422)
    flash(_("C'est ouvert. Invitez maintenant celles et ceux qui y travaillent."), "success")
    return see_other(url_for("administration.establishment", organization_id=made_id))


@bp.post("/organizations/<uuid:organization_id>/charge")
@proven_role(Role.ADMINISTRATOR)
def take(organization_id: UUID) -> Response:
    """Of a part of what she administers: a ward whose only administrator left is not lost."""
    with transaction():
        if organization_id not in {each.id for each in within(me().organizations(Role.ADMINISTRATOR))}:
            abort(404)
        take_charge(me(), organization_id, now=clock.now())
    return see_other(url_for("administration.establishment", organization_id=organization_id))


@bp.post("/organizations/<uuid:organization_id>/closing")
@proven_role(Role.ADMINISTRATOR)
def close(organization_id: UUID) -> Response:
    """Only a part of what she administers: somebody must stay."""
    with transaction():
        part = mine(organization_id)
        if part.parent_id not in me().organizations(Role.ADMINISTRATOR):
            abort(403)
        held = actions.close_part(part, by=me(), now=clock.now())
    if held:
        found = mine(organization_id)
        return establishment_page(found, requests_form(found), held=held, status=409)
    flash(_("C'est fermé. Ce qui y a été fait reste lisible."), "success")
    return see_other(url_for("administration.establishments"))
