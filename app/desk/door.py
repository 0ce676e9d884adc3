"""What every page of this door begins with: which pathways are hers to start, and which requests to follow."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from flask import Blueprint, abort, g, request

from app import clock
from app.accounts.guards import me
from app.accounts.models import REQUESTERS
from app.care_requests import queries as care_request_queries
from app.care_requests.models import CareRequest
from app.core.forms import uuid_or_none
from app.core.htmx import see_other
from app.core.ways import way
from app.organizations.models import Organization
from app.organizations.queries import organizations
from app.pathways.choosing import PathwayChoice, laid_out
from app.pathways.library import pathways, withheld
from app.pathways.schema import Pathway
from app.patients import queries as patient_queries
from app.patients.models import Patient
from app.stays.queries import has_died

bp = Blueprint("desk", __name__)

NOBODY = "none"
"""Instead of a patient's id: what is asked for the service itself."""


def my_places() -> list[Organization]:
    return organizations(me().organizations(*REQUESTERS))


def kept_back(places: Sequence[Organization]) -> Mapping[UUID, Collection[str]]:
    """Of her own organizations: the pathways that their people are not offered. Read once for a page, which nothing of
    this door changes."""
    if "kept_back" not in g:
        g.kept_back = withheld([place.id for place in places])
    found: Mapping[UUID, Collection[str]] = g.kept_back
    return found


def my_pathways() -> dict[str, Pathway]:
    """Those that somebody of her organizations may start, as her organizations made them their own."""
    return _startable(my_places())


def my_choice() -> PathwayChoice:
    """The same as they stand where one of them is chosen."""
    places = my_places()
    return laid_out(_startable(places), pathways(), {place.kind for place in places})


def _startable(places: Sequence[Organization]) -> dict[str, Pathway]:
    known, held = care_request_queries.rulebooks([place.id for place in places]), kept_back(places)
    return {slug: each for slug, each in known.items() if starting(each, places, held)}


def starting(
    pathway: Pathway, places: Sequence[Organization], held: Mapping[UUID, Collection[str]]
) -> list[Organization]:
    """Those of these organizations whose people may start it."""
    may = [place for place in places if not pathway.starts or place.kind in pathway.starts]
    return [place for place in may if pathway.slug not in held[place.id]]


def pathway_asked() -> Pathway:
    """The pathway that the URL names, or the first that she may start."""
    mine = my_pathways()
    slug = request.values.get("pathway") or next(iter(mine), "")
    return mine.get(slug) or abort(404)


def home_of(pathway: Pathway, patient: Patient | None = None) -> Organization:
    """For which of her organizations she asks: one that may start this, and where the patient is known, if any is."""
    places = my_places()
    starts = starting(pathway, places, kept_back(places)) or places[:1]
    if patient is None or len(starts) == 1:
        return starts[0]
    known = patient_queries.holders_among(patient.id, [place.id for place in starts], clock.now())
    return next((place for place in starts if place.id in known), starts[0])


def patient_asked() -> Patient | None:
    """The patient named in the URL by id; a foreign or unknown one is not found."""
    text = request.args.get("patient")
    if not text or text == NOBODY:
        return None
    patient_id = uuid_or_none(text) or abort(404)
    patient = patient_queries.for_account(patient_id, me(), clock.now()) or abort(404)
    if has_died(patient.id):
        abort(see_other(way("person", patient_id=patient.id)))  # Nothing is asked for her any more.
    return patient


def about_nobody(pathway: Pathway) -> bool:
    """Does the URL ask for the service itself, and has the pathway such needs? Where it has no others, always."""
    if request.args.get("patient") != NOBODY:
        return not any(reason.patient for reason in pathway.reasons)
    return lends(pathway) or abort(404)


def lends(pathway: Pathway) -> bool:
    """Are there needs in it that are about no patient?"""
    return any(not reason.patient for reason in pathway.reasons)


def my_request(request_id: UUID) -> CareRequest:
    return care_request_queries.for_account(request_id, me()) or abort(404)


def asked_by_us(request_id: UUID) -> CareRequest:
    """A request of her own organizations: what a coordinator may only read, she may change."""
    found = my_request(request_id)
    return found if found.organization_id in me().organizations(*REQUESTERS) else abort(404)
