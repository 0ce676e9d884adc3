"""What a coordinator may do next for a search: one tap each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.care_requests.lines import RequestFacts
from app.care_requests.models import CareRequest, State
from app.core.db import db
from app.directory.models import Profession
from app.directory.words import PROFESSIONS
from app.dispatch import words
from app.dispatch.models import Wave
from app.language.phrases import gettext as _
from app.language.phrases import said
from app.pathways.schema import windows_open
from app.supervision.rules import Move, farther, others, promising

Choice = tuple[int, str]
"""A stage of the pathway, and what asking it means."""


@dataclass(frozen=True)
class Moves:
    """`wider`, `others`: none when the pathway goes no farther; `moments`: slug and label of times still to come;
    `order`: what may be done, what the refusals call for first."""

    request_id: UUID
    wider: Choice | None
    others: Choice | None
    moments: list[tuple[str, str]]
    order: list[Move]


def moves_for(request: CareRequest, answers: Mapping[str, int], now: datetime) -> Moves | None:
    waves = select(Wave.stage).where(Wave.request_id == request.id).order_by(Wave.round.desc(), Wave.stage.desc())
    return moves_of(request, db.session.scalar(waves.limit(1)) or 0, answers, now)


def moves_of(
    request: CareRequest | RequestFacts, reached: int, answers: Mapping[str, int], now: datetime
) -> Moves | None:
    """Of one that is searched for or that nobody took. `reached`: the stage that its search came to; `answers`: as
    `answers_summed` counts them."""
    if request.state not in (State.SEARCHING, State.UNANSWERED):
        return None
    stages = request.search.stages
    wider, beside = farther(stages, reached), others(stages, reached)
    if request.state is State.UNANSWERED and beside is None:  # A new round may begin with them.
        beside = others(stages, -1)
    windows = windows_open(request.rulebook.windows, now)
    unanswered = request.state is State.UNANSWERED
    possible = {Move.RELAUNCH: unanswered, Move.WIDER: wider, Move.OTHERS: beside, Move.MOMENT: windows}
    can = [move for move, what in possible.items() if what not in (None, False, [])]
    return Moves(
        request_id=request.id,
        wider=None if wider is None else (wider, _("Élargir %(whom)s", whom=words.stage("near", stages[wider].km))),
        others=None if beside is None else (beside, _who(stages[beside].professions)),
        moments=[(window.slug, said(window.label)) for window in windows],
        order=promising([Move.CALL, *can], answers),
    )


def _who(professions: Iterable[str]) -> str:
    return _("Demander aux %(whom)s", whom=", ".join(str(PROFESSIONS[Profession(kind)][1]) for kind in professions))
