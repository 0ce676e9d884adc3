"""The words of agendas."""

from datetime import date

from app.agenda.rules import ClashKind, Shift, When
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.words import date_words, hour
from app.messages.models import Notice

MOMENTS: dict[str, str] = {"morning": later("Matin"), "midday": later("Midi"), "evening": later("Soir")}

SHIFTS: dict[Shift, str] = {
    Shift.EARLIER: later("Une demi-heure plus tôt"),
    Shift.LATER: later("Une demi-heure plus tard"),
    Shift.AFTERNOON: later("Cet après-midi"),
    Shift.TOMORROW: later("Le lendemain"),
}

CLASHES: dict[ClashKind, str] = {
    ClashKind.TOGETHER: later("Deux visites à la même heure"),
    ClashKind.AWAY: later("La personne est attendue ailleurs"),
    ClashKind.IN_HOSPITAL: later("Encore à l'hôpital ce jour-là"),
}

MOVED_NOTICE = Notice(later("Une visite est déplacée"), later("Ouvrez Relais pour voir la nouvelle heure."))
"""For who asked for it."""

BESIDE_NOTICE = Notice(
    later("Une visite change autour de la vôtre"), later("Regardez votre semaine avant de partir."), "agenda"
)
"""For those who come the same day."""


def said_when(when: When) -> str:
    """`mardi 1er décembre, 9 h`, `mardi 1er décembre, matin`."""
    at = hour(when.at) if when.at else str(MOMENTS[when.moment]).lower()
    return _("%(day)s, %(at)s", day=date_words(when.day, "EEEE d MMMM"), at=at)


def week_words(monday: date) -> str:
    """`Semaine du 30 novembre`."""
    return _("Semaine du %(day)s", day=date_words(monday, "d MMMM"))


def hour_of(when: When) -> str:
    return hour(when.at) if when.at else str(MOMENTS[when.moment])
