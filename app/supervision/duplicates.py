"""Records that may be one person: the coordination looks at both, says which it is, and can take it back."""

from datetime import datetime, timedelta
from uuid import UUID

from flask import Response, abort, flash, request, url_for
from sqlalchemy import ColumnElement, select

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import Role
from app.audit.readings import read_lately, record_reading
from app.consents.objections import names_reader, refuses
from app.core.db import db, transaction
from app.core.forms import uuid_or_none
from app.core.htmx import page, see_other
from app.language.phrases import gettext as _
from app.organizations.queries import territory_communes
from app.patients import merging
from app.patients.models import LikelyDuplicate, Patient, PatientMerge
from app.supervision.duplicate_lines import DuplicatesPage, merge_line, pair_line
from app.supervision.views import bp

UNDONE_WITHIN = timedelta(days=90)
"""How long a merge is listed with its way back."""


def mine() -> ColumnElement[bool]:
    """Of `Patient`: who lives in the territories that I coordinate, and does not refuse me."""
    here = Patient.commune_code.in_(territory_communes(me().organizations(Role.COORDINATOR)))
    return here & ~names_reader(Patient.id, me().id)


@bp.get("/duplicates")
@role(Role.COORDINATOR)
def duplicates() -> Response:
    return duplicates_page()


def duplicates_page(status: int = 200, mistake: UUID | None = None) -> Response:
    """`mistake`: the pair of which nothing was said."""
    now = clock.now()
    pairs = merging.to_look_at(mine(), ~names_reader(LikelyDuplicate.other_id, me().id))
    _note_readings(pairs, now)
    lines = [pair_line(pair, now) for pair in pairs]
    merges = merging.lately_merged(mine(), since=now - UNDONE_WITHIN)
    return page(DuplicatesPage(lines, [merge_line(each, now) for each in merges], mistake), status=status)


def _note_readings(pairs: list[LikelyDuplicate], now: datetime) -> None:
    """Who compares two records reads of both, and each of them leaves a line."""
    unread = [(pair.id, (pair.patient_id, pair.other_id)) for pair in pairs if not read_lately(pair.id, me().id, now)]
    if unread:
        with transaction():
            for pair_id, records in unread:
                for patient in records:
                    record_reading(pair_id, patient=patient, by=me().id, now=now, why="coordination")


@bp.post("/duplicates/<uuid:pair_id>")
@role(Role.COORDINATOR)
def settle_duplicate(pair_id: UUID) -> Response:
    """Either the record that is to be kept, or that they are two people."""
    now, kept = clock.now(), uuid_or_none(request.form.get("kept"))
    two = request.form.get("verdict") == merging.OTHER
    with transaction():
        pair = db.session.get(LikelyDuplicate, pair_id)
        if pair is None or not is_mine(pair.patient_id) or refuses(pair.other_id, me()):
            abort(404)
        both = {pair.patient_id, pair.other_id}
        if two:
            merging.settle(pair.patient_id, pair.other_id, merging.OTHER, by=me().id, now=now)
        elif kept in both and pair.settled_at is None:
            (absorbed,) = both - {kept}
            merging.merge(kept, absorbed, by=me().id, now=now)
    if not two and kept not in both:
        return duplicates_page(422, pair_id)
    flash(_("C'est noté : deux personnes.") if two else _("Les deux fiches n'en font plus qu'une."), "success")
    return see_other(url_for("supervision.duplicates"))


@bp.post("/duplicates/merges/<uuid:merge_id>/undoing")
@role(Role.COORDINATOR)
def undo_merge(merge_id: UUID) -> Response:
    with transaction():
        merged = db.session.get(PatientMerge, merge_id)
        if merged is None or not is_mine(merged.kept_id):
            abort(404)
        undone = merging.separate(merged, by=me().id, now=clock.now())
    if undone:
        flash(_("Chacune a de nouveau sa fiche."), "success")
    else:
        flash(_("Cette réunion est déjà défaite, ou une autre plus récente doit l'être d'abord."), "warning")
    return see_other(url_for("supervision.duplicates"))


def is_mine(patient_id: UUID) -> bool:
    return db.session.scalar(select(Patient.id).where(Patient.id == patient_id, mine())) is not None
