"""The French words of a visit."""

from collections.abc import Iterable
from datetime import date, datetime

from app.appointments.models import Appointment
from app.appointments.rules import Moment, read_moment
from app.core import clock
from app.core.words import DAYS, french_date
from app.directory.models import PractitionerRole
from app.messages.models import Notice

MODES = {"home": "À domicile", "practice": "Au cabinet", "remote": "À distance"}
OF_A_SERVICE = {**MODES, "practice": "Sur place"}


def modes_of(role: PractitionerRole) -> dict[str, str]:
    """Where it may be, as this person or this service says it."""
    return MODES if role.practitioner_id else OF_A_SERVICE


def places_of(role: PractitionerRole, sex: str = "") -> dict[str, str]:
    """The same at the end of a time: `demain 9 h, chez elle`. `sex`: the patient's, F or M, where there is one."""
    home = {"F": "chez elle", "M": "chez lui"}.get(sex, "à domicile")
    return {"home": home, "practice": "au cabinet" if role.practitioner_id else "sur place", "remote": "à distance"}


PART_WORDS = {"morning": "matin", "afternoon": "après-midi", "evening": "soir"}

REASON_WORDS = {
    "away": "absent(e) à cette heure",
    "elsewhere": "autre rendez-vous",
    "hospital": "à l'hôpital",
    "not-needed": "n'en a plus besoin",
    "other": "autre raison",
}
"""As whoever comes reads it: see `rules.REASONS`."""

DECLINED_NOTICE = Notice("Une heure ne convient pas", "Un patient ne peut pas\u00a0: proposez-en une autre.", "visits")
WISHED_NOTICE = Notice("Un patient propose d'autres moments", "Choisissez-en un, ou appelez.", "visits")
CALL_NOTICE = Notice("Un patient demande à être rappelé", "Son numéro est sur la visite.", "visits")
NOBODY_CAME_NOTICE = Notice("Un patient dit que personne n'est venu", "Appelez-le, ou relancez la recherche.")


def wishes(moments: Iterable[Moment], today: date | None = None) -> str:
    """`lundi 30 novembre soir, …`; empty for none. `today`: for a screen, which may say `demain matin`; what is kept is
    read on another day."""
    days = ((near_day(each.day, today), PART_WORDS[each.part]) for each in sorted(moments))
    return ", ".join(f"{day} {part}" for day, part in days)


def wished_words(appointment: Appointment, now: datetime) -> str:
    """What the patient ticked, as a screen says it."""
    moments = [moment for text in appointment.wished if (moment := read_moment(text))]
    return wishes(moments, clock.paris(now).date())


def near_day(day: date, today: date | None) -> str:
    return (DAYS.get((day - today).days) if today else None) or french_date(day, "EEEE d MMMM")
