"""Pro Santé Connect: signing in, proving who one is, and where it leads whoever has no account here.

Here and not in `accounts`, because an RPPS number belongs to the directory, and one reads the whole way in one room.
"""

from datetime import datetime
from uuid import UUID

import structlog
from flask import Response, abort, current_app, flash, redirect, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.accounts import challenges, pro_sante, sessions
from app.accounts.actions import has_passkey
from app.accounts.guards import by_account, me, signed_in
from app.accounts.models import Ceremony
from app.accounts.rules import Professional, own_path
from app.core.db import transaction
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, by_address, limited
from app.core.security import public
from app.joining import actions, queries
from app.joining.pages import NotAProfessionalPage, NotProvenPage, StateAwayPage, UnknownPage
from app.joining.views import ASKED, bp
from app.language.phrases import gettext as _

log = structlog.get_logger()

MEANS = "pro-sante-connect"
PROVING, NEXT = "pro_sante_proving", "pro_sante_next"


def configured() -> None:
    if not current_app.config["SETTINGS"].pro_sante_connect:
        abort(404)


@bp.get("/sign-in/pro-sante-connect")
@public("it leads to the State's own sign-in")
@limited("pro sante connect", 1200, MINUTE, of=by_address)
def sign_in_at_the_state() -> AnyResponse:
    configured()
    session[NEXT] = own_path(request.args.get("next", ""))
    return leave(Ceremony.PRO_SANTE_SIGN_IN, None)


@bp.get("/proof/pro-sante-connect")
@signed_in
@limited("pro sante connect proof", 20, MINUTE, of=by_account)
def proof_at_the_state() -> AnyResponse:
    configured()
    return leave(Ceremony.PRO_SANTE_PROOF, me().id)


def leave(ceremony: Ceremony, account_id: UUID | None) -> AnyResponse:
    now = clock.now()
    with transaction():
        challenge = challenges.ask(ceremony, account_id, now=now)
    session[PROVING] = ceremony is Ceremony.PRO_SANTE_PROOF
    try:
        return redirect(pro_sante.way_there(challenge, now=now), 303)
    except pro_sante.Away as away:
        return not_there(away)


@bp.get("/sign-in/pro-sante-connect/return")
@public("what Pro Santé Connect says is what signs in")
@limited("pro sante connect return", 60, MINUTE, of=by_address, failures=True)
def back_from_the_state() -> AnyResponse:
    configured()
    now = clock.now()
    proving = session.pop(PROVING, False)
    account_id = me().id if proving and current_user.is_authenticated else None
    ceremony = Ceremony.PRO_SANTE_PROOF if proving else Ceremony.PRO_SANTE_SIGN_IN
    with transaction():
        challenge = challenges.take(ceremony, account_id, now=now)
    if challenge is None:
        return refusal_page("no challenge is open for this browser")
    try:
        # Outside any transaction: the others must not wait for the State.
        person = pro_sante.came_back(request.args.to_dict(), challenge, now=now)
    except pro_sante.NotProven as reason:
        return refusal_page(str(reason))
    except pro_sante.NotAProfessional:
        log.info("pro_sante_refused", reason="not a professional")
        return page(NotAProfessionalPage(), status=403)
    except pro_sante.Away as away:
        return not_there(away)
    return prove(account_id, person, now) if account_id else answer_for(person, now)


def refusal_page(reason: str) -> Response:
    log.info("pro_sante_refused", reason=reason)
    return page(NotProvenPage(cancelled=request.args.get("error") == "access_denied"), status=403)


def not_there(away: pro_sante.Away) -> Response:
    log.warning("pro_sante_away", reason=str(away))
    return page(StateAwayPage(), status=503)


def prove(account_id: UUID, person: Professional, now: datetime) -> Response:
    """Only the very person who is signed in; another's card proves nothing here."""
    practitioner = queries.practitioner_by_rpps(person.rpps)
    row = sessions.me_sign_in()
    if practitioner is None or practitioner.account_id != account_id or row is None:
        return refusal_page("the card of another person")
    with transaction():
        sessions.prove(me(), row, MEANS, now=now)
    flash(_("C'est bien vous. Vous pouvez changer vos clés et vos appareils pendant cinq minutes."), "success")
    return see_other(url_for("membership.account"))


def answer_for(person: Professional, now: datetime) -> Response:
    practitioner = queries.practitioner_by_rpps(person.rpps)
    if practitioner is None:
        log.info("pro_sante_unknown", reason="not in the directory")
        return page(UnknownPage(other_profession=False), status=403)
    if not queries.practises(practitioner, person.professions):
        log.info("pro_sante_unknown", reason="another profession than in the directory")
        return page(UnknownPage(other_profession=True), status=403)
    if (answer := come_in(practitioner.id, now)) is not None:
        return answer
    with transaction():
        session[ASKED] = str(actions.welcome(person, practitioner.id, now=now).id)
    return see_other(url_for("joining.ask"))


def come_in(practitioner_id: UUID, now: datetime) -> Response | None:
    """Signed in as the account of this person of the directory; none when she has none yet."""
    way = own_path(session.get(NEXT, ""))
    with transaction():
        account = actions.let_in(practitioner_id, now=now)
        if account is None:
            return None
        sessions.sign_in(account, MEANS, now=now)
        without_key = not has_passkey(account.id)
    if without_key:
        flash(_("Ajoutez une clé d'accès à cet appareil : vous entrerez ensuite d'un geste."), "info")
        return see_other(url_for("membership.account"))
    return see_other(request.script_root + way)
