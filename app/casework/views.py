"""A folder on its page: opening one, telling the person, choosing and asking the team, reviewing and closing it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, abort, flash, request, url_for

from app import clock
from app.accounts.guards import me, role
from app.accounts.models import REQUESTERS, Role
from app.accounts.queries import holding
from app.audit.readings import read_lately, record_reading
from app.casework.forms import FolderClosingForm, FolderReviewForm, InformForm, NewFolderForm
from app.casework.pages import (
    SOUGHT,
    FolderClosingPage,
    FolderPage,
    FolderReviewPage,
    FoldersPage,
    GonePage,
    NewFolderPage,
    Offered,
    TakenPage,
    TeamPage,
)
from app.circles.queries import circle_of
from app.core.db import db, transaction
from app.core.forms import resumable, uuid_or_none
from app.core.htmx import page, see_other, wants_part
from app.directory import queries as directory
from app.directory.by_name import NamedSo, by_name
from app.directory.models import Practitioner, Profession
from app.directory.words import PROFESSIONS
from app.folders import actions, queries, team
from app.folders.actions import NotOpened
from app.folders.models import Folder, FolderMember
from app.folders.rules import CriticalMoment, FolderEnding, FolderPart, FolderState, FolderVerb
from app.folders.team import NotNamed, NotProposed, TeamCandidate
from app.folders.words import WHY_NOT
from app.language.phrases import gettext as _
from app.organizations.models import Organization
from app.patients import queries as patients
from app.patients.models import Patient
from app.relatives.deciding import decider_said

bp = Blueprint("casework", __name__)

TAKES_PART = REQUESTERS


@bp.get("/folders")
@role(*TAKES_PART, Role.COORDINATOR)
def folders() -> Response:
    """Those in which she has a part; and, for a coordinator, what is silent in her territory."""
    now = clock.now()
    return page(FoldersPage.of(me(), me().organizations(Role.COORDINATOR), now))


@bp.get("/patients/<uuid:patient_id>/folders/new")
@role(*TAKES_PART)
def new(patient_id: UUID) -> Response:
    """Where one runs already, it is that one. `moment`: what Relais proposes it for."""
    places, patient = my_places(), my_patient(patient_id)
    running = queries.folder_of(patient.id)
    if running and queries.part_of(running, me(), clock.now()):
        return to_folder(running.id)
    if running and not actions.makes_room(running, clock.now()):
        return page(TakenPage.about(patient, running))
    proposed = request.args.get("moment", "")
    moment = proposed if proposed in set(CriticalMoment) else None
    form = NewFolderForm.at(places, formdata=None, moment=moment, lead="me", place=str(places[0].id))
    refused = actions.why_not(patient.id)
    return page(NewFolderPage.about(patient, form, str(WHY_NOT[refused]) if refused else ""))


@bp.post("/patients/<uuid:patient_id>/folders/new")
@role(*TAKES_PART)
@resumable
def begin(patient_id: UUID) -> Response:
    """Of two who open one at once, the second is led to the first's."""
    places, patient, now = my_places(), my_patient(patient_id), clock.now()
    form = NewFolderForm.at(places)
    if not form.validate():
        return page(NewFolderPage.about(patient, form), status=422)
    place = UUID(form.place.data)
    with transaction():
        begun = actions.begin(
            my_patient(patient_id),
            CriticalMoment(form.moment.data),
            form.why.data or "",
            int(form.level.data),
            form.next_on,
            by=me(),
            place=place,
            now=now,
        )
        if begun.folder and begun.is_new and form.lead.data == "me":
            herself = TeamCandidate.herself(me(), directory.practitioner_of(me().id), place)
            team.name_member(begun.folder, herself, by=me(), now=now, leads=True)
        folder_id = begun.folder.id if begun.folder else None
    if begun.refused or folder_id is None:
        words = str(WHY_NOT[begun.refused]) if begun.refused else ""
        return page(NewFolderPage.about(my_patient(patient_id), form, words), status=409)
    if not begun.is_new:
        flash(_("Un dossier existe déjà pour cette personne : le voici."), "info")
        return see_other(url_for("casework.new", patient_id=patient_id))
    return to_folder(folder_id)


@bp.get("/folders/<uuid:folder_id>")
@role(*TAKES_PART)
def folder(folder_id: UUID) -> Response:
    """A page that stands open when it is not hers any more says so, and shows nothing of it."""
    now = clock.now()
    found = queries.for_account(folder_id, me(), now)
    if found is None:
        return page(GonePage(), status=404) if wants_part() else abort(404)
    return shown(*found)


def shown(mine: Folder, part: FolderPart, *, status: int = 200, inform_form: InformForm | None = None) -> Response:
    now, reader, patient = clock.now(), me().id, mine.patient_id
    seat = queries.seat_of(mine, me())
    seat_id, folder_id = seat.id if seat else None, mine.id
    answer = page(FolderPage.about(mine, part, me(), now, inform_form), status=status)
    if wants_part() and read_lately(folder_id, reader, now):
        return answer
    with transaction():  # Last, as a transaction forgets what was read.
        record_reading(folder_id, patient=patient, by=reader, now=now)
        team.see(seat_id)
    return answer


@bp.post("/folders/<uuid:folder_id>/information")
@role(*TAKES_PART)
def inform(folder_id: UUID) -> Response:
    mine, part = to_change(folder_id)
    form = InformForm()
    if not form.validate():
        return shown(mine, part, status=422, inform_form=form)
    with transaction():
        mine, _part = to_change(folder_id)
        agreed, now = form.agreed.data == "yes", clock.now()
        actions.inform(mine, form.how.data, agreed=agreed, by=me(), now=now, decider=decider_said(mine.patient_id))
    return to_folder(folder_id)


@bp.post("/folders/<uuid:folder_id>/proposal")
@role(*TAKES_PART)
def propose(folder_id: UUID) -> Response:
    with transaction():
        mine, _part = to_change(folder_id)
        refused = team.propose(mine, by=me(), now=clock.now())
    if refused:
        flash(refusal_words(refused), "error")
    return to_folder(folder_id)


def refusal_words(refused: NotProposed | NotOpened) -> str:
    if isinstance(refused, NotOpened):
        return str(WHY_NOT[refused])
    return {
        NotProposed.UNSAID: _("Dites-le d'abord à la personne : sans son accord, personne d'autre ne lit ce dossier."),
        NotProposed.ALONE: _("Une équipe commence à deux, dont qui coordonne."),
        NotProposed.TOO_LATE: _("C'est déjà fait."),
    }[refused]


# ---- the team


@bp.get("/folders/<uuid:folder_id>/team")
@role(*TAKES_PART)
def choose_team(folder_id: UUID) -> Response:
    mine, _part = to_change(folder_id, locked=False)
    return team_page(mine)


def team_page(mine: Folder, *, status: int = 200) -> Response:
    sought, typed = request.args.get("profession", ""), request.args.get("q", "")[:100]
    profession = Profession(sought) if sought in SOUGHT else None
    found = by_name(typed, profession, mine.patient.commune) if profession else NamedSo((), ())
    return page(TeamPage.about(mine, offered(mine), profession, typed, found), status=status)


def offered(mine: Folder) -> list[Offered]:
    """The reader, her colleagues who accompany people, and those who usually care for the person; but for who is in."""
    there = {(each.practitioner_id, each.organization_id, each.account_id) for each in mine.team}
    usual = [
        Offered(
            "practitioner" if each.practitioner_id else "place",
            each.who.id,
            each.name,
            str(PROFESSIONS[each.profession][0]),
            each.initials,
        )
        for each in circle_of(mine.patient_id)
        if (each.practitioner_id, each.organization_id, None) not in there
    ]
    near = {each.id: each for each in colleagues(mine)}
    known = {account_id for _p, _o, account_id in there} | {
        each.practitioner.account_id for each in mine.team if each.practitioner
    }
    return usual + [
        Offered("account", each.id, each.name, _("suivi de parcours"), each.initials)
        for each in near.values()
        if each.id not in known
    ]


def colleagues(mine: Folder) -> Sequence[Any]:
    """Who accompanies people over time where it was opened, or for the territory."""
    return holding(Role.CASE_MANAGER, [mine.organization_id, mine.territory_id])


@bp.post("/folders/<uuid:folder_id>/team")
@role(*TAKES_PART)
def name(folder_id: UUID) -> Response:
    """`practitioner`, `place` or `account`: whom one tap names."""
    mine, _part = to_change(folder_id, locked=False)
    whom = candidate(mine)
    if whom is None:
        flash(_("Choisissez dans la liste."), "error")
        return team_page(mine, status=422)
    with transaction():
        mine, _part = to_change(folder_id)
        named = team.name_member(mine, whom, by=me(), now=clock.now())
        words, kind = named_words(named, mine)
    flash(words, kind)
    return to_folder(folder_id)


def candidate(mine: Folder) -> TeamCandidate | None:
    """As the directory has it; of accounts only those whom the page offers."""
    who, place, account = (uuid_or_none(request.form.get(each)) for each in ("practitioner", "place", "account"))
    if who and db.session.get(Practitioner, who):
        return TeamCandidate(practitioner_id=who)
    where = db.session.get(Organization, place) if place else None
    if where and where.closed_at is None:
        return TeamCandidate(organization_id=where.id)
    found = next((each for each in colleagues(mine) if each.id == account), None)
    if found is None:
        return None
    works = [
        each for each in (mine.organization_id, mine.territory_id) if each in found.organizations(Role.CASE_MANAGER)
    ]
    return TeamCandidate(organization_id=works[0], account_id=found.id)


def named_words(named: FolderMember | NotNamed, mine: Folder) -> tuple[str, str]:
    if isinstance(named, FolderMember):
        asked = _("%(name)s est sollicité. Son silence ne vaudra pas oui.", name=named.name)
        return (_("%(name)s est noté.", name=named.name) if mine.state is FolderState.DRAFT else asked), "success"
    return {
        NotNamed.THERE: (_("Cette personne est déjà dans l'équipe."), "info"),
        NotNamed.REFUSED: (_("Le patient ne veut pas de ce soignant, ou de ce lieu."), "error"),
        NotNamed.OVER: (_("Ce dossier est fermé."), "error"),
    }[named]


@bp.post("/folders/<uuid:folder_id>/answer")
@role(*TAKES_PART)
def answer(folder_id: UUID) -> Response:
    """`yes` or not: of who was asked, for herself or for the service where she works."""
    yes = request.form.get("answer") == "yes"
    with transaction():
        mine, seat = my_seat(folder_id)
        heard = team.answer(mine, seat, yes=yes, by=me(), now=clock.now())
    return after_answer(folder_id, heard, yes=yes)


@bp.post("/folders/<uuid:folder_id>/lead")
@role(*TAKES_PART)
def answer_lead(folder_id: UUID) -> Response:
    """Who was asked to coordinate says yes, or no."""
    yes = request.form.get("answer") == "yes"
    with transaction():
        mine, seat = my_seat(folder_id)
        heard = team.answer_lead(mine, seat, yes=yes, by=me(), now=clock.now())
    return after_answer(folder_id, heard, yes=True)


def after_answer(folder_id: UUID, heard: bool, *, yes: bool) -> Response:
    if not heard:
        flash(_("Ce n'est plus demandé."), "info")
    if yes:
        return to_folder(folder_id)
    flash(_("C'est noté. Qui coordonne l'apprend."), "success")
    return see_other(url_for("casework.folders"))


@bp.post("/folders/<uuid:folder_id>/team/<uuid:seat_id>/told")
@role(*TAKES_PART)
def told(folder_id: UUID, seat_id: UUID) -> Response:
    """She said so on the telephone, and cannot say it here: nobody of hers signs in."""
    with transaction():
        mine, member = their_seat(folder_id, seat_id)
        if team.accounts_of(mine, member):
            abort(403)
        yes = request.form.get("answer") == "yes"
        team.answer(mine, member, yes=yes, by=me(), told=True, now=clock.now())
    return to_folder(folder_id)


@bp.post("/folders/<uuid:folder_id>/team/<uuid:seat_id>/lead")
@role(*TAKES_PART)
def offer_lead(folder_id: UUID, seat_id: UUID) -> Response:
    with transaction():
        mine, member = their_seat(folder_id, seat_id)
        offered_to = team.offer_lead(mine, member, by=me(), now=clock.now())
        words = member.name
        leads = member.is_referent
    if not offered_to:
        flash(_("Cette personne ne peut pas coordonner pour l'instant."), "error")
    elif not leads:
        flash(_("%(name)s doit dire oui. Jusque-là, rien ne change.", name=words), "info")
    return to_folder(folder_id)


@bp.post("/folders/<uuid:folder_id>/team/<uuid:seat_id>/removal")
@role(*TAKES_PART)
def remove(folder_id: UUID, seat_id: UUID) -> Response:
    """She leaves, or the référent takes her out. The référent herself hands over first."""
    now = clock.now()
    with transaction():
        mine, part = my_folder(folder_id, locked=True)
        member = next((each for each in mine.team if each.id == seat_id), None) or abort(404)
        hers = queries.seat_of(mine, me()) is member
        if not mine.is_running or not (hers or queries.changes(mine, part)):
            abort(403)
        stays = member.is_referent and mine.state is not FolderState.DRAFT
        if not stays:
            team.leave(mine, member, by=me().id, why="by the person" if hers else "care", now=now)
    if stays:
        flash(_("Confiez d'abord la coordination à quelqu'un de l'équipe."), "error")
    return see_other(url_for("casework.folders")) if hers and not stays else to_folder(folder_id)


# ---- going on, and ending


@bp.get("/folders/<uuid:folder_id>/review")
@role(*TAKES_PART)
def look_again(folder_id: UUID) -> Response:
    mine, _part = to_change(folder_id, locked=False)
    return page(FolderReviewPage.about(mine, FolderReviewForm(formdata=None, level=str(mine.level))))


@bp.post("/folders/<uuid:folder_id>/review")
@role(*TAKES_PART)
@resumable
def review(folder_id: UUID) -> Response:
    form = FolderReviewForm()
    mine, _part = to_change(folder_id, locked=False)
    if not form.validate():
        return page(FolderReviewPage.about(mine, form), status=422)
    with transaction():
        mine, _part = to_change(folder_id)
        done = actions.review(mine, int(form.level.data), form.words.data or "", form.next_on, by=me(), now=clock.now())
    if not done:
        return page(FolderReviewPage.about(to_change(folder_id, locked=False)[0], form, too_late=True), status=409)
    return to_folder(folder_id)


@bp.post("/folders/<uuid:folder_id>/resumption")
@role(*TAKES_PART)
def resume(folder_id: UUID) -> Response:
    """The return is prepared from the hospital: somebody goes on before she is home."""
    with transaction():
        mine, _part = to_change(folder_id)
        actions.move(mine, FolderVerb.RESUME, by=me(), now=clock.now())
    return to_folder(folder_id)


@bp.get("/folders/<uuid:folder_id>/closing")
@role(*TAKES_PART)
def closing(folder_id: UUID) -> Response:
    mine, _part = to_change(folder_id, locked=False)
    return page(FolderClosingPage.about(mine, FolderClosingForm(formdata=None)))


@bp.post("/folders/<uuid:folder_id>/closing")
@role(*TAKES_PART)
@resumable
def close(folder_id: UUID) -> Response:
    """A draft is put away without a reason: nobody but its own team knew of it."""
    mine, _part = to_change(folder_id, locked=False)
    form, draft = FolderClosingForm(), mine.state is FolderState.DRAFT
    if not draft and not form.validate():
        return page(FolderClosingPage.about(mine, form), status=422)
    with transaction():
        mine, _part = to_change(folder_id)
        ending = FolderEnding.ABANDONED if draft else FolderEnding(form.ending.data)
        team.close(mine, ending, "" if draft else form.relay.data or "", by=me(), now=clock.now())
    flash(_("Le dossier est fermé. Sa trace reste."), "success")
    return see_other(url_for("casework.folders")) if draft else after_end(folder_id)


@bp.post("/folders/<uuid:folder_id>/objection")
@role(*TAKES_PART)
def note_objection(folder_id: UUID) -> Response:
    """She says to somebody of the team that she does not want it: who hears it writes it down, at once effective."""
    with transaction():
        mine, part = my_folder(folder_id, locked=True)
        if part not in queries.READS:
            abort(403)
        team.object_to(mine, by=me().id, now=clock.now())
    flash(_("Son refus est noté. Le dossier est fermé aux autres, dès maintenant."), "success")
    return after_end(folder_id)


def after_end(folder_id: UUID) -> Response:
    if queries.for_account(folder_id, me(), clock.now()):
        return to_folder(folder_id)
    return see_other(url_for("casework.folders"))


# ---- whose it is


def to_folder(folder_id: UUID) -> Response:
    return see_other(url_for("casework.folder", folder_id=folder_id))


def my_places() -> Sequence[Organization]:
    """Whoever comes to help at home or to deliver opens none."""
    return queries.places_of_opening(me()) or abort(403)


def my_patient(patient_id: UUID) -> Patient:
    return patients.for_account(patient_id, me(), clock.now()) or abort(404)


def my_folder(folder_id: UUID, *, locked: bool) -> tuple[Folder, FolderPart]:
    """Asked again where an act takes effect: `locked`, within its transaction."""
    if locked:
        actions.lock(folder_id) if db.session.get(Folder, folder_id) else abort(404)
    return queries.for_account(folder_id, me(), clock.now()) or abort(404)


def to_change(folder_id: UUID, *, locked: bool = True) -> tuple[Folder, FolderPart]:
    mine, part = my_folder(folder_id, locked=locked)
    if not mine.is_running or not queries.changes(mine, part):
        abort(403)
    return mine, part


def my_seat(folder_id: UUID) -> tuple[Folder, FolderMember]:
    mine, _part = my_folder(folder_id, locked=True)
    return mine, queries.seat_of(mine, me()) or abort(404)


def their_seat(folder_id: UUID, seat_id: UUID) -> tuple[Folder, FolderMember]:
    mine, _part = to_change(folder_id)
    return mine, next((each for each in mine.team if each.id == seat_id), None) or abort(404)
