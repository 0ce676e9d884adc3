"""The plan of a folder: reading it, changing one part at a time, agreeing, printing; and an owner's own actions."""

from uuid import UUID

from flask import Blueprint, Response, abort, flash, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS
from app.audit.readings import record_reading
from app.core.db import transaction
from app.core.forms import resumable, uuid_or_none
from app.core.htmx import Page, page, see_other, wants_part
from app.folders.models import Folder
from app.language.phrases import PATIENTS
from app.language.phrases import gettext as _
from app.planning.forms import AgreementForm, BecomeForm, PlanPartForm, SeenForm, form_of
from app.planning.pages import (
    AddPage,
    AgreementPage,
    BecomePage,
    ChangePage,
    LinkPage,
    OwnActionPage,
    OwnActionsPage,
    PlanPage,
    PlanPartPage,
    PrintPage,
    VersionsPage,
)
from app.plans import actions, queries
from app.plans.actions import NotPlanned, PlanAuthor
from app.plans.content import REQUEST
from app.plans.reading import PlanPeople
from app.plans.rules import Meeting, PartOfPlan, PartState, PlanKind
from app.plans.words import NOT_PLANNED

bp = Blueprint("planning", __name__)


@bp.get("/folders/<uuid:folder_id>/plan")
@role(*REQUESTERS)
def plan(folder_id: UUID) -> Response:
    folder = my_folder(folder_id)
    return read(folder_id, folder, PlanPage.of(folder, clock.now()))


@bp.get("/folders/<uuid:folder_id>/plan/new/<kind>")
@role(*REQUESTERS)
def begin(folder_id: UUID, kind: str) -> Response:
    folder = my_folder(folder_id)
    form = part_form(folder, kind_of(kind))
    form.begin(under=request.args.get("under", ""))
    return page(AddPage.of(folder, form, clock.now(), under_of(folder, form)))


@bp.post("/folders/<uuid:folder_id>/plan/new/<kind>")
@role(*REQUESTERS)
@resumable
def add(folder_id: UUID, kind: str) -> Response:
    """Screen after screen; the last one writes."""
    folder, now = my_folder(folder_id), clock.now()
    form = part_form(folder, kind_of(kind))
    under, key = under_of(folder, form), form.wanted_id
    if not form.holds_so_far() or key is None:
        return page(AddPage.of(folder, form, now, under), status=422)
    if not form.is_last:
        form.step.data = str(form.at + 1)
        return page(AddPage.of(folder, form, now, under))
    parent = under.id if under else None
    with transaction():
        my_folder(folder_id)
        no = actions.add(folder_id, form.kind, parent, form.content(), key=key, by=PlanAuthor(me()), now=now)
    if no:
        return page(AddPage.of(my_folder(folder_id), form, now, under, str(NOT_PLANNED[no])), status=409)
    return to_plan(folder_id, under)


@bp.get("/folders/<uuid:folder_id>/plan/parts/<uuid:part_id>")
@role(*REQUESTERS)
def part(folder_id: UUID, part_id: UUID) -> Response:
    folder = my_folder(folder_id)
    return read(folder_id, folder, PlanPartPage.of(folder, my_part(folder, part_id), clock.now()))


@bp.get("/folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/words")
@role(*REQUESTERS)
def reword(folder_id: UUID, part_id: UUID) -> Response:
    folder = my_folder(folder_id)
    found = my_part(folder, part_id)
    form = part_form(folder, found.kind)
    form.begin(found)
    return page(ChangePage.of(folder, form, found, clock.now()))


@bp.post("/folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/words")
@role(*REQUESTERS)
@resumable
def change(folder_id: UUID, part_id: UUID) -> Response:
    folder, now = my_folder(folder_id), clock.now()
    found = my_part(folder, part_id)
    form = part_form(folder, found.kind)
    form.was = found.content
    if not form.validate():
        return page(ChangePage.of(folder, form, found, now), status=422)
    mine = {**{name: words for name, words in found.content.items() if name not in form}, **form.content()}
    with transaction():
        my_folder(folder_id)
        said = actions.change(folder_id, part_id, form.version_seen, mine, by=PlanAuthor(me()), now=now)
    if isinstance(said, Meeting):
        return met(folder_id, part_id, form, said)
    if said:
        return page(ChangePage.of(my_folder(folder_id), form, found, now, refused=str(NOT_PLANNED[said])), status=409)
    return see_other(url_for("planning.part", folder_id=folder_id, part_id=part_id))


def met(folder_id: UUID, part_id: UUID, form: PlanPartForm, said: Meeting) -> Response:
    """Both are shown; the form holds what joins them, and saves over what she sees now."""
    folder, now = my_folder(folder_id), clock.now()
    found = my_part(folder, part_id)
    form.fill(said.content)
    form.seen.data = str(found.version)
    return page(ChangePage.of(folder, form, found, now, said.clashes), status=409)


@bp.post("/folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/place")
@role(*REQUESTERS)
def move(folder_id: UUID, part_id: UUID) -> Response:
    up, now = request.form.get("to") == "up", clock.now()
    with transaction():
        my_part(my_folder(folder_id), part_id)
        no = actions.move(folder_id, part_id, up=up, by=PlanAuthor(me()), now=now)
    return again(folder_id, part_id, no)


@bp.get("/folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/states/<state>")
@role(*REQUESTERS)
def ask_state(folder_id: UUID, part_id: UUID, state: str) -> Response:
    folder = my_folder(folder_id)
    found = my_part(folder, part_id)
    form = BecomeForm.of(found.kind, state_of(state))
    form.seen.data = str(found.version)
    return page(BecomePage.of(folder, found, form, clock.now()))


@bp.post("/folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/states/<state>")
@role(*REQUESTERS)
@resumable
def become(folder_id: UUID, part_id: UUID, state: str) -> Response:
    folder, now = my_folder(folder_id), clock.now()
    found = my_part(folder, part_id)
    form = BecomeForm.of(found.kind, state_of(state))
    if not form.validate():
        return page(BecomePage.of(folder, found, form, now), status=422)
    with transaction():
        my_folder(folder_id)
        no = actions.become(
            folder_id, part_id, form.wanted, form.version_seen, form.facts(), by=PlanAuthor(me()), now=now
        )
    return again(folder_id, part_id, no)


@bp.get("/folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/request")
@role(*REQUESTERS)
def choose_request(folder_id: UUID, part_id: UUID) -> Response:
    folder = my_folder(folder_id)
    return page(LinkPage.of(folder, my_action(folder, part_id), clock.now()))


@bp.post("/folders/<uuid:folder_id>/plan/parts/<uuid:part_id>/request")
@role(*REQUESTERS)
def link(folder_id: UUID, part_id: UUID) -> Response:
    """An action is this care request of hers; none: it is none any more."""
    now, wanted = clock.now(), uuid_or_none(request.form.get("request"))
    with transaction():
        folder = my_folder(folder_id)
        found = my_action(folder, part_id)
        if wanted and wanted not in {each.id for each in queries.linkable(folder.patient_id)}:
            abort(404)
        mine = {**found.content, "request": f"{REQUEST}:{wanted}" if wanted else ""}
        said = actions.change(folder_id, part_id, found.version, mine, by=PlanAuthor(me()), now=now)
    return again(folder_id, part_id, said if isinstance(said, NotPlanned) else None)


@bp.get("/folders/<uuid:folder_id>/plan/agreement")
@role(*REQUESTERS)
def ask_agreement(folder_id: UUID) -> Response:
    folder = my_folder(folder_id)
    form = agreement_form(folder)
    plan = queries.plan_of(folder_id)
    form.seen.data, form.on.data = str(plan.version if plan else 0), clock.paris(clock.now()).date()
    return page(AgreementPage.of(folder, form, clock.now()))


@bp.post("/folders/<uuid:folder_id>/plan/agreement")
@role(*REQUESTERS)
@resumable
def agree(folder_id: UUID) -> Response:
    folder, now = my_folder(folder_id), clock.now()
    form = agreement_form(folder)
    if not form.validate() or form.on.data is None:
        return page(AgreementPage.of(folder, form, now), status=422)
    with transaction():
        folder = my_folder(folder_id)
        chosen = [each for each in folder.team if str(each.id) in (form.copies.data or ())]
        no = actions.agree(
            folder_id, form.version_seen, form.how.data, form.on.data, chosen, by=PlanAuthor(me()), now=now
        )
    if no:
        return page(AgreementPage.of(my_folder(folder_id), form, now, str(NOT_PLANNED[no])), status=409)
    return to_plan(folder_id)


@bp.get("/folders/<uuid:folder_id>/plan/versions")
@role(*REQUESTERS)
def versions(folder_id: UUID) -> Response:
    folder = my_folder(folder_id)
    return read(folder_id, folder, VersionsPage.of(folder, clock.now()))


@bp.get("/folders/<uuid:folder_id>/plan/paper")
@role(*REQUESTERS)
def paper(folder_id: UUID) -> Response:
    """`lang`: which she reads; `version`: as it stood then."""
    folder, lang, number = my_folder(folder_id), request.args.get("lang", ""), request.args.get("version", "")
    at = int(number) if number.isdecimal() and len(number) < 9 else None
    return read(folder_id, folder, PrintPage.of(folder, clock.now(), lang if lang in PATIENTS else "", at))


# ---- an owner's own actions


@bp.get("/plans/actions")
@role(*REQUESTERS)
def own_actions() -> Response:
    return page(OwnActionsPage.of(queries.own_actions(me(), clock.now()), clock.now()))


@bp.get("/plans/actions/<uuid:part_id>")
@role(*REQUESTERS)
def own_action(part_id: UUID) -> Response:
    own = queries.own_action(part_id, me(), clock.now()) or abort(404)
    return read(own.folder.id, own.folder, OwnActionPage.of(own, clock.now()))


@bp.post("/plans/actions/<uuid:part_id>/answer")
@role(*REQUESTERS)
def answer(part_id: UUID) -> Response:
    """One tap; what will not be done asks why."""
    now, why, seen = clock.now(), request.form.get("why", "").strip()[:600], SeenForm().version_seen
    own = queries.own_action(part_id, me(), now) or abort(404)
    wanted = {
        "accepted": PartState.ACCEPTED,
        "refused": PartState.REFUSED,
        "done": PartState.DONE,
        "not-done": PartState.NOT_DONE,
    }.get(request.form.get("answer", "")) or abort(400)
    if wanted is PartState.NOT_DONE and not why:
        wrong = _("Dites pourquoi : cela reste dans « dit, pas fait ».")
        return page(OwnActionPage.of(own, now, wrong=wrong), status=422)
    with transaction():
        own = queries.own_action(part_id, me(), now) or abort(404)
        facts = {"why": why} if why else {}
        no = actions.become(own.folder.id, part_id, wanted, seen, facts, by=PlanAuthor(me()), now=now)
    if no:
        own = queries.own_action(part_id, me(), now) or abort(404)
        return page(OwnActionPage.of(own, now, wrote=why, refused=str(NOT_PLANNED[no])), status=409)
    flash(_("C'est noté."), "success")
    return see_other(url_for("planning.own_actions"))


# ---- who may, and where it leads


def my_folder(folder_id: UUID) -> Folder:
    return queries.for_account(folder_id, me(), clock.now()) or abort(404)


def my_part(folder: Folder, part_id: UUID) -> PartOfPlan:
    return queries.part_of(folder.id, part_id) or abort(404)


def my_action(folder: Folder, part_id: UUID) -> PartOfPlan:
    found = my_part(folder, part_id)
    return found if found.kind is PlanKind.ACTION else abort(404)


def kind_of(slug: str) -> PlanKind:
    return PlanKind(slug) if slug in list(PlanKind) else abort(404)


def state_of(slug: str) -> PartState:
    return PartState(slug) if slug in list(PartState) else abort(404)


def part_form(folder: Folder, kind: PlanKind) -> PlanPartForm:
    people = PlanPeople.of(folder)
    return form_of(kind, people.owners(folder), people.calls(folder))


def under_of(folder: Folder, form: PlanPartForm) -> PartOfPlan | None:
    """What a new part is for: an objective for a problem, an action for an objective."""
    wanted = uuid_or_none(form.under.data)
    found = queries.part_of(folder.id, wanted) if wanted else None
    above = {PlanKind.OBJECTIVE: PlanKind.PROBLEM, PlanKind.ACTION: PlanKind.OBJECTIVE}.get(form.kind)
    return found if found and found.kind is above else None


def agreement_form(folder: Folder) -> AgreementForm:
    form = AgreementForm()
    form.on.past = True
    form.copies.choices = [(str(each.id), each.name) for each in folder.team]
    return form


def read(subject: UUID, folder: Folder, shown: Page) -> Response:
    """The page, and that somebody read it: last, as a transaction forgets what was read."""
    patient, reader = folder.patient_id, me().id
    answer = page(shown)
    if not wants_part():
        with transaction():
            record_reading(subject, patient=patient, by=reader, now=clock.now())
    return answer


def again(folder_id: UUID, part_id: UUID, no: NotPlanned | None) -> Response:
    if no:
        folder = my_folder(folder_id)
        return page(PlanPartPage.of(folder, my_part(folder, part_id), clock.now(), str(NOT_PLANNED[no])), status=409)
    return see_other(url_for("planning.part", folder_id=folder_id, part_id=part_id))


def to_plan(folder_id: UUID, under: PartOfPlan | None = None) -> Response:
    if under:
        return see_other(url_for("planning.part", folder_id=folder_id, part_id=under.id))
    return see_other(url_for("planning.plan", folder_id=folder_id))
