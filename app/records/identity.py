"""Coming by the whole identity: who has no part in somebody's care yet, and needs one.

It is no oracle. Nothing is told that was not typed; nobody, several and somebody who may not be opened are the same
words after the same time; and whoever tries is counted and written down.
"""

import time
from collections.abc import Callable, Sequence
from uuid import UUID

from flask import Response, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS
from app.audit.actions import record
from app.core.db import transaction
from app.core.forms import resumable
from app.core.htmx import page, see_other
from app.core.limits import MINUTE, limited
from app.identity.ins import InsKind
from app.organizations.queries import organizations
from app.patients import queries as patients
from app.patients.models import Patient
from app.patients.relations import relate_by_identity
from app.records.forms import IdentityForm, MatriculeForm, ReasonedForm
from app.records.pages import IdentityPage
from app.records.views import bp

TAKES = 0.4
"""Seconds that every answer takes at least: comparing those born on a crowded day is part of it."""


@bp.route("/identity", methods=["GET"])
@role(*REQUESTERS, own=True)
def ask_identity() -> Response:
    return form_page(identity_form())


def identity_form() -> IdentityForm:
    return IdentityForm(organizations(me().organizations(*REQUESTERS))[0].commune)


def form_page(form: ReasonedForm, *, nobody: bool = False, status: int = 200) -> Response:
    return page(IdentityPage(form, isinstance(form, MatriculeForm), nobody), status=status)


@bp.post("/identity")
@role(*REQUESTERS, own=True)
@limited("whole identity", 10, 10 * MINUTE, of=by_account)
@resumable
def come_by_identity() -> Response:
    form = identity_form()
    if not form.validate():
        return form_page(form, status=422)
    traits = form.traits()
    return answer(form, lambda: patients.by_whole_identity(traits))


@bp.get("/identity/ins")
@role(*REQUESTERS, own=True)
def ask_matricule() -> Response:
    return form_page(MatriculeForm())


@bp.post("/identity/ins")
@role(*REQUESTERS, own=True)
@limited("whole identity", 10, 10 * MINUTE, of=by_account)
@resumable
def come_by_matricule() -> Response:
    """The national number and its kind, with the date of birth: as whole an identity as the five traits."""
    form = MatriculeForm()
    born = form.birth_date.data if form.validate() else None
    if born is None:
        return form_page(form, status=422)
    return answer(form, lambda: patients.by_matricule(form.ins.matricule, InsKind(form.kind.data), born))


def answer(form: ReasonedForm, look: Callable[[], Sequence[Patient]]) -> Response:
    """The same words after the same time, whatever it found, unless it is the one person."""
    began = time.monotonic()
    patient_id = come_in(look, form.reason.data or "")
    time.sleep(max(0.0, TAKES - (time.monotonic() - began)))
    if patient_id is None:
        return form_page(form, nobody=True, status=422)
    return see_other(url_for("records.person", patient_id=patient_id))


def come_in(look: Callable[[], Sequence[Patient]], reason: str) -> UUID | None:
    """The one person who was found, opened to the place for which this person asks; none otherwise."""
    now, home = clock.now(), me().organizations(*REQUESTERS)[0]
    with transaction():
        found = look()
        if len(found) != 1:
            record("patient.missed", me(), me(), now=now, result="refused")
            return None
        patient_id = found[0].id
        if not patients.may_open(me(), patient_id, now):
            relate_by_identity(patient_id, home, reason, by=me().id, now=now)
    return patient_id
