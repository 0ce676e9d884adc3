"""Her line of life as she reads it herself, and as somebody near her reads what she lets her: days, passages, visits,
stays and papers, a month at a time. Not for what care is: whoever looks over a shoulder learns no more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Response, abort, request, url_for

from app import clock
from app.audit.origin import Source, came_by
from app.core.db import transaction
from app.core.htmx import Page, page
from app.core.security import capability
from app.happenings.asking import LifeReader
from app.language.phrases import gettext as _
from app.life.line import known_since, line_of
from app.life.pages import Address, Listed
from app.life.picture import Span, read_span
from app.patient_space.relative_views import OPENED, TOLD, link_again, may_read
from app.patient_space.space_views import opened, words_again
from app.patient_space.views import bp, quiet
from app.relatives import actions


@dataclass(frozen=True)
class OwnLifePage(Page):
    """`back`: where it was opened from, with the words for it."""

    template = "patient_space/life.html"

    title: str
    listed: Listed
    back: tuple[str, str]


@bp.get("/s/<token>/<key>/life")
@capability("the key was made for who said the two words, and ends by itself")
def own_life(token: str, key: str) -> Response:
    hers, now = opened(token, key), clock.now()
    if hers is None:
        return words_again(token)

    def here(other: Span) -> str:
        return url_for("patient_space.own_life", token=token, key=key, on=other.name)

    listed = listed_for(hers.person_id, LifeReader(), here, now)
    back = url_for("patient_space.space", token=token, key=key), _("Retour à mon espace")
    return quiet(page(OwnLifePage(_("Ma ligne de vie"), listed, back)))


@bp.get("/r/<token>/<key>/life")
@capability(OPENED)
def relative_life(token: str, key: str) -> Response:
    came_by(Source.PATIENT_LINK)
    now = clock.now()
    with transaction():
        relative = may_read(token, key, now)
        told = sorted(TOLD.intersection(relative.headings)) if relative else []
        if relative and told:
            actions.note_reading(relative, told, now=now)
    if relative is None:
        return link_again(token)
    reader = LifeReader(headings=frozenset(told)) if told else abort(404)

    def here(other: Span) -> str:
        return url_for("patient_space.relative_life", token=token, key=key, on=other.name)

    listed = listed_for(relative.person_id, reader, here, now)
    back = url_for("patient_space.relative_reads", token=token, key=key), _("Retour")
    return quiet(page(OwnLifePage(_("Jour par jour"), listed, back)))


def listed_for(person_id: UUID, reader: LifeReader, here: Address, now: datetime) -> Listed:
    """This month, if no other is asked for."""
    today = clock.paris(now).date()
    asked = request.args.get("on", "") or Span.of_month(today).name
    span = read_span(asked, today) or abort(404)
    first = known_since(person_id)
    since = clock.paris(first).date() if first else today
    return Listed.of(line_of(person_id, span, reader), span, here, lambda _page: "", since, today)
