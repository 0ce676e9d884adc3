"""A person's own alerts: her devices, whether she can be reached on them, and when she may be disturbed."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, abort, flash, session, url_for
from htmx_flask import request

from app import clock
from app.accounts.guards import by_account, me, signed_in
from app.accounts.models import Role
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.incoming import json_body
from app.core.limits import MINUTE, limited
from app.core.security import capability
from app.language.phrases import gettext as _
from app.messages import actions, channels, checks, queries
from app.messages.forms import AttentionForm
from app.messages.reachability import TEST_LIFE, Sign, TestResult, judge_device, test_outcome
from app.push.actions import remove as remove_device
from app.push.models import Message
from app.push.views import DEVICE

bp = Blueprint("messages", __name__, url_prefix="/push")


@bp.get("/devices")
@signed_in
def devices() -> Response:
    """The person's devices, and whether she can be reached."""
    mine, now = me().id, clock.now()
    return page(
        "messages/devices.html",
        fragment="messages/_devices.html",
        devices=[(one, judge_device(one.facts, now)) for one in queries.devices_of([mine], now)[mine]],
        judgement=queries.judgements([mine], now)[mine],
        this_device=session.get(DEVICE),
        tests=tests(mine, now),
        tester=mine,
        usefulness=queries.usefulness(mine, now),
        live_topics=[f"push-test-{mine}"],
        alerted=me().is_alerted,
        answers_requests=Role.PRACTITIONER in me().roles,
    )


@bp.post("/devices/<uuid:device_id>/removal")
@signed_in
def remove(device_id: UUID) -> Response:
    with transaction():
        if not remove_device(device_id, me().id):
            abort(404)
    return see_other(url_for("messages.devices"))


@bp.get("/test")
@signed_in
def show_test() -> Response:
    """How far the test has come, as the part of a page that asks for it."""
    if not request.htmx:
        return see_other(url_for("messages.devices"))
    mine = me().id
    return page("messages/_test.html", tests=tests(mine, clock.now()), tester=mine)


@bp.post("/test")
@signed_in
@limited("push test", 6, MINUTE, of=by_account)
def test() -> Response:
    """Ring every device of the person who asks. A second tap while the first test is on rings nothing more."""
    mine, now = me().id, clock.now()
    with transaction():
        if not any(tested.sign is Sign.WAITING for _name, tested in tests(mine, now)):
            checks.try_devices(mine, now)
    return show_test()


def tests(account_id: UUID, now: datetime) -> list[tuple[str, TestResult]]:
    """(device's name, what is known) of the latest test."""
    return [
        (message.subscription.name if message.subscription else "", _tested(message, now))
        for message in queries.last_test(account_id, now)
    ]


def _tested(message: Message, now: datetime) -> TestResult:
    return test_outcome(
        message.state.value,
        message.last_status,
        started_at=message.expires_at - TEST_LIFE,
        received_at=message.received_at,
        now=now,
    )


@bp.post("/sms-reports/<uuid:message_id>/<token>")
@capability("the SMS gateway alone was given this address, for this SMS")
def report_sms(message_id: UUID, token: str) -> tuple[str, int]:
    """JSON in (`channels.py`). Whatever is no news is taken all the same, so that the gateway does not say it again."""
    if not channels.report_token_matches(message_id, token):
        abort(404)
    try:
        arrived = channels.arrived(json_body())
    except ValueError:
        return "", 422
    with transaction():
        if not channels.report_sms(message_id, arrived, clock.now()):
            abort(404)
    return "", 204


@bp.get("/attention")
@signed_in
def attention() -> Response:
    return _attention_page(AttentionForm.of(queries.wishes_of(me().id)))


@bp.post("/attention")
@signed_in
@resumable
def set_attention() -> Response:
    form = AttentionForm()
    if not form.validate():
        return _attention_page(form, status=422)
    with transaction():
        actions.set_wishes(me().id, form.wishes, clock.now())
    flash(_("C'est noté. Ce qui est urgent sonne toujours."), "success")
    return see_other(url_for("messages.attention"))


def _attention_page(form: AttentionForm, status: int = 200) -> Response:
    usefulness = queries.usefulness(me().id, clock.now())
    return page("messages/attention.html", status=status, form=form, usefulness=usefulness)
