"""A territory's pathways: what each does, and what is being written."""

from uuid import UUID

from flask import Response, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Account, Role
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.directory.words import PROFESSIONS
from app.pathways import actions, drawing
from app.pathways.library import draft_of, drafts_of, pathways, set_aside_by, versions_of
from app.protocols import drafting
from app.protocols.door import bp, coordinated, home, in_force, known, taken_slugs
from app.protocols.forms import NewForm
from app.protocols.pages import NewPage, PathwayPage, PathwaysPage
from app.protocols.parts import slug_of


@bp.get("/pathways")
@role(Role.COORDINATOR)
def all_pathways() -> Response:
    mine = home()
    shown = PathwaysPage(
        organization=mine,
        tabs=[
            (url_for("protocols.all_pathways", organization=each.id), each.name, each is mine, None)
            for each in coordinated()
        ],
        found=list(in_force().values()),
        catalogue=set(pathways()),
        drafts=[(draft.slug, drafting.draft_title(draft), draft.updated_at) for draft in drafts_of(mine.id)],
        withdrawn=set_aside_by(mine.id),
    )
    return page(shown)


@bp.get("/pathways/<slug>")
@role(Role.COORDINATOR)
def one_pathway(slug: str) -> Response:
    pathway, mine = known(slug), home()
    history = [(row, author_of(row.author_id)) for row, _pathway in versions_of(slug, mine.id)]
    shown = PathwayPage(
        pathway=pathway,
        organization=mine,
        several=len(coordinated()) > 1,
        own=pathway.owner == str(mine.id),
        withdrawn=slug not in in_force(),
        drafted=draft_of(slug, mine.id) is not None,
        stages=drawing.stages(pathway, PROFESSIONS),
        rhythm=drawing.rhythm(pathway.search),
        asked=drawing.asked(pathway),
        sign_off=drawing.sign_off(pathway),
        follows=drawing.follows(pathway, PROFESSIONS),
        history=history,
        catalog_version=pathways()[slug].version if slug in pathways() else None,
    )
    return page(shown)


def author_of(account_id: UUID | None) -> str:
    author = db.session.get(Account, account_id) if account_id else None
    return author.name if author else "Relais"


@bp.get("/pathways/new")
@role(Role.COORDINATOR)
def new_pathway() -> Response:
    form = new_form()
    form.model.data = request.args.get("model", "")
    return new_page(form)


def new_form() -> NewForm:
    form = NewForm()
    form.offer(in_force())
    return form


def new_page(form: NewForm, status: int = 200) -> Response:
    return page(NewPage(form=form, organization=home()), status=status)


@bp.post("/pathways/new")
@role(Role.COORDINATOR)
@resumable
def write_new_pathway() -> Response:
    form = new_form()
    if not form.validate():
        return new_page(form, status=422)
    title, offered = form.title.data or "", in_force()
    slug = slug_of(title, taken_slugs())
    table = drafting.new_table(title, slug, offered.get(form.model.data), list(offered.values()))
    with transaction():
        actions.begin_draft(slug, table, home().id, by=me().id, now=clock.now())
    return see_other(url_for("protocols.draft", slug=slug))


@bp.post("/pathways/<slug>/catalogue")
@role(Role.COORDINATOR)
def back_to_catalogue(slug: str) -> Response:
    """The catalogue's version again; what the catalogue does not have is offered no more."""
    known(slug)
    with transaction():
        actions.set_aside(slug, home().id, by=me().id, now=clock.now())
    return see_other(url_for("protocols.one_pathway", slug=slug))
