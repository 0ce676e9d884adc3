"""A pathway that is being written: its parts, each on a screen of its own."""

from flask import Response, abort, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.pathways import actions
from app.pathways.models import PathwayDraft
from app.pathways.reading import problems
from app.protocols import drafting
from app.protocols.door import bp, draft_asked, home, known
from app.protocols.forms import WritingForm, form_for
from app.protocols.pages import PartPage, draft_page, shown_phone
from app.protocols.parts import KINDS, PartKind, Table, field_of, moved, part_at, parts_of, print_of, put
from app.protocols.words import in_french


@bp.post("/pathways/<slug>/draft")
@role(Role.COORDINATOR)
def begin(slug: str) -> Response:
    """Go on with what a colleague writes already, or begin from what is in force."""
    table = drafting.kept_table(known(slug))
    with transaction():
        actions.begin_draft(slug, table, home().id, by=me().id, now=clock.now())
    return see_other(url_for("protocols.draft", slug=slug))


@bp.get("/pathways/<slug>/draft")
@role(Role.COORDINATOR)
def draft(slug: str) -> Response:
    return page(draft_page(draft_asked(slug), home(), clock.now()))


@bp.post("/pathways/<slug>/draft/removal")
@role(Role.COORDINATOR)
def drop(slug: str) -> Response:
    draft_asked(slug)
    with transaction():
        actions.drop_draft(slug, home().id)
    return see_other(url_for("protocols.all_pathways"))


def kind_asked(name: str) -> PartKind:
    return KINDS.get(name) or abort(404)


def place_asked(table: Table, kind: PartKind, n: int) -> None:
    """There is such a part, or it is the next one."""
    if n > (len(parts_of(table, kind)) if kind.several else 0):
        abort(404)


@bp.get("/pathways/<slug>/draft/<part>/<int:number>")
@role(Role.COORDINATOR)
def one_part(slug: str, part: str, number: int) -> Response:
    draft, kind = draft_asked(slug), kind_asked(part)
    place_asked(draft.body, kind, number)
    form = form_for(draft.body, kind, number)
    form.base.data = print_of(part_at(draft.body, kind, number))
    return part_page(draft, kind, number, form)


def part_page(draft: PathwayDraft, kind: PartKind, n: int, form: WritingForm, status: int = 200) -> Response:
    phone = shown_phone(draft, home(), clock.now())
    shown = PartPage.of(draft, (kind, n), form, phone, changed=status == 409)
    return page(shown, status=status)


@bp.post("/pathways/<slug>/draft/<part>/<int:number>")
@role(Role.COORDINATOR)
@resumable
def write_part(slug: str, part: str, number: int) -> Response:
    """Whoever changes what a colleague has changed meanwhile is told, and says it again."""
    draft, kind = draft_asked(slug), kind_asked(part)
    form = form_for(draft.body, kind, number)
    added = kind.several and not form.base.data
    n = len(parts_of(draft.body, kind)) if added else number  # Last, whatever was added meanwhile.
    place_asked(draft.body, kind, n)
    here = part_at(draft.body, kind, n)
    if not form.holds(here or {}, draft.body, kind) or not fits(form, draft.body, kind, n):
        return part_page(draft, kind, n, form, status=422)
    if not written(slug, kind, n, form):
        draft = draft_asked(slug)
        form.base.data = print_of(part_at(draft.body, kind, n))
        return part_page(draft, kind, n, form, status=409)
    return see_other(url_for("protocols.draft", slug=slug, _anchor=kind.slug))


def fits(form: WritingForm, table: Table, kind: PartKind, n: int) -> bool:
    """What is wrong with this part within the whole stands beside its field; what is wrong elsewhere can wait."""
    after = put(table, kind, n, form.part(part_at(table, kind, n) or {}, table, kind))
    fits = True
    for key, words in problems(after):
        if name := field_of(key, kind, n):
            form.say(name, in_french(words))
            fits = False
    return fits


def written(slug: str, kind: PartKind, n: int, form: WritingForm) -> bool:
    """False when the part is no longer what was shown."""
    with transaction():
        draft = actions.draft_to_write(slug, home().id) or abort(404)
        at = n if form.base.data or not kind.several else len(parts_of(draft.body, kind))
        here = part_at(draft.body, kind, at)
        if form.base.data != print_of(here):
            return False
        table = put(draft.body, kind, at, form.part(here or {}, draft.body, kind))
        actions.write_draft(draft, table, by=me().id, now=clock.now())
    return True


@bp.post("/pathways/<slug>/draft/<part>/<int:number>/place")
@role(Role.COORDINATOR)
def move_part(slug: str, part: str, number: int) -> Response:
    """One place up or down."""
    return changed(slug, part, number, -1 if request.form.get("by") == "up" else 1)


@bp.post("/pathways/<slug>/draft/<part>/<int:number>/removal")
@role(Role.COORDINATOR)
def remove_part(slug: str, part: str, number: int) -> Response:
    return changed(slug, part, number, None)


def changed(slug: str, name: str, n: int, by: int | None) -> Response:
    """Moved, or removed; when a colleague has changed it meanwhile, nothing is, and the page shows what there is."""
    kind = kind_asked(name)
    draft_asked(slug)
    if not kind.several:
        abort(404)
    with transaction():
        draft = actions.draft_to_write(slug, home().id) or abort(404)
        if request.form.get("base") == print_of(part_at(draft.body, kind, n)) != "":
            table = put(draft.body, kind, n, None) if by is None else moved(draft.body, kind, n, by)
            actions.write_draft(draft, table, by=me().id, now=clock.now())
    return see_other(url_for("protocols.draft", slug=slug, _anchor=kind.slug))
