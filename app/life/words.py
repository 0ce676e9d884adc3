"""The French words of a line of life, and the sign of each kind of thing."""

from app.happenings.rules import LASTS, Happening, Went
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.words import date_words, hour, sentence
from app.life.picture import Lane, Span, Zoom
from app.life.rules import Worry
from app.passages.words import MOMENTS

LANES: dict[Lane, str] = {
    Lane.STAYS: later("Séjours"),
    Lane.CARE: later("Soins suivis"),
    Lane.VISITS: later("Rendez-vous"),
    Lane.REQUESTS: later("Demandes"),
    Lane.TALK: later("Messages"),
    Lane.NOTES: later("Cahier"),
    Lane.DOCUMENTS: later("Documents"),
    Lane.ASSESSMENTS: later("Évaluations"),
    Lane.LIFE: later("Sa vie"),
}

SIGNS: dict[Lane, str] = {
    Lane.STAYS: "bed",
    Lane.CARE: "repeat-2",
    Lane.VISITS: "calendar",
    Lane.REQUESTS: "send",
    Lane.TALK: "message-square-text",
    Lane.NOTES: "pencil",
    Lane.DOCUMENTS: "file-text",
    Lane.ASSESSMENTS: "clipboard-list",
    Lane.LIFE: "house-heart",
}

WENT: dict[Went, str] = {
    Went.SAID: "",
    Went.PLANNED: later("prévu"),
    Went.DONE: later("fait"),
    Went.MISSED: later("pas fait"),
}


def span_words(span: Span) -> str:
    """`2026`, `novembre 2026`, `dimanche 29 novembre 2026`."""
    forms = {Zoom.YEAR: "y", Zoom.MONTH: "MMMM y", Zoom.DAY: "EEEE d MMMM y"}
    return date_words(span.first, forms[span.zoom])


def turn_words(span: Span) -> str:
    """The same in few letters, beside the one that is shown: `novembre`, `sam. 28 nov.`."""
    return date_words(span.first, {Zoom.YEAR: "y", Zoom.MONTH: "MMMM", Zoom.DAY: "EEE d MMM"}[span.zoom])


def when(it: Happening) -> str:
    """`14 h 05`, `matin`; empty of what has only a day."""
    if it.at:
        return hour(it.at)
    return str(MOMENTS[it.moment]) if it.moment else ""


def lasted(it: Happening) -> str:
    """`du 3 nov. au 9 déc. 2026`, `depuis le 3 nov. 2026`."""
    if it.until in (None, LASTS):
        return _("depuis le %(day)s", day=date_words(it.on, "d MMM y"))
    last = it.until or it.on
    first = date_words(it.on, "d MMM" if it.on.year == last.year else "d MMM y")
    return _("du %(first)s au %(last)s", first=first, last=date_words(last, "d MMM y"))


def told(it: Happening) -> str:
    """All of it in one sentence, for who hears the picture."""
    on = lasted(it) if it.until else ", ".join(filter(None, (date_words(it.on, "EEEE d MMMM"), when(it))))
    return sentence(", ".join(filter(None, (it.what, it.who, on, str(WENT[it.went])))))


WORRIES: dict[Worry, str] = {
    Worry.UNANSWERED: later("Personne n'a répondu"),
    Worry.MISSED_TWICE: later("Deux passages manqués de suite"),
    Worry.LATE: later("Les soins n'ont pas commencé"),
    Worry.SOON: later("Personne encore, c'est pour bientôt"),
    Worry.URGENT_NOTE: later("Note urgente à lire"),
    Worry.DECLINED: later("Le patient ne peut pas à cette heure"),
    Worry.REFUSED: later("Dernier passage refusé"),
    Worry.ABSENT: later("Absence au dernier passage"),
    Worry.MISSED: later("Dernier passage non fait"),
    Worry.UNNOTED: later("Dernier passage non noté"),
    Worry.DELAYED: later("Le prochain passage aura du retard"),
    Worry.TO_MEND: later("Une correction est demandée"),
    Worry.NOBODY_NAMED: later("Aucun soignant connu"),
}

WORRY_SIGNS: dict[Worry, str] = {
    Worry.HOSPITAL: "bed",
    Worry.UNANSWERED: "circle-alert",
    Worry.LATE: "clock",
    Worry.DELAYED: "clock",
    Worry.SOON: "hourglass",
    Worry.TO_MEND: "pencil",
    Worry.NOBODY_NAMED: "users-round",
}
