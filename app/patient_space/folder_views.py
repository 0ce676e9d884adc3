"""Her coordination folder in her own space: who is in it, and her word against it, which counts at once."""

from dataclasses import dataclass

from flask import Response, abort, url_for

from app import clock
from app.appointments.models import PatientSpace
from app.audit.origin import Source, came_by
from app.core.db import transaction
from app.core.htmx import Page, page, see_other
from app.core.security import capability
from app.folders import queries, team
from app.folders.actions import agree_herself, lock
from app.folders.models import Folder
from app.folders.pages import HerFolder, folder_for_her
from app.patient_space.space_views import opened, words_again
from app.patient_space.views import bp, quiet
from app.patient_space.wishes_views import HERS


@dataclass(frozen=True)
class HerFolderPage(Page):
    """`folder`: none when none runs, or when she has just refused it."""

    template = "patient_space/folder.html"

    token: str
    key: str
    folder: HerFolder | None


@bp.get("/s/<token>/<key>/folder")
@capability(HERS)
def folder(token: str, key: str) -> Response:
    hers = opened(token, key)
    return quiet(page(HerFolderPage(token, key, folder_for_her(hers.person_id)))) if hers else words_again(token)


@bp.post("/s/<token>/<key>/folder/agreement")
@capability(HERS)
def agree_to_folder(token: str, key: str) -> Response:
    came_by(Source.PATIENT_LINK)
    hers = opened(token, key)
    if hers is None:
        return words_again(token)
    with transaction():
        agree_herself(lock(of(hers).id), now=clock.now())
    return back(token, key)


@bp.post("/s/<token>/<key>/folder/objection")
@capability(HERS)
def object_to_folder(token: str, key: str) -> Response:
    """One tap: closed to others from now on. Her care goes on."""
    came_by(Source.PATIENT_LINK)
    hers = opened(token, key)
    if hers is None:
        return words_again(token)
    with transaction():
        team.object_to(lock(of(hers).id), by=None, now=clock.now())
    return back(token, key)


def of(hers: PatientSpace) -> Folder:
    return queries.told_to_her(hers.person_id) or abort(404)


def back(token: str, key: str) -> Response:
    return quiet(see_other(url_for("patient_space.folder", token=token, key=key)))
