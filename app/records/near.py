"""Those near the person: what each may read, whom she trusts, who decides with or for her."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from flask import Response, abort, flash, url_for

from app import clock
from app.accounts.guards import by_account, me, role
from app.accounts.models import REQUESTERS
from app.core.db import db, transaction
from app.core.forms import resumable
from app.core.htmx import Page, page, see_other
from app.core.limits import MINUTE, limited
from app.core.qr import qr_svg
from app.core.security import takes
from app.core.ways import public_address, way
from app.documents import intake
from app.documents.models import Document
from app.language.phrases import gettext as _
from app.patients.models import Patient
from app.patients.words import Banner, banner
from app.records.views import bp, my_patient
from app.relatives import actions, queries
from app.relatives.deciding import decider_said, deciders
from app.relatives.forms import HeadingsForm, ProtectionForm, RelativeForm, TrustForm
from app.relatives.models import LegalProtection, RelatedPerson, TrustedPerson
from app.relatives.words import HEADINGS, KINSHIP, PROTECTIONS


@dataclass(frozen=True)
class NearPage(Page):
    """`naming`, `deciding`: forms to fill in, folded away until one comes back wrong."""

    template = "records/near.html"

    patient_id: UUID
    banner: Banner
    relatives: list[RelatedPerson]
    trusted: TrustedPerson | None
    protections: list[LegalProtection]
    deciders: list[tuple[str, str]]
    naming: RelativeForm
    deciding: ProtectionForm
    kinship: dict[str, str]
    headings: dict[str, str]
    kinds: dict[str, str]

    @classmethod
    def about(
        cls, patient: Patient, naming: RelativeForm | None = None, deciding: ProtectionForm | None = None
    ) -> Self:
        protections = list(queries.protections_of(patient.id))
        return cls(
            patient_id=patient.id,
            banner=banner(patient, clock.now()),
            relatives=list(queries.relatives_of(patient.id)),
            trusted=queries.trusted_by(patient.id),
            protections=protections,
            deciders=deciders(protections),
            naming=naming or RelativeForm(formdata=None),
            deciding=deciding or ProtectionForm(formdata=None),
            kinship={key: str(words) for key, words in KINSHIP.items()},
            headings={heading.value: str(words) for heading, words in HEADINGS.items()},
            kinds={key: str(words) for key, words in PROTECTIONS.items()},
        )


@dataclass(frozen=True)
class RelativePage(Page):
    """`address`, `qr_svg`: of her link, to hand to her with the two words. `wrong_paper`: of what that was sent."""

    template = "records/relative.html"

    patient_id: UUID
    relative: RelatedPerson
    kinship: str
    form: HeadingsForm
    trust: TrustForm
    trusted: bool
    waiting: list[Document]
    wrong_paper: list[str]
    address: str
    qr_svg: str

    @classmethod
    def about(
        cls,
        patient: Patient,
        relative: RelatedPerson,
        trust: TrustForm | None = None,
        brought: intake.Intake | None = None,
    ) -> Self:
        trusted = queries.trusted_by(patient.id)
        address = public_address(way("relative", token=relative.token))
        return cls(
            patient_id=patient.id,
            relative=relative,
            kinship=str(KINSHIP[relative.kinship]),
            form=HeadingsForm(formdata=None, headings=relative.headings),
            trust=trust or TrustForm(formdata=None),
            trusted=trusted is not None and trusted.related_id == relative.id,
            waiting=brought.documents if brought else [],
            wrong_paper=brought.wrong if brought else [],
            address=address,
            qr_svg=qr_svg(address),
        )


@bp.get("/<uuid:patient_id>/relatives")
@role(*REQUESTERS)
def near(patient_id: UUID) -> Response:
    return page(NearPage.about(my_patient(patient_id)))


@bp.post("/<uuid:patient_id>/relatives")
@role(*REQUESTERS)
@limited("relative", 60, MINUTE, of=by_account)
@resumable
def name_relative(patient_id: UUID) -> Response:
    """With her agreement, or that of who decides for her."""
    patient, form = my_patient(patient_id), RelativeForm()
    if not form.validate():
        return page(NearPage.about(patient, naming=form), status=422)
    with transaction():
        patient = my_patient(patient_id)
        who = decider_said(patient.id)
        relative = actions.name(patient.id, form.near(), form.allowed, by=me().id, now=clock.now(), decider=who)
        kept = relative.id
    flash(_("C'est noté. Remettez-lui son lien et ses deux mots."), "success")
    return see_other(url_for("records.relative", patient_id=patient_id, relative_id=kept))


@bp.get("/<uuid:patient_id>/relatives/<uuid:relative_id>")
@role(*REQUESTERS)
def relative(patient_id: UUID, relative_id: UUID) -> Response:
    return page(RelativePage.about(*hers(patient_id, relative_id)))


@bp.post("/<uuid:patient_id>/relatives/<uuid:relative_id>")
@role(*REQUESTERS)
def allow_relative(patient_id: UUID, relative_id: UUID) -> Response:
    hers(patient_id, relative_id)
    form = HeadingsForm()
    with transaction():
        if form.validate():
            actions.allow(hers(patient_id, relative_id)[1], form.allowed, by=me().id, now=clock.now())
    flash(_("C'est changé, dès la prochaine page ouverte."), "success")
    return see_other(url_for("records.relative", patient_id=patient_id, relative_id=relative_id))


@bp.post("/<uuid:patient_id>/relatives/<uuid:relative_id>/end")
@role(*REQUESTERS)
def end_relative(patient_id: UUID, relative_id: UUID) -> Response:
    with transaction():
        ending = queries.relative_of(my_patient(patient_id).id, relative_id, ended=True) or abort(404)
        actions.end(ending, by=me().id, now=clock.now())
    flash(_("Son lien n'ouvre plus rien."), "success")
    return see_other(url_for("records.near", patient_id=patient_id))


@bp.post("/<uuid:patient_id>/relatives/<uuid:relative_id>/trust")
@role(*REQUESTERS)
@takes(intake.ROOM)
@limited("trust", 60, MINUTE, of=by_account)
@resumable
def designate(patient_id: UUID, relative_id: UUID) -> Response:
    """`document`: the paper that the person and the one she trusts have signed; it may follow."""
    patient, chosen = hers(patient_id, relative_id)
    form, now = TrustForm(), clock.now()
    sound = form.validate()
    brought = intake.received(by=me().id, now=now)
    if not sound or brought.wrong:
        patient, chosen = hers(patient_id, relative_id)
        return page(RelativePage.about(patient, chosen, form, brought), status=422)
    with transaction():
        chosen = hers(patient_id, relative_id)[1]
        paper = db.session.get(Document, brought.documents[0].id) if brought.documents else None
        actions.designate(chosen, form.signed_on(), paper, by=me().id, now=now)
    flash(_("La personne de confiance est notée."), "success")
    return see_other(url_for("records.near", patient_id=patient_id))


@bp.post("/<uuid:patient_id>/trust/revocation")
@role(*REQUESTERS)
def revoke_trust(patient_id: UUID) -> Response:
    with transaction():
        trusted = queries.trusted_by(my_patient(patient_id).id)
        if trusted:
            actions.revoke(trusted, by=me().id, now=clock.now())
    flash(_("La désignation est retirée."), "success")
    return see_other(url_for("records.near", patient_id=patient_id))


@bp.post("/<uuid:patient_id>/protections")
@role(*REQUESTERS)
@limited("protection", 60, MINUTE, of=by_account)
@resumable
def note_protection(patient_id: UUID) -> Response:
    patient, form = my_patient(patient_id), ProtectionForm()
    if not form.validate():
        return page(NearPage.about(patient, deciding=form), status=422)
    with transaction():
        actions.note_protection(my_patient(patient_id).id, form.decided(), by=me().id, now=clock.now())
    flash(_("C'est noté : on le lira là où un accord est demandé."), "success")
    return see_other(url_for("records.near", patient_id=patient_id))


@bp.post("/<uuid:patient_id>/protections/<uuid:protection_id>/end")
@role(*REQUESTERS)
def end_protection(patient_id: UUID, protection_id: UUID) -> Response:
    with transaction():
        protection = queries.protection_of(my_patient(patient_id).id, protection_id) or abort(404)
        actions.end_protection(protection, by=me().id, now=clock.now())
    return see_other(url_for("records.near", patient_id=patient_id))


def hers(patient_id: UUID, relative_id: UUID) -> tuple[Patient, RelatedPerson]:
    patient = my_patient(patient_id)
    return patient, queries.relative_of(patient.id, relative_id) or abort(404)
