"""What the person agreed to and what she refuses, as she says it to somebody who cares for her."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from flask import Response, abort, flash, request, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS
from app.consents.agreements import withdraw
from app.consents.models import Consent, Objection
from app.consents.objections import keeps_the_team_apart, lift, object_to
from app.core.db import db, transaction
from app.core.htmx import Page, page, see_other
from app.core.limits import MINUTE, limited
from app.core.ways import way
from app.language.phrases import gettext as _
from app.patients import queries as patients
from app.patients.models import Patient
from app.patients.words import Banner, banner
from app.records.views import bp, my_patient
from app.relatives.wishes import HerWishes, read_whom
from app.rights import rectifying
from app.rights.copying import FORMS, copy_of, given
from app.rights.models import Rectification

SAID_HOW = ("spoken", "paper")


@dataclass(frozen=True)
class WishesPage(Page):
    """`wrong`: beside the choice of whom she refuses."""

    template = "records/wishes.html"

    patient_id: UUID
    banner: Banner
    wishes: HerWishes
    wrong: str

    @classmethod
    def about(cls, patient: Patient, wrong: str = "") -> Self:
        now = clock.now()
        return cls(patient.id, banner(patient, now), HerWishes.of(patient.id, now), wrong)


@bp.get("/<uuid:patient_id>/wishes")
@role(*REQUESTERS)
def wishes(patient_id: UUID) -> Response:
    return page(WishesPage.about(my_patient(patient_id)))


@bp.post("/<uuid:patient_id>/consents/<uuid:consent_id>/withdrawal")
@role(*REQUESTERS)
def withdraw_consent(patient_id: UUID, consent_id: UUID) -> Response:
    """`how`: she said it, or signed it."""
    how = said_how()
    with transaction():
        patient, consent = my_patient(patient_id), db.session.get(Consent, consent_id)
        if consent is None or consent.patient_id != patient.id:
            abort(404)
        withdraw(consent, how=how, by=me().id, now=clock.now())
    flash(_("L'accord est retiré. C'est déjà vrai partout."), "success")
    return onward(patient_id)


@bp.post("/<uuid:patient_id>/objections")
@role(*REQUESTERS)
def refuse(patient_id: UUID) -> Response:
    """`whom`: one of those whom the page offers."""
    now, how = clock.now(), said_how()
    with transaction():
        patient = my_patient(patient_id)
        whom = read_whom(request.form.get("whom", ""), HerWishes.of(patient.id, now).choices)
        if whom:
            object_to(patient.id, whom, how=how, by=me().id, now=now)
    if whom is None:
        return page(WishesPage.about(my_patient(patient_id), _("Choisissez qui la personne refuse.")), status=422)
    flash(_("Le refus est noté. Il vaut dès maintenant."), "success")
    return onward(patient_id)


@bp.post("/<uuid:patient_id>/objections/<uuid:objection_id>/lifting")
@role(*REQUESTERS)
def lift_objection(patient_id: UUID, objection_id: UUID) -> Response:
    with transaction():
        patient, objection = my_patient(patient_id), db.session.get(Objection, objection_id)
        if objection is None or objection.patient_id != patient.id:
            abort(404)
        lift(objection, by=me().id, now=clock.now())
    flash(_("Le refus est levé."), "success")
    return onward(patient_id)


@bp.post("/<uuid:patient_id>/copy")
@role(*REQUESTERS, own=True)
@limited("copy of a record", 10, MINUTE, of=by_account)
def copy(patient_id: UUID) -> Response:
    """Everything that is kept, for the person who asks: on a browser of one's own, and not where she keeps the team
    apart: then she takes it herself, in her space."""
    form, now = request.form.get("form", ""), clock.now()
    with transaction():
        patient = my_patient(patient_id)
        if form not in FORMS or keeps_the_team_apart(patient.id):
            abort(404)
        made = copy_of(patient.id, form, by=me().id, now=now)
    return given(made, form)


@bp.post("/<uuid:patient_id>/rectifications/<uuid:rectification_id>")
@role(*REQUESTERS)
def settle_rectification(patient_id: UUID, rectification_id: UUID) -> Response:
    """`answer`: what was done, in words that she reads."""
    answer = request.form.get("answer", "").strip()[:500]
    with transaction():
        asked = db.session.get(Rectification, rectification_id)
        if asked is None or asked.patient_id != my_patient(patient_id).id:
            abort(404)
        told = bool(answer) and rectifying.settle_rectification(asked, answer, by=me().id, now=clock.now())
    first = _("Quelqu'un a déjà répondu : la personne lit cette réponse-là.")
    heard = _("La personne lira votre réponse.") if told else first
    flash(heard if answer else _("Écrivez ce qui a été fait."), "info")
    return see_other(url_for("records.person", patient_id=patient_id))


def said_how() -> str:
    how = request.form.get("how", "spoken")
    return how if how in SAID_HOW else "spoken"


def onward(patient_id: UUID) -> Response:
    """Who wrote down that she herself is refused has nothing more to see here."""
    if patients.may_open(me(), patient_id, clock.now()):
        return see_other(url_for("records.wishes", patient_id=patient_id))
    return see_other(way("home"))
