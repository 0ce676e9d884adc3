"""What every page of this door begins with: for which organization a coordinator writes, and which pathway."""

from typing import Any

from flask import Blueprint, abort, request
from werkzeug.exceptions import NotFound

from app.accounts.guards import me
from app.accounts.models import Role
from app.care_requests.queries import rulebooks
from app.organizations.models import Organization
from app.organizations.queries import organizations
from app.pathways.library import draft_of, drafts_of, set_aside_by, versions_of
from app.pathways.models import PathwayDraft
from app.pathways.schema import Pathway
from app.protocols.parts import RESERVED

bp = Blueprint("protocols", __name__)


def home() -> Organization:
    """The organization for which this coordinator speaks: the one she chose, when she has several."""
    mine = coordinated()
    asked = request.args.get("organization", str(mine[0].id))
    return next((each for each in mine if str(each.id) == asked), None) or abort(404)


def coordinated() -> list[Organization]:
    return organizations(me().organizations(Role.COORDINATOR))


@bp.url_defaults
def stay_with_it(endpoint: str, values: dict[str, Any]) -> None:
    """Every link and form of these pages goes on with the organization that was chosen."""
    here = (request.endpoint or "").startswith("protocols.")
    if here and (chosen := request.args.get("organization")):
        values.setdefault("organization", chosen)


def in_force() -> dict[str, Pathway]:
    return rulebooks([home().id])


def known(slug: str) -> Pathway:
    """As it is in force; what was withdrawn, in its last version."""
    if found := in_force().get(slug):
        return found
    history = versions_of(slug, home().id)
    return history[0][1] if history else abort(404)


def before(slug: str) -> Pathway | None:
    """What the people of this organization follow today; none of what is new."""
    try:
        return known(slug)
    except NotFound:
        return None


def draft_asked(slug: str) -> PathwayDraft:
    return draft_of(slug, home().id) or abort(404)


def taken_slugs() -> set[str]:
    """Names that a new pathway of this organization may not have."""
    mine = home().id
    withdrawn = (pathway.slug for pathway in set_aside_by(mine))
    return {*RESERVED, *in_force(), *withdrawn, *(draft.slug for draft in drafts_of(mine))}


def base_of(pathway: Pathway | None) -> str:
    """Which version somebody read before she put another in force."""
    return f"{pathway.owner or 'catalog'}:{pathway.version}" if pathway else ""
