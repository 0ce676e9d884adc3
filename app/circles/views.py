"""The page of a circle: who usually cares for this person, and naming somebody."""

from dataclasses import dataclass
from typing import Self
from uuid import UUID

from flask import Blueprint, Response, abort, flash, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS, Role
from app.circles import actions, queries
from app.circles.models import CareTeamMember, Usual
from app.circles.rules import USUAL
from app.circles.words import USUAL_WORDS
from app.core.db import db, transaction
from app.core.forms import uuid_or_none
from app.core.htmx import Page, page, see_other
from app.core.ways import way
from app.directory import queries as directory
from app.directory.by_name import NamedSo, by_name
from app.directory.models import Practitioner, Profession
from app.language.phrases import gettext as _
from app.organizations.models import Organization
from app.patients import queries as patients
from app.patients.models import Patient
from app.patients.words import Banner, banner

bp = Blueprint("circles", __name__)


@dataclass(frozen=True)
class CirclePage(Page):
    """`sought`: the profession of which somebody is being named, and `found` whom she may mean; `herself`: the reader
    where it may be she, `her_place`: where several do the same as she. `pathway`: the request that waits for it, none
    when one came from elsewhere."""

    template = "circles/circle.html"
    fragment = "circles/_found.html"

    patient: Patient
    banner: Banner
    members: list[CareTeamMember]
    missing: list[Profession]
    words: dict[Profession, str]
    sought: Profession | None
    typed: str
    found: NamedSo
    herself: Practitioner | None
    her_place: Organization | None
    pathway: str

    @classmethod
    def about(cls, patient: Patient, sought: Profession | None, typed: str) -> Self:
        members = queries.circle_of(patient.id)
        known = {member.profession for member in members}
        reader = directory.practitioner_of(me().id)
        herself = reader if reader and sought and reader.profession == sought else None
        shared = herself and herself.role and directory.colleagues(herself.role)
        return cls(
            patient=patient,
            banner=banner(patient, clock.now()),
            members=members,
            missing=[Profession(each) for each in USUAL if each not in known],
            words={profession: str(words) for profession, words in USUAL_WORDS.items()},
            sought=sought,
            typed=typed,
            found=by_name(typed, sought, patient.commune) if sought else NamedSo((), ()),
            herself=herself,
            her_place=herself.role.organization if herself and shared else None,
            pathway=pathway_asked(),
        )


@bp.get("/patients/<uuid:patient_id>/circle")
@role(*REQUESTERS, Role.PRACTITIONER)
def circle(patient_id: UUID) -> Response:
    sought = request.args.get("profession", "")
    typed = request.args.get("q", "")[:100]
    return page(CirclePage.about(my_patient(patient_id), Profession(sought) if sought in USUAL else None, typed))


@bp.post("/patients/<uuid:patient_id>/circle")
@role(*REQUESTERS, Role.PRACTITIONER)
def name(patient_id: UUID) -> Response:
    """`practitioner`: whom the person says usually cares for her; or `place`, and the `profession` for which she goes
    there."""
    patient, chosen = my_patient(patient_id), usual_chosen()
    if chosen is None:
        flash(_("Choisissez dans la liste."), "error")
        return page(CirclePage.about(patient, None, ""), status=422)
    with transaction():
        actions.name_usual(patient_id, chosen, by=me().id, now=clock.now())
    flash(_("C'est noté : %(name)s sera prévenu en premier.", name=chosen.who.name), "success")
    return onward(patient_id)


def usual_chosen() -> Usual | None:
    """As the directory has it: nobody is the usual one for what is not done there."""
    who, where = (uuid_or_none(request.form.get(name)) for name in ("practitioner", "place"))
    practitioner = db.session.get(Practitioner, who) if who else None
    if practitioner:
        return Usual.herself(practitioner) if practitioner.profession in USUAL else None
    place, profession = db.session.get(Organization, where) if where else None, request.form.get("profession", "")
    if place is None or profession not in USUAL or not directory.is_done_at(place.id, Profession(profession)):
        return None
    return Usual(Profession(profession), place)


@bp.post("/patients/<uuid:patient_id>/circle/<uuid:member_id>/end")
@role(*REQUESTERS, Role.PRACTITIONER)
def end(patient_id: UUID, member_id: UUID) -> Response:
    my_patient(patient_id)
    member = queries.member_of(patient_id, member_id) or abort(404)
    with transaction():
        actions.end_usual(member, by=me().id, now=clock.now())
    return onward(patient_id)


def my_patient(patient_id: UUID) -> Patient:
    return patients.for_account(patient_id, me(), clock.now()) or abort(404)


def pathway_asked() -> str:
    slug = request.values.get("pathway", "")
    return slug if slug.replace("-", "").isalnum() else ""


def onward(patient_id: UUID) -> Response:
    """Back to the request that waited for it, or to the circle."""
    if pathway_asked():
        return see_other(way("new-request", pathway=pathway_asked(), patient=patient_id))
    return see_other(url_for("circles.circle", patient_id=patient_id))
