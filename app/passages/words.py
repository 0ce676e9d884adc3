"""The words of passages."""

from datetime import date, datetime

from app import clock
from app.care_requests.rules import Visit
from app.language.phrases import gettext as _
from app.language.phrases import later, ngettext
from app.language.words import date_words, near_day
from app.messages.models import Notice
from app.passages.queries import PassageFacts
from app.passages.rules import PassageState, Progress

MOMENTS: dict[str, str] = {"morning": later("matin"), "midday": later("midi"), "evening": later("soir")}

STATES: dict[PassageState, str] = {
    PassageState.PLANNED: later("prévu"),
    PassageState.DONE: later("fait"),
    PassageState.ABSENT: later("patient absent"),
    PassageState.REFUSED: later("refusé par le patient"),
    PassageState.HOSPITALISED: later("patient hospitalisé"),
    PassageState.OTHER: later("pas fait"),
}

WHY_NOT: dict[PassageState, str] = {
    PassageState.ABSENT: later("Patient absent"),
    PassageState.REFUSED: later("Le patient a refusé"),
    PassageState.HOSPITALISED: later("Patient hospitalisé"),
    PassageState.OTHER: later("Autre raison"),
}
"""Why there was no care, in one tap."""

ASK_NOTICE = Notice(
    later("Un passage n'a pas été noté"), later("Fait, ou pas fait ? Une touche suffit."), "visits", urgency="low"
)
"""For whoever was to come: the day is over and nobody said what became of it."""

STOPPED_NOTICE = Notice(later("Des soins s'arrêtent"), later("Ouvrez Relais avant de partir."), "visits")
CHANGED_NOTICE = Notice(later("Un plan de soins change"), later("Ouvrez Relais avant de partir."), "visits")
RENEWED_NOTICE = Notice(
    later("Des soins continuent"), later("Un plan sans fin est renouvelé."), "visits", urgency="normal"
)
"""For whoever comes, and for who asked, when it is another who says so."""

STOPS: dict[str, str] = {
    "healed": later("Les soins ne sont plus nécessaires"),
    "order": later("L'ordonnance est finie, ou arrêtée"),
    "patient": later("Le patient ne veut plus"),
    "elsewhere": later("Les soins se font autrement"),
    "other": later("Autre raison"),
}
"""Why care that comes back ends, in one tap."""

MISSED_TWICE_NOTICE = Notice(
    later("Deux passages manqués de suite"), later("Les soins n'ont pas eu lieu. Ouvrez Relais.")
)
HOSPITALISED_NOTICE = Notice(later("Des soins sont suspendus"), later("Le patient est hospitalisé. Ouvrez Relais."))
"""For who asked, and for who coordinates."""


def progress_in_words(progress: Progress, now: datetime, review_on: date | None = None) -> str:
    """`7 passages sur 20, prochain demain matin`."""
    if progress.total is None:
        done = ngettext("%(num)s passage fait", "%(num)s passages faits", progress.done)
    else:
        done = ngettext(
            "%(num)s passage sur %(total)s", "%(num)s passages sur %(total)s", progress.done, total=progress.total
        )
    parts = [done]
    if progress.held:
        parts.append(_("suspendus : hospitalisation"))
    elif progress.next:
        parts.append(_("prochain %(when)s", when=when_next(progress.next, now)))
    if progress.late:
        parts.append(_("en retard"))
    if review_on:
        parts.append(_("à revoir le %(date)s", date=date_words(review_on, "d MMMM")))
    return ", ".join(parts)


def when_said(passage: PassageFacts) -> str:
    """`mer. 25 nov., matin`."""
    return f"{date_words(passage.day, 'EEE d MMM')}, {MOMENTS[passage.moment]}"


def outcome_of(passage: PassageFacts) -> tuple[str, str]:
    """`done`, `missed` or `held`, and the words for it; empty while it is to come."""
    if passage.state is PassageState.DONE:
        return "done", str(STATES[passage.state])
    if passage.state is not PassageState.PLANNED:
        return "missed", str(STATES[passage.state])
    if passage.held:
        return "held", _("suspendu")
    return ("missed", _("non noté")) if passage.asked_at else ("", "")


def when_next(visit: Visit, now: datetime) -> str:
    """`demain matin`, `vendredi soir`, `le 12 décembre à midi`."""
    days = (visit.day - clock.paris(now).date()).days
    moment = str(MOMENTS[visit.moment])
    if days == 0:
        return {"morning": _("ce matin"), "midday": _("ce midi"), "evening": _("ce soir")}[visit.moment]
    named = date_words(visit.day, "EEEE") if 0 < days < 7 else _("le %(date)s", date=date_words(visit.day, "d MMMM"))
    return f"{near_day(days) or named} {moment}"
