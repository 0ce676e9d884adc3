"""Her plan, in her space: she reads it, says what counts for her, and agrees or not, each in one tap."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from flask import Response, abort, request, url_for

from app import clock
from app.appointments.models import PatientSpace
from app.audit.origin import Source, came_by
from app.core.db import db, new_id, transaction
from app.core.forms import uuid_or_none
from app.core.htmx import Page, page, see_other
from app.core.security import capability
from app.folders.models import Folder
from app.language.phrases import gettext as _
from app.patient_space.space_views import opened, words_again
from app.patient_space.views import bp, quiet
from app.plans import queries
from app.plans.actions import HERSELF, NotPlanned, add, agree, become
from app.plans.content import PERSON
from app.plans.reading import ReadPlan, plan_shown
from app.plans.rules import PartOfPlan, PartState, PlanKind

HERS = "the key was made for who said the two words, and ends by itself"
LONGEST = 600

HER_ANSWERS = {
    PlanKind.OBJECTIVE: {"agreed": PartState.AGREED, "declined": PartState.DECLINED},
    PlanKind.ACTION: {"accepted": PartState.ACCEPTED, "refused": PartState.REFUSED, "done": PartState.DONE},
    PlanKind.WISH: {"ended": PartState.ENDED},
}
"""What she says of a part: of an action, only of her own."""


@dataclass(frozen=True)
class PlanPageOfHers(Page):
    """`wrote`: what she wrote and what is wrong with it. `too_late`: the plan changed while she read."""

    template = "patient_space/plan.html"

    token: str
    key: str
    plan: ReadPlan
    new_id: UUID
    wrote: tuple[str, str]
    too_late: bool
    longest: int = LONGEST


def plan_page(
    hers: PatientSpace, token: str, key: str, *, wrote: tuple[str, str] = ("", ""), late: bool = False
) -> Page:
    return PlanPageOfHers(token, key, plan_shown(folder_of(hers), clock.now()), new_id(), wrote, late)


@bp.get("/s/<token>/<key>/plan")
@capability(HERS)
def plan(token: str, key: str) -> Response:
    hers = opened(token, key)
    if hers is None:
        return words_again(token)
    return quiet(page(plan_page(hers, token, key)))


@bp.post("/s/<token>/<key>/plan/wishes")
@capability(HERS)
def say_wish(token: str, key: str) -> Response:
    """What counts for her, in her own words."""
    said, wanted = request.form.get("words", "").strip(), uuid_or_none(request.form.get("id"))
    hers, now = opened(token, key), clock.now()
    if hers is None:
        return words_again(token)
    if not said or len(said) > LONGEST or wanted is None:
        wrong = _("%(most)s lettres au plus.", most=LONGEST) if said else _("Écrivez quelque chose.")
        return quiet(page(plan_page(hers, token, key, wrote=(said, wrong)), status=422))
    return says_of_plan(
        token, key, lambda folder: add(folder, PlanKind.WISH, None, {"words": said}, key=wanted, by=HERSELF, now=now)
    )


@bp.post("/s/<token>/<key>/plan/parts/<uuid:part_id>")
@capability(HERS)
def say_of_part(token: str, key: str, part_id: UUID) -> Response:
    """`answer`: one of `HER_ANSWERS`; `seen`: the version of the part that she read."""
    seen, now = request.form.get("seen", ""), clock.now()
    version = int(seen) if seen.isdecimal() and len(seen) < 9 else 0

    def says(folder_id: UUID) -> NotPlanned | None:
        wanted = answer_of(queries.part_of(folder_id, part_id) or abort(404))
        told = {"told_how": "herself", "told_on": clock.paris(now).date().isoformat()}
        facts = told if wanted in (PartState.AGREED, PartState.DECLINED) else {}
        return become(folder_id, part_id, wanted, version, facts, by=HERSELF, now=now)

    return says_of_plan(token, key, says)


def answer_of(part: PartOfPlan) -> PartState:
    wanted = HER_ANSWERS.get(part.kind, {}).get(request.form.get("answer", ""))
    if wanted is None or (part.kind is PlanKind.ACTION and part.content.get("owner") != PERSON):
        abort(404)
    return wanted


@bp.post("/s/<token>/<key>/plan/agreement")
@capability(HERS)
def agree_to_plan(token: str, key: str) -> Response:
    seen, now = request.form.get("seen", ""), clock.now()
    version = int(seen) if seen.isdecimal() and len(seen) < 9 else 0
    today = clock.paris(now).date()
    return says_of_plan(token, key, lambda folder: agree(folder, version, "herself", today, (), by=HERSELF, now=now))


def says_of_plan(token: str, key: str, verb: Callable[[UUID], NotPlanned | None]) -> Response:
    """What she says, then the page again; 409 and the page when it had changed meanwhile."""
    came_by(Source.PATIENT_LINK)
    with transaction():
        hers = opened(token, key)
        no = verb(folder_of(hers).id) if hers else None
    if hers is None:
        return words_again(token)
    if no:
        return quiet(page(plan_page(opened(token, key) or abort(404), token, key, late=True), status=409))
    return quiet(see_other(url_for("patient_space.plan", token=token, key=key)))


def folder_of(space: PatientSpace) -> Folder:
    folder_id = queries.plan_of_hers(space.person_id)
    return db.session.get_one(Folder, folder_id) if folder_id else abort(404)
