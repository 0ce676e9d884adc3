"""A territory's own pathways: see what each does, make it one's own, try it on the past, put it in force."""

from typing import Any
from uuid import UUID

from flask import Response, abort, request, url_for
from sqlalchemy.exc import IntegrityError

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import Account, Role
from app.care_requests.queries import rulebooks
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, limited
from app.directory.words import PROFESSIONS
from app.organizations.models import Organization
from app.organizations.queries import organizations
from app.pathways import actions, drawing
from app.pathways.library import pathways, versions_of
from app.pathways.schema import Pathway
from app.simulation import replay as past
from app.supervision.pages import PathwayEditPage, PathwayPage, PathwayPreviewPage, PathwaysPage
from app.supervision.pathway_forms import PathwayForm, base_of, changes, form_for
from app.supervision.views import bp

SECONDS = 4.0
"""How long somebody waits for the past to be played; what was played by then is told."""

AT_MOST = 500


PAGES = frozenset(f"supervision.{name}_pathway" for name in ("one", "edit", "preview", "try", "adopt")) | {
    "supervision.all_pathways",
    "supervision.back_to_catalogue",
}


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
    if endpoint in PAGES and request.endpoint in PAGES and (chosen := request.args.get("organization")):
        values.setdefault("organization", chosen)


def known(slug: str) -> Pathway:
    return rulebooks([home().id]).get(slug) or abort(404)


@bp.get("/pathways")
@role(Role.COORDINATOR)
def all_pathways() -> Response:
    mine = home()
    shown = PathwaysPage(
        organization=mine,
        tabs=[
            (url_for("supervision.all_pathways", organization=each.id), each.name, each is mine, None)
            for each in coordinated()
        ],
        found=list(rulebooks([mine.id]).values()),
    )
    return page(shown)


@bp.get("/pathways/<slug>")
@role(Role.COORDINATOR)
def one_pathway(slug: str) -> Response:
    pathway, mine = known(slug), home()
    history = versions_of(slug, mine.id)
    shown = PathwayPage(
        pathway=pathway,
        organization=mine,
        several=len(coordinated()) > 1,
        own=pathway.owner == str(mine.id),
        stages=drawing.stages(pathway, PROFESSIONS),
        rhythm=drawing.rhythm(pathway.search),
        asked=drawing.asked(pathway),
        sign_off=drawing.sign_off(pathway),
        follows=drawing.follows(pathway, PROFESSIONS),
        history=[(row, _author(row.author_id)) for row, _pathway in history],
        catalog_version=pathways()[slug].version,
    )
    return page(shown)


def _author(account_id: UUID | None) -> str:
    author = db.session.get(Account, account_id) if account_id else None
    return author.name if author else "Relais"


@bp.route("/pathways/<slug>/edit", methods=["GET", "POST"])
@role(Role.COORDINATOR)
@resumable
def edit_pathway(slug: str) -> Response:
    """Sent by POST, what was written so far is kept, and goes on from the version of today."""
    pathway = known(slug)
    form = form_for(pathway)
    form.base.data = base_of(pathway)
    return edit_page(pathway, form)


def edit_page(pathway: Pathway, form: PathwayForm, status: int = 200) -> Response:
    shown = PathwayEditPage(
        pathway=pathway,
        organization=home(),
        form=form,
        stages=drawing.stages(pathway, PROFESSIONS),
    )
    return page(shown, status=status)


@bp.post("/pathways/<slug>/preview")
@role(Role.COORDINATOR)
@resumable
def preview_pathway(slug: str) -> Response:
    """What would change, before anything does."""
    pathway = known(slug)
    form = form_for(pathway)
    other = form.read(pathway)
    return preview_page(pathway, form, other) if other else edit_page(pathway, form, status=422)


def preview_page(
    pathway: Pathway, form: PathwayForm, other: Pathway, tried: past.Comparison | None = None, status: int = 200
) -> Response:
    shown = PathwayPreviewPage(
        pathway=pathway,
        organization=home(),
        form=form,
        changes=changes(pathway, other),
        stages=drawing.stages(other, PROFESSIONS),
        tried=tried,
        moved=status == 409,
    )
    return page(shown, status=status)


@bp.post("/pathways/<slug>/replay")
@role(Role.COORDINATOR)
@limited("replay", 6, MINUTE, of=by_account)
@resumable
def try_pathway(slug: str) -> Response:
    """The organization's own past under the version that is being written."""
    pathway = known(slug)
    form = form_for(pathway)
    other = form.read(pathway)
    if other is None:
        return edit_page(pathway, form, status=422)
    found = past.past_requests(slug, [home().id], limit=AT_MOST)
    return preview_page(pathway, form, other, past.replayed(found, other, pathway, seconds=SECONDS))


@bp.post("/pathways/<slug>/activation")
@role(Role.COORDINATOR)
@resumable
def adopt_pathway(slug: str) -> Response:
    """From now on new requests follow it; those under way keep theirs."""
    pathway = known(slug)
    form = form_for(pathway)
    other = form.read(pathway)
    if other is None:
        return edit_page(pathway, form, status=422)
    if form.base.data != base_of(pathway) or not adopted(other):
        return preview_page(known(slug), form, other, status=409)
    return see_other(url_for("supervision.one_pathway", slug=slug))


def adopted(other: Pathway) -> bool:
    """False when a colleague put another version in force at the same moment."""
    mine, by = home().id, me().id
    try:
        with transaction():
            actions.adopt(other, mine, by=by, now=clock.now())
    except IntegrityError:
        return False
    return True


@bp.post("/pathways/<slug>/catalogue")
@role(Role.COORDINATOR)
def back_to_catalogue(slug: str) -> Response:
    known(slug)
    with transaction():
        actions.set_aside(slug, home().id, by=me().id, now=clock.now())
    return see_other(url_for("supervision.one_pathway", slug=slug))
