"""Answers given on the lock screen, with no page open and nobody asked to sign in."""

from uuid import UUID

from flask import Response, abort

from app import clock
from app.accounts.models import Account, Role
from app.audit.origin import Source, came_by
from app.core.db import db, transaction
from app.core.incoming import json_body
from app.core.security import capability
from app.dispatch import answers
from app.inbox.mine import my_offer_of
from app.inbox.offers import take, tap_of
from app.inbox.taps import settled
from app.inbox.views import bp
from app.push.queries import subject_and_reader
from app.push.request import answer_token_matches


@bp.post("/offers/notice-answers/<uuid:message_id>")
@capability("the token in the notice proves that this phone got this offer")
def answer_from_notice(message_id: UUID) -> Response:
    """A tap on a notice's button. JSON in: `token`, `answer` (accept or refuse), and `key` and `age` as in a form.

    The capability dies with the offer, with the phone's subscription (signing out ends it), with the account,
    and when its owner no longer wishes to answer so.
    """
    came_by(Source.NOTICE)
    said = json_body()
    kind, token, about = str(said.get("answer")), str(said.get("token")), subject_and_reader(message_id)
    if about is None or not answer_token_matches(message_id, token, kind):
        abort(404)
    offer_id, account_id = about
    by, now = db.session.get(Account, account_id), clock.now()
    if by is None or not may_answer(by):
        abort(404)
    tap = tap_of(said, now)
    if kind == "accept":
        given = take(offer_id, by, tap, now, reads=False)
    else:
        with transaction():
            given = answers.refuse(my_offer_of(offer_id, by), None, by=by, now=now, tap=tap)
    return settled(my_offer_of(offer_id, by), given, now)


def may_answer(account: Account) -> bool:
    return account.active and Role.PRACTITIONER in account.roles and account.answers_from_lock_screen
