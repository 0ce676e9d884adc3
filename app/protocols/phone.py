"""The phone beside the pathway: the form of who asks, and the card of who is asked, with an invented person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from wtforms import Field, RadioField

from app.core.forms import Form, SeveralField
from app.identity.rules import age_band
from app.language.phrases import gettext as _
from app.language.phrases import said
from app.language.words import length, sentence, wanted
from app.pathways.fields import field_of, name_of
from app.pathways.schema import Pathway, Question, Reason, Window, windows_open

KM, MINUTES, AGE = 2.4, 6, 74


@dataclass(frozen=True)
class ShownOffer:
    """As `ui.offer_card` draws it."""

    id: str
    state: str
    url: str
    care: str
    km: float
    minutes: int
    commune: str
    wanted: str
    length: str
    age_band: str
    urgent: bool
    said: list[tuple[str, str]]
    started_at: datetime
    ends_at: datetime
    plan: str = ""
    usual: bool = False
    chosen: bool = False
    relayed_by: str = ""
    paused: bool = False
    answered: bool = False
    place: str = ""


@dataclass(frozen=True)
class ShownPhone:
    """`questions`: each with its field and when it is asked, if not always."""

    form: Form
    icons: dict[str, str]
    questions: list[tuple[Question, Field, str]]
    offer: ShownOffer
    now: datetime


class ShownForm(Form):
    """Nothing is ever sent with it."""

    def is_asked(self, question: Question) -> bool:
        return True


def phone_of(pathway: Pathway, commune: str, now: datetime) -> ShownPhone:
    several = SeveralField if pathway.several else RadioField
    fields = {
        "reason": several(
            _("De quoi le patient a-t-il besoin ?"), choices={each.slug: said(each.label) for each in pathway.reasons}
        ),
        "window": RadioField(_("Pour quand ?"), choices={each.slug: said(each.label) for each in pathway.windows}),
        **{name_of(each.slug): field_of(each) for each in pathway.questions},
    }
    form = type("ShownFields", (ShownForm,), fields)(formdata=None, prefix="phone-", meta={"csrf": False})
    return ShownPhone(
        form=form,
        icons={each.slug: each.icon for each in pathway.reasons},
        questions=[(each, form[name_of(each.slug)], condition(each, pathway)) for each in pathway.questions],
        offer=_offer(pathway, pathway.reasons[0], _soonest(pathway.windows, now), commune, now),
        now=now,
    )


def _soonest(windows: Sequence[Window], now: datetime) -> Window:
    return next(iter(windows_open(windows, now)), windows[0])


def _offer(pathway: Pathway, reason: Reason, window: Window, commune: str, now: datetime) -> ShownOffer:
    start, end = window.bounds(now)
    first = pathway.search_for(reason.slug).stages[0]
    known = [(_("Motif"), said(reason.shown))] if reason.shown else []
    answers = [
        (said(each.label), said(each.options[0].label))
        for each in pathway.questions
        if each.shown and each.options and (not each.reasons or reason.slug in each.reasons)
    ]
    return ShownOffer(
        id="phone",
        state="open",
        url="#phone",
        care=said(reason.care),
        km=KM,
        minutes=MINUTES,
        commune=commune,
        wanted=sentence(wanted(start, end, now)) if start < end else said(window.label),
        length=length(timedelta(minutes=reason.minutes)),
        age_band=age_band(AGE) if reason.patient else "",
        urgent=reason.urgent,
        said=[*known, *answers],
        started_at=now,
        ends_at=now + first.offer_patience,
    )


def condition(question: Question, pathway: Pathway) -> str:
    """When a question is asked that not everybody is asked."""
    if question.reasons:
        reasons = ", ".join(said(pathway.reason(slug).label) for slug in question.reasons)
        return _("Seulement pour : %(reasons)s", reasons=reasons)
    if question.only_if:
        above = pathway.question(question.only_if[0])
        answer = next(each for each in above.options if each.slug == question.only_if[1])
        return _("Seulement si : %(question)s %(answer)s", question=said(above.label), answer=said(answer.label))
    return ""
