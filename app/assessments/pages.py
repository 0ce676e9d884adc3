"""What each page of this room shows."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from flask import current_app

from app import clock
from app.accounts.models import Account
from app.assessments import queries
from app.assessments.actions import NotWritten
from app.assessments.forms import GridForm
from app.assessments.library import grid_of, grids
from app.assessments.models import Assessment
from app.assessments.rules import TOTAL, Result, result_of
from app.assessments.schema import AssessmentGrid, GridChoice
from app.core.htmx import Page
from app.language.phrases import gettext as _
from app.language.phrases import later, ngettext, said
from app.language.words import date_words
from app.patients.models import Patient
from app.patients.words import Banner, banner

ABOUT = {
    "autonomy": later("Autonomie"),
    "mood": later("Humeur"),
    "discharge": later("Avant une sortie"),
    "paper": later("Total compté sur papier"),
}


def answers_for_sums() -> str:
    """Who answers for clinical sums being shown; empty: nobody does, and none is (decision 0067)."""
    return str(current_app.config["SETTINGS"].clinical_scores)


def adds_up(grid: AssessmentGrid) -> bool:
    """Is a result of this grid said at all?"""
    return not grid.clinical or bool(answers_for_sums())


def result_words(grid: AssessmentGrid, result: Result) -> str:
    """`GIR 4 (estimation)`, `14 sur 19 · élevé`, `Incomplet : 2 réponses manquent`; empty where it is not added up."""
    if result.missing:
        number = len(result.missing)
        return ngettext("Incomplet : %(n)s réponse manque", "Incomplet : %(n)s réponses manquent", number, n=number)
    if not adds_up(grid) or result.value is None:
        return ""
    if grid.result == "gir":
        return _("GIR %(gir)s (estimation)", gir=f"{result.value:g}")
    points = _("%(value)s sur %(most)s", value=in_figures(result.value), most=in_figures(result.out_of))
    return f"{points} · {said(result.reading)}" if result.reading else points


def figure_words(grid: AssessmentGrid, result: Result) -> str:
    """The decisive figure of its page: `GIR 4`, `14/19`; empty where there is none."""
    if result.value is None or not adds_up(grid):
        return ""
    if grid.result == "gir":
        return _("GIR %(gir)s", gir=f"{result.value:g}")
    return f"{in_figures(result.value)}/{in_figures(result.out_of)}"


def refusal_words(refused: NotWritten) -> str:
    return {
        NotWritten.DIED: _("Cette personne est décédée : rien de nouveau ne s'écrit."),
        NotWritten.FROZEN: _("Cette personne a demandé que rien de nouveau ne soit fait avec son dossier."),
    }[refused]


def in_figures(points: float) -> str:
    """As a file or a grid has them: `4,5`."""
    return f"{points:g}".replace(".", ",")


def points_words(choice: GridChoice) -> str:
    """As on the printed grid, whether they are added up here or not."""
    return _("hors du compte") if not choice.counts else in_figures(choice.points)


@dataclass(frozen=True)
class AssessmentLine:
    """One assessment in a list."""

    id: UUID
    title: str
    result: str
    told: str
    withdrawn: bool


def line_of(made: Assessment) -> AssessmentLine:
    grid = grid_of(made.version_id)
    result = result_words(grid, result_of(grid, json.loads(made.answers)))
    on = date_words(clock.paris(made.at).date(), "d MMM yyyy")
    return AssessmentLine(made.id, said(grid.title), result, f"{made.author.name}, {on}", made.withdrawn_at is not None)


def told(made: Assessment) -> str:
    """By whom, where and when."""
    on = date_words(clock.paris(made.at).date())
    return f"{made.author.name}, {made.organization.name}, {on}"


@dataclass(frozen=True)
class AssessmentsPage(Page):
    """`offered`: the grids, by heading."""

    template = "assessments/assessments.html"

    patient_id: UUID
    banner: Banner
    made: list[AssessmentLine]
    offered: list[tuple[str, list[AssessmentGrid]]]

    @classmethod
    def about(cls, patient: Patient, account: Account) -> Self:
        made = [line_of(each) for each in queries.assessments_of(patient.id, account)]
        return cls(patient.id, banner(patient, clock.now()), made, by_heading())


def by_heading() -> list[tuple[str, list[AssessmentGrid]]]:
    known = grids().values()
    return [(str(words), [each for each in known if each.about == about]) for about, words in ABOUT.items()]


@dataclass(frozen=True)
class GridPage(Page):
    """`refused`: why nothing is written, in words."""

    template = "assessments/grid.html"

    patient_id: UUID
    banner: Banner
    grid: AssessmentGrid
    form: GridForm
    refused: str

    @classmethod
    def about(cls, patient: Patient, form: GridForm, refused: str = "") -> Self:
        return cls(patient.id, banner(patient, clock.now()), form.grid, form, refused)


@dataclass(frozen=True)
class Answer:
    """One item as it was answered. `points`: as on the printed grid, empty where a grid has none."""

    label: str
    said: str
    points: str


@dataclass(frozen=True)
class AssessmentPage(Page):
    """`figure`, `called`: what it comes to. `adds_up`: is a sum of it said here; `answered_for`: by whom, of a
    clinical one."""

    template = "assessments/assessment.html"

    patient_id: UUID
    banner: Banner
    id: UUID
    grid: AssessmentGrid
    line: AssessmentLine
    answers: list[Answer]
    remark: str
    mine: bool
    figure: str
    called: str
    told: str
    adds_up: bool
    answered_for: str

    @classmethod
    def about(cls, made: Assessment, patient: Patient, account: Account) -> Self:
        grid, given = grid_of(made.version_id), json.loads(made.answers)
        result = result_of(grid, given)
        return cls(
            patient_id=patient.id,
            banner=banner(patient, clock.now()),
            id=made.id,
            grid=grid,
            line=line_of(made),
            answers=answers_of(grid, given),
            remark=made.remark,
            mine=made.author_id == account.id,
            figure=figure_words(grid, result),
            called=said(result.reading) if adds_up(grid) else "",
            told=told(made),
            adds_up=adds_up(grid),
            answered_for=answers_for_sums() if grid.clinical else "",
        )


def answers_of(grid: AssessmentGrid, given: Mapping[str, str]) -> list[Answer]:
    if grid.result == "total":
        return [Answer(_("Total"), _("%(value)s sur %(most)s", value=given[TOTAL], most=in_figures(grid.most)), "")]
    shown = []
    for item in grid.items:
        choice = grid.choice(item, given[item.slug]) if item.slug in given else None
        points = points_words(choice) if choice and grid.result == "points" else ""
        shown.append(Answer(said(item.label), said(choice.label) if choice else "", points))
    return shown


def gir_words(patient_id: UUID, account: Account, *, apart: bool) -> str:
    """The last GIR estimated, for who may read it: `GIR 4 (estimation), 28 novembre 2026`; empty without one."""
    last = queries.last_gir(patient_id, account, apart=apart)
    if last is None:
        return ""
    grid = grid_of(last.version_id)
    words = result_words(grid, result_of(grid, json.loads(last.answers)))
    return f"{words}, {date_words(clock.paris(last.at).date())}"


def estimated_gir(patient_id: UUID, account: Account, *, apart: bool) -> int | None:
    """The same as a number; none where none was estimated, or an answer misses."""
    last = queries.last_gir(patient_id, account, apart=apart)
    value = result_of(grid_of(last.version_id), json.loads(last.answers)).value if last else None
    return None if value is None else int(value)
