"""The French words of a visit."""

from collections.abc import Iterable
from datetime import date, datetime

from app import clock
from app.appointments.rules import PartOfDay, read_moment
from app.directory.models import PractitionerRole
from app.language.phrases import gettext as _
from app.language.phrases import later
from app.language.words import date_words, listed, near_day
from app.messages.models import Notice

MODES = {"home": later("À domicile"), "practice": later("Au cabinet"), "remote": later("À distance")}
OF_A_SERVICE = {**MODES, "practice": later("Sur place")}


def modes_of(role: PractitionerRole) -> dict[str, str]:
    """Where it may be, as this person or this service says it."""
    return MODES if role.practitioner_id else OF_A_SERVICE


def places_of(role: PractitionerRole, sex: str = "") -> dict[str, str]:
    """The same at the end of a time: `demain 9 h, chez elle`. `sex`: the patient's, F or M, where there is one."""
    home = {"F": _("chez elle"), "M": _("chez lui")}.get(sex, _("à domicile"))
    return {
        "home": home,
        "practice": _("au cabinet") if role.practitioner_id else _("sur place"),
        "remote": _("à distance"),
    }


PART_WORDS = {"morning": later("matin"), "afternoon": later("après-midi"), "evening": later("soir")}

REASON_WORDS = {
    "away": later("pas là à cette heure"),
    "elsewhere": later("autre rendez-vous"),
    "hospital": later("à l'hôpital"),
    "not-needed": later("n'en a plus besoin"),
    "other": later("autre raison"),
}
"""As whoever comes reads it: see `rules.REASONS`."""

DECLINED_NOTICE = Notice(
    later("Une heure ne convient pas"), later("Un patient ne peut pas : proposez-en une autre."), "visits"
)
WISHED_NOTICE = Notice(later("Un patient propose d'autres moments"), later("Choisissez-en un, ou appelez."), "visits")
CALL_NOTICE = Notice(later("Un patient demande à être rappelé"), later("Son numéro est sur la visite."), "visits")
NOBODY_CAME_NOTICE = Notice(
    later("Un patient dit que personne n'est venu"), later("Appelez-le, ou relancez la recherche.")
)


def wishes(moments: Iterable[PartOfDay], now: datetime) -> str:
    """`demain matin, lundi 30 novembre soir`; empty for none."""
    return listed(f"{day_of(each.day, now)} {PART_WORDS[each.part]}" for each in sorted(moments))


def day_of(on: date, now: datetime) -> str:
    return near_day((on - clock.paris(now).date()).days) or date_words(on, "EEEE d MMMM")


def wished_words(kept: Iterable[str], now: datetime) -> str:
    """The same of what a row keeps."""
    return wishes((moment for text in kept if (moment := read_moment(text))), now)
