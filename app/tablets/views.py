"""The tablet's own screens: in nobody's hands, coming in with a code, choosing one, leaving."""

from uuid import UUID

from flask import Response, abort, current_app, request, url_for
from flask_login import current_user

from app import clock
from app.accounts import sessions, shared
from app.accounts.guards import at_tablet
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, by_address, by_argument, limited
from app.core.security import cookie_capability, public
from app.core.ways import way
from app.language.phrases import gettext as _
from app.language.phrases import ngettext
from app.tablets import actions, codes, queries
from app.tablets.door import bp
from app.tablets.forms import ChooseForm, EnterForm, TicketForm
from app.tablets.models import Badge, Tablet
from app.tablets.rules import MOST_WRONG

MARK_LASTS = 400 * 24 * 3600  # seconds; browsers keep no cookie for longer, and each use begins anew


def this_tablet() -> Tablet:
    """The shared tablet that asks; any other browser finds nothing here."""
    return queries.by_token(shared.mark()) or abort(404)


def by_tablet(**_view_args: object) -> str:
    """For `core.limits`: a ward that mistypes locks no other ward of its hospital."""
    return shared.mark()


def marked(response: Response, token: str) -> Response:
    response.set_cookie(
        shared.cookie_name(),
        token,
        max_age=MARK_LASTS,
        path=(request.script_root or "") + "/",
        secure=current_app.config["SETTINGS"].production,
        httponly=True,
        samesite="Lax",
    )
    return response


@bp.get("/tablet")
@public("in nobody's hands it shows first names and initials of its ward; elsewhere, where to type a code")
def locked() -> Response:
    tablet = queries.by_token(shared.mark())
    if tablet is None:
        return page("tablets/enrol.html", form=TicketForm())
    if current_user.is_authenticated and current_user.only_at is not None:
        return see_other(way("home"))
    return page("tablets/locked.html", tablet=tablet, badges=queries.badges_on(tablet))


@bp.post("/tablet")
@public("the code of an administrator, valid ten minutes and once, is what makes a tablet of a browser")
@limited("tablet enrolment", 20, 10 * MINUTE, of=by_address, failures=True)
def enrol() -> Response:
    form, token = TicketForm(), None
    if not form.validate():
        return page("tablets/enrol.html", status=422, form=form)
    with transaction():
        token = actions.enrol(form.ticket.data or "", now=clock.now())
        if token is not None:
            sessions.sign_out(now=clock.now())
    if token is None:
        form.ticket.errors = [_("Ce code n'ouvre rien, ou il a déjà servi. Demandez-en un autre à l'administrateur.")]
        return page("tablets/enrol.html", status=422, form=form)
    return marked(see_other(url_for("tablets.locked")), token)


@bp.get("/tablet/code")
@cookie_capability("only the browser that holds the tablet's token")
def new_code() -> Response:
    return page("tablets/choose.html", tablet=this_tablet(), form=ChooseForm())


@bp.post("/tablet/code")
@cookie_capability("only the browser that holds the tablet's token, and the code that its person got with her passkey")
@limited("tablet ticket", 20, 10 * MINUTE, of=by_tablet, failures=True)
def choose_code() -> Response:
    tablet, form, badge = this_tablet(), ChooseForm(), None
    if not form.validate():
        return page("tablets/choose.html", status=422, tablet=tablet, form=form)
    with transaction():
        badge = actions.choose_code(
            this_tablet(), shared.mark(), form.ticket.data or "", form.code.data or "", now=clock.now()
        )
        if badge is not None:
            actions.enter(badge, now=clock.now())
    if badge is None:
        form.ticket.errors = [_("Ce code n'ouvre rien, ou il a déjà servi. Demandez-en un autre dans « Moi ».")]
        return page("tablets/choose.html", status=422, tablet=tablet, form=form)
    return marked(see_other(way("home")), shared.mark())


def badge_here(badge_id: UUID) -> Badge:
    return next((each for each in queries.badges_on(this_tablet()) if each.id == badge_id), None) or abort(404)


@bp.get("/tablet/<uuid:badge_id>")
@cookie_capability("only the browser that holds the tablet's token; it shows a name of the ward")
def code(badge_id: UUID) -> Response:
    return code_page(badge_here(badge_id), EnterForm())


def code_page(badge: Badge, form: EnterForm, status: int = 200) -> Response:
    return page("tablets/code.html", status=status, badge=badge, form=form, locked=badge.wrong >= MOST_WRONG)


@bp.post("/tablet/<uuid:badge_id>")
@cookie_capability("the tablet's token and its person's code, together")
@limited("tablet code", 20, 10 * MINUTE, of=by_argument("badge_id"))
def enter(badge_id: UUID) -> Response:
    form, now = EnterForm(), clock.now()
    badge_here(badge_id)
    if not form.validate():
        return code_page(badge_here(badge_id), form, status=422)
    with transaction():
        tried = actions.count_try(badge_id, now=now)
    if tried is None:
        return code_page(badge_here(badge_id), form, status=422)
    right = codes.right(form.code.data or "", tried.salt, tried.hash, shared.mark())
    with transaction():
        badge = badge_here(badge_id)
        if right:
            actions.enter(badge, now=now)
        else:
            actions.note_wrong(badge, tried.left, now=now)
    if not right:
        form.code.errors = [wrong_words(tried.left)]
        return code_page(badge_here(badge_id), form, status=422)
    return marked(see_other(way("home")), shared.mark())


def wrong_words(left: int) -> str:
    if not left:
        return _("Ce code n'est pas le bon.")
    return ngettext(
        "Ce code n'est pas le bon. Encore %(num)s essai.", "Ce code n'est pas le bon. Encore %(num)s essais.", left
    )


@bp.post("/tablet/lock")
@public("locking twice harms nobody")
def lock() -> Response:
    with transaction():
        sessions.sign_out(now=clock.now())
    response = see_other(url_for("tablets.locked"))
    # What the browser keeps to go back faster, pages in memory included. The mark of the tablet is a cookie and stays.
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@bp.post("/tablet/presence")
@at_tablet
def presence() -> tuple[str, int]:
    """Somebody reads or writes without asking for another page: like every POST, it is noted after the answer."""
    return "", 204


@bp.app_context_processor
def tablet_words() -> dict[str, object]:
    return {"tablet_idle": int(current_app.config["SETTINGS"].tablet_idle.total_seconds())}
